#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests"
)]

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::form::FieldErrors;
use crate::ids::ParticipantId;
use crate::participant::JoinStatus;
use crate::suppression::{Standing, Suppression};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const WHO: ParticipantId = ParticipantId(Uuid::from_u128(7));

fn asked(input: FilterInput) -> Filter {
    Filter::parse(&input).unwrap()
}

fn from_to(from: &str, to: &str) -> Filter {
    asked(FilterInput {
        registered_from: from.to_owned(),
        registered_to: to.to_owned(),
        ..FilterInput::default()
    })
}

/// The parts that a list looks into when each is looked through at once.
fn parts(plan: &Plan) -> Vec<String> {
    let mut parts = Vec::new();
    let mut mark = plan.start();
    while let Some(look) = plan.look(mark) {
        parts.push(match &look.part {
            Part::Month(month) => format!("{month} {}", look.from),
            other => format!("{other:?}"),
        });
        match plan.behind(&look.part) {
            Some(behind) => mark = behind,
            None => break,
        }
    }
    parts
}

#[test]
fn months_are_read_from_the_newest_down_and_days_are_those_of_wib() {
    let now = at("2026-11-24T03:00:00Z");
    // A day in WIB begins at 17.00 UTC of the day before.
    let plan = Plan::of(&from_to("2026-10-01", "2026-11-01"), None, now);
    let expected = [
        "2026-11 2026-11-01T00:00:00Z",
        "2026-10 2026-10-01T00:00:00Z",
        "2026-09 2026-09-30T17:00:00Z",
    ];
    let last = Mark::Registered {
        at: at("2026-11-01T17:00:00Z"),
        id: None,
    };
    assert_eq!(plan.start(), last);
    assert_eq!(parts(&plan), expected);
    // A day within one month, and one that ends with it.
    assert_eq!(
        parts(&Plan::of(&from_to("2026-11-10", "2026-11-10"), None, now)),
        ["2026-11 2026-11-09T17:00:00Z"]
    );
    // 00.00 to 07.00 WIB of the first day of a year lie in the year before.
    assert_eq!(
        parts(&Plan::of(&from_to("2026-01-01", "2026-01-01"), None, now)),
        [
            "2026-01 2026-01-01T00:00:00Z",
            "2025-12 2025-12-31T17:00:00Z"
        ]
    );
    // Nobody registers tomorrow, nor before the first year.
    assert_eq!(
        parts(&Plan::of(&from_to("2027-01-02", ""), None, now)),
        [""; 0]
    );
    assert_eq!(
        parts(&Plan::of(&from_to("", "2024-12-31"), None, now)),
        [""; 0]
    );
    let all = parts(&Plan::of(&Filter::default(), None, now));
    assert_eq!(all.len(), 12 + 11);
    assert_eq!(all.last().unwrap(), "2025-01 2025-01-01T00:00:00Z");
}

#[test]
fn the_narrowest_index_comes_first() {
    let now = at("2026-11-24T03:00:00Z");
    let city = Filter {
        city: Some("bogor".to_owned()),
        ..from_to("2026-10-01", "")
    };
    assert_eq!(parts(&Plan::of(&city, None, now)), ["City(\"bogor\")"]);
    let invited = Filter {
        referrer: Some(WHO),
        ..city.clone()
    };
    let plan = Plan::of(&invited, None, now);
    assert_eq!(parts(&plan), [format!("Referrer({WHO:?})")]);
    // The first place is the last of the list, and a mark of another order none of it.
    assert!(plan.look(Mark::Place(2)).is_some());
    assert_eq!(plan.look(Mark::Place(1)), None);
    let other = Mark::Registered { at: now, id: None };
    assert_eq!(plan.look(other), None);
    assert_eq!(Plan::of(&city, None, now).look(Mark::Place(2)), None);
    assert_eq!(
        parts(&Plan::of(&invited, Some("budi"), now)),
        ["Word(\"budi\")"]
    );
}

#[test]
fn what_an_index_answers_is_not_asked_again() {
    let filter = Filter {
        city: Some("bogor".to_owned()),
        status: Some(JoinStatus::SudahJoin),
        referrer: Some(WHO),
        ..from_to("2026-10-01", "2026-10-02")
    };
    let rest = filter.rest(&Part::Referrer(WHO));
    assert_eq!(rest.referrer, None);
    assert!(rest.city.is_some() && rest.registered_from.is_some());
    let rest = filter.rest(&Part::City("bogor".to_owned()));
    assert!(rest.city.is_none() && rest.registered_to.is_none());
    assert!(rest.referrer.is_some() && rest.status.is_some());
    let rest = filter.rest(&Part::Month("2026-10".to_owned()));
    assert!(rest.city.is_some() && rest.registered_from.is_none());
    // Words are written after the name: everything is asked of the person.
    assert_eq!(filter.rest(&Part::Word("budi".to_owned())), filter);
}

