//! Colleagues in the panel: inviting, changing, disabling them (requirement A8).
//!
//! The directory is no table of ours, so no transaction holds a change and its entry in the audit
//! log: the entry comes first. One too many says less than one that is missing. What somebody may do
//! stands in it besides the fields' names: it is what such an entry is looked up for.

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
    /// They were invited in another role, and have not come yet.
    #[error("they were invited in another role")]
    OtherRole,
    /// Whoever would take an admin's rights away has none any more.
    #[error("whoever asks is no admin any more")]
    NoLongerAdmin,
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

impl ColleagueChange {
    /// As it stands in the audit log.
    fn words(self) -> impl Iterator<Item = String> {
        let enabled = self.enabled.map(|enabled| format!("enabled={enabled}"));
        self.role.map(role_word).into_iter().chain(enabled)
    }

    /// Whether it leaves one admin less.
    fn ends_an_admin(self, now: &Colleague) -> bool {
        let stays = self.role.is_none_or(|role| role == Role::Admin) && self.enabled != Some(false);
        is_admin(now) && !stays
    }
}

fn role_word(role: Role) -> String {
    format!("role={}", role.as_str())
}

fn is_admin(colleague: &Colleague) -> bool {
    colleague.enabled && colleague.role == Some(Role::Admin)
}

/// Counts nothing, but tells two states of a colleague apart: the directory has no revision.
#[must_use]
pub fn mark_of(colleague: &Colleague) -> u64 {
    let role = colleague.role.map_or(0, |role| 1 + role as u64);
    role * 2 + u64::from(colleague.enabled)
}

/// Invites somebody. Whoever was invited before and never came is written to again, if their role is
/// the one that is named. The entry before it names nobody, the one after it who they are, and marks
/// the request as carried out.
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
    let before = act.clone().before();
    let before = before.on(["email".to_owned(), role_word(role)]);
    app.store
        .write_along(&before.along(app, "invitation"))
        .await?;
    let id = match directory.invite(email, role).await? {
        Invitation::New(id) | Invitation::Again(id) => id,
        Invitation::OtherRole => return Err(ColleagueError::OtherRole),
        Invitation::Present => return Err(ColleagueError::Present),
    };
    let done = act.clone().named("admins.invited").on([role_word(role)]);
    app.store
        .write_along(&done.along(app, &id.to_string()))
        .await?;
    Ok(id)
}

/// Changes a colleague as somebody saw them: `seen` is their [`mark_of`]. Whoever takes an admin's
/// rights away still has their own before and after: so two who do it to each other at the same
/// moment leave somebody who may let the others in.
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
    let ends_an_admin = change.ends_an_admin(&now);
    if ends_an_admin && !still_admin(directory, act.author()).await? {
        return Err(ColleagueError::NoLongerAdmin);
    }
    let subject = id.to_string();
    let entry = act.clone().on(change.words());
    app.store.write_along(&entry.along(app, &subject)).await?;
    if !carry_out(directory, id, change).await? {
        return Err(ColleagueError::Unknown);
    }
    if ends_an_admin && !still_admin(directory, act.author()).await? {
        let back = ColleagueChange {
            role: change.role.and(now.role),
            enabled: change.enabled.map(|_| now.enabled),
        };
        let entry = act.clone().named("admins.undo").on(back.words());
        app.store.write_along(&entry.along(app, &subject)).await?;
        carry_out(directory, id, back).await?;
        return Err(ColleagueError::NoLongerAdmin);
    }
    Ok(())
}

/// Whether whoever does this is an admin at this moment: their token may be older.
async fn still_admin(directory: &dyn Directory, author: Author) -> Result<bool, DirectoryError> {
    match author {
        Author::System => Ok(true),
        Author::Admin(id) => Ok(directory.find(id).await?.as_ref().is_some_and(is_admin)),
    }
}

/// False if they are gone.
async fn carry_out(
    directory: &dyn Directory,
    id: AdminId,
    change: ColleagueChange,
) -> Result<bool, DirectoryError> {
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
    Ok(known)
}
