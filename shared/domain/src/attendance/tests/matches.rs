use proptest::prelude::*;
use uuid::Uuid;

use super::super::{By, Matched, Registrant, Why, match_attendees, read_report};
use super::{WITH_BLOCK, WITHOUT_BLOCK, read};
use crate::ids::ParticipantId;
use crate::phone::Phone;

fn id(n: usize) -> ParticipantId {
    ParticipantId(Uuid::from_u128(n as u128))
}

/// Registrants 1, 2, 3 … with the numbers 081200000001, …, the first from Bogor, the others from
/// Depok; a `*` before the name: opened the link.
fn registrants<'a>(names: &[&'a str]) -> Vec<Registrant<'a>> {
    (1..)
        .zip(names)
        .map(|(n, name)| Registrant {
            id: id(n),
            name: name.strip_prefix('*').unwrap_or(name),
            city: if n == 1 { "Kota Bogor" } else { "Depok" },
            phone: Phone::parse(&format!("0812{n:08}")).unwrap(),
            clicked: name.starts_with('*'),
        })
        .collect()
}

/// One row for each name, 10 minutes each.
fn report(names: &[&str]) -> String {
    let mut text = "Name (Original Name),Duration (Minutes)\n".to_owned();
    for name in names {
        text += &format!("\"{name}\",10\n");
    }
    text
}

fn matched(names: &[&str], among: &[&str]) -> Matched {
    match_attendees(&read(&report(names)), &registrants(among))
}

/// What one attendee comes to: `1 by Name`, or `Ambiguous [1, 2]`.
fn comes_to(name: &str, among: &[&str]) -> String {
    let matched = matched(&[name], among);
    let number = |id: &ParticipantId| id.0.as_u128();
    match (&matched.present[..], &matched.review[..]) {
        ([present], []) => format!("{} by {:?}", number(&present.participant), present.by),
        ([], [review]) => {
            let candidates: Vec<u128> = review.candidates.iter().map(number).collect();
            format!("{:?} {candidates:?}", review.why)
        }
        _ => panic!("{matched:?}"),
    }
}

#[test]
fn each_attendee_is_recognised_or_goes_to_a_person() {
    for (name, among, outcome) in [
        // By number, whatever the name.
        ("Joko 081200000002", &["Budi", "Siti"][..], "2 by Number"),
        ("+62 812-0000-0001", &["Budi", "Budi"], "1 by Number"),
        (
            "081200000001 / 081200000002",
            &["Budi", "Siti"],
            "Ambiguous [1, 2]",
        ),
        // A number of somebody else: the name proves nothing.
        ("Budi 081299999999", &["Budi", "Siti"], "Ambiguous [1]"),
        ("Joko 081299999999", &["Budi", "Siti"], "Unknown []"),
        // By a name that one of them has.
        ("budi  SANTOSO", &["Budi Santoso", "Siti"], "1 by Name"),
        ("Santoso, Budi", &["Budi Santoso", "Siti"], "1 by Name"),
        (
            "Pak Budi Santoso",
            &["H. Budi Santoso, S.Pd.", "Siti"],
            "1 by Name",
        ),
        ("Siti (Siti Aminah)", &["Siti Aminah", "Joko"], "1 by Name"),
        (
            "Aminah Siti (iPhone)",
            &["Siti Aminah", "Joko"],
            "1 by Name",
        ),
        // Several of that name.
        ("Budi", &["Budi", "Budi", "Siti"], "Ambiguous [1, 2]"),
        ("Budi", &["Budi", "*Budi", "Siti"], "2 by Click"),
        ("Budi", &["*Budi", "*Budi"], "Ambiguous [1, 2]"),
        ("Budi", &["*Budi", "Siti"], "1 by Click"),
        // Now another name than originally, each somebody's.
        ("Budi (Siti)", &["Budi", "Siti"], "Ambiguous [1, 2]"),
        ("Budi (Siti)", &["Budi", "*Siti"], "2 by Click"),
        // The city behind the name, as hosts ask for.
        ("Budi Santoso_Bogor", &["Budi Santoso", "Siti"], "1 by Name"),
        ("Kota Bogor - Budi", &["Budi", "Budi"], "1 by Name"),
        ("Budi_Depok", &["Budi", "Budi"], "2 by Name"),
        ("Budi_Depok", &["Budi", "Budi", "Budi"], "Ambiguous [2, 3]"),
        ("Budi_Solo", &["Budi", "Siti"], "Ambiguous [1]"),
        // Part of a name: only with the click.
        ("Budi", &["*Budi Santoso", "Siti"], "1 by Click"),
        ("Budi Santoso Solo", &["*Budi Santoso"], "1 by Click"),
        ("Budi S", &["*Budi Santoso", "*Budi Hartono"], "1 by Click"),
        ("Budi", &["Budi Santoso", "Siti"], "Ambiguous [1]"),
        (
            "Budi",
            &["Budi Santoso", "*Budi Hartono", "*Budi Gunawan"],
            "Ambiguous [2, 3, 1]",
        ),
        // A slip: nobody is like it, but somebody is near.
        ("Budi Santosa", &["*Budi Santoso", "Siti"], "Unknown [1]"),
        // Nobody.
        ("iPhone", &["Budi"], "Unknown []"),
        ("😀", &["Budi"], "Unknown []"),
        ("Ibu", &["Ibu Siti"], "Unknown []"),
        ("Budi", &[], "Unknown []"),
    ] {
        assert_eq!(comes_to(name, among), outcome, "{name} among {among:?}");
    }
}

