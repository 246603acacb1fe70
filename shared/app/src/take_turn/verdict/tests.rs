#![allow(clippy::unwrap_used, clippy::panic)]
use domain::alert_pace::AlertPace;
use domain::attendance::Attendance;
use domain::hours::{HoursPolicy, SendingHours};
use domain::ids::{MessageId, NumberId, ParticipantId, Token};
use domain::lane::Lane;
use domain::message::{Class, MessageType};
use domain::number::Limits;
use domain::participant::{Chat, Participant};
use domain::person::{City, PersonName, Profession, Sapaan};
use domain::phone::Phone;
use domain::settings::{Control, Settings};
use domain::suppression::{Standing as NumberStanding, Suppression};
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

fn at(now: Timestamp, claimed_at: Timestamp) -> Moment {
    Moment {
        now,
        claimed_at,
        random: 0,
    }
}

fn second() -> Number {
    Number {
        id: NumberId(Uuid::from_u128(99)),
        ..number()
    }
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
        record: domain::number::HealthRecord::default(),
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
        unsubscribed: false,
        chat: None,
    }
}

fn stopped() -> Suppression {
    Suppression {
        standing: NumberStanding::Stopped,
        changed_at: noon(),
    }
}

fn checked() -> Checked {
    Checked {
        still_ours: true,
        any_number: false,
        suppression: Suppression::FREE,
        recipient: Some(person()),
        subject: None,
        unreadable: None,
        referrals: 0,
        alerts: AlertPace::default(),
        released: false,
        settings: Settings::default(),
        control: Control::default(),
        gateway: Breaker::default(),
        token: Token(Uuid::from_u128(4)),
        number: Some((number(), Ok(GatewayKey(Zeroizing::new("k".to_owned()))))),
        template: None,
        event: None,
        attendance: Attendance::Unknown,
        campaign: None,
        letter: None,
    }
}

fn about(stands: Standing) -> About<'static> {
    About {
        next: None,
        join: None,
        stands,
    }
}

fn message(message_type: MessageType) -> DueMessage {
    DueMessage {
        id: MessageId(Uuid::from_u128(3)),
        message_type,
        participant_id: person().id,
        target_index: "1.x".to_owned(),
        subject_id: None,
        event_id: None,
        campaign_id: None,
        cause_at: noon(),
        expires_at: later(3_600),
        attempts: 0,
        due: noon(),
        lane: Lane::Class(message_type.class()),
        said: (Waiting::Number, None),
        claim: None,
    }
}

fn judged(checked: Checked, message_type: MessageType, now: Timestamp) -> String {
    let pace = Pace::new(number().id, noon());
    let roster = [number(), second()];
    match judge(
        checked,
        &roster,
        &message(message_type),
        &pace,
        about(Standing::Wanted),
        at(now, now),
    ) {
        Verdict::Send(ready) => format!("send to {}", ready.phone_digits),
        Verdict::Lost => "lost".to_owned(),
        Verdict::Refuse {
            refusal: Refusal::Retry { from },
            ..
        } => {
            format!("retry {}s", from.duration_since(noon()).as_secs())
        }
        Verdict::Refuse {
            refusal: Refusal::To { number },
            ..
        } => format!("to {}", number.0.as_u128()),
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
                suppression: stopped(),
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
                    ..Control::default()
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
        suppression: stopped(),
        recipient: None,
        number: None,
        control: Control {
            all_stopped: true,
            ..Control::default()
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
    let verdict = judge(
        broken(),
        &[],
        &last,
        &pace,
        about(Standing::Wanted),
        at(noon(), noon()),
    );
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
        &[],
        &message(MessageType::Welcome),
        &pace,
        about(Standing::Wanted),
        at(later(6), noon()),
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

#[test]
fn a_message_goes_to_the_number_its_recipient_has_chatted_with_while_that_is_in_use() {
    let chatted_with = |id: NumberId| Checked {
        recipient: Some(Participant {
            chat: Some(Chat {
                number_id: id,
                at: noon(),
            }),
            ..person()
        }),
        ..checked()
    };
    let welcome = MessageType::Welcome;
    let own = chatted_with(number().id);
    assert_eq!(judged(own, welcome, noon()), "send to 6281210000001");
    let other = || chatted_with(second().id);
    assert_eq!(judged(other(), welcome, noon()), "to 99");
    let released = Checked {
        any_number: true,
        ..other()
    };
    assert_eq!(judged(released, welcome, noon()), "send to 6281210000001");
    let gone = chatted_with(NumberId(Uuid::from_u128(5)));
    assert_eq!(judged(gone, welcome, noon()), "send to 6281210000001");
}
