//! The directory of admins as one function sees it: each use is noted as the permissions that it
//! takes at Cognito.

use app::ports::{Colleague, Directory, DirectoryError, Invitation};
use async_trait::async_trait;
use domain::admin::{Email, Role};
use domain::ids::AdminId;

use super::Caller;
use crate::sign_in::SignIn;

/// The directory as one function sees it.
pub(crate) struct NotedDirectory {
    pub(crate) directory: SignIn,
    pub(crate) caller: Option<Caller>,
}

/// What putting somebody into a role takes.
const MOVES: [&str; 3] = [
    "AdminAddUserToGroup",
    "AdminListGroupsForUser",
    "AdminRemoveUserFromGroup",
];

impl NotedDirectory {
    fn note(&self, operations: &[&str]) {
        if let Some(caller) = &self.caller {
            for operation in operations {
                caller.other("cognito-idp", operation, "pool");
            }
        }
    }
}

#[async_trait]
impl Directory for NotedDirectory {
    async fn all(&self) -> Result<Vec<Colleague>, DirectoryError> {
        self.note(&["ListUsers", "ListUsersInGroup"]);
        self.directory.all().await
    }

    async fn find(&self, id: AdminId) -> Result<Option<Colleague>, DirectoryError> {
        self.note(&["AdminGetUser", "AdminListGroupsForUser"]);
        self.directory.find(id).await
    }

    async fn invite(&self, email: &Email, role: Role) -> Result<Invitation, DirectoryError> {
        self.note(&["AdminCreateUser", "AdminGetUser"]);
        self.note(&MOVES);
        self.directory.invite(email, role).await
    }

    async fn set_role(&self, id: AdminId, role: Role) -> Result<bool, DirectoryError> {
        self.note(&["AdminGetUser"]);
        self.note(&MOVES);
        self.directory.set_role(id, role).await
    }

    async fn set_enabled(&self, id: AdminId, enabled: bool) -> Result<bool, DirectoryError> {
        self.note(&["AdminGetUser"]);
        self.note(if enabled {
            &["AdminEnableUser"]
        } else {
            &["AdminDisableUser", "AdminUserGlobalSignOut"]
        });
        self.directory.set_enabled(id, enabled).await
    }
}
