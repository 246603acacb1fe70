//! Sign-in on one machine: what the user pool does in the cloud. An OpenID provider with PKCE and a
//! page to sign in at, tokens shaped as Cognito shapes them, and the check that API Gateway's
//! authorizer makes. Tokens live in real time, whatever the virtual clock shows.

mod check;
mod codes;
mod directory;
mod error;
mod keys;
mod page;
mod routes;
mod tokens;
mod users;

use std::path::Path;
use std::sync::Arc;

pub use error::SignInError;
pub(crate) use routes::router;
pub use users::{LocalUser, Users};

use codes::Codes;
use keys::Keys;

/// The one client: the panel, and scripts.
pub const CLIENT: &str = "panel";

/// The provider; clones are the same one.
#[derive(Clone)]
pub struct SignIn(Arc<Inner>);

struct Inner {
    issuer: String,
    users: Users,
    keys: Keys,
    codes: Codes,
}

impl SignIn {
    /// The provider of the site on this port, with users and key of the data folder, which are made
    /// on first use; without a folder they live in memory.
    ///
    /// # Errors
    /// [`SignInError`] if a file cannot be used.
    pub fn open(data_dir: Option<&Path>, port: u16) -> Result<Self, SignInError> {
        Ok(Self(Arc::new(Inner {
            // One name, whichever the browser was told: a token names one issuer.
            issuer: format!("http://localhost:{port}/oidc"),
            users: Users::open(data_dir)?,
            keys: Keys::new(data_dir),
            codes: Codes::default(),
        })))
    }

    /// Who may sign in.
    #[must_use]
    pub fn users(&self) -> &Users {
        &self.0.users
    }
}
