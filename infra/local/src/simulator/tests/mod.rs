#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api;
mod gateway;

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::clock::VirtualClock;

const FIRST: &str = "+6281100000001";
const SECOND: &str = "+6281100000002";
const PERSON: &str = "+6281562726272";

fn phone(text: &str) -> Phone {
    text.parse().unwrap()
}

async fn simulator(data_dir: Option<&Path>) -> Simulator {
    let number = |phone_text: &str, api_key: &str| NumberSetup {
        phone: phone(phone_text),
        label: format!("Nomor {api_key}"),
        api_key: api_key.to_owned(),
    };
    let numbers = vec![number(FIRST, "key-1"), number(SECOND, "key-2")];
    let clock = Arc::new(VirtualClock::in_memory());
    Simulator::start(data_dir, numbers, clock).await.unwrap()
}

fn written(from: &str, to: &str, text: &str) -> Written {
    Written {
        from: phone(from),
        to: phone(to),
        text: text.to_owned(),
        form: Form::Simple,
        lid: LidUse::None,
    }
}

/// Sends as the gateway's clients do and answers status and body.
async fn send(simulator: &Simulator, api_key: &str, text: &str) -> (u16, String) {
    let body = json!({ "api_key": api_key, "phone": &PERSON[1..], "text": text });
    post(simulator, api_key, &body.to_string()).await.unwrap()
}

async fn post(
    simulator: &Simulator,
    api_key: &str,
    body: &str,
) -> Result<(u16, String), reqwest::Error> {
    let client = reqwest::Client::builder()
        .timeout(Duration::from_millis(500))
        .build()?;
    let url = format!("{}/send", simulator.url_of(api_key));
    let response = client.post(url).body(body.to_owned()).send().await?;
    Ok((response.status().as_u16(), response.text().await?))
}
