//! Every file of `events/webhook` and what it comes to; what no file can hold; any JSON at all.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

#[path = "webhook/any.rs"]
mod any;
#[path = "webhook/cases.rs"]
mod cases;
#[path = "webhook/ids.rs"]
mod ids;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use domain::inbound::{Request, Sender};
use gateway::inbound::{Ignored, NotJson, Parsed};
use jiff::Timestamp;
use serde_json::json;

/// When the bodies come.
const RECEIVED_AT: Timestamp = Timestamp::UNIX_EPOCH;

fn parse(body: &[u8]) -> Result<Vec<Parsed>, NotJson> {
    gateway::inbound::parse(body, RECEIVED_AT)
}

/// A file's bytes by its name without the ending.
fn files() -> BTreeMap<String, Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/webhook");
    let files = std::fs::read_dir(folder).unwrap();
    files
        .map(|file| {
            let path = file.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect()
}

/// `sender | id | time | request | text`, or why it is none.
fn told(parsed: &Parsed) -> String {
    let received = match parsed {
        Parsed::Message(received) => received,
        Parsed::Ignored(why) => return format!("{why:?}"),
        Parsed::Unclear(unclear) if unclear.mentions_stop => return "Unclear, stop".to_owned(),
        Parsed::Unclear(_) => return "Unclear".to_owned(),
    };
    let sender = match &received.sender {
        Sender::Phone { phone, lid: None } => phone.digits(),
        Sender::Phone {
            phone,
            lid: Some(lid),
        } => {
            format!("{} lid {}", phone.digits(), lid.digits())
        }
        Sender::Hidden(lid) => format!("lid {}", lid.digits()),
    };
    let id = received.id.as_str();
    let id = if id.starts_with("no-id-") {
        "no-id"
    } else {
        id
    };
    let at = received.sent_at.map_or("-".to_owned(), |at| at.to_string());
    let request = received.wording.request();
    let text = received.wording.as_str();
    format!("{sender} | {id} | {at} | {request:?} | {text}")
}

fn read(body: &serde_json::Value) -> Vec<String> {
    let parsed = parse(body.to_string().as_bytes()).unwrap();
    parsed.iter().map(told).collect()
}

#[test]
fn every_sample_comes_to_what_the_table_says() {
    let files = files();
    assert!(files.len() >= 45);
    let told: BTreeMap<&str, Vec<String>> = files
        .iter()
        .map(|(name, body)| {
            let parsed = parse(body).unwrap();
            (name.as_str(), parsed.iter().map(told).collect())
        })
        .collect();
    let expected: BTreeMap<&str, Vec<String>> = cases::TABLE
        .iter()
        .map(|(name, told)| (*name, told.iter().map(|line| (*line).to_owned()).collect()))
        .collect();
    for (name, told) in &told {
        assert_eq!(Some(told), expected.get(name), "events/webhook/{name}.json");
    }
    assert_eq!(told.len(), expected.len(), "a row without a file");
}

#[test]
fn what_is_no_json_object_or_list_is_told_apart() {
    let deep = format!(r#"{{"data":{}1{}}}"#, "[".repeat(200), "]".repeat(200));
    let bodies: [&[u8]; 14] = [
        b"",
        b" \n",
        b"STOP",
        b"OK",
        b"null",
        b"7",
        b"\"STOP\"",
        b"{",
        br#"{"phone":"628110000001","text":"STOP""#,
        br#"{"phone":"628110000001"} x"#,
        b"phone=628110000001&text=STOP",
        b"{\"phone\":\"628110000001\",\"text\":\"\xFF\xFE\"}",
        b"\xFF\xFE{\x00}\x00",
        deep.as_bytes(),
    ];
    for body in bodies {
        assert_eq!(
            parse(body),
            Err(NotJson),
            "{:?}",
            String::from_utf8_lossy(body)
        );
    }
    assert_eq!(parse(&vec![b'['; 65_536]), Err(NotJson));
    // A byte order mark is no reason to refuse.
    assert!(parse("\u{FEFF}{\"phone\":\"628110000001\"}".as_bytes()).is_ok());
}

#[test]
fn half_an_emoji_in_any_place_loses_nothing() {
    for name in [
        r"\ud83d",
        r"\ude00",
        r"\ud83d\ud83d",
        r"\ud83d \ude00",
        r"\\\ud83d",
        r"\uD83Dx",
    ] {
        let body = format!(r#"{{"phone":"628110000001","id":"A","text":"stop","name":"{name}"}}"#);
        let parsed = parse(body.as_bytes()).unwrap();
        assert_eq!(
            parsed.iter().map(told).collect::<Vec<_>>(),
            ["628110000001 | A | - | Stop | stop"],
            "{name}"
        );
    }
    // Pairs and escaped backslashes beside it stay what they are.
    let body =
        br#"{"phone":"628110000001","id":"A","text":"\ud83d\uded1 \\ud83d \ud83d","n":"\ud83d"}"#;
    let parsed = parse(body).unwrap();
    assert_eq!(
        told(&parsed[0]),
        "628110000001 | A | - | Other | 🛑 \\ud83d \u{FFFD}"
    );
    // An escape that is cut off is still an error.
    assert_eq!(parse(br#"{"text":"\ud8"}"#), Err(NotJson));
    assert_eq!(parse(br#"{"text":"\ud83d"#), Err(NotJson));
}

#[test]
fn a_list_gives_its_first_twenty_and_the_rest_to_the_admin() {
    let message = |n: u32| json!({"phone": "628110000001", "id": n, "text": "halo"});
    let mut many: Vec<_> = (0..20).map(message).collect();
    assert_eq!(read(&json!(many)).len(), 20);
    many.push(message(20));
    let told = read(&json!(many));
    assert_eq!((told.len(), told[20].as_str()), (21, "Unclear"));
    many.push(json!({"phone": "628110000001", "id": 21, "text": "stop"}));
    let told = read(&json!({"data": many}));
    assert_eq!((told.len(), told[20].as_str()), (21, "Unclear, stop"));
}

#[test]
fn wrappers_come_off_eight_deep() {
    let wrap = |times: usize| {
        (0..times).fold(
            json!({"phone": "628110000001", "id": "A", "text": "stop"}),
            |inner, n| {
                if n % 2 == 0 {
                    json!({"data": inner})
                } else {
                    json!([inner])
                }
            },
        )
    };
    assert_eq!(read(&wrap(8)), ["628110000001 | A | - | Stop | stop"]);
    assert_eq!(read(&wrap(10)), ["Unclear, stop"]);
    // A number beside the message is the one that received it.
    let told = read(&json!({
        "phone": "628119999999",
        "data": {"key": {"remoteJid": "628110000001@s.whatsapp.net", "id": "A"}, "message": {"conversation": "stop"}},
    }));
    assert_eq!(told, ["628110000001 | A | - | Stop | stop"]);
}

#[test]
fn times_are_read_in_every_unit_within_reason() {
    let at = |time: serde_json::Value| {
        let parsed = parse(
            json!({"phone": "628110000001", "timestamp": time})
                .to_string()
                .as_bytes(),
        )
        .unwrap();
        let Parsed::Message(received) = &parsed[0] else {
            panic!("{parsed:?}");
        };
        received.sent_at.map(|at| at.to_string())
    };
    let good = Some("2025-11-24T16:00:00Z".to_owned());
    for time in [
        json!(1_764_000_000),
        json!("1764000000"),
        json!(" 1764000000 "),
        json!("1764000000.0"),
        json!(1_764_000_000.0),
        json!(1_764_000_000_000_u64),
        json!("1764000000000"),
        json!(1_764_000_000_000_000_u64),
        json!(1_764_000_000_000_000_000_u64),
        json!({"low": 1_764_000_000, "high": 0, "unsigned": true}),
        json!({"low": 1_764_000_000}),
        json!("2025-11-24T16:00:00.000Z"),
        json!("2025-11-24T23:00:00+07:00"),
    ] {
        assert_eq!(at(time.clone()), good, "{time}");
    }
    for time in [
        json!(null),
        json!(""),
        json!(0),
        json!(-1),
        json!(1_420_070_399),
        json!(4_102_444_800_u64),
        json!(1e300),
        json!("NaN"),
        json!("kemarin"),
        json!("2025-11-24 16:00:00"),
        json!({"low": "x"}),
        json!({"low": 1, "high": i64::MAX}),
        json!([1_764_000_000]),
        json!(true),
    ] {
        assert_eq!(at(time.clone()), None, "{time}");
    }
}

#[test]
fn what_is_kept_for_the_admin_is_bounded_and_shows_nothing() {
    let body = json!({"note": "é".repeat(20_000), "from": "628110000001", "text": "STOP"});
    let parsed = parse(body.to_string().as_bytes()).unwrap();
    let Parsed::Unclear(unclear) = &parsed[0] else {
        panic!("{parsed:?}");
    };
    assert!(unclear.mentions_stop);
    assert!((8 * 1024 - 4..=8 * 1024).contains(&unclear.raw.len()));
    std::str::from_utf8(&unclear.raw).unwrap();
    assert_eq!(
        format!("{unclear:?}"),
        format!(
            "Unclear {{ bytes: {}, mentions_stop: true }}",
            unclear.raw.len()
        )
    );
}

#[test]
fn a_wrong_number_in_an_unclear_message_is_as_urgent_as_a_stop() {
    assert_eq!(
        read(&json!({"isi": {"kata": "Maaf, salah nomor"}})),
        ["Unclear, stop"]
    );
    // What was only quoted is not said.
    assert_eq!(
        read(&json!({"isi": {"contextInfo": {"kata": "STOP"}}})),
        ["Unclear"]
    );
}

#[test]
fn debug_shows_neither_number_nor_hidden_id_nor_words() {
    let body = json!({"key": {"remoteJid": "190000000000001@lid", "senderPn": "628110000001", "id": "A"},
        "message": {"conversation": "rahasia"}});
    let parsed = parse(body.to_string().as_bytes()).unwrap();
    assert_eq!(
        told(&parsed[0]),
        "628110000001 lid 190000000000001 | A | - | Other | rahasia"
    );
    let shown = format!("{parsed:?}");
    for secret in ["190000000000001", "628110000001", "110000", "rahasia"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

/// The largest body that a caller lets through, in the shapes that cost most.
#[test]
fn no_body_keeps_the_reader_busy() {
    const LARGEST: usize = 64 * 1024;
    let of_strings = |piece: &str| {
        let text: String = piece.chars().cycle().take(1_000).collect();
        json!({"x": vec![text.clone(); LARGEST / (text.len() + 3)]}).to_string()
    };
    let mut bodies: Vec<String> = [
        "saya ",
        "hapus saya ",
        "jangan lagi ",
        "ya ",
        "s ",
        "ini ",
        "tidak mau ",
        "stop ini ",
        "🅿",
        "\u{336}",
    ]
    .map(of_strings)
    .to_vec();
    bodies.push(format!("[{}1]", "{},".repeat(LARGEST / 3 - 2)));
    bodies.push(format!(
        r#"{{"x":"{}"}}"#,
        r"\ud83d".repeat(LARGEST / 6 - 2)
    ));
    bodies.push(format!(r#"{{"x":"{}"}}"#, r"\\".repeat(LARGEST / 2 - 8)));
    bodies.push(format!(
        r#"{{"key":{{"remoteJid":"1@lid"}},"message":{{{}}}}}"#,
        (0..4_000)
            .map(|n| format!(r#""m{n}":{{}}"#))
            .collect::<Vec<_>>()
            .join(",")
    ));
    for body in bodies {
        assert!(body.len() <= LARGEST + 1_000, "{}", body.len());
        let began = Instant::now();
        assert!(parse(body.as_bytes()).is_ok(), "{}", &body[..60]);
        let took = began.elapsed();
        assert!(
            took < Duration::from_secs(2),
            "{took:?}: {}",
            body.chars().take(60).collect::<String>()
        );
    }
}

#[test]
fn the_reasons_cover_all_that_is_ignored() {
    let files = files();
    let seen: std::collections::HashSet<Ignored> = files
        .values()
        .flat_map(|body| parse(body).unwrap())
        .filter_map(|parsed| match parsed {
            Parsed::Ignored(why) => Some(why),
            _ => None,
        })
        .collect();
    for why in [
        Ignored::Own,
        Ignored::Group,
        Ignored::Broadcast,
        Ignored::Newsletter,
        Ignored::Foreign,
        Ignored::NoContent,
    ] {
        assert!(seen.contains(&why), "{why:?} has no sample");
    }
    let asked = |request: Request| {
        files.values().flat_map(|body| parse(body).unwrap()).any(|parsed| {
            matches!(parsed, Parsed::Message(received) if received.wording.request() == request)
        })
    };
    assert!(
        [
            Request::Stop,
            Request::WrongNumber,
            Request::Link,
            Request::Schedule,
            Request::Other
        ]
        .into_iter()
        .all(asked)
    );
}
