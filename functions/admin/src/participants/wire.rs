//! Participants as they are read and written.

use app::people::Listed;
use domain::participant::JoinStatus;
use domain::people::{EditForm, FilterInput};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{CityTotal, PersonFile, Profile};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::lines::{Consent, MessageLine, StopLine, StopStanding};
use crate::shown::{ShownPhone, Sight};

/// Which participants.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ParticipantsAsked {
    /// Kota dalam tulisan apa pun: `Bogor` dan `Kota Bogor` sama.
    #[param(example = "Kota Bogor")]
    city: String,
    /// Mendaftar pada hari ini atau sesudahnya, WIB.
    #[param(example = "2026-11-01")]
    registered_from: String,
    /// Mendaftar pada hari ini atau sebelumnya, WIB.
    registered_to: String,
    /// Diundang oleh peserta ini.
    referrer_id: String,
    /// belum_join, sudah_join
    #[param(example = "belum_join")]
    status: String,
    /// true = berhenti berlangganan.
    unsubscribed: String,
    /// Pendaftar event ini.
    event_id: String,
    /// Kata-kata nama; semua harus cocok, ditulis utuh.
    #[param(example = "siti aminah")]
    name: String,
    /// Penanda halaman dari jawaban sebelumnya.
    pub(super) cursor: Option<String>,
    /// Paling banyak sekian per halaman.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub(super) limit: Option<u16>,
}

impl ParticipantsAsked {
    pub(super) fn input(&self) -> FilterInput {
        FilterInput {
            city: self.city.clone(),
            registered_from: self.registered_from.clone(),
            registered_to: self.registered_to.clone(),
            referrer_id: self.referrer_id.clone(),
            status: self.status.clone(),
            unsubscribed: self.unsubscribed.clone(),
            event_id: self.event_id.clone(),
            name: self.name.clone(),
        }
    }
}

/// What is looked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    /// A number in any writing, for operators and admins; or words of a name.
    #[schema(example = "0815-6272-6272")]
    pub(super) q: String,
    /// Penanda halaman dari jawaban sebelumnya.
    pub(super) cursor: Option<String>,
    #[schema(minimum = 1, maximum = 100, default = 50)]
    pub(super) limit: Option<u16>,
}

/// Which cities.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CitiesAsked {
    /// Penanda halaman dari jawaban sebelumnya.
    pub(super) cursor: Option<String>,
    /// Paling banyak sekian per halaman.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub(super) limit: Option<u16>,
}

/// A city that is not in the official list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UnknownCity {
    /// Under which its people are found.
    #[schema(example = "bogr")]
    city_key: String,
    /// How many live there.
    participants: u64,
}

impl UnknownCity {
    pub(super) fn of(city: CityTotal) -> Self {
        Self {
            city_key: city.key,
            participants: city.total,
        }
    }
}

/// Who invited somebody.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Inviter {
    id: Uuid,
    #[schema(example = "Budi Santoso")]
    name: String,
    phone: ShownPhone,
}

/// A participant.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Participant {
    id: Uuid,
    #[schema(example = "Ibu")]
    sapaan: &'static str,
    #[schema(example = "Siti Aminah")]
    name: String,
    #[schema(example = "Kota Bogor")]
    city: String,
    #[schema(example = "bogor")]
    city_key: String,
    #[schema(example = "Guru")]
    profession: String,
    phone: ShownPhone,
    /// Who invited them; null if nobody is known, or they were erased.
    referrer: Option<Inviter>,
    /// Also of one who was erased.
    referrer_id: Option<Uuid>,
    /// Place among those the referrer invited.
    referrer_sequence: Option<u64>,
    registered_at: Timestamp,
    /// belum_join, sudah_join
    #[schema(example = "belum_join")]
    status: &'static str,
    unsubscribed: bool,
    /// The event of the registration.
    event_id: Option<Uuid>,
    /// Whether the referrer may see name, city, profession and number.
    consent_share: bool,
    /// The ETag of this state.
    revision: u64,
}

impl Participant {
    pub(super) fn of(listed: Listed, sight: Sight) -> Self {
        Self::from(listed.profile, listed.referrer, sight)
    }

