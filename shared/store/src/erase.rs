//! Erasure of a participant (requirement C3): what is left names nobody.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::ids::ParticipantId;
use domain::referral_code::opaque_code;
use jiff::Timestamp;

use crate::correspondent::Correspondent;
use crate::item::{CODE, ERASED, Item, PROFILE, code_pk, iso, key, number, participant_pk, text};
use crate::tables::Table;
use crate::write::{Change, put_new};
use crate::{Store, StoreError};

const WHAT: &str = "erasure";

impl Store {
    /// Parts of a transaction: the profile goes, and with it salt and ciphertext; place and date stay.
    pub(crate) fn erasure(
        &self,
        id: ParticipantId,
        known: &Correspondent,
        by: &str,
        at: Timestamp,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let kept = known.kept.as_ref();
        let kept = kept.ok_or_else(|| StoreError::unreadable(WHAT, "no profile was read"))?;
        let table = self.table(Table::Participants);
        let mut left: Item = key(participant_pk(id), ERASED);
        left.insert("id".into(), text(id.to_string()));
        left.insert("erased_at".into(), text(iso(at)));
        left.insert("by".into(), text(by));
        left.insert("registered_at".into(), text(iso(kept.registered_at.0)));
        let profile = key(participant_pk(id), PROFILE);
        let profile = Change::of(table.clone(), profile).when_present("pk");
        // A place that was given since must not be lost.
        let profile = match kept.referrer_id {
            Some(referrer) => {
                let referrer = text(referrer.to_string());
                left.insert("referrer_id".into(), referrer.clone());
                profile.when_equals("referrer_id", referrer)
            }
            None => profile.when_absent("referrer_id"),
        };
        let profile = match kept.referrer_sequence {
            Some(place) => {
                left.insert("referrer_sequence".into(), number(place));
                profile.when_equals("referrer_sequence", number(place))
            }
            None => profile.when_absent("referrer_sequence"),
        };
        let code = Change::of(table.clone(), key(code_pk(&opaque_code(id)), CODE));
        Ok(vec![
            profile.deletion(WHAT)?,
            put_new(WHAT, table, "pk", left)?,
            code.deletion(WHAT)?,
        ])
    }
}
