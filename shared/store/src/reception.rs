//! What a message or an admin's decision about a number causes, in one transaction.

use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::ids::NumberId;
use domain::inbound::InboundId;
use domain::lane::Lane;
use domain::message::Waiting;
use domain::participant::{Chat, Withdrawal};
use domain::reception::StandingStep;
use domain::suppression::Standing;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::correspondent::{Correspondent, Welcome, pointer_key};
use crate::guard::Guard;
use crate::held::RELEASED;
use crate::inbox::Settled;
use crate::item::{LID, PROFILE, flag, iso, key, lid_pk, number, participant_pk, single_key, text};
use crate::messages::{home, waiting};
use crate::suppression::{Mover, still};
use crate::tables::Table;
use crate::write::{Change, Committed, put_new};
use crate::{Along, Store, StoreError};

/// How long a message is remembered, so that it has its effect once.
const SEEN_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long the day's pointer is remembered.
const POINTED_FOR: SignedDuration = SignedDuration::from_hours(48);

/// Why something is written about a number.
#[derive(Debug, Clone, Copy)]
pub enum Cause<'a> {
    /// A message came.
    Message {
        /// To this number of ours.
        via: NumberId,
        /// Its id there.
        id: &'a InboundId,
    },
    /// An admin settles an item of the inbox.
    Inbox(&'a Settled),
    /// An admin's own act.
    Admin,
}

/// What is written.
#[derive(Debug, Clone)]
pub struct Reception {
    /// What happens to where the number stands, and who moves it.
    pub standing: StandingStep,
    /// Who does it.
    pub mover: Mover,
    /// Where: `whatsapp`, `admin`.
    pub channel: &'static str,
    /// Whether the participant is erased.
    pub erases: bool,
    /// The chat to remember.
    pub chat: Option<Chat>,
    /// Whether the welcome is let go, and when it may leave then.
    pub releases: Option<Timestamp>,
    /// The day, WIB, on which they are pointed to the admin.
    pub pointer: Option<Date>,
    /// When, UTC.
    pub at: Timestamp,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Written.
    Done {
        /// Whether a held welcome waits in its lane now.
        released: bool,
    },
    /// This message, or this item of the inbox, was acted on before; nothing was written.
    Repeated,
    /// Something moved since it was read; nothing was written: read again.
    Moved,
}

impl Store {
    /// Keyed hash of a message's id: an id may hold a number.
    ///
    /// # Errors
    /// [`StoreError::Vault`] before the vault is prepared.
    pub fn inbound_hash(&self, via: NumberId, id: &InboundId) -> Result<String, StoreError> {
        let whole = format!("{via}#{}", id.as_str());
        self.vault
            .keyed_hash("inbound", whole.as_bytes())
            .map_err(StoreError::vault("inbound"))
    }

    /// Part of a transaction: this message was not seen before.
    pub(crate) fn see(
        &self,
        via: NumberId,
        id: &InboundId,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let hash = self.inbound_hash(via, id)?;
        self.limit_mark(format!("SEEN#{via}#{hash}"), now, SEEN_FOR)
    }

    fn limit_mark(
        &self,
        mark: String,
        now: Timestamp,
        keep: SignedDuration,
    ) -> Result<TransactWriteItem, StoreError> {
        let forget_at = now.saturating_add(keep).unwrap_or(Timestamp::MAX);
        let mut item = single_key("key", mark);
        item.insert("ttl".to_owned(), number(forget_at.as_second()));
        put_new("limits", self.table(Table::Limits), "key", item)
    }

    /// Writes all or nothing, and only if everything is as `known` says.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; then all of it may be written.
    pub async fn take(
        &self,
        cause: Cause<'_>,
        known: &Correspondent,
        reception: &Reception,
    ) -> Result<Taken, StoreError> {
        let nothing = Along::nothing();
        self.take_along(cause, known, reception, &nothing).await
    }

    /// The same with what goes along.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; then all of it may be written.
    pub async fn take_along(
        &self,
        cause: Cause<'_>,
        known: &Correspondent,
        reception: &Reception,
        along: &Along,
    ) -> Result<Taken, StoreError> {
        const WHAT: &str = "reception";
        let now = reception.at;
        let mut parts = Vec::new();
        match cause {
            Cause::Message { via, id } => parts.push(self.see(via, id, now)?),
            Cause::Inbox(settled) => parts.push(self.settling(settled, now)?),
            Cause::Admin => {}
        }
        let is_single = matches!(cause, Cause::Admin);
        parts.extend(self.standing_parts(known, reception)?);
        parts.extend(self.person_parts(known, reception)?);
        if let Some(day) = reception.pointer {
            let mark = pointer_key(&known.phone_index, day);
            let mark = mark.get("key").and_then(|key| key.as_s().ok());
            let mark = mark.cloned().unwrap_or_default();
            parts.push(self.limit_mark(mark, now, POINTED_FOR)?);
        }
        let learnt = match cause {
            Cause::Inbox(settled) => settled.lid_hash.as_ref(),
            Cause::Message { .. } | Cause::Admin => known.new_lid.as_ref(),
        };
        if let Some(hash) = learnt {
            let link = key(lid_pk(hash), LID);
            let link = Change::of(self.table(Table::Participants), link)
                .set("phone_index", text(&known.phone_index));
            parts.push(link.in_transaction(WHAT)?);
        }
        let mut released = false;
        if let (Some(expected), Some(welcome)) = (reception.releases, &known.welcome) {
            let is_held = welcome.row.lane == Lane::Held;
            parts.push(self.let_go(welcome, expected, now)?);
            released = is_held;
        }
        if parts.is_empty() && along.is_empty() {
            return Ok(Taken::Done { released: false });
        }
        Ok(match self.transact_along(WHAT, parts, along).await? {
            Committed::Yes => Taken::Done { released },
            refused if !is_single && refused.refused_at(0) => Taken::Repeated,
            Committed::Refused(_) => Taken::Moved,
        })
    }

