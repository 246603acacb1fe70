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
