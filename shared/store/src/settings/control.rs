//! How open campaigns are stored: apart from the switches, since admins write the one and campaigns
//! the other.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::campaign::Campaign;
use domain::ids::{CampaignId, EventId};
use domain::lane::OpenCampaign;
use domain::message::Class;
use domain::reserve::Ahead;
use domain::settings::Control;
use serde::{Deserialize, Serialize};

use super::SETTINGS;
use super::switches::read_switches;
use crate::item::{Iso, Item, from_item, key, number, to_item};
use crate::tables::Table;
use crate::write::{Applied, Change, Committed, transact};
use crate::{Store, StoreError};

/// Sort key of the item that holds the open campaigns.
pub(crate) const LANES: &str = "LANES";
const WHAT: &str = "control";

#[derive(Debug, Default, Serialize, Deserialize)]
struct LanesItem {
    revision: u64,
    open: Vec<OpenItem>,
    ahead: Vec<AheadItem>,
}

#[derive(Debug, Serialize, Deserialize)]
struct OpenItem {
    campaign: CampaignId,
    class: String,
    shards: u8,
}

#[derive(Debug, Serialize, Deserialize)]
struct AheadItem {
    event: EventId,
    messages: u32,
    from: Iso,
    until: Iso,
}

/// The open campaigns as somebody saw them, to be replaced only if nobody else did so since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLanes {
    /// Campaigns whose rows may be sent.
    pub open: Vec<OpenCampaign>,
    /// Reminders that are planned.
    pub ahead: Vec<PlannedReminders>,
    revision: u64,
}

/// Reminders for which broadcasts leave room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedReminders {
    /// Of which event.
    pub event: EventId,
    /// How many, and when.
    pub ahead: Ahead,
}

pub(super) fn read_class(word: &str) -> Result<Class, StoreError> {
    Class::parse(word).ok_or_else(|| StoreError::unreadable(WHAT, "class"))
}

fn read_lanes(item: Option<Item>) -> Result<OpenLanes, StoreError> {
    let item: LanesItem = match item {
        Some(item) => from_item(WHAT, item)?,
        None => LanesItem::default(),
    };
    let open = |open: &OpenItem| {
        Ok(OpenCampaign {
            campaign: open.campaign,
            class: read_class(&open.class)?,
            shards: open.shards,
        })
    };
    let ahead = |ahead: &AheadItem| PlannedReminders {
        event: ahead.event,
        ahead: Ahead {
            messages: ahead.messages,
            from: ahead.from.0,
            until: ahead.until.0,
        },
    };
    Ok(OpenLanes {
        open: item
            .open
            .iter()
            .map(open)
            .collect::<Result<_, StoreError>>()?,
        ahead: item.ahead.iter().map(ahead).collect(),
        revision: item.revision,
    })
}

/// Both items; absent = nothing is stopped and no campaign is open.
pub(crate) fn read_control(
    switches: Option<Item>,
    lanes: Option<Item>,
) -> Result<Control, StoreError> {
    let switches = read_switches(switches)?.switches;
    let OpenLanes { open, ahead, .. } = read_lanes(lanes)?;
    Ok(Control {
        all_stopped: switches.all_stopped,
        stopped: switches.stopped.into_iter().collect(),
        open,
        ahead: ahead.iter().map(|planned| planned.ahead).collect(),
    })
}

impl Store {
    /// The open campaigns, read consistently.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or the item is unreadable.
    pub async fn open_lanes(&self) -> Result<OpenLanes, StoreError> {
        let wanted = [(self.table(Table::Settings), key(SETTINGS, LANES))];
        let found = self.get_all(WHAT, &wanted).await?;
        read_lanes(found.into_iter().next().flatten())
    }

    /// Replaces the open campaigns and planned reminders as they were seen. False if somebody else
    /// changed them since: read again, decide again.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn save_open_lanes(&self, lanes: &OpenLanes) -> Result<bool, StoreError> {
        let applied = self.lanes_change(lanes)?.apply(WHAT, &self.client).await?;
        Ok(matches!(applied, Applied::Done(_)))
    }

    /// The same for the lanes of one campaign, only while that is as it was seen: whoever comes late
    /// cannot open what was closed in the meantime.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer.
    pub async fn sync_lanes(
        &self,
        campaign: &Campaign,
        lanes: &OpenLanes,
    ) -> Result<bool, StoreError> {
        let synced = self
            .campaign_change(campaign.new.id)
            .set("synced", number(campaign.revision))
            .when_equals("revision", number(campaign.revision));
        let parts = vec![
            self.lanes_change(lanes)?.in_transaction(WHAT)?,
            synced.in_transaction(WHAT)?,
        ];
        Ok(transact(WHAT, &self.client, parts).await? == Committed::Yes)
    }

    fn lanes_change(&self, lanes: &OpenLanes) -> Result<Change, StoreError> {
        let open = lanes.open.iter().map(|open| OpenItem {
            campaign: open.campaign,
            class: open.class.as_str().to_owned(),
            shards: open.shards,
        });
        let ahead = lanes.ahead.iter().map(|planned| AheadItem {
            event: planned.event,
            messages: planned.ahead.messages,
            from: Iso(planned.ahead.from),
            until: Iso(planned.ahead.until),
        });
        let mut item = to_item(
            WHAT,
            &LanesItem {
                revision: lanes.revision + 1,
                open: open.collect(),
                ahead: ahead.collect(),
            },
        )?;
        let change = Change::of(self.table(Table::Settings), key(SETTINGS, LANES));
        let change = if lanes.revision == 0 {
            change.when_absent("revision")
        } else {
            change.when_equals("revision", number(lanes.revision))
        };
        let mut take = |name: &str| item.remove(name).unwrap_or(AttributeValue::Null(true));
        Ok(change
            .set("revision", take("revision"))
            .set("open", take("open"))
            .set("ahead", take("ahead")))
    }
}
