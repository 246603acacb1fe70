//! Campaigns: what was decided, and how far it has come, in one item, so that a page of recipients
//! can be written only while it is wanted.

use std::collections::BTreeMap;

use domain::audience::{Audience, LeftOut};
use domain::campaign::{
    Campaign, CampaignKind, Closing, Counts, EventRef, Hold, NewCampaign, Phase, Position,
    Progress, Status,
};
use domain::ids::{CampaignId, EventId};
use domain::media::MediaName;
use domain::template::{Placeholder, TemplateName};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::{Iso, Item, META, flag, from_item, iso, key, number, text, to_item};
use crate::read::{Question, query, readable};
use crate::tables::Table;
use crate::write::{Applied, Change};
use crate::{Store, StoreError};

pub(crate) const WHAT: &str = "campaign";
/// Partitions of the index `by_state`.
pub(crate) const LIVE: &str = "live";
const OVER: &str = "over";

#[derive(Debug, Serialize, Deserialize)]
struct CampaignItem {
    pk: String,
    sk: String,
    id: CampaignId,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    event_id: Option<EventId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    event_start: Option<Iso>,
    audience: Audience,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    template: Option<TemplateName>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    template_version: Option<u32>,
    vars: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    media: Option<MediaName>,
    not_before: Iso,
    expires_at: Iso,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    first: Option<u32>,
    created_by: String,
    created_at: Iso,
    phase: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    hold: Option<String>,
    staged: bool,
    begun: bool,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    closing: Option<String>,
    /// Absent once all recipients are looked through.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    cursor: Option<String>,
    queued: u32,
    left_out: BTreeMap<String, u32>,
    revision: u64,
    synced: u64,
    moved_at: Iso,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    ended: Option<EndedItem>,
    state: String,
    start_key: String,
}

/// How the rows ended, `sent/accepted` → count.
#[derive(Debug, Serialize, Deserialize)]
struct EndedItem {
    rows: BTreeMap<String, u32>,
    as_of: Iso,
}

pub(crate) fn campaign_pk(id: CampaignId) -> String {
    format!("C#{id}")
}

fn state(status: &Status) -> &'static str {
    if status.is_live() { LIVE } else { OVER }
}

pub(crate) fn campaign_key(id: CampaignId) -> Item {
    key(campaign_pk(id), META)
}

pub(crate) fn left_out_words(counts: &Counts) -> BTreeMap<String, u32> {
    let left_out = counts.left_out.iter();
    left_out
        .map(|(why, count)| (why.as_str().to_owned(), *count))
        .collect()
}

fn write_campaign(campaign: &Campaign) -> Result<Item, StoreError> {
    let (new, status) = (&campaign.new, &campaign.status);
    let vars = new.vars.iter();
    let item = CampaignItem {
        pk: campaign_pk(new.id),
        sk: META.to_owned(),
        id: new.id,
        kind: new.kind.as_str().to_owned(),
        event_id: new.event.map(|event| event.id),
        event_start: new.event.map(|event| Iso(event.start_time)),
        audience: new.audience.clone(),
        template: new.template.clone(),
        template_version: campaign.template_version,
        vars: vars
            .map(|(name, value)| (name.name().to_owned(), value.clone()))
            .collect(),
        media: new.media,
        not_before: Iso(new.not_before),
        expires_at: Iso(new.expires_at),
        first: new.staged,
        created_by: new.created_by.clone(),
        created_at: Iso(new.created_at),
        phase: status.phase.as_str().to_owned(),
        hold: status.hold.map(|hold| hold.as_str().to_owned()),
        staged: status.staged,
        begun: status.begun,
        closing: status.closing.map(|why| why.as_str().to_owned()),
        cursor: campaign.position.as_ref().map(Position::as_text),
        queued: campaign.counts.queued,
        left_out: left_out_words(&campaign.counts),
        revision: campaign.revision,
        synced: campaign.synced,
        moved_at: Iso(campaign.moved_at),
        ended: None,
        state: state(status).to_owned(),
        start_key: format!("{}#{}", iso(new.not_before), new.id),
    };
    to_item(WHAT, &item)
}

