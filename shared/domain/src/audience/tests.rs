#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use jiff::Timestamp;
use uuid::Uuid;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn event(n: u128) -> EventId {
    EventId(Uuid::from_u128(n))
}

fn person(n: u128) -> ParticipantId {
    ParticipantId(Uuid::from_u128(n))
}

const EVENT: &str = "00000000-0000-0000-0000-000000000007";
const REFERRER: &str = "00000000-0000-0000-0000-000000000009";

fn somebody() -> Facts<'static> {
    Facts {
        city_key: "bogor",
        registered_at: "2026-11-10T03:00:00Z".parse().unwrap(),
        referrer: Some(person(9)),
        status: JoinStatus::SudahJoin,
        registered_for: const { &[EventId(Uuid::from_u128(7))] },
        attendance: Attendance::Came,
        unsubscribed: false,
        consented: true,
        erased: false,
        duplicate: false,
        broadcasts: &[],
    }
}

fn segment(input: AudienceInput) -> Audience {
    let kind = "segment".to_owned();
    Audience::parse(&AudienceInput { kind, ..input }).unwrap()
}

/// An audience from fields, `city=Bogor status=belum_join`.
fn with(fields: &[(&str, &str)]) -> AudienceInput {
    let mut input = AudienceInput {
        kind: "segment".to_owned(),
        ..AudienceInput::default()
    };
    for (field, value) in fields {
        let value = (*value).to_owned();
        match *field {
            "kind" => input.kind = value,
            "event" => input.event = value,
            "city" => input.cities.push(value),
            "registered_from" => input.registered_from = value,
            "registered_to" => input.registered_to = value,
            "referrer" => input.referrer = value,
            "status" => input.status = value,
            "attendance" => input.attendance = value,
            "attendance_event" => input.attendance_event = value,
            "registered_for" => input.registered_for = value,
            other => panic!("no field {other}"),
        }
    }
    input
}

#[test]
fn each_condition_admits_and_leaves_out() {
    let hit = [
        vec![("city", "Kota Bogor")],
        vec![("city", "Depok"), ("city", "bogor")],
        vec![("registered_from", "2026-11-10")],
        vec![("registered_to", "2026-11-10")],
        vec![("referrer", REFERRER)],
        vec![("status", "sudah_join")],
        vec![("attendance", "came"), ("attendance_event", EVENT)],
        vec![("registered_for", EVENT)],
    ];
    let miss = [
        vec![("city", "Depok")],
        vec![("registered_from", "2026-11-11")],
        vec![("registered_to", "2026-11-09")],
        vec![("referrer", EVENT)],
        vec![("status", "belum_join")],
        vec![("attendance", "missed"), ("attendance_event", EVENT)],
        vec![("registered_for", REFERRER)],
    ];
    for fields in &hit {
        let audience = segment(with(fields));
        assert_eq!(audience.admits(&somebody(), None), Ok(()), "{fields:?}");
    }
    for fields in &miss {
        let audience = segment(with(fields));
        let answer = audience.admits(&somebody(), None);
        assert_eq!(answer, Err(LeftOut::NotInSegment), "{fields:?}");
    }
    // All conditions hold together: each hit with each miss is a miss.
    for fields in &hit {
        for other in &miss {
            let mut both = with(fields);
            let one = with(other);
            if fields[0].0 == other[0].0 {
                continue;
            }
            both.cities.extend(one.cities);
            for (mine, theirs) in [
                (&mut both.registered_from, one.registered_from),
                (&mut both.registered_to, one.registered_to),
                (&mut both.referrer, one.referrer),
                (&mut both.status, one.status),
                (&mut both.attendance, one.attendance),
                (&mut both.attendance_event, one.attendance_event),
                (&mut both.registered_for, one.registered_for),
            ] {
                if !theirs.is_empty() {
                    *mine = theirs;
                }
            }
            let Ok(audience) = Audience::parse(&both) else {
                // From the 10th to the 9th: no such segment.
                continue;
            };
            let answer = audience.admits(&somebody(), None);
            assert_eq!(answer, Err(LeftOut::NotInSegment), "{fields:?} {other:?}");
        }
    }
}

#[test]
fn days_are_those_of_wib() {
    let on_the_tenth = segment(with(&[
        ("registered_from", "2026-11-10"),
        ("registered_to", "2026-11-10"),
    ]));
    for (time, inside) in [
        ("2026-11-09T16:59:59Z", false),
        ("2026-11-09T17:00:00Z", true),
        ("2026-11-10T16:59:59Z", true),
        ("2026-11-10T17:00:00Z", false),
    ] {
        let registered_at = at(time);
        let person = Facts {
            registered_at,
            ..somebody()
        };
        assert_eq!(on_the_tenth.means(&person), inside, "{time}");
    }
}

