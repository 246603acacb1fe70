//! What stands in lists about one participant: consents, stops, messages.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Where a number stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StopStanding {
    /// stopped, asked (asks for messages again), lifted
    #[schema(example = "stopped")]
    state: &'static str,
    /// Since when; what `resubscribe` takes as `since`.
    since: Timestamp,
    /// participant, or the admin's id
    by: String,
    reason: Option<String>,
}

impl StopStanding {
    pub(super) fn of(stands: store::Suppressed) -> Self {
        Self {
            state: stands.suppression.standing.as_str(),
            since: stands.suppression.changed_at,
            by: stands.by,
            reason: stands.reason,
        }
    }
}

/// One change of where a number stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StopLine {
    /// stopped, asked, lifted
    #[schema(example = "stopped")]
    state: &'static str,
    at: Timestamp,
    by: String,
    reason: Option<String>,
    /// whatsapp (they wrote), inbox (they wrote, a colleague said whose number it is), form (registered
    /// again), carried (went along to a corrected number), admin
    #[schema(example = "whatsapp")]
    way: &'static str,
}

impl StopLine {
    pub(crate) fn of(moved: store::Moved) -> Self {
        Self {
            state: moved.to.as_str(),
            at: moved.at,
            by: moved.by,
            reason: moved.reason,
            way: moved.way.as_str(),
        }
    }
}

/// What somebody agreed to, or withdrew.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Consent {
    /// given, withdrawn
    #[schema(example = "given")]
    act: String,
    text_version: Option<String>,
    purposes: Vec<String>,
    /// landing_form, whatsapp, admin
    #[schema(example = "landing_form")]
    channel: String,
    at: Timestamp,
}

impl Consent {
    pub(super) fn of(consent: store::Consent) -> Self {
        Self {
            act: consent.act,
            text_version: consent.text_version,
            purposes: consent.purposes,
            channel: consent.channel,
            at: consent.at,
        }
    }
}

/// A message as the log has it, without its text.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MessageLine {
    id: Uuid,
    #[serde(rename = "type")]
    #[schema(example = "welcome")]
    message_type: String,
    /// queued, sent, failed
    #[schema(example = "sent")]
    status: &'static str,
    #[schema(example = "accepted")]
    reason: &'static str,
    created_at: Timestamp,
    /// When it will go as far as is known, while it waits.
    expected_at: Option<Timestamp>,
    sent_at: Option<Timestamp>,
    failed_at: Option<Timestamp>,
    number_id: Option<Uuid>,
    attempts: u32,
    gateway_answer: Option<String>,
    /// Whom it is about.
    subject_id: Option<Uuid>,
    event_id: Option<Uuid>,
    campaign_id: Option<Uuid>,
}

impl MessageLine {
    pub(super) fn of(line: store::MessageLine) -> Self {
        Self {
            id: line.id.0,
            message_type: line.message_type,
            status: line.state.status(),
            reason: line.state.reason(),
            created_at: line.created_at,
            expected_at: line.expected_at,
            sent_at: line.sent_at,
            failed_at: line.failed_at,
            number_id: line.number_id.map(|id| id.0),
            attempts: line.attempts,
            gateway_answer: line.gateway_answer,
            subject_id: line.subject_id.map(|id| id.0),
            event_id: line.event_id.map(|id| id.0),
            campaign_id: line.campaign_id.map(|id| id.0),
        }
    }
}
