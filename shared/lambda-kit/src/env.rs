/// A variable that the function cannot do without is missing or unreadable. It refuses to start:
/// a default in its place would hide the mistake.
#[derive(Debug, thiserror::Error)]
pub enum EnvError {
    /// Not set, or empty.
    #[error("environment variable {0} is not set")]
    Missing(&'static str),
    /// Set to something that it cannot be.
    #[error("environment variable {name} must be {expected}")]
    Unreadable {
        /// Which.
        name: &'static str,
        /// What it may be.
        expected: &'static str,
    },
}

/// The variable's value.
///
/// # Errors
/// [`EnvError::Missing`] if it is not set or empty.
pub fn required(name: &'static str) -> Result<String, EnvError> {
    optional(name).ok_or(EnvError::Missing(name))
}

/// The variable's value, if it is set and not empty.
#[must_use]
pub fn optional(name: &'static str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
