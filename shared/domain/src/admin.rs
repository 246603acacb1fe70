//! Who may do what in the panel (requirement A8).

use std::fmt;

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};

/// What somebody may do; each may do all that the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks, and sees numbers masked.
    Viewer,
    /// Works with participants, events, broadcasts and messages.
    Operator,
    /// Also numbers, settings and colleagues.
    Admin,
}

impl Role {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Admin];

    /// The name of its group.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    /// Reads [`Role::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// The highest of somebody's groups; groups that are no role count for nothing.
    pub fn highest<'a>(groups: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        groups.into_iter().filter_map(Self::parse).max()
    }

    /// Whether somebody in this role reads telephone numbers in full.
    #[must_use]
    pub fn sees_numbers(self) -> bool {
        self >= Self::Operator
    }

    /// Whether somebody in this role erases people, which nothing undoes.
    #[must_use]
    pub fn erases(self) -> bool {
        self >= Self::Admin
    }
}

/// A colleague's e-mail address, in lower case. `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

impl Email {
    /// Longest address, octets; Cognito takes no longer user name.
    const LONGEST: usize = 128;

    /// Reads an address without a name beside it, with a domain that has a dot.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let rules = Options::default()
            .without_display_text()
            .without_domain_literal()
            .with_required_tld();
        let fits = text.len() <= Self::LONGEST && text.is_ascii() && !text.contains('"');
        let is_address = EmailAddress::parse_with_options(&text, rules).is_ok();
        (fits && is_address).then_some(Self(text))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_address_is_one_that_mail_reaches() {
        let email = Email::parse(" Budi.Santoso+panel@Example.ORG ").unwrap();
        assert_eq!(email.as_str(), "budi.santoso+panel@example.org");
        assert!(!format!("{email:?}").contains("budi"));
        let long = format!("{}@example.org", "x".repeat(120));
        for bad in [
            "",
            "budi",
            "budi@",
            "@example.org",
            "budi@localhost",
            "budi@[127.0.0.1]",
            "Budi <budi@example.org>",
            "budi santoso@example.org",
            "\"budi santoso\"@example.org",
            "budi@example.org\r\nBcc: x@example.org",
            &long,
        ] {
            assert_eq!(Email::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_highest_role_counts() {
        assert_eq!(Role::highest(["viewer", "admin"]), Some(Role::Admin));
        assert_eq!(Role::highest(["operator", "viewer"]), Some(Role::Operator));
        assert_eq!(Role::highest(["viewer", "root", ""]), Some(Role::Viewer));
        assert_eq!(Role::highest(["Admin", "root"]), None);
        assert_eq!(Role::highest([]), None);
    }

    #[test]
    fn a_viewer_alone_sees_no_number() {
        let blind: Vec<Role> = Role::ALL
            .into_iter()
            .filter(|role| !role.sees_numbers())
            .collect();
        assert_eq!(blind, [Role::Viewer]);
    }
}