#[test]
fn an_event_is_for_its_registrants_and_for_whoever_has_not_joined() {
    let default = Audience::EventDefault { event: event(7) };
    for (registered_for, status, meant) in [
        (&[event(7)][..], JoinStatus::SudahJoin, true),
        (&[event(7)][..], JoinStatus::BelumJoin, true),
        (&[][..], JoinStatus::BelumJoin, true),
        (&[event(8)][..], JoinStatus::SudahJoin, false),
        (&[][..], JoinStatus::SudahJoin, false),
    ] {
        let person = Facts {
            registered_for,
            status,
            ..somebody()
        };
        assert_eq!(default.means(&person), meant, "{status:?}");
        assert!(Audience::Everybody.means(&person));
    }
}

#[test]
fn the_reasons_are_looked_at_in_their_order() {
    let recent = [at("2026-11-22T05:00:00Z"); 3];
    let now = at("2026-11-23T05:00:00Z");
    let nobody = Facts {
        unsubscribed: true,
        consented: false,
        erased: true,
        duplicate: true,
        broadcasts: &recent,
        ..somebody()
    };
    let outside = segment(with(&[("city", "Depok")]));
    let broadcast = Some((BroadcastCap::default(), now));
    let mut person = nobody;
    assert_eq!(outside.admits(&person, broadcast), Err(LeftOut::Erased));
    person.erased = false;
    assert_eq!(
        outside.admits(&person, broadcast),
        Err(LeftOut::NotInSegment)
    );
    let all = Audience::Everybody;
    assert_eq!(all.admits(&person, broadcast), Err(LeftOut::Unsubscribed));
    person.unsubscribed = false;
    assert_eq!(all.admits(&person, broadcast), Err(LeftOut::NoConsent));
    person.consented = true;
    assert_eq!(all.admits(&person, broadcast), Err(LeftOut::Duplicate));
    person.duplicate = false;
    assert_eq!(all.admits(&person, broadcast), Err(LeftOut::BroadcastCap));
    assert_eq!(all.admits(&person, None), Ok(()));
    for reason in LeftOut::ALL {
        assert_eq!(LeftOut::parse(reason.as_str()), Some(reason));
        let stored = serde_json::to_string(&reason).unwrap();
        assert_eq!(stored, format!("\"{}\"", reason.as_str()));
    }
}

#[test]
fn a_person_gets_at_most_three_broadcasts_in_any_seven_days() {
    let cap = BroadcastCap::default();
    let now = at("2026-11-23T05:00:00Z");
    let days = |days: &[i64]| -> Vec<Timestamp> {
        let ago = |day: &i64| now - SignedDuration::from_hours(24 * day);
        days.iter().map(ago).collect()
    };
    for (earlier, allowed) in [
        (days(&[]), true),
        (days(&[1, 2]), true),
        (days(&[1, 2, 3]), false),
        (days(&[0, 0, 0]), false),
        (days(&[7, 1, 2]), true),
        (days(&[30, 20, 10, 8, 7]), true),
        // Planned for later than this one: they find this one before them.
        (days(&[-1, -2, -3, 1]), true),
    ] {
        assert_eq!(cap.allows(&earlier, now), allowed, "{earlier:?}");
    }
    assert!(!BroadcastCap { most: 0, days: 7 }.allows(&[], now));
}

