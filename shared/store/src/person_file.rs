//! Everything that is stored about one participant, for whoever answers them on the telephone.

use std::collections::HashMap;

use domain::ids::{CampaignId, EventId, MessageId, NumberId, ParticipantId};
use domain::message::State;
use domain::suppression::Standing;
use jiff::Timestamp;
use serde::Deserialize;

use crate::item::{ERASED, Iso, Item, PROFILE, REFERRALS, from_item, key, participant_pk, text};
use crate::messages::message_key;
use crate::profiles::Profile;
use crate::read::{Question, query, readable};
use crate::suppression::{StateItem, Suppressed, Way};
use crate::tables::Table;
use crate::{Store, StoreError};

const WHAT: &str = "participant file";
/// Items of one person, and changes of where their number stands, that are read at most.
const MOST_ITEMS: usize = 500;
/// Messages that are shown: the newest.
const MESSAGES: i32 = 50;

/// What is stored about somebody.
#[derive(Debug, Clone)]
pub struct PersonFile {
    /// They; none once erased.
    pub profile: Option<Profile>,
    /// When they were erased, by whom.
    pub erased: Option<Erasure>,
    /// Who invited them; none if nobody is known, or they were erased.
    pub referrer: Option<Profile>,
    /// How many they invited.
    pub total_invited: u64,
    /// What they agreed to and withdrew, the earliest first.
    pub consents: Vec<Consent>,
    /// Where their number stands, if not where every number begins.
    pub standing: Option<Suppressed>,
    /// How it came there, the earliest first.
    pub history: Vec<Moved>,
    /// Messages to them, the newest first.
    pub messages: Vec<MessageLine>,
    /// Whether there are older ones.
    pub more_messages: bool,
}

/// That somebody was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// When, UTC.
    pub at: Timestamp,
    /// `participant`, or the admin.
    pub by: String,
}

/// One entry of what somebody agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// `given` or `withdrawn`.
    pub act: String,
    /// Version of the text that was shown.
    pub text_version: Option<String>,
    /// What it is about.
    pub purposes: Vec<String>,
    /// Where: `landing_form`, `whatsapp`, `admin`.
    pub channel: String,
    /// When, UTC.
    pub at: Timestamp,
}

/// One change of where a number stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Where to.
    pub to: Standing,
    /// When, UTC.
    pub at: Timestamp,
    /// `participant`, or the admin.
    pub by: String,
    /// Why, if an admin did it.
    pub reason: Option<String>,
    /// How it came about.
    pub way: Way,
}

/// A message as a log shows it, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageLine {
    /// Row.
    pub id: MessageId,
    /// `welcome`, `referrer_alert` …
    pub message_type: String,
    /// Where it is.
    pub state: State,
    /// When it was decided, UTC.
    pub created_at: Timestamp,
    /// When it will go as far as is known, while it waits.
    pub expected_at: Option<Timestamp>,
    /// When it left.
    pub sent_at: Option<Timestamp>,
    /// When it failed for good.
    pub failed_at: Option<Timestamp>,
    /// By which number.
    pub number_id: Option<NumberId>,
    /// Tries that were surely not accepted.
    pub attempts: u32,
    /// What the gateway said.
    pub gateway_answer: Option<String>,
    /// Whom it is about.
    pub subject_id: Option<ParticipantId>,
    /// The event it belongs to.
    pub event_id: Option<EventId>,
    /// The campaign it is a row of.
    pub campaign_id: Option<CampaignId>,
}

#[derive(Debug, Deserialize)]
struct ConsentItem {
    act: String,
    #[serde(default)]
    text_version: Option<String>,
    purposes: Vec<String>,
    channel: String,
    at: Iso,
}

#[derive(Debug, Deserialize)]
struct ErasedItem {
    erased_at: Iso,
    by: String,
}

#[derive(Debug, Deserialize)]
struct HistoryItem {
    sk: String,
    by: String,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    evidence: Option<String>,
}

#[derive(Debug, Deserialize)]
struct LineItem {
    id: MessageId,
    #[serde(rename = "type")]
    message_type: String,
    status: String,
    reason: String,
    created_at: Iso,
    #[serde(default)]
    expected_at: Option<Iso>,
    #[serde(default)]
    sent_at: Option<Iso>,
    #[serde(default)]
    failed_at: Option<Iso>,
    #[serde(default)]
    number_id: Option<NumberId>,
    attempts: u32,
    #[serde(default)]
    gateway_answer: Option<String>,
    #[serde(default)]
    subject_id: Option<ParticipantId>,
    #[serde(default)]
    event_id: Option<EventId>,
    #[serde(default)]
    campaign_id: Option<CampaignId>,
}

fn read_consent(item: Item) -> Result<Consent, StoreError> {
    let item: ConsentItem = from_item("consent", item)?;
    Ok(Consent {
        act: item.act,
        text_version: item.text_version,
        purposes: item.purposes,
        channel: item.channel,
        at: item.at.0,
    })
}

fn read_moved(item: Item) -> Result<Moved, StoreError> {
    const WHAT: &str = "suppression history";
    let item: HistoryItem = from_item(WHAT, item)?;
    let bad = || StoreError::unreadable(WHAT, "sk");
    let mut parts = item.sk.split('#').skip(1);
    let at = parts.next().and_then(|at| at.parse().ok());
    let to = parts.next().and_then(Standing::parse);
    Ok(Moved {
        to: to.ok_or_else(bad)?,
        at: at.ok_or_else(bad)?,
        by: item.by,
        reason: item.reason,
        way: Way::of(item.evidence.as_deref()),
    })
}

