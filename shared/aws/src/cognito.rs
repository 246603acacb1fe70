use app::ports::{Colleague, Directory, DirectoryError, Invitation};
use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cognitoidentityprovider::operation::admin_create_user::AdminCreateUserError;
use aws_sdk_cognitoidentityprovider::operation::admin_get_user::{
    AdminGetUserError, AdminGetUserOutput,
};
use aws_sdk_cognitoidentityprovider::types::{
    AttributeType, DeliveryMediumType, MessageActionType, UserStatusType,
};
use domain::admin::{Email, Role};
use domain::ids::AdminId;
use jiff::Timestamp;

/// Users of one page of Cognito's list.
const PAGE: i32 = 60;

/// The admins in a Cognito user pool whose user names are e-mail addresses. Each role is a group.
pub struct CognitoDirectory {
    client: Client,
    pool: String,
}

impl CognitoDirectory {
    /// The users of this pool.
    #[must_use]
    pub fn new(client: Client, pool: impl Into<String>) -> Self {
        Self {
            client,
            pool: pool.into(),
        }
    }

    async fn user(&self, name: &str) -> Result<Option<AdminGetUserOutput>, DirectoryError> {
        let request = self.client.admin_get_user();
        match request.user_pool_id(&self.pool).username(name).send().await {
            Ok(user) => Ok(Some(user)),
            Err(SdkError::ServiceError(error))
                if matches!(error.err(), AdminGetUserError::UserNotFoundException(_)) =>
            {
                Ok(None)
            }
            Err(error) => Err(failed("user")(error)),
        }
    }

    async fn groups_of(&self, name: &str) -> Result<Vec<String>, DirectoryError> {
        let mut pages = self
            .client
            .admin_list_groups_for_user()
            .user_pool_id(&self.pool)
            .username(name)
            .into_paginator()
            .items()
            .send();
        let mut groups = Vec::new();
        while let Some(group) = pages.next().await {
            groups.extend(group.map_err(failed("groups"))?.group_name);
        }
        Ok(groups)
    }

    /// The ids of everybody in a group.
    async fn members(&self, role: Role) -> Result<Vec<AdminId>, DirectoryError> {
        let mut pages = self
            .client
            .list_users_in_group()
            .user_pool_id(&self.pool)
            .group_name(role.as_str())
            .limit(PAGE)
            .into_paginator()
            .items()
            .send();
        let mut members = Vec::new();
        while let Some(user) = pages.next().await {
            let user = user.map_err(failed("members"))?;
            members.extend(id_in(user.attributes()));
        }
        Ok(members)
    }

    async fn move_to(&self, name: &str, role: Role) -> Result<(), DirectoryError> {
        // First in, then out: whoever stops half-way is in both, of which the higher counts, and
        // doing it again ends it.
        self.client
            .admin_add_user_to_group()
            .user_pool_id(&self.pool)
            .username(name)
            .group_name(role.as_str())
            .send()
            .await
            .map_err(failed("group"))?;
        for group in self.groups_of(name).await? {
            if Role::parse(&group).is_some_and(|other| other != role) {
                self.client
                    .admin_remove_user_from_group()
                    .user_pool_id(&self.pool)
                    .username(name)
                    .group_name(group)
                    .send()
                    .await
                    .map_err(failed("group"))?;
            }
        }
        Ok(())
    }
}

fn failed<E>(what: &'static str) -> impl FnOnce(E) -> DirectoryError
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    move |source| match source.code() {
        Some("TooManyRequestsException" | "LimitExceededException") => {
            DirectoryError::Busy { what }
        }
        _ => DirectoryError::Failed {
            what,
            source: Box::new(source),
        },
    }
}

/// Why somebody could not be invited.
fn not_invited<E>(error: E) -> DirectoryError
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    match error.code() {
        Some("InvalidParameterException") => DirectoryError::Address,
        Some("CodeDeliveryFailureException") => DirectoryError::Undelivered,
        _ => failed("invitation")(error),
    }
}

fn attribute<'a>(attributes: &'a [AttributeType], name: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|one| one.name() == name)?;
    found.value()
}

fn id_in(attributes: &[AttributeType]) -> Option<AdminId> {
    attribute(attributes, "sub")?.parse().ok()
}

struct Raw<'a> {
    attributes: &'a [AttributeType],
    enabled: bool,
    status: Option<&'a UserStatusType>,
    created: Option<&'a aws_sdk_cognitoidentityprovider::primitives::DateTime>,
}

fn colleague(raw: &Raw<'_>, role: Option<Role>) -> Result<Colleague, DirectoryError> {
    let missing = |what: &'static str| DirectoryError::Failed {
        what: "a user of the pool cannot be read",
        source: what.into(),
    };
    let id = id_in(raw.attributes).ok_or_else(|| missing("sub"))?;
    let email = attribute(raw.attributes, "email").ok_or_else(|| missing("email"))?;
    let since = raw
        .created
        .and_then(|at| Timestamp::new(at.secs(), 0).ok())
        .ok_or_else(|| missing("creation date"))?;
    Ok(Colleague {
        id,
        email: email.to_owned(),
        role,
        enabled: raw.enabled,
        invited: raw.status == Some(&UserStatusType::ForceChangePassword),
        since,
    })
}