    fn standing_parts(
        &self,
        known: &Correspondent,
        reception: &Reception,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let state = still(self.state(&known.phone_index), known.suppression);
        Ok(match reception.standing {
            StandingStep::Stop => {
                let (to, mover, at) = (Standing::Stopped, &reception.mover, reception.at);
                let parts = self.moves(state, &known.phone_index, to, mover, at)?;
                parts.into()
            }
            StandingStep::Repeat => {
                let repeated = state.set("changed_at", text(iso(reception.at)));
                vec![repeated.in_transaction("reception")?]
            }
            // What becomes of the guard depends on it.
            StandingStep::Leave if reception.erases => vec![state.check("reception")?],
            StandingStep::Leave => Vec::new(),
        })
    }

    /// Guard, profile and consent.
    fn person_parts(
        &self,
        known: &Correspondent,
        reception: &Reception,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        const WHAT: &str = "reception";
        let stops = reception.standing == StandingStep::Stop;
        let stands_stopped = stops || known.suppression.standing.is_stopped();
        let Some(id) = known.holder else {
            // The next to register this number meets the mark. One that stands there stays: whoever
            // registers meanwhile moves the state too, on which this depends.
            let marks = stops && known.guard == Guard::Free;
            let mark = marks.then(|| self.guard(&known.phone_index, Guard::Free, Guard::Stopped));
            return Ok(mark.transpose()?.into_iter().collect());
        };
        let mut parts = Vec::new();
        if stops {
            parts.push(
                self.consent_withdrawn(
                    id,
                    &Withdrawal {
                        purposes: domain::consent::CURRENT.purposes_given(true),
                        channel: reception.channel,
                        evidence: reception
                            .mover
                            .evidence
                            .clone()
                            .unwrap_or_else(|| reception.mover.by.clone()),
                        at: reception.at,
                    },
                )?,
            );
        }
        if reception.erases {
            let next = if stands_stopped {
                Guard::Stopped
            } else {
                Guard::Free
            };
            parts.push(self.guard(&known.phone_index, known.guard, next)?);
            parts.extend(self.erasure(id, known, &reception.mover.by, reception.at)?);
            return Ok(parts);
        }
        let profile = key(participant_pk(id), PROFILE);
        // Whoever has another number by now is not meant.
        let profile = Change::of(self.table(Table::Participants), profile)
            .when_equals("phone_index", text(&known.phone_index));
        let profile = if stops {
            Some(profile.set("unsubscribed", flag(true)))
        } else {
            (reception.chat.is_some()).then_some(profile)
        };
        parts.extend(
            profile
                .map(|profile| remember(profile, known, reception.chat).in_transaction(WHAT))
                .transpose()?,
        );
        Ok(parts)
    }

    /// No ceiling holds this welcome any more; one that is held goes back to its lane.
    fn let_go(
        &self,
        welcome: &Welcome,
        expected: Timestamp,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let row = self.message(welcome.id);
        let seen = text(welcome.row.lane.partition());
        let row = match welcome.row.lane {
            Lane::Held => {
                let why = if expected > now {
                    Waiting::Window
                } else {
                    Waiting::Number
                };
                waiting(row, &home(&welcome.row), why, now, expected)
            }
            _ => row,
        };
        row.set(RELEASED, text(iso(now)))
            .when_equals("lane", seen)
            .in_transaction("release")
    }
}

fn remember(profile: Change, known: &Correspondent, chat: Option<Chat>) -> Change {
    let Some(chat) = chat else { return profile };
    let before = known.participant.as_ref().and_then(|one| one.chat);
    let profile = match before {
        // An older message that comes to be stored later must not move it back.
        Some(before) => profile.when_equals("chat_at", text(iso(before.at))),
        None => profile.when_absent("chat_at"),
    };
    profile
        .set("chat_number", text(chat.number_id.to_string()))
        .set("chat_at", text(iso(chat.at)))
}