    fn from(profile: Profile, referrer: Option<Profile>, sight: Sight) -> Self {
        let person = profile.participant;
        Self {
            id: person.id.0,
            sapaan: person.sapaan.as_str(),
            name: person.name.as_str().to_owned(),
            city_key: person.city.key(),
            city: person.city.as_str().to_owned(),
            profession: person.profession.as_str().to_owned(),
            phone: sight.phone(person.phone),
            referrer: referrer.map(|one| Inviter {
                id: one.participant.id.0,
                name: one.participant.name.as_str().to_owned(),
                phone: sight.phone(one.participant.phone),
            }),
            referrer_id: person.referrer_id.map(|id| id.0),
            referrer_sequence: person.referrer_sequence,
            registered_at: person.registered_at,
            status: JoinStatus::as_str(profile.status),
            unsubscribed: person.unsubscribed,
            event_id: person.event_id.map(|id| id.0),
            consent_share: person.consent_share,
            revision: profile.revision,
        }
    }
}

/// Everything about a participant.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ParticipantFile {
    #[serde(flatten)]
    participant: Participant,
    /// How many they invited.
    total_invited: u64,
    /// Our number that they last wrote to.
    chat_number_id: Option<Uuid>,
    chat_at: Option<Timestamp>,
    /// Where their number stands; null if it never asked to stop.
    suppression: Option<StopStanding>,
    /// How it came there, the earliest first.
    suppression_history: Vec<StopLine>,
    /// What they agreed to and withdrew, the earliest first.
    consents: Vec<Consent>,
    /// Messages to them, the newest first, at most 50.
    messages: Vec<MessageLine>,
    /// Whether there are older ones.
    more_messages: bool,
}

impl ParticipantFile {
    pub(super) fn of(profile: Profile, file: PersonFile, sight: Sight) -> Self {
        let chat = profile.participant.chat;
        Self {
            participant: Participant::from(profile, file.referrer, sight),
            total_invited: file.total_invited,
            chat_number_id: chat.map(|chat| chat.number_id.0),
            chat_at: chat.map(|chat| chat.at),
            suppression: file.standing.map(StopStanding::of),
            suppression_history: file.history.into_iter().map(StopLine::of).collect(),
            consents: file.consents.into_iter().map(Consent::of).collect(),
            messages: file.messages.into_iter().map(MessageLine::of).collect(),
            more_messages: file.more_messages,
        }
    }
}

/// What of a participant is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ParticipantPatch {
    /// Bapak, Ibu
    sapaan: Option<String>,
    #[schema(example = "Siti Aminah")]
    name: Option<String>,
    city: Option<String>,
    profession: Option<String>,
    /// belum_join, sudah_join
    status: Option<String>,
    /// In any writing. No stop is lost: whoever stopped under the old number stays silent.
    phone: Option<String>,
    /// Number of whoever invited them; only where nobody is known yet.
    referrer_phone: Option<String>,
}

impl ParticipantPatch {
    pub(super) fn form(self) -> EditForm {
        EditForm {
            sapaan: self.sapaan,
            name: self.name,
            city: self.city,
            profession: self.profession,
            status: self.status,
            phone: self.phone,
            referrer_phone: self.referrer_phone,
        }
    }
}

/// A message to be sent again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResendAsked {
    /// welcome, link
    #[schema(example = "link")]
    pub(super) message: String,
}

/// A message that is on its way.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Queued {
    /// Its row in the log.
    #[schema(value_type = Uuid)]
    pub(super) message_id: String,
}

/// Why somebody gets no message any more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Unsubscribe {
    /// Without a telephone number; kept with the history.
    #[schema(min_length = 1, max_length = 200, example = "Diminta lewat telepon")]
    pub(super) reason: String,
}

/// Why somebody gets messages again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Resubscribe {
    /// Without a telephone number; kept with the history.
    #[schema(
        min_length = 1,
        max_length = 200,
        example = "Minta aktif lagi lewat telepon"
    )]
    pub(super) reason: String,
    /// `suppression.since` as it was seen.
    pub(super) since: Timestamp,
}
