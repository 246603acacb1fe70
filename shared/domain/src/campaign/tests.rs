#![allow(clippy::unwrap_used, reason = "tests")]
use std::collections::{BTreeSet, HashSet};

use super::*;
use crate::audience::Segment;

fn event(n: u128, start: &str) -> EventRef {
    EventRef {
        id: EventId(Uuid::from_u128(n)),
        start_time: start.parse().unwrap(),
    }
}

fn campaign(staged: Option<u32>) -> NewCampaign {
    NewCampaign {
        id: CampaignId(Uuid::from_u128(1)),
        kind: CampaignKind::Broadcast,
        event: None,
        audience: Audience::Everybody,
        template: None,
        vars: BTreeMap::new(),
        media: None,
        not_before: Timestamp::UNIX_EPOCH,
        expires_at: Timestamp::MAX,
        staged,
        created_by: "admin".to_owned(),
        created_at: Timestamp::UNIX_EPOCH,
    }
}

#[test]
fn every_stored_word_reads_back() {
    for kind in CampaignKind::ALL {
        assert_eq!(CampaignKind::parse(kind.as_str()), Some(kind));
    }
    for phase in Phase::ALL {
        assert_eq!(Phase::parse(phase.as_str()), Some(phase));
    }
    for hold in Hold::ALL {
        assert_eq!(Hold::parse(hold.as_str()), Some(hold));
    }
    for why in Closing::ALL {
        assert_eq!(Closing::parse(why.as_str()), Some(why));
    }
    let position = Position::parse("2026-11|2026-11-29T12:30:00.000Z#x").unwrap();
    assert_eq!(position.part, "2026-11");
    assert_eq!(Position::parse(&position.as_text()), Some(position));
    assert_eq!(Position::parse("2026-11"), None);
}

#[test]
fn one_person_has_one_reminder_for_each_start_whatever_the_campaign() {
    let (first, moved) = (
        event(1, "2026-11-29T12:30:00Z"),
        event(1, "2026-11-29T13:30:00Z"),
    );
    let person = ParticipantId(Uuid::from_u128(9));
    let id = |campaign: u128, kind, event| {
        message_id(kind, CampaignId(Uuid::from_u128(campaign)), event, person)
    };
    let reminder = |campaign, event| id(campaign, CampaignKind::Reminder, Some(event));
    assert_eq!(reminder(1, first), reminder(2, first));
    assert_eq!(reminder(1, first), reminder_id(first, person));
    assert_ne!(reminder(1, first), reminder(1, moved));
    let follow_up = |campaign, event| id(campaign, CampaignKind::FollowUp, Some(event));
    assert_eq!(follow_up(1, first), follow_up(2, moved));
    for kind in [CampaignKind::Broadcast, CampaignKind::EventChanged] {
        assert_ne!(id(1, kind, Some(first)), id(2, kind, Some(first)));
    }
    let of = |kind, event, revision| event_campaign_id(kind, event, revision);
    let ids: HashSet<_> = [
        of(CampaignKind::Reminder, first, 1),
        of(CampaignKind::Reminder, first, 1),
        of(CampaignKind::Reminder, first, 2),
        of(CampaignKind::Reminder, moved, 1),
        of(CampaignKind::FollowUp, first, 1),
    ]
    .into();
    assert_eq!(ids.len(), 4);
}

#[test]
fn the_first_of_a_staged_campaign_stand_alone_and_the_rest_is_spread() {
    let staged = campaign(Some(20));
    assert_eq!(staged.shards(), 5);
    assert!((0..20).all(|n| staged.shard_of(n) == 0));
    let rest: BTreeSet<u8> = (20..40).map(|n| staged.shard_of(n)).collect();
    assert_eq!(rest, BTreeSet::from([1, 2, 3, 4]));
    let plain = campaign(None);
    let all: BTreeSet<u8> = (0..20).map(|n| plain.shard_of(n)).collect();
    assert_eq!((plain.shards(), all), (4, BTreeSet::from([0, 1, 2, 3])));
}

