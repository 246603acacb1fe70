//! Messages of the log as they are read and asked for.

use domain::form::FieldErrors;
use domain::log::Filter;
use domain::message::{MessageType, State};
use domain::participant::Participant;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::Logged;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::error::Problem;
use crate::shown::{ShownPhone, Sight};

/// Which messages; all conditions hold together.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct NotificationsAsked {
    /// queued, sent, failed
    status: Option<String>,
    /// Alasan, misalnya unconfirmed atau waiting_window.
    reason: Option<String>,
    /// welcome, referrer_alert, reminder, broadcast, ...
    r#type: Option<String>,
    /// Nomor pengirim.
    number_id: Option<Uuid>,
    /// Penerima.
    participant_id: Option<Uuid>,
    /// Broadcast, pengingat, atau tindak lanjut.
    campaign_id: Option<Uuid>,
    /// Dibuat sejak tanggal ini, WIB.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-01")]
    from: Option<String>,
    /// Dibuat sampai tanggal ini, WIB.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-30")]
    to: Option<String>,
    /// Penanda halaman dari jawaban sebelumnya.
    pub(super) cursor: Option<String>,
    /// Paling banyak sekian per halaman.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub(super) limit: Option<u16>,
}

impl NotificationsAsked {
    pub(super) fn filter(&self) -> Result<Filter, Problem> {
        let mut errors = FieldErrors::default();
        let mut day = |field: &str, text: &Option<String>| {
            let text = text.as_deref().map(str::trim)?;
            let day: Option<Date> = text.parse().ok();
            if day.is_none() {
                let text = "Tulis tanggal sebagai tahun-bulan-hari, misalnya 2026-11-01.";
                errors.push(field, text);
            }
            day
        };
        let (from, to) = (day("from", &self.from), day("to", &self.to));
        let words = |read: fn(State) -> &'static str, text: &Option<String>| {
            let text = text.as_deref().map(str::trim)?;
            Some(State::ALL.into_iter().map(read).find(|word| *word == text))
        };
        let status = words(State::status, &self.status);
        if status == Some(None) {
            errors.push("status", "Pilih queued, sent, atau failed.");
        }
        let reason = words(State::reason, &self.reason);
        if reason == Some(None) {
            errors.push("reason", "Alasan ini tidak dikenal.");
        }
        let message_type = self.r#type.as_deref().map(str::trim);
        let message_type = message_type.map(MessageType::parse);
        if message_type == Some(None) {
            errors.push("type", "Jenis pesan ini tidak dikenal.");
        }
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            errors.push("to", "Tanggal akhir sebelum tanggal awal.");
        }
        if !errors.is_empty() {
            return Err(Problem::Fields(errors));
        }
        Ok(Filter {
            participant: self.participant_id.map(domain::ids::ParticipantId),
            campaign: self.campaign_id.map(domain::ids::CampaignId),
            number: self.number_id.map(domain::ids::NumberId),
            status: status.flatten(),
            reason: reason.flatten(),
            message_type: message_type.flatten(),
            from,
            to,
        })
    }
}

/// What an admin says who has a message tried again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RetryWord {
    /// They know that it may arrive twice, or why it was given up.
    #[serde(default)]
    #[schema(default = false, example = true)]
    pub(super) knowingly: bool,
}

/// A message of the log. “Sent” says that the gateway took it, never that it was delivered.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Notification {
    id: Uuid,
    /// welcome, referrer_alert, link, reminder, follow_up, broadcast, event_changed, event_cancelled, test
    #[schema(example = "welcome")]
    r#type: &'static str,
    /// queued, sent, failed
    #[schema(example = "sent")]
    status: &'static str,
    /// Why it reads so.
    #[schema(example = "accepted")]
    reason: &'static str,
    participant_id: Uuid,
    /// Null once the recipient is erased, and for a test.
    recipient: Option<Recipient>,
    /// Whom it is about.
    subject_id: Option<Uuid>,
    event_id: Option<Uuid>,
    campaign_id: Option<Uuid>,
    /// The number that sent it, or tried last.
    number_id: Option<Uuid>,
    #[schema(example = "DripSender")]
    provider: Option<String>,
    /// Requests that were made for it.
    attempts: u32,
    /// What the gateway's last answer came to.
    #[schema(example = "accepted")]
    gateway_answer: Option<String>,
    /// Version of the text; 0 is the one that is built in.
    template_version: Option<u32>,
    /// The message that carried it.
    grouped_in: Option<Uuid>,
    created_at: Timestamp,
    /// When it can go as far as is known, while it waits.
    expected_at: Option<Timestamp>,
    expires_at: Timestamp,
    sent_at: Option<Timestamp>,
    failed_at: Option<Timestamp>,
    /// Whether it goes again only if somebody says that they know what its failure means.
    retry_needs_word: bool,
}

/// Whom a message goes to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Recipient {
    #[schema(example = "Siti Aminah")]
    name: String,
    #[schema(example = "Bogor")]
    city: String,
    phone: ShownPhone,
}

impl Notification {
    pub(super) fn of(row: Logged, recipient: Option<&Participant>, sight: Sight) -> Self {
        Self {
            id: row.id.0,
            r#type: row.message_type.as_str(),
            status: row.state.status(),
            reason: row.state.reason(),
            participant_id: row.participant_id.0,
            recipient: recipient.map(|person| Recipient {
                name: person.name.as_str().to_owned(),
                city: person.city.as_str().to_owned(),
                phone: sight.phone(person.phone),
            }),
            subject_id: row.subject_id.map(|id| id.0),
            event_id: row.event_id.map(|id| id.0),
            campaign_id: row.campaign_id.map(|id| id.0),
            number_id: row.number_id.map(|id| id.0),
            provider: row.provider,
            attempts: row.attempts,
            gateway_answer: row.gateway_answer,
            template_version: row.template_version,
            grouped_in: row.grouped_in.map(|id| id.0),
            created_at: row.created_at,
            expected_at: row.expected_at,
            expires_at: row.expires_at,
            sent_at: row.sent_at,
            failed_at: row.failed_at,
            retry_needs_word: Self::needs_word(row.state),
        }
    }
}
