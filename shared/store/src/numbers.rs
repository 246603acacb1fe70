use aws_sdk_dynamodb::types::Select;
use domain::ids::NumberId;
use domain::number::{Limits, Number, OutReason};
use domain::phone::Phone;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use vault::{Place, Salt};
use zeroize::Zeroizing;

use crate::health::{ChangeItem, read_record};
use crate::item::{Iso, Item, from_item, single_key, text};
use crate::read::{Question, query, readable};
use crate::tables::Table;
use crate::write::{Applied, Change};
use crate::{Store, StoreError};

mod add;
mod edit;
mod known;

pub use add::Added;
pub use edit::{Edited, NumberEdit};
pub use known::KnownNumber;

const WHAT: &str = "number";
const TABLE: &str = "broadcast_numbers";
/// More numbers than any programme of this size runs.
const MOST_NUMBERS: usize = 500;

/// A number's gateway key in clear. Lives only between the check and the request.
pub struct GatewayKey(pub Zeroizing<String>);

/// A number with its key, or with what is lastingly wrong with what is stored of the key: the
/// number's own fault, no message's.
pub type Keyed = (Number, Result<GatewayKey, StoreError>);

/// A number to be added.
pub struct NewNumber {
    /// Random id.
    pub id: NumberId,
    /// What admins call it.
    pub label: String,
    /// Its own WhatsApp number.
    pub phone: Phone,
    /// Its key at the gateway.
    pub api_key: GatewayKey,
    /// Order of preference, 1 first.
    pub priority: u16,
    /// Since when it has been in use.
    pub in_use_since: Timestamp,
    /// Gap and caps.
    pub limits: Limits,
}

#[derive(Debug, Serialize, Deserialize)]
struct NumberItem {
    number_id: NumberId,
    label: String,
    phone: ByteBuf,
    api_key: ByteBuf,
    salt: ByteBuf,
    provider: String,
    priority: u16,
    is_active: bool,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    out_reason: Option<String>,
    paused: bool,
    in_use_since: Iso,
    gap_min_s: u16,
    gap_max_s: u16,
    hourly_cap: u16,
    daily_cap: u32,
    warms_up: bool,
    failure_streak: u32,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    cool_until: Option<i64>,
    #[serde(default)]
    health_rev: u64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    last_out: Option<i64>,
    #[serde(default)]
    check_wait_s: u32,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    check_at: Option<i64>,
    #[serde(default)]
    health: Vec<ChangeItem>,
    roster: String,
    roster_key: String,
    revision: u32,
}

/// What of a number its contact card needs.
#[derive(Debug, Deserialize)]
struct OwnNumber {
    number_id: NumberId,
    phone: ByteBuf,
    salt: ByteBuf,
    is_active: bool,
    paused: bool,
}

pub(crate) fn number_key(id: NumberId) -> Item {
    single_key("number_id", id.to_string())
}

fn place<'a>(field: &'a str, id: &'a str) -> Place<'a> {
    Place {
        table: TABLE,
        field,
        id,
    }
}

fn read_number(item: &NumberItem) -> Result<Number, StoreError> {
    Ok(Number {
        id: item.number_id,
        priority: item.priority,
        is_active: item.is_active,
        out_reason: item
            .out_reason
            .as_deref()
            .map(|w| OutReason::parse(w).ok_or_else(|| StoreError::unreadable(WHAT, "out_reason")))
            .transpose()?,
        paused: item.paused,
        in_use_since: item.in_use_since.0,
        limits: Limits::new(
            item.gap_min_s,
            item.gap_max_s,
            item.hourly_cap,
            item.daily_cap,
        )
        .map_err(|e| StoreError::unreadable(WHAT, e))?
        .with_warm_up(item.warms_up),
        failure_streak: item.failure_streak,
        cool_until: item
            .cool_until
            .map(|ms| crate::item::millis(WHAT, ms))
            .transpose()?,
        record: read_record(
            item.health_rev,
            item.last_out,
            item.check_wait_s,
            item.check_at,
            &item.health,
        )?,
    })
}

pub(crate) fn number_of(item: Item) -> Result<Number, StoreError> {
    read_number(&from_item(WHAT, item)?)
}

