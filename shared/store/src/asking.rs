//! Numbers that asked to stop and are registered again: an admin decides (requirements L6, I4).

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::participant::ConsentRecord;
use domain::suppression::Standing;
use jiff::Timestamp;

use crate::item::text;
use crate::suppression::Mover;
use crate::write::{Committed, transact};
use crate::{Store, StoreError};

fn by_themselves(evidence: &str) -> Mover {
    Mover {
        by: "participant".to_owned(),
        reason: None,
        evidence: Some(evidence.to_owned()),
    }
}

impl Store {
    /// Parts of a registration: the number stays stopped, and asks for messages again.
    pub(crate) fn asks_again(
        &self,
        phone_index: &str,
        consent: &ConsentRecord,
    ) -> Result<[TransactWriteItem; 2], StoreError> {
        let stopped = [Standing::Stopped.as_str(), Standing::Asked.as_str()];
        let state = self.state(phone_index).when_one_of("state", &stopped);
        let mover = by_themselves(&consent.evidence);
        self.moves(state, phone_index, Standing::Asked, &mover, consent.at)
    }

    /// A participant who asked to stop has filled in the form again. False if that is known
    /// already, or an admin was faster.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn ask_again(
        &self,
        phone_index: &str,
        evidence: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        const WHAT: &str = "ask again";
        let state = self
            .state(phone_index)
            .when_equals("state", text(Standing::Stopped.as_str()));
        let mover = by_themselves(evidence);
        let parts = self.moves(state, phone_index, Standing::Asked, &mover, at)?;
        Ok(transact(WHAT, &self.client, parts.into()).await? == Committed::Yes)
    }
}
