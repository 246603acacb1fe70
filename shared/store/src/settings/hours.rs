//! How sending hours are stored.

use std::collections::BTreeMap;

use domain::hours::{HoursPolicy, HoursRule, SendingHours, Window, Zone};
use domain::message::Class;
use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use crate::StoreError;

const WHAT: &str = "settings";

/// Hours of every class.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PolicyItem {
    common: WeekItem,
    /// Only classes that have their own.
    own: BTreeMap<String, WeekItem>,
    rules: BTreeMap<String, RuleItem>,
}

#[derive(Debug, Serialize, Deserialize)]
struct WeekItem {
    zone: String,
    /// Monday first; null on a day without sending.
    days: Vec<Option<WindowItem>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct WindowItem {
    open: Time,
    close: Time,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RuleItem {
    Obeys,
    AtOnceWithin { minutes: u16 },
    Free,
}

impl From<&HoursPolicy> for PolicyItem {
    fn from(policy: &HoursPolicy) -> Self {
        let word = |class: Class| class.as_str().to_owned();
        let own = |class| policy.own(class).map(|own| (word(class), own.into()));
        let rule = |class| match policy.rule(class) {
            HoursRule::Obeys => RuleItem::Obeys,
            HoursRule::AtOnceWithin { minutes } => RuleItem::AtOnceWithin { minutes },
            HoursRule::Free => RuleItem::Free,
        };
        Self {
            common: policy.common().into(),
            own: Class::ALL.into_iter().filter_map(own).collect(),
            rules: Class::ALL
                .into_iter()
                .map(|class| (word(class), rule(class)))
                .collect(),
        }
    }
}

impl From<&SendingHours> for WeekItem {
    fn from(hours: &SendingHours) -> Self {
        let window = |window: Window| WindowItem {
            open: window.open(),
            close: window.close(),
        };
        Self {
            zone: hours.zone().label().to_owned(),
            days: hours.days().iter().map(|day| day.map(window)).collect(),
        }
    }
}

impl WeekItem {
    fn read(&self) -> Result<SendingHours, StoreError> {
        let bad = |field: &'static str| StoreError::unreadable(WHAT, field);
        let mut days = [None; 7];
        if self.days.len() != days.len() {
            return Err(bad("days"));
        }
        for (day, item) in days.iter_mut().zip(&self.days) {
            *day = item
                .as_ref()
                .map(|item| Window::new(item.open, item.close))
                .transpose()
                .map_err(|error| StoreError::unreadable(WHAT, error))?;
        }
        let zone = Zone::parse(&self.zone).ok_or_else(|| bad("zone"))?;
        SendingHours::weekly(zone, days).map_err(|error| StoreError::unreadable(WHAT, error))
    }
}

impl PolicyItem {
    pub(super) fn read(&self) -> Result<HoursPolicy, StoreError> {
        let class = |word: &str| {
            Class::parse(word).ok_or_else(|| StoreError::unreadable(WHAT, "class of hours"))
        };
        let mut policy = HoursPolicy::new(self.common.read()?);
        for (word, own) in &self.own {
            policy = policy.with_hours(class(word)?, Some(own.read()?));
        }
        for (word, rule) in &self.rules {
            let rule = match rule {
                RuleItem::Obeys => HoursRule::Obeys,
                RuleItem::AtOnceWithin { minutes } => HoursRule::AtOnceWithin { minutes: *minutes },
                RuleItem::Free => HoursRule::Free,
            };
            policy = policy.with_rule(class(word)?, rule);
        }
        Ok(policy)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_is_stored_reads_back() {
        let nine = Time::constant(9, 0, 0, 0);
        let two = Time::constant(2, 30, 0, 0);
        let mut days = [Some(Window::new(nine, two).unwrap()); 7];
        days[6] = None;
        let own = SendingHours::weekly(Zone::Wit, days).unwrap();
        let policy = HoursPolicy::new(SendingHours::DEFAULT)
            .with_hours(Class::Broadcast, Some(own))
            .with_rule(Class::Welcome, HoursRule::AtOnceWithin { minutes: 7 });
        let item: crate::item::Item =
            crate::item::to_item(WHAT, &PolicyItem::from(&policy)).unwrap();
        let read: PolicyItem = crate::item::from_item(WHAT, item).unwrap();
        assert_eq!(read.read().unwrap(), policy);
    }

    #[test]
    fn hours_that_are_none_are_unreadable_and_not_guessed() {
        let week = WeekItem {
            zone: "WIB".to_owned(),
            days: vec![None; 6]
                .into_iter()
                .map(|_: Option<()>| None)
                .collect(),
        };
        assert!(week.read().is_err());
        let never = WeekItem {
            zone: "WIB".to_owned(),
            days: (0..7).map(|_| None).collect(),
        };
        assert!(never.read().is_err());
    }
}