/// Reads a word by `parse`; one that it does not know is an error that names the field.
fn word<T>(
    field: &'static str,
    word: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, StoreError> {
    parse(word).ok_or_else(|| StoreError::unreadable(WHAT, field))
}

pub(crate) fn read_campaign(item: Item) -> Result<Campaign, StoreError> {
    let item: CampaignItem = from_item(WHAT, item)?;
    let event = match (item.event_id, item.event_start) {
        (Some(id), Some(start)) => Some(EventRef {
            id,
            start_time: start.0,
        }),
        _ => None,
    };
    let vars = item.vars.into_iter().map(|(name, value)| {
        let placeholder = word("vars", &name, Placeholder::from_name)?;
        Ok((placeholder, value))
    });
    let left_out = item.left_out.into_iter().map(|(why, count)| {
        let why = word("left_out", &why, LeftOut::parse)?;
        Ok((why, count))
    });
    let optional = |field, text: Option<String>| (field, text);
    let (field, hold) = optional("hold", item.hold);
    let hold = hold
        .map(|hold| word(field, &hold, Hold::parse))
        .transpose()?;
    let (field, closing) = optional("closing", item.closing);
    let closing = closing
        .map(|why| word(field, &why, Closing::parse))
        .transpose()?;
    let position = item.cursor;
    let position = position
        .map(|cursor| word("cursor", &cursor, Position::parse))
        .transpose()?;
    let ended = item.ended.map(|ended| {
        let rows = ended.rows.into_iter().map(|(state, count)| {
            let (status, reason) = state.split_once('/').unwrap_or((&state, ""));
            ((status.to_owned(), reason.to_owned()), count)
        });
        Progress {
            rows: rows.collect(),
            as_of: ended.as_of.0,
        }
    });
    Ok(Campaign {
        template_version: item.template_version,
        status: Status {
            phase: word("phase", &item.phase, Phase::parse)?,
            hold,
            staged: item.staged,
            begun: item.begun,
            closing,
        },
        position,
        counts: Counts {
            queued: item.queued,
            left_out: left_out.collect::<Result<_, StoreError>>()?,
        },
        revision: item.revision,
        synced: item.synced,
        moved_at: item.moved_at.0,
        ended,
        new: NewCampaign {
            id: item.id,
            kind: word("kind", &item.kind, CampaignKind::parse)?,
            event,
            audience: item.audience,
            template: item.template,
            vars: vars.collect::<Result<_, StoreError>>()?,
            media: item.media,
            not_before: item.not_before.0,
            expires_at: item.expires_at.0,
            staged: item.first,
            created_by: item.created_by,
            created_at: item.created_at.0,
        },
    })
}

impl Store {
    pub(crate) fn campaign_change(&self, id: CampaignId) -> Change {
        Change::of(self.table(Table::Campaigns), campaign_key(id))
    }

    /// Stores a campaign that is being opened; false if it was before.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn add_campaign(&self, campaign: &Campaign) -> Result<bool, StoreError> {
        let answer = self
            .client
            .put_item()
            .table_name(self.table(Table::Campaigns))
            .set_item(Some(write_campaign(campaign)?))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(e) if e.is_conditional_check_failed_exception() => Ok(false),
                _ => Err(StoreError::database(WHAT)(error)),
            },
        }
    }

    /// A campaign, read consistently.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the item is unreadable.
    pub async fn campaign(&self, id: CampaignId) -> Result<Option<Campaign>, StoreError> {
        let wanted = [(self.table(Table::Campaigns), campaign_key(id))];
        let found = self.get_all(WHAT, &wanted).await?;
        found
            .into_iter()
            .next()
            .flatten()
            .map(read_campaign)
            .transpose()
    }

    /// Writes what a campaign does from now on, and how its rows ended if that is known; false if
    /// somebody else changed it since it was seen.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn set_status(
        &self,
        seen: &Campaign,
        next: Status,
        ended: Option<&Progress>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let change = self
            .campaign_change(seen.new.id)
            .set("phase", text(next.phase.as_str()))
            .set("staged", flag(next.staged))
            .set("begun", flag(next.begun))
            .set("state", text(state(&next)))
            .set("revision", number(seen.revision + 1))
            .set("moved_at", text(iso(now)))
            .when_equals("revision", number(seen.revision));
        let change = match next.hold {
            Some(hold) => change.set("hold", text(hold.as_str())),
            None => change.remove("hold"),
        };
        let change = match next.closing {
            Some(why) => change.set("closing", text(why.as_str())).remove("cursor"),
            None => change,
        };
        let change = match ended {
            Some(progress) => {
                let rows = progress.rows.iter();
                let item = EndedItem {
                    rows: rows
                        .map(|((status, reason), count)| (format!("{status}/{reason}"), *count))
                        .collect(),
                    as_of: Iso(progress.as_of),
                };
                let item = to_item(WHAT, &item)?;
                change.set("ended", aws_sdk_dynamodb::types::AttributeValue::M(item))
            }
            None => change,
        };
        let applied = change.apply(WHAT, &self.client).await?;
        Ok(matches!(applied, Applied::Done(_)))
    }

    /// Campaigns of which something is still to come, at most `limit`, by their time.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer. One that cannot be read is logged and left
    /// out.
    pub async fn live_campaigns(&self, limit: usize) -> Result<Vec<Campaign>, StoreError> {
        let bounds = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
        self.campaigns_of(LIVE, bounds, limit).await
    }

    /// Campaigns, over or not, whose time lies between two moments.
    ///
    /// # Errors
    /// As [`Store::live_campaigns`].
    pub async fn campaigns_between(
        &self,
        from: Timestamp,
        to: Timestamp,
        limit: usize,
    ) -> Result<Vec<Campaign>, StoreError> {
        let mut all = self.campaigns_of(LIVE, (from, to), limit).await?;
        all.extend(self.campaigns_of(OVER, (from, to), limit).await?);
        Ok(all)
    }

    async fn campaigns_of(
        &self,
        state: &str,
        (from, to): (Timestamp, Timestamp),
        limit: usize,
    ) -> Result<Vec<Campaign>, StoreError> {
        let question = Question {
            table: self.table(Table::Campaigns),
            index: Some("by_state"),
            condition: "#state = :state AND #start BETWEEN :from AND :to".to_owned(),
            names: vec![("#state", "state"), ("#start", "start_key")],
            values: vec![
                (":state", text(state)),
                (":from", text(iso(from.max(Timestamp::UNIX_EPOCH)))),
                (":to", text(format!("{}~", iso(to)))),
            ],
            consistent: false,
        };
        let items = query(WHAT, &self.client, question, limit).await?;
        Ok(readable(WHAT, items.into_iter().map(read_campaign)))
    }
}