#[test]
fn the_stored_form_is_stable() {
    let all = segment(with(&[
        ("city", "Kota Depok"),
        ("city", "Bogor"),
        ("registered_from", "2026-11-01"),
        ("registered_to", "2026-11-30"),
        ("referrer", REFERRER),
        ("status", "belum_join"),
        ("attendance", "missed"),
        ("attendance_event", EVENT),
        ("registered_for", EVENT),
    ]));
    for (audience, stored) in [
        (Audience::Everybody, r#"{"kind":"everybody"}"#.to_owned()),
        (
            Audience::EventDefault { event: event(7) },
            format!(r#"{{"kind":"event_default","event":"{EVENT}"}}"#),
        ),
        (
            segment(with(&[("city", "Bogor")])),
            r#"{"kind":"segment","cities":["bogor"]}"#.to_owned(),
        ),
        (
            all,
            format!(
                r#"{{"kind":"segment","cities":["bogor","depok"],"registered_from":"2026-11-01","registered_to":"2026-11-30","referrer":"{REFERRER}","status":"belum_join","attendance":{{"event":"{EVENT}","is":"missed"}},"registered_for":"{EVENT}"}}"#
            ),
        ),
    ] {
        assert_eq!(serde_json::to_string(&audience).unwrap(), stored);
        assert_eq!(serde_json::from_str::<Audience>(&stored).unwrap(), audience);
    }
    let odd = r#"{"kind":"segment","towns":["bogor"]}"#;
    assert!(serde_json::from_str::<Audience>(odd).is_err());
}

#[test]
fn each_wrong_field_is_named() {
    let errors = |fields: &[(&str, &str)]| -> Vec<String> {
        match Audience::parse(&with(fields)) {
            Ok(audience) => panic!("{audience:?}"),
            Err(errors) => errors.iter().map(|(field, _)| field.to_owned()).collect(),
        }
    };
    assert_eq!(errors(&[]), ["kind"]);
    assert_eq!(errors(&[("kind", "all")]), ["kind"]);
    assert_eq!(errors(&[("kind", "event_default")]), ["event"]);
    assert_eq!(
        errors(&[("kind", "event_default"), ("event", "x")]),
        ["event"]
    );
    assert_eq!(
        errors(&[("kind", "everybody"), ("city", "Bogor"), ("event", EVENT)]),
        ["cities", "event"]
    );
    assert_eq!(
        errors(&[
            ("city", "https://x.id"),
            ("registered_from", "1/11/2026"),
            ("registered_to", "2026-02-30"),
            ("referrer", "budi"),
            ("status", "join"),
            ("attendance", "ya"),
            ("attendance_event", "x"),
            ("registered_for", "x"),
        ]),
        [
            "registered_from",
            "registered_to",
            "cities",
            "referrer",
            "status",
            "attendance",
            "attendance_event",
            "registered_for"
        ]
    );
    assert_eq!(errors(&[("attendance", "came")]), ["attendance_event"]);
    assert_eq!(errors(&[("attendance_event", EVENT)]), ["attendance"]);
    assert_eq!(
        errors(&[
            ("registered_from", "2026-11-02"),
            ("registered_to", "2026-11-01")
        ]),
        ["registered_to"]
    );
    let wrong = Audience::parse(&with(&[("city", "Bogor"), ("city", "08123456789")]));
    assert_eq!(
        wrong.unwrap_err().get("cities"),
        Some("Kota ke-2: Kota harus berisi huruf.")
    );
    let names: Vec<String> = (0..51)
        .map(|n| format!("Kota {}", "a".repeat(n + 1)))
        .collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| ("city", name.as_str())).collect();
    assert_eq!(errors(&many), ["cities"]);
    let unknown = serde_json::from_str::<AudienceInput>(r#"{"kind":"everybody","town":"x"}"#);
    assert!(unknown.is_err());
}

struct Known;

impl Names for Known {
    fn event(&self, id: EventId) -> Option<String> {
        (id == event(7)).then(|| "Batch 7".to_owned())
    }
    fn participant(&self, id: ParticipantId) -> Option<String> {
        (id == person(9)).then(|| "Budi Santoso".to_owned())
    }
}

#[test]
fn an_audience_is_described_in_words() {
    for (fields, text) in [
        (
            &[
                ("city", "Kota Bogor"),
                ("registered_from", "2026-11-01"),
                ("status", "belum_join"),
            ][..],
            "Peserta dari Bogor yang daftar sejak 1 November 2026, belum join",
        ),
        (
            &[("city", "Bogor"), ("city", "Depok"), ("city", "Bau-Bau")],
            "Peserta dari Bau Bau, Bogor, atau Depok",
        ),
        (
            &[("city", "Bogor"), ("city", "Depok"), ("referrer", REFERRER)],
            "Peserta dari Bogor atau Depok yang diundang Budi Santoso",
        ),
        (
            &[
                ("registered_from", "2026-11-01"),
                ("registered_to", "2026-11-30"),
                ("referrer", EVENT),
                ("registered_for", EVENT),
            ],
            "Peserta yang daftar 1 November 2026 sampai 30 November 2026 dan diundang satu pengundang, \
             terdaftar di “Batch 7”",
        ),
        (
            &[
                ("registered_from", "2026-11-01"),
                ("registered_to", "2026-11-01"),
            ],
            "Peserta yang daftar pada 1 November 2026",
        ),
        (
            &[
                ("registered_to", "2026-11-01"),
                ("attendance", "missed"),
                ("attendance_event", REFERRER),
                ("status", "sudah_join"),
            ],
            "Peserta yang daftar sampai 1 November 2026, tidak hadir di satu event, sudah join",
        ),
    ] {
        assert_eq!(segment(with(fields)).describe(&Known), text);
    }
    assert_eq!(Audience::Everybody.describe(&Known), "Semua peserta");
    assert_eq!(
        Audience::EventDefault { event: event(7) }.describe(&Known),
        "Pendaftar “Batch 7” dan semua yang belum join"
    );
}
