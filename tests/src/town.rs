use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::civil::{DateTime, Time};
use jiff::{SignedDuration, Timestamp};
use local::simulator::Mode;
use local::{Cloud, Options, bind};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::logs;
use crate::person::Person;

/// How long a request to the gateway may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the edge answered.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub text: String,
}

impl Answer {
    /// The answer to a request that is ready to go.
    pub async fn to(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.expect("a text body"),
        }
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("a JSON body")
    }

    /// The errors of a refusal, by field.
    #[must_use]
    pub fn errors(&self) -> BTreeMap<String, String> {
        let body: Value = serde_json::from_str(&self.text)
            .unwrap_or_else(|_| panic!("{} without JSON: {}", self.status, self.text));
        serde_json::from_value(body["errors"].clone())
            .unwrap_or_else(|_| panic!("{} without errors: {body}", self.status))
    }
}

/// A message in somebody's chat.
#[derive(Debug, Clone)]
pub struct Message {
    /// The sending number, E.164.
    pub from: String,
    /// Its text.
    pub text: String,
    /// Virtual time of its arrival.
    pub at: Timestamp,
}

/// A row of `notifications_log`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// `welcome`, `referrer_alert` …
    pub message_type: String,
    /// `queued`, `sent`, `failed`.
    pub status: String,
    /// Why.
    pub reason: String,
    /// The number it was sent by.
    pub number_id: Option<String>,
}

/// A running system with its visitors and phones, all in memory.
pub struct Town {
    /// The cloud itself.
    pub cloud: Cloud,
    http: reqwest::Client,
}

/// An item of a table.
pub type Item = HashMap<String, AttributeValue>;

impl Town {
    /// An empty town, at the present time of day. Requests to the gateway may take longer than a
    /// busy machine ever needs, since two that time out would stop everything; log lines and queue
    /// bodies are kept.
    pub async fn open() -> Self {
        Self::open_with(None, PATIENCE).await
    }

    /// An empty town at this date and time in WIB, `"2026-11-30 20:00"`, whenever the test runs.
    pub async fn open_on(date_time: &str) -> Self {
        let civil: DateTime = date_time.parse().expect("a date and a time of day");
        let start = civil
            .to_zoned(domain::zone::wib())
            .expect("a time in WIB")
            .timestamp();
        Self::open_with(Some(start), PATIENCE).await
    }

    async fn open_with(starts_at: Option<Timestamp>, gateway_timeout: Duration) -> Self {
        logs::capture();
        let listener = bind(0).await.expect("a free port");
        let options = Options {
            gateway_timeout,
            keep_bodies: true,
            note_calls: true,
            starts_at,
            ..Options::default()
        };
        let cloud = Cloud::start(listener, options)
            .await
            .expect("the cloud starts");
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("an HTTP client");
        Self { cloud, http }
    }

    /// An empty town at this time of day in WIB, `"12:00"`.
    pub async fn open_at(time: &str) -> Self {
        let town = Self::open().await;
        town.advance_to(time).await;
        town
    }

    /// The same for a story in which answers never come: it waits for them in real time.
    pub async fn open_impatient_at(time: &str) -> Self {
        let town = Self::open_with(None, Duration::from_secs(1)).await;
        town.advance_to(time).await;
        town
    }

