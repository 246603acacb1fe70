//! The totals and their marks (`counters`): written together, read as lists.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use domain::counting::{Counter, Entry, Mark, Move, Period, Position, Share};
use jiff::{SignedDuration, Timestamp};

use crate::item::{Item, flag, key, number, text, word_pk};
use crate::tables::Table;
use crate::write::{Change, Committed, transact};
use crate::{Countable, Store, StoreError};

const WHAT: &str = "counters";
/// The service takes this many items in one transaction.
const MOST_ITEMS: usize = 100;
/// How long the mark of a row that is gone stays, longer than a stream keeps a change.
const GONE_MARK_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// One step in a ranking: below it there is room for what orders equals.
pub(crate) const RANK_STEP: i64 = 1 << 32;

pub(crate) const MARK: &str = "MARK";
pub(crate) const CITIES: &str = "cities";
pub(crate) const CITY: &str = "CITY";

/// The board on which a period's referrers stand.
pub(crate) fn referrers_board(period: Period) -> String {
    format!("referrers#{}", period.code())
}

/// Where a counter stands: its item, its attribute, and the board that its item is ranked on.
struct Slot {
    pk: String,
    sk: String,
    attribute: &'static str,
    board: Option<String>,
}

fn slot(counter: &Counter) -> Slot {
    let plain = |pk: String, sk: String, attribute| Slot {
        pk,
        sk,
        attribute,
        board: None,
    };
    match counter {
        Counter::Registered(day) => {
            plain(days_pk("REGISTERED", day), day.to_string(), "registered")
        }
        Counter::Messages(day, outcome) => {
            plain(days_pk("MESSAGES", day), day.to_string(), outcome.as_str())
        }
        Counter::Joined(joined) => {
            let attribute = if *joined { "sudah_join" } else { "belum_join" };
            plain(PEOPLE.to_owned(), PEOPLE_ALL.to_owned(), attribute)
        }
        Counter::Subscribed(on) => {
            let attribute = if *on { "subscribed" } else { "unsubscribed" };
            plain(PEOPLE.to_owned(), PEOPLE_ALL.to_owned(), attribute)
        }
        Counter::City(city) => Slot {
            pk: CITY.to_owned(),
            sk: city_sk(city),
            attribute: "total",
            board: Some(CITIES.to_owned()),
        },
        Counter::Referred(id, period) => Slot {
            pk: referrer_pk(*id),
            sk: period.code(),
            attribute: "total",
            board: Some(referrers_board(*period)),
        },
    }
}

pub(crate) const PEOPLE: &str = "PEOPLE";
pub(crate) const PEOPLE_ALL: &str = "ALL";

pub(crate) fn days_pk(kind: &str, day: &jiff::civil::Date) -> String {
    format!("{kind}#{:04}-{:02}", day.year(), day.month())
}

pub(crate) fn referrer_pk(id: domain::ids::ParticipantId) -> String {
    format!("REFERRER#{id}")
}

/// A key of a city may be empty, the sort key of an item not.
pub(crate) fn city_sk(city: &str) -> String {
    format!("K#{city}")
}

/// The city of such a key.
pub(crate) fn city_of(sk: &str) -> Option<&str> {
    sk.strip_prefix("K#")
}

/// What became of moves that were handed over together.
#[derive(Debug)]
pub enum Counted {
    /// All of them were written.
    Yes,
    /// None was: somebody else has moved the marks of these rows.
    Moved(BTreeSet<Countable>),
}

impl Store {
    /// What was counted of these rows; read consistently, in their order. At most 100.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer; the single answers, if a mark is unreadable.
    pub async fn marks(
        &self,
        rows: &[Countable],
    ) -> Result<Vec<Result<Mark, StoreError>>, StoreError> {
        let table = self.table(Table::Counters);
        let wanted: Vec<_> = rows
            .iter()
            .map(|row| (table.clone(), key(row.mark_pk(), MARK)))
            .collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.get_all("marks", &wanted).await?;
        let read = |item: Option<Item>| match item {
            Some(item) => read_mark(&item),
            None => Ok(Mark::default()),
        };
        Ok(found.into_iter().map(read).collect())
    }

    /// How many of the first moves fit into one transaction; at least one.
    #[must_use]
    pub fn that_fit(moves: &[(Countable, Move)]) -> usize {
        let mut keys: BTreeSet<(String, String)> = BTreeSet::new();
        let mut items = 0;
        for (at, (_, moved)) in moves.iter().enumerate() {
            items += 1 + moved.added.len() + moved.removed.len();
            keys.extend(moved.steps.keys().map(slot).map(|slot| (slot.pk, slot.sk)));
            if items + keys.len() > MOST_ITEMS {
                return at.max(1);
            }
        }
        moves.len()
    }

