//! Going through all counted rows, page by page.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::counting::{Followed, Stream, as_of};
use jiff::Timestamp;

use crate::counters::MARK;
use crate::item::{Item, iso, key, number, text};
use crate::tables::Table;
use crate::write::{Applied, Change};
use crate::{Countable, Store, StoreError};

const WHAT: &str = "recount";
const STATE: &str = "STATE";
const RECOUNT: &str = "RECOUNT";
const COUNTED: &str = "COUNTED";

/// What a recount goes through, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// Participants, and what is left of erased ones.
    Participants,
    /// Messages.
    Messages,
    /// What was counted: of rows that are gone it is taken back.
    Marks,
}

impl Round {
    const ALL: [Self; 3] = [Self::Participants, Self::Messages, Self::Marks];

    fn as_str(self) -> &'static str {
        match self {
            Self::Participants => "participants",
            Self::Messages => "messages",
            Self::Marks => "marks",
        }
    }

    /// The one behind it.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        match self {
            Self::Participants => Some(Self::Messages),
            Self::Messages => Some(Self::Marks),
            Self::Marks => None,
        }
    }
}

/// How far a recount has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Recount {
    /// Where it is at work; `None` = it is at its end.
    pub round: Option<Round>,
    /// Behind which item; `None` = at the beginning of the round.
    pub after: Option<After>,
    /// When it began, UTC.
    pub began_at: Timestamp,
    /// Rows that were not counted as they stand.
    pub corrected: u64,
    /// Rows that could not be read.
    pub unreadable: u64,
    /// How often this was written.
    pub revision: u64,
}

/// A place within a table.
#[derive(Debug, Clone, PartialEq)]
pub struct After(Item);

/// Rows that stand one behind the other.
#[derive(Debug)]
pub struct RowPage {
    /// Those that are counted.
    pub rows: Vec<Countable>,
    /// Behind which item the next page begins; `None` = there is none.
    pub after: Option<After>,
}

impl Store {
    /// How far the last recount has come; `None` if there never was one.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the item is unreadable.
    pub async fn recount(&self) -> Result<Option<Recount>, StoreError> {
        let wanted = [(self.table(Table::Counters), key(STATE, RECOUNT))];
        let found = self.get_all(WHAT, &wanted).await?;
        found.into_iter().flatten().next().map(read).transpose()
    }

