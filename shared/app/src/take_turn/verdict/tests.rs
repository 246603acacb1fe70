#![allow(clippy::unwrap_used, clippy::panic)]
use domain::alert_pace::AlertPace;
use domain::hours::{HoursPolicy, SendingHours};
use domain::ids::{MessageId, NumberId, ParticipantId};
use domain::message::{Class, MessageType};
use domain::number::Limits;
use domain::participant::Participant;
use domain::person::{City, PersonName, Profession, Sapaan};
use domain::phone::Phone;
use domain::settings::{Control, Settings};
use jiff::SignedDuration;
use store::StoreError;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::*;

fn noon() -> Timestamp {
    "2026-11-30T05:00:00Z".parse().unwrap()
}

fn later(seconds: i64) -> Timestamp {
    noon()
        .saturating_add(SignedDuration::from_secs(seconds))
        .unwrap()
}

fn number() -> Number {
    Number {
        id: NumberId(Uuid::from_u128(1)),
        priority: 1,
        is_active: true,
        out_reason: None,
        paused: false,
        in_use_since: Timestamp::UNIX_EPOCH,
        limits: Limits::DEFAULT,
        failure_streak: 0,
        cool_until: None,
    }
}

fn person() -> Participant {
    Participant {
        id: ParticipantId(Uuid::from_u128(2)),
        sapaan: Sapaan::Ibu,
        name: PersonName::parse("Siti").unwrap(),
        city: City::parse("Bogor").unwrap(),
        profession: Profession::parse("Guru").unwrap(),
        phone: Phone::parse("081210000001").unwrap(),
        phone_index: "1.x".to_owned(),
        referrer_id: None,
        referrer_sequence: None,
        registered_at: noon(),
        event_id: None,
        consent_share: false,
        chat: None,
    }
}

fn checked() -> Checked {
    Checked {
        still_ours: true,
        suppressed: false,
        recipient: Some(person()),
        subject: None,
        unreadable: None,
        referrals: 0,
        alerts: AlertPace::default(),
        released: false,
        settings: Settings::default(),
        control: Control::default(),
        number: Some((number(), GatewayKey(Zeroizing::new("k".to_owned())))),
        template: None,
    }
}

fn message(message_type: MessageType) -> DueMessage {
    DueMessage {
        id: MessageId(Uuid::from_u128(3)),
        message_type,
        participant_id: person().id,
        target_index: "1.x".to_owned(),
        subject_id: None,
        cause_at: noon(),
        expires_at: later(3_600),
        attempts: 0,
        due: noon(),
        claim: None,
    }
}

fn judged(checked: Checked, message_type: MessageType, now: Timestamp) -> String {
    let pace = Pace::new(number().id, noon());
    match judge(checked, &message(message_type), &pace, None, now, now, 0) {
        Verdict::Send(ready) => format!("send to {}", ready.phone_digits),
        Verdict::Lost => "lost".to_owned(),
        Verdict::Refuse {
            refusal: Refusal::Retry { from },
            ..
        } => {
            format!("retry {}s", from.duration_since(noon()).as_secs())
        }
        Verdict::Refuse {
            refusal: Refusal::Hold,
            ..
        } => "hold".to_owned(),
        Verdict::Refuse {
            refusal: Refusal::End(failure),
            ..
        } => format!("end {failure:?}"),
        Verdict::Refuse {
            refusal: Refusal::Wait { why, from },
            number_ends,
        } => {
            format!(
                "wait {why:?} {}s ends={number_ends}",
                from.duration_since(noon()).as_secs()
            )
        }
    }
}

#[test]
fn each_reason_not_to_send_has_its_own_end() {
    let welcome = MessageType::Welcome;
    let cases: [(&str, Checked, MessageType, Timestamp); 9] = [
        ("send to 6281210000001", checked(), welcome, noon()),
        (
            "lost",
            Checked {
                still_ours: false,
                ..checked()
            },
            welcome,
            noon(),
        ),
        (
            "end Suppressed",
            Checked {
                suppressed: true,
                ..checked()
            },
            welcome,
            noon(),
        ),
        (
            "end Cancelled",
            Checked {
                recipient: None,
                ..checked()
            },
            welcome,
            noon(),
        ),
        ("end Expired", checked(), welcome, later(3_601)),
        (
            "wait Held 0s ends=false",
            Checked {
                control: Control {
                    all_stopped: false,
                    stopped: vec![Class::Welcome],
                },
                ..checked()
            },
            welcome,
            noon(),
        ),
        (
            "wait Number 0s ends=true",
            Checked {
                number: None,
                ..checked()
            },
            welcome,
            noon(),
        ),
        // An alert about nobody has nothing to say.
        (
            "end Cancelled",
            checked(),
            MessageType::ReferrerAlert,
            noon(),
        ),
        (
            "send to 6281210000001",
            checked(),
            MessageType::Link,
            later(3_600),
        ),
    ];
    for (expected, checked, message_type, now) in cases {
        assert_eq!(judged(checked, message_type, now), expected);
    }
}

#[test]
fn a_stop_wins_over_every_other_reason() {
    let all_wrong = Checked {
        suppressed: true,
        recipient: None,
        number: None,
        control: Control {
            all_stopped: true,
            stopped: Vec::new(),
        },
        ..checked()
    };
    assert_eq!(
        judged(all_wrong, MessageType::Welcome, later(9_999)),
        "end Suppressed"
    );
}

#[test]
fn a_welcome_that_is_late_waits_for_the_morning() {
    let night = Checked {
        settings: Settings {
            hours: HoursPolicy::new(
                SendingHours::new(
                    jiff::civil::Time::constant(13, 0, 0, 0),
                    jiff::civil::Time::constant(17, 0, 0, 0),
                )
                .unwrap(),
            ),
            ..Settings::default()
        },
        ..checked()
    };
    assert_eq!(
        judged(night, MessageType::Welcome, later(1_801)),
        "wait Window 3600s ends=false"
    );
}

#[test]
fn what_cannot_be_read_is_tried_again_and_ends_after_the_fifth_time() {
    let broken = || Checked {
        recipient: None,
        unreadable: Some(StoreError::Unreadable {
            what: "participant",
            why: "name".to_owned(),
        }),
        ..checked()
    };
    assert_eq!(judged(broken(), MessageType::Welcome, noon()), "retry 30s");
    let pace = Pace::new(number().id, noon());
    let last = DueMessage {
        attempts: 4,
        ..message(MessageType::Welcome)
    };
    let verdict = judge(broken(), &last, &pace, None, noon(), noon(), 0);
    assert!(matches!(
        verdict,
        Verdict::Refuse {
            refusal: Refusal::End(Failure::Exhausted),
            number_ends: false
        }
    ));
}

#[test]
fn no_request_starts_more_than_five_seconds_after_its_claim() {
    let pace = Pace::new(number().id, noon());
    let late = judge(
        checked(),
        &message(MessageType::Welcome),
        &pace,
        None,
        later(6),
        noon(),
        0,
    );
    assert!(matches!(
        late,
        Verdict::Refuse {
            refusal: Refusal::Wait {
                why: Waiting::Number,
                ..
            },
            number_ends: false
        }
    ));
}
