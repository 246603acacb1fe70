use std::io;
use std::path::PathBuf;

/// Users or key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// A file cannot be read or written.
    #[error("{} cannot be read or written: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file holds something else.
    #[error("{} does not hold what it should: remove it to begin again", .0.display())]
    Unreadable(PathBuf),
    /// No random bytes, or no key from them.
    #[error("no key could be made")]
    NoKey,
    /// A token could not be made.
    #[error("token")]
    Token(#[from] jsonwebtoken::errors::Error),
}

impl SignInError {
    pub(super) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
