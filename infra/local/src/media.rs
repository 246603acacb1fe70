//! Files that go along with messages, in a folder: what S3 keeps in the cloud.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use app::ports::{Clock, MediaStore, MediaStoreError, Ticket};
use async_trait::async_trait;
use domain::ids::MediaId;
use domain::media::{FOLDER, MediaName};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

/// How long a ticket is good.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(15);
/// Where files are sent, below the site's address.
pub(crate) const UPLOADS: &str = "/simulator/uploads";
/// What was sent and not looked at yet.
const INCOMING: &str = "incoming";

/// Why an upload is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoTicket {
    /// There is none, or not any more.
    Unknown,
    /// It is for another number of bytes.
    OtherLength,
}

/// Files in the data folder, or in one that goes away with the cloud.
pub struct LocalMedia {
    folder: PathBuf,
    _temporary: Option<TempDir>,
    base_url: String,
    clock: Arc<dyn Clock>,
    tickets: Mutex<HashMap<MediaId, (usize, Timestamp)>>,
}

impl LocalMedia {
    /// Files below `data_dir`; without one they are kept until this is dropped. `base_url` is the
    /// edge's.
    ///
    /// # Errors
    /// There is no place for temporary files.
    pub fn open(
        data_dir: Option<&Path>,
        base_url: &str,
        clock: Arc<dyn Clock>,
    ) -> std::io::Result<Self> {
        let temporary = match data_dir {
            Some(_) => None,
            None => Some(tempfile::tempdir()?),
        };
        let parent = temporary.as_ref().map(TempDir::path).or(data_dir);
        let folder = parent.unwrap_or(Path::new(".")).to_path_buf();
        Ok(Self {
            folder,
            _temporary: temporary,
            base_url: base_url.to_owned(),
            clock,
            tickets: Mutex::default(),
        })
    }

    /// Takes what is sent with a ticket.
    pub(crate) fn receive(
        &self,
        id: MediaId,
        file: &[u8],
    ) -> std::io::Result<Result<(), NoTicket>> {
        let now = self.clock.now();
        let mut tickets = self.tickets.lock().unwrap_or_else(PoisonError::into_inner);
        tickets.retain(|_, (_, until)| now < *until);
        match tickets.get(&id) {
            None => return Ok(Err(NoTicket::Unknown)),
            Some((bytes, _)) if *bytes != file.len() => return Ok(Err(NoTicket::OtherLength)),
            Some(_) => {}
        }
        self.write(INCOMING, &id.to_string(), file).map(Ok)
    }

    /// What everybody can fetch under this name.
    pub(crate) fn published(&self, name: MediaName) -> std::io::Result<Option<Vec<u8>>> {
        self.read(FOLDER, &name.to_string())
    }

    fn read(&self, part: &str, name: &str) -> std::io::Result<Option<Vec<u8>>> {
        match std::fs::read(self.folder.join(part).join(name)) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A file stands there whole or not at all.
    fn write(&self, part: &str, name: &str, file: &[u8]) -> std::io::Result<()> {
        let folder = self.folder.join(part);
        std::fs::create_dir_all(&folder)?;
        let mut whole = tempfile::NamedTempFile::new_in(&folder)?;
        std::io::Write::write_all(&mut whole, file)?;
        whole.persist(folder.join(name))?;
        Ok(())
    }
}

fn failed(what: &'static str) -> impl Fn(std::io::Error) -> MediaStoreError {
    move |error| MediaStoreError {
        what,
        source: error.into(),
    }
}

#[async_trait]
impl MediaStore for LocalMedia {
    async fn ticket(&self, id: MediaId, bytes: usize) -> Result<Ticket, MediaStoreError> {
        let now = self.clock.now();
        let until = now.saturating_add(GOOD_FOR).unwrap_or(now);
        let mut tickets = self.tickets.lock().unwrap_or_else(PoisonError::into_inner);
        tickets.insert(id, (bytes, until));
        Ok(Ticket {
            url: format!("{}{UPLOADS}/{id}", self.base_url),
            headers: Vec::new(),
        })
    }

    async fn uploaded(&self, id: MediaId) -> Result<Option<Vec<u8>>, MediaStoreError> {
        self.read(INCOMING, &id.to_string())
            .map_err(failed("uploaded"))
    }

    async fn publish(&self, name: MediaName, file: Vec<u8>) -> Result<(), MediaStoreError> {
        self.write(FOLDER, &name.to_string(), &file)
            .map_err(failed("publish"))
    }
}