    /// Begins a recount, from wherever another one may have come; `false` if somebody else did so
    /// at the same moment.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn begin_recount(
        &self,
        before: Option<&Recount>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let begun = Recount {
            round: Some(Round::Participants),
            after: None,
            began_at: at,
            corrected: 0,
            unreadable: 0,
            revision: before.map_or(0, |before| before.revision),
        };
        self.move_recount(&begun).await
    }

    /// Notes how far a recount has come; `false` if somebody else has moved it since it was read.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn move_recount(&self, to: &Recount) -> Result<bool, StoreError> {
        let change = Change::of(self.table(Table::Counters), key(STATE, RECOUNT))
            .when_counted("revision", to.revision)
            .set("revision", number(to.revision + 1))
            .set("round", text(to.round.map_or("done", Round::as_str)))
            .set("began_at", text(iso(to.began_at)))
            .set("corrected", number(to.corrected))
            .set("unreadable", number(to.unreadable));
        let change = match &to.after {
            Some(After(key)) => change.set("after", AttributeValue::M(key.clone())),
            None => change.remove("after"),
        };
        let applied = change.apply(WHAT, &self.client).await?;
        Ok(matches!(applied, Applied::Done(_)))
    }

    /// The next rows of a round. The only way to all rows, erased ones among them, is through the
    /// whole table; nobody waits for it.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or a key is unreadable.
    pub async fn counted_rows(
        &self,
        round: Round,
        after: Option<&After>,
        limit: i32,
    ) -> Result<RowPage, StoreError> {
        let table = match round {
            Round::Participants => Table::Participants,
            Round::Messages => Table::NotificationsLog,
            Round::Marks => Table::Counters,
        };
        let keys = match table {
            Table::NotificationsLog => "id",
            _ => "pk, sk",
        };
        let output = self
            .client
            .scan()
            .table_name(self.table(table))
            .consistent_read(true)
            .projection_expression(keys)
            .limit(limit)
            .set_exclusive_start_key(after.map(|After(key)| key.clone()))
            .send()
            .await
            .map_err(StoreError::database(WHAT))?;
        let mut rows = Vec::new();
        for item in output.items.unwrap_or_default() {
            let row = match round {
                Round::Marks => marked(&item)?,
                _ => Countable::of_key(table, &item)?,
            };
            rows.extend(row);
        }
        Ok(RowPage {
            rows,
            after: output.last_evaluated_key.map(After),
        })
    }

    /// Notes up to when streams were followed, as of `now`.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn note_followed(
        &self,
        reached: &BTreeMap<Stream, Timestamp>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut change = Change::of(self.table(Table::Counters), key(STATE, COUNTED));
        for (stream, until) in reached {
            let [its_until, its_noted_at] = followed_names(*stream);
            change = change.set(its_until, text(iso(*until)));
            change = change.set(its_noted_at, text(iso(now)));
        }
        change.apply("counted", &self.client).await.map(drop)
    }

    /// As of when the totals equal the rows; `None` if nothing was ever counted.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the item is unreadable.
    pub async fn counted_as_of(&self) -> Result<Option<Timestamp>, StoreError> {
        let wanted = [(self.table(Table::Counters), key(STATE, COUNTED))];
        let found = self.get_all("counted", &wanted).await?;
        let Some(item) = found.into_iter().flatten().next() else {
            return Ok(None);
        };
        let mut streams = Vec::new();
        for stream in Stream::ALL {
            let [its_until, its_noted_at] = followed_names(stream);
            if item.contains_key(its_until) {
                streams.push(Followed {
                    until: moment(&item, its_until)?,
                    noted_at: moment(&item, its_noted_at)?,
                });
            }
        }
        Ok(as_of(&streams))
    }
}

/// Where it stands up to when a stream was followed, and when that was noted.
fn followed_names(stream: Stream) -> [&'static str; 2] {
    match stream {
        Stream::Participants => ["participants_until", "participants_noted_at"],
        Stream::Messages => ["messages_until", "messages_noted_at"],
    }
}

/// The row that a mark belongs to; `None` for everything else in the table.
fn marked(item: &Item) -> Result<Option<Countable>, StoreError> {
    let word = |name: &str| match item.get(name) {
        Some(AttributeValue::S(value)) => value.as_str(),
        _ => "",
    };
    if word("sk") != MARK {
        return Ok(None);
    }
    let row = Countable::of_mark(word("pk"));
    row.map(Some)
        .ok_or_else(|| StoreError::unreadable(WHAT, "mark"))
}

fn moment(item: &Item, name: &'static str) -> Result<Timestamp, StoreError> {
    let value = item.get(name).and_then(|value| value.as_s().ok());
    let at = value.and_then(|text| text.parse().ok());
    at.ok_or_else(|| StoreError::unreadable(WHAT, name))
}

fn read(item: Item) -> Result<Recount, StoreError> {
    let count = |name: &'static str| {
        let value = item.get(name).and_then(|value| value.as_n().ok());
        let count = value.and_then(|text| text.parse::<u64>().ok());
        count.ok_or_else(|| StoreError::unreadable(WHAT, name))
    };
    let word = item.get("round").and_then(|value| value.as_s().ok());
    let round = match word.map(String::as_str) {
        Some("done") => None,
        word => {
            let known = |round: &Round| Some(round.as_str()) == word;
            let round = Round::ALL.into_iter().find(known);
            Some(round.ok_or_else(|| StoreError::unreadable(WHAT, "round"))?)
        }
    };
    let after = match item.get("after") {
        Some(AttributeValue::M(key)) => Some(After(key.clone())),
        _ => None,
    };
    Ok(Recount {
        round,
        after,
        began_at: moment(&item, "began_at")?,
        corrected: count("corrected")?,
        unreadable: count("unreadable")?,
        revision: count("revision")?,
    })
}
