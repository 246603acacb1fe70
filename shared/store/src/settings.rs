mod control;
mod edit;
mod hours;
mod switches;

use domain::audience::BroadcastCap;
use domain::breaker::Breaker;
use domain::phone::Phone;
use domain::referral_code::CodeStyle;
use domain::settings::{AlertPhone, Contact, Control, Settings, Strategy};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use vault::{Place, Salt};

pub(crate) use control::{LANES, read_control};
pub use control::{OpenLanes, PlannedReminders};
pub use edit::{Everything, Replaced};
use hours::PolicyItem;
pub use switches::SeenSwitches;

use crate::gateway::{GATEWAY, read_gateway};
use crate::item::{Item, from_item, key, number, text, to_item};
use crate::read::readable;
use crate::tables::Table;
use crate::write::{Committed, put_new, transact};
use crate::{Store, StoreError};

pub(crate) const SETTINGS: &str = "SETTINGS";
pub(crate) const GLOBAL: &str = "GLOBAL";
const CONTACT: &str = "CONTACT";
pub(crate) const CONTROL: &str = "CONTROL";
pub(crate) const TEMPLATE_ACTIVE: &str = "ACTIVE";
const WHAT: &str = "settings";

#[derive(Debug, Serialize, Deserialize)]
struct SettingsItem {
    pk: String,
    sk: String,
    site_host: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    link_video: Option<String>,
    strategy: String,
    alert_phone: String,
    hours: PolicyItem,
    registrations_per_address: u32,
    welcome_reserve_percent: u8,
    /// Absent: no ceiling.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    cold_welcomes_per_day: Option<u32>,
    /// Absent in items that are older than the webhook.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    inbound_per_minute: Option<u32>,
    /// Absent in items that are older than these.
    #[serde(default)]
    broadcast_cap: Option<CapItem>,
    #[serde(default)]
    broadcast_patience_min: Option<u32>,
    /// Absent in items that are older than the choice.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    referral_code_style: Option<String>,
    /// Absent in items that are older than events' plans.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    events: Option<EventsItem>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct EventsItem {
    max_lead_min: u16,
    /// Absent: follow-ups only when an admin says so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    follow_up_after_min: Option<u16>,
}

#[derive(Debug, Serialize, Deserialize)]
struct CapItem {
    most: u32,
    days: u16,
}

#[derive(Debug, Serialize, Deserialize)]
struct ContactItem {
    pk: String,
    sk: String,
    admin_number: ByteBuf,
    salt: ByteBuf,
    wa_text: String,
}

/// A template as an admin saved it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTemplate {
    /// 1, 2, 3 …
    pub version: u32,
    /// Texts of which one is chosen at random; never empty.
    pub variants: Vec<String>,
}

/// The items that steer everything.
#[derive(Debug, Clone)]
pub struct Steering {
    /// The brief's defaults until an admin changes them.
    pub settings: Settings,
    /// Kill switches and open campaigns.
    pub control: Control,
    /// Whether the gateway itself is held to be down.
    pub gateway: Breaker,
}

pub(crate) fn template_pk(name: &str) -> String {
    format!("TEMPLATE#{name}")
}

fn version_sk(version: u32) -> String {
    format!("V#{version:06}")
}

fn admin_place() -> Place<'static> {
    Place {
        table: "settings",
        field: "admin_number",
        id: CONTACT,
    }
}

pub(crate) fn read_template(item: Item) -> Result<StoredTemplate, StoreError> {
    from_item("template", item)
}

/// The same for a text that is to go out: one that cannot be read is logged, and the built-in one
/// stands in for it.
pub(crate) fn active_template(item: Item) -> Option<StoredTemplate> {
    readable("template", std::iter::once(read_template(item))).pop()
}

impl Store {
    /// Settings, switches and the gateway's breaker, read consistently in one call.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or an item is unreadable.
    pub async fn steering(&self) -> Result<Steering, StoreError> {
        let table = self.table(Table::Settings);
        let wanted = [
            (table.clone(), key(SETTINGS, GLOBAL)),
            (table.clone(), key(SETTINGS, CONTROL)),
            (table.clone(), key(SETTINGS, LANES)),
            (table, key(SETTINGS, GATEWAY)),
        ];
        let mut found = self.get_all(WHAT, &wanted).await?.into_iter();
        let settings = read_settings(found.next().flatten())?;
        let switches = found.next().flatten();
        let control = read_control(switches, found.next().flatten())?;
        let gateway = read_gateway(found.next().flatten())?;
        Ok(Steering {
            settings,
            control,
            gateway,
        })
    }

