//! Who came to an event (requirement E3): what an admin entered, what reports prove, and the clicks.

use std::collections::{HashMap, HashSet};

use domain::attendance::{Attendance, Evidence, Present};
use domain::event::Event;
use domain::ids::{EventId, ParticipantId};
use domain::join::tells_presence;
use jiff::Timestamp;
use serde::Deserialize;

use crate::clicks::{click_key, read_click};
use crate::item::{Item, PROFILE, event_pk, from_item, iso, key, number, participant_pk, text};
use crate::tables::Table;
use crate::write::{Change, transact};
use crate::{Store, StoreError};

const WHAT: &str = "attendance";
const REPORT: &str = "REPORT";
/// As many as a batch read or a transaction takes.
const AT_ONCE: usize = 100;

#[derive(Debug, Deserialize)]
struct AttendanceItem {
    #[serde(default)]
    hand: Option<Attendance>,
    #[serde(default)]
    minutes: Option<u32>,
}

fn attendance_key(event: EventId, participant: ParticipantId) -> Item {
    key(event_pk(event), format!("ATTENDANCE#{participant}"))
}

/// The items that say whether somebody came: of the event, of the person, their click.
pub(crate) fn evidence_keys(event: EventId, participant: ParticipantId) -> [Item; 3] {
    [
        key(event_pk(event), REPORT),
        attendance_key(event, participant),
        click_key(event, participant),
    ]
}

/// What those items prove. `event` as it is now: a click counts only near its time.
pub(crate) fn read_evidence(
    event: &Event,
    report: Option<&Item>,
    entry: Option<Item>,
    click: Option<Item>,
) -> Result<Evidence, StoreError> {
    let entry = entry.map(|item| from_item::<AttendanceItem>(WHAT, item));
    let entry = entry.transpose()?;
    let click = click.map(read_click).transpose()?;
    let hand = entry.as_ref().and_then(|entry| entry.hand);
    Ok(Evidence {
        by_hand: hand.map(|hand| hand == Attendance::Came),
        in_report: entry.is_some_and(|entry| entry.minutes.is_some()),
        report_imported: report.is_some(),
        clicked: click.is_some_and(|at| tells_presence(event, at)),
    })
}

impl Store {
    /// What is known about these people and this event; whoever is missing has nothing recorded
    /// that can be read.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn attendance_among(
        &self,
        event: &Event,
        people: &[ParticipantId],
    ) -> Result<HashMap<ParticipantId, Attendance>, StoreError> {
        let table = self.table(Table::Events);
        let mut known = HashMap::with_capacity(people.len());
        // Two items for each person, and the event's own.
        for some in people.chunks((AT_ONCE - 1) / 2) {
            let mut wanted = vec![(table.clone(), key(event_pk(event.id), REPORT))];
            for person in some {
                let [_, entry, click] = evidence_keys(event.id, *person);
                wanted.extend([(table.clone(), entry), (table.clone(), click)]);
            }
            let mut found = self.get_all(WHAT, &wanted).await?.into_iter();
            let report = found.next().flatten();
            for person in some {
                let (entry, click) = (found.next().flatten(), found.next().flatten());
                match read_evidence(event, report.as_ref(), entry, click) {
                    Ok(evidence) => {
                        known.insert(*person, evidence.attendance());
                    }
                    Err(error) => {
                        tracing::error!(event = %event.id, error = %crate::Chain(&error), "unreadable attendance");
                    }
                }
            }
        }
        Ok(known)
    }

    /// Writes what an admin says about somebody; none takes it back.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn set_attendance(
        &self,
        event: EventId,
        participant: ParticipantId,
        came: Option<bool>,
        by: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let change = Change::of(
            self.table(Table::Events),
            attendance_key(event, participant),
        )
        .set("hand_at", text(iso(at)))
        .set("hand_by", text(by));
        let change = match came {
            Some(true) => change.set("hand", text(Attendance::Came.as_str())),
            Some(false) => change.set("hand", text(Attendance::Missed.as_str())),
            None => change.remove("hand"),
        };
        change.apply(WHAT, &self.client).await.map(|_| ())
    }

    /// Writes who was there by a report, and last that there is one: from then on whoever is in none
    /// has not come. What an admin entered stays. Done twice it is written once.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; then do all of it again.
    pub async fn add_report(
        &self,
        event: EventId,
        present: &[Present],
        by: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let table = self.table(Table::Events);
        let stamp = |change: Change| {
            change
                .set("report_at", text(iso(at)))
                .set("report_by", text(by))
        };
        for some in present.chunks(AT_ONCE) {
            let parts = some.iter().map(|one| {
                let key = attendance_key(event, one.participant);
                stamp(Change::of(table.clone(), key))
                    .set("minutes", number(one.minutes))
                    .in_transaction(WHAT)
            });
            let parts = parts.collect::<Result<_, _>>()?;
            // No part has a condition that could refuse it.
            transact(WHAT, &self.client, parts).await?;
        }
        let report = Change::of(table, key(event_pk(event), REPORT));
        stamp(report).apply(WHAT, &self.client).await.map(|_| ())
    }

    /// Those of these people who are there, and not erased.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn existing_among(
        &self,
        people: &[ParticipantId],
    ) -> Result<HashSet<ParticipantId>, StoreError> {
        let mut existing = HashSet::new();
        for some in people.chunks(AT_ONCE) {
            let table = || self.table(Table::Participants);
            let wanted: Vec<_> = some
                .iter()
                .map(|id| (table(), key(participant_pk(*id), PROFILE)))
                .collect();
            let found = self.get_all(WHAT, &wanted).await?;
            let there = some.iter().zip(found).filter(|(_, item)| item.is_some());
            existing.extend(there.map(|(id, _)| *id));
        }
        Ok(existing)
    }
}
