//! Who may do what in the panel (requirement A8).

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
}

#[cfg(test)]
mod tests {
    use super::*;

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
