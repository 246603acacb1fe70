//! A correction of somebody's data, with everything that follows from it, in one transaction.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::ids::ParticipantId;
use domain::message::NewMessage;
use domain::people::{Changes, NumberChange, NumberFacts};
use domain::phone::Phone;
use domain::suppression::Suppression;
use jiff::Timestamp;
use vault::Salt;

use crate::guard::{Guard, read_guard};
use crate::item::{
    GUARD, PENDING, PROFILE, binary, flag, guard_pk, iso, key, number, participant_pk, text,
};
use crate::participants::{REFERRAL_SWEEP, phone_place};
use crate::profiles::Profile;
use crate::suppression::{Mover, read_suppression, state_key, still};
use crate::tables::Table;
use crate::write::{Change, Committed};
use crate::{Along, Store, StoreError};

const WHAT: &str = "correction";

/// What is known of two numbers, one of which a participant is to have in place of the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwoNumbers {
    old_index: String,
    new_index: String,
    /// What decides.
    pub facts: NumberFacts,
    /// Whether others named the new number before.
    pub awaited: bool,
    guard: Guard,
}

/// Another number for a participant.
#[derive(Debug, Clone)]
pub struct NumberStep<'a> {
    /// The number.
    pub phone: Phone,
    /// What was read of both.
    pub known: &'a TwoNumbers,
    /// What becomes of both.
    pub change: NumberChange,
    /// Who moves the new one, if a stop goes with the person.
    pub mover: Mover,
}

/// Who invited a participant, where nobody was known.
#[derive(Debug, Clone)]
pub struct ReferrerStep {
    /// They.
    pub id: ParticipantId,
    /// Keyed hash of their number.
    pub phone_index: String,
    /// The row that tells them, waiting for the place.
    pub alert: NewMessage,
}

/// What is written about somebody who was seen like this.
#[derive(Debug)]
pub struct Correction<'a> {
    /// As they were seen.
    pub seen: &'a Profile,
    /// What changes of their data.
    pub changes: Changes,
    /// Their new number.
    pub number: Option<NumberStep<'a>>,
    /// Who invited them.
    pub referrer: Option<ReferrerStep>,
    /// When, UTC.
    pub at: Timestamp,
}

impl Store {
    /// What is known of the number that a participant has and of the one they are to have: one
    /// consistent read.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or an item is unreadable.
    pub async fn two_numbers(
        &self,
        old_index: &str,
        new_index: &str,
    ) -> Result<TwoNumbers, StoreError> {
        let participants = self.table(Table::Participants);
        let suppression = self.table(Table::Suppression);
        let wanted = [
            (participants.clone(), key(guard_pk(new_index), GUARD)),
            (participants.clone(), key(guard_pk(new_index), PENDING)),
            (participants, key(guard_pk(old_index), PENDING)),
            (suppression.clone(), state_key(old_index)),
            (suppression, state_key(new_index)),
        ];
        let mut found = self.get_all(WHAT, &wanted).await?.into_iter();
        let mut next = || found.next().flatten();
        let guard = read_guard(next())?;
        let awaited = next().is_some();
        let crediting = next().is_some_and(|mark| mark.contains_key("participant_id"));
        Ok(TwoNumbers {
            old_index: old_index.to_owned(),
            new_index: new_index.to_owned(),
            facts: NumberFacts {
                old: read_suppression(next())?,
                new: read_suppression(next())?,
                taken: guard.holder().is_some(),
                crediting,
            },
            awaited,
            guard,
        })
    }