#[async_trait]
impl Directory for CognitoDirectory {
    async fn all(&self) -> Result<Vec<Colleague>, DirectoryError> {
        let mut roles = std::collections::HashMap::new();
        for role in Role::ALL {
            // The higher comes later, and counts.
            roles.extend(self.members(role).await?.into_iter().map(|id| (id, role)));
        }
        let mut pages = self
            .client
            .list_users()
            .user_pool_id(&self.pool)
            .limit(PAGE)
            .into_paginator()
            .items()
            .send();
        let mut all = Vec::new();
        while let Some(user) = pages.next().await {
            let user = user.map_err(failed("users"))?;
            let raw = Raw {
                attributes: user.attributes(),
                enabled: user.enabled(),
                status: user.user_status(),
                created: user.user_create_date(),
            };
            let role = id_in(raw.attributes).and_then(|id| roles.get(&id).copied());
            all.push(colleague(&raw, role)?);
        }
        Ok(all)
    }

    async fn find(&self, id: AdminId) -> Result<Option<Colleague>, DirectoryError> {
        let name = id.to_string();
        let Some(user) = self.user(&name).await? else {
            return Ok(None);
        };
        let raw = Raw {
            attributes: user.user_attributes(),
            enabled: user.enabled(),
            status: user.user_status(),
            created: user.user_create_date(),
        };
        let groups = self.groups_of(&name).await?;
        let role = Role::highest(groups.iter().map(String::as_str));
        colleague(&raw, role).map(Some)
    }

    async fn invite(&self, email: &Email, role: Role) -> Result<Invitation, DirectoryError> {
        let create = || {
            self.client
                .admin_create_user()
                .user_pool_id(&self.pool)
                .username(email.as_str())
                .desired_delivery_mediums(DeliveryMediumType::Email)
        };
        let mut request = create();
        for (name, value) in [("email", email.as_str()), ("email_verified", "true")] {
            let attribute = AttributeType::builder().name(name).value(value).build();
            let attribute = attribute.map_err(|source| DirectoryError::Failed {
                what: "attribute",
                source: source.into(),
            });
            request = request.user_attributes(attribute?);
        }
        let made = match request.send().await {
            Ok(made) => made.user,
            Err(SdkError::ServiceError(error))
                if matches!(
                    error.err(),
                    AdminCreateUserError::UsernameExistsException(_)
                ) =>
            {
                None
            }
            Err(error) => return Err(not_invited(error)),
        };
        let lost = || DirectoryError::Failed {
            what: "invitation",
            source: "the user is not there".into(),
        };
        if let Some(made) = made {
            let id = id_in(made.attributes()).ok_or_else(lost)?;
            self.move_to(&id.to_string(), role).await?;
            return Ok(Invitation::New(id));
        }
        let known = self.user(email.as_str()).await?.ok_or_else(lost)?;
        if known.user_status() != Some(&UserStatusType::ForceChangePassword) {
            return Ok(Invitation::Present);
        }
        let id = id_in(known.user_attributes()).ok_or_else(lost)?;
        let groups = self.groups_of(&id.to_string()).await?;
        match Role::highest(groups.iter().map(String::as_str)) {
            Some(now) if now != role => return Ok(Invitation::OtherRole),
            Some(_) => {}
            // The first invitation ended half-way.
            None => self.move_to(&id.to_string(), role).await?,
        }
        let again = create().message_action(MessageActionType::Resend);
        match again.send().await {
            Ok(_) => Ok(Invitation::Again(id)),
            // They are shut out.
            Err(error) if error.code() == Some("UnsupportedUserStateException") => {
                Ok(Invitation::Present)
            }
            Err(error) => Err(not_invited(error)),
        }
    }

    async fn set_role(&self, id: AdminId, role: Role) -> Result<bool, DirectoryError> {
        let name = id.to_string();
        if self.user(&name).await?.is_none() {
            return Ok(false);
        }
        self.move_to(&name, role).await?;
        Ok(true)
    }

    async fn set_enabled(&self, id: AdminId, enabled: bool) -> Result<bool, DirectoryError> {
        let name = id.to_string();
        if self.user(&name).await?.is_none() {
            return Ok(false);
        }
        if enabled {
            let request = self.client.admin_enable_user();
            let request = request.user_pool_id(&self.pool).username(name);
            request.send().await.map_err(failed("enabling"))?;
            return Ok(true);
        }
        let request = self.client.admin_disable_user();
        let request = request.user_pool_id(&self.pool).username(&name);
        request.send().await.map_err(failed("disabling"))?;
        // Nobody gets new tokens for the old ones.
        let request = self.client.admin_user_global_sign_out();
        let request = request.user_pool_id(&self.pool).username(name);
        request.send().await.map_err(failed("signing out"))?;
        Ok(true)
    }
}
