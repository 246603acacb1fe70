//! The id by which a message that comes twice is known.

use gateway::inbound::Parsed;
use jiff::SignedDuration;
use serde_json::json;

use super::{RECEIVED_AT, parse};

#[test]
fn a_message_without_an_id_gets_the_same_one_each_time_and_another_than_others() {
    let id = |text: &str, id: serde_json::Value| {
        let body = json!({"phone": "628110000001", "text": text, "id": id});
        let parsed = parse(body.to_string().as_bytes()).unwrap();
        let Parsed::Message(received) = &parsed[0] else {
            panic!("{parsed:?}");
        };
        received.id.as_str().to_owned()
    };
    let none = id("stop", json!(null));
    assert_eq!(none.len(), "no-id-".len() + 64);
    assert_eq!(id("stop", json!(null)), none);
    assert_ne!(id("stop!", json!(null)), none);
    assert_eq!(id("stop", json!("  ")).len(), none.len());
    // An odd id is still what tells messages apart.
    let odd = id("stop", json!("3EB0 é"));
    assert_eq!(id("other", json!("3EB0 é")), odd);
    assert_ne!(id("stop", json!("3EB0 è")), odd);
    // What has no id and no time of its own is another message in another minute.
    let after = |body: serde_json::Value, seconds: i64| {
        let at = RECEIVED_AT + SignedDuration::from_secs(seconds);
        let parsed = gateway::inbound::parse(body.to_string().as_bytes(), at).unwrap();
        let Parsed::Message(received) = &parsed[0] else {
            panic!("{parsed:?}");
        };
        received.id.as_str().to_owned()
    };
    let body = json!({"phone": "628110000001", "text": "stop", "id": null});
    assert_eq!(after(body.clone(), 59), none);
    assert_ne!(after(body, 60), none);
    let body = json!({"phone": "628110000001", "text": "stop", "id": "3EB0 é"});
    assert_eq!(after(body, 60), odd);
    assert_eq!(id("stop", json!("X".repeat(129))).len(), none.len());
    assert_eq!(id("stop", json!("X".repeat(128))), "X".repeat(128));
}
