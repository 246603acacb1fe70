//! What follows from a message that somebody wrote to us.

use jiff::{SignedDuration, Timestamp};

use crate::inbound::Request;
use crate::participant::Chat;
use crate::suppression::{Standing, Suppression};

/// A chat that was written to so recently is not stored again.
const CHAT_IS_FRESH: SignedDuration = SignedDuration::from_hours(1);

/// What is known about who wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Whether they may be written to.
    pub suppression: Suppression,
    /// Whether they are registered.
    pub is_registered: bool,
    /// Whether they were pointed to the admin today already.
    pub pointed_today: bool,
}

/// What happens to where a number stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandingStep {
    /// Nothing, and nothing depends on it.
    Leave,
    /// It was stopped already and is asked for again: no new entry in its history, but a lift that
    /// was decided before does not undo it.
    Repeat,
    /// Nothing goes there from now on.
    Stop,
}

/// What the one who wrote is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reply {
    /// That nothing comes any more.
    Stopped,
    /// That the number is forgotten.
    WrongNumber,
    /// Their referral link, or how to get one.
    Link,
    /// When the next session is.
    Schedule,
    /// Where the admin is found.
    Pointer,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// What happens to where the number stands.
    pub standing: StandingStep,
    /// Whether the participant is erased.
    pub erases: bool,
    /// What they are told.
    pub reply: Option<Reply>,
}

/// Decides (requirements I1, I4, I5).
#[must_use]
pub fn decide(request: Request, known: Known) -> Decision {
    let standing = match (request, known.suppression.standing) {
        (Request::Stop | Request::WrongNumber, Standing::Stopped) => StandingStep::Repeat,
        (Request::Stop | Request::WrongNumber, _) => StandingStep::Stop,
        _ => StandingStep::Leave,
    };
    let stops = standing == StandingStep::Stop;
    let erases = request == Request::WrongNumber && known.is_registered;
    let reply = match request {
        Request::Stop => stops.then_some(Reply::Stopped),
        Request::WrongNumber => (stops || erases).then_some(Reply::WrongNumber),
        Request::Link => Some(Reply::Link),
        Request::Schedule => Some(Reply::Schedule),
        Request::Other => {
            let wanted = !known.suppression.standing.is_stopped() && !known.pointed_today;
            wanted.then_some(Reply::Pointer)
        }
    };
    Decision {
        standing,
        erases,
        reply,
    }
}

/// The chat as it is to be stored after a message, or `None` if it stays as it is: the message is
/// older than what is known, or nothing new would be said (requirement S8).
#[must_use]
pub fn next_chat(known: Option<Chat>, written: Chat) -> Option<Chat> {
    let Some(known) = known else {
        return Some(written);
    };
    let later = written.at.duration_since(known.at);
    let same = known.number_id == written.number_id;
    let is_news = later > SignedDuration::ZERO && (!same || later >= CHAT_IS_FRESH);
    is_news.then_some(written)
}

/// When a message was written: as its sender's clock says, but not in the future.
#[must_use]
pub fn written_at(sent_at: Option<Timestamp>, now: Timestamp) -> Timestamp {
    sent_at.map_or(now, |at| at.min(now))
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        reason = "tests"
    )]

    use uuid::Uuid;

    use super::*;
    use crate::ids::NumberId;

    fn known(standing: Standing, is_registered: bool, pointed_today: bool) -> Known {
        Known {
            suppression: Suppression {
                standing,
                changed_at: Timestamp::UNIX_EPOCH,
            },
            is_registered,
            pointed_today,
        }
    }

    #[test]
    fn a_stop_is_confirmed_once_until_it_was_lifted_or_they_asked_again() {
        for standing in [Standing::Free, Standing::Lifted, Standing::Asked] {
            for registered in [true, false] {
                let decision = decide(Request::Stop, known(standing, registered, false));
                assert_eq!(decision.standing, StandingStep::Stop, "{standing:?}");
                assert_eq!(decision.reply, Some(Reply::Stopped), "{standing:?}");
                assert!(!decision.erases);
            }
        }
        let again = decide(Request::Stop, known(Standing::Stopped, true, false));
        assert_eq!(again.standing, StandingStep::Repeat);
        assert_eq!(again.reply, None);
    }

    #[test]
    fn a_wrong_number_stops_and_erases_and_is_told_while_there_is_something_to_tell() {
        for (standing, registered, step, erases, told) in [
            (Standing::Free, true, StandingStep::Stop, true, true),
            (Standing::Free, false, StandingStep::Stop, false, true),
            (Standing::Stopped, true, StandingStep::Repeat, true, true),
            (Standing::Stopped, false, StandingStep::Repeat, false, false),
        ] {
            let decision = decide(Request::WrongNumber, known(standing, registered, false));
            assert_eq!(decision.standing, step, "{standing:?} {registered}");
            assert_eq!(decision.erases, erases, "{standing:?} {registered}");
            assert_eq!(decision.reply.is_some(), told, "{standing:?} {registered}");
        }
    }

    #[test]
    fn questions_are_answered_also_to_those_who_stopped_but_they_get_no_pointer() {
        for standing in [
            Standing::Free,
            Standing::Stopped,
            Standing::Asked,
            Standing::Lifted,
        ] {
            let asks = |request| decide(request, known(standing, false, false));
            assert_eq!(asks(Request::Link).reply, Some(Reply::Link));
            assert_eq!(asks(Request::Schedule).reply, Some(Reply::Schedule));
            let pointed = asks(Request::Other).reply.is_some();
            assert_eq!(pointed, !standing.is_stopped(), "{standing:?}");
            assert_eq!(asks(Request::Other).standing, StandingStep::Leave);
        }
        let twice = decide(Request::Other, known(Standing::Free, true, true));
        assert_eq!(twice.reply, None);
    }

    #[test]
    fn a_chat_moves_forward_only_and_not_for_every_line() {
        let at = |minute: i64| Timestamp::from_second(60 * minute).unwrap();
        let chat = |number: u128, minute: i64| Chat {
            number_id: NumberId(Uuid::from_u128(number)),
            at: at(minute),
        };
        let known = Some(chat(1, 100));
        assert_eq!(next_chat(None, chat(1, 5)), Some(chat(1, 5)));
        for (written, stored) in [
            (chat(1, 159), false),
            (chat(1, 160), true),
            (chat(2, 101), true),
            (chat(2, 100), false),
            (chat(2, 99), false),
            (chat(1, 20), false),
        ] {
            let next = next_chat(known, written);
            assert_eq!(next, stored.then_some(written), "{written:?}");
        }
        assert_eq!(written_at(None, at(7)), at(7));
        assert_eq!(written_at(Some(at(9)), at(7)), at(7));
        assert_eq!(written_at(Some(at(5)), at(7)), at(5));
    }
}
