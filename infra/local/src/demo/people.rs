//! Who takes part: 200 invented people, always the same ones.

use std::collections::BTreeMap;

use domain::form::{FieldErrors, FieldValue, RegistrationForm};
use domain::zone::wib;
use jiff::{SignedDuration, Timestamp};

/// How many there are.
pub(crate) const PEOPLE: usize = 200;
/// So many of them registered in the days before the demo is started.
pub(crate) const BEFORE: usize = 160;
/// Over so many days.
pub(super) const DAYS: usize = 30;

/// Invitations open at eight and close at nine in the evening, WIB.
const FIRST_MINUTE: usize = 8 * 60;
const MINUTES: usize = 13 * 60;

/// Alternately women and men.
const FIRST_NAMES: [&str; 40] = [
    "Siti", "Budi", "Dewi", "Agus", "Rina", "Joko", "Ayu", "Eko", "Putri", "Dedi", "Lestari",
    "Hendra", "Wulan", "Rizki", "Nur", "Bambang", "Fitri", "Yusuf", "Indah", "Andi", "Ratna",
    "Fajar", "Maya", "Taufik", "Yuni", "Arif", "Sari", "Wahyu", "Kartika", "Dimas", "Mega",
    "Slamet", "Anisa", "Rudi", "Tri", "Gilang", "Citra", "Iwan", "Intan", "Surya",
];
const LAST_NAMES: [&str; 25] = [
    "Aminah",
    "Santoso",
    "Wibowo",
    "Hidayat",
    "Nasution",
    "Siregar",
    "Saputra",
    "Kusuma",
    "Pratama",
    "Simanjuntak",
    "Wijaya",
    "Permata",
    "Rahman",
    "Utami",
    "Setiawan",
    "Maulana",
    "Halim",
    "Gunawan",
    "Ramadhan",
    "Sitorus",
    "Nugroho",
    "Anggraini",
    "Firmansyah",
    "Purnama",
    "Hasanah",
];
const CITIES: [&str; 16] = [
    "Bandung",
    "Surabaya",
    "Jakarta Timur",
    "Semarang",
    "Yogyakarta",
    "Medan",
    "Makassar",
    "Bogor",
    "Malang",
    "Palembang",
    "Denpasar",
    "Balikpapan",
    "Solo",
    "Padang",
    "Bekasi",
    "Banjarmasin",
];
const PROFESSIONS: [&str; 14] = [
    "Guru",
    "Pedagang",
    "Ibu rumah tangga",
    "Mahasiswa",
    "Perawat",
    "Petani",
    "Wiraswasta",
    "Karyawan swasta",
    "Penjahit",
    "Pengemudi",
    "Apoteker",
    "Desainer",
    "Bidan",
    "Pensiunan",
];

/// Their numbers: an invented block, next to those of the simulated sending numbers.
pub(super) fn number(of: usize) -> String {
    format!("08110000{:04}", 1_001 + of)
}

/// Through whose link someone came; nobody comes before whom they name. A few invite many, and
/// most branches go on for several levels.
pub(super) fn invited_by(person: usize) -> Option<usize> {
    const STRONG: [(usize, usize); 4] = [(0, 20), (4, 36), (11, 48), (30, 56)];
    if person < 3 {
        return None;
    }
    let chance = (person * 7_919 + 13) % 100;
    let strong = STRONG.iter().find(|(_, below)| chance < *below);
    match strong {
        Some((referrer, _)) if *referrer < person => Some(*referrer),
        _ if chance >= 94 => None,
        // One of the last few to come before.
        _ => Some(person - 1 - (person * 31 + 7) % person.min(12)),
    }
}

