//! Campaigns: one decided sending to many (requirements N2, E2, E4, E5). Reminders and follow-ups of
//! an event, notices that it has changed or is cancelled, broadcasts.
//!
//! A campaign is opened, its recipients are written as rows page by page (expansion), its lanes
//! are opened when its time comes, and in the end it is done or closed.

mod outcomes;
mod source;
mod status;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

pub use outcomes::{LAST, too_many_failures};
pub(crate) use source::FIRST_YEAR;
pub use source::{Position, Source};
pub use status::{Closing, Hold, Over, Phase, Status, Step};

use crate::audience::{Audience, LeftOut};
use crate::ids::{CampaignId, EventId, MessageId, ParticipantId};
use crate::lane::{Lane, OpenCampaign};
use crate::media::MediaName;
use crate::message::{Class, MessageKey, MessageType};
use crate::template::{Placeholder, TemplateName};

/// Lanes over which the rows of a campaign are spread.
pub const SHARDS: u8 = 4;
/// The lane of the first rows of a staged campaign, which is opened alone.
const FIRST_SHARD: u8 = 0;
/// How long before its time a campaign's lanes may be opened: rows are looked for that far ahead.
pub const OPENS_AHEAD: SignedDuration = SignedDuration::from_mins(2);

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CampaignKind {
    /// Before an event.
    Reminder,
    /// After an event.
    FollowUp,
    /// To a segment.
    Broadcast,
    /// An event begins at another time.
    EventChanged,
    /// An event does not take place.
    EventCancelled,
}

impl CampaignKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [
        Self::Reminder,
        Self::FollowUp,
        Self::Broadcast,
        Self::EventChanged,
        Self::EventCancelled,
    ];

    /// The type of its rows.
    #[must_use]
    pub fn message_type(self) -> MessageType {
        match self {
            Self::Reminder => MessageType::Reminder,
            Self::FollowUp => MessageType::FollowUp,
            Self::Broadcast => MessageType::Broadcast,
            Self::EventChanged => MessageType::EventChanged,
            Self::EventCancelled => MessageType::EventCancelled,
        }
    }

    /// The class of its rows.
    #[must_use]
    pub fn class(self) -> Class {
        self.message_type().class()
    }

    /// The stored word: the same as that of its rows' type.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.message_type().as_str()
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Whether it asks instead of sending once its time is long over. What is about an event has an
    /// end of its own and is worth sending until then.
    #[must_use]
    pub fn asks_when_overdue(self) -> bool {
        self == Self::Broadcast
    }
}

/// The event a campaign is about, as it was planned when the campaign was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRef {
    /// Which.
    pub id: EventId,
    /// When it begins, UTC.
    pub start_time: Timestamp,
}

/// A campaign as it is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCampaign {
    /// For what is about an event [`event_campaign_id`], otherwise random; opening twice under
    /// one id opens once.
    pub id: CampaignId,
    /// What is sent.
    pub kind: CampaignKind,
    /// The event it is about.
    pub event: Option<EventRef>,
    /// To whom; frozen as of `created_at`.
    pub audience: Audience,
    /// The text of a broadcast; none for what has the system's text.
    pub template: Option<TemplateName>,
    /// Values that were entered with it.
    pub vars: BTreeMap<Placeholder, String>,
    /// A picture or PDF to send along.
    pub media: Option<MediaName>,
    /// No request starts before this, UTC.
    pub not_before: Timestamp,
    /// No request starts after this, UTC; for reminders the start of the event.
    pub expires_at: Timestamp,
    /// So many go first; the rest when somebody has looked at them (requirement E5).
    pub staged: Option<u32>,
    /// Who decided it: an admin's id, or `system`.
    pub created_by: String,
    /// When, UTC; who registered later is not among the recipients.
    pub created_at: Timestamp,
}

/// Namespace of the ids of campaigns, drawn once for this project.
const NAMESPACE: Uuid = Uuid::from_u128(0x51c8_07be_3f4d_4a19_b2e6_90d7_1c5f_e8a4);

