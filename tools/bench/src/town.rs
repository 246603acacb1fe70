//! A cloud in memory with people who register through its edge.

use std::time::Duration;

use app::numbers::{set_limits, set_paused};
use domain::ids::ParticipantId;
use domain::message::{MessageKey, MessageType, NewMessage, Waiting};
use domain::number::Limits;
use domain::phone::Phone;
use jiff::Timestamp;
use local::{Bill, Cloud, Options, bind};
use reqwest::StatusCode;
use serde_json::json;

use crate::Failed;

/// Daytime in WIB: every lane is open.
pub(crate) const DAY: &str = "2026-11-24T10:00:05+07:00";
/// Evening in WIB: alerts wait for the morning.
pub(crate) const EVENING: &str = "2026-11-24T22:00:05+07:00";

/// So many registrations come from one network address: fewer than its limit.
const PER_ADDRESS: u32 = 100;

/// Somebody whom messages can be for.
pub(crate) struct Somebody {
    id: ParticipantId,
    index: String,
}

pub(crate) struct Town {
    pub(crate) cloud: Cloud,
    http: reqwest::Client,
}

impl Town {
    /// A town at this time. With `notes_calls` it can say what calls cost.
    pub(crate) async fn open(at: &str, notes_calls: bool) -> Result<Self, Failed> {
        let options = Options {
            note_calls: notes_calls,
            starts_at: Some(at.parse()?),
            ..Options::default()
        };
        let cloud = Cloud::start(bind(0).await?, options).await?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { cloud, http })
    }

    pub(crate) async fn close(self) {
        self.cloud.shutdown().await;
    }

    pub(crate) async fn advance(&self, seconds: u64) -> Result<(), Failed> {
        let by = Duration::from_secs(seconds);
        Ok(self.cloud.conductor.advance(by).await?)
    }

    pub(crate) fn bill(&self, function: &str) -> Bill {
        self.cloud.calls.bill(function)
    }

    /// The n-th person registers, through the link of another.
    pub(crate) async fn register(&self, n: u32, referrer: Option<u32>) -> Result<(), Failed> {
        let mut body = json!({
            "sapaan": "Bapak",
            "name": "Budi Santoso",
            "city": "Bogor",
            "profession": "Guru",
            "phone": phone(n),
            "consent_wa": true,
            "consent_share": true,
        });
        if let Some(referrer) = referrer {
            body["ref"] = phone(referrer).into();
        }
        let address = n / PER_ADDRESS;
        let address = format!("10.0.{}.{}", address / 250, address % 250);
        let answer = self
            .http
            .post(format!("{}/api/registrations", self.cloud.base_url))
            .header("x-forwarded-for", address)
            .json(&body)
            .send()
            .await?;
        let status = answer.status();
        answer.bytes().await?;
        if status == StatusCode::CREATED {
            Ok(())
        } else {
            Err(format!("a registration was answered {status}").into())
        }
    }

    /// Who registered as the n-th.
    pub(crate) async fn somebody(&self, n: u32) -> Result<Somebody, Failed> {
        let store = &self.cloud.app.store;
        let index = store.phone_index(&Phone::parse(&phone(n))?)?;
        let id = store.holder_of(&index).await?;
        let id = id.ok_or("the person has not registered")?;
        Ok(Somebody { id, index })
    }

    /// One sending number stays, with a gap of exactly 2 s.
    pub(crate) async fn leave_one_number(&self) -> Result<(), Failed> {
        let app = &self.cloud.app;
        let roster = app.store.roster().await?;
        let (first, others) = roster.split_first().ok_or("there is no number")?;
        set_limits(app, first.id, Limits::new(2, 2, 600, 4_800)?).await?;
        for other in others {
            set_paused(app, other.id, true).await?;
        }
        Ok(())
    }

    /// Puts one more message for somebody into the outbox, straight through the store. `n` tells
    /// it from the others.
    pub(crate) async fn add_message(
        &self,
        message_type: MessageType,
        waiting: Waiting,
        to: &Somebody,
        n: usize,
    ) -> Result<(), Failed> {
        let now = self.cloud.app.now();
        let key = MessageKey {
            message_type,
            cause: &format!("bench-{n}"),
            participant: to.id,
            revision: 0,
        };
        let message = NewMessage {
            id: key.id(),
            message_type,
            participant_id: to.id,
            target_index: to.index.clone(),
            subject_id: None,
            event_id: None,
            cause_at: now,
            created_at: now,
            expires_at: now + message_type.useful_for(),
            waiting,
            not_before: now,
            expected_at: now,
            sticky: None,
            campaign: None,
        };
        self.cloud.app.store.add_message(&message).await?;
        Ok(())
    }

    /// Messages that the gateway has accepted.
    pub(crate) fn accepted(&self) -> usize {
        self.cloud.simulator.messages(None).len()
    }

    /// Virtual time.
    pub(crate) fn now(&self) -> Timestamp {
        self.cloud.app.now()
    }

    /// Waits until all referrals have their place.
    pub(crate) async fn referrals_done(&self) -> Result<(), Failed> {
        loop {
            let depth = self.cloud.conductor.depth("referrals");
            let depth = depth.ok_or("there is no queue of referrals")?;
            if depth.waiting + depth.ready + depth.running == 0 {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// The number of the n-th person, invented.
fn phone(n: u32) -> String {
    format!("0812{:08}", 10_000_000 + n)
}
