//! Settings as an admin changes them (requirement A9): what is given is checked, the rest stays.

use url::Url;

use super::{AlertPhone, Contact, Settings, Strategy};
use crate::audience::BroadcastCap;
use crate::form::FieldErrors;
use crate::hours::HoursPolicy;
use crate::phone::{Phone, may_hold_a_number};
use crate::referral_code::CodeStyle;
use crate::text::single_line;

/// Most characters of the text that people find typed in their chat with the admin.
pub const WA_TEXT_MAX: usize = 500;
/// Most characters of an address.
const LINK_MAX: usize = 500;
/// Most characters of a host name.
const HOST_MAX: usize = 253;

/// What is to change; none stays. A second `Some` tells a value from the wish to have none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// See [`Settings::site_host`].
    pub site_host: Option<String>,
    /// See [`Settings::link_video`].
    pub link_video: Option<Option<String>>,
    /// See [`Settings::strategy`].
    pub strategy: Option<Strategy>,
    /// See [`Settings::alert_phone`].
    pub alert_phone: Option<AlertPhone>,
    /// See [`Settings::hours`].
    pub hours: Option<HoursPolicy>,
    /// See [`Settings::referral_code_style`].
    pub referral_code_style: Option<CodeStyle>,
    /// See [`Settings::registrations_per_address`].
    pub registrations_per_address: Option<u32>,
    /// See [`Settings::welcome_reserve_percent`].
    pub welcome_reserve_percent: Option<u8>,
    /// See [`Settings::cold_welcomes_per_day`].
    pub cold_welcomes_per_day: Option<Option<u32>>,
    /// See [`Settings::inbound_per_minute`].
    pub inbound_per_minute: Option<u32>,
    /// See [`Settings::max_lead_min`].
    pub max_lead_min: Option<u16>,
    /// See [`Settings::follow_up_after_min`].
    pub follow_up_after_min: Option<Option<u16>>,
    /// See [`Settings::broadcast_cap`].
    pub broadcast_cap: Option<BroadcastCap>,
    /// See [`Settings::broadcast_patience_min`].
    pub broadcast_patience_min: Option<u32>,
}

