//! Colleagues in the panel: inviting, changing, disabling them (requirement A8).
//!
//! The directory is no table of ours, so no transaction holds a change and its entry in the audit
//! log: the entry comes first. One too many says less than one that is missing.

use domain::admin::{Email, Role};
use domain::audit::Author;
use domain::ids::AdminId;
use store::StoreError;

use crate::act::Act;
use crate::context::App;
use crate::ports::{Colleague, Directory, DirectoryError, Invitation};

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum ColleagueError {
    /// There is nobody of this id.
    #[error("there is no such colleague")]
    Unknown,
    /// They are colleagues already.
    #[error("they are colleagues already")]
    Present,
    /// Somebody who changes their own role or disables themselves could lock everybody out.
    #[error("nobody changes their own account")]
    Oneself,
    /// They stand elsewhere than was seen. As they are now.
    #[error("somebody else changed this colleague first")]
    Overtaken(Box<Colleague>),
    /// The directory did not answer.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The store did not answer.
    #[error("colleagues")]
    Store(#[from] StoreError),
}

/// What is to change; none stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ColleagueChange {
    /// What they may do.
    pub role: Option<Role>,
    /// Whether they may sign in.
    pub enabled: Option<bool>,
}

/// Counts nothing, but tells two states of a colleague apart: the directory has no revision.
#[must_use]
pub fn mark_of(colleague: &Colleague) -> u64 {
    let role = colleague.role.map_or(0, |role| 1 + role as u64);
    role * 2 + u64::from(colleague.enabled)
}

/// Invites somebody. Whoever was invited before and never came is written to again, in the role that
/// is named now.
///
/// # Errors
/// [`ColleagueError`]; they may be invited then if the directory's answer got lost.
pub async fn invite(
    app: &App,
    directory: &dyn Directory,
    email: &Email,
    role: Role,
    act: &Act,
) -> Result<AdminId, ColleagueError> {
    // Their address is no id, and no entry holds it.
    app.store.write_along(&act.along(app, "invitation")).await?;
    match directory.invite(email, role).await? {
        Invitation::New(id) | Invitation::Again(id) => Ok(id),
        Invitation::Present => Err(ColleagueError::Present),
    }
}

/// Changes a colleague as somebody saw them: `seen` is their [`mark_of`].
///
/// # Errors
/// [`ColleagueError`]; some of it may be done if the directory's answer got lost.
pub async fn change_colleague(
    app: &App,
    directory: &dyn Directory,
    id: AdminId,
    seen: u64,
    change: ColleagueChange,
    act: &Act,
) -> Result<(), ColleagueError> {
    let now = directory.find(id).await?.ok_or(ColleagueError::Unknown)?;
    if act.author() == Author::Admin(id) {
        return Err(ColleagueError::Oneself);
    }
    if mark_of(&now) != seen {
        return Err(ColleagueError::Overtaken(Box::new(now)));
    }
    app.store
        .write_along(&act.along(app, &id.to_string()))
        .await?;
    let mut known = true;
    // Whoever is disabled is so before anything else.
    if change.enabled == Some(false) {
        known &= directory.set_enabled(id, false).await?;
    }
    if let Some(role) = change.role {
        known &= directory.set_role(id, role).await?;
    }
    if change.enabled == Some(true) {
        known &= directory.set_enabled(id, true).await?;
    }
    if known {
        Ok(())
    } else {
        Err(ColleagueError::Unknown)
    }
}
