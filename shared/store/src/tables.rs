/// Logical tables, as `docs/data-model.md` and `infra/data.yaml` name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// Participants, guards, consent, referral counters.
    Participants,
    /// The outbox.
    NotificationsLog,
    /// Sending numbers.
    BroadcastNumbers,
    /// Turns and caps of the sending numbers.
    Pace,
    /// Zoom sessions.
    Events,
    /// Settings, switches, templates.
    Settings,
    /// Who must not be written to.
    Suppression,
    /// What came in and waits for an admin.
    Inbox,
    /// Wrapped data keys.
    Keyring,
    /// Short-lived counters.
    Limits,
    /// Broadcasts, and the reminders and follow-ups of events.
    Campaigns,
    /// Who changed what.
    Audit,
    /// Totals, and what was counted of each row.
    Counters,
}

impl Table {
    /// All tables.
    pub const ALL: [Self; 13] = [
        Self::Participants,
        Self::NotificationsLog,
        Self::BroadcastNumbers,
        Self::Pace,
        Self::Events,
        Self::Settings,
        Self::Suppression,
        Self::Inbox,
        Self::Keyring,
        Self::Limits,
        Self::Campaigns,
        Self::Audit,
        Self::Counters,
    ];

    /// Name without the stack's prefix.
    #[must_use]
    pub fn logical(self) -> &'static str {
        match self {
            Self::Participants => "participants",
            Self::NotificationsLog => "notifications_log",
            Self::BroadcastNumbers => "broadcast_numbers",
            Self::Pace => "pace",
            Self::Events => "events",
            Self::Settings => "settings",
            Self::Suppression => "suppression",
            Self::Inbox => "inbox",
            Self::Keyring => "keyring",
            Self::Limits => "limits",
            Self::Campaigns => "campaigns",
            Self::Audit => "audit",
            Self::Counters => "counters",
        }
    }

    /// Name in the account: `<prefix>-<logical>`.
    #[must_use]
    pub fn physical(self, prefix: &str) -> String {
        format!("{prefix}-{}", self.logical())
    }
}
