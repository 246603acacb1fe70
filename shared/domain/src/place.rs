//! The official regencies and cities and the zones they lie in. The list is the one that the
//! landing page suggests from, so that what is picked there is known here.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::person::{key_of, words_of};
use crate::time_text::Zone;

/// Names by province; each province's line, `= Bali, WITA`, names its zone.
const LIST: &str = include_str!("../../../web/landing/assets/cities.txt");

/// Zones by name. `None` is the name of places in more than one zone.
static ZONES: LazyLock<HashMap<String, Option<Zone>>> = LazyLock::new(zones);

/// The zone of a place as somebody wrote it: `Kota Denpasar`, `denpasar`, `Denpasar, Bali`, `Bali`.
pub(crate) fn zone(place: &str) -> Option<Zone> {
    std::iter::once(place)
        .chain(place.split([',', '(', '/']))
        .find_map(named)
}

/// Whether a city's key is one of the official list.
pub(crate) fn is_listed(key: &str) -> bool {
    ZONES.contains_key(key)
}

fn named(place: &str) -> Option<Zone> {
    let words = words_of(place);
    let full = ZONES.get(&words.join(" "));
    full.or_else(|| ZONES.get(&key_of(&words))).copied()?
}

fn zones() -> HashMap<String, Option<Zone>> {
    let mut zones = HashMap::new();
    let mut add = |name: String, zone: Zone| {
        zones
            .entry(name)
            .and_modify(|known| {
                if *known != Some(zone) {
                    *known = None;
                }
            })
            .or_insert(Some(zone));
    };
    for (zone, line) in lines() {
        let words = words_of(line);
        add(words.join(" "), zone);
        let key = key_of(&words);
        if key != words.join(" ") {
            add(key, zone);
        }
    }
    zones
}

/// Provinces and their places, each with its zone.
fn lines() -> impl Iterator<Item = (Zone, &'static str)> {
    let mut zone = Zone::Wib;
    LIST.lines()
        .filter(|line| !line.starts_with('#'))
        .map(move |line| {
            let Some(province) = line.strip_prefix("= ") else {
                return (zone, line);
            };
            let (name, label) = province.rsplit_once(", ").unwrap_or((province, ""));
            zone = Zone::parse(label).unwrap_or(Zone::Wib);
            (zone, name)
        })
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        reason = "tests"
    )]

    use std::collections::BTreeSet;

    use super::{LIST, lines, zone};
    use crate::person::City;
    use crate::time_text::Zone;

    #[test]
    fn the_list_holds_the_514_places_of_38_provinces_each_as_the_form_accepts_it() {
        let provinces: Vec<&str> = LIST.lines().filter_map(|l| l.strip_prefix("= ")).collect();
        assert_eq!(provinces.len(), 38);
        for province in provinces {
            let (_, label) = province.rsplit_once(", ").expect(province);
            assert!(Zone::parse(label).is_some(), "{province}");
        }
        let places: Vec<&str> = LIST
            .lines()
            .filter(|line| !line.starts_with(['#', '=']))
            .collect();
        let regencies = places
            .iter()
            .filter(|p| p.starts_with("Kabupaten "))
            .count();
        let cities = places.iter().filter(|p| p.starts_with("Kota ")).count();
        assert_eq!((regencies, cities, places.len()), (416, 98, 514));
        let distinct: BTreeSet<&&str> = places.iter().collect();
        assert_eq!(distinct.len(), 514);
        for place in places {
            assert_eq!(City::parse(place).unwrap().as_str(), place);
            assert!(zone(place).is_some(), "{place}");
        }
    }

    #[test]
    fn a_place_keeps_its_zone_however_it_is_written() {
        for (place, expected) in [
            ("Kota Bogor", Some(Zone::Wib)),
            ("bogor", Some(Zone::Wib)),
            ("Pontianak", Some(Zone::Wib)),
            ("Banjarmasin", Some(Zone::Wita)),
            ("Denpasar, Bali", Some(Zone::Wita)),
            ("Ubud, Bali", Some(Zone::Wita)),
            ("Kota Makassar", Some(Zone::Wita)),
            ("Kab. Jayapura", Some(Zone::Wit)),
            ("Ambon (Maluku)", Some(Zone::Wit)),
            ("Papua", Some(Zone::Wit)),
            // A city in West Java and a regency in South Kalimantan.
            ("Kota Banjar", Some(Zone::Wib)),
            ("Kabupaten Banjar", Some(Zone::Wita)),
            ("Banjar", None),
            ("Singapura", None),
        ] {
            assert_eq!(zone(place), expected, "{place}");
        }
        assert!(lines().count() == 38 + 514);
    }
}
