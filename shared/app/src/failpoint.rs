//! Named moments at which a process may end, for tests that end it there. Compiled to nothing
//! unless the `failpoints` feature of the `fail` crate is on, which only infra/local turns on.

/// A moment between two effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failpoint {
    /// The registration is stored, nothing is on a queue.
    RegisterCommitted,
    /// The referral job is on its queue, the wake is not.
    RegisterReferralSent,
    /// Everything of the registration is done but the answer.
    RegisterWoken,
    /// The sequence is decided, not written.
    SequenceBefore,
    /// Counter, place and alert are written, no wake is sent.
    SequenceCommitted,
    /// The wake is sent, the job is still on its queue.
    SequenceWoken,
    /// A number is armed, its turn is not on the queue.
    DispatchArmed,
    /// The turn is on the queue.
    DispatchSent,
    /// The turn has arrived.
    TurnBeforeFence,
    /// The turn is held.
    TurnFenced,
    /// A row is chosen.
    TurnBeforeClaim,
    /// The row is claimed, no request has begun.
    TurnClaimed,
    /// The message is rendered, the request is about to begin.
    TurnBeforeRequest,
    /// The rows that the claimed one carries are claimed too, no request has begun.
    GroupClaimed,
    /// The gateway has answered, nothing is recorded.
    TurnAnswered,
    /// The outcome is recorded, the next turn is not on the queue.
    TurnRecorded,
    /// The carrier's outcome is recorded, that of the rows it carried is not.
    GroupRecorded,
    /// The next turn is on the queue.
    TurnNextSent,
    /// What follows from somebody's message is decided, not written.
    ReceiveBeforeCommit,
    /// It is written, nobody has an answer and no wake is sent.
    ReceiveCommitted,
    /// A page of a campaign's rows is decided, not written.
    ExpandBeforePage,
    /// The page is written, the campaign stands behind it.
    ExpandPageCommitted,
    /// All recipients are looked through, the campaign does not say so yet.
    ExpandBeforeDone,
    /// Some rows of a closed campaign are ended.
    ClosePageCommitted,
    /// An event is stored, nothing is arranged.
    EventSaved,
    /// Everything about an event is arranged but the answer.
    EventArranged,
    /// It is stored when an event's reminders begin, nothing is scheduled for it.
    ReminderDecided,
    /// The campaign of an event's reminders is open.
    ReminderOpened,
    /// A failed message waits again, nothing is on a queue and no lane is opened for it.
    RetryCommitted,
    /// A correction is decided, not written.
    EditBeforeCommit,
    /// It is written, nothing is on a queue.
    EditCommitted,
    /// An admin's stop or lift is decided, not written.
    StandingBeforeCommit,
    /// What changes of the totals is decided, not written.
    CountBefore,
    /// Some of it is written.
    CountCommitted,
}

impl Failpoint {
    /// All of them.
    pub const ALL: [Self; 34] = [
        Self::RegisterCommitted,
        Self::RegisterReferralSent,
        Self::RegisterWoken,
        Self::SequenceBefore,
        Self::SequenceCommitted,
        Self::SequenceWoken,
        Self::DispatchArmed,
        Self::DispatchSent,
        Self::TurnBeforeFence,
        Self::TurnFenced,
        Self::TurnBeforeClaim,
        Self::TurnClaimed,
        Self::TurnBeforeRequest,
        Self::GroupClaimed,
        Self::TurnAnswered,
        Self::TurnRecorded,
        Self::GroupRecorded,
        Self::TurnNextSent,
        Self::ReceiveBeforeCommit,
        Self::ReceiveCommitted,
        Self::ExpandBeforePage,
        Self::ExpandPageCommitted,
        Self::ExpandBeforeDone,
        Self::ClosePageCommitted,
        Self::EventSaved,
        Self::EventArranged,
        Self::ReminderDecided,
        Self::ReminderOpened,
        Self::RetryCommitted,
        Self::EditBeforeCommit,
        Self::EditCommitted,
        Self::StandingBeforeCommit,
        Self::CountBefore,
        Self::CountCommitted,
    ];

    /// Its name, `turn.claimed`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RegisterCommitted => "register.committed",
            Self::RegisterReferralSent => "register.referral_sent",
            Self::RegisterWoken => "register.woken",
            Self::SequenceBefore => "sequence.before",
            Self::SequenceCommitted => "sequence.committed",
            Self::SequenceWoken => "sequence.woken",
            Self::DispatchArmed => "dispatch.armed",
            Self::DispatchSent => "dispatch.sent",
            Self::TurnBeforeFence => "turn.before_fence",
            Self::TurnFenced => "turn.fenced",
            Self::TurnBeforeClaim => "turn.before_claim",
            Self::TurnClaimed => "turn.claimed",
            Self::TurnBeforeRequest => "turn.before_request",
            Self::GroupClaimed => "group.claimed",
            Self::TurnAnswered => "turn.answered",
            Self::TurnRecorded => "turn.recorded",
            Self::GroupRecorded => "group.recorded",
            Self::TurnNextSent => "turn.next_sent",
            Self::ReceiveBeforeCommit => "receive.before_commit",
            Self::ReceiveCommitted => "receive.committed",
            Self::ExpandBeforePage => "expand.before_page",
            Self::ExpandPageCommitted => "expand.page_committed",
            Self::ExpandBeforeDone => "expand.before_done",
            Self::ClosePageCommitted => "close.page_committed",
            Self::EventSaved => "event.saved",
            Self::EventArranged => "event.arranged",
            Self::ReminderDecided => "reminder.decided",
            Self::ReminderOpened => "reminder.opened",
            Self::RetryCommitted => "retry.committed",
            Self::EditBeforeCommit => "edit.before_commit",
            Self::EditCommitted => "edit.committed",
            Self::StandingBeforeCommit => "standing.before_commit",
            Self::CountBefore => "count.before",
            Self::CountCommitted => "count.committed",
        }
    }

    /// Whether a row claimed at this moment may have reached the gateway, as far as a later
    /// reader can tell.
    #[must_use]
    pub fn may_have_sent(self) -> bool {
        matches!(
            self,
            Self::TurnClaimed | Self::TurnBeforeRequest | Self::GroupClaimed | Self::TurnAnswered
        )
    }

    pub(crate) fn reach(self) {
        fail::fail_point!(self.name());
    }
}
