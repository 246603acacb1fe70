//! Whatever is posted to the webhook: a clear answer, never a 5xx, and never one that makes the
//! gateway write to somebody unless that is meant (requirements I2, I3).

use std::path::Path;

use app::hook_token::issue_hook_token;
use domain::settings::Settings;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, Person, Town};

const LONGEST: usize = 64 * 1024;

/// No field that the gateway would act on.
fn is_silent(answer: &Answer) -> bool {
    let body: Value = serde_json::from_str(&answer.text).expect("JSON");
    body.get("reply").is_none() && body.get("text").is_none()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sample_is_answered_and_only_a_person_is_answered_in_words() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/webhook");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() > 40, "{}", files.len());
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let body = std::fs::read(&file).unwrap();
        let parts = gateway::inbound::parse(&body, town.cloud.app.now());
        let parts = parts.expect("a sample is JSON");
        let answer = town.hook(1, body.clone()).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        let is_person = matches!(
            parts.as_slice(),
            [gateway::inbound::Parsed::Message(received)]
                if matches!(received.sender, domain::inbound::Sender::Phone { .. })
        );
        assert!(is_person || is_silent(&answer), "{name}: {}", answer.text);
        // Brought again, it says nothing, whatever it was.
        let again = town.hook(1, body).await;
        assert_eq!(again.status, 200, "{name}: {}", again.text);
        assert!(is_silent(&again), "{name}: {}", again.text);
    }
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_message_gets_a_clear_refusal() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let nested = |open: &str, close: &str| open.repeat(5_000) + &close.repeat(5_000);
    let bad: [Vec<u8>; 9] = [
        b"".to_vec(),
        b"Halo".to_vec(),
        b"{".to_vec(),
        b"\"STOP\"".to_vec(),
        b"{\"text\":\"\xff\xfe\"}".to_vec(),
        vec![0; 100],
        nested("[", "]").into_bytes(),
        nested("{\"data\":", "}").into_bytes(),
        b"phone=6281200000001&text=STOP".to_vec(),
    ];
    for body in bad {
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        let answer = town.hook(1, body).await;
        assert_eq!(answer.status, 400, "{shown}: {}", answer.text);
        assert!(is_silent(&answer), "{shown}: {}", answer.text);
    }
    let person = Person::nth(1);
    let mut message = town.message(&person, "3EB0LONG", "");
    let room = LONGEST - message.to_string().len();
    message["text"] = "x".repeat(room).into();
    let longest = message.to_string();
    assert_eq!(longest.len(), LONGEST);
    let longer = format!("{longest} ");
    let answer = town.hook(1, longer).await;
    assert_eq!(answer.status, 413, "{}", answer.text);
    assert!(is_silent(&answer), "{}", answer.text);
    let answer = town.hook(1, longest).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(town.items("suppression").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_known_by_its_whole_token_and_tells_nothing_else() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let path = town.hook_path(1);
    let (start, token) = path.rsplit_once('/').expect("a path");
    let person = Person::nth(1);
    let body = town.message(&person, "3EB0A", "STOP").to_string();
    let post = async |path: String| {
        let request = town.request(Method::POST, &path).body(body.clone());
        town.send(request).await
    };
    let flipped = |at: usize| {
        let other = if &token[at..=at] == "A" { "B" } else { "A" };
        format!("{start}/{}{other}{}", &token[..at], &token[at + 1..])
    };
    let mut refusals = Vec::new();
    // A wrong secret, another number, part of it, more of it, none at all.
    for wrong in [
        flipped(40),
        flipped(3),
        format!("{start}/{}", &token[..63]),
        format!("{start}/{token}A"),
        format!("{start}/x"),
        format!("{start}/%00%ff"),
        format!("{start}/{}", "A".repeat(8_000)),
    ] {
        let answer = post(wrong.clone()).await;
        assert_eq!(answer.status, 404, "{wrong}: {}", answer.text);
        refusals.push(answer.text);
    }
    assert!(
        refusals.iter().all(|text| *text == refusals[0]),
        "{refusals:?}"
    );
    assert!(is_silent(&post(flipped(40)).await));
    assert!(town.items("suppression").await.is_empty());
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE] {
        let answer = town.send(town.request(method.clone(), &path)).await;
        assert!((404..=405).contains(&answer.status), "{method}");
    }

    // A new address leaves each one before it good for a day after it was replaced.
    let id = town.number_id(1).await;
    let app = &town.cloud.app;
    let second = issue_hook_token(app, id).await.expect("a token");
    let second = format!("{start}/{}", second.reveal());
    assert_eq!(post(path.clone()).await.status, 200);
    assert_eq!(post(second.clone()).await.status, 200);
    town.advance(24 * 3_600 + 1).await;
    assert_eq!(post(path.clone()).await.status, 404);
    assert_eq!(post(second.clone()).await.status, 200);
    for _ in 0..2 {
        issue_hook_token(app, id).await.expect("a token");
    }
    assert_eq!(post(second.clone()).await.status, 200);
    town.advance(24 * 3_600 + 1).await;
    assert_eq!(post(second).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_takes_so_many_messages_a_minute_and_another_is_not_meant() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let few = Settings {
        inbound_per_minute: 3,
        ..Settings::default()
    };
    let saved = app::settings::save_settings(&town.cloud.app, &few).await;
    saved.expect("saved");
    town.advance_to("10:01").await;
    let mut taken = Vec::new();
    for n in 0..5 {
        let body = town.message(&Person::nth(n), &format!("3EB0{n}"), "Halo");
        let answer = town.hook(1, body.to_string()).await;
        assert_eq!(answer.status == 200, !is_silent(&answer), "{}", answer.text);
        taken.push(answer.status);
    }
    assert_eq!(taken, [200, 200, 200, 429, 429]);
    // A stop is never one too many, and is all that is taken of its body.
    let (eight, nine) = (Person::nth(8), Person::nth(9));
    let body = json!([
        town.message(&eight, "3EB08", "JADWAL"),
        town.message(&eight, "3EB09", "STOP"),
        {"phone": "?", "text": "stop"},
    ]);
    let answer = town.hook(1, body.to_string()).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
    let body = town.message(&nine, "3EB0A", "SALAH NOMOR").to_string();
    assert_eq!(town.hook(1, body).await.json()["reply"], true);
    for person in [&eight, &nine] {
        assert!(town.standing_of(person).await.standing.is_stopped());
    }
    let waiting = app::inbox::inbox(&town.cloud.app, None, 10).await;
    assert_eq!(waiting.expect("the inbox").items.len(), 1);
    let body = town.message(&Person::nth(7), "3EB07", "Halo").to_string();
    assert_eq!(town.hook(2, body.clone()).await.status, 200);
    town.advance(60).await;
    assert_eq!(town.hook(1, body).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_messages_in_one_body_each_counts_and_nobody_gets_anothers_answer() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let (one, two) = (Person::nth(1), Person::nth(2));
    let both = json!([
        town.message(&one, "3EB01", "STOP"),
        town.message(&two, "3EB02", "STOP")
    ]);
    let answer = town.hook(1, both.to_string()).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
    for person in [&one, &two] {
        assert!(town.standing_of(person).await.standing.is_stopped());
    }
    // In a group's company no word is said.
    let three = Person::nth(3);
    let group = json!({"key": {"remoteJid": "1203630@g.us", "fromMe": false, "id": "G"}, "message": {"conversation": "x"}});
    let mixed = json!([town.message(&three, "3EB03", "STOP"), group]);
    let answer = town.hook(1, mixed.to_string()).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
    assert!(town.standing_of(&three).await.standing.is_stopped());
    // Of one person's messages a stop is confirmed before anything else is answered.
    let four = Person::nth(4);
    let own = json!([
        town.message(&four, "3EB04", "Halo"),
        town.message(&four, "3EB05", "STOP")
    ]);
    let answer = town.hook(1, own.to_string()).await.json();
    assert!(
        answer["text"]
            .as_str()
            .unwrap()
            .contains("tidak akan menerima"),
        "{answer}"
    );
    assert!(town.standing_of(&four).await.standing.is_stopped());
}

/// The simple form of a body with neither id nor time.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_stop_in_the_same_words_is_heard_after_the_first_was_lifted() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let person = Person::nth(1);
    let app = &town.cloud.app;
    let index = app.store.phone_index(&person.phone()).expect("an index");
    let body = json!({"phone": person.phone().digits(), "text": "STOP"}).to_string();
    for _ in 0..2 {
        let answer = town.hook(1, body.clone()).await;
        assert_eq!(answer.json()["reply"], true, "{}", answer.text);
        let again = town.hook(1, body.clone()).await;
        assert_eq!(again.text, "{}", "a duplicate");
        let stopped = town.standing_of(&person).await;
        assert!(stopped.standing.is_stopped());
        town.advance(60).await;
        let lift = app::suppression::lift_stop(app, &index, stopped.changed_at, "admin", "diminta");
        assert_eq!(
            lift.await.expect("an answer"),
            app::suppression::Lifted::Done
        );
        assert!(!town.standing_of(&person).await.standing.is_stopped());
    }
    // Nor when nobody knows whose it is.
    let unclear = json!({"phone": "?", "text": "stop"}).to_string();
    for _ in 0..2 {
        town.advance(60).await;
        assert_eq!(town.hook(1, unclear.clone()).await.text, "{}");
        let page = app::inbox::inbox(app, None, 10).await.expect("the inbox");
        assert_eq!(page.items.len(), 1);
        let dismiss = app::inbox::Resolution::Dismiss;
        let done = app::inbox::resolve_inbox(app, &page.items[0].id, dismiss, "admin").await;
        assert_eq!(done.expect("an answer"), app::inbox::Resolved::Done);
    }
}
