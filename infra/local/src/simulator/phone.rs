use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A WhatsApp number in E.164, `+6281234567890`. Debug and errors do not show it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

/// The text is no number in E.164.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a phone number in E.164")]
pub struct PhoneError;

impl Phone {
    /// From the gateway's spelling: digits with the country code, without `+`.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub fn from_digits(digits: &str) -> Result<Self, PhoneError> {
        let is_number = (8..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_number {
            Ok(Self(format!("+{digits}")))
        } else {
            Err(PhoneError)
        }
    }

    /// The number with its `+`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Phone {
    type Err = PhoneError;

    /// With or without `+`; a `+` that a URL turned into a space counts as one.
    fn from_str(text: &str) -> Result<Self, PhoneError> {
        let text = text.trim();
        Self::from_digits(text.strip_prefix('+').unwrap_or(text))
    }
}

impl TryFrom<String> for Phone {
    type Error = PhoneError;

    fn try_from(text: String) -> Result<Self, PhoneError> {
        text.parse()
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone")
    }
}
