//! A failed message that is tried again on an admin's word (requirement S5).

use domain::campaign::{Campaign, Phase, Step};
use domain::ids::MessageId;
use domain::log::Again;
use domain::message::{State, Waiting};
use jiff::Timestamp;

use crate::campaigns::{LIVE, campaign_key, read_campaign};
use crate::item::{PROFILE, iso, key, number, participant_pk, text};
use crate::log::{Logged, read_logged};
use crate::messages::{ANY_NUMBER, message_key, waiting};
use crate::suppression::{read_suppression, state_key};
use crate::tables::Table;
use crate::write::Committed;
use crate::{Along, Store, StoreError};

/// A failed message with what decides whether it is tried again, read at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Retrying {
    /// The row.
    pub row: Logged,
    /// Whether its recipient has asked to stop.
    pub stopped: bool,
    /// Whether its recipient is still registered.
    pub is_there: bool,
    /// The campaign it is a row of.
    pub campaign: Option<Campaign>,
}

impl Store {
    /// A message with what decides whether it is tried again; none if there is no such row.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or something of it is unreadable.
    pub async fn retrying(&self, id: MessageId) -> Result<Option<Retrying>, StoreError> {
        const WHAT: &str = "message to try again";
        let row = [(self.table(Table::NotificationsLog), message_key(id))];
        let found = self.get_all(WHAT, &row).await?;
        let Some(row) = found.into_iter().next().flatten() else {
            return Ok(None);
        };
        let row = read_logged(row)?;
        let profile = key(participant_pk(row.participant_id), PROFILE);
        let mut wanted = vec![
            (self.table(Table::Suppression), state_key(&row.target_index)),
            (self.table(Table::Participants), profile),
        ];
        if let Some(campaign) = row.campaign_id {
            wanted.push((self.table(Table::Campaigns), campaign_key(campaign)));
        }
        let mut found = self.get_all(WHAT, &wanted).await?.into_iter();
        let mut next = || found.next().flatten();
        Ok(Some(Retrying {
            stopped: read_suppression(next())?.standing.is_stopped(),
            is_there: next().is_some(),
            campaign: next().map(read_campaign).transpose()?,
            row,
        }))
    }

    /// Puts a failed message back into its lane, with all its tries before it and `now` for its cause,
    /// and opens its campaign again if that was done. False if row or campaign do not stand as they
    /// were seen.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was written, or all of it if the answer got lost.
    pub async fn put_back(
        &self,
        seen: &Retrying,
        again: &Again,
        now: Timestamp,
        along: &Along,
    ) -> Result<bool, StoreError> {
        const WHAT: &str = "retry";
        let row = &seen.row;
        let change = waiting(self.message(row.id), &again.lane, Waiting::Number, now, now)
            .set("cause_at", text(iso(now)))
            .set("expires_at", text(iso(again.expires_at)))
            .set("attempts", number(0))
            .remove("token")
            .remove("lease_end")
            .remove("grouped_in")
            .remove("failed_at")
            .remove("problem")
            .remove("ttl")
            .remove(ANY_NUMBER)
            .when_equals("status", text("failed"))
            .when_equals("reason", text(State::Failed(again.failed).reason()));
        let change = match row.failed_at {
            Some(at) => change.when_equals("failed_at", text(iso(at))),
            None => change.when_absent("failed_at"),
        };
        let mut parts = vec![change.in_transaction(WHAT)?];
        if let Some(campaign) = &seen.campaign {
            let Ok(next) = campaign.status.step(Step::Retry) else {
                return Ok(false);
            };
            let change = self.campaign_change(campaign.new.id);
            parts.push(if next == campaign.status {
                change
                    .when_one_of("phase", &[Phase::Expanding.as_str(), Phase::Open.as_str()])
                    .check(WHAT)?
            } else {
                change
                    .set("phase", text(next.phase.as_str()))
                    .set("state", text(LIVE))
                    .set("revision", number(campaign.revision + 1))
                    .set("moved_at", text(iso(now)))
                    .remove("ended")
                    .when_equals("revision", number(campaign.revision))
                    .in_transaction(WHAT)?
            });
        }
        let committed = self.transact_along(WHAT, parts, along).await?;
        Ok(committed == Committed::Yes)
    }
}
