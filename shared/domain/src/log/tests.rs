#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::ids::{CampaignId, MessageId, NumberId, ParticipantId};
use crate::lane::Lane;
use crate::message::{Class, Failure, MessageType, SentAs, State, Waiting};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn noon() -> Timestamp {
    at("2026-11-28T05:00:00Z")
}

/// Every part that is looked through, in order, if each is read to its end.
fn parts(plan: &Plan) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut place = plan.start();
    while let Some(look) = place.and_then(|place| plan.look(&place)) {
        place = plan.behind(&look.part);
        parts.push(look.part);
    }
    parts
}

#[test]
fn the_narrowest_index_is_taken() {
    let participant = ParticipantId(Uuid::from_u128(1));
    let campaign = CampaignId(Uuid::from_u128(2));
    let all = Filter {
        participant: Some(participant),
        campaign: Some(campaign),
        status: Some("failed"),
        reason: Some("exhausted"),
        ..Filter::default()
    };
    let lanes = ["welcome#0".to_owned(), "sending#0".to_owned()];
    let first = |filter: &Filter| parts(&Plan::of(filter, &lanes, noon()));
    assert_eq!(first(&all), [Part::Participant(participant)]);
    let of_campaign = Filter {
        participant: None,
        ..all.clone()
    };
    assert_eq!(first(&of_campaign), [Part::Campaign(campaign)]);
    let problems = Filter {
        campaign: None,
        ..of_campaign
    };
    assert_eq!(first(&problems), [Part::Problem(Failure::Exhausted)]);
    let waiting = Filter {
        status: Some("queued"),
        ..Filter::default()
    };
    let expected = lanes.clone().map(Part::Lane);
    assert_eq!(first(&waiting), expected);
    assert_eq!(parts(&Plan::of(&waiting, &[], noon())), []);
    // Suppressed ones have no index: day by day, as far back as rows are kept.
    let suppressed = Filter {
        reason: Some("suppressed"),
        ..Filter::default()
    };
    let days = first(&suppressed);
    assert_eq!(days.len(), 402);
    assert_eq!(days[0], Part::Day("2026-11-28".parse().unwrap()));
    assert_eq!(days[401], Part::Day("2025-10-23".parse().unwrap()));
}

#[test]
fn days_are_days_in_wib_and_lie_in_two_days_of_the_index() {
    let filter = Filter {
        from: Some("2026-11-01".parse().unwrap()),
        to: Some("2026-11-01".parse().unwrap()),
        ..Filter::default()
    };
    let plan = Plan::of(&filter, &[], noon());
    let day = |text: &str| Part::Day(text.parse().unwrap());
    assert_eq!(parts(&plan), [day("2026-11-01"), day("2026-10-31")]);
    let last = plan
        .look(&plan.behind(&day("2026-11-01")).unwrap())
        .unwrap();
    assert_eq!(last.from, at("2026-10-31T17:00:00Z"));
    for (moment, holds) in [
        ("2026-10-31T16:59:59.999Z", false),
        ("2026-10-31T17:00:00Z", true),
        ("2026-11-01T16:59:59.999Z", true),
        ("2026-11-01T17:00:00Z", false),
    ] {
        let glimpse = Glimpse {
            created_at: Some(at(moment)),
            ..Glimpse::default()
        };
        assert_eq!(filter.may_hold_for(&glimpse), holds, "{moment}");
    }
    // Days to come hold nothing, and days before anything is kept neither.
    let future = Filter {
        from: Some("2027-01-01".parse().unwrap()),
        ..Filter::default()
    };
    assert_eq!(parts(&Plan::of(&future, &[], noon())), []);
    let past = Filter {
        to: Some("2020-01-01".parse().unwrap()),
        ..Filter::default()
    };
    assert_eq!(parts(&Plan::of(&past, &[], noon())), []);
}

#[test]
fn a_place_of_another_order_leads_nowhere() {
    let days = Plan::of(&Filter::default(), &[], noon());
    let lane = Mark::Lane {
        lane: "welcome#0".to_owned(),
        behind: None,
    };
    assert_eq!(days.look(&lane), None);
    let waiting = Filter {
        status: Some("queued"),
        ..Filter::default()
    };
    let lanes = Plan::of(&waiting, &["sending#0".to_owned()], noon());
    assert_eq!(lanes.look(&lane), None, "a lane that is shut by now");
    assert_eq!(lanes.look(&days.start().unwrap()), None);
}

#[test]
fn what_is_not_known_decides_nothing_and_what_is_known_decides() {
    let number = NumberId(Uuid::from_u128(3));
    let filter = Filter {
        status: Some("sent"),
        message_type: Some(MessageType::Welcome),
        number: Some(number),
        ..Filter::default()
    };
    let known = Glimpse {
        state: Some(State::Sent(SentAs::Accepted)),
        message_type: Some(MessageType::Welcome),
        number: Some(Some(number)),
        ..Glimpse::default()
    };
    assert!(filter.may_hold_for(&Glimpse::default()));
    assert!(filter.may_hold_for(&known));
    for other in [
        Glimpse {
            state: Some(State::Queued(Waiting::Number)),
            ..known
        },
        Glimpse {
            message_type: Some(MessageType::Link),
            ..known
        },
        Glimpse {
            number: Some(None),
            ..known
        },
    ] {
        assert!(!filter.may_hold_for(&other), "{other:?}");
    }
    assert_ne!(filter.question(), Filter::default().question());
}

