//! Whether a claimed message may be sent, decided from one consistent read.

use domain::event::Event;
use domain::message::{DueMessage, Failure, Waiting};
use domain::number::Number;
use domain::pace::{MaySend, Pace, may_send};
use jiff::Timestamp;
use store::{Checked, GatewayKey, Refusal};

use super::render::{Facts, render};
use super::{in_time, opens_at};

/// Everything a request needs.
pub(super) struct Ready {
    pub(super) text: String,
    pub(super) template_version: u32,
    pub(super) phone_digits: String,
    pub(super) key: GatewayKey,
    pub(super) number: Number,
}

/// What to do with a claimed row.
pub(super) enum Verdict {
    /// Make the request now.
    Send(Box<Ready>),
    /// No request: the row goes back or ends.
    Refuse {
        /// How.
        refusal: Refusal,
        /// Whether this number cannot send anything at the moment.
        number_ends: bool,
    },
    /// The row is not ours any more: the turn was too slow, others go on.
    Lost,
}

fn wait(why: Waiting, from: Timestamp) -> Verdict {
    Verdict::Refuse {
        refusal: Refusal::Wait { why, from },
        number_ends: false,
    }
}

fn end(failure: Failure) -> Verdict {
    Verdict::Refuse {
        refusal: Refusal::End(failure),
        number_ends: false,
    }
}

/// Decides. `pace` is the pace before this send was counted; `random` chooses among variants.
pub(super) fn judge(
    checked: Checked,
    message: &DueMessage,
    pace: &Pace,
    event: Option<&Event>,
    now: Timestamp,
    claimed_at: Timestamp,
    random: u64,
) -> Verdict {
    let class = message.message_type.class();
    if !checked.still_ours {
        return Verdict::Lost;
    }
    if checked.suppressed {
        return end(Failure::Suppressed);
    }
    let Some(recipient) = &checked.recipient else {
        return end(Failure::Cancelled);
    };
    if message.expires_at < now {
        return end(Failure::Expired);
    }
    let settings = &checked.settings;
    if checked.control.stops(class) {
        return wait(Waiting::Held, message.due);
    }
    let number_ends = |why| Verdict::Refuse {
        refusal: Refusal::Wait {
            why,
            from: message.due,
        },
        number_ends: true,
    };
    let Some((number, key)) = checked.number else {
        return number_ends(Waiting::Number);
    };
    match may_send(&number, pace, now) {
        MaySend::Now => {}
        MaySend::From(_) => return number_ends(Waiting::Quota),
        MaySend::No => return number_ends(Waiting::Number),
    }
    let opens = opens_at(settings, message, now);
    if opens > now {
        return wait(Waiting::Window, opens);
    }
    if !in_time(claimed_at, now) {
        return wait(Waiting::Number, message.due);
    }
    let facts = Facts {
        message_type: message.message_type,
        recipient,
        subject: checked.subject.as_ref(),
        referrals: checked.referrals,
        settings,
        event,
        template: checked.template.as_ref(),
    };
    let Some(rendered) = render(&facts, random) else {
        return end(Failure::Cancelled);
    };
    Verdict::Send(Box::new(Ready {
        text: rendered.text,
        template_version: rendered.version,
        phone_digits: recipient.phone.digits(),
        key,
        number,
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use domain::hours::{HoursPolicy, SendingHours};
    use domain::ids::{MessageId, NumberId, ParticipantId};
    use domain::message::{Class, MessageType};
    use domain::number::Limits;
    use domain::participant::Participant;
    use domain::person::{City, PersonName, Profession, Sapaan};
    use domain::phone::Phone;
    use domain::settings::{Control, Settings};
    use jiff::SignedDuration;
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
        }
    }

    fn checked() -> Checked {
        Checked {
            still_ours: true,
            suppressed: false,
            recipient: Some(person()),
            subject: None,
            referrals: 0,
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
}
