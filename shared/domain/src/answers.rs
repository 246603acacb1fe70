//! What is answered to somebody who wrote to one of our numbers (requirements I1, I5).

use crate::event::Event;
use crate::participant::Participant;
use crate::phone::Phone;
use crate::referral_code::CodeStyle;
use crate::time_text::{Zone, date_time};

/// After a stop. Says that only a person can lift it (requirement I4).
#[must_use]
pub fn stopped() -> String {
    "Baik, Anda tidak akan menerima pesan lagi dari Socialpreneur.\n\n\
     Jika suatu saat ingin menerima kabar lagi, silakan hubungi admin program: \
     hanya admin yang dapat mengaktifkannya kembali."
        .to_owned()
}

/// After somebody said that the number is not the participant's.
#[must_use]
pub fn wrong_number() -> String {
    "Mohon maaf atas gangguannya. Data dengan nomor ini sudah kami hapus, \
     dan Anda tidak akan menerima pesan lagi dari Socialpreneur."
        .to_owned()
}

/// Their own link, in the words of the message that brings it.
#[must_use]
pub fn link(participant: &Participant, style: CodeStyle, site_host: &str) -> String {
    format!(
        "Halo {} {}! 👋\n\n🔗 Link referral Anda: {site_host}/ref={}\n\n\
         Bagikan link ini ke teman Anda agar mereka juga bisa ikut sosialisasi!",
        participant.sapaan.as_str(),
        participant.name.as_str(),
        style.own_code(participant.id, &participant.phone),
    )
}

/// To somebody who asks for a link and is not registered.
#[must_use]
pub fn no_link(site_host: &str) -> String {
    format!(
        "Nomor ini belum terdaftar di Program Socialpreneur.\n\n\
         Silakan daftar di https://{site_host} untuk mendapatkan link referral Anda."
    )
}

/// How the one who asks for the schedule gets the link to the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joining {
    /// They are registered and are reminded.
    Reminded,
    /// They are registered and asked not to be written to.
    Silent,
    /// They are not registered.
    Unregistered,
}

/// When the next session is, in WIB and in the zone of the one who asks.
#[must_use]
pub fn schedule(event: Option<&Event>, zone: Zone, joining: Joining, site_host: &str) -> String {
    let Some(event) = event else {
        return "Belum ada jadwal sosialisasi berikutnya. Silakan tanyakan lagi nanti \
                dengan membalas JADWAL."
            .to_owned();
    };
    let how = match joining {
        Joining::Reminded => {
            "Link Zoom akan kami kirim lewat WhatsApp sebelum acara dimulai.".to_owned()
        }
        Joining::Silent => "Untuk mendapatkan link Zoom, silakan hubungi admin program.".to_owned(),
        Joining::Unregistered => {
            format!("Silakan daftar di https://{site_host} untuk mendapatkan link Zoom.")
        }
    };
    format!(
        "Jadwal sosialisasi berikutnya:\n\n*{}*\n📅 {}\n\n{how}",
        event.title,
        date_time(event.start_time, zone),
    )
}

/// Anything else: a person reads along elsewhere.
#[must_use]
pub fn pointer(admin: Phone) -> String {
    format!(
        "Terima kasih atas pesannya. Nomor ini mengirim pesan secara otomatis.\n\n\
         Untuk bertanya, silakan hubungi admin: https://wa.me/{}\n\n\
         Balas LINK untuk link referral Anda, JADWAL untuk jadwal berikutnya, \
         atau STOP untuk berhenti.",
        admin.digits()
    )
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        reason = "tests"
    )]

    use uuid::Uuid;

    use super::*;
    use crate::event::EventForm;
    use crate::ids::{EventId, ParticipantId};
    use crate::person::{City, PersonName, Profession, Sapaan};

    fn participant() -> Participant {
        Participant {
            id: ParticipantId(Uuid::from_u128(7)),
            sapaan: Sapaan::Ibu,
            name: PersonName::parse("Siti Aminah").unwrap(),
            city: City::parse("Denpasar").unwrap(),
            profession: Profession::parse("Guru").unwrap(),
            phone: Phone::parse("081562726272").unwrap(),
            phone_index: "1.x".to_owned(),
            referrer_id: None,
            referrer_sequence: None,
            registered_at: jiff::Timestamp::UNIX_EPOCH,
            event_id: None,
            consent_share: false,
            unsubscribed: false,
            chat: None,
        }
    }

    #[test]
    fn the_texts() {
        const HOST: &str = "www.webdonasi.com";
        let form = EventForm {
            title: Some("Sosialisasi Program".to_owned()),
            start_time: Some("2026-11-29 19:30".to_owned()),
            zoom_link: Some("https://zoom.example/j/1".to_owned()),
            ..EventForm::default()
        };
        let epoch = jiff::Timestamp::UNIX_EPOCH;
        let details = form.check(None, epoch).unwrap();
        let event = Event::new(EventId(Uuid::from_u128(8)), details, epoch, epoch);
        let next = Some(&event);
        let person = participant();
        let all = [
            ("stopped", stopped()),
            ("wrong number", wrong_number()),
            ("link", link(&person, CodeStyle::Phone, HOST)),
            ("link, opaque", link(&person, CodeStyle::Opaque, HOST)),
            ("no link", no_link(HOST)),
            (
                "schedule",
                schedule(next, Zone::Wita, Joining::Reminded, HOST),
            ),
            (
                "schedule, stopped",
                schedule(next, Zone::Wib, Joining::Silent, HOST),
            ),
            (
                "schedule, not registered",
                schedule(next, Zone::Wib, Joining::Unregistered, HOST),
            ),
            (
                "no schedule",
                schedule(None, Zone::Wib, Joining::Reminded, HOST),
            ),
            ("pointer", pointer(Phone::parse("081234567890").unwrap())),
        ];
        let text: Vec<String> = all
            .iter()
            .map(|(name, text)| format!("== {name}\n{text}\n"))
            .collect();
        insta::assert_snapshot!("answers", text.join("\n"));
    }
}