proptest! {
    /// Going on behind any message of a day comes to the end of what is kept, and never back.
    #[test]
    fn every_place_leads_down(millis in 0_i64..3_000_000_000, id in any::<u128>()) {
        let now = noon();
        let plan = Plan::of(&Filter::default(), &[], now);
        let at = Timestamp::from_millisecond(now.as_millisecond() - millis).unwrap();
        let place = Mark::Created { at, id: Some(MessageId(Uuid::from_u128(id))) };
        let look = plan.look(&place).unwrap();
        let Part::Day(day) = look.part else { panic!("a day") };
        prop_assert_eq!(day, filter::utc_day(at));
        prop_assert!(look.from <= at);
        let Some(Mark::Created { at: next, id: None }) = plan.behind(&look.part) else {
            panic!("a place")
        };
        prop_assert!(next <= at);
        let below = plan.look(&Mark::Created { at: next, id: None }).unwrap();
        prop_assert_eq!(below.part, Part::Day(day.yesterday().unwrap()));
    }
}

fn failed(failure: Failure) -> TryAgain {
    TryAgain {
        message_type: MessageType::Welcome,
        state: State::Failed(failure),
        has_event: false,
        campaign: None,
        given_up: false,
        expires_at: at("2026-11-20T05:00:00Z"),
        stopped: false,
    }
}

#[test]
fn a_failure_that_says_nothing_of_the_recipient_is_tried_again_at_once() {
    for failure in [Failure::Exhausted, Failure::BadRecipient] {
        let again = may_retry(&failed(failure), false, noon()).unwrap();
        assert_eq!(again.failed, failure);
        assert_eq!(again.lane, Lane::Class(Class::Welcome));
        assert_eq!(
            again.expires_at,
            at("2026-12-01T05:00:00Z"),
            "72 h from now"
        );
    }
}

#[test]
fn what_may_have_arrived_or_was_given_up_goes_only_knowingly() {
    for failure in [
        Failure::Unconfirmed,
        Failure::Suppressed,
        Failure::Expired,
        Failure::Restored,
    ] {
        let message = failed(failure);
        let refused = may_retry(&message, false, noon());
        assert_eq!(refused, Err(Refusal::Knowingly(failure)));
        assert!(may_retry(&message, true, noon()).is_ok());
    }
}

#[test]
fn no_word_brings_back_what_was_withdrawn_stopped_sent_or_is_over() {
    let message = failed(Failure::Exhausted);
    let now = noon();
    for state in [
        State::Sent(SentAs::Accepted),
        State::Queued(Waiting::Retry),
        State::Queued(Waiting::Sending),
    ] {
        let other = TryAgain { state, ..message };
        assert_eq!(may_retry(&other, true, now), Err(Refusal::NotFailed));
    }
    let cancelled = failed(Failure::Cancelled);
    assert_eq!(may_retry(&cancelled, true, now), Err(Refusal::Withdrawn));
    let stopped = TryAgain {
        stopped: true,
        ..message
    };
    assert_eq!(may_retry(&stopped, true, now), Err(Refusal::Stopped));
    let reminder = TryAgain {
        message_type: MessageType::Reminder,
        has_event: true,
        ..message
    };
    assert_eq!(may_retry(&reminder, true, now), Err(Refusal::Over));
    let campaign = CampaignId(Uuid::from_u128(2));
    let row = TryAgain {
        message_type: MessageType::Broadcast,
        campaign: Some(campaign),
        expires_at: at("2026-11-30T05:00:00Z"),
        ..message
    };
    let again = may_retry(&row, false, now).unwrap();
    assert_eq!(again.expires_at, row.expires_at, "its campaign's end");
    let lane = Lane::Bulk {
        class: Class::Broadcast,
        campaign,
        shard: 0,
    };
    assert_eq!(again.lane, lane);
    let given_up = TryAgain {
        given_up: true,
        ..row
    };
    assert_eq!(may_retry(&given_up, true, now), Err(Refusal::Withdrawn));
}

#[test]
fn what_waits_behind_a_campaign_that_ended_meanwhile_is_shown_all_the_same() {
    let waiting = Filter {
        status: Some("queued"),
        ..Filter::default()
    };
    let lane = |campaign: u128, shard| {
        let (class, campaign) = (Class::Broadcast, CampaignId(Uuid::from_u128(campaign)));
        let lane = Lane::Bulk {
            class,
            campaign,
            shard,
        };
        lane.partition()
    };
    let others = ["sending#0", "welcome#0"].map(str::to_owned);
    let all: Vec<String> = others.into_iter().chain([lane(2, 0), lane(4, 0)]).collect();
    let plan = Plan::of(&waiting, &all, noon());
    let at = |lane: &str| Mark::Lane {
        lane: lane.to_owned(),
        behind: None,
    };
    let next = |lane: &str| plan.look(&at(lane)).map(|look| (look.part, look.after));
    for (gone, then) in [
        (lane(1, 3), lane(2, 0)),
        (lane(2, 1), lane(4, 0)),
        (lane(3, 0), lane(4, 0)),
    ] {
        assert_eq!(next(&gone), Some((Part::Lane(then.clone()), at(&then))));
    }
    assert_eq!(next(&lane(5, 0)), None);
    assert_eq!(next("held#0"), None, "no lane of a campaign");
}
