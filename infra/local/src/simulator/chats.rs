use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Phone;

/// One message in a chat.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Who wrote it.
    pub from: Phone,
    /// To whom.
    pub to: Phone,
    /// The text; empty if there is only a medium.
    pub text: String,
    /// Address of an image or document.
    pub media_url: Option<String>,
    /// Virtual time.
    pub at: Timestamp,
}

/// The file of the chats cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ChatsError {
    /// It cannot be opened, read or written.
    #[error("the chats file {} cannot be used: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A line is not a message.
    #[error("line {line} of the chats file {} is not a message", path.display())]
    Line {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
}

/// All chats, in the order in which messages came.
pub(super) struct Chats {
    messages: Vec<Message>,
    file: Option<(PathBuf, File)>,
}

impl Chats {
    pub(super) fn in_memory() -> Self {
        Self {
            messages: Vec::new(),
            file: None,
        }
    }

    pub(super) fn in_file(path: &Path) -> Result<Self, ChatsError> {
        let io = |source| ChatsError::Io {
            path: path.to_owned(),
            source,
        };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(io(error)),
        };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let messages = text[..whole]
            .lines()
            .enumerate()
            .map(|(index, line)| {
                serde_json::from_str(line).map_err(|_| ChatsError::Line {
                    path: path.to_owned(),
                    line: index + 1,
                })
            })
            .collect::<Result<_, _>>()?;
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .map_err(io)?;
        if whole < text.len() {
            // The process ended while writing it, so before it answered: it was never accepted.
            tracing::warn!("the last message of the chats file was cut off and is left out");
            file.set_len(whole as u64).map_err(io)?;
        }
        Ok(Self {
            messages,
            file: Some((path.to_owned(), file)),
        })
    }

    /// Adds a message; on disk when this returns.
    pub(super) fn add(&mut self, message: Message) -> Result<(), ChatsError> {
        if let Some((path, file)) = &mut self.file {
            let mut line = serde_json::to_vec(&message)
                .map_err(io::Error::from)
                .map_err(|source| ChatsError::Io {
                    path: path.clone(),
                    source,
                })?;
            line.push(b'\n');
            let end = file.metadata().map(|data| data.len());
            let written = end.and_then(|end| {
                file.write_all(&line).inspect_err(|_| {
                    // A full disk may have taken half a line, to which the next would be added.
                    if let Err(error) = file.set_len(end) {
                        tracing::error!(%error, "half a message stays in the chats file");
                    }
                })
            });
            written.map_err(|source| ChatsError::Io {
                path: path.clone(),
                source,
            })?;
        }
        self.messages.push(message);
        Ok(())
    }

    pub(super) fn of(&self, phone: Option<&Phone>) -> Vec<Message> {
        let concerns = |message: &&Message| {
            phone.is_none_or(|phone| message.from == *phone || message.to == *phone)
        };
        self.messages.iter().filter(concerns).cloned().collect()
    }

    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    /// At most `count` messages behind the first `from`.
    pub(super) fn after(&self, from: usize, count: usize) -> Vec<Message> {
        let rest = self.messages.iter().skip(from);
        rest.take(count).cloned().collect()
    }

    pub(super) fn sent_by(&self, phone: &Phone) -> usize {
        let sent = self.messages.iter().filter(|one| one.from == *phone);
        sent.count()
    }
}
