//! Cities that nobody knows: perhaps misspelt, perhaps in need of a common name.

use domain::person::City;
use store::{CityTotal, StoreError};

use crate::context::App;

/// Cities that one page looks at most through, a query each.
const LOOKED_AT: usize = 500;
const LOOKS: usize = 4;

/// Some of the cities that are not in the official list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownCities {
    /// They, in the order of their keys, with how many live there. May be fewer than asked for, or
    /// none, although more follow.
    pub cities: Vec<CityTotal>,
    /// Behind which key the next page begins; none at the end.
    pub next: Option<String>,
}

/// The cities of participants that are not in the official list, behind `after`, at most `limit`. At
/// most four calls of the database; as of a moment ago.
///
/// # Errors
/// [`StoreError`] if the store does not answer.
pub async fn unknown_cities(
    app: &App,
    after: Option<String>,
    limit: usize,
) -> Result<UnknownCities, StoreError> {
    let mut cities = Vec::new();
    let mut behind = after;
    for _ in 0..LOOKS {
        let some = app.store.cities(behind.as_deref(), LOOKED_AT).await?;
        let is_last = some.len() < LOOKED_AT;
        for city in some {
            if cities.len() == limit {
                return Ok(UnknownCities {
                    cities,
                    next: behind,
                });
            }
            behind = Some(city.key.clone());
            if city.total > 0 && !City::is_listed(&city.key) {
                cities.push(city);
            }
        }
        if is_last {
            return Ok(UnknownCities { cities, next: None });
        }
    }
    Ok(UnknownCities {
        cities,
        next: behind,
    })
}
