//! A hundred thousand participants, put into the table at once.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use jiff::SignedDuration;
use local::Cloud;

use crate::Failed;

/// An item of a table.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// As many as one call takes.
const AT_ONCE: u32 = 25;

/// Puts so many participants into the table, a second apart, the last one now. They are what a
/// registration writes, but for the number: it is not opened here, and so is not sealed.
pub(crate) async fn load(cloud: &Cloud, people: u32) -> Result<(), Failed> {
    let now = cloud.app.now();
    let mut n = 0;
    while n < people {
        let some = n..people.min(n + AT_ONCE);
        n = some.end;
        let requests = some.map(|n| {
            let at = now - SignedDuration::from_secs(i64::from(people - n));
            let at = at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
            let put = PutRequest::builder().set_item(Some(participant(n, &at)));
            Ok(WriteRequest::builder().put_request(put.build()?).build())
        });
        let requests: Vec<WriteRequest> = requests.collect::<Result<_, Failed>>()?;
        cloud
            .dynamodb
            .batch_write_item()
            .request_items("local-participants", requests)
            .send()
            .await?;
    }
    Ok(())
}

fn participant(n: u32, at: &str) -> Item {
    let text = |text: String| AttributeValue::S(text);
    let id = format!("{n:08x}-0000-4000-8000-000000000000");
    let octets = |len: usize| AttributeValue::B(Blob::new(vec![7; len]));
    let fields = [
        ("pk", text(format!("P#{id}"))),
        ("sk", text("PROFILE".to_owned())),
        ("sapaan", text("Bapak".to_owned())),
        ("name", text("Budi Santoso".to_owned())),
        ("city", text("Bogor".to_owned())),
        ("city_key", text("bogor".to_owned())),
        ("profession", text("Guru".to_owned())),
        ("phone", octets(60)),
        ("salt", octets(16)),
        ("phone_index", text(format!("1.{n:043}"))),
        ("registered_at", text(at.to_owned())),
        ("status", text("belum_join".to_owned())),
        ("unsubscribed", AttributeValue::Bool(false)),
        ("consent_share", AttributeValue::Bool(true)),
        (
            "reg_month",
            text(at.get(..7).unwrap_or_default().to_owned()),
        ),
        ("reg_key", text(format!("{at}#{id}"))),
        ("id", text(id)),
    ];
    let fields = fields.into_iter();
    fields
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Every row of the log.
pub(crate) async fn rows(client: &Client) -> Result<Vec<Item>, Failed> {
    let pages = client.scan().table_name("local-notifications_log");
    let rows = pages.into_paginator().items().send();
    Ok(rows.collect::<Result<Vec<Item>, _>>().await?)
}