#[test]
fn both_layouts_come_to_the_same() {
    let among = registrants(&["Budi Santoso", "Siti Aminah", "Joko", "Ani"]);
    for text in [WITH_BLOCK, WITHOUT_BLOCK] {
        let matched = match_attendees(&read(text), &among);
        let present: Vec<_> = matched
            .present
            .iter()
            .map(|p| (p.participant, p.minutes, p.by))
            .collect();
        assert_eq!(present, [(id(1), 90, By::Name), (id(2), 95, By::Name)]);
        // Joko's number is another one than he registered with.
        assert_eq!(matched.review.len(), 1);
        assert_eq!(matched.review[0].attendee.minutes, 94);
    }
}

#[test]
fn two_devices_of_one_person_are_added_by_the_surest_sign() {
    let matched = matched(
        &["Budi Santoso", "Laptop 081200000001"],
        &["Budi Santoso", "Siti"],
    );
    assert_eq!(matched.review, []);
    let [present] = matched.present[..] else {
        panic!("{matched:?}");
    };
    assert_eq!((present.minutes, present.by), (20, By::Number));
}

#[test]
fn two_people_at_one_account_are_looked_at() {
    let text = "Name,User Email,Duration\nBudi,a@contoh.id,10\nSiti,a@contoh.id,20\n";
    let matched = match_attendees(&read(text), &registrants(&["*Budi", "Siti"]));
    assert_eq!(matched.present, []);
    assert_eq!(matched.review[0].candidates, [id(1), id(2)]);
}

#[test]
fn two_who_may_each_be_the_same_one_are_both_looked_at() {
    let matched = matched(&["Budi S", "Budi"], &["*Budi Santoso", "Siti"]);
    assert_eq!(matched.present, []);
    let why: Vec<Why> = matched.review.iter().map(|review| review.why).collect();
    assert_eq!(why, [Why::Ambiguous, Why::Ambiguous]);
    assert!(matched.review.iter().all(|r| r.candidates == [id(1)]));
}

#[test]
fn a_name_that_thousands_share_shows_ten_candidates() {
    let names: Vec<String> = (0..3_000)
        .map(|n| format!("Muhammad {}", word(n)))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let matched = matched(&["Muhammad"], &names);
    assert_eq!(matched.review[0].why, Why::Ambiguous);
    assert_eq!(matched.review[0].candidates.len(), 10);
}

/// A word without digits.
fn word(n: usize) -> String {
    let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
    [
        "x".to_owned(),
        [letter(n), letter(n / 26), letter(n / 676)]
            .iter()
            .collect(),
    ]
    .concat()
}

proptest! {
    #[test]
    fn everybody_in_the_report_is_somewhere_and_no_minute_is_lost(
        attendees in prop::collection::vec("(Pak |H[.] )?(Budi|Siti|Joko|iPhone)( Santoso| S| Aminah)?( 08120000000[1-5])?", 1..12),
        among in prop::collection::vec("[*]?(Budi|Siti|Joko)( Santoso| Aminah| Hartono)?", 0..6),
    ) {
        let attendees: Vec<&str> = attendees.iter().map(String::as_str).collect();
        let among: Vec<&str> = among.iter().map(String::as_str).collect();
        let people = read_report(report(&attendees).as_bytes()).unwrap();
        let registrants = registrants(&among);
        let matched = match_attendees(&people, &registrants);
        let found: u32 = matched.present.iter().map(|present| present.minutes).sum();
        let open: u32 = matched.review.iter().map(|review| review.attendee.minutes).sum();
        prop_assert_eq!(found + open, 10 * u32::try_from(attendees.len()).unwrap());
        let known = |id: &ParticipantId| registrants.iter().any(|r| r.id == *id);
        prop_assert!(matched.present.iter().all(|present| known(&present.participant)));
        prop_assert!(matched.review.iter().flat_map(|review| &review.candidates).all(known));
        // Whose name two have is never decided by the name.
        for present in matched.present.iter().filter(|present| present.by == By::Name) {
            let me = registrants.iter().find(|r| r.id == present.participant).unwrap();
            prop_assert_eq!(registrants.iter().filter(|r| r.name == me.name).count(), 1);
        }
    }
}
