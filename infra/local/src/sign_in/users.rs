//! Who may sign in on this machine. Passwords are random and lie in the data folder, readable for
//! its owner alone: `make run` prints them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::admin::Role;
use domain::ids::AdminId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use vault::constant_time_eq;

use super::SignInError;
use crate::private_file;

const FILE: &str = "sign-in.json";
/// Octets of a password.
const PASSWORD: usize = 12;

/// Somebody who may sign in.
#[derive(Clone, Serialize, Deserialize)]
pub struct LocalUser {
    /// The `sub` of their tokens.
    pub id: AdminId,
    /// What they sign in as.
    pub username: String,
    /// Where they are written to.
    pub email: String,
    /// Their password.
    pub password: String,
    /// Their group.
    pub role: Role,
    /// Whether they may sign in.
    pub enabled: bool,
    /// Whether they were invited and have never signed in.
    #[serde(default)]
    pub invited: bool,
    /// Since when they are there, UTC.
    pub since: Timestamp,
}

impl fmt::Debug for LocalUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalUser({})", self.username)
    }
}

/// All of them.
pub struct Users {
    file: Option<PathBuf>,
    all: Mutex<Vec<LocalUser>>,
}

impl Users {
    /// Those of the data folder; in an empty one, one for each role.
    pub(super) fn open(data_dir: Option<&Path>) -> Result<Self, SignInError> {
        let file = data_dir.map(|folder| folder.join(FILE));
        let known = match &file {
            Some(file) => private_file::read(file).map_err(SignInError::file(file))?,
            None => None,
        };
        let (all, is_new) = match (known, &file) {
            (Some(bytes), Some(file)) => {
                let all = serde_json::from_slice(&bytes);
                let unreadable = || SignInError::Unreadable(file.clone());
                (all.map_err(|_| unreadable())?, false)
            }
            _ => (first()?, true),
        };
        let users = Self {
            file,
            all: Mutex::new(all),
        };
        if is_new {
            users.save(&users.lock())?;
        }
        Ok(users)
    }

    /// Each of them.
    #[must_use]
    pub fn all(&self) -> Vec<LocalUser> {
        self.lock().clone()
    }

    /// The one with this name and password, if they may sign in; they have come then.
    pub(super) fn with_password(
        &self,
        username: &str,
        password: &str,
    ) -> Result<Option<LocalUser>, SignInError> {
        let found = {
            let all = self.lock();
            let found = all.iter().find(|user| user.username == username);
            let is_theirs = |user: &&LocalUser| {
                constant_time_eq(user.password.as_bytes(), password.as_bytes()) && user.enabled
            };
            found.filter(is_theirs).cloned()
        };
        if let Some(user) = &found
            && user.invited
        {
            self.change(|all| {
                let user = all.iter_mut().find(|one| one.id == user.id);
                user.map(|user| user.invited = false)
            })?;
        }
        Ok(found)
    }

    /// Changes them, and keeps what they are then.
    pub(super) fn change<R>(
        &self,
        change: impl FnOnce(&mut Vec<LocalUser>) -> R,
    ) -> Result<R, SignInError> {
        let mut all = self.lock();
        let mut changed = all.clone();
        let answer = change(&mut changed);
        self.save(&changed)?;
        *all = changed;
        Ok(answer)
    }

    /// The one with this id, if they may sign in.
    #[must_use]
    pub(super) fn enabled(&self, id: AdminId) -> Option<LocalUser> {
        let all = self.lock();
        all.iter()
            .find(|user| user.id == id && user.enabled)
            .cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<LocalUser>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn save(&self, all: &[LocalUser]) -> Result<(), SignInError> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let text = serde_json::to_vec_pretty(all);
        let text = text.map_err(|_| SignInError::Unreadable(file.clone()))?;
        private_file::replace(file, &text).map_err(SignInError::file(file))
    }
}

fn first() -> Result<Vec<LocalUser>, SignInError> {
    let mut all = Vec::new();
    for role in Role::ALL.into_iter().rev() {
        all.push(LocalUser {
            id: AdminId(Uuid::new_v4()),
            username: role.as_str().to_owned(),
            email: format!("{}@localhost", role.as_str()),
            password: password()?,
            role,
            enabled: true,
            invited: false,
            since: Timestamp::now(),
        });
    }
    Ok(all)
}

/// A new one.
pub(super) fn password() -> Result<String, SignInError> {
    let mut bytes = [0; PASSWORD];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| SignInError::NoKey)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
