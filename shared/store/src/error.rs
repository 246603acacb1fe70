use std::error::Error;
use std::fmt;

/// An error with all its causes on one line, for logs: `check: the database did not answer: …`.
/// Only `Display` texts, which hold no field of an item; `Debug` of a client's error may.
pub struct Chain<'a>(pub &'a (dyn Error + 'a));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// Why the store could not answer. Conditions that are part of a use case are not errors: they
/// are outcomes of the functions that state them.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Many writers met on one item and patience ended. Nothing was written.
    #[error("{what}: gave up after repeated transaction conflicts")]
    Contended {
        /// Operation.
        what: &'static str,
    },
    /// This very request was carried out before, and this time nothing was written: see
    /// [`crate::Store::seen_request`].
    #[error("{what}: the request was carried out already")]
    Repeated {
        /// Operation.
        what: &'static str,
    },
    /// A stored item does not read as what it should be. Never skipped: somebody must see it.
    #[error("unreadable {what} in the store: {why}")]
    Unreadable {
        /// Kind of item.
        what: &'static str,
        /// Which attribute or rule.
        why: String,
    },
    /// Encryption or decryption failed.
    #[error("{what}: field encryption failed")]
    Vault {
        /// Operation.
        what: &'static str,
        /// Cause.
        #[source]
        source: vault::VaultError,
    },
    /// DynamoDB answered with an error or not at all.
    #[error("{what}: the database did not answer")]
    Database {
        /// Operation.
        what: &'static str,
        /// Cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StoreError {
    /// Whether the fault lies in what is stored, so that asking again brings the same answer.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        match self {
            Self::Unreadable { .. } => true,
            Self::Vault { source, .. } => matches!(
                source,
                vault::VaultError::Malformed
                    | vault::VaultError::UnknownKey(_)
                    | vault::VaultError::Refused
            ),
            Self::Contended { .. } | Self::Repeated { .. } | Self::Database { .. } => false,
        }
    }

    pub(crate) fn unreadable(what: &'static str, why: impl fmt::Display) -> Self {
        Self::Unreadable {
            what,
            why: why.to_string(),
        }
    }

    pub(crate) fn database<E>(what: &'static str) -> impl FnOnce(E) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        move |source| Self::Database {
            what,
            source: Box::new(source),
        }
    }

    pub(crate) fn vault(what: &'static str) -> impl FnOnce(vault::VaultError) -> Self {
        move |source| Self::Vault { what, source }
    }
}
