//! Letters: rows of the log that carry their number and their text with them, sealed, since there
//! need be no participant to ask. Whatever ends a row takes both away.

use domain::ids::MessageId;
use domain::letter::Letter;
use domain::media::MediaName;
use domain::message::NewMessage;
use domain::phone::Phone;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vault::{Place, Salt};

use crate::item::{Item, binary};
use crate::{Store, StoreError};

const WHAT: &str = "letter";
/// What is sealed, and with what.
pub(crate) const LETTER: &str = "letter";
pub(crate) const SALT: &str = "salt";

/// The plain text of what is sealed.
#[derive(Debug, Serialize, Deserialize)]
struct Content {
    phone: String,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    media: Option<MediaName>,
}

fn place(id: &str) -> Place<'_> {
    Place {
        table: "notifications_log",
        field: LETTER,
        id,
    }
}

impl Store {
    /// Puts the row of a letter, if the same was not put before. Returns whether it is new.
    ///
    /// # Errors
    /// [`StoreError`] if the database or the vault does not answer.
    pub async fn add_letter(
        &self,
        message: &NewMessage,
        letter: &Letter,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let content = Content {
            phone: letter.phone.e164(),
            text: letter.text.clone(),
            media: letter.media,
        };
        let plain = serde_json::to_vec(&content).map_err(|e| StoreError::unreadable(WHAT, e))?;
        let salt = Salt::random().map_err(StoreError::vault(WHAT))?;
        let id = message.id.to_string();
        let sealed = self.vault.seal(&place(&id), &salt, &plain, now).await;
        let mut item = Self::message_item(message)?;
        item.insert(
            LETTER.to_owned(),
            binary(sealed.map_err(StoreError::vault(WHAT))?),
        );
        item.insert(SALT.to_owned(), binary(salt.as_bytes().to_vec()));
        self.put_row_once(item).await
    }

    /// What the row of a letter carries; none once it is over.
    pub(crate) async fn read_letter(
        &self,
        id: MessageId,
        row: &Item,
    ) -> Result<Option<Letter>, StoreError> {
        let bytes = |name: &str| row.get(name).and_then(|value| value.as_b().ok());
        let Some((sealed, salt)) = bytes(LETTER).zip(bytes(SALT)) else {
            return Ok(None);
        };
        let bad = |field: &'static str| StoreError::unreadable(WHAT, field);
        let salt = Salt::from_bytes(salt.as_ref()).ok_or_else(|| bad("salt"))?;
        let id = id.to_string();
        let plain = self.vault.open(&place(&id), &salt, sealed.as_ref()).await;
        let plain = plain.map_err(StoreError::vault(WHAT))?;
        let content: Content =
            serde_json::from_slice(&plain).map_err(|e| StoreError::unreadable(WHAT, e))?;
        Ok(Some(Letter {
            phone: Phone::parse(&content.phone).map_err(|e| StoreError::unreadable(WHAT, e))?,
            text: content.text,
            media: content.media,
        }))
    }
}
