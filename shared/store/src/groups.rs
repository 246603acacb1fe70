//! Alerts that go as one message (requirement N1): the slot of their referrer, the rows that one
//! row carries, and whom they are about.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::alert_pace::{AlertPace, FOLLOWS};
use domain::ids::ParticipantId;
use domain::lane::Lane;
use domain::message::{Claim, Class, DueMessage, Failure, State, Waiting, alert_id};
use domain::pace::LEASE;
use domain::person::{City, PersonName};
use jiff::Timestamp;
use serde::Deserialize;

use crate::item::{
    Item, PROFILE, REFERRALS, from_item, iso, key, millis, number, participant_pk, text,
};
use crate::messages::{due_key, message_key, read_due, waiting, when_due, with_state};
use crate::read::{Question, query, readable};
use crate::settings::{TEMPLATE_ACTIVE, active_template, template_pk};
use crate::tables::Table;
use crate::write::{Applied, Change, Committed, transact};
use crate::{Store, StoreError, StoredTemplate};

/// Rows that one row carries at most: with it and the slot they fit into one transaction.
const MOST_CARRIED: usize = 90;
/// Places before and after the carrier's that are looked through.
const PLACES_AROUND: u64 = 99;
/// Items of one batch read.
const BATCH: usize = 100;

/// The right to tell one referrer: what was read of them, and what it becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The referrer.
    pub referrer_id: ParticipantId,
    /// As it was read.
    pub seen: AlertPace,
    /// As it is to be.
    pub next: AlertPace,
}

/// A row that can go with another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The row.
    pub message: DueMessage,
    /// Whom it is about.
    pub subject: ParticipantId,
}

/// A new participant as a list may name them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Name.
    pub name: PersonName,
    /// City.
    pub city: City,
    /// Whether the referrer may see it in full.
    pub consent_share: bool,
    /// Place among those the referrer invited.
    pub place: u64,
}

/// What a list is made from, as of one moment.
#[derive(Debug)]
pub struct GroupFacts {
    /// Each member's subject, or why its row ends; one that cannot be read now is missing.
    pub subjects: HashMap<ParticipantId, Result<Subject, Failure>>,
    /// The active template of grouped alerts, if an admin saved one.
    pub template: Option<StoredTemplate>,
}

#[derive(Debug, Deserialize)]
struct CounterItem {
    total: u64,
    #[serde(default)]
    singles: Vec<i64>,
    #[serde(default)]
    grouped_at: Option<i64>,
    #[serde(default)]
    group_at: Option<i64>,
    #[serde(default)]
    alert_revision: u64,
}

#[derive(Debug, Deserialize)]
struct PlaceItem {
    id: ParticipantId,
}

#[derive(Debug, Deserialize)]
struct SubjectItem {
    name: String,
    city: String,
    consent_share: bool,
    referrer_sequence: u64,
}

/// What the referral counter's item says: how many its owner has invited, and what they were told.
pub(crate) fn counter(item: Option<Item>) -> Result<(u64, AlertPace), StoreError> {
    const WHAT: &str = "referral counter";
    let Some(item) = item else {
        return Ok((0, AlertPace::default()));
    };
    let item: CounterItem = from_item(WHAT, item)?;
    let at = |ms: i64| millis(WHAT, ms);
    let pace = AlertPace {
        singles: item.singles.into_iter().map(at).collect::<Result<_, _>>()?,
        grouped_at: item.grouped_at.map(at).transpose()?,
        group_at: item.group_at.map(at).transpose()?,
        revision: item.alert_revision,
    };
    Ok((item.total, pace))
}

/// When the rows that follow one that is due at this moment are due.
pub(crate) fn follow(at: Timestamp) -> Timestamp {
    at.saturating_add(FOLLOWS).unwrap_or(at)
}