fn read_line(item: Item) -> Result<MessageLine, StoreError> {
    const WHAT: &str = "message row";
    let item: LineItem = from_item(WHAT, item)?;
    let state = State::parse(&item.status, &item.reason);
    let state = state.ok_or_else(|| StoreError::unreadable(WHAT, "state"))?;
    Ok(MessageLine {
        id: item.id,
        message_type: item.message_type,
        state,
        created_at: item.created_at.0,
        expected_at: item
            .expected_at
            .map(|at| at.0)
            .filter(|_| matches!(state, State::Queued(_))),
        sent_at: item.sent_at.map(|at| at.0),
        failed_at: item.failed_at.map(|at| at.0),
        number_id: item.number_id,
        attempts: item.attempts,
        gateway_answer: item.gateway_answer,
        subject_id: item.subject_id,
        event_id: item.event_id,
        campaign_id: item.campaign_id,
    })
}

fn sort_key(item: &Item) -> &str {
    let key = item.get("sk").and_then(|sk| sk.as_s().ok());
    key.map_or("", String::as_str)
}

impl Store {
    /// Everything about somebody; `None` if there never was anybody of this id. Four calls.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer, or the profile or where the number stands is
    /// unreadable. Any other item that is unreadable is logged and left out.
    pub async fn person_file(&self, id: ParticipantId) -> Result<Option<PersonFile>, StoreError> {
        let own = Question {
            table: self.table(Table::Participants),
            index: None,
            condition: "#pk = :pk".to_owned(),
            names: vec![("#pk", "pk")],
            values: vec![(":pk", text(participant_pk(id)))],
            consistent: true,
        };
        let mut own: HashMap<String, Item> = query(WHAT, &self.client, own, MOST_ITEMS)
            .await?
            .into_iter()
            .map(|item| (sort_key(&item).to_owned(), item))
            .collect();
        let profile = match own.remove(PROFILE) {
            Some(item) => Some(self.read_profile(item).await?),
            None => None,
        };
        let erased = own.remove(ERASED);
        if profile.is_none() && erased.is_none() {
            return Ok(None);
        }
        let erased = erased.map(|item| from_item::<ErasedItem>(WHAT, item));
        let erased = erased.transpose()?.map(|item| Erasure {
            at: item.erased_at.0,
            by: item.by,
        });
        let (total_invited, _) = crate::groups::counter(own.remove(REFERRALS))?;
        let consents = own
            .into_iter()
            .filter(|(sk, _)| sk.starts_with("CONSENT#"))
            .map(|(_, item)| read_consent(item));
        let mut consents = readable("consent", consents);
        consents.sort_by_key(|consent| consent.at);
        let (standing, history) = match &profile {
            Some(profile) => self.moves_of(&profile.participant.phone_index).await?,
            None => (None, Vec::new()),
        };
        let (ids, more_messages) = self.newest_messages(id).await?;
        let log = self.table(Table::NotificationsLog);
        let mut wanted: Vec<_> = ids
            .iter()
            .map(|id| (log.clone(), message_key(*id)))
            .collect();
        let referrer = profile.as_ref().and_then(|one| one.participant.referrer_id);
        if let Some(referrer) = referrer {
            let table = self.table(Table::Participants);
            wanted.push((table, key(participant_pk(referrer), PROFILE)));
        }
        let mut found = if wanted.is_empty() {
            Vec::new()
        } else {
            self.get_all(WHAT, &wanted).await?
        };
        let referrer = match referrer.and_then(|_| found.pop()).flatten() {
            Some(item) => self.read_profiles(vec![item]).await?.into_iter().next(),
            None => None,
        };
        let lines = found.into_iter().flatten().map(read_line);
        Ok(Some(PersonFile {
            profile,
            erased,
            referrer,
            total_invited,
            consents,
            standing,
            history,
            messages: readable("message row", lines),
            more_messages,
        }))
    }

    /// Where a number stands, if not where every number begins, and how it came there, the earliest
    /// first.
    ///
    /// # Errors
    /// [`StoreError`] if the database does not answer or where it stands is unreadable. An entry of
    /// the history that is unreadable is logged and left out.
    pub async fn moves_of(
        &self,
        phone_index: &str,
    ) -> Result<(Option<Suppressed>, Vec<Moved>), StoreError> {
        let question = Question {
            table: self.table(Table::Suppression),
            index: None,
            condition: "#index = :index".to_owned(),
            names: vec![("#index", "phone_index")],
            values: vec![(":index", text(phone_index))],
            consistent: true,
        };
        let items = query(WHAT, &self.client, question, MOST_ITEMS).await?;
        let (history, state): (Vec<Item>, Vec<Item>) = items
            .into_iter()
            .partition(|item| sort_key(item).starts_with("H#"));
        let state = state.into_iter().next().map(StateItem::read);
        let history = history.into_iter().map(read_moved);
        Ok((state.transpose()?, readable("suppression history", history)))
    }

    async fn newest_messages(
        &self,
        id: ParticipantId,
    ) -> Result<(Vec<MessageId>, bool), StoreError> {
        let output = self
            .client
            .query()
            .table_name(self.table(Table::NotificationsLog))
            .index_name("by_participant")
            .key_condition_expression("#who = :who")
            .expression_attribute_names("#who", "participant_id")
            .expression_attribute_values(":who", text(id.to_string()))
            .scan_index_forward(false)
            .limit(MESSAGES)
            .send()
            .await
            .map_err(StoreError::database(WHAT))?;
        let ids = output.items.unwrap_or_default().into_iter();
        let ids = ids.map(|item| {
            let id = item.get("id").and_then(|id| id.as_s().ok());
            let id = id.and_then(|id| id.parse().ok());
            id.ok_or_else(|| StoreError::unreadable("message row", "id"))
        });
        Ok((
            readable("message row", ids),
            output.last_evaluated_key.is_some(),
        ))
    }
}