#[test]
fn each_wrong_condition_is_named_in_indonesian() {
    let wrong = FilterInput {
        city: "=1+1".to_owned(),
        registered_from: "1 November".to_owned(),
        registered_to: "2026-13-01".to_owned(),
        referrer_id: "0815".to_owned(),
        status: "joined".to_owned(),
        unsubscribed: "ya".to_owned(),
        event_id: "x".to_owned(),
        name: "siti 0812-1000-0001".to_owned(),
    };
    let errors = Filter::parse(&wrong).unwrap_err();
    let fields: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
    assert_eq!(fields.len(), 8, "{fields:?}");
    assert!(errors.get("name").unwrap().starts_with("Cari nomor lewat"));
    for nothing in ["!!", "😀"] {
        let input = FilterInput {
            name: nothing.to_owned(),
            ..FilterInput::default()
        };
        assert!(Filter::parse(&input).unwrap_err().get("name").is_some());
    }
    let backwards = FilterInput {
        registered_from: "2026-11-02".to_owned(),
        registered_to: "2026-11-01".to_owned(),
        ..FilterInput::default()
    };
    let errors = Filter::parse(&backwards).unwrap_err();
    assert_eq!(
        errors.get("registered_to"),
        Some("Tanggal akhir sebelum tanggal awal.")
    );
    let blank = FilterInput {
        city: "  ".to_owned(),
        ..FilterInput::default()
    };
    assert_eq!(asked(blank), Filter::default());
}

#[test]
fn two_questions_have_two_names() {
    let city = |city: &str| {
        asked(FilterInput {
            city: city.to_owned(),
            ..FilterInput::default()
        })
    };
    assert_eq!(city("Kota Bogor").question(), city("bogor").question());
    let all = [
        Filter::default(),
        city("Bogor"),
        from_to("2026-11-01", ""),
        from_to("", "2026-11-01"),
        Filter {
            referrer: Some(WHO),
            ..Filter::default()
        },
        Filter {
            status: Some(JoinStatus::BelumJoin),
            ..Filter::default()
        },
        Filter {
            unsubscribed: Some(true),
            ..Filter::default()
        },
        Filter {
            unsubscribed: Some(false),
            ..Filter::default()
        },
        Filter {
            words: BTreeSet::from(["bogor".to_owned()]),
            ..Filter::default()
        },
    ];
    let questions: BTreeSet<String> = all.iter().map(Filter::question).collect();
    assert_eq!(questions.len(), all.len());
}

#[test]
fn one_box_takes_a_number_or_a_name() {
    for number in ["0812-1000-0001", "+62 812 1000 0001", "wa.me/6281210000001"] {
        assert!(
            matches!(Wanted::parse(number), Ok(Wanted::Number(_))),
            "{number}"
        );
    }
    for name in ["Budi", "siti aminah", "Budi 2"] {
        assert_eq!(Wanted::parse(name), Ok(Wanted::Name(name.to_owned())));
    }
    for neither in [
        "",
        "  ",
        "0812",
        "08121",
        "021-555-1234",
        "0812 1000 0001 0812 1000 0002",
        "siti 0812-1000-0001",
    ] {
        let parsed = Wanted::parse(neither);
        let digits = neither.chars().filter(char::is_ascii_digit).count();
        match parsed {
            Err(errors) => assert!(errors.get("q").is_some()),
            Ok(Wanted::Name(_)) => assert!(digits < 5, "{neither}"),
            Ok(Wanted::Number(_)) => panic!("{neither} is no number"),
        }
    }
}

