//! Lists: `{items, next_cursor, total?}`, asked for by `cursor` and `limit`.

use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::config::Deps;
use crate::cursor;
use crate::error::Problem;

/// Items of a page if nobody says.
const USUAL: u16 = 50;
/// Most items of a page.
pub(crate) const MOST: u16 = 100;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// What stands on it.
    pub(crate) items: Vec<T>,
    /// Where the next one begins; null on the last.
    #[schema(required = true)]
    pub(crate) next_cursor: Option<String>,
    /// How many there are altogether, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u64>,
}

/// Which page is asked for.
pub(crate) struct Asked<'a> {
    list: &'a str,
    /// Most items on it.
    pub(crate) limit: usize,
    cursor: Option<&'a str>,
}

impl<'a> Asked<'a> {
    /// As `cursor` and `limit` say; `list` names the list and its filters.
    pub(crate) fn read(
        list: &'a str,
        cursor: Option<&'a str>,
        limit: Option<u16>,
    ) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(Problem::Unreadable(
                "invalid_limit",
                format!("limit harus 1 sampai {MOST}."),
            ));
        }
        Ok(Self {
            list,
            limit: usize::from(limit),
            cursor,
        })
    }

    /// Where it begins; none at the beginning of the list.
    pub(crate) fn position<P: DeserializeOwned>(&self, deps: &Deps) -> Result<Option<P>, Problem> {
        let open = |cursor| cursor::open(deps, self.list, cursor);
        self.cursor.map(open).transpose()
    }

    /// The page with these items; `next` is where the next one begins.
    pub(crate) fn page<T>(
        &self,
        deps: &Deps,
        items: Vec<T>,
        next: Option<impl Serialize>,
    ) -> Result<Page<T>, Problem> {
        let seal = |position| cursor::seal(deps, self.list, &position);
        Ok(Page {
            items,
            next_cursor: next.map(seal).transpose()?,
            total: None,
        })
    }
}
