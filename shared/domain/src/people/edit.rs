//! A correction as an admin types it, and what it changes of what is there.

use std::collections::BTreeMap;

use crate::form::{FieldErrors, FieldValue};
use crate::participant::{JoinStatus, Participant};
use crate::person::{City, FieldError, PersonName, Profession, Sapaan};
use crate::phone::Phone;

const WRONG_TYPE: &str = "Isian ini harus berupa teks.";
const UNKNOWN: &str = "Ada isian yang tidak dikenal.";
const NOTHING: &str = "Tidak ada isian untuk diubah.";

/// What an admin wants to be different; what is not named stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// Form of address.
    pub sapaan: Option<Sapaan>,
    /// Name.
    pub name: Option<PersonName>,
    /// City.
    pub city: Option<City>,
    /// Profession.
    pub profession: Option<Profession>,
    /// Whether they have joined.
    pub status: Option<JoinStatus>,
    /// Their number.
    pub phone: Option<Phone>,
    /// The number of whoever invited them, where nobody is known yet (requirement L7).
    pub referrer_phone: Option<Phone>,
}

impl Edit {
    /// Reads the fields of a correction.
    ///
    /// # Errors
    /// [`FieldErrors`] in Indonesian for each field that is wrong, of the wrong type or unknown, and
    /// if there is none at all.
    pub fn parse(fields: &BTreeMap<String, FieldValue>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut edit = Self::default();
        if fields.is_empty() {
            errors.push("fields", NOTHING);
        }
        for (field, value) in fields {
            let FieldValue::Text(raw) = value else {
                errors.push(known(field), WRONG_TYPE);
                continue;
            };
            let own = FieldError::message;
            let of_number =
                |raw: &str| Phone::parse(raw).map_err(|error| error.message().to_owned());
            let read = match field.as_str() {
                "sapaan" => keep(&mut edit.sapaan, Sapaan::parse(raw).map_err(own)),
                "name" => keep(&mut edit.name, PersonName::parse(raw).map_err(own)),
                "city" => keep(&mut edit.city, City::parse(raw).map_err(own)),
                "profession" => keep(&mut edit.profession, Profession::parse(raw).map_err(own)),
                "status" => {
                    let status = JoinStatus::parse(raw.trim());
                    let problem = || "Pilih belum_join atau sudah_join.".to_owned();
                    keep(&mut edit.status, status.ok_or_else(problem))
                }
                "phone" => keep(&mut edit.phone, of_number(raw)),
                "referrer_phone" => keep(&mut edit.referrer_phone, of_number(raw)),
                _ => Err(UNKNOWN.to_owned()),
            };
            if let Err(text) = read {
                errors.push(known(field), &text);
            }
        }
        if errors.is_empty() {
            Ok(edit)
        } else {
            Err(errors)
        }
    }

    /// What of it differs from what is there. Number and referrer are decided elsewhere.
    #[must_use]
    pub fn changes(&self, present: &Participant, status: JoinStatus) -> Changes {
        fn other<T: Clone + PartialEq>(wanted: Option<&T>, present: &T) -> Option<T> {
            wanted.filter(|wanted| *wanted != present).cloned()
        }
        Changes {
            sapaan: other(self.sapaan.as_ref(), &present.sapaan),
            name: other(self.name.as_ref(), &present.name),
            city: other(self.city.as_ref(), &present.city),
            profession: other(self.profession.as_ref(), &present.profession),
            status: other(self.status.as_ref(), &status),
        }
    }
}

/// What is written of a correction, but for number and referrer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Form of address.
    pub sapaan: Option<Sapaan>,
    /// Name.
    pub name: Option<PersonName>,
    /// City.
    pub city: Option<City>,
    /// Profession.
    pub profession: Option<Profession>,
    /// Whether they have joined.
    pub status: Option<JoinStatus>,
}

impl Changes {
    /// The names of the fields that change.
    #[must_use]
    pub fn fields(&self) -> Vec<&'static str> {
        [
            ("sapaan", self.sapaan.is_some()),
            ("name", self.name.is_some()),
            ("city", self.city.is_some()),
            ("profession", self.profession.is_some()),
            ("status", self.status.is_some()),
        ]
        .into_iter()
        .filter_map(|(field, changes)| changes.then_some(field))
        .collect()
    }
}

fn keep<T>(slot: &mut Option<T>, read: Result<T, String>) -> Result<(), String> {
    *slot = Some(read?);
    Ok(())
}

/// A name that may be sent back: an unknown one may hold anything.
fn known(field: &str) -> &str {
    let fields = [
        "sapaan",
        "name",
        "city",
        "profession",
        "status",
        "phone",
        "referrer_phone",
    ];
    if fields.contains(&field) {
        field
    } else {
        "fields"
    }
}