#[test]
fn a_correction_names_every_field_that_is_wrong() {
    let text = |text: &str| Some(text.to_owned());
    let form = EditForm {
        name: text(" Siti  Aminah "),
        phone: text("0812 1000 0001"),
        status: text("sudah_join"),
        ..EditForm::default()
    };
    let edit = Edit::parse(&form).unwrap();
    assert_eq!(edit.name.unwrap().as_str(), "Siti Aminah");
    assert_eq!(edit.phone.unwrap().link_form(), "081210000001");
    assert_eq!(edit.status, Some(JoinStatus::SudahJoin));
    assert_eq!((edit.city, edit.referrer_phone), (None, None));
    let wrong = EditForm {
        sapaan: text("Kak"),
        name: text(""),
        city: text("a@b.c"),
        profession: text("https://x.y"),
        phone: text("021 555 1234"),
        referrer_phone: text("x"),
        status: text("joined"),
    };
    let errors: FieldErrors = Edit::parse(&wrong).unwrap_err();
    assert_eq!(errors.iter().count(), 7);
    assert!(
        Edit::parse(&EditForm::default())
            .unwrap_err()
            .get("fields")
            .is_some()
    );
}

fn standing(standing: Standing) -> Suppression {
    Suppression {
        standing,
        changed_at: match standing {
            Standing::Free => Suppression::FREE.changed_at,
            _ => at("2026-11-01T00:00:00Z"),
        },
    }
}

#[test]
fn no_stop_is_lost_when_a_number_changes() {
    let all = [
        Standing::Free,
        Standing::Stopped,
        Standing::Asked,
        Standing::Lifted,
    ];
    for old in all {
        for new in all {
            let facts = NumberFacts {
                old: standing(old),
                new: standing(new),
                taken: false,
                crediting: false,
            };
            let change = NumberChange::decide(facts).unwrap();
            let stands = change.carried.unwrap_or(new);
            // What is written of the person is what stands of their new number.
            assert_eq!(change.unsubscribed, stands.is_stopped(), "{old:?} {new:?}");
            assert!(!old.is_stopped() || change.unsubscribed, "{old:?} {new:?}");
            assert!(!new.is_stopped() || stands == new, "{old:?} {new:?}");
            assert_eq!(change.old_stays_stopped, old.is_stopped());
        }
    }
    let facts = NumberFacts {
        old: Suppression::FREE,
        new: Suppression::FREE,
        taken: true,
        crediting: true,
    };
    assert_eq!(NumberChange::decide(facts), Err(NumberRefused::Taken));
    let facts = NumberFacts {
        taken: false,
        ..facts
    };
    assert_eq!(NumberChange::decide(facts), Err(NumberRefused::Crediting));
}

proptest! {
    /// Wherever a page ends, the next begins in the part where the next older person stands.
    #[test]
    fn the_next_look_is_where_the_next_older_person_can_be(
        minutes in 0..1_200_000_i64,
        older in 1..60_000_i64,
        whole in any::<bool>(),
    ) {
        let first = at("2025-01-01T00:00:00Z");
        let below = first + SignedDuration::from_mins(minutes);
        let person = below - SignedDuration::from_mins(older);
        let plan = Plan::of(&Filter::default(), None, at("2027-12-01T00:00:00Z"));
        let id = (!whole).then_some(WHO);
        let mut mark = Mark::Registered { at: below, id };
        let mut steps = 0;
        let found = loop {
            let Some(look) = plan.look(mark) else { break false };
            let Part::Month(month) = &look.part else { panic!("{look:?}") };
            if person.to_string().starts_with(month.as_str()) {
                break look.from <= person;
            }
            steps += 1;
            prop_assert!(steps < 40);
            match plan.behind(&look.part) {
                Some(behind) => mark = behind,
                None => break false,
            }
        };
        prop_assert_eq!(found, person >= first);
    }

    #[test]
    fn a_look_evaluates_at_least_one_and_never_more_than_a_thousand(
        round in 0..20_usize,
        missing in 1..=100_usize,
        selective in any::<bool>(),
    ) {
        let looked = evaluated(round, missing, selective);
        prop_assert!((1..=1_000).contains(&looked));
        prop_assert!(looked >= missing);
    }

    #[test]
    fn no_text_of_an_address_panics(text in ".{0,120}") {
        let input = FilterInput {
            city: text.clone(),
            registered_from: text.clone(),
            registered_to: text.clone(),
            referrer_id: text.clone(),
            status: text.clone(),
            unsubscribed: text.clone(),
            event_id: text.clone(),
            name: text.clone(),
        };
        let _ = Filter::parse(&input);
        let _ = Wanted::parse(&text);
        let _ = Edit::parse(&EditForm {
            sapaan: Some(text.clone()),
            name: Some(text.clone()),
            phone: Some(text.clone()),
            referrer_phone: Some(text),
            ..EditForm::default()
        });
    }
}
