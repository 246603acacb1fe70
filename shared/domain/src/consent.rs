//! What a visitor agrees to, word for word, so that the proof names the exact text (requirement L3;
//! UU PDP 27/2022 articles 20–24).

/// One version of the two boxes. A changed word is a new version: the old one stays provable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentText {
    /// Version, stored with every consent record as `text_version`.
    pub version: &'static str,
    /// Text of the required box `consent_wa`.
    pub wa: &'static str,
    /// Text of the optional box `consent_share`, shown to those who came through a link.
    pub share: &'static str,
    /// What the required box allows; stored with the record.
    pub purposes: &'static [&'static str],
    /// What the optional box allows in addition.
    pub share_purpose: &'static str,
}

/// The text that the landing page shows now.
pub const CURRENT: ConsentText = ConsentText {
    version: "2026-11-1",
    wa: "Menerima pesan WA: saya setuju Socialpreneur mengirim pesan WhatsApp ke nomor saya \
         tentang pendaftaran ini, jadwal dan pengingat sesi Zoom, pendaftar yang saya undang, \
         serta kabar program Socialpreneur. Saya bisa berhenti kapan saja dengan membalas STOP.",
    share: "Saya setuju Socialpreneur memberitahukan nama, kota, profesi, dan nomor WA saya \
            kepada orang yang mengundang saya. Boleh dikosongkan.",
    purposes: &[
        "registration",
        "event_reminders",
        "referral_alerts",
        "programme_news",
    ],
    share_purpose: "share_with_referrer",
};

impl ConsentText {
    /// The purposes that a person has agreed to, for the consent record.
    #[must_use]
    pub fn purposes_given(&self, consent_share: bool) -> Vec<&'static str> {
        let share = consent_share.then_some(self.share_purpose);
        self.purposes.iter().copied().chain(share).collect()
    }

    /// The bytes whose SHA-256 is stored as `text_sha256`: one `name: value` line for each
    /// part, UTF-8, every line ended by a line feed.
    #[must_use]
    pub fn bytes_to_hash(&self) -> Vec<u8> {
        format!(
            "version: {}\nwa: {}\nshare: {}\npurposes: {}\nshare_purpose: {}\n",
            self.version,
            self.wa,
            self.share,
            self.purposes.join(","),
            self.share_purpose
        )
        .into_bytes()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

    use super::CURRENT;

    /// Fails when a word changes: then the version must change with it.
    #[test]
    fn the_text_of_a_version_never_changes() {
        insta::assert_snapshot!(
            "consent_2026-11-1",
            String::from_utf8(CURRENT.bytes_to_hash()).unwrap()
        );
    }

    #[test]
    fn the_text_names_the_sender_and_the_way_out() {
        assert!(CURRENT.wa.contains("Menerima pesan WA"));
        assert!(CURRENT.wa.contains("Socialpreneur mengirim"));
        assert!(CURRENT.wa.contains("membalas STOP"));
        for what in [
            "nama",
            "kota",
            "profesi",
            "nomor WA",
            "yang mengundang saya",
        ] {
            assert!(CURRENT.share.contains(what), "{what}");
        }
        // A line break inside a part would make two different texts hash alike.
        assert!(!CURRENT.wa.contains('\n') && !CURRENT.share.contains('\n'));
    }

    #[test]
    fn sharing_is_a_purpose_only_when_its_box_was_ticked() {
        assert!(
            !CURRENT
                .purposes_given(false)
                .contains(&"share_with_referrer")
        );
        let given = CURRENT.purposes_given(true);
        assert_eq!(given.len(), CURRENT.purposes.len() + 1);
        assert_eq!(given.last(), Some(&"share_with_referrer"));
    }
}
