use jiff::Timestamp;

use crate::item::{STATE, iso, single_key, text};
use crate::tables::Table;
use crate::{Store, StoreError};

impl Store {
    /// Stores that nothing more goes to this number. From the next check on nothing does.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn suppress(
        &self,
        phone_index: &str,
        by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut item = single_key("phone_index", phone_index);
        item.insert("sk".into(), text(STATE));
        item.insert("state".into(), text("stopped"));
        item.insert("changed_at".into(), text(iso(now)));
        item.insert("by".into(), text(by));
        self.put(Table::Suppression, item, "suppression").await
    }
}