    /// Writes moves of different rows, all or none: their marks, each only if it still is what the
    /// move was decided from, the counters, each once, and the entries of words. No more than
    /// [`Store::that_fit`].
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was written, or all of it if the answer got lost.
    pub async fn count(
        &self,
        moves: &[(Countable, Move)],
        at: Timestamp,
    ) -> Result<Counted, StoreError> {
        if moves.is_empty() {
            return Ok(Counted::Yes);
        }
        let mut parts: Vec<TransactWriteItem> = Vec::new();
        for (row, moved) in moves {
            parts.push(self.mark(row, &moved.mark, at).in_transaction(WHAT)?);
        }
        for (_, moved) in moves {
            for entry in &moved.added {
                let owner = moved_owner(entry)?;
                let change = self.entry(entry).set("participant_id", text(owner));
                parts.push(change.in_transaction(WHAT)?);
            }
            for entry in &moved.removed {
                parts.push(self.entry(entry).deletion(WHAT)?);
            }
        }
        for change in self.steps(moves) {
            parts.push(change.in_transaction(WHAT)?);
        }
        match transact(WHAT, &self.client, parts).await? {
            Committed::Yes => Ok(Counted::Yes),
            // Only marks have conditions, and they stand first.
            Committed::Refused(at) => {
                let rows = at.into_iter().filter_map(|at| moves.get(at));
                Ok(Counted::Moved(rows.map(|(row, _)| row.clone()).collect()))
            }
        }
    }

    fn mark(&self, row: &Countable, mark: &Mark, at: Timestamp) -> Change {
        let change = Change::of(self.table(Table::Counters), key(row.mark_pk(), MARK))
            .set("revision", number(mark.revision));
        let before = mark.revision.saturating_sub(1);
        let change = if before == 0 {
            change.when_absent("pk")
        } else {
            change.when_equals("revision", number(before))
        };
        let change = match &mark.position {
            Some(position) => change.set("position", text(position.code())),
            None => change.remove("position"),
        };
        let change = if mark.recounted {
            change.set("recounted", flag(true))
        } else {
            change.remove("recounted")
        };
        let set = |codes: Vec<String>| AttributeValue::Ss(codes);
        let change = if mark.share.counters.is_empty() {
            change.remove("counted")
        } else {
            let codes = mark.share.counters.iter().map(Counter::code).collect();
            change.set("counted", set(codes))
        };
        let change = if mark.share.entries.is_empty() {
            change.remove("entries")
        } else {
            let codes = mark.share.entries.iter().map(Entry::code).collect();
            change.set("entries", set(codes))
        };
        if mark.share.is_empty() {
            let until = at.saturating_add(GONE_MARK_KEPT).unwrap_or(Timestamp::MAX);
            change.set("ttl", number(until.as_second()))
        } else {
            change.remove("ttl")
        }
    }

    fn entry(&self, entry: &Entry) -> Change {
        let key = key(word_pk(&entry.word), entry.reg_key.clone());
        Change::of(self.table(Table::Participants), key)
    }

    /// One change for each item that holds counters which move.
    fn steps(&self, moves: &[(Countable, Move)]) -> Vec<Change> {
        type Attributes = BTreeMap<&'static str, i64>;
        let mut items: BTreeMap<(String, String), (Option<String>, Attributes)> = BTreeMap::new();
        for (counter, by) in moves.iter().flat_map(|(_, moved)| &moved.steps) {
            let slot = slot(counter);
            let (board, attributes) = items.entry((slot.pk, slot.sk)).or_default();
            *board = slot.board;
            *attributes.entry(slot.attribute).or_default() += by;
        }
        let mut changes = Vec::new();
        for ((pk, sk), (board, attributes)) in items {
            let tie = tie_of(&pk, &sk);
            let mut change = Change::of(self.table(Table::Counters), key(pk, sk));
            let mut is_empty = true;
            for (attribute, by) in attributes.into_iter().filter(|(_, by)| *by != 0) {
                is_empty = false;
                change = change.add(attribute, by, 0);
                if board.is_some() {
                    change = change.add("score", by.saturating_mul(RANK_STEP), tie);
                }
            }
            if let Some(board) = board {
                change = change.set("board", text(board));
            }
            if !is_empty {
                changes.push(change);
            }
        }
        changes
    }
}

/// What orders those of equal score, always the same way: arbitrary, below [`RANK_STEP`].
fn tie_of(pk: &str, sk: &str) -> i64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in pk.bytes().chain(sk.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    i64::try_from(hash >> 32).unwrap_or(0)
}

fn moved_owner(entry: &Entry) -> Result<String, StoreError> {
    let owner = entry.reg_key.split_once('#').map(|(_, id)| id.to_owned());
    owner.ok_or_else(|| StoreError::unreadable(WHAT, "reg_key"))
}

pub(crate) fn read_mark(item: &Item) -> Result<Mark, StoreError> {
    const WHAT: &str = "mark";
    let bad = |field: &'static str| StoreError::unreadable(WHAT, field);
    let codes = |name: &str| match item.get(name) {
        Some(AttributeValue::Ss(codes)) => codes.clone(),
        _ => Vec::new(),
    };
    let revision = item.get("revision").and_then(|value| value.as_n().ok());
    let counters = codes("counted");
    let counters = counters.iter().map(|code| code.parse::<Counter>());
    let entries = codes("entries");
    let entries = entries.iter().map(|code| code.parse::<Entry>());
    let position = match item.get("position") {
        Some(AttributeValue::S(code)) => {
            Some(code.parse::<Position>().map_err(|_| bad("position"))?)
        }
        _ => None,
    };
    Ok(Mark {
        recounted: item.contains_key("recounted"),
        revision: revision
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| bad("revision"))?,
        position,
        share: Share {
            counters: counters
                .collect::<Result<_, _>>()
                .map_err(|_| bad("counted"))?,
            entries: entries
                .collect::<Result<_, _>>()
                .map_err(|_| bad("entries"))?,
        },
    })
}