    /// Replaces the settings.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn save_settings(&self, settings: &Settings) -> Result<(), StoreError> {
        let item = settings_item(settings);
        self.put(Table::Settings, to_item(WHAT, &item)?, WHAT).await
    }

    /// Saves the next version of a template and makes it the active one, both or neither.
    /// False if that version exists already: somebody else saved first.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn save_template(
        &self,
        name: &str,
        template: &StoredTemplate,
    ) -> Result<bool, StoreError> {
        const WHAT: &str = "template";
        let pk = template_pk(name);
        let mut version = to_item(WHAT, template)?;
        version.extend(key(pk.clone(), version_sk(template.version)));
        let active =
            crate::write::Change::of(self.table(Table::Settings), key(pk, TEMPLATE_ACTIVE))
                .set("version", number(template.version))
                .set(
                    "variants",
                    aws_sdk_dynamodb::types::AttributeValue::L(
                        template.variants.iter().map(text).collect(),
                    ),
                );
        let parts = vec![
            put_new(WHAT, self.table(Table::Settings), "pk", version)?,
            active.in_transaction(WHAT)?,
        ];
        Ok(transact(WHAT, &self.client, parts).await? == Committed::Yes)
    }

    /// The active template of this name, if an admin saved one.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the item is unreadable.
    pub async fn template(&self, name: &str) -> Result<Option<StoredTemplate>, StoreError> {
        let wanted = [(
            self.table(Table::Settings),
            key(template_pk(name), TEMPLATE_ACTIVE),
        )];
        let found = self.get_all("template", &wanted).await?;
        found
            .into_iter()
            .next()
            .flatten()
            .map(read_template)
            .transpose()
    }

    /// One version of a template, if it was saved. A version never changes.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the item is unreadable.
    pub async fn template_version(
        &self,
        name: &str,
        version: u32,
    ) -> Result<Option<StoredTemplate>, StoreError> {
        let key = key(template_pk(name), version_sk(version));
        let wanted = [(self.table(Table::Settings), key)];
        let found = self.get_all("template", &wanted).await?;
        let item = found.into_iter().next().flatten();
        item.map(read_template).transpose()
    }

    /// Where people are sent after registering; none until it is set.
    ///
    /// # Errors
    /// [`StoreError`] if the database or the vault does not answer or the item is unreadable.
    pub async fn contact(&self) -> Result<Option<Contact>, StoreError> {
        const WHAT: &str = "contact";
        let wanted = [(self.table(Table::Settings), key(SETTINGS, CONTACT))];
        let found = self.get_all(WHAT, &wanted).await?;
        let Some(item) = found.into_iter().next().flatten() else {
            return Ok(None);
        };
        self.read_contact(item).await.map(Some)
    }

    async fn read_contact(&self, item: Item) -> Result<Contact, StoreError> {
        const WHAT: &str = "contact";
        let item: ContactItem = from_item(WHAT, item)?;
        let salt =
            Salt::from_bytes(&item.salt).ok_or_else(|| StoreError::unreadable(WHAT, "salt"))?;
        let opened = self
            .vault
            .open(&admin_place(), &salt, &item.admin_number)
            .await
            .map_err(StoreError::vault(WHAT))?;
        let admin_number = Phone::from_bytes(&opened)
            .ok_or_else(|| StoreError::unreadable(WHAT, "admin_number"))?;
        Ok(Contact {
            admin_number,
            wa_text: item.wa_text,
        })
    }

    /// Sets where people are sent after registering.
    ///
    /// # Errors
    /// [`StoreError`] if the database or the vault does not answer.
    pub async fn save_contact(&self, contact: &Contact, now: Timestamp) -> Result<(), StoreError> {
        const WHAT: &str = "contact";
        let item = self.contact_item(contact, now).await?;
        self.put(Table::Settings, to_item(WHAT, &item)?, WHAT).await
    }

    async fn contact_item(
        &self,
        contact: &Contact,
        now: Timestamp,
    ) -> Result<ContactItem, StoreError> {
        const WHAT: &str = "contact";
        let salt = Salt::random().map_err(StoreError::vault(WHAT))?;
        let sealed = self
            .vault
            .seal(&admin_place(), &salt, &contact.admin_number.to_bytes(), now)
            .await
            .map_err(StoreError::vault(WHAT))?;
        Ok(ContactItem {
            pk: SETTINGS.to_owned(),
            sk: CONTACT.to_owned(),
            admin_number: ByteBuf::from(sealed),
            salt: ByteBuf::from(salt.as_bytes().to_vec()),
            wa_text: contact.wa_text.clone(),
        })
    }
}

