//! How many people an event's messages are for.

use std::collections::HashMap;

use domain::attendance::Attendance;
use domain::audience::{Audience, Facts};
use domain::campaign::Source;
use domain::event::{Event, UNSEEN_FOR};
use domain::participant::JoinStatus;
use jiff::Timestamp;

use crate::item::{flag, iso, text};
use crate::read::{Question, count};
use crate::tables::Table;
use crate::{Store, StoreError};

const WHAT: &str = "audience";
/// People read in one go.
const PAGE: usize = 1_000;

impl Store {
    /// How many people the messages of an event are for now, as far as their own items say: whoever
    /// asked to stop is not among them.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn count_audience(&self, event: &Event, now: Timestamp) -> Result<u32, StoreError> {
        let audience = event.whom();
        let source = Source::of(&audience, now);
        match &audience {
            Audience::EventDefault { .. } => self.count_default(event, &source).await,
            other => self.count_meant(event, other, &source, now).await,
        }
    }

    /// The default audience: counted by the database, nothing is carried here.
    async fn count_default(&self, event: &Event, source: &Source) -> Result<u32, StoreError> {
        let unseen = |at: Timestamp| iso(at.saturating_add(UNSEEN_FOR).unwrap_or(at));
        let filter = "#unsubscribed = :no AND (#status = :belum OR #event = :event OR \
             (attribute_not_exists(#event) AND #at > :from AND #at <= :to))";
        let mut all = 0_u32;
        for part in source.parts() {
            let question = Question {
                table: self.table(Table::Participants),
                index: Some("by_registered"),
                condition: "#part = :part".to_owned(),
                names: vec![
                    ("#part", "reg_month"),
                    ("#unsubscribed", "unsubscribed"),
                    ("#status", "status"),
                    ("#event", "event_id"),
                    ("#at", "registered_at"),
                ],
                values: vec![
                    (":part", text(part)),
                    (":no", flag(false)),
                    (":belum", text(JoinStatus::BelumJoin.as_str())),
                    (":event", text(event.id.to_string())),
                    (":from", text(unseen(event.adopts_from))),
                    (":to", text(unseen(event.created_at))),
                ],
                consistent: false,
            };
            let part = count(WHAT, &self.client, question, Some(filter.to_owned())).await?;
            all = all.saturating_add(part);
        }
        Ok(all)
    }

    async fn count_meant(
        &self,
        event: &Event,
        audience: &Audience,
        source: &Source,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let mut all = 0_u32;
        let mut next = source.start();
        let attended = match audience.attendance_of() {
            Some(other) => self.event(other).await?,
            None => None,
        };
        while let Some(mut position) = next {
            let page = self.people(source, &position, now, PAGE).await?;
            let known = match &attended {
                Some(event) => {
                    let ids: Vec<_> = page.people.iter().map(|(person, _)| person.id).collect();
                    self.attendance_among(event, &ids).await?
                }
                None => HashMap::new(),
            };
            let meant = page.people.iter().filter(|(person, _)| {
                let own = event.has_registrant(person.event_id, person.registered_at);
                let named: Vec<_> = person
                    .event_id
                    .into_iter()
                    .chain(own.then_some(event.id))
                    .collect();
                let facts = Facts {
                    city_key: &person.city_key,
                    registered_at: person.registered_at,
                    referrer: person.referrer_id,
                    status: person.status,
                    registered_for: &named,
                    attendance: *known.get(&person.id).unwrap_or(&Attendance::Unknown),
                    unsubscribed: person.unsubscribed,
                    consented: true,
                    erased: false,
                    duplicate: false,
                    broadcasts: &[],
                };
                audience.admits(&facts, None).is_ok()
            });
            all = all.saturating_add(u32::try_from(meant.count()).unwrap_or(u32::MAX));
            next = match page.rest {
                Some(key) => {
                    position.after = key;
                    Some(position)
                }
                None => source.behind(&position.part),
            };
        }
        Ok(all)
    }
}