impl SettingsChange {
    /// Whether nothing is to change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The settings with this change.
    ///
    /// # Errors
    /// [`FieldErrors`] with an Indonesian text for each figure that is outside its range.
    pub fn onto(self, before: &Settings) -> Result<Settings, FieldErrors> {
        let mut errors = FieldErrors::default();
        let site_host = self.site_host.map(|host| host.trim().to_ascii_lowercase());
        if site_host.as_deref().is_some_and(|host| !is_host(host)) {
            errors.push(
                "site_host",
                "Isi nama situs saja, misalnya www.webdonasi.com.",
            );
        }
        let link_video = self.link_video.map(|link| {
            let link = link.map(|link| link.trim().to_owned());
            link.filter(|link| !link.is_empty())
        });
        if link_video.iter().flatten().any(|link| !is_link(link)) {
            errors.push("link_video", "Isi alamat video yang diawali https://.");
        }
        let mut range = |name: &str, value: Option<u64>, from: u64, to: u64| {
            if value.is_some_and(|value| !(from..=to).contains(&value)) {
                errors.push(name, &format!("Isi {from} sampai {to}."));
            }
        };
        let registrations = self.registrations_per_address.map(u64::from);
        // A hall of people shares one address.
        range("registrations_per_address", registrations, 300, 100_000);
        let reserve = self.welcome_reserve_percent.map(u64::from);
        range("welcome_reserve_percent", reserve, 0, 90);
        let cold = self.cold_welcomes_per_day.flatten().map(u64::from);
        range("cold_welcomes_per_day", cold, 0, 1_000_000);
        let inbound = self.inbound_per_minute.map(u64::from);
        range("inbound_per_minute", inbound, 60, 100_000);
        range("max_lead_min", self.max_lead_min.map(u64::from), 60, 1_440);
        let follow_up = self.follow_up_after_min.flatten().map(u64::from);
        range("follow_up_after_min", follow_up, 0, 10_080);
        let cap = self.broadcast_cap;
        range(
            "broadcast_cap.most",
            cap.map(|cap| cap.most.into()),
            1,
            1_000,
        );
        range("broadcast_cap.days", cap.map(|cap| cap.days.into()), 1, 365);
        let patience = self.broadcast_patience_min.map(u64::from);
        range("broadcast_patience_min", patience, 10, 10_080);
        if !errors.is_empty() {
            return Err(errors);
        }
        let before = before.clone();
        Ok(Settings {
            site_host: site_host.unwrap_or(before.site_host),
            link_video: link_video.unwrap_or(before.link_video),
            strategy: self.strategy.unwrap_or(before.strategy),
            alert_phone: self.alert_phone.unwrap_or(before.alert_phone),
            hours: self.hours.unwrap_or(before.hours),
            referral_code_style: self
                .referral_code_style
                .unwrap_or(before.referral_code_style),
            registrations_per_address: self
                .registrations_per_address
                .unwrap_or(before.registrations_per_address),
            welcome_reserve_percent: self
                .welcome_reserve_percent
                .unwrap_or(before.welcome_reserve_percent),
            cold_welcomes_per_day: self
                .cold_welcomes_per_day
                .unwrap_or(before.cold_welcomes_per_day),
            inbound_per_minute: self.inbound_per_minute.unwrap_or(before.inbound_per_minute),
            max_lead_min: self.max_lead_min.unwrap_or(before.max_lead_min),
            follow_up_after_min: self
                .follow_up_after_min
                .unwrap_or(before.follow_up_after_min),
            broadcast_cap: self.broadcast_cap.unwrap_or(before.broadcast_cap),
            broadcast_patience_min: self
                .broadcast_patience_min
                .unwrap_or(before.broadcast_patience_min),
        })
    }
}

/// Where people are sent after registering, as an admin changes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactChange {
    /// The admin's WhatsApp, in any writing.
    pub admin_number: Option<String>,
    /// The first message they find typed there.
    pub wa_text: Option<String>,
}

impl ContactChange {
    /// The contact with this change.
    ///
    /// # Errors
    /// [`FieldErrors`] with an Indonesian text for each field that does not fit.
    pub fn onto(&self, before: Option<&Contact>) -> Result<Contact, FieldErrors> {
        let mut errors = FieldErrors::default();
        let number = match (&self.admin_number, before) {
            (Some(text), _) => Phone::parse(text).map_err(|error| error.message()),
            (None, Some(before)) => Ok(before.admin_number),
            (None, None) => Err("Isi nomor WhatsApp admin."),
        };
        let text = self.wa_text.as_deref().map(single_line);
        if let (Some(raw), Some(text)) = (&self.wa_text, &text) {
            // As it came too: the API's document knows of no cleaning.
            let longest = raw.chars().count().max(text.chars().count());
            if longest > WA_TEXT_MAX || text.is_empty() {
                let wanted = format!("Isi 1 sampai {WA_TEXT_MAX} huruf.");
                errors.push("contact.wa_text", &wanted);
            } else if may_hold_a_number(text) {
                errors.push("contact.wa_text", "Jangan tulis nomor telepon di teks ini.");
            }
        }
        match number {
            Ok(number) if errors.is_empty() => {
                let usual = || match before {
                    Some(before) => before.wa_text.clone(),
                    None => Contact::new(number).wa_text,
                };
                Ok(Contact {
                    admin_number: number,
                    wa_text: text.unwrap_or_else(usual),
                })
            }
            Ok(_) => Err(errors),
            Err(why) => {
                errors.push("contact.admin_number", why);
                Err(errors)
            }
        }
    }
}

