//! Rows that another row carried (requirement N1): what its request, or a crash, came to for them.

use std::collections::HashMap;

use domain::alert_group::{Carrier, MemberFate};
use domain::ids::{MessageId, Token};
use domain::message::{Claim, DueMessage, SentAs, State, Waiting};
use domain::reaction::AfterMessage;
use jiff::Timestamp;
use serde::Deserialize;

use crate::groups::follow;
use crate::item::{Item, from_item, text};
use crate::messages::{ended, home, message_key, waiting};
use crate::read::readable;
use crate::record::Record;
use crate::tables::Table;
use crate::write::{Change, Committed, transact};
use crate::{Store, StoreError};

/// Items of one batch read or transaction.
const BATCH: usize = 100;

impl Store {
    /// Ends or gives back rows that were claimed under `claim`, one transaction for all of them;
    /// one that moved in the meantime is left as it is.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; the sweep finds what is left.
    pub async fn settle_members(
        &self,
        members: &[(DueMessage, MemberFate)],
        claim: Claim,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let changes = members.iter().map(|(row, fate)| {
            let change = match fate {
                MemberFate::Ends(state) => ended(self.message(row.id), *state, now),
                MemberFate::Back => {
                    let from = follow(now);
                    let change = self.message(row.id);
                    waiting(change, &home(row), Waiting::Number, from, from)
                        .remove("token")
                        .remove("lease_end")
                        .remove("number_id")
                        .remove("grouped_in")
                }
            };
            change
                .when_equals("reason", text(State::Queued(Waiting::Sending).reason()))
                .when_equals("token", text(claim.token.to_string()))
        });
        self.settle(changes.collect()).await
    }

    /// Records in each member what the carrier's request came to for it. Doing it twice changes
    /// nothing the second time.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; the sweep finds what is left.
    pub async fn record_members(
        &self,
        record: &Record<'_>,
        members: &[(DueMessage, AfterMessage)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let changes = members.iter().map(|(message, after)| {
            let own = Record {
                message,
                after: after_its_carrier(*after),
                ..*record
            };
            self.recorded_row(&own, SentAs::Grouped, now)
        });
        self.settle(changes.collect()).await
    }

    async fn settle(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        const WHAT: &str = "settle group";
        for chunk in changes.chunks(BATCH) {
            let parts = chunk.iter().cloned().map(|one| one.in_transaction(WHAT));
            let parts = parts.collect::<Result<Vec<_>, _>>()?;
            if transact(WHAT, &self.client, parts).await? == Committed::Yes {
                continue;
            }
            for change in chunk {
                change.clone().apply(WHAT, &self.client).await?;
            }
        }
        Ok(())
    }

    /// The carriers of those among these rows that another row carries; none for a carrier that
    /// is gone. One whose carrier cannot be read is logged and left out. At most 100 rows.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn carriers_of(
        &self,
        rows: &[MessageId],
    ) -> Result<HashMap<MessageId, Option<Carrier>>, StoreError> {
        const WHAT: &str = "carriers";
        let table = self.table(Table::NotificationsLog);
        let key_of = |id: &MessageId| (table.clone(), message_key(*id));
        let wanted: Vec<_> = rows.iter().map(key_of).collect();
        let found = self.get_all(WHAT, &wanted).await?;
        let carried: Vec<(MessageId, MessageId)> = rows
            .iter()
            .zip(found)
            .filter_map(|(id, item)| {
                let carrier = item?.get("grouped_in")?.as_s().ok()?.parse().ok()?;
                Some((*id, carrier))
            })
            .collect();
        let wanted: Vec<_> = carried.iter().map(|(_, carrier)| key_of(carrier)).collect();
        let found = self.get_all(WHAT, &wanted).await?;
        let read = carried
            .into_iter()
            .zip(found)
            .map(|((id, _), item)| Ok((id, item.map(read_carrier).transpose()?)));
        Ok(readable(WHAT, read).into_iter().collect())
    }
}

/// It comes after the carrier again, so that it can go with it.
fn after_its_carrier(after: AfterMessage) -> AfterMessage {
    match after {
        AfterMessage::Again { not_before, counts } => AfterMessage::Again {
            not_before: follow(not_before),
            counts,
        },
        other => other,
    }
}

fn read_carrier(item: Item) -> Result<Carrier, StoreError> {
    #[derive(Deserialize)]
    struct CarrierItem {
        status: String,
        reason: String,
        token: Option<Token>,
    }
    const WHAT: &str = "message row";
    let item: CarrierItem = from_item(WHAT, item)?;
    let state = State::parse(&item.status, &item.reason);
    Ok(Carrier {
        state: state.ok_or_else(|| StoreError::unreadable(WHAT, "status"))?,
        token: item.token,
    })
}
