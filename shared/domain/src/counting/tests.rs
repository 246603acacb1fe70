#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ids::ParticipantId;
use crate::participant::JoinStatus;

const REFERRER: ParticipantId = ParticipantId(Uuid::from_u128(7));

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn position(number: u32) -> Position {
    Position::new("2026-11-28T00:00:00.000", &number.to_string()).unwrap()
}

fn person(city_key: &str, name: &str) -> Share {
    of_participant(&Facts {
        registered_at: at("2026-12-31T17:00:00Z"),
        reg_key: "2026-12-31T17:00:00.000Z#1",
        name,
        city_key,
        status: JoinStatus::BelumJoin,
        unsubscribed: false,
        invited_by: Some(REFERRER),
    })
}

fn codes(share: &Share) -> Vec<String> {
    share.counters.iter().map(Counter::code).collect()
}

#[test]
fn day_month_and_year_are_those_in_wib() {
    let mut all = codes(&person("bogor", "Budi"));
    all.sort();
    let id = REFERRER;
    assert_eq!(
        all,
        [
            "city/bogor".to_owned(),
            format!("referred/{id}/2027"),
            format!("referred/{id}/2027-01"),
            format!("referred/{id}/all"),
            "registered/2027-01-01".to_owned(),
            "status/belum_join".to_owned(),
            "subscription/subscribed".to_owned(),
        ]
    );
    let before = of_erased(at("2026-12-31T16:59:59.999Z"), Some(REFERRER));
    let mut all = codes(&before);
    all.sort();
    assert_eq!(all[3], "registered/2026-12-31");
    assert_eq!(all[1], format!("referred/{id}/2026-12"));
    assert_eq!(
        codes(&of_message(at("2026-12-31T17:00:00Z"), Outcome::Sent)),
        ["messages/2027-01-01/sent"]
    );
}

#[test]
fn a_move_holds_the_difference_and_nothing_else() {
    let mark = Mark {
        revision: 4,
        position: Some(position(5)),
        share: person("bogor", "Budi Santoso"),
    };
    let seen = Seen {
        position: position(6),
        share: person("depok", "Budi Hartono"),
    };
    let moved = follow(&mark, std::slice::from_ref(&seen)).unwrap();
    assert_eq!(
        moved.steps,
        BTreeMap::from([
            (Counter::City("bogor".to_owned()), -1),
            (Counter::City("depok".to_owned()), 1),
        ])
    );
    let words = |entries: &BTreeSet<Entry>| -> Vec<String> {
        entries.iter().map(|entry| entry.word.clone()).collect()
    };
    assert_eq!(words(&moved.added), ["hartono"]);
    assert_eq!(words(&moved.removed), ["santoso"]);
    assert_eq!(
        (moved.mark.revision, moved.mark.position),
        (5, Some(position(6)))
    );

    let again = Mark {
        revision: 5,
        position: Some(position(6)),
        share: seen.share.clone(),
    };
    assert_eq!(follow(&again, &[seen]), None);
    assert_eq!(correct(&again, &again.share), None);
    let gone = correct(&again, &Share::default()).unwrap();
    assert!(gone.mark.share.is_empty() && gone.steps.values().all(|by| *by == -1));
    assert_eq!(
        gone.mark.position,
        Some(position(6)),
        "a recount saw no change"
    );
}

#[test]
fn a_change_that_was_taken_back_moves_the_mark_and_no_counter() {
    let (there, back) = (person("depok", "Budi"), person("bogor", "Budi"));
    let mark = Mark {
        revision: 1,
        position: Some(position(1)),
        share: back.clone(),
    };
    let seen = |number, share: &Share| Seen {
        position: position(number),
        share: share.clone(),
    };
    let moved = follow(&mark, &[seen(2, &there), seen(3, &back)]).unwrap();
    assert!(moved.steps.is_empty() && moved.added.is_empty() && moved.removed.is_empty());
    assert_eq!(moved.mark.position, Some(position(3)));
    // The one in the middle comes alone, late.
    assert_eq!(follow(&moved.mark, &[seen(2, &there)]), None);
    // Changes that touch nothing that is counted cost no write.
    assert_eq!(follow(&mark, &[seen(2, &back), seen(3, &back)]), None);
}