/// A host name, with a port on one's own machine.
fn is_host(host: &str) -> bool {
    let (name, port) = match host.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (host, None),
    };
    let is_label = |label: &str| {
        let known = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        !label.is_empty()
            && label.bytes().all(known)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= HOST_MAX
        && name.split('.').all(is_label)
        && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

fn is_link(link: &str) -> bool {
    let parsed = Url::parse(link);
    link.chars().count() <= LINK_MAX
        && parsed.is_ok_and(|url| url.scheme() == "https" && url.host().is_some())
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        reason = "tests"
    )]

    use super::*;
    use proptest::prelude::*;

    fn fields(errors: &FieldErrors) -> Vec<&str> {
        errors.iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn what_is_not_named_stays_and_none_is_a_value() {
        let before = Settings {
            link_video: Some("https://youtu.be/x".to_owned()),
            ..Settings::default()
        };
        let same = SettingsChange::default().onto(&before).unwrap();
        assert_eq!(same, before);
        let change = SettingsChange {
            link_video: Some(None),
            cold_welcomes_per_day: Some(None),
            strategy: Some(super::Strategy::Random),
            site_host: Some(" WWW.Webdonasi.com ".to_owned()),
            ..SettingsChange::default()
        };
        assert!(!change.is_empty());
        let after = change.onto(&before).unwrap();
        assert_eq!(after.link_video, None);
        assert_eq!(after.cold_welcomes_per_day, None);
        assert_eq!(after.strategy, super::Strategy::Random);
        assert_eq!(after.site_host, "www.webdonasi.com");
        assert_eq!(after.hours, before.hours);
    }

    #[test]
    fn each_figure_outside_its_range_is_named() {
        let change = SettingsChange {
            site_host: Some("https://x".to_owned()),
            link_video: Some(Some("http://youtu.be/x".to_owned())),
            registrations_per_address: Some(299),
            welcome_reserve_percent: Some(91),
            inbound_per_minute: Some(0),
            max_lead_min: Some(59),
            follow_up_after_min: Some(Some(10_081)),
            broadcast_cap: Some(BroadcastCap { most: 0, days: 366 }),
            broadcast_patience_min: Some(9),
            ..SettingsChange::default()
        };
        let errors = change.onto(&Settings::default()).unwrap_err();
        assert_eq!(
            fields(&errors),
            [
                "site_host",
                "link_video",
                "registrations_per_address",
                "welcome_reserve_percent",
                "inbound_per_minute",
                "max_lead_min",
                "follow_up_after_min",
                "broadcast_cap.most",
                "broadcast_cap.days",
                "broadcast_patience_min",
            ]
        );
    }

    #[test]
    fn the_first_contact_needs_a_number_and_a_later_one_keeps_it() {
        let text = ContactChange {
            wa_text: Some("Halo\nAdmin".to_owned()),
            ..ContactChange::default()
        };
        let errors = text.onto(None).unwrap_err();
        assert_eq!(fields(&errors), ["contact.admin_number"]);
        let number = ContactChange {
            admin_number: Some("0811-0000-0000".to_owned()),
            ..ContactChange::default()
        };
        let first = number.onto(None).unwrap();
        assert!(first.wa_text.starts_with("Halo Admin, saya sudah daftar"));
        let second = text.onto(Some(&first)).unwrap();
        assert_eq!(second.admin_number, first.admin_number);
        assert_eq!(second.wa_text, "Halo Admin");
        for bad in ["", "Hubungi 0811-0000-0000", &"x".repeat(501)] {
            let change = ContactChange {
                wa_text: Some(bad.to_owned()),
                ..ContactChange::default()
            };
            let errors = change.onto(Some(&first)).unwrap_err();
            assert_eq!(fields(&errors), ["contact.wa_text"]);
        }
    }

    proptest! {
        #[test]
        fn a_host_that_is_taken_makes_an_address(host in ".{0,40}") {
            if is_host(&host) {
                let url = Url::parse(&format!("https://{host}/ref=1")).unwrap();
                prop_assert!(url.host_str().is_some());
                prop_assert!(url.username().is_empty());
                prop_assert_eq!(url.path(), "/ref=1");
            }
        }
    }
}
