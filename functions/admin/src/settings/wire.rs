//! Settings as they are read and written.

use std::collections::BTreeMap;

use app::settings::SettingsEdit;
use domain::audience::BroadcastCap;
use domain::landing::{Faq, LandingTexts};
use domain::message::Class;
use domain::referral_code::CodeStyle;
use domain::settings::{AlertPhone, ContactChange, SettingsChange, Strategy};
use serde::{Deserialize, Deserializer, Serialize};
use store::{Everything, SeenSwitches};
use utoipa::ToSchema;

use super::hours::Hours;
use crate::error::Problem;
use crate::shown::{ShownPhone, Sight};

/// How numbers take turns.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Turns {
    /// The longest unused first.
    RoundRobin,
    /// By chance, weighted by 1/priority.
    Random,
}

/// What an alert shows of a new participant's number.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Shows {
    /// As the participant chose.
    ByConsent,
    /// Always in full.
    Full,
    /// Always masked, with a shortened name.
    Masked,
}

/// What participants' links show.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Style {
    /// The number.
    Phone,
    /// A short code.
    Opaque,
}

/// How many broadcasts one person gets.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Cap {
    #[schema(minimum = 1, maximum = 1000, example = 3)]
    most: u32,
    #[schema(minimum = 1, maximum = 365, example = 7)]
    days: u16,
}

/// A class of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum MessageClass {
    Reminder,
    Welcome,
    ReferrerAlert,
    FollowUp,
    Broadcast,
}

impl From<Class> for MessageClass {
    fn from(class: Class) -> Self {
        match class {
            Class::Reminder => Self::Reminder,
            Class::Welcome => Self::Welcome,
            Class::ReferrerAlert => Self::ReferrerAlert,
            Class::FollowUp => Self::FollowUp,
            Class::Broadcast => Self::Broadcast,
        }
    }
}

impl From<MessageClass> for Class {
    fn from(class: MessageClass) -> Self {
        match class {
            MessageClass::Reminder => Self::Reminder,
            MessageClass::Welcome => Self::Welcome,
            MessageClass::ReferrerAlert => Self::ReferrerAlert,
            MessageClass::FollowUp => Self::FollowUp,
            MessageClass::Broadcast => Self::Broadcast,
        }
    }
}

/// Kill switches as they are to stand. A number has its own: pausing it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Switches {
    /// Nothing is sent.
    all_stopped: bool,
    /// Nothing of these classes is sent.
    #[schema(example = json!(["broadcast"]))]
    stopped: Vec<MessageClass>,
}

impl From<Switches> for domain::settings::Switches {
    fn from(switches: Switches) -> Self {
        Self {
            all_stopped: switches.all_stopped,
            stopped: switches.stopped.into_iter().map(Class::from).collect(),
        }
    }
}

/// Kill switches as they stand.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SwitchesNow {
    /// Nothing is sent.
    all_stopped: bool,
    /// Nothing of these classes is sent.
    #[schema(example = json!(["broadcast"]))]
    stopped: Vec<MessageClass>,
    /// The ETag of this state, which a release names; not that of the settings.
    revision: u64,
}

impl From<SeenSwitches> for SwitchesNow {
    fn from(seen: SeenSwitches) -> Self {
        let stopped = seen.switches.stopped.into_iter();
        Self {
            all_stopped: seen.switches.all_stopped,
            stopped: stopped.map(MessageClass::from).collect(),
            revision: seen.revision,
        }
    }
}

/// Where people are sent after registering.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Contact {
    admin_number: ShownPhone,
    #[schema(example = "Halo Admin, saya sudah daftar.")]
    wa_text: String,
}

/// The landing page's own texts; what is null is the page's.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Landing {
    #[schema(max_length = 80)]
    headline: Option<String>,
    #[schema(max_length = 240)]
    lead: Option<String>,
    #[schema(max_length = 1200)]
    about: Option<String>,
    #[schema(max_length = 300)]
    contact: Option<String>,
    #[schema(max_length = 300)]
    invitation: Option<String>,
    #[schema(max_items = 12)]
    faq: Vec<Question>,
}

/// A question and its answer.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Question {
    #[schema(max_length = 120)]
    question: String,
    #[schema(max_length = 600)]
    answer: String,
}

/// Everything that is set.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Settings {
    #[schema(example = "www.webdonasi.com")]
    site_host: String,
    link_video: Option<String>,
    strategy: Turns,
    alert_phone: Shows,
    referral_code_style: Style,
    hours: Hours,
    registrations_per_address: u32,
    welcome_reserve_percent: u8,
    /// null: no ceiling.
    cold_welcomes_per_day: Option<u32>,
    inbound_per_minute: u32,
    max_lead_min: u16,
    /// null: only when an admin says so.
    follow_up_after_min: Option<u16>,
    broadcast_cap: Cap,
    broadcast_patience_min: u32,
    /// null until it is set: registration is closed.
    contact: Option<Contact>,
    landing: Landing,
    switches: SwitchesNow,
    /// The ETag of this state.
    revision: u64,
}

