//! The users of this machine as the panel manages them. What Cognito would write to somebody who is
//! invited stands at `/oidc/invitations`.

use app::ports::{Colleague, Directory, DirectoryError, Invitation};
use async_trait::async_trait;
use domain::admin::{Email, Role};
use domain::ids::AdminId;
use jiff::Timestamp;
use uuid::Uuid;

use super::SignIn;
use super::users::{LocalUser, password};

fn seen(user: &LocalUser) -> Colleague {
    Colleague {
        id: user.id,
        email: user.email.clone(),
        role: Some(user.role),
        enabled: user.enabled,
        invited: user.invited,
        since: user.since,
    }
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> DirectoryError {
    DirectoryError::Failed {
        what: "users of this machine",
        source: error.into(),
    }
}

#[async_trait]
impl Directory for SignIn {
    async fn all(&self) -> Result<Vec<Colleague>, DirectoryError> {
        Ok(self.0.users.all().iter().map(seen).collect())
    }

    async fn find(&self, id: AdminId) -> Result<Option<Colleague>, DirectoryError> {
        let all = self.0.users.all();
        Ok(all.iter().find(|user| user.id == id).map(seen))
    }

    async fn invite(&self, email: &Email, role: Role) -> Result<Invitation, DirectoryError> {
        let fresh = password().map_err(failed)?;
        let invited = self.0.users.change(|all| {
            let known = all.iter_mut().find(|user| user.email == email.as_str());
            match known {
                Some(user) if user.invited && user.role != role => Invitation::OtherRole,
                Some(user) if user.invited => {
                    user.password = fresh;
                    Invitation::Again(user.id)
                }
                Some(_) => Invitation::Present,
                None => {
                    let id = AdminId(Uuid::new_v4());
                    all.push(LocalUser {
                        id,
                        username: email.as_str().to_owned(),
                        email: email.as_str().to_owned(),
                        password: fresh,
                        role,
                        enabled: true,
                        invited: true,
                        since: Timestamp::now(),
                    });
                    Invitation::New(id)
                }
            }
        });
        invited.map_err(failed)
    }

    async fn set_role(&self, id: AdminId, role: Role) -> Result<bool, DirectoryError> {
        self.on_one(id, |user| user.role = role)
    }

    async fn set_enabled(&self, id: AdminId, enabled: bool) -> Result<bool, DirectoryError> {
        self.on_one(id, |user| user.enabled = enabled)
    }
}

impl SignIn {
    fn on_one(
        &self,
        id: AdminId,
        change: impl FnOnce(&mut LocalUser),
    ) -> Result<bool, DirectoryError> {
        let changed = self.0.users.change(|all| {
            let user = all.iter_mut().find(|user| user.id == id);
            user.map(change).is_some()
        });
        changed.map_err(failed)
    }
}
