//! The gateway's webhook: what somebody writes to a sending number is posted to the number's address
//! in one of its two forms, and an answer that asks for it goes back to the person.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Message, Phone, Simulator, SimulatorError};

/// Nothing is known of the gateway's own patience.
const PATIENCE: Duration = Duration::from_secs(30);

/// In which of its two forms the gateway posts a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Fields of its own.
    #[default]
    Simple,
    /// As its `WhatsApp` library has it.
    Raw,
}

/// Whether `WhatsApp`'s hidden id stands in the place of the writer's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LidUse {
    /// No: the number alone.
    #[default]
    None,
    /// Yes, and the number is nowhere.
    Hidden,
    /// Yes, and the number comes along.
    Both,
}

/// Somebody's message to a sending number.
#[derive(Clone)]
pub struct Written {
    /// Who writes.
    pub from: Phone,
    /// To which sending number.
    pub to: Phone,
    /// What.
    pub text: String,
    /// In which form the webhook hears of it.
    pub form: Form,
    /// Whether it hears the number.
    pub lid: LidUse,
}

/// What became of a message at the webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The number has no address.
    Nobody,
    /// Taken; this was answered, if anything.
    Taken(Option<String>),
    /// Refused with this status.
    Refused(u16),
    /// There was no answer.
    NoAnswer,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    reply: bool,
    #[serde(default)]
    text: String,
}

impl Written {
    /// The hidden id of whoever writes: their digits backwards, which no number is.
    #[must_use]
    pub fn lid(phone: &Phone) -> String {
        let digits = phone.as_str().trim_start_matches('+');
        format!("9{}", digits.chars().rev().collect::<String>())
    }

    /// The body that the gateway posts.
    #[must_use]
    pub fn body(&self, id: &str, at: Timestamp) -> Value {
        let number = self.from.as_str().trim_start_matches('+');
        let lid = Self::lid(&self.from);
        let jid = match self.lid {
            LidUse::None => format!("{number}@s.whatsapp.net"),
            LidUse::Hidden | LidUse::Both => format!("{lid}@lid"),
        };
        match self.form {
            Form::Simple => json!({
                "phone": if self.lid == LidUse::Hidden { &lid } else { number },
                "id": id,
                "jid": jid,
                "text": self.text,
                "name": "Simulator",
                "timestamp": at.as_second(),
            }),
            Form::Raw => {
                let mut key = json!({ "remoteJid": jid, "fromMe": false, "id": id });
                if self.lid == LidUse::Both {
                    key["senderPn"] = format!("{number}@s.whatsapp.net").into();
                }
                json!({
                    "key": key,
                    "messageTimestamp": at.as_second(),
                    "pushName": "Simulator",
                    "message": { "conversation": self.text },
                })
            }
        }
    }
}

impl Simulator {
    /// Where the gateway posts what people write to the number `phone` from now on.
    ///
    /// # Errors
    /// [`SimulatorError::UnknownNumber`].
    pub fn set_hook(&self, phone: &Phone, url: String) -> Result<(), SimulatorError> {
        self.with(|state| {
            let mut numbers = state.numbers.iter_mut();
            let number = numbers.find(|one| one.phone == *phone);
            number.ok_or(SimulatorError::UnknownNumber)?.hook = Some(url);
            Ok(())
        })
    }

    /// Where the gateway posts what people write to the number `phone`. The address is a secret.
    #[must_use]
    pub fn hook(&self, phone: &Phone) -> Option<String> {
        self.with(|state| {
            let mut numbers = state.numbers.iter();
            numbers.find(|one| one.phone == *phone)?.hook.clone()
        })
    }

    /// Somebody writes to one of the sending numbers: it stands in the chat, the webhook hears of
    /// it, and what it answers stands there too.
    ///
    /// # Errors
    /// [`SimulatorError::UnknownNumber`] if `to` is none of them, or a `ChatsError`.
    pub async fn reply(&self, written: &Written) -> Result<Told, SimulatorError> {
        let at = self.0.clock.now();
        let url = self.with(|state| {
            let mut numbers = state.numbers.iter();
            let number = numbers.find(|one| one.phone == written.to);
            let url = number.ok_or(SimulatorError::UnknownNumber)?.hook.clone();
            state.chats.add(Message {
                from: written.from.clone(),
                to: written.to.clone(),
                text: written.text.clone(),
                media_url: None,
                at,
            })?;
            Ok::<_, SimulatorError>(url)
        })?;
        let Some(url) = url else {
            return Ok(Told::Nobody);
        };
        let id = format!("3EB0{}", Uuid::new_v4().simple()).to_uppercase();
        let told = tell(&url, &written.body(&id, at)).await;
        if let Told::Taken(Some(text)) = &told {
            let message = Message {
                from: written.to.clone(),
                to: written.from.clone(),
                text: text.clone(),
                media_url: None,
                at: self.0.clock.now(),
            };
            // The webhook has done its part: that the answer is not kept is the simulator's own fault.
            if let Err(reason) = self.with(|state| state.chats.add(message)) {
                tracing::error!(%reason, "the simulator could not keep an answer");
            }
        }
        Ok(told)
    }
}

/// Posts as the gateway does.
async fn tell(url: &str, body: &Value) -> Told {
    // Errors are not shown: they would name the address.
    let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE);
    let Ok(client) = client.build() else {
        return Told::NoAnswer;
    };
    let Ok(response) = client.post(url).json(body).send().await else {
        return Told::NoAnswer;
    };
    let status = response.status();
    if !status.is_success() {
        return Told::Refused(status.as_u16());
    }
    // Only JSON that asks for it is sent on.
    let answer = response.json::<Answer>().await.ok();
    let answer = answer.filter(|answer| answer.reply && !answer.text.is_empty());
    Told::Taken(answer.map(|answer| answer.text))
}
