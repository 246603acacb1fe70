#![allow(clippy::unwrap_used, reason = "tests")]
use domain::audience::Audience;
use domain::campaign::{CampaignKind, EventRef, Hold, NewCampaign, Step};
use domain::ids::{CampaignId, EventId, MessageId, ParticipantId};
use domain::message::Waiting;
use jiff::Timestamp;
use uuid::Uuid;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn start() -> Timestamp {
    at("2026-11-29T12:30:00Z")
}

fn event(status: EventStatus, start_time: Timestamp) -> Event {
    Event {
        id: EventId(Uuid::from_u128(1)),
        title: "Sosialisasi".to_owned(),
        start_time,
        zoom_link: "https://zoom.us/j/1".to_owned(),
        duration_min: 90,
        description: None,
        image: None,
        audience: None,
        status,
        revision: 1,
        created_at: Timestamp::UNIX_EPOCH,
        changed_at: Timestamp::UNIX_EPOCH,
        adopts_from: Timestamp::UNIX_EPOCH,
        plan: None,
        reminder: None,
        superseded: Vec::new(),
        version: 1,
    }
}

fn planned() -> Event {
    event(EventStatus::Planned, start())
}

fn campaign(kind: CampaignKind, steps: &[Step]) -> Campaign {
    let mut campaign = Campaign::opened(
        NewCampaign {
            id: CampaignId(Uuid::from_u128(2)),
            kind,
            event: Some(EventRef {
                id: planned().id,
                start_time: start(),
            }),
            audience: Audience::Everybody,
            template: None,
            vars: Default::default(),
            media: None,
            not_before: Timestamp::UNIX_EPOCH,
            expires_at: start(),
            staged: Some(20),
            created_by: "admin".to_owned(),
            created_at: start(),
        },
        None,
    );
    for step in steps {
        campaign.status = campaign.status.step(*step).unwrap();
    }
    campaign
}

const BEGUN: Step = Step::Begin { late: false };

fn row(message_type: MessageType, shard: u8) -> DueMessage {
    let id = CampaignId(Uuid::from_u128(2));
    DueMessage {
        id: MessageId(Uuid::from_u128(3)),
        message_type,
        participant_id: ParticipantId(Uuid::from_u128(4)),
        target_index: "1.x".to_owned(),
        subject_id: None,
        event_id: (message_type != MessageType::Broadcast).then_some(planned().id),
        campaign_id: Some(id),
        cause_at: Timestamp::UNIX_EPOCH,
        expires_at: start(),
        attempts: 0,
        due: Timestamp::UNIX_EPOCH,
        lane: Lane::Bulk {
            class: message_type.class(),
            campaign: id,
            shard,
        },
        said: (Waiting::Number, None),
        claim: None,
    }
}

#[test]
fn a_campaign_lets_its_rows_go_while_it_sends() {
    use Failure::{Cancelled, Expired};
    let steps: [(&[Step], u8, Standing); 9] = [
        (&[BEGUN], 0, Standing::Wanted),
        (&[], 0, Standing::Held),
        (&[BEGUN], 1, Standing::Held),
        (&[BEGUN, Step::Release], 1, Standing::Wanted),
        (&[BEGUN, Step::Pause], 0, Standing::Held),
        (&[Step::Begin { late: true }], 0, Standing::Held),
        (
            &[BEGUN, Step::Close(Closing::Cancelled)],
            0,
            Standing::Over(Cancelled),
        ),
        (
            &[BEGUN, Step::Close(Closing::Replaced)],
            0,
            Standing::Over(Cancelled),
        ),
        (
            &[BEGUN, Step::Close(Closing::Expired)],
            0,
            Standing::Over(Expired),
        ),
    ];
    for (steps, shard, expected) in steps {
        let campaign = campaign(CampaignKind::Broadcast, steps);
        let row = row(MessageType::Broadcast, shard);
        assert_eq!(standing(&row, None, Some(&campaign)), expected, "{steps:?}");
    }
    let held = campaign(CampaignKind::Broadcast, &[BEGUN, Step::Fail]);
    assert_eq!(held.status.hold, Some(Hold::Failures));
    let alone = row(MessageType::Broadcast, 0);
    assert_eq!(standing(&alone, None, None), Standing::Over(Cancelled));
}

#[test]
fn what_is_about_an_event_is_wanted_while_the_event_is_as_it_was() {
    let later = at("2026-11-29T13:30:00Z");
    let moved = event(EventStatus::Planned, later);
    let off = event(EventStatus::Cancelled, start());
    let cases = [
        (MessageType::Reminder, [true, false, false]),
        (MessageType::EventChanged, [true, false, false]),
        (MessageType::FollowUp, [true, true, false]),
        (MessageType::EventCancelled, [true, true, true]),
    ];
    for (message_type, wanted) in cases {
        let kind = CampaignKind::parse(message_type.as_str()).unwrap();
        let campaign = campaign(kind, &[BEGUN, Step::Release]);
        let row = row(message_type, 0);
        for (event, wanted) in [planned(), moved.clone(), off.clone()].iter().zip(wanted) {
            let stands = standing(&row, Some(event), Some(&campaign));
            assert_eq!(stands == Standing::Wanted, wanted, "{message_type:?}");
        }
        let gone = standing(&row, None, Some(&campaign));
        assert_eq!(gone, Standing::Over(Failure::Cancelled));
    }
}

#[test]
fn a_reminder_outlives_the_campaign_that_another_replaces_if_its_event_begins_as_it_says() {
    let steps = [BEGUN, Step::Close(Closing::Replaced)];
    let replaced = campaign(CampaignKind::Reminder, &steps);
    let mut reminder = row(MessageType::Reminder, 0);
    let stands = standing(&reminder, Some(&planned()), Some(&replaced));
    assert_eq!(stands, Standing::Alone);
    let moved = event(EventStatus::Planned, at("2026-11-29T13:30:00Z"));
    let gone = Standing::Over(Failure::Cancelled);
    assert_eq!(standing(&reminder, Some(&moved), Some(&replaced)), gone);
    // A late registrant's row is of no campaign.
    reminder.campaign_id = None;
    assert_eq!(
        standing(&reminder, Some(&planned()), None),
        Standing::Wanted
    );
}
