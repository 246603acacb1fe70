//! Stopping and releasing (requirement S9). A stop is refused by nothing; what stands is released by
//! whoever has seen it alone.

use std::collections::BTreeSet;

use super::Control;
use crate::message::Class;

/// The kill switches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Switches {
    /// Nothing is sent.
    pub all_stopped: bool,
    /// Nothing of these classes is sent.
    pub stopped: BTreeSet<Class>,
}

impl Switches {
    /// The stops that stand here and not in `other`, by name: `all_stopped`, `stopped.broadcast`.
    #[must_use]
    pub fn beyond(&self, other: &Self) -> Vec<String> {
        let all = self.all_stopped && !other.all_stopped;
        let classes = self.stopped.difference(&other.stopped);
        let classes = classes.map(|class| format!("stopped.{}", class.as_str()));
        let all = all.then(|| "all_stopped".to_owned());
        all.into_iter().chain(classes).collect()
    }

    fn and(&self, other: &Self) -> Self {
        Self {
            all_stopped: self.all_stopped || other.all_stopped,
            stopped: self.stopped.union(&other.stopped).copied().collect(),
        }
    }
}

impl From<&Control> for Switches {
    fn from(control: &Control) -> Self {
        Self {
            all_stopped: control.all_stopped,
            stopped: control.stopped.iter().copied().collect(),
        }
    }
}

/// How the switches stand once somebody has thrown them; none if that would release what they may
/// not have seen. Whoever stops everything is not refused even then: what stands stays besides.
#[must_use]
pub fn thrown(now: &Switches, wanted: &Switches, has_seen: bool) -> Option<Switches> {
    if has_seen || now.beyond(wanted).is_empty() {
        return Some(wanted.clone());
    }
    let stops_everything = wanted.all_stopped && !now.all_stopped;
    stops_everything.then(|| now.and(wanted))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn switches(all_stopped: bool, stopped: &[Class]) -> Switches {
        Switches {
            all_stopped,
            stopped: stopped.iter().copied().collect(),
        }
    }

    #[test]
    fn a_stop_is_refused_by_nothing_and_a_release_by_what_was_not_seen() {
        const B: Class = Class::Broadcast;
        const W: Class = Class::Welcome;
        let cases = [
            ((false, &[][..]), (true, &[][..]), Some((true, &[][..]))),
            ((false, &[B]), (false, &[B, W]), Some((false, &[B, W]))),
            ((true, &[B]), (true, &[B]), Some((true, &[B]))),
            // What stands stays when everything is stopped by somebody who has not seen it.
            ((false, &[B]), (true, &[W]), Some((true, &[B, W]))),
            ((true, &[]), (false, &[B]), None),
            ((false, &[B]), (false, &[W]), None),
            ((true, &[B]), (true, &[]), None),
            ((true, &[]), (false, &[]), None),
        ];
        for (now, wanted, expected) in cases {
            let read = |(all, classes): (bool, &[Class])| switches(all, classes);
            let (now, wanted) = (read(now), read(wanted));
            assert_eq!(thrown(&now, &wanted, false), expected.map(read), "{now:?}");
            assert_eq!(thrown(&now, &wanted, true), Some(wanted));
        }
    }

    #[test]
    fn what_changes_has_a_name() {
        let now = switches(true, &[Class::Broadcast]);
        let next = switches(false, &[Class::ReferrerAlert]);
        assert_eq!(now.beyond(&next), ["all_stopped", "stopped.broadcast"]);
        assert_eq!(next.beyond(&now), ["stopped.referrer_alert"]);
        assert_eq!(now.beyond(&now), [""; 0]);
    }
}
