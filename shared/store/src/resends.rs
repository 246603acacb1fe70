//! A message that an admin sends somebody once more.

use domain::message::NewMessage;
use jiff::Timestamp;

use crate::held::RELEASED;
use crate::item::{iso, text};
use crate::tables::Table;
use crate::write::{Committed, put_new};
use crate::{Along, Store, StoreError};

impl Store {
    /// Puts the row, if the same request has not put it before. No ceiling holds it: an admin has
    /// let it go. Returns whether it is new.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn send_again(
        &self,
        message: &NewMessage,
        at: Timestamp,
        along: &Along,
    ) -> Result<bool, StoreError> {
        const WHAT: &str = "send again";
        let mut item = Self::message_item(message)?;
        item.insert(RELEASED.to_owned(), text(iso(at)));
        let table = self.table(Table::NotificationsLog);
        let parts = vec![put_new(WHAT, table, "id", item)?];
        Ok(self.transact_along(WHAT, parts, along).await? == Committed::Yes)
    }
}
