//! Which cities participants live in, as the projector counts them.

use serde::Deserialize;

use crate::counters::{CITY, city_of, city_sk};
use crate::item::{from_item, text};
use crate::read::{Question, query, readable};
use crate::tables::Table;
use crate::{Store, StoreError};

const WHAT: &str = "cities";

/// A city and how many live there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CityTotal {
    /// Its key.
    pub key: String,
    /// How many, as of a moment ago; 0 where somebody lived once.
    pub total: u64,
}

#[derive(Debug, Deserialize)]
struct CityItem {
    sk: String,
    #[serde(default)]
    total: i64,
}

impl Store {
    /// The cities behind this key in the order of their keys, at most `limit`. From the counters, so
    /// as of a moment ago.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. An unreadable item is logged and left out.
    pub async fn cities(
        &self,
        behind: Option<&str>,
        limit: usize,
    ) -> Result<Vec<CityTotal>, StoreError> {
        let question = Question {
            table: self.table(Table::Counters),
            index: None,
            condition: "#pk = :pk AND #sk > :behind".to_owned(),
            names: vec![("#pk", "pk"), ("#sk", "sk")],
            values: vec![
                (":pk", text(CITY)),
                // A key may be empty: the first stands behind what no key is.
                (
                    ":behind",
                    text(behind.map_or_else(|| "K".to_owned(), city_sk)),
                ),
            ],
            consistent: false,
        };
        let items = query(WHAT, &self.client, question, limit).await?;
        let cities = items.into_iter().map(|item| {
            let item: CityItem = from_item(WHAT, item)?;
            let key = city_of(&item.sk).ok_or_else(|| StoreError::unreadable(WHAT, "sk"))?;
            Ok(CityTotal {
                key: key.to_owned(),
                total: u64::try_from(item.total).unwrap_or(0),
            })
        });
        Ok(readable(WHAT, cities))
    }
}