/// The id of the campaign of this kind about an event, as planned at this revision: planning the
/// same twice opens one campaign.
#[must_use]
pub fn event_campaign_id(kind: CampaignKind, event: EventRef, revision: u64) -> CampaignId {
    let name = format!(
        "{}|{}|{}|{revision}",
        kind.as_str(),
        event.id,
        event.start_time
    );
    CampaignId(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
}

/// The id of a participant's reminder of an event that begins then: one for each start, whatever
/// campaign or registration decides it (requirement E2).
#[must_use]
pub fn reminder_id(event: EventRef, participant: ParticipantId) -> MessageId {
    row_id(
        CampaignKind::Reminder,
        &format!("{}@{}", event.id, event.start_time),
        participant,
    )
}

fn row_id(kind: CampaignKind, cause: &str, participant: ParticipantId) -> MessageId {
    MessageKey {
        message_type: kind.message_type(),
        cause,
        participant,
        revision: 0,
    }
    .id()
}

impl NewCampaign {
    /// The id of this participant's row.
    #[must_use]
    pub fn message_id(&self, participant: ParticipantId) -> MessageId {
        message_id(self.kind, self.id, self.event, participant)
    }

    /// Over how many lanes its rows are spread, whether opened or not.
    #[must_use]
    pub fn shards(&self) -> u8 {
        SHARDS + u8::from(self.staged.is_some())
    }

    /// The lane of the row that is the n-th, counted from 0: a staged campaign's first rows stand
    /// alone, so that they can be sent without the others.
    #[must_use]
    pub fn shard_of(&self, n: u32) -> u8 {
        let spread = u8::try_from(n % u32::from(SHARDS)).unwrap_or(0);
        match self.staged {
            Some(first) if n < first => FIRST_SHARD,
            Some(_) => FIRST_SHARD + 1 + spread,
            None => spread,
        }
    }
}

/// The id of a participant's row in a campaign. A reminder has one for each start of its event and a
/// follow-up one for each event; everything else one for each campaign.
#[must_use]
pub fn message_id(
    kind: CampaignKind,
    campaign: CampaignId,
    event: Option<EventRef>,
    participant: ParticipantId,
) -> MessageId {
    match (kind, event) {
        (CampaignKind::Reminder, Some(event)) => reminder_id(event, participant),
        (CampaignKind::FollowUp, Some(event)) => row_id(kind, &event.id.to_string(), participant),
        _ => row_id(kind, &campaign.to_string(), participant),
    }
}

/// A campaign as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// What was decided.
    pub new: NewCampaign,
    /// The version of its text that was decided on; 0 = the shipped one. None: whichever is active.
    pub template_version: Option<u32>,
    /// What it is doing.
    pub status: Status,
    /// How far its recipients were looked through; none once they all were.
    pub position: Option<Position>,
    /// Who got a row and who did not, so far.
    pub counts: Counts,
    /// Counts the changes of `status`.
    pub revision: u64,
    /// The revision as of which its lanes were opened or shut.
    pub synced: u64,
    /// When a page was written or its status changed, UTC.
    pub moved_at: Timestamp,
    /// How its rows ended, counted when all were over.
    pub ended: Option<Progress>,
}

/// Who got a row and who did not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Rows that were written for it.
    pub queued: u32,
    /// People of the audience without one, by reason.
    pub left_out: BTreeMap<LeftOut, u32>,
}

impl Counts {
    /// One more of the audience is left out. Who does not belong to it is not counted.
    pub fn leave_out(&mut self, why: LeftOut) {
        if why != LeftOut::NotInSegment {
            *self.left_out.entry(why).or_default() += 1;
        }
    }
}

/// What became of a campaign's rows, as of a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// How many rows read so, by status and reason.
    pub rows: BTreeMap<(String, String), u32>,
    /// As of when, UTC.
    pub as_of: Timestamp,
}

impl Progress {
    /// Rows with this status, whatever the reason: `queued`, `sent`, `failed`.
    #[must_use]
    pub fn with_status(&self, status: &str) -> u32 {
        let rows = self.rows.iter().filter(|((own, _), _)| own == status);
        rows.map(|(_, count)| count).sum()
    }
}

impl Campaign {
    /// A campaign that is being opened: nothing of it is written yet.
    #[must_use]
    pub fn opened(new: NewCampaign, template_version: Option<u32>) -> Self {
        let position = Source::of(&new.audience, new.created_at).start();
        let mut status = Status::new(new.staged.is_some());
        if position.is_none() {
            // Nobody can be among the recipients.
            status.phase = Phase::Open;
        }
        Self {
            template_version,
            status,
            position,
            counts: Counts::default(),
            revision: 1,
            synced: 0,
            moved_at: new.created_at,
            ended: None,
            new,
        }
    }

    /// Its lanes as the senders are to see them; none while nothing of it may be sent.
    #[must_use]
    pub fn lanes(&self) -> Option<OpenCampaign> {
        let shards = if self.status.staged {
            FIRST_SHARD + 1
        } else {
            self.new.shards()
        };
        self.status.sends().then_some(OpenCampaign {
            campaign: self.new.id,
            class: self.new.kind.class(),
            shards,
        })
    }

    /// All lanes in which its rows may stand.
    pub fn all_lanes(&self) -> impl Iterator<Item = Lane> + use<> {
        let (class, campaign) = (self.new.kind.class(), self.new.id);
        (0..self.new.shards()).map(move |shard| Lane::Bulk {
            class,
            campaign,
            shard,
        })
    }

    /// The lanes whose rows go without anybody's word: of a staged one those of the first rows.
    pub fn next_lanes(&self) -> impl Iterator<Item = Lane> + use<> {
        let first = usize::from(FIRST_SHARD) + 1;
        let all = usize::from(self.new.shards());
        let lanes = if self.status.staged { first } else { all };
        self.all_lanes().take(lanes)
    }

    /// What its time, `now`, means for it, if its time has come. `patience` is how late a broadcast
    /// may begin without asking.
    #[must_use]
    pub fn begins(&self, patience: SignedDuration, now: Timestamp) -> Option<Step> {
        let from = self.new.not_before.saturating_sub(OPENS_AHEAD);
        if self.status.begun || from.is_ok_and(|from| now < from) {
            return None;
        }
        let by = self.new.not_before.saturating_add(patience);
        let late = self.new.kind.asks_when_overdue() && by.is_ok_and(|by| now > by);
        Some(Step::Begin { late })
    }
}

#[cfg(test)]
mod tests;
