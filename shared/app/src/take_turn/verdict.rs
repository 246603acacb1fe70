//! Whether a claimed message may be sent, decided from one consistent read.

use domain::breaker::{Breaker, Passage};
use domain::event::Event;
use domain::ids::NumberId;
use domain::lane::Lane;
use domain::letter::Letter;
use domain::message::{DueMessage, Failure, Waiting};
use domain::number::{Health, Number};
use domain::outcome::Outcome;
use domain::pace::{MaySend, Pace, may_send};
use domain::participant::Participant;
use domain::reaction::{AfterMessage, Tried, react};
use domain::reserve::{Reserve, Reserves};
use jiff::Timestamp;
use store::{Chain, Checked, GatewayKey, Refusal};

use super::gate::Permit;
use super::render::{Facts, Rendered, render};
use super::standing::Standing;
use super::{in_time, opens_at};

/// Everything a request needs.
pub(super) struct Ready {
    pub(super) text: String,
    /// Public address of an image or PDF that goes along.
    pub(super) media_url: Option<String>,
    pub(super) template_version: u32,
    pub(super) phone_digits: String,
    pub(super) key: GatewayKey,
    pub(super) number: Number,
    pub(super) gateway: Breaker,
    /// What was taken for this request.
    pub(super) permit: Permit,
    /// Rows that go with this one.
    pub(super) members: Vec<DueMessage>,
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

pub(super) fn wait(why: Waiting, from: Timestamp) -> Verdict {
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
pub(super) fn unreadable(message: &DueMessage, now: Timestamp, random: u64) -> Refusal {
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

/// The number that this recipient has chatted with, if their messages are to come from it: it is
/// in use, and the row was not let go because it cannot send soon. Rows of campaigns stay in
/// their lanes, which pausing closes.
fn own_number(
    recipient: &Participant,
    roster: &[Number],
    message: &DueMessage,
    any_number: bool,
    now: Timestamp,
) -> Option<NumberId> {
    let chat = recipient.chat?;
    let in_use = roster
        .iter()
        .any(|number| number.id == chat.number_id && number.health(now) != Health::Out);
    let single = matches!(message.lane, Lane::Class(_));
    (single && in_use && !any_number).then_some(chat.number_id)
}

/// When a verdict is given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// The check is over.
    pub(super) now: Timestamp,
    /// The claim was made; its request must begin soon after.
    pub(super) claimed_at: Timestamp,
    /// Chooses among variants.
    pub(super) random: u64,
}

/// Whom a message goes to.
#[derive(Clone, Copy)]
enum To<'a> {
    /// The number that a letter carries.
    Team(&'a Letter),
    /// Everybody else.
    Participant(&'a Participant),
}

/// What is known about the message besides the check.
pub(super) struct About<'a> {
    /// The next event.
    pub(super) next: Option<&'a Event>,
    /// The recipient's join token for the event that the message is about.
    pub(super) join: Option<String>,
    /// What event and campaign say.
    pub(super) stands: Standing,
}

/// Decides. `roster` is as of some seconds ago, `pace` is the pace before this send was
/// counted.
pub(super) fn judge(
    checked: Checked,
    roster: &[Number],
    message: &DueMessage,
    pace: &Pace,
    about: About<'_>,
    moment: Moment,
) -> Verdict {
    let Moment {
        now,
        claimed_at,
        random,
    } = moment;
    let class = message.message_type.class();
    if !checked.still_ours {
        return Verdict::Lost;
    }
    if checked.suppression.forbids(message.cause_at) {
        return end(Failure::Suppressed);
    }
    if let Some(error) = &checked.unreadable {
        tracing::error!(row = %message.id, error = %Chain(error), "a person of this message, or a counter, cannot be read");
        return Verdict::Refuse {
            refusal: unreadable(message, now, random),
            number_ends: false,
        };
    }
    let to = match (&checked.letter, &checked.recipient) {
        (Some(letter), _) => To::Team(letter),
        (None, Some(recipient)) => To::Participant(recipient),
        (None, None) => return end(Failure::Cancelled),
    };
    if message.expires_at < now {
        return end(Failure::Expired);
    }
    match about.stands {
        Standing::Wanted | Standing::Alone => {}
        Standing::Held => return wait(Waiting::Held, message.due),
        Standing::Over(failure) => return end(failure),
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
    if checked.gateway.passage(Some(checked.token), now) != Passage::Free {
        return number_ends(Waiting::Held);
    }
    let Some((number, Ok(key))) = checked.number else {
        return number_ends(Waiting::Number);
    };
    let reserves = Reserves::new(
        settings.welcome_reserve_percent,
        &checked.control.ahead,
        roster,
        now,
    );
    let reserve = reserves.of(class, &number, now);
    match may_send(&number, pace, reserve, now) {
        MaySend::Now => {}
        // Only this class waits for the number: it leaves room for others.
        MaySend::From(_) if reserve != Reserve::NONE => return wait(Waiting::Quota, message.due),
        MaySend::From(_) => return number_ends(Waiting::Quota),
        MaySend::No => return number_ends(Waiting::Number),
    }
    if let To::Participant(recipient) = to
        && let Some(number) = own_number(recipient, roster, message, checked.any_number, now)
        && number != pace.number_id
    {
        return Verdict::Refuse {
            refusal: Refusal::To { number },
            number_ends: false,
        };
    }
    let opens = opens_at(settings, message, now);
    if opens > now {
        return wait(Waiting::Window, opens);
    }
    if !in_time(claimed_at, now) {
        return wait(Waiting::Number, message.due);
    }
    let (phone, media, rendered) = match to {
        To::Team(letter) => {
            let text = letter.text.clone();
            (
                letter.phone,
                letter.media,
                Some(Rendered { text, version: 0 }),
            )
        }
        To::Participant(recipient) => {
            let campaign = checked.campaign.as_ref().map(|campaign| &campaign.new);
            let facts = Facts {
                message_type: message.message_type,
                recipient,
                subject: checked.subject.as_ref(),
                referrals: checked.referrals,
                settings,
                attendance: checked.attendance,
                event: checked.event.as_ref(),
                next_event: about.next,
                join: about.join.as_deref(),
                campaign,
                template: checked.template.as_ref(),
                now,
            };
            let media = campaign.and_then(|campaign| campaign.media);
            (recipient.phone, media, render(&facts, random))
        }
    };
    let Some(rendered) = rendered else {
        return end(Failure::Cancelled);
    };
    Verdict::Send(Box::new(Ready {
        media_url: media.map(|media| media.url(&settings.site_host)),
        text: rendered.text,
        template_version: rendered.version,
        phone_digits: phone.digits(),
        key,
        number,
        gateway: checked.gateway,
        permit: Permit::None,
        members: Vec::new(),
    }))
}

#[cfg(test)]
mod tests;