    /// Virtual time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.cloud.app.clock.now()
    }

    /// Plays everything that happens in so many seconds.
    pub async fn advance(&self, seconds: u64) {
        self.cloud
            .conductor
            .advance(Duration::from_secs(seconds))
            .await
            .expect("time advances");
    }

    /// Plays everything until the next time that clocks in WIB show this, `"09:00"`.
    pub async fn advance_to(&self, time: &str) {
        let time: Time = time.parse().expect("a time of day");
        let local = self.now().to_zoned(domain::zone::wib());
        let mut wait = time.duration_since(local.time());
        if wait.is_negative() {
            wait += SignedDuration::from_hours(24);
        }
        // Up to the next whole second, so as not to stop just before it.
        let seconds = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
        self.advance(u64::try_from(seconds).expect("a positive wait"))
            .await;
    }

    /// Opens a page as a browser does; redirects are not followed.
    pub async fn get(&self, path: &str) -> Answer {
        let url = format!("{}{path}", self.cloud.base_url);
        Answer::to(self.http.get(url)).await
    }

    /// Sends the form as a script does.
    pub async fn register(&self, person: &Person) -> Answer {
        self.post_json(&person.json()).await
    }

    /// Posts JSON to the registration.
    pub async fn post_json(&self, body: &Value) -> Answer {
        Answer::to(self.registration().json(body)).await
    }

    /// A request to any address, to be filled with anything.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.cloud.base_url))
    }

    /// A request to the registration, to be filled with anything.
    pub fn registration(&self) -> reqwest::RequestBuilder {
        self.request(Method::POST, "/api/registrations")
    }

    /// Sends a request that was filled with anything.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        Answer::to(request).await
    }

    /// What stands in this person's chat, oldest first, read from the simulator over HTTP.
    pub async fn chat(&self, person: &Person) -> Vec<Message> {
        let phone = person.e164().replace('+', "%2B");
        self.messages(&format!("?phone={phone}")).await
    }

    /// All messages that were ever accepted.
    pub async fn all_messages(&self) -> Vec<Message> {
        self.messages("").await
    }

    async fn messages(&self, query: &str) -> Vec<Message> {
        let answer = self.get(&format!("/simulator/messages{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let text = |item: &Value, name: &str| item[name].as_str().expect("a text").to_owned();
        answer.json()["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|item| Message {
                from: text(item, "from"),
                text: text(item, "text"),
                at: text(item, "at").parse().expect("a time"),
            })
            .collect()
    }

    /// Changes how a sending number behaves: 1, 2 or 3.
    pub async fn set_mode(&self, number: usize, mode: Mode) {
        let phone = self.number(number);
        self.cloud
            .simulator
            .set_mode(&phone, mode)
            .await
            .expect("a simulated number");
    }

    /// A sending number's own number: 1, 2 or 3.
    #[must_use]
    pub fn number(&self, number: usize) -> local::simulator::Phone {
        local::seed::NUMBERS[number - 1]
            .1
            .parse()
            .expect("a number")
    }

    /// Every item of a table, by its logical name.
    pub async fn items(&self, table: &str) -> Vec<Item> {
        self.cloud
            .dynamodb
            .scan()
            .table_name(format!("local-{table}"))
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await
            .expect("a table")
    }

    /// Every row of the log.
    pub async fn rows(&self) -> Vec<Row> {
        let text = |item: &Item, name: &str| item.get(name).and_then(|v| v.as_s().ok()).cloned();
        let mut rows: Vec<Row> = self
            .items("notifications_log")
            .await
            .iter()
            .map(|item| Row {
                message_type: text(item, "type").expect("type"),
                status: text(item, "status").expect("status"),
                reason: text(item, "reason").expect("reason"),
                number_id: text(item, "number_id"),
            })
            .collect();
        rows.sort_by(|a, b| {
            (&a.message_type, &a.status, &a.reason).cmp(&(&b.message_type, &b.status, &b.reason))
        });
        rows
    }

    /// How many rows have this type, status and reason.
    pub async fn count_rows(&self, message_type: &str, status: &str, reason: &str) -> usize {
        self.rows()
            .await
            .iter()
            .filter(|r| r.message_type == message_type && r.status == status && r.reason == reason)
            .count()
    }

    /// All that was logged in this process so far.
    #[must_use]
    pub fn logs(&self) -> String {
        logs::captured()
    }

    /// What no story may break: per sending number never two requests at once and never less than
    /// the shortest gap between two, no dead letter anywhere.
    pub fn check_invariants(&self) {
        const GAP: Duration = Duration::from_millis(1_950);
        let received = self.cloud.simulator.received();
        for number in 1..=local::seed::NUMBERS.len() {
            let phone = self.number(number);
            let at_once = self.cloud.simulator.most_in_flight(&phone);
            assert!(at_once.is_none_or(|most| most <= 1), "two requests at once");
            let times: Vec<_> = received
                .iter()
                .filter(|message| message.number == phone)
                .map(|message| message.at_virtual)
                .collect();
            for pair in times.windows(2) {
                let gap = pair[1].duration_since(pair[0]);
                assert!(
                    gap.unsigned_abs() >= GAP,
                    "gap of {gap} between two messages"
                );
            }
        }
        for queue in ["wake", "turns", "referrals", "campaigns"] {
            let dead = self.cloud.conductor.dead_letters(queue);
            assert!(dead.is_empty(), "dead letters in {queue}: {}", dead.len());
        }
    }
}
