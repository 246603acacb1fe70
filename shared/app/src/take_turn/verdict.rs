//! Whether a claimed message may be sent, decided from one consistent read.

use domain::event::Event;
use domain::message::{DueMessage, Failure, Waiting};
use domain::number::Number;
use domain::outcome::Outcome;
use domain::pace::{MaySend, Pace, may_send};
use domain::reaction::{AfterMessage, Tried, react};
use jiff::Timestamp;
use store::{Chain, Checked, GatewayKey, Refusal};

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

/// What cannot be read now is tried like a request that was not accepted: a release may be on its
/// way that can. It must not stand in the way of others, nor wait for ever.
fn unreadable(message: &DueMessage, now: Timestamp, random: u64) -> Refusal {
    let tried = Tried {
        attempts: message.attempts,
        expires_at: message.expires_at,
        streak: 0,
    };
    match react(Outcome::NotAccepted, tried, now, random).0 {
        AfterMessage::Again { not_before, .. } => Refusal::Retry { from: not_before },
        AfterMessage::Failed(failure) => Refusal::End(failure),
        AfterMessage::Sent => Refusal::End(Failure::Exhausted),
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
    if let Some(error) = &checked.unreadable {
        tracing::error!(row = %message.id, error = %Chain(error), "a person of this message cannot be read");
        return Verdict::Refuse {
            refusal: unreadable(message, now, random),
            number_ends: false,
        };
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
}
