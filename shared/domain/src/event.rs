//! A Zoom session: what an admin says about it, and what was planned for it (requirements E1, E2).

mod form;
mod plan;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};

pub use form::{
    DESCRIPTION_MAX, DURATION_DEFAULT, DURATION_MAX, DURATION_MIN, EventDetails, EventForm,
    TITLE_MAX,
};
pub use plan::Plan;

use crate::audience::Audience;
use crate::ids::{CampaignId, EventId};

/// Functions trust the next event they read for ten seconds, and a registration lasts at most
/// thirty: so long after an event was saved somebody may still register without it.
pub const UNSEEN_FOR: SignedDuration = SignedDuration::from_secs(60);

/// Who registers so long before the reminders begin, or later, gets one with the registration:
/// the indexes from which the others are found may be behind (requirement E2).
pub const LATE_FROM: SignedDuration = SignedDuration::from_mins(5);

/// Who registers this long after the reminders were decided is sure to know of them.
const KNOWN_AFTER: SignedDuration = SignedDuration::from_secs(90);

/// Nearer to an event than this nothing waits for anybody.
const HURRY: SignedDuration = SignedDuration::from_mins(15);

/// Whether it will take place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventStatus {
    /// It will, or has.
    #[default]
    Planned,
    /// It will not.
    Cancelled,
}

impl EventStatus {
    /// The stored word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Planned, Self::Cancelled]
            .into_iter()
            .find(|status| status.as_str() == word)
    }
}

/// The reminders of an event, once it is decided when they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reminder {
    /// The campaign that sends them.
    pub campaign: CampaignId,
    /// When they begin.
    pub from: Timestamp,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Random id.
    pub id: EventId,
    /// Title as messages show it.
    pub title: String,
    /// When it begins, UTC.
    pub start_time: Timestamp,
    /// Where it takes place.
    pub zoom_link: String,
    /// How long it lasts, minutes.
    pub duration_min: u16,
    /// What it is about.
    pub description: Option<String>,
    /// Address of a picture.
    pub image: Option<String>,
    /// Whom its messages are for; `None`: its registrants and whoever has not joined yet.
    pub audience: Option<Audience>,
    /// Whether it will take place.
    pub status: EventStatus,
    /// Counts an admin's changes from 1.
    pub revision: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When an admin changed it last; a new one when it was created.
    pub changed_at: Timestamp,
    /// When the event before it was created: whoever registered since then without an event
    /// belongs to this one.
    pub adopts_from: Timestamp,
    /// When reminders will begin and for whom that is too late, as last computed.
    pub plan: Option<Plan>,
    /// Its reminders, once they are decided.
    pub reminder: Option<Reminder>,
    /// Campaigns of former times that may still have to be closed.
    pub superseded: Vec<CampaignId>,
    /// Counts writes, so that nobody overwrites what they have not seen; 0 = not stored yet.
    pub version: u64,
}

impl Event {
    /// A new event. `adopts_from`: when the one before it was created.
    #[must_use]
    pub fn new(
        id: EventId,
        details: EventDetails,
        created_at: Timestamp,
        adopts_from: Timestamp,
    ) -> Self {
        Self {
            id,
            title: details.title,
            start_time: details.start_time,
            zoom_link: details.zoom_link,
            duration_min: details.duration_min,
            description: details.description,
            image: details.image,
            audience: details.audience,
            status: EventStatus::Planned,
            revision: 1,
            created_at,
            changed_at: created_at,
            adopts_from,
            plan: None,
            reminder: None,
            superseded: Vec::new(),
            version: 0,
        }
    }

    /// The same event after an admin's change at `now`. At another time, or for other people, nothing that
    /// was planned holds.
    #[must_use]
    pub fn changed(&self, details: EventDetails, now: Timestamp) -> Self {
        let replanned = details.start_time != self.start_time || details.audience != self.audience;
        let mut event = Self {
            title: details.title,
            start_time: details.start_time,
            zoom_link: details.zoom_link,
            duration_min: details.duration_min,
            description: details.description,
            image: details.image,
            audience: details.audience,
            revision: self.revision + 1,
            changed_at: now,
            ..self.clone()
        };
        if replanned {
            event.forget_plan();
        }
        event
    }

    /// The same event, called off at `now`.
    #[must_use]
    pub fn cancelled(&self, now: Timestamp) -> Self {
        let mut event = Self {
            status: EventStatus::Cancelled,
            revision: self.revision + 1,
            changed_at: now,
            ..self.clone()
        };
        event.forget_plan();
        event
    }

    fn forget_plan(&mut self) {
        self.plan = None;
        self.superseded
            .extend(self.reminder.take().map(|reminder| reminder.campaign));
    }

    /// What an admin says about it.
    #[must_use]
    pub fn details(&self) -> EventDetails {
        EventDetails {
            title: self.title.clone(),
            start_time: self.start_time,
            zoom_link: self.zoom_link.clone(),
            duration_min: self.duration_min,
            description: self.description.clone(),
            image: self.image.clone(),
            audience: self.audience.clone(),
        }
    }

    /// Whom its messages are for.
    #[must_use]
    pub fn whom(&self) -> Audience {
        let default = Audience::EventDefault { event: self.id };
        self.audience.clone().unwrap_or(default)
    }

    /// When it ends.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        let duration = SignedDuration::from_mins(i64::from(self.duration_min));
        self.start_time
            .saturating_add(duration)
            .unwrap_or(Timestamp::MAX)
    }

    /// When its reminders begin, once it is decided.
    #[must_use]
    pub fn remind_from(&self) -> Option<Timestamp> {
        self.reminder.map(|reminder| reminder.from)
    }

    /// Whether it takes place and has not begun.
    #[must_use]
    pub fn is_ahead(&self, now: Timestamp) -> bool {
        self.status == EventStatus::Planned && now < self.start_time
    }

    /// From when on somebody who registers at `now` may have the reminder, if they get it with
    /// their registration; `None` if the campaign reaches them, or nobody any more.
    #[must_use]
    pub fn late_reminder(&self, now: Timestamp) -> Option<Timestamp> {
        let from = self.remind_from()?;
        let opens = from.saturating_sub(LATE_FROM).unwrap_or(from);
        (self.is_ahead(now) && opens <= now).then(|| from.max(now))
    }

    /// Whether somebody who registered then, for `event_id`, belongs to this event. Who registered
    /// while none was planned belongs to the next that was created, by this rule and without a write.
    #[must_use]
    pub fn has_registrant(&self, event_id: Option<EventId>, registered_at: Timestamp) -> bool {
        match event_id {
            Some(id) => id == self.id,
            None => {
                let (after, until) = self.adopts();
                after < registered_at && registered_at <= until
            }
        }
    }

    /// Whoever registered for none after the first moment, and until the second, belongs to this
    /// event.
    #[must_use]
    pub fn adopts(&self) -> (Timestamp, Timestamp) {
        let unseen = |at: Timestamp| at.saturating_add(UNSEEN_FOR).unwrap_or(at);
        (unseen(self.adopts_from), unseen(self.created_at))
    }
}

/// From when on reminders go that are decided at `now` to begin at `begins_at`: late enough that
/// whoever registers after their campaign was opened knows of them (see [`Event::late_reminder`]),
/// unless the event is too near.
#[must_use]
pub fn reminders_from(begins_at: Timestamp, start_time: Timestamp, now: Timestamp) -> Timestamp {
    let known = now.saturating_add(KNOWN_AFTER).unwrap_or(now);
    if start_time.duration_since(now) < HURRY {
        begins_at.max(now)
    } else {
        begins_at.max(known)
    }
}