#[test]
fn positions_are_numbers_of_any_length_within_a_stream() {
    let of = |stream: &str, number: &str| Position::new(stream, number).unwrap();
    let long = "9".repeat(39);
    let longer = format!("1{}", "0".repeat(39));
    assert!(of("a", &long) < of("a", &longer));
    assert!(of("a", "9") < of("a", "10"));
    assert_eq!(of("a", "0010"), of("a", "10"));
    assert!(
        of("a", &longer) < of("b", "1"),
        "a stream that was opened later"
    );
    for (stream, number) in [("", "1"), ("a", ""), ("a", "1x"), ("a#b", "1"), ("a", "-1")] {
        assert!(Position::new(stream, number).is_err(), "{stream} {number}");
    }
    assert!("a".parse::<Position>().is_err());
}

fn counter() -> impl Strategy<Value = Counter> {
    let day =
        || (2020_i16..2040, 1_i8..13, 1_i8..29).prop_map(|(y, m, d)| jiff::civil::date(y, m, d));
    let id = || any::<u128>().prop_map(|n| ParticipantId(Uuid::from_u128(n)));
    let period = prop_oneof![
        Just(Period::All),
        (2000_i16..3000).prop_map(Period::Year),
        (2000_i16..3000, 1_i8..13).prop_map(|(year, month)| Period::Month(year, month)),
    ];
    prop_oneof![
        day().prop_map(Counter::Registered),
        "[a-z0-9 /]{0,20}".prop_map(Counter::City),
        any::<bool>().prop_map(Counter::Joined),
        any::<bool>().prop_map(Counter::Subscribed),
        (id(), period).prop_map(|(id, period)| Counter::Referred(id, period)),
        (day(), prop::sample::select(Outcome::ALL.to_vec()))
            .prop_map(|(day, outcome)| Counter::Messages(day, outcome)),
    ]
}

fn share() -> impl Strategy<Value = Share> {
    let city = prop::sample::select(vec!["bogor", "depok", "kota"]);
    let name = prop::sample::select(vec!["Budi", "Budi Santoso", "Siti"]);
    prop_oneof![
        1 => Just(Share::default()),
        4 => (city, name).prop_map(|(city, name)| person(city, name)),
    ]
}

proptest! {
    #[test]
    fn what_is_stored_reads_back(counter in counter(), number in 0_u64..u64::MAX) {
        prop_assert_eq!(counter.code().parse::<Counter>(), Ok(counter));
        let position = Position::new("1764000000.000000001", &number.to_string()).unwrap();
        prop_assert_eq!(position.code().parse::<Position>(), Ok(position));
    }

    #[test]
    fn text_that_is_no_counter_is_refused_and_none_panics(text in "\\PC{0,40}") {
        if let Ok(counter) = text.parse::<Counter>() {
            prop_assert_eq!(counter.code().parse::<Counter>(), Ok(counter));
        }
    }

    /// Deliveries of a history in any pieces, doubled and in any order between workers: once the
    /// piece that holds the last change was counted, the totals are those of the last share.
    #[test]
    fn whatever_is_delivered_how_often_the_last_change_wins(
        history in proptest::collection::vec(share(), 1..8),
        pieces in proptest::collection::vec((0_usize..8, 1_usize..5), 0..12),
    ) {
        let seen: Vec<Seen> = (1_u32..)
            .zip(&history)
            .map(|(number, share)| Seen { position: position(number), share: share.clone() })
            .collect();
        let mut mark = Mark::default();
        let mut totals: BTreeMap<Counter, i64> = BTreeMap::new();
        let mut entries = BTreeSet::new();
        let whole = [(0, seen.len())];
        for (from, len) in pieces.iter().chain(&whole).chain(&pieces) {
            let piece: Vec<Seen> = seen.iter().skip(*from).take(*len).cloned().collect();
            let Some(moved) = follow(&mark, &piece) else { continue };
            for (counter, by) in moved.steps {
                *totals.entry(counter).or_default() += by;
            }
            entries.extend(moved.added);
            entries.retain(|entry| !moved.removed.contains(entry));
            mark = moved.mark;
        }
        totals.retain(|_, total| *total != 0);
        let last = history.last().unwrap();
        prop_assert_eq!(totals.keys().cloned().collect::<BTreeSet<_>>(), last.counters.clone());
        prop_assert!(totals.values().all(|total| *total == 1));
        prop_assert_eq!(&entries, &last.entries);
    }
}