    /// Writes a correction and what goes along, all or nothing, and only if everything it was decided from is as it was.
    /// False if something moved: then read again.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; then all of it may be written.
    pub async fn correct(
        &self,
        correction: &Correction<'_>,
        along: &Along,
    ) -> Result<bool, StoreError> {
        let seen = correction.seen;
        let profile = self.corrected(seen, &correction.changes);
        let (profile, mut more) = match &correction.number {
            Some(step) => self.renumbered(profile, seen, step, correction.at).await?,
            None => (profile, Vec::new()),
        };
        let profile = match &correction.referrer {
            Some(step) => {
                let referrer = Guard::Held(step.id);
                more.push(self.guard_stands(&step.phone_index, referrer)?);
                more.push(self.put_message(&step.alert)?);
                profile
                    .set("referrer_id", text(step.id.to_string()))
                    .when_absent("referrer_id")
            }
            None => profile,
        };
        let mut parts = vec![profile.in_transaction(WHAT)?];
        parts.extend(more);
        Ok(self.transact_along(WHAT, parts, along).await? == Committed::Yes)
    }

    /// The profile as it is to be, if nobody has corrected it since it was seen.
    fn corrected(&self, seen: &Profile, changes: &Changes) -> Change {
        let profile = key(participant_pk(seen.participant.id), PROFILE);
        let mut profile = Change::of(self.table(Table::Participants), profile)
            .when_present("pk")
            .when_counted("revision", seen.revision)
            .set("revision", number(seen.revision + 1));
        if let Some(sapaan) = changes.sapaan {
            profile = profile.set("sapaan", text(sapaan.as_str()));
        }
        if let Some(name) = &changes.name {
            profile = profile.set("name", text(name.as_str()));
        }
        if let Some(city) = &changes.city {
            profile = profile.set("city", text(city.as_str()));
            profile = profile.set("city_key", text(city.key()));
        }
        if let Some(profession) = &changes.profession {
            profile = profile.set("profession", text(profession.as_str()));
        }
        if let Some(status) = changes.status {
            profile = profile.set("status", text(status.as_str()));
        }
        profile
    }

    /// The same under another number, and what becomes of guards, stops and referrals.
    async fn renumbered(
        &self,
        profile: Change,
        seen: &Profile,
        step: &NumberStep<'_>,
        at: Timestamp,
    ) -> Result<(Change, Vec<TransactWriteItem>), StoreError> {
        let id = seen.participant.id;
        let known = step.known;
        let salt = Salt::random().map_err(StoreError::vault(WHAT))?;
        let written = id.to_string();
        let place = phone_place(&written);
        let phone = step.phone.to_bytes();
        let sealed = self.vault.seal(&place, &salt, &phone, at);
        let sealed = sealed.await.map_err(StoreError::vault(WHAT))?;
        let profile = profile
            .when_equals("phone_index", text(&known.old_index))
            .set("phone", binary(sealed))
            .set("salt", binary(salt.as_bytes().to_vec()))
            .set("phone_index", text(&known.new_index))
            .set("unsubscribed", flag(step.change.unsubscribed))
            // That chat is with the old number.
            .remove("chat_number")
            .remove("chat_at");
        let left = if step.change.old_stays_stopped {
            Guard::Stopped
        } else {
            Guard::Free
        };
        let table = self.table(Table::Participants);
        let credited = key(guard_pk(&known.old_index), PENDING);
        let stands = |index: &str, seen: Suppression| still(self.state(index), seen);
        let mut parts = vec![
            self.guard(&known.old_index, Guard::Held(id), left)?,
            self.guard(&known.new_index, known.guard, Guard::Held(id))?,
            stands(&known.old_index, known.facts.old).check(WHAT)?,
            Change::of(table.clone(), credited)
                .when_absent("participant_id")
                .check(WHAT)?,
        ];
        let new = stands(&known.new_index, known.facts.new);
        match step.change.carried {
            Some(standing) => {
                let moved = self.moves(new, &known.new_index, standing, &step.mover, at)?;
                parts.extend(moved);
            }
            None => parts.push(new.check(WHAT)?),
        }
        if known.awaited {
            let mark = Change::of(table, key(guard_pk(&known.new_index), PENDING))
                .set("participant_id", text(&written))
                .set("sweep_lane", text(REFERRAL_SWEEP))
                .set("sweep_at", text(iso(at)));
            parts.push(mark.in_transaction(WHAT)?);
        }
        Ok((profile, parts))
    }
}
