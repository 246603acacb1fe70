//! Pages of a campaign: rows that are written, or ended, all or none.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use domain::campaign::{Campaign, Counts, Phase, Position};
use domain::ids::CampaignId;
use domain::lane::Lane;
use domain::message::{DueMessage, Failure, NewMessage, State, Waiting};
use jiff::Timestamp;

use crate::campaigns::left_out_words;
use crate::item::{iso, number, text};
use crate::messages::{due_key, ended};
use crate::tables::Table;
use crate::write::{Change, Committed, transact, transact_made};
use crate::{Store, StoreError};

/// What a page writes.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The campaign as it was seen; its position is the one from which the page was read.
    pub campaign: &'a Campaign,
    /// Rows, at most [`Page::MOST_ROWS`].
    pub rows: &'a [NewMessage],
    /// Where the next page begins; none if this is the last, which opens the campaign.
    pub next: Option<&'a Position>,
    /// Who got a row and who did not, this page included.
    pub counts: &'a Counts,
}

impl Page<'_> {
    /// With the campaign itself as many as one transaction takes.
    pub const MOST_ROWS: usize = 99;
}

/// What became of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageWritten {
    /// It is written.
    Yes,
    /// Nothing was: somebody else wrote this page, or the campaign is closed.
    Moved,
    /// Nothing was: these rows, by position, are there already.
    There(Vec<usize>),
}

impl Store {
    /// Writes a page and moves the campaign behind it. It succeeds only while the campaign is being
    /// expanded and stands where it was seen, so that a page is written once whoever tries, and none
    /// after the campaign is closed.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was written, or all of it if the answer got lost.
    pub async fn put_page(
        &self,
        page: &Page<'_>,
        now: Timestamp,
    ) -> Result<PageWritten, StoreError> {
        const WHAT: &str = "campaign page";
        let campaign = page.campaign;
        let Some(position) = &campaign.position else {
            return Ok(PageWritten::Moved);
        };
        let left_out = left_out_words(page.counts).into_iter();
        let left_out = left_out.map(|(why, count)| (why, number(count)));
        let change = self
            .campaign_change(campaign.new.id)
            .set("queued", number(page.counts.queued))
            .set("left_out", AttributeValue::M(left_out.collect()))
            .set("moved_at", text(iso(now)))
            .when_equals("phase", text(Phase::Expanding.as_str()))
            .when_equals("cursor", text(position.as_text()));
        let change = match page.next {
            Some(next) => change.set("cursor", text(next.as_text())),
            // A change of what it does, as any other.
            None => change
                .remove("cursor")
                .set("phase", text(Phase::Open.as_str()))
                .count_up("revision"),
        };
        let change = change.in_transaction(WHAT)?;
        // Nearly always there is none of these rows; only those that are there are asked what they are.
        let mut there = BTreeSet::new();
        loop {
            let row = |(at, row): (usize, &NewMessage)| {
                if there.contains(&at) {
                    self.put_row(campaign.new.id, row)
                } else {
                    self.put_message(row)
                }
            };
            let parts = || {
                let rows = page.rows.iter().enumerate().map(row);
                std::iter::once(Ok(change.clone())).chain(rows).collect()
            };
            match transact_made(WHAT, &self.client, parts).await? {
                Committed::Yes => return Ok(PageWritten::Yes),
                refused if refused.refused_at(0) => return Ok(PageWritten::Moved),
                Committed::Refused(at) => {
                    let at: Vec<usize> = at.into_iter().map(|at| at.saturating_sub(1)).collect();
                    let known = there.len();
                    there.extend(at.iter().copied());
                    if there.len() == known {
                        return Ok(PageWritten::There(at));
                    }
                }
            }
        }
    }

    /// Puts a row in place of one of its id that ended `cancelled` before any request was
    /// made for it, or one that still waits in another campaign: an event moved away and back is
    /// announced by the campaign of its last move. A row that is being sent, or went its own way,
    /// stays.
    fn put_row(
        &self,
        campaign: CampaignId,
        row: &NewMessage,
    ) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(self.table(Table::NotificationsLog))
            .set_item(Some(Self::message_item(row)?))
            .condition_expression(
                "attribute_not_exists(id) OR (attempts = :none AND attribute_not_exists(#token) \
                 AND (#reason = :cancelled OR (#status = :queued AND campaign_id <> :own)))",
            )
            .expression_attribute_names("#token", "token")
            .expression_attribute_names("#reason", "reason")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":none", number(0))
            .expression_attribute_values(
                ":cancelled",
                text(State::Failed(Failure::Cancelled).reason()),
            )
            .expression_attribute_values(
                ":queued",
                text(State::Queued(Waiting::Scheduled).status()),
            )
            .expression_attribute_values(":own", text(campaign.to_string()))
            .build()
            .map_err(StoreError::database("campaign row"))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Ends rows that wait in a lane of a closed campaign, those that nobody has claimed since they
    /// were seen; returns how many it ended.
    ///
    /// # Errors
    /// [`StoreError`]; then none was ended, or all of them if the answer got lost.
    pub async fn end_rows(
        &self,
        lane: &Lane,
        rows: &[DueMessage],
        failure: Failure,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        const WHAT: &str = "close campaign page";
        let mut rows: Vec<&DueMessage> = rows.iter().collect();
        while !rows.is_empty() {
            let end = |row: &&DueMessage| -> Result<TransactWriteItem, StoreError> {
                let change: Change = ended(self.message(row.id), State::Failed(failure), now)
                    .when_equals("lane", text(lane.partition()))
                    .when_equals("due_key", text(due_key(lane, row.due)));
                change.in_transaction(WHAT)
            };
            let parts = rows.iter().map(end).collect::<Result<_, _>>()?;
            match transact(WHAT, &self.client, parts).await? {
                Committed::Yes => return Ok(rows.len()),
                Committed::Refused(at) => {
                    for at in at.into_iter().rev() {
                        rows.remove(at);
                    }
                }
            }
        }
        Ok(0)
    }
}