impl Settings {
    pub(super) fn of(all: Everything, sight: Sight) -> Self {
        let settings = all.settings;
        Self {
            site_host: settings.site_host,
            link_video: settings.link_video,
            strategy: match settings.strategy {
                Strategy::RoundRobin => Turns::RoundRobin,
                Strategy::Random => Turns::Random,
            },
            alert_phone: match settings.alert_phone {
                AlertPhone::ByConsent => Shows::ByConsent,
                AlertPhone::Full => Shows::Full,
                AlertPhone::Masked => Shows::Masked,
            },
            referral_code_style: match settings.referral_code_style {
                CodeStyle::Phone => Style::Phone,
                CodeStyle::Opaque => Style::Opaque,
            },
            hours: Hours::of(&settings.hours),
            registrations_per_address: settings.registrations_per_address,
            welcome_reserve_percent: settings.welcome_reserve_percent,
            cold_welcomes_per_day: settings.cold_welcomes_per_day,
            inbound_per_minute: settings.inbound_per_minute,
            max_lead_min: settings.max_lead_min,
            follow_up_after_min: settings.follow_up_after_min,
            broadcast_cap: Cap {
                most: settings.broadcast_cap.most,
                days: settings.broadcast_cap.days,
            },
            broadcast_patience_min: settings.broadcast_patience_min,
            contact: all.contact.map(|contact| Contact {
                admin_number: sight.phone(contact.admin_number),
                wa_text: contact.wa_text,
            }),
            landing: Landing::from(all.landing),
            switches: SwitchesNow::from(all.switches),
            revision: all.revision,
        }
    }
}

impl From<LandingTexts> for Landing {
    fn from(texts: LandingTexts) -> Self {
        let faq = texts.faq.into_iter();
        let faq = faq.map(|Faq { question, answer }| Question { question, answer });
        Self {
            headline: texts.headline,
            lead: texts.lead,
            about: texts.about,
            contact: texts.contact,
            invitation: texts.invitation,
            faq: faq.collect(),
        }
    }
}

impl From<Landing> for LandingTexts {
    fn from(texts: Landing) -> Self {
        let faq = texts.faq.into_iter();
        let faq = faq.map(|Question { question, answer }| Faq { question, answer });
        Self {
            headline: texts.headline,
            lead: texts.lead,
            about: texts.about,
            contact: texts.contact,
            invitation: texts.invitation,
            faq: faq.collect(),
        }
    }
}

/// What of the contact is to change.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ContactPatch {
    /// The admin's WhatsApp, in any writing.
    #[schema(example = "0811-0000-0000")]
    admin_number: Option<String>,
    #[schema(min_length = 1, max_length = 500)]
    wa_text: Option<String>,
}

/// What is to change; what is left out stays. `landing` is replaced as a whole.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SettingsPatch {
    #[schema(max_length = 253, example = "www.webdonasi.com")]
    site_host: Option<String>,
    /// null: none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 500)]
    link_video: Option<Option<String>>,
    strategy: Option<Turns>,
    alert_phone: Option<Shows>,
    referral_code_style: Option<Style>,
    hours: Option<Hours>,
    #[schema(minimum = 300, maximum = 100_000)]
    registrations_per_address: Option<u32>,
    #[schema(minimum = 0, maximum = 90)]
    welcome_reserve_percent: Option<u8>,
    /// null: no ceiling.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, minimum = 0, maximum = 1_000_000)]
    cold_welcomes_per_day: Option<Option<u32>>,
    #[schema(minimum = 60, maximum = 100_000)]
    inbound_per_minute: Option<u32>,
    #[schema(minimum = 60, maximum = 1440)]
    max_lead_min: Option<u16>,
    /// null: only when an admin says so.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u16>, minimum = 0, maximum = 10_080)]
    follow_up_after_min: Option<Option<u16>>,
    broadcast_cap: Option<Cap>,
    #[schema(minimum = 10, maximum = 10_080)]
    broadcast_patience_min: Option<u32>,
    contact: Option<ContactPatch>,
    landing: Option<Landing>,
}

/// Tells `null` from what is not there.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

impl SettingsPatch {
    pub(super) fn edit(self) -> Result<SettingsEdit, Problem> {
        Ok(SettingsEdit {
            settings: SettingsChange {
                site_host: self.site_host,
                link_video: self.link_video,
                strategy: self.strategy.map(|turns| match turns {
                    Turns::RoundRobin => Strategy::RoundRobin,
                    Turns::Random => Strategy::Random,
                }),
                alert_phone: self.alert_phone.map(|shows| match shows {
                    Shows::ByConsent => AlertPhone::ByConsent,
                    Shows::Full => AlertPhone::Full,
                    Shows::Masked => AlertPhone::Masked,
                }),
                hours: self.hours.map(Hours::read).transpose()?,
                referral_code_style: self.referral_code_style.map(|style| match style {
                    Style::Phone => CodeStyle::Phone,
                    Style::Opaque => CodeStyle::Opaque,
                }),
                registrations_per_address: self.registrations_per_address,
                welcome_reserve_percent: self.welcome_reserve_percent,
                cold_welcomes_per_day: self.cold_welcomes_per_day,
                inbound_per_minute: self.inbound_per_minute,
                max_lead_min: self.max_lead_min,
                follow_up_after_min: self.follow_up_after_min,
                broadcast_cap: self.broadcast_cap.map(|cap| BroadcastCap {
                    most: cap.most,
                    days: cap.days,
                }),
                broadcast_patience_min: self.broadcast_patience_min,
            },
            contact: self.contact.map(|contact| ContactChange {
                admin_number: contact.admin_number,
                wa_text: contact.wa_text,
            }),
            landing: self.landing.map(LandingTexts::from),
        })
    }
}

/// By class, as a list of pairs is awkward in JSON.
pub(super) type ByClass<T> = BTreeMap<MessageClass, T>;
