//! Any bytes as the body of a webhook call: read without panic, the same each time, within bounds,
//! and nothing of what was written shows in `Debug`.
#![no_main]

use domain::inbound::{Sender, Wording};
use gateway::inbound::{Parsed, parse};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    if let Ok(text) = std::str::from_utf8(body) {
        let _ = Wording::new(text).request();
    }
    let Ok(messages) = parse(body, Timestamp::UNIX_EPOCH) else {
        return;
    };
    assert!((1..=21).contains(&messages.len()));
    assert_eq!(parse(body, Timestamp::UNIX_EPOCH).as_ref(), Ok(&messages));
    for message in &messages {
        let shown = format!("{message:?}");
        match message {
            Parsed::Message(received) => {
                let _ = received.wording.request();
                let personal = match &received.sender {
                    Sender::Phone { phone, .. } => phone.digits(),
                    Sender::Hidden(lid) => format!("Lid({})", lid.digits()),
                };
                // An id is the sender's own choice and may repeat their number.
                assert!(received.id.as_str().contains(&personal) || !shown.contains(&personal));
            }
            Parsed::Ignored(_) => {}
            Parsed::Unclear(unclear) => {
                assert!(unclear.raw.len() <= 8 * 1024);
                assert!(std::str::from_utf8(&unclear.raw).is_ok());
                assert!(shown.len() < 80);
            }
        }
    }
});