fn settings_item(settings: &Settings) -> SettingsItem {
    SettingsItem {
        pk: SETTINGS.to_owned(),
        sk: GLOBAL.to_owned(),
        site_host: settings.site_host.clone(),
        link_video: settings.link_video.clone(),
        strategy: match settings.strategy {
            Strategy::RoundRobin => "round_robin",
            Strategy::Random => "random",
        }
        .to_owned(),
        alert_phone: match settings.alert_phone {
            AlertPhone::ByConsent => "by_consent",
            AlertPhone::Full => "full",
            AlertPhone::Masked => "masked",
        }
        .to_owned(),
        hours: PolicyItem::from(&settings.hours),
        registrations_per_address: settings.registrations_per_address,
        welcome_reserve_percent: settings.welcome_reserve_percent,
        cold_welcomes_per_day: settings.cold_welcomes_per_day,
        inbound_per_minute: Some(settings.inbound_per_minute),
        broadcast_cap: Some(CapItem {
            most: settings.broadcast_cap.most,
            days: settings.broadcast_cap.days,
        }),
        broadcast_patience_min: Some(settings.broadcast_patience_min),
        referral_code_style: Some(settings.referral_code_style.as_str().to_owned()),
        events: Some(EventsItem {
            max_lead_min: settings.max_lead_min,
            follow_up_after_min: settings.follow_up_after_min,
        }),
    }
}

pub(crate) fn read_settings(item: Option<Item>) -> Result<Settings, StoreError> {
    let Some(item) = item else {
        return Ok(Settings::default());
    };
    let bad = |field: &'static str| StoreError::unreadable(WHAT, field);
    let item: SettingsItem = from_item(WHAT, item)?;
    let standard = Settings::default();
    let events = item.events.unwrap_or(EventsItem {
        max_lead_min: standard.max_lead_min,
        follow_up_after_min: standard.follow_up_after_min,
    });
    Ok(Settings {
        max_lead_min: events.max_lead_min,
        follow_up_after_min: events.follow_up_after_min,
        site_host: item.site_host,
        link_video: item.link_video,
        strategy: match item.strategy.as_str() {
            "round_robin" => Strategy::RoundRobin,
            "random" => Strategy::Random,
            _ => return Err(bad("strategy")),
        },
        alert_phone: match item.alert_phone.as_str() {
            "by_consent" => AlertPhone::ByConsent,
            "full" => AlertPhone::Full,
            "masked" => AlertPhone::Masked,
            _ => return Err(bad("alert_phone")),
        },
        hours: item.hours.read()?,
        registrations_per_address: item.registrations_per_address,
        welcome_reserve_percent: item.welcome_reserve_percent,
        cold_welcomes_per_day: item.cold_welcomes_per_day,
        inbound_per_minute: item
            .inbound_per_minute
            .unwrap_or_else(|| Settings::default().inbound_per_minute),
        broadcast_cap: item
            .broadcast_cap
            .map_or(standard.broadcast_cap, |cap| BroadcastCap {
                most: cap.most,
                days: cap.days,
            }),
        broadcast_patience_min: item
            .broadcast_patience_min
            .unwrap_or(standard.broadcast_patience_min),
        referral_code_style: match &item.referral_code_style {
            None => CodeStyle::default(),
            Some(word) => CodeStyle::parse(word).ok_or_else(|| bad("referral_code_style"))?,
        },
    })
}