/// What someone fills in.
pub(super) fn form(person: usize) -> Result<RegistrationForm, FieldErrors> {
    let text = |text: &str| FieldValue::Text(text.to_owned());
    let round = person / FIRST_NAMES.len();
    let first = FIRST_NAMES[person % FIRST_NAMES.len()];
    let last = LAST_NAMES[(person * 7 + round) % LAST_NAMES.len()];
    let sapaan = if person.is_multiple_of(2) {
        "Ibu"
    } else {
        "Bapak"
    };
    let mut fields = BTreeMap::from([
        ("sapaan".to_owned(), text(sapaan)),
        ("name".to_owned(), text(&format!("{first} {last}"))),
        (
            "city".to_owned(),
            text(CITIES[(person * 5 + round) % CITIES.len()]),
        ),
        (
            "profession".to_owned(),
            text(PROFESSIONS[(person * 3 + round) % PROFESSIONS.len()]),
        ),
        ("phone".to_owned(), text(&number(person))),
        ("consent_wa".to_owned(), FieldValue::Bool(true)),
        (
            "consent_share".to_owned(),
            FieldValue::Bool(!person.is_multiple_of(5)),
        ),
    ]);
    if let Some(referrer) = invited_by(person) {
        fields.insert("ref".to_owned(), text(&number(referrer)));
    }
    RegistrationForm::parse(&fields)
}

/// Midnight in WIB, so many days before the day of `now`: when the demo's past begins.
pub(super) fn beginning(now: Timestamp) -> Timestamp {
    let local = now.to_zoned(wib());
    let today = local.time().duration_since(jiff::civil::Time::midnight());
    let days = SignedDuration::from_hours(24 * i64::try_from(DAYS).unwrap_or(0));
    now.saturating_sub(today + days).unwrap_or(now)
}

/// When those of the past registered, in order: by day, and more every day.
pub(super) fn times(beginning: Timestamp) -> Vec<Timestamp> {
    let mut minutes: Vec<_> = (0..BEFORE)
        .map(|person| {
            let day = (person * DAYS * DAYS / BEFORE).isqrt();
            day * 24 * 60 + FIRST_MINUTE + person * 97 % MINUTES
        })
        .collect();
    minutes.sort_unstable();
    minutes
        .into_iter()
        .map(|minute| {
            let after = SignedDuration::from_mins(i64::try_from(minute).unwrap_or(0));
            beginning.saturating_add(after).unwrap_or(beginning)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everybody_has_a_valid_form_and_a_name_and_number_of_their_own() {
        let forms: Vec<_> = (0..PEOPLE).map(|n| form(n).unwrap()).collect();
        let names: BTreeSet<_> = forms.iter().map(|form| form.name.as_str()).collect();
        let phones: BTreeSet<_> = forms.iter().map(|form| form.phone).collect();
        assert_eq!((names.len(), phones.len()), (PEOPLE, PEOPLE));
    }

    #[test]
    fn the_tree_has_a_few_strong_referrers_and_several_levels() {
        let mut levels = [0_usize; PEOPLE];
        let mut invited = [0_usize; PEOPLE];
        for person in 0..PEOPLE {
            if let Some(referrer) = invited_by(person) {
                assert!(referrer < person);
                levels[person] = levels[referrer] + 1;
                invited[referrer] += 1;
            }
        }
        let deepest = levels.iter().max().unwrap();
        assert!((5..=25).contains(deepest), "{deepest} levels");
        let strong = invited.iter().filter(|count| **count >= 10).count();
        assert!((3..=6).contains(&strong), "{strong} strong referrers");
        let alone = levels.iter().filter(|level| **level == 0).count();
        assert!((3..=20).contains(&alone), "{alone} came by themselves");
    }

    #[test]
    fn the_past_lies_in_the_thirty_days_before_today_and_by_day() {
        let now: Timestamp = "2026-11-29T18:30:00Z".parse().unwrap();
        let beginning = beginning(now);
        assert_eq!(beginning.to_string(), "2026-10-30T17:00:00Z");
        let times = times(beginning);
        assert_eq!(times.len(), BEFORE);
        assert!(times.is_sorted());
        for at in &times {
            assert!((8..21).contains(&at.to_zoned(wib()).hour()), "{at}");
        }
        let today: Timestamp = "2026-11-29T17:00:00Z".parse().unwrap();
        assert!(*times.last().unwrap() < today);
        let days: BTreeSet<_> = times.iter().map(|at| at.to_zoned(wib()).date()).collect();
        assert!(days.len() > 20, "{} days", days.len());
    }
}
