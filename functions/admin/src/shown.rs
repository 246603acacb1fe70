//! Telephone numbers in answers. One gets there only as [`ShownPhone`], and that only through
//! [`Sight`], which knows who reads it.

use domain::admin::Role;
use domain::phone::Phone;
use serde::Serialize;
use utoipa::ToSchema;

/// How much of a number somebody may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sight {
    in_full: bool,
}

impl Sight {
    pub(crate) fn of(role: Role) -> Self {
        Self {
            in_full: role.sees_numbers(),
        }
    }

    /// Whether numbers are shown in full, and so what people wrote, which may hold some.
    pub(crate) fn in_full(self) -> bool {
        self.in_full
    }

    pub(crate) fn phone(self, phone: Phone) -> ShownPhone {
        ShownPhone(if self.in_full {
            phone.e164()
        } else {
            phone.masked()
        })
    }
}

/// A number as whoever asks may read it: `+6281562726272`, or `0815••••6272` for a viewer.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(example = "+6281562726272", value_type = String)]
pub(crate) struct ShownPhone(String);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_viewer_reads_a_masked_number() {
        let phone = Phone::parse("081562726272").unwrap();
        let shown = |role| Sight::of(role).phone(phone).0;
        assert_eq!(shown(Role::Viewer), "0815••••6272");
        assert_eq!(shown(Role::Operator), "+6281562726272");
        assert_eq!(shown(Role::Admin), "+6281562726272");
    }
}
