use async_trait::async_trait;
use domain::admin::{Email, Role};
use domain::ids::AdminId;
use jiff::Timestamp;

/// Somebody who may open the panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    /// The `sub` of their tokens.
    pub id: AdminId,
    /// Where they are written to. Not an [`Email`]: one on one's own machine reaches nobody.
    pub email: String,
    /// What they may do; none who was put into no group may do nothing.
    pub role: Option<Role>,
    /// Whether they may sign in.
    pub enabled: bool,
    /// Whether they were invited and have never signed in.
    pub invited: bool,
    /// Since when they are there, UTC.
    pub since: Timestamp,
}

/// What became of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invitation {
    /// They are new, and were written to.
    New(AdminId),
    /// They were invited before and never came: they were written to again.
    Again(AdminId),
    /// They were invited before, in another role; nothing was done.
    OtherRole,
    /// They are colleagues already.
    Present,
}

/// Why the directory did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// It takes no such address.
    #[error("the directory of admins takes no such address")]
    Address,
    /// The invitation could not be mailed; whoever it is for may be in the directory.
    #[error("the invitation could not be mailed")]
    Undelivered,
    /// It lets no more through for now.
    #[error("the directory of admins lets no more through for now: {what}")]
    Busy {
        /// What was asked.
        what: &'static str,
    },
    /// It did not answer.
    #[error("the directory of admins did not answer: {what}")]
    Failed {
        /// What was asked.
        what: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Who may open the panel, kept by whoever signs them in.
#[async_trait]
pub trait Directory: Send + Sync {
    /// All of them, in no order.
    async fn all(&self) -> Result<Vec<Colleague>, DirectoryError>;

    /// One of them.
    async fn find(&self, id: AdminId) -> Result<Option<Colleague>, DirectoryError>;

    /// Lets somebody in, in this role, and writes to them how to sign in. Whoever is there already
    /// keeps their role.
    async fn invite(&self, email: &Email, role: Role) -> Result<Invitation, DirectoryError>;

    /// Puts somebody into this role and no other. It holds for tokens that are given from now on.
    /// False if there is nobody of this id.
    async fn set_role(&self, id: AdminId, role: Role) -> Result<bool, DirectoryError>;

    /// Lets somebody sign in, or not any more; tokens that they have are good until they end.
    /// False if there is nobody of this id.
    async fn set_enabled(&self, id: AdminId, enabled: bool) -> Result<bool, DirectoryError>;
}
