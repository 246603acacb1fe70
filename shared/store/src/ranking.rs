//! Totals as lists: boards with the highest first, days, sums.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::counting::{Outcome, Period};
use domain::ids::ParticipantId;
use jiff::civil::Date;

use crate::counters::{
    CITIES, PEOPLE, PEOPLE_ALL, RANK_STEP, days_pk, referrer_pk, referrers_board,
};
use crate::item::{Item, key, number, text};
use crate::read::{Found, Question, query, readable};
use crate::tables::Table;
use crate::{Store, StoreError};

const WHAT: &str = "totals";
/// Longer than any month.
const MOST_DAYS: usize = 40;

/// One line of a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked<T> {
    /// Whose total.
    pub of: T,
    /// At least 1.
    pub total: u64,
    /// Where it stands: the next page begins behind it.
    pub place: RankPlace,
}

/// A place on a board. Equals stand in an order that never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RankPlace(pub i64);

/// How participants stand now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PeopleTotals {
    /// Who have joined.
    pub joined: u64,
    /// Who have not yet.
    pub not_joined: u64,
    /// Who receive messages.
    pub subscribed: u64,
    /// Who have stopped them.
    pub unsubscribed: u64,
}

impl Store {
    /// Who has invited most in this period: `limit` lines below `below`, the highest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. An unreadable line is logged and left out.
    pub async fn top_referrers(
        &self,
        period: Period,
        below: Option<RankPlace>,
        limit: usize,
    ) -> Result<Found<Ranked<ParticipantId>, RankPlace>, StoreError> {
        let id = |item: &Item| word(item, "pk")?.strip_prefix("REFERRER#")?.parse().ok();
        self.board(referrers_board(period), below, limit, id).await
    }

    /// The cities, by key, in which most participants live: likewise.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. An unreadable line is logged and left out.
    pub async fn top_cities(
        &self,
        below: Option<RankPlace>,
        limit: usize,
    ) -> Result<Found<Ranked<String>, RankPlace>, StoreError> {
        let city = |item: &Item| Some(word(item, "sk")?.strip_prefix("K#")?.to_owned());
        self.board(CITIES.to_owned(), below, limit, city).await
    }

    async fn board<T>(
        &self,
        board: String,
        below: Option<RankPlace>,
        limit: usize,
        of: impl Fn(&Item) -> Option<T>,
    ) -> Result<Found<Ranked<T>, RankPlace>, StoreError> {
        // A place is a score, and no two on a board are the same but by a chance of 1 : 2^32 for
        // two that are equal otherwise.
        let most = below.map_or(i64::MAX, |RankPlace(score)| score - 1);
        let request = self
            .client
            .query()
            .table_name(self.table(Table::Counters))
            .index_name("ranking")
            .key_condition_expression("board = :board AND score BETWEEN :least AND :most")
            .expression_attribute_values(":board", text(board))
            .expression_attribute_values(":least", number(RANK_STEP))
            .expression_attribute_values(":most", number(most))
            .scan_index_forward(false);
        if most < RANK_STEP {
            return Ok(Found {
                items: Vec::new(),
                next: None,
            });
        }
        let mut items: Vec<Item> = Vec::new();
        let mut start = None;
        // One more than is wanted tells whether there is a next page.
        let wanted = limit.saturating_add(1);
        loop {
            let missing = wanted.saturating_sub(items.len());
            let output = request
                .clone()
                .limit(i32::try_from(missing).unwrap_or(i32::MAX).max(1))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(StoreError::database(WHAT))?;
            items.extend(output.items.unwrap_or_default());
            start = output.last_evaluated_key;
            if start.is_none() || items.len() >= wanted {
                break;
            }
        }
        let has_more = items.len() > limit;
        items.truncate(limit);
        let last = items.last().filter(|_| has_more);
        Ok(Found {
            next: last.map(place_of).transpose()?,
            items: readable(WHAT, items.iter().map(|item| ranked(item, &of))),
        })
    }

    /// How many somebody has invited in each of these periods.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or an item is unreadable.
    pub async fn invited_by(
        &self,
        referrer: ParticipantId,
        periods: &[Period],
    ) -> Result<Vec<u64>, StoreError> {
        let table = self.table(Table::Counters);
        let key_of = |period: &Period| key(referrer_pk(referrer), period.code());
        let wanted: Vec<_> = periods.iter().map(|p| (table.clone(), key_of(p))).collect();
        let found = self.get_all(WHAT, &wanted).await?;
        found
            .iter()
            .map(|item| total_in(item.as_ref(), "total"))
            .collect()
    }

