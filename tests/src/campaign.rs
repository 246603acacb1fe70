//! Campaigns in a town: many participants at once, and what became of their rows.

use std::collections::{BTreeMap, BTreeSet};

use app::campaign::{Expanded, expand, open_campaign};
use domain::audience::Audience;
use domain::campaign::{Campaign, CampaignKind, NewCampaign};
use domain::consent;
use domain::ids::{CampaignId, EventId};
use domain::participant::{ConsentRecord, Participant, Referral};
use domain::person::{City, PersonName, Profession, Sapaan};
use domain::template::{Placeholder, TemplateName};
use jiff::{SignedDuration, Timestamp};
use store::Registration;
use uuid::Uuid;

use crate::{Item, Person, Town, attribute, state, word};

impl Town {
    /// Stores people as their registration does, for the event if one is given, but without any
    /// message: a story about a broadcast does not wait for a thousand welcomes.
    pub async fn populate(&self, people: &[Person], event_id: Option<EventId>) {
        let app = &self.cloud.app;
        for person in people {
            let now = app.now();
            let phone = person.phone();
            let participant = Participant {
                id: app.dice.participant_id(),
                sapaan: Sapaan::parse(&person.sapaan).expect("a form of address"),
                name: PersonName::parse(&person.name).expect("a name"),
                city: City::parse(&person.city).expect("a city"),
                profession: Profession::parse(&person.profession).expect("a profession"),
                phone_index: app.store.phone_index(&phone).expect("an index"),
                phone,
                referrer_id: None,
                referrer_sequence: None,
                registered_at: now,
                event_id,
                consent_share: person.share,
                unsubscribed: false,
                chat: None,
            };
            let new = Registration {
                participant,
                referral: Referral::None,
                consent: ConsentRecord {
                    text_version: consent::CURRENT.version,
                    text_sha256: String::new(),
                    purposes: consent::CURRENT.purposes_given(person.share),
                    channel: "story",
                    evidence: "a story".to_owned(),
                    at: now,
                },
                messages: Vec::new(),
                awaited: false,
                stopped: false,
            };
            app.store.register(&new).await.expect("stored");
        }
    }

    /// A broadcast to everybody with a shipped text, now and for a day; the n-th.
    #[must_use]
    pub fn broadcast(&self, n: u128) -> NewCampaign {
        let now = self.cloud.app.now();
        let day = SignedDuration::from_hours(24);
        let text = |text: &str| text.to_owned();
        NewCampaign {
            id: CampaignId(Uuid::from_u128(n)),
            kind: CampaignKind::Broadcast,
            event: None,
            audience: Audience::Everybody,
            template: Some(TemplateName::parse("broadcast/kabar-baik").expect("a shipped one")),
            vars: BTreeMap::from([
                (Placeholder::Topic, text("Modal usaha")),
                (
                    Placeholder::LinkPage,
                    text("https://www.webdonasi.com/info"),
                ),
            ]),
            media: None,
            not_before: now,
            expires_at: now.saturating_add(day).expect("a day"),
            staged: None,
            created_by: text("admin"),
            created_at: now,
        }
    }

    /// Opens a campaign and writes all its rows.
    pub async fn open_whole(&self, new: &NewCampaign) -> Campaign {
        open_campaign(&self.cloud.app, new).await.expect("opened");
        self.expand(new.id).await;
        self.campaign(new.id).await
    }

    /// Writes all rows of a campaign, or ends them.
    pub async fn expand(&self, id: CampaignId) -> Expanded {
        expand(&self.cloud.app, id, Timestamp::MAX)
            .await
            .expect("expanded")
    }

    /// A campaign as it stands.
    pub async fn campaign(&self, id: CampaignId) -> Campaign {
        let campaign = self.cloud.app.store.campaign(id).await;
        campaign.expect("readable").expect("opened")
    }

    /// The rows of a campaign.
    pub async fn rows_of(&self, id: CampaignId) -> Vec<Item> {
        let id = id.to_string();
        let mut rows = self.items("notifications_log").await;
        rows.retain(|row| word(row, "campaign_id") == Some(&id));
        rows
    }

    /// How a campaign's rows read, `sent/accepted` and so on, with how many do.
    pub async fn states_of(&self, id: CampaignId) -> BTreeMap<String, usize> {
        let mut states = BTreeMap::new();
        for row in self.rows_of(id).await {
            *states.entry(state(&row)).or_default() += 1;
        }
        states
    }

    /// That each of a campaign's rows is for somebody else, and that there are so many.
    pub async fn each_once(&self, id: CampaignId, people: usize) {
        let rows = self.rows_of(id).await;
        let who: BTreeSet<_> = rows.iter().map(|row| word(row, "participant_id")).collect();
        assert_eq!((rows.len(), who.len()), (people, people));
    }

    /// Makes a campaign, and its rows, so much older: as if nobody had worked for that long.
    pub async fn backdate(&self, id: CampaignId, by: SignedDuration) {
        let campaign = self.campaign(id).await.new;
        let at = |time: Timestamp| {
            let time = time.saturating_sub(by).expect("a time");
            attribute(&time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
        };
        let update = self.cloud.dynamodb.update_item();
        update
            .table_name("local-campaigns")
            .key("pk", attribute(&format!("C#{id}")))
            .key("sk", attribute("META"))
            .update_expression("SET not_before = :from, expires_at = :to")
            .expression_attribute_values(":from", at(campaign.not_before))
            .expression_attribute_values(":to", at(campaign.expires_at))
            .send()
            .await
            .expect("the store answers");
        for row in self.rows_of(id).await {
            let update = self.cloud.dynamodb.update_item();
            update
                .table_name("local-notifications_log")
                .key("id", row["id"].clone())
                .update_expression("SET due_key = :from, expires_at = :to")
                .expression_attribute_values(":from", at(campaign.not_before))
                .expression_attribute_values(":to", at(campaign.expires_at))
                .send()
                .await
                .expect("the store answers");
        }
    }
}
