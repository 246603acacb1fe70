//! Which placeholder somebody may have meant.

use super::Placeholder;

/// Most single-letter changes between what was written and what may have been meant.
const NEAR: usize = 2;

/// What Indonesian writers put in place of the brief's English names.
const TRANSLATED: [(&str, Placeholder); 22] = [
    ("acara", Placeholder::EventTitle),
    ("event", Placeholder::EventTitle),
    ("judul", Placeholder::EventTitle),
    ("judul_acara", Placeholder::EventTitle),
    ("hari", Placeholder::EventDate),
    ("jadwal", Placeholder::EventDateTime),
    ("jam", Placeholder::EventDateTime),
    ("tanggal", Placeholder::EventDate),
    ("waktu", Placeholder::EventDateTime),
    ("kode", Placeholder::ReferralCode),
    ("kota", Placeholder::City),
    ("link_referral", Placeholder::ReferralCode),
    ("nama", Placeholder::Name),
    ("nomor", Placeholder::Phone),
    ("no_wa", Placeholder::Phone),
    ("pekerjaan", Placeholder::Profession),
    ("profesi", Placeholder::Profession),
    ("panggilan", Placeholder::Sapaan),
    ("sisa_waktu", Placeholder::TimeLeft),
    ("topik", Placeholder::Topic),
    ("video", Placeholder::LinkVideo),
    ("zoom", Placeholder::ZoomLink),
];

/// The allowed placeholder that is nearest to an unknown name, if one is near.
pub(super) fn nearest(name: &str, allowed: &[Placeholder]) -> Option<Placeholder> {
    let written = name.trim().to_lowercase().replace([' ', '-'], "_");
    let translated = TRANSLATED
        .iter()
        .find_map(|(word, placeholder)| (*word == written).then_some(*placeholder));
    if let Some(meant) = translated.filter(|meant| allowed.contains(meant)) {
        return Some(meant);
    }
    allowed
        .iter()
        .map(|placeholder| {
            let distance = strsim::osa_distance(&written, placeholder.name());
            (distance, *placeholder)
        })
        .filter(|(distance, placeholder)| {
            *distance <= NEAR && *distance < placeholder.name().len() / 2
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, placeholder)| placeholder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_translations_and_other_cases_are_understood() {
        for (written, meant) in [
            ("nama", Some(Placeholder::Name)),
            ("Name", Some(Placeholder::Name)),
            (" name ", Some(Placeholder::Name)),
            ("nmae", Some(Placeholder::Name)),
            ("kota", Some(Placeholder::City)),
            ("Profesi", Some(Placeholder::Profession)),
            ("event title", Some(Placeholder::EventTitle)),
            ("event-date-time", Some(Placeholder::EventDateTime)),
            ("referal_code", Some(Placeholder::ReferralCode)),
            ("zoomlink", Some(Placeholder::ZoomLink)),
            ("", None),
            ("x", None),
            ("harga", None),
        ] {
            assert_eq!(nearest(written, &Placeholder::ALL), meant, "{written}");
        }
    }

    #[test]
    fn only_what_is_allowed_is_suggested() {
        assert_eq!(nearest("kota", &[Placeholder::Name]), None);
        assert_eq!(nearest("zom_link", &[Placeholder::LinkVideo]), None);
    }
}
