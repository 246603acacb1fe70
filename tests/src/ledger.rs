//! What the tables say, in the words of a story.

use app::numbers::set_limits;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::ids::{NumberId, ParticipantId};
use domain::number::Limits;
use tokio::task::JoinSet;

use crate::person::Person;
use crate::town::{Answer, Item, Town};

/// A text attribute.
#[must_use]
pub fn word<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

/// A number attribute.
#[must_use]
pub fn figure(item: &Item, name: &str) -> Option<i64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

/// A truth attribute.
#[must_use]
pub fn flag(item: &Item, name: &str) -> Option<bool> {
    item.get(name)?.as_bool().ok().copied()
}

impl Town {
    /// Sends all these forms at the same time; answers in the order of `people`.
    pub async fn register_at_once(&self, people: &[Person]) -> Vec<Answer> {
        let mut under_way = JoinSet::new();
        for (index, person) in people.iter().enumerate() {
            let request = self.registration().json(&person.json());
            under_way.spawn(async move { (index, Answer::to(request).await) });
        }
        let mut answers = under_way.join_all().await;
        answers.sort_by_key(|(index, _)| *index);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }

    /// Sends all these forms at the same time and expects each to be taken.
    pub async fn all_register(&self, people: &[Person]) {
        for answer in self.register_at_once(people).await {
            assert_eq!(answer.status, 201, "{}", answer.text);
        }
    }

    /// The item of a sending number: 1, 2 or 3.
    pub async fn number_item(&self, number: usize) -> Item {
        let label = local::seed::NUMBERS[number - 1].0;
        let items = self.items("broadcast_numbers").await;
        items
            .into_iter()
            .find(|item| word(item, "label") == Some(label))
            .expect("a seeded number")
    }

    /// The id of a sending number: 1, 2 or 3.
    pub async fn number_id(&self, number: usize) -> NumberId {
        let item = self.number_item(number).await;
        let id = word(&item, "number_id").expect("an id");
        id.parse().expect("an id")
    }

    /// Changes a sending number's gap and caps as an admin does.
    pub async fn limit(&self, number: usize, gap: (u16, u16), hourly: u16, daily: u32) {
        let limits = Limits::new(gap.0, gap.1, hourly, daily).expect("limits within the brief's");
        let id = self.number_id(number).await;
        set_limits(&self.cloud.app, id, limits)
            .await
            .expect("a known number");
    }

    /// All participants' items.
    pub async fn participants(&self) -> Vec<Item> {
        self.participants_items("PROFILE").await
    }

    /// Those items of the participants' table that have this sort key.
    pub async fn participants_items(&self, sort_key: &str) -> Vec<Item> {
        let mut items = self.items("participants").await;
        items.retain(|item| word(item, "sk") == Some(sort_key));
        items
    }

    /// The id of whoever has this person's number; none if nobody registered it.
    pub async fn id_of(&self, person: &Person) -> Option<ParticipantId> {
        let store = &self.cloud.app.store;
        let index = store.phone_index(&person.phone()).expect("an index");
        store.holder_of(&index).await.expect("the store answers")
    }

    /// The places of those whom this person invited, in ascending order; one without a place
    /// stands in no list and is missing here.
    pub async fn places_given_by(&self, referrer: &Person) -> Vec<i64> {
        let id = self.id_of(referrer).await.expect("registered");
        self.cloud
            .dynamodb
            .query()
            .table_name("local-participants")
            .index_name("by_referrer")
            .key_condition_expression("referrer_id = :id")
            .expression_attribute_values(":id", AttributeValue::S(id.to_string()))
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await
            .expect("an index")
            .iter()
            .map(|item| figure(item, "referrer_sequence").expect("a place"))
            .collect()
    }

    /// How many this person has invited, as the counter says.
    pub async fn total_of(&self, referrer: &Person) -> i64 {
        let id = self.id_of(referrer).await.expect("registered");
        let answer = self
            .cloud
            .dynamodb
            .get_item()
            .table_name("local-participants")
            .key("pk", AttributeValue::S(format!("P#{id}")))
            .key("sk", AttributeValue::S("REFERRALS".to_owned()))
            .send()
            .await
            .expect("the store answers");
        answer
            .item
            .and_then(|item| figure(&item, "total"))
            .unwrap_or(0)
    }

    /// The rows of one type for this person, oldest first.
    pub async fn log_of(&self, person: &Person, message_type: &str) -> Vec<Item> {
        let id = self.id_of(person).await.expect("registered").to_string();
        let mut rows = self.items("notifications_log").await;
        rows.retain(|row| {
            word(row, "participant_id") == Some(&id) && word(row, "type") == Some(message_type)
        });
        rows.sort_by_key(|row| word(row, "created_key").map(str::to_owned));
        rows
    }

    /// How many new participants this person was told of, by single alerts and in lists.
    pub async fn told_of(&self, referrer: &Person) -> usize {
        let chat = self.chat(referrer).await;
        let told = chat.iter().map(|message| {
            let text = &message.text;
            match text.split_once("Ada ").map(|(_, rest)| rest) {
                Some(rest) if rest.starts_with("peserta baru") => 1,
                Some(rest) => rest
                    .split(' ')
                    .next()
                    .and_then(|n| n.parse().ok())
                    .unwrap_or(0),
                None => 0,
            }
        });
        told.sum()
    }

    /// Puts a row back to where a worker leaves it that is lost before it records the outcome: it
    /// is claimed, under this token, and the lease is over.
    pub async fn lose_worker(&self, row: &Item, token: &str) {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        self.cloud
            .dynamodb
            .update_item()
            .table_name("local-notifications_log")
            .key("id", row["id"].clone())
            .update_expression(
                "SET #status = :queued, reason = :sending, lane = :lane, due_key = :due, \
                 #token = :token REMOVE sent_at, failed_at, #ttl, problem",
            )
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#token", "token")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":queued", text("queued"))
            .expression_attribute_values(":sending", text("sending"))
            .expression_attribute_values(":lane", text("sending#0"))
            .expression_attribute_values(":due", text("2026-01-01T00:00:00.000Z"))
            .expression_attribute_values(":token", text(token))
            .send()
            .await
            .expect("the store answers");
    }

    /// `status/reason` of this person's only row of this type.
    pub async fn state_of(&self, person: &Person, message_type: &str) -> String {
        let rows = self.log_of(person, message_type).await;
        assert_eq!(rows.len(), 1, "rows of type {message_type}");
        state(&rows[0])
    }
}

/// `status/reason` of a row.
#[must_use]
pub fn state(row: &Item) -> String {
    format!(
        "{}/{}",
        word(row, "status").expect("status"),
        word(row, "reason").expect("reason")
    )
}

/// A text as it stands in items.
#[must_use]
pub fn attribute(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}
