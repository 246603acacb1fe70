//! Files that go along with a broadcast (requirement E5): taken in two steps, so that what everybody
//! can fetch is what was looked at.

use domain::ids::MediaId;
use domain::media::{MediaError, MediaKind, MediaName, size_fits};

use crate::context::App;
use crate::ports::{MediaStore, MediaStoreError, Ticket};

/// Why a file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// It is none that can be sent.
    #[error(transparent)]
    Unfit(#[from] MediaError),
    /// Nothing was sent, or too long ago.
    #[error("nothing was uploaded under this id")]
    Nothing,
    /// The store of files did not answer.
    #[error("upload")]
    Store(#[from] MediaStoreError),
}

/// Where a file of so many bytes may be sent, and under which id [`take_upload`] takes it.
///
/// # Errors
/// [`UploadError`].
pub async fn begin_upload(
    app: &App,
    files: &dyn MediaStore,
    bytes: usize,
) -> Result<(MediaId, Ticket), UploadError> {
    size_fits(bytes)?;
    let id = MediaId(app.dice.uuid());
    Ok((id, files.ticket(id, bytes).await?))
}

/// Looks at what was sent and publishes it, if it is a picture or a PDF; doing so twice does it once.
/// The answer is what a broadcast names.
///
/// # Errors
/// [`UploadError`]; then nothing is published.
pub async fn take_upload(files: &dyn MediaStore, id: MediaId) -> Result<MediaName, UploadError> {
    let file = files.uploaded(id).await?.ok_or(UploadError::Nothing)?;
    let kind = MediaKind::of(&file)?;
    let name = MediaName { id, kind };
    files.publish(name, file).await?;
    tracing::info!(media = %id, kind = kind.ending(), "file published");
    Ok(name)
}
