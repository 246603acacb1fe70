//! A correction as an admin types it, and what it changes of what is there.

use crate::form::FieldErrors;
use crate::participant::{JoinStatus, Participant};
use crate::person::{City, FieldError, PersonName, Profession, Sapaan};
use crate::phone::Phone;

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

/// The fields as they come; what is missing stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EditForm {
    /// `Bapak` or `Ibu`.
    pub sapaan: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Profession.
    pub profession: Option<String>,
    /// `belum_join` or `sudah_join`.
    pub status: Option<String>,
    /// A number in any writing.
    pub phone: Option<String>,
    /// A number in any writing.
    pub referrer_phone: Option<String>,
}

impl Edit {
    /// Reads the fields of a correction.
    ///
    /// # Errors
    /// [`FieldErrors`] in Indonesian for each field that is wrong, and if there is none at all.
    pub fn parse(form: &EditForm) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        if *form == EditForm::default() {
            errors.push("fields", NOTHING);
        }
        let e = &mut errors;
        let own = FieldError::message;
        let number = |raw: &str| Phone::parse(raw).map_err(|error| error.message().to_owned());
        let status = |raw: &str| {
            let status = JoinStatus::parse(raw.trim());
            status.ok_or_else(|| "Pilih belum_join atau sudah_join.".to_owned())
        };
        let edit = Self {
            sapaan: read("sapaan", form.sapaan.as_ref(), e, |raw| {
                Sapaan::parse(raw).map_err(own)
            }),
            name: read("name", form.name.as_ref(), e, |raw| {
                PersonName::parse(raw).map_err(own)
            }),
            city: read("city", form.city.as_ref(), e, |raw| {
                City::parse(raw).map_err(own)
            }),
            profession: read("profession", form.profession.as_ref(), e, |raw| {
                Profession::parse(raw).map_err(own)
            }),
            status: read("status", form.status.as_ref(), e, status),
            phone: read("phone", form.phone.as_ref(), e, number),
            referrer_phone: read("referrer_phone", form.referrer_phone.as_ref(), e, number),
        };
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

fn read<T>(
    field: &str,
    raw: Option<&String>,
    errors: &mut FieldErrors,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Option<T> {
    let parsed = parse(raw?);
    parsed.map_err(|text| errors.push(field, &text)).ok()
}
