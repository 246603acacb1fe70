//! Any JSON, and a STOP in any form that the gateway may choose.

use domain::inbound::{Request, Sender};
use gateway::inbound::Parsed;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::parse;

/// Names that the parser looks at.
const NAMES: [&str; 28] = [
    "phone",
    "jid",
    "id",
    "text",
    "timestamp",
    "key",
    "remoteJid",
    "remoteJidAlt",
    "fromMe",
    "senderPn",
    "participantPn",
    "senderLid",
    "message",
    "messages",
    "data",
    "payload",
    "body",
    "update",
    "conversation",
    "extendedTextMessage",
    "ephemeralMessage",
    "editedMessage",
    "protocolMessage",
    "listResponseMessage",
    "caption",
    "title",
    "messageTimestamp",
    "contextInfo",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        select(vec![
            "628110000001",
            "628110000001@s.whatsapp.net",
            "190000000000001@lid",
            "1@g.us",
            "status@broadcast",
            "STOP",
            "salah nomor",
            "1764000000",
            "@",
            ":@lid",
            "true",
        ])
        .prop_map(Value::from),
    ];
    let name = prop_oneof![4 => select(NAMES.to_vec()).prop_map(str::to_owned), 1 => ".{0,8}"];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            btree_map(name.clone(), inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// A way to write the sender's address, and whether the number is in it.
fn address() -> impl Strategy<Value = (Value, bool)> {
    let jid = "628110000001@s.whatsapp.net";
    let lid = "190000000000001@lid";
    select(vec![
        (json!({"remoteJid": jid}), true),
        (json!({"remoteJid": "628110000001:22@s.whatsapp.net"}), true),
        (
            json!({"remoteJid": "628110000001@c.us", "fromMe": false}),
            true,
        ),
        (
            json!({"remoteJid": jid, "senderLid": lid, "fromMe": "false"}),
            true,
        ),
        (json!({"remoteJid": lid, "remoteJidAlt": jid}), true),
        (json!({"remoteJid": lid, "senderPn": "628110000001"}), true),
        (
            json!({"remoteJid": lid, "participantPn": "628110000001:3@s.whatsapp.net"}),
            true,
        ),
        (
            json!({"remoteJid": lid, "senderPn": null, "fromMe": 0}),
            false,
        ),
    ])
}

fn content(text: String) -> impl Strategy<Value = Value> {
    let quoted = json!({"quotedMessage": {"conversation": "Balas STOP untuk berhenti."}});
    let plain = select(vec![
        json!({"conversation": text}),
        json!({"extendedTextMessage": {"text": text, "contextInfo": quoted}}),
        json!({"imageMessage": {"caption": text, "contextInfo": quoted}}),
        json!({"videoMessage": {"caption": text}}),
        json!({"documentMessage": {"caption": text, "title": "surat.pdf"}}),
        json!({"buttonsResponseMessage": {"selectedButtonId": "1", "selectedDisplayText": text}}),
        json!({"templateButtonReplyMessage": {"selectedId": "1", "selectedDisplayText": text}}),
        json!({"listResponseMessage": {"title": text, "singleSelectReply": {"selectedRowId": "1"}}}),
        json!({"conversation": text, "messageContextInfo": {"deviceListMetadataVersion": 2}}),
    ]);
    let wrapper = select(vec![
        "ephemeralMessage",
        "viewOnceMessage",
        "viewOnceMessageV2",
        "documentWithCaptionMessage",
        "editedMessage",
    ]);
    (plain, vec(wrapper, 0..4)).prop_map(|(plain, wrappers)| {
        wrappers
            .into_iter()
            .fold(plain, |inner, wrapper| json!({wrapper: {"message": inner}}))
    })
}

fn stop_text() -> impl Strategy<Value = String> {
    let words = select(vec![
        "STOP",
        "stop ya kak",
        "🛑 stop",
        "Berhenti.",
        "jangan kirim pesan lagi",
        "ｓｔｏｐ",
    ]);
    words.prop_map(str::to_owned)
}

fn raw_stop() -> impl Strategy<Value = (Value, bool)> {
    (stop_text().prop_flat_map(content), address()).prop_map(|(message, (mut key, known))| {
        key["id"] = "3EB0B1000001".into();
        (
            json!({"key": key, "message": message, "messageTimestamp": 1_764_000_000}),
            known,
        )
    })
}

fn simple_stop() -> impl Strategy<Value = (Value, bool)> {
    let who = select(vec![
        (json!({"phone": "628110000001"}), true),
        (json!({"phone": "0811-0000-001"}), true),
        (json!({"phone": 628_110_000_001_u64}), true),
        (
            json!({"phone": "628110000001", "jid": "628110000001@s.whatsapp.net"}),
            true,
        ),
        (
            json!({"phone": "628110000001", "jid": "628110000001:4@s.whatsapp.net"}),
            true,
        ),
        (
            json!({"phone": "628110000001", "jid": "190000000000001@lid"}),
            true,
        ),
        (
            json!({"phone": "190000000000001", "jid": "190000000000001@lid"}),
            false,
        ),
        (json!({"jid": "190000000000001@lid"}), false),
    ]);
    (stop_text(), who).prop_map(|(text, (mut body, known))| {
        body["text"] = text.into();
        body["id"] = "3EB0A1000001".into();
        (body, known)
    })
}

fn wrapped(body: Value, how: u8) -> Value {
    match how {
        0 => body,
        1 => json!({"data": body}),
        2 => json!([body]),
        3 => json!({"type": "notify", "messages": [body]}),
        4 => json!({"event": "messages.upsert", "data": {"messages": [body]}}),
        _ => json!({"payload": body}),
    }
}

proptest! {
    #[test]
    fn a_stop_in_any_form_is_understood(
        (body, known) in prop_oneof![raw_stop(), simple_stop()],
        how in 0..6_u8,
    ) {
        let body = wrapped(body, how).to_string();
        let parsed = parse(body.as_bytes()).unwrap();
        let [Parsed::Message(received)] = parsed.as_slice() else {
            return Err(TestCaseError::fail(format!("{parsed:?} from {body}")));
        };
        prop_assert_eq!(received.wording.request(), Request::Stop, "{}", body);
        match &received.sender {
            Sender::Phone { phone, .. } => {
                prop_assert!(known);
                prop_assert_eq!(phone.digits(), "628110000001");
            }
            Sender::Hidden(lid) => {
                prop_assert!(!known, "{}", body);
                prop_assert_eq!(lid.digits(), "190000000000001");
            }
        }
    }

    /// Nothing that says STOP somewhere is lost, as long as it is not ours and no group's.
    #[test]
    fn a_stop_under_any_unknown_name_reaches_the_admin(name in "[a-z]{3,10}Message", field in "[a-z]{3,10}") {
        prop_assume!(!["text", "caption", "message"].contains(&field.as_str()));
        let body = json!({"key": {"remoteJid": "628110000001@s.whatsapp.net", "id": "A"},
            "message": {name: {"isi": {field: "STOP"}}}});
        let parsed = parse(body.to_string().as_bytes()).unwrap();
        prop_assert!(matches!(parsed.as_slice(), [Parsed::Unclear(unclear)] if unclear.mentions_stop), "{parsed:?}");
    }

    #[test]
    fn any_json_is_read_without_panic_and_the_same_each_time(value in any_json()) {
        let body = value.to_string();
        let parsed = parse(body.as_bytes());
        prop_assert_eq!(parsed.is_ok(), value.is_object() || value.is_array());
        prop_assert_eq!(parse(body.as_bytes()), parsed);
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
    }
}