/// The row as a member, if it waits in the alerts' lane, could go now, and goes where the carrier
/// goes. One that cannot be read is left to its own turn, which says so.
fn sendable(
    row: Item,
    subject: ParticipantId,
    carrier: &DueMessage,
    now: Timestamp,
) -> Option<Member> {
    // A row that has ended stands in no lane and does not read as one that waits.
    row.get("lane")?;
    let message = read_due(row).ok()?;
    let waits = match message.lane {
        Lane::Class(class) | Lane::Sticky { class, .. } => class == Class::ReferrerAlert,
        Lane::Bulk { .. } | Lane::WaitingSequence | Lane::Held | Lane::Sending => false,
    };
    let goes = waits
        && message.due <= follow(now)
        && now <= message.expires_at
        && message.target_index == carrier.target_index;
    goes.then_some(Member { message, subject })
}

fn read_subject(item: Item) -> Result<Subject, StoreError> {
    const WHAT: &str = "participant";
    let item: SubjectItem = from_item(WHAT, item)?;
    Ok(Subject {
        name: PersonName::parse(&item.name).map_err(|_| StoreError::unreadable(WHAT, "name"))?,
        city: City::parse(&item.city).map_err(|_| StoreError::unreadable(WHAT, "city"))?,
        consent_share: item.consent_share,
        place: item.referrer_sequence,
    })
}

impl Store {
    fn slot(&self, slot: &Slot) -> Change {
        let ms = |at: Timestamp| number(at.as_millisecond());
        let singles = slot.next.singles.iter().copied().map(ms).collect();
        let change = Change::of(
            self.table(Table::Participants),
            key(participant_pk(slot.referrer_id), REFERRALS),
        )
        .set("singles", AttributeValue::L(singles))
        .set("alert_revision", number(slot.next.revision))
        .when_present("total");
        let set = |change: Change, name, at: Option<Timestamp>| match at {
            Some(at) => change.set(name, ms(at)),
            None => change.remove(name),
        };
        let change = set(change, "grouped_at", slot.next.grouped_at);
        let change = set(change, "group_at", slot.next.group_at);
        match slot.seen.revision {
            0 => change.when_absent("alert_revision"),
            seen => change.when_equals("alert_revision", number(seen)),
        }
    }

    /// Writes the slot, if nobody else told this referrer since it was read.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; it may be written then.
    pub async fn take_slot(&self, slot: &Slot) -> Result<bool, StoreError> {
        let applied = self.slot(slot).apply("alert slot", &self.client).await?;
        Ok(matches!(applied, Applied::Done(_)))
    }

    /// The rows that could go together with this alert: sendable now, to the same number, about
    /// people with a place near `place`; in the order of places, at most 90. The row itself is
    /// claimed and so not among them.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. An unreadable row is logged and left out.
    pub async fn members(
        &self,
        carrier: &DueMessage,
        place: u64,
        now: Timestamp,
    ) -> Result<Vec<Member>, StoreError> {
        const WHAT: &str = "alerts that wait";
        let referrer_id = carrier.participant_id;
        let question = Question {
            table: self.table(Table::Participants),
            index: Some("by_referrer"),
            condition: "#referrer = :referrer AND #place BETWEEN :from AND :to".to_owned(),
            names: vec![
                ("#referrer", "referrer_id"),
                ("#place", "referrer_sequence"),
            ],
            values: vec![
                (":referrer", text(referrer_id.to_string())),
                (":from", number(place.saturating_sub(PLACES_AROUND))),
                (":to", number(place.saturating_add(PLACES_AROUND))),
            ],
            consistent: false,
        };
        let invited = query(WHAT, &self.client, question, 2 * BATCH).await?;
        let invited = invited
            .into_iter()
            .map(|item| from_item::<PlaceItem>(WHAT, item));
        let invited = readable(WHAT, invited);
        let mut members = Vec::new();
        for chunk in invited.chunks(BATCH) {
            let wanted: Vec<_> = chunk
                .iter()
                .map(|one| {
                    let id = alert_id(referrer_id, one.id);
                    (self.table(Table::NotificationsLog), message_key(id))
                })
                .collect();
            let rows = self.get_all(WHAT, &wanted).await?;
            for (one, row) in chunk.iter().zip(rows) {
                members.extend(row.and_then(|row| sendable(row, one.id, carrier, now)));
            }
        }
        members.truncate(MOST_CARRIED);
        Ok(members)
    }

