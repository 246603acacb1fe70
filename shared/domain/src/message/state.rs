//! The states of a row: the brief's `status` with its reason (requirement N5).

/// Why a queued message is not sent yet (requirement N5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Waiting {
    /// For its place among the referrer's invitees.
    Sequence,
    /// For sending hours.
    Window,
    /// For an hourly or daily cap.
    Quota,
    /// For a number's turn.
    Number,
    /// For the participant to write first.
    Chat,
    /// For its planned time.
    Scheduled,
    /// Stopped by a kill switch, a pause, a ceiling, or while the gateway is held to be down.
    Held,
    /// For its next try.
    Retry,
    /// Claimed; its request may be out.
    Sending,
}

/// How a message left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SentAs {
    /// The gateway took it. It never says “delivered”.
    Accepted,
    /// Its content went out inside another message.
    Grouped,
}

/// Why a message will not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Failure {
    /// The request may have been accepted; only a person sends it again.
    Unconfirmed,
    /// The gateway refused the recipient or the content.
    BadRecipient,
    /// The person asked us to stop.
    Suppressed,
    /// Its use was over before its turn came.
    Expired,
    /// Its cause was withdrawn.
    Cancelled,
    /// Every try failed.
    Exhausted,
    /// It was not final in a back-up that was restored.
    Restored,
}

/// A row's state: the brief's `status` together with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// `queued`
    Queued(Waiting),
    /// `sent`
    Sent(SentAs),
    /// `failed`
    Failed(Failure),
}

impl State {
    /// All states.
    pub const ALL: [Self; 18] = [
        Self::Queued(Waiting::Sequence),
        Self::Queued(Waiting::Window),
        Self::Queued(Waiting::Quota),
        Self::Queued(Waiting::Number),
        Self::Queued(Waiting::Chat),
        Self::Queued(Waiting::Scheduled),
        Self::Queued(Waiting::Held),
        Self::Queued(Waiting::Retry),
        Self::Queued(Waiting::Sending),
        Self::Sent(SentAs::Accepted),
        Self::Sent(SentAs::Grouped),
        Self::Failed(Failure::Unconfirmed),
        Self::Failed(Failure::BadRecipient),
        Self::Failed(Failure::Suppressed),
        Self::Failed(Failure::Expired),
        Self::Failed(Failure::Cancelled),
        Self::Failed(Failure::Exhausted),
        Self::Failed(Failure::Restored),
    ];

    /// `status` of the brief: `queued`, `sent` or `failed`.
    #[must_use]
    pub fn status(self) -> &'static str {
        match self {
            Self::Queued(_) => "queued",
            Self::Sent(_) => "sent",
            Self::Failed(_) => "failed",
        }
    }

    /// The stored reason word.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Queued(waiting) => match waiting {
                Waiting::Sequence => "waiting_sequence",
                Waiting::Window => "waiting_window",
                Waiting::Quota => "waiting_quota",
                Waiting::Number => "waiting_number",
                Waiting::Chat => "waiting_chat",
                Waiting::Scheduled => "scheduled",
                Waiting::Held => "held",
                Waiting::Retry => "retry",
                Waiting::Sending => "sending",
            },
            Self::Sent(SentAs::Accepted) => "accepted",
            Self::Sent(SentAs::Grouped) => "grouped",
            Self::Failed(failure) => match failure {
                Failure::Unconfirmed => "unconfirmed",
                Failure::BadRecipient => "bad_recipient",
                Failure::Suppressed => "suppressed",
                Failure::Expired => "expired",
                Failure::Cancelled => "cancelled",
                Failure::Exhausted => "exhausted",
                Failure::Restored => "restored",
            },
        }
    }

    /// Reads the stored pair.
    #[must_use]
    pub fn parse(status: &str, reason: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|s| s.status() == status && s.reason() == reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stored_pair_reads_back_and_no_other() {
        for state in State::ALL {
            assert_eq!(State::parse(state.status(), state.reason()), Some(state));
        }
        assert_eq!(State::parse("sent", "expired"), None);
    }
}