    /// How participants stand.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the item is unreadable.
    pub async fn people_totals(&self) -> Result<PeopleTotals, StoreError> {
        let wanted = [(self.table(Table::Counters), key(PEOPLE, PEOPLE_ALL))];
        let found = self.get_all(WHAT, &wanted).await?;
        let item = found.first().and_then(Option::as_ref);
        Ok(PeopleTotals {
            joined: total_in(item, "sudah_join")?,
            not_joined: total_in(item, "belum_join")?,
            subscribed: total_in(item, "subscribed")?,
            unsubscribed: total_in(item, "unsubscribed")?,
        })
    }

    /// Registrations of each day from `first` to `last` on which there were any, in WIB.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. An unreadable day is logged and left out.
    pub async fn registrations_by_day(
        &self,
        first: Date,
        last: Date,
    ) -> Result<BTreeMap<Date, u64>, StoreError> {
        let days = self.days("REGISTERED", first, last).await?;
        let total = |(day, item): (Date, Item)| Ok((day, total_in(Some(&item), "registered")?));
        Ok(readable(WHAT, days.into_iter().map(total))
            .into_iter()
            .collect())
    }

    /// How messages stand that were decided on the days from `first` to `last`, in WIB.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. An unreadable day is logged and left out.
    pub async fn messages_by_day(
        &self,
        first: Date,
        last: Date,
    ) -> Result<BTreeMap<Date, [u64; 3]>, StoreError> {
        let days = self.days("MESSAGES", first, last).await?;
        let totals = |(day, item): (Date, Item)| {
            let of = |outcome: Outcome| total_in(Some(&item), outcome.as_str());
            let [queued, sent, failed] = Outcome::ALL.map(of);
            Ok((day, [queued?, sent?, failed?]))
        };
        Ok(readable(WHAT, days.into_iter().map(totals))
            .into_iter()
            .collect())
    }

    /// One query for each month.
    async fn days(
        &self,
        kind: &str,
        first: Date,
        last: Date,
    ) -> Result<Vec<(Date, Item)>, StoreError> {
        let mut days = Vec::new();
        let mut month = first.first_of_month();
        while month <= last {
            let question = Question {
                table: self.table(Table::Counters),
                index: None,
                condition: "#pk = :pk AND #sk BETWEEN :first AND :last".to_owned(),
                names: vec![("#pk", "pk"), ("#sk", "sk")],
                values: vec![
                    (":pk", text(days_pk(kind, &month))),
                    (":first", text(first.to_string())),
                    (":last", text(last.to_string())),
                ],
                consistent: false,
            };
            let items = query(WHAT, &self.client, question, MOST_DAYS).await?;
            let dated = items.into_iter().map(|item| {
                let day = word(&item, "sk").and_then(|day| day.parse().ok());
                let day = day.ok_or_else(|| StoreError::unreadable(WHAT, "sk"))?;
                Ok((day, item))
            });
            days.extend(readable(WHAT, dated));
            let Ok(next) = month.last_of_month().tomorrow() else {
                break;
            };
            month = next;
        }
        Ok(days)
    }
}

fn word<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

/// A total that was never moved is 0.
fn total_in(item: Option<&Item>, name: &'static str) -> Result<u64, StoreError> {
    let Some(value) = item.and_then(|item| item.get(name)) else {
        return Ok(0);
    };
    let total = match value {
        AttributeValue::N(total) => total.parse().ok(),
        _ => None,
    };
    total.ok_or_else(|| StoreError::unreadable(WHAT, name))
}

fn ranked<T>(item: &Item, of: impl Fn(&Item) -> Option<T>) -> Result<Ranked<T>, StoreError> {
    Ok(Ranked {
        of: of(item).ok_or_else(|| StoreError::unreadable(WHAT, "key"))?,
        total: total_in(Some(item), "total")?,
        place: place_of(item)?,
    })
}

fn place_of(item: &Item) -> Result<RankPlace, StoreError> {
    let score = item.get("score").and_then(|score| score.as_n().ok());
    let score = score.and_then(|score| score.parse().ok());
    score
        .map(RankPlace)
        .ok_or_else(|| StoreError::unreadable(WHAT, "score"))
}
