//! The part of the story in which people write to our numbers.

use domain::settings::Settings;
use local::simulator::{Form, LidUse, Written};
use serde_json::json;

use crate::hook::message;
use crate::person::Person;
use crate::story::Story;
use crate::town::Town;

/// Stands in what people write, and nowhere else.
const WORD: &str = "zirkonium";

/// Questions, stops, wrong numbers, with and without the writer's number; what nobody can read; and
/// all that while the store does not answer.
pub(crate) async fn correspondence(town: &Town, story: &mut Story) {
    story.secrets.push(("word of a message", WORD.to_owned()));
    for number in 1..=3 {
        let path = town.hook_path(number);
        let (_, token) = path.rsplit_once('/').expect("a path");
        story
            .secrets
            .push(("token of an address", token.to_owned()));
    }
    questions(town, story).await;
    stops(town, story).await;
    unclear(town, story).await;
    outage(town, story).await;
}

async fn somebody(town: &Town, story: &mut Story, n: u32) -> Person {
    let person = Person::nth(n);
    story.knows(&person.phone);
    let phone = person.e164().parse().expect("a number");
    story.secrets.push(("hidden id", Written::lid(&phone)));
    story.register(town, &person).await;
    person
}

async fn questions(town: &Town, story: &mut Story) {
    // They write before their welcome has left, which a ceiling holds.
    ceiling(town, Some(0)).await;
    let early = somebody(town, story, 950).await;
    town.advance(60).await;
    assert_eq!(town.state_of(&early, "welcome").await, "queued/held");
    let hello = format!("Halo, {WORD}");
    town.says_in(&early, 1, &hello, Form::Raw, LidUse::Both)
        .await;
    ceiling(town, None).await;
    for text in ["LINK", "JADWAL", "Ada lagi?"] {
        town.says_in(&early, 2, text, Form::Raw, LidUse::Hidden)
            .await;
    }
    town.says(&Person::nth(951), 2, "LINK").await;
    story.knows(&Person::nth(951).phone);
}

async fn ceiling(town: &Town, cold_welcomes_per_day: Option<u32>) {
    let settings = Settings {
        cold_welcomes_per_day,
        ..Settings::default()
    };
    let saved = app::settings::save_settings(&town.cloud.app, &settings).await;
    saved.expect("settings are saved");
    town.advance(60).await;
}

async fn stops(town: &Town, story: &mut Story) {
    let one = somebody(town, story, 960).await;
    town.advance(60).await;
    for _ in 0..2 {
        town.says(&one, 3, "STOP").await;
    }
    story.register(town, &one).await;
    // Not registered yet.
    let two = Person::nth(961);
    story.knows(&two.phone);
    town.says(&two, 1, "berhenti").await;
    story.register(town, &two).await;
    // Only the hidden id, which nobody knows.
    let three = somebody(town, story, 962).await;
    town.says_in(&three, 1, "STOP", Form::Simple, LidUse::Hidden)
        .await;
    let four = somebody(town, story, 963).await;
    town.advance(60).await;
    town.says(&four, 1, "salah nomor").await;
    town.advance(60).await;
}

async fn unclear(town: &Town, story: &mut Story) {
    let person = Person::nth(970);
    story.knows(&person.phone);
    let odd = json!({ "who": person.e164(), "what": WORD });
    assert_eq!(town.hook(1, odd.to_string()).await.status, 200);
    let broken = format!("{{\"phone\":\"{}\",\"text\":\"{WORD}", person.e164());
    assert_eq!(town.hook(1, broken).await.status, 400);
}

async fn outage(town: &Town, story: &mut Story) {
    let person = Person::nth(980);
    story.knows(&person.phone);
    let text = format!("Halo, {WORD}");
    let at = town.now();
    let body = message(&person, "3EB0980", &text, Form::Raw, LidUse::Both, at);
    // With the first call nobody is known; with the second the number is.
    for call in [0, 1] {
        town.cloud.faults.break_calls_of("webhook", call..u64::MAX);
        assert_eq!(town.hook(1, body.to_string()).await.text, "{}");
        town.cloud.faults.break_calls_of("webhook", 0..0);
    }
    town.advance(400).await;
}