    /// Claims these rows for the turn that holds `carrier`, and takes the slot, all or nothing;
    /// rows that moved in the meantime are left out. None if the slot is lost or nobody is left.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; rows may be claimed then, and the sweep
    /// gives them back.
    pub async fn claim_group(
        &self,
        slot: &Slot,
        carrier: &DueMessage,
        members: Vec<Member>,
        claim: Claim,
        now: Timestamp,
    ) -> Result<Option<Vec<Member>>, StoreError> {
        let lease_end = now.saturating_add(LEASE).unwrap_or(Timestamp::MAX);
        let change = |member: &Member| {
            with_state(
                self.message(member.message.id),
                State::Queued(Waiting::Sending),
            )
            .set("lane", text(Lane::Sending.partition()))
            .set("due_key", text(due_key(&Lane::Sending, lease_end)))
            .set("token", text(claim.token.to_string()))
            .set("lease_end", text(iso(lease_end)))
            .set("number_id", text(claim.number_id.to_string()))
            .set("provider", text("DripSender"))
            .set("grouped_in", text(carrier.id.to_string()))
        };
        self.with_slot("claim group", slot, members, 1, change, now)
            .await
    }

    /// Puts these rows off to follow the row that leads the group planned for `until`, together with
    /// the slot, all or nothing; rows that moved in the meantime are left out. False if the slot is
    /// lost.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; then each row is put off by itself.
    pub async fn plan_group(
        &self,
        slot: &Slot,
        members: Vec<Member>,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let change = |member: &Member| {
            let row = self.message(member.message.id);
            let lane = &member.message.lane;
            waiting(row, lane, Waiting::Scheduled, follow(until), until)
        };
        let planned = self
            .with_slot("plan group", slot, members, 0, change, now)
            .await?;
        Ok(planned.is_some())
    }

    /// The slot and a change of each row that is still sendable. None if the slot is lost or fewer
    /// rows than `least` are left; nothing is written then.
    async fn with_slot(
        &self,
        what: &'static str,
        slot: &Slot,
        mut members: Vec<Member>,
        least: usize,
        change: impl Fn(&Member) -> Change,
        now: Timestamp,
    ) -> Result<Option<Vec<Member>>, StoreError> {
        loop {
            if members.len() < least {
                return Ok(None);
            }
            let mut parts = vec![self.slot(slot).in_transaction(what)?];
            for member in &members {
                let lane = &member.message.lane;
                let row = when_due(change(member), lane, follow(now));
                parts.push(row.in_transaction(what)?);
            }
            match transact(what, &self.client, parts).await? {
                Committed::Yes => return Ok(Some(members)),
                refused if refused.refused_at(0) => return Ok(None),
                refused => {
                    let mut position = 0;
                    members.retain(|_| {
                        position += 1;
                        !refused.refused_at(position)
                    });
                }
            }
        }
    }

    /// Whom the members are about, read consistently after the claim. Rows about somebody who was
    /// erased end with that reason.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. An unreadable person is logged and missing.
    pub async fn group_facts(
        &self,
        subjects: &[ParticipantId],
        template: &str,
    ) -> Result<GroupFacts, StoreError> {
        const WHAT: &str = "group";
        let mut wanted = vec![(
            self.table(Table::Settings),
            key(template_pk(template), TEMPLATE_ACTIVE),
        )];
        wanted.extend(subjects.iter().map(|id| {
            let table = self.table(Table::Participants);
            (table, key(participant_pk(*id), PROFILE))
        }));
        let mut found = self.get_all(WHAT, &wanted).await?.into_iter();
        let template = found.next().flatten().and_then(active_template);
        let mut facts = GroupFacts {
            subjects: HashMap::new(),
            template,
        };
        for (id, item) in subjects.iter().zip(found) {
            let fate = match item {
                None => Some(Err(Failure::Cancelled)),
                Some(item) => readable(WHAT, std::iter::once(read_subject(item)))
                    .pop()
                    .map(Ok),
            };
            facts.subjects.extend(fate.map(|fate| (*id, fate)));
        }
        Ok(facts)
    }
}