#[test]
fn recipients_are_looked_for_in_one_city_or_month_by_month() {
    let at = "2027-01-31T23:59:00Z".parse().unwrap();
    let segment = |cities: &[&str], from: Option<&str>| {
        Audience::Segment(Segment {
            cities: cities.iter().map(|city| (*city).to_owned()).collect(),
            registered_from: from.map(|day| day.parse().unwrap()),
            ..Segment::default()
        })
    };
    let city = Source::of(&segment(&["bogor"], Some("2026-11-01")), at);
    assert_eq!(city, Source::City("bogor".to_owned()));
    assert_eq!(city.start().unwrap().part, "bogor");
    assert_eq!(city.behind("bogor"), None);

    // Midnight of the first of November in WIB is the last of October in UTC.
    let months = Source::of(&segment(&["bogor", "depok"], Some("2026-11-01")), at);
    assert_eq!(months.parts(), ["2026-10", "2026-11", "2026-12", "2027-01"]);
    assert_eq!(months.start().unwrap().part, "2026-10");
    assert_eq!(months.behind("2026-12").unwrap().part, "2027-01");
    assert_eq!(months.behind("2027-01"), None);
    let all = Source::of(&Audience::Everybody, at);
    assert_eq!(all.parts().len(), 25);
    assert_eq!(
        Source::of(&segment(&[], Some("2027-03-02")), at).start(),
        None
    );
}

#[test]
fn eleven_failures_among_the_last_fifty_are_too_many() {
    let outcomes = |pattern: &[(bool, usize)]| -> Vec<bool> {
        let runs = pattern.iter();
        runs.flat_map(|(taken, count)| std::iter::repeat_n(*taken, *count))
            .collect()
    };
    assert!(!too_many_failures(&[]));
    assert!(!too_many_failures(&outcomes(&[(false, 10), (true, 40)])));
    assert!(too_many_failures(&outcomes(&[(false, 11), (true, 39)])));
    assert!(too_many_failures(&outcomes(&[(false, 11)])));
    // They are long past.
    assert!(!too_many_failures(&outcomes(&[(false, 30), (true, 40)])));
}

fn every_step() -> Vec<Step> {
    let mut steps = vec![
        Step::Expanded,
        Step::Begin { late: false },
        Step::Begin { late: true },
        Step::Pause,
        Step::Fail,
        Step::Resume,
        Step::Release,
        Step::Empty,
        Step::Ended,
    ];
    steps.extend(Closing::ALL.map(Step::Close));
    steps
}

/// Every status that any order of steps leads to.
fn reachable() -> HashSet<Status> {
    let mut seen = HashSet::from([Status::new(false), Status::new(true)]);
    let mut fresh: Vec<Status> = seen.iter().copied().collect();
    while let Some(status) = fresh.pop() {
        for step in every_step() {
            if let Ok(next) = status.step(step)
                && seen.insert(next)
            {
                fresh.push(next);
            }
        }
    }
    seen
}

#[test]
fn whatever_happens_in_whatever_order_a_campaign_only_goes_forward() {
    let all = reachable();
    assert!(all.len() > 20, "{}", all.len());
    for status in all {
        assert_eq!(
            status.closing.is_some(),
            !status.word_is_open(),
            "{status:?}"
        );
        for step in every_step() {
            let Ok(next) = status.step(step) else {
                assert!(!matches!(status.phase, Phase::Expanding | Phase::Open));
                continue;
            };
            // The same thing heard twice changes nothing more.
            assert_eq!(next.step(step), Ok(next), "{status:?} {step:?}");
            assert!(next.phase >= status.phase, "{status:?} {step:?}");
            // Nothing that was given up sends, and only a person lets what is held go on.
            assert!(status.closing.is_none() || !next.sends());
            if status.hold.is_some() && step != Step::Resume {
                assert_eq!(next.hold, status.hold, "{status:?} {step:?}");
            }
            if status.staged && step != Step::Release {
                assert!(next.staged && next.phase != Phase::Done);
            }
            if next.phase == Phase::Done {
                assert!(status.phase >= Phase::Open, "{status:?}");
            }
            // Once given up, for one reason for ever, and never expanded again.
            assert!(status.closing.is_none() || next.closing == status.closing);
        }
        let expanded = status.step(Step::Expanded);
        assert_eq!(expanded.is_err(), status.closing.is_some());
    }
}

impl Status {
    fn word_is_open(&self) -> bool {
        !matches!(self.phase, Phase::Closing | Phase::Closed)
    }
}

#[test]
fn what_is_late_asks_and_goes_on_when_told_to() {
    let late = Status::new(false).step(Step::Begin { late: true }).unwrap();
    assert_eq!((late.word(), late.sends()), ("overdue", false));
    let told = late.step(Step::Resume).unwrap();
    assert_eq!((told.word(), told.sends()), ("expanding", true));
    // It was told already that it is late.
    assert_eq!(told.step(Step::Begin { late: true }), Ok(told));

    let staged = Status::new(true)
        .step(Step::Begin { late: false })
        .and_then(|status| status.step(Step::Expanded))
        .unwrap();
    assert_eq!((staged.word(), staged.sends()), ("staged", true));
    let paused = staged.step(Step::Fail).unwrap();
    assert_eq!((paused.word(), paused.sends()), ("failures", false));
}