impl Store {
    /// All numbers, best priority first. Read from an index: the check before a request decides.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. An unreadable number is logged and left out.
    pub async fn roster(&self) -> Result<Vec<Number>, StoreError> {
        let question = Question {
            table: self.table(Table::BroadcastNumbers),
            index: Some("roster"),
            condition: "#roster = :all".to_owned(),
            names: vec![("#roster", "roster")],
            values: vec![(":all", text("all"))],
            consistent: false,
        };
        let items = query("roster", &self.client, question, MOST_NUMBERS).await?;
        let numbers = items.into_iter().map(number_of);
        Ok(readable(WHAT, numbers))
    }

    /// The own numbers of all sending numbers that are in use, best priority first, at most `limit`.
    /// Their keys are not read.
    ///
    /// # Errors
    /// [`StoreError`] if the database or the vault does not answer or an item is unreadable.
    pub async fn sending_phones(&self, limit: u8) -> Result<Vec<Phone>, StoreError> {
        let in_use = |number: &OwnNumber| number.is_active && !number.paused;
        let own = self.own_numbers(limit, in_use).await?;
        Ok(own.into_iter().map(|(_, phone)| phone).collect())
    }

    /// The own number of every sending number, in use or not, at most `limit`. Keys are not read.
    ///
    /// # Errors
    /// [`StoreError`] if the database or the vault does not answer or an item is unreadable.
    pub async fn own_phones(&self, limit: u8) -> Result<Vec<(NumberId, Phone)>, StoreError> {
        self.own_numbers(limit, |_| true).await
    }

    async fn own_numbers(
        &self,
        limit: u8,
        wanted: impl Fn(&OwnNumber) -> bool,
    ) -> Result<Vec<(NumberId, Phone)>, StoreError> {
        let output = self
            .client
            .query()
            .table_name(self.table(Table::BroadcastNumbers))
            .index_name("roster")
            .key_condition_expression("#roster = :all")
            .expression_attribute_names("#roster", "roster")
            .expression_attribute_values(":all", text("all"))
            // The caller's policy allows these attributes and no query that asks for all.
            .select(Select::SpecificAttributes)
            .projection_expression("number_id, phone, salt, is_active, paused")
            .limit(i32::from(limit))
            .send()
            .await
            .map_err(StoreError::database(WHAT))?;
        let mut phones = Vec::new();
        for item in output.items.unwrap_or_default() {
            let item: OwnNumber = from_item(WHAT, item)?;
            if !wanted(&item) {
                continue;
            }
            let phone = self.open_phone(item.number_id, &item.salt, &item.phone);
            phones.push((item.number_id, phone.await?));
        }
        Ok(phones)
    }

    async fn open_phone(
        &self,
        id: NumberId,
        salt: &[u8],
        sealed: &[u8],
    ) -> Result<Phone, StoreError> {
        let salt = Salt::from_bytes(salt).ok_or_else(|| StoreError::unreadable(WHAT, "salt"))?;
        let id = id.to_string();
        let opened = self.vault.open(&place("phone", &id), &salt, sealed).await;
        let opened = opened.map_err(StoreError::vault(WHAT))?;
        Phone::from_bytes(&opened).ok_or_else(|| StoreError::unreadable(WHAT, "phone"))
    }

    /// Changes gap and caps; they hold from the next turn on, also for messages that wait.
    /// False if there is no such number.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn set_limits(&self, id: NumberId, limits: Limits) -> Result<bool, StoreError> {
        let change = edit::set_limits(self.number(id), limits);
        Ok(matches!(
            change.apply(WHAT, &self.client).await?,
            Applied::Done(_)
        ))
    }

    fn number(&self, id: NumberId) -> Change {
        Change::of(self.table(Table::BroadcastNumbers), number_key(id)).when_present("number_id")
    }

    pub(crate) async fn read_number_with_key(&self, item: Item) -> Result<Keyed, StoreError> {
        let item: NumberItem = from_item(WHAT, item)?;
        let number = read_number(&item)?;
        match self.open_key(&item).await {
            Err(error) if !error.is_lasting() => Err(error),
            key => Ok((number, key)),
        }
    }

    async fn open_key(&self, item: &NumberItem) -> Result<GatewayKey, StoreError> {
        let salt =
            Salt::from_bytes(&item.salt).ok_or_else(|| StoreError::unreadable(WHAT, "salt"))?;
        let opened = self
            .vault
            .open(
                &place("api_key", &item.number_id.to_string()),
                &salt,
                &item.api_key,
            )
            .await
            .map_err(StoreError::vault(WHAT))?;
        let key = String::from_utf8(opened.to_vec())
            .map_err(|_| StoreError::unreadable(WHAT, "api_key"))?;
        Ok(GatewayKey(Zeroizing::new(key)))
    }
}
