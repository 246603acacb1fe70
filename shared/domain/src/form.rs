//! The registration form: from named fields to typed values, or every error at once (requirement L3, L4).

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use crate::person::{City, FieldError, PersonName, Profession, Sapaan};
use crate::phone::Phone;
use crate::referral_code::ReferralCode;

/// A submitted value, JSON or form post alike.
#[derive(Clone, PartialEq, Eq)]
pub enum FieldValue {
    /// A JSON string or any field of a form post.
    Text(String),
    /// A JSON boolean.
    Bool(bool),
    /// A JSON number, list, object or null: no field takes one.
    Other,
}

/// Shows the type only: what a visitor typed, their number for one, stays out of logs.
impl fmt::Debug for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text",
            Self::Bool(_) => "Bool",
            Self::Other => "Other",
        })
    }
}

/// A registration that may be decided upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationForm {
    /// Form of address; `Bapak` and `Ibu` are read in any case.
    pub sapaan: Sapaan,
    /// The participant's name.
    pub name: PersonName,
    /// Their city.
    pub city: City,
    /// Their profession.
    pub profession: Profession,
    /// Their WhatsApp number.
    pub phone: Phone,
    /// Whether the referrer may see name, city, profession and number.
    pub consent_share: bool,
    /// Whose link it was. An unreadable code never stops a registration. It may be the
    /// participant's own number, which the use case ignores (requirement L7).
    pub referral: Option<ReferralCode>,
    /// The field that people cannot see was filled: a robot (requirement L8).
    pub honeypot_filled: bool,
}

/// The fields of the form, in its order.
const KNOWN: [&str; 9] = [
    "sapaan",
    "name",
    "city",
    "profession",
    "phone",
    "consent_wa",
    "consent_share",
    "ref",
    "website",
];
/// Most unknown fields that are reported; more would only echo somebody's noise.
const UNKNOWN_MAX: usize = 5;
/// Most characters of an unknown field's name in an error. Longer than any known name, so
/// that a shortened name is never taken for one.
const UNKNOWN_NAME_CHARS: usize = 40;

const WRONG_TYPE: &str = "Isian ini harus berupa teks.";
const CONSENT_NEEDED: &str = "Centang persetujuan menerima pesan WA untuk mendaftar.";
const NOT_A_TICK: &str = "Isian ini harus dicentang atau dikosongkan.";
const UNKNOWN_FIELD: &str = "Isian ini tidak dikenal.";

impl RegistrationForm {
    /// Reads a submission.
    ///
    /// # Errors
    /// [`FieldErrors`] with one text for each field that is missing, wrong, of the wrong type
    /// or unknown.
    pub fn parse(fields: &BTreeMap<String, FieldValue>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let sapaan = text_field(fields, "sapaan", &mut errors, |raw| {
            Sapaan::parse(raw).map_err(FieldError::message)
        });
        let name = text_field(fields, "name", &mut errors, |raw| {
            PersonName::parse(raw).map_err(FieldError::message)
        });
        let city = text_field(fields, "city", &mut errors, |raw| {
            City::parse(raw).map_err(FieldError::message)
        });
        let profession = text_field(fields, "profession", &mut errors, |raw| {
            Profession::parse(raw).map_err(FieldError::message)
        });
        let phone = text_field(fields, "phone", &mut errors, |raw| {
            Phone::parse(raw).map_err(|error| error.message().to_owned())
        });
        if fields.get("consent_wa").and_then(ticked) != Some(true) {
            errors.push("consent_wa", CONSENT_NEEDED);
        }
        let consent_share = match fields.get("consent_share") {
            None => Some(false),
            Some(value) => ticked(value),
        };
        if consent_share.is_none() {
            errors.push("consent_share", NOT_A_TICK);
        }
        let referral = match fields.get("ref") {
            Some(FieldValue::Text(code)) => ReferralCode::parse(code),
            _ => None,
        };
        let honeypot_filled = match fields.get("website") {
            None => false,
            Some(FieldValue::Text(text)) => !text.trim().is_empty(),
            Some(_) => {
                errors.push("website", WRONG_TYPE);
                false
            }
        };
        report_unknown(fields, &mut errors);

        match (sapaan, name, city, profession, phone, consent_share) {
            (
                Some(sapaan),
                Some(name),
                Some(city),
                Some(profession),
                Some(phone),
                Some(consent_share),
            ) if errors.is_empty() => Ok(Self {
                sapaan,
                name,
                city,
                profession,
                phone,
                consent_share,
                referral,
                honeypot_filled,
            }),
            _ => Err(errors),
        }
    }
}

/// A required text field. A missing one is read as an empty one, which has its own words.
fn text_field<T>(
    fields: &BTreeMap<String, FieldValue>,
    field: &str,
    errors: &mut FieldErrors,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Option<T> {
    let parsed = match fields.get(field) {
        None => parse(""),
        Some(FieldValue::Text(raw)) => parse(raw),
        Some(_) => Err(WRONG_TYPE.to_owned()),
    };
    parsed.map_err(|text| errors.push(field, &text)).ok()
}

/// A box: `None` for what is neither ticked nor unticked.
fn ticked(value: &FieldValue) -> Option<bool> {
    match value {
        FieldValue::Bool(ticked) => Some(*ticked),
        FieldValue::Text(text) => match text.trim().to_lowercase().as_str() {
            "true" | "on" | "1" | "ya" => Some(true),
            "" | "false" | "off" | "0" | "tidak" => Some(false),
            _ => None,
        },
        FieldValue::Other => None,
    }
}

fn report_unknown(fields: &BTreeMap<String, FieldValue>, errors: &mut FieldErrors) {
    let unknown = fields.keys().filter(|name| !KNOWN.contains(&name.as_str()));
    for name in unknown.take(UNKNOWN_MAX) {
        errors.push(&printable(name), UNKNOWN_FIELD);
    }
}

/// A field name that is safe to send back: every odd character is a question mark.
fn printable(name: &str) -> String {
    let safe = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' => c,
        _ => '?',
    };
    let shown: String = name.chars().take(UNKNOWN_NAME_CHARS).map(safe).collect();
    if shown.is_empty() {
        "?".to_owned()
    } else {
        shown
    }
}

/// Errors by field, in the order of the form; each field at most once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(String, String)>);

impl FieldErrors {
    /// Adds an error, unless the field has one already: the first is the one to correct.
    pub fn push(&mut self, field: &str, text: &str) {
        if self.get(field).is_none() {
            self.0.push((field.to_owned(), text.to_owned()));
        }
    }

    /// The Indonesian text for a field.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        self.iter()
            .find_map(|(name, text)| (name == field).then_some(text))
    }

    /// Field names with their texts, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(field, text)| (field.as_str(), text.as_str()))
    }

    /// No error.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
