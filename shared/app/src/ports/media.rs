use async_trait::async_trait;
use domain::ids::MediaId;
use domain::media::MediaName;

/// The files could not be reached.
#[derive(Debug, thiserror::Error)]
#[error("the store of files did not take “{what}”")]
pub struct MediaStoreError {
    /// What was asked: `ticket`, `uploaded` or `publish`.
    pub what: &'static str,
    /// What its client said.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Where a file may be sent, once, by whoever holds this: `PUT` with these headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Address.
    pub url: String,
    /// Headers that the request must have, as they are.
    pub headers: Vec<(&'static str, String)>,
}

/// Files that go along with messages. In the cloud a bucket of S3 behind CloudFront; on one machine
/// a folder behind the edge. A file is sent to the store itself, since a function takes no request
/// of five megabytes, and stands apart until it was looked at; what everybody can fetch was written
/// by us.
#[async_trait]
pub trait MediaStore: Send + Sync {
    /// A ticket for a file of exactly so many bytes, good for a quarter of an hour.
    ///
    /// # Errors
    /// [`MediaStoreError`] if none can be made.
    async fn ticket(&self, id: MediaId, bytes: usize) -> Result<Ticket, MediaStoreError>;

    /// What was sent with the ticket; none if nothing was, or it is forgotten: a day later.
    ///
    /// # Errors
    /// [`MediaStoreError`] if the store cannot be reached, or refuses.
    async fn uploaded(&self, id: MediaId) -> Result<Option<Vec<u8>>, MediaStoreError>;

    /// Lets everybody fetch this file who knows its name, as what it is. The same twice is the same.
    ///
    /// # Errors
    /// [`MediaStoreError`] if the store cannot be reached, or refuses.
    async fn publish(&self, name: MediaName, file: Vec<u8>) -> Result<(), MediaStoreError>;
}
