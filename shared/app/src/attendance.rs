//! Who came to an event (requirement E3): reports of participants are read, looked at by a person and
//! then confirmed; single people are entered by hand. None of it changes whether somebody has joined.

use std::collections::{BTreeMap, BTreeSet};

use domain::attendance::{
    Present, Registrant, ReportError, Review, Why, match_attendees, read_report,
};
use domain::event::Event;
use domain::ids::{EventId, ParticipantId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::StoreError;
use uuid::Uuid;

use crate::context::App;

/// What a report comes to before anything of it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportReview {
    /// Under this it can be confirmed for seven days; the same file has the same.
    pub id: Uuid,
    /// What was read from it.
    pub findings: Findings,
    /// Names of those who were recognised and of all candidates, as registered.
    pub names: BTreeMap<ParticipantId, String>,
}

/// What was read from a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// Who was recognised.
    pub present: Vec<Present>,
    /// Who was not.
    pub unclear: Vec<Unclear>,
}

/// Somebody in a report whom a person has to recognise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unclear {
    /// Line of the file in which they appear first, counted from 1; no two have the same.
    pub line: u64,
    /// Names as the report shows them.
    pub names: Vec<String>,
    /// How long they were there, minutes.
    pub minutes: u32,
    /// Why no rule recognises them.
    pub why: Why,
    /// Who it may be, the likeliest first.
    pub candidates: Vec<ParticipantId>,
}

/// What a person decided about a review.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decisions {
    /// Who those in these lines are; whoever is not named stays unknown.
    pub who: BTreeMap<u64, ParticipantId>,
    /// Recognised, but not them.
    pub without: BTreeSet<ParticipantId>,
}

/// What a confirmed report came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmed {
    /// So many came.
    pub came: usize,
    /// So many of the report are nobody we know.
    pub unknown: usize,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum AttendanceError {
    /// There is no such event.
    #[error("no such event")]
    NoEvent,
    /// The event has not begun.
    #[error("the event has not begun")]
    TooEarly,
    /// There is no such participant.
    #[error("no such participant")]
    NoParticipant,
    /// There is no such review, or it is older than seven days.
    #[error("no such review")]
    NoReview,
    /// A decision about a line in which nobody is unclear.
    #[error("line {0}: nobody to be recognised")]
    NoLine(u64),
    /// The file is no report.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The store did not answer.
    #[error("attendance")]
    Store(#[from] StoreError),
    /// The review could not be written or read.
    #[error("review")]
    Review(#[from] serde_json::Error),
}

/// Reads Zoom's report of participants and keeps what it comes to for [`confirm_report`]. Nothing of
/// it counts before.
///
/// # Errors
/// [`AttendanceError`].
pub async fn import_report(
    app: &App,
    event: EventId,
    report: &[u8],
) -> Result<ReportReview, AttendanceError> {
    let now = app.now();
    let event = begun(app, event, now).await?;
    let attendees = read_report(report)?;
    let clicked = app.store.who_clicked(event.id).await?;
    let people = Box::pin(app.store.registrants(&event, &clicked, now)).await?;
    let registrants: Vec<Registrant<'_>> = people
        .iter()
        .map(|person| Registrant {
            id: person.id,
            name: person.name.as_str(),
            city: person.city.as_str(),
            phone: person.phone,
            clicked: clicked.contains(&person.id),
        })
        .collect();
    let matched = match_attendees(&attendees, &registrants);
    let findings = Findings {
        present: matched.present,
        unclear: matched.review.into_iter().map(unclear).collect(),
    };
    let id = Uuid::new_v5(&event.id.0, report);
    let plain = serde_json::to_vec(&findings)?;
    app.store.keep_review(event.id, id, &plain, now).await?;
    let recognised = findings.present.iter().map(|one| one.participant);
    let candidates = findings.unclear.iter().flat_map(|one| &one.candidates);
    let shown: BTreeSet<ParticipantId> = recognised.chain(candidates.copied()).collect();
    let names = people
        .iter()
        .filter(|person| shown.contains(&person.id))
        .map(|person| (person.id, person.name.as_str().to_owned()));
    Ok(ReportReview {
        id,
        names: names.collect(),
        findings,
    })
}

fn unclear(review: Review) -> Unclear {
    Unclear {
        line: review.attendee.line,
        names: review.attendee.names,
        minutes: review.attendee.minutes,
        why: review.why,
        candidates: review.candidates,
    }
}

/// Lets a report count as a person has decided: whoever it shows came, and whoever is in no report of
/// the event did not, unless an admin says otherwise. Done twice it counts once.
///
/// # Errors
/// [`AttendanceError`]; after [`AttendanceError::Store`] it may be done again.
pub async fn confirm_report(
    app: &App,
    event: EventId,
    review: Uuid,
    decisions: &Decisions,
    by: &str,
) -> Result<Confirmed, AttendanceError> {
    let now = app.now();
    let event = begun(app, event, now).await?;
    let plain = app.store.review(event.id, review, now).await?;
    let plain = plain.ok_or(AttendanceError::NoReview)?;
    let findings: Findings = serde_json::from_slice(&plain)?;
    let mut minutes: BTreeMap<ParticipantId, Present> = BTreeMap::new();
    for one in findings.present {
        if !decisions.without.contains(&one.participant) {
            minutes.insert(one.participant, one);
        }
    }
    let mut unknown = 0;
    for one in &findings.unclear {
        match decisions.who.get(&one.line) {
            Some(who) => add(&mut minutes, *who, one.minutes),
            None => unknown += 1,
        }
    }
    for line in decisions.who.keys() {
        if !findings.unclear.iter().any(|one| one.line == *line) {
            return Err(AttendanceError::NoLine(*line));
        }
    }
    let ids: Vec<ParticipantId> = minutes.keys().copied().collect();
    let existing = app.store.existing_among(&ids).await?;
    if decisions.who.values().any(|who| !existing.contains(who)) {
        return Err(AttendanceError::NoParticipant);
    }
    // Whoever was erased since has no record any more.
    minutes.retain(|who, _| existing.contains(who));
    let present: Vec<Present> = minutes.into_values().collect();
    app.store.add_report(event.id, &present, by, now).await?;
    Ok(Confirmed {
        came: present.len(),
        unknown,
    })
}

/// The same person under one more name.
fn add(all: &mut BTreeMap<ParticipantId, Present>, who: ParticipantId, minutes: u32) {
    let entry = all.entry(who).or_insert(Present {
        participant: who,
        minutes: 0,
        by: domain::attendance::By::Name,
    });
    entry.minutes = entry.minutes.saturating_add(minutes);
}

/// Enters by hand whether somebody came, which outweighs reports and clicks; `None` takes it back.
///
/// # Errors
/// [`AttendanceError`].
pub async fn set_attendance(
    app: &App,
    event: EventId,
    participant: ParticipantId,
    came: Option<bool>,
    by: &str,
) -> Result<(), AttendanceError> {
    let now = app.now();
    let event = begun(app, event, now).await?;
    let existing = app.store.existing_among(&[participant]).await?;
    if existing.is_empty() {
        return Err(AttendanceError::NoParticipant);
    }
    let store = &app.store;
    store
        .set_attendance(event.id, participant, came, by, now)
        .await?;
    Ok(())
}

async fn begun(app: &App, event: EventId, now: Timestamp) -> Result<Event, AttendanceError> {
    let event = app.store.event(event).await?;
    let event = event.ok_or(AttendanceError::NoEvent)?;
    if now < event.start_time {
        return Err(AttendanceError::TooEarly);
    }
    Ok(event)
}
