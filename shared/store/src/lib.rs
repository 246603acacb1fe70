//! The DynamoDB side of the use cases: keys, items, queries, transactions. The only crate that
//! knows the database's client. Fields are encrypted here, at the boundary, so that no caller can
//! store a number in clear. The model and its reasons stand in `docs/data-model.md`.

mod along;
mod aside;
mod asking;
mod attendance;
mod audit;
mod campaign_outcomes;
mod campaign_page;
mod campaign_people;
mod campaign_rows;
mod campaigns;
mod carried;
mod cities;
mod clicks;
mod consent;
mod correspondent;
mod countable;
mod counters;
mod cursor;
mod edits;
mod erase;
mod error;
mod event_audience;
mod events;
mod gateway;
mod groups;
mod guard;
mod health;
mod held;
mod hook_token;
mod inbox;
mod invited;
mod item;
mod keyring;
mod landing;
mod letters;
mod lift;
mod log;
mod lookup;
mod messages;
mod numbers;
mod overview;
mod pace;
mod participants;
mod people;
mod person_file;
mod profiles;
mod ranking;
mod read;
mod reception;
mod record;
mod recount;
mod referral_sweep;
mod referrals;
mod registrants;
mod resends;
mod retry;
mod reviews;
mod settings;
mod sticky;
mod stream;
mod suppression;
mod suppression_list;
mod tables;
mod turn;
mod write;

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use vault::Vault;

pub use along::{Along, Once, OnceKey, Seen};
pub use audit::AuditPage;
pub use campaign_page::{Page, PageWritten};
pub use campaign_people::{PeoplePage, Person};
pub use cities::CityTotal;
pub use clicks::JoinFacts;
pub use correspondent::Correspondent;
pub use countable::Countable;
pub use counters::Counted;
pub use edits::{Correction, NumberStep, ReferrerStep, TwoNumbers};
pub use error::{Chain, StoreError};
pub use gateway::Facts;
pub use groups::{GroupFacts, Member, Slot, Subject};
pub use guard::Guard;
pub use hook_token::{HookHashes, OldHook};
pub use inbox::{Settled, Unmatched, Waiting};
pub use invited::InvitedPlace;
pub use keyring::StoredKeyring;
pub use lift::Lifting;
pub use log::{Entries, Entry, Logged};
pub use numbers::{Added, Edited, GatewayKey, Keyed, KnownNumber, NewNumber, NumberEdit};
pub use overview::Steps;
pub use pace::{Fenced, NextTurn};
pub use participants::{Registered, Registration, Surroundings};
pub use people::Looked;
pub use person_file::{Consent, Erasure, MessageLine, Moved, PersonFile};
pub use profiles::Profile;
pub use ranking::{PeopleTotals, RankPlace, Ranked};
pub use read::Found;
pub use reception::{Cause, Reception, Taken};
pub use record::{Record, Recorded};
pub use recount::{After, Recount, Round, RowPage};
pub use referral_sweep::{LeftOver, SettledPending, SweepKey};
pub use referrals::{
    AlertStep, Invitee, PLACES_AT_ONCE, Pending, PendingPage, PlaceStep, ReferralState, Referrals,
    SequenceStep,
};
pub use retry::Retrying;
pub use settings::{
    Everything, OpenLanes, PlannedReminders, Replaced, SeenSwitches, Steering, StoredTemplate,
};
pub use stream::StreamRecord;
pub use suppression::{Mover, Suppressed, Way};
pub use tables::Table;
pub use turn::{Checked, Claimed, Refusal};

/// Access to the tables of one stack.
#[derive(Clone)]
pub struct Store {
    client: Client,
    prefix: String,
    vault: Arc<Vault>,
}

impl Store {
    /// A store over the tables `<prefix>-…`, encrypting with this vault.
    #[must_use]
    pub fn new(client: Client, prefix: impl Into<String>, vault: Arc<Vault>) -> Self {
        Self {
            client,
            prefix: prefix.into(),
            vault,
        }
    }

    fn table(&self, table: Table) -> String {
        table.physical(&self.prefix)
    }

    async fn get_all(
        &self,
        what: &'static str,
        wanted: &[(String, item::Item)],
    ) -> Result<Vec<Option<item::Item>>, StoreError> {
        read::get_all(what, &self.client, wanted).await
    }

    async fn put(
        &self,
        table: Table,
        item: item::Item,
        what: &'static str,
    ) -> Result<(), StoreError> {
        self.client
            .put_item()
            .table_name(self.table(table))
            .set_item(Some(item))
            .send()
            .await
            .map(|_| ())
            .map_err(StoreError::database(what))
    }
}
