//! A story that touches everything the system does so far, for tests that look at what it left.

use std::time::{Duration, Instant};

use domain::phone::Phone;
use domain::referral_code::CodeStyle;
use domain::settings::{AlertPhone, Settings};
use local::simulator::Mode;

use crate::browser::Browser;
use crate::correspondence::correspondence;
use crate::panel_day::panel;
use crate::person::Person;
use crate::town::{Answer, Town};

/// Who took part and what must not be known outside.
#[derive(Debug, Default)]
pub struct Story {
    /// Numbers that were registered, named or typed anywhere.
    pub phones: Vec<Phone>,
    /// Network addresses that visitors came from.
    pub addresses: Vec<&'static str>,
    /// Names of people.
    pub names: Vec<&'static str>,
    /// What else must not be known: what it is, and it.
    pub secrets: Vec<(&'static str, String)>,
}

const REFERRER: u32 = 100;
const LATE_REFERRER: u32 = 200;

impl Story {
    pub(crate) fn knows(&mut self, writing: &str) {
        let phone = Phone::parse(writing).expect("an invented number");
        if !self.phones.contains(&phone) {
            self.phones.push(phone);
        }
    }

    pub(crate) async fn register(&mut self, town: &Town, person: &Person) -> Answer {
        self.knows(&person.phone);
        let request = town.registration().json(&person.json());
        let answer = town.send(request.header("x-forwarded-for", "203.0.113.77"));
        let answer = answer.await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer
    }
}

/// Plays it: from 12.00 WIB of one day to the afternoon of the next.
pub async fn play(town: &Town) -> Story {
    let mut story = Story {
        addresses: vec!["203.0.113.77"],
        names: vec!["Budi Santoso", "Siti Aminah", "Wayan Sudiarta"],
        ..Story::default()
    };
    looking_around(town).await;
    invitations(town, &mut story).await;
    mistakes(town, &mut story).await;
    masks(town, &mut story).await;
    ceiling(town, &mut story).await;
    failures(town, &mut story).await;
    hidden_number(town, &mut story).await;
    next_day(town, &mut story).await;
    correspondence(town, &mut story).await;
    panel(town, &mut story).await;
    story
}

/// Visitors who read the page, are counted, and save the sending numbers.
async fn looking_around(town: &Town) {
    assert_eq!(town.get("/api/landing").await.status, 200);
    assert_eq!(town.get("/api/contact.vcf").await.status, 200);
    let step = serde_json::json!({"step": "visit", "source": "direct"});
    let visit = town.request(reqwest::Method::POST, "/api/visits");
    let visit = visit.header("x-forwarded-for", "203.0.113.77").json(&step);
    assert_eq!(town.send(visit).await.status, 204);
}

/// Visitors who come through links, spelt in many ways; one is invited by nobody who is known.
async fn invitations(town: &Town, story: &mut Story) {
    story.register(town, &Person::nth(REFERRER)).await;
    let spelt = [
        "0812-1000-0101",
        "+62 812 1000 0102",
        "62812.1000.0103",
        "(0812) 1000 0104",
        "https://wa.me/6281210000105",
    ];
    for phone in spelt {
        let visitor = Person {
            phone: phone.to_owned(),
            ..Person::nth(0).named("Siti Aminah")
        };
        let visitor = visitor.invited_by(&Person::nth(REFERRER));
        story.register(town, &visitor).await;
    }
    let mut browser = Browser::default();
    browser.open(town, "/ref=%2B62%20812-1000-0100").await;
    let visitor = Person::nth(106).keeping_to_themselves();
    story.knows(&visitor.phone);
    let answer = browser.post(town, &visitor.form()).await;
    assert_eq!(answer.status, 303, "{}", answer.text);

    story
        .register(town, &Person::nth(108).invited_by(&Person::nth(REFERRER)))
        .await;

    let early = Person::nth(107).invited_by(&Person::nth(LATE_REFERRER));
    story.register(town, &early).await;
    town.advance(180).await;
    story.register(town, &Person::nth(LATE_REFERRER)).await;
    // Five alerts and a list of two.
    arrived(town, &Person::nth(REFERRER), 1 + 6).await;
    arrived(town, &Person::nth(LATE_REFERRER), 1 + 1).await;
}

/// Numbers in wrong fields, robots, and somebody who is registered already.
async fn mistakes(town: &Town, story: &mut Story) {
    for (n, field) in (300..).zip([
        "name",
        "city",
        "profession",
        "sapaan",
        "consent_wa",
        "other",
    ]) {
        let mut body = Person::nth(n).json();
        body[field] = Person::nth(n).phone.into();
        story.knows(&Person::nth(n).phone);
        assert_eq!(town.post_json(&body).await.status, 422, "{field}");
        let mut fields = Person::nth(n).form();
        fields.retain(|(name, _)| *name != field);
        fields.push((field, Person::nth(n).phone));
        let page = town.send(town.registration().form(&fields)).await;
        assert_eq!(page.status, 422, "{field}");
    }
    // As the name of a field, as a broken body, as a link that names two people.
    let mut body = Person::nth(310).json();
    body[Person::nth(310).phone] = true.into();
    story.knows(&Person::nth(310).phone);
    assert_eq!(town.post_json(&body).await.status, 422);
    let broken = town
        .registration()
        .header("content-type", "application/json");
    let broken = broken.body(format!("{{\"phone\":\"{}\"", Person::nth(311).phone));
    story.knows(&Person::nth(311).phone);
    assert_eq!(town.send(broken).await.status, 400);
    let unknown = format!("/unknown/{}", Person::nth(312).phone);
    story.knows(&Person::nth(312).phone);
    assert_eq!(town.get(&unknown).await.status, 404);

    let mut robot = Person::nth(313).json();
    robot["website"] = Person::nth(313).phone.into();
    story.knows(&Person::nth(313).phone);
    assert_eq!(town.post_json(&robot).await.status, 201);
    story
        .register(town, &Person::nth(REFERRER).named("Wayan Sudiarta"))
        .await;
}

/// Alerts that show less, and alerts that show all.
async fn masks(town: &Town, story: &mut Story) {
    let choices = [(400, AlertPhone::Masked), (401, AlertPhone::Full)];
    for (n, alert_phone) in choices {
        let settings = Settings {
            alert_phone,
            cold_welcomes_per_day: None,
            ..Settings::default()
        };
        let saved = app::settings::save_settings(&town.cloud.app, &settings).await;
        saved.expect("settings are saved");
        let visitor = Person::nth(n).invited_by(&Person::nth(LATE_REFERRER));
        story.register(town, &visitor.keeping_to_themselves()).await;
        arrived(town, &Person::nth(LATE_REFERRER), 2 + (n as usize - 399)).await;
    }
}

/// More people than the ceiling allows; one of them is let go.
async fn ceiling(town: &Town, story: &mut Story) {
    let settings = Settings {
        cold_welcomes_per_day: Some(1),
        ..Settings::default()
    };
    let app = &town.cloud.app;
    let saved = app::settings::save_settings(app, &settings).await;
    saved.expect("settings are saved");
    town.advance(15).await;
    for n in [450, 451, 452] {
        story.register(town, &Person::nth(n)).await;
    }
    town.advance(60).await;
    assert_eq!(town.count_rows("welcome", "queued", "held").await, 2);
    let released = app::ceiling::release_held(app, 1).await;
    assert_eq!(released.expect("the store answers"), 1);
    let settings = Settings {
        cold_welcomes_per_day: None,
        ..Settings::default()
    };
    let saved = app::settings::save_settings(app, &settings).await;
    saved.expect("settings are saved");
    town.advance(60).await;
}

/// Every way in which the gateway fails; the number that comes back each time is brought back.
async fn failures(town: &Town, story: &mut Story) {
    for number in 1..=3 {
        town.set_mode(number, Mode::InvalidKey).await;
        story
            .register(town, &Person::nth(500 + number as u32))
            .await;
        town.advance(240).await;
        town.set_mode(number, Mode::Ok).await;
    }
    // Long enough for the check that brings each of them back.
    town.advance(2_400).await;
    for number in 1..=3 {
        town.set_mode(number, Mode::Refused).await;
    }
    story.register(town, &Person::nth(510)).await;
    town.advance(120).await;
    for number in 1..=3 {
        town.set_mode(number, Mode::TimeoutAfter).await;
    }
    town.advance(600).await;
    bring_back(town).await;
    story.register(town, &Person::nth(511)).await;
    town.advance(60).await;
    for number in 1..=3 {
        town.set_mode(number, Mode::Ok).await;
    }
    // Longer than the gateway may be held to be down.
    town.advance(1_200).await;
    bring_back(town).await;
    for number in 1..=3 {
        town.set_mode(number, Mode::Redirect).await;
    }
    story.register(town, &Person::nth(513)).await;
    town.advance(600).await;
    for number in 1..=3 {
        town.set_mode(number, Mode::Ok).await;
    }
    bring_back(town).await;
    // A number that asked to be left alone.
    let stopped = Person::nth(512);
    town.silence(&stopped).await;
    story.register(town, &stopped).await;
    town.advance(120).await;
    assert!(town.count_rows("welcome", "failed", "suppressed").await == 1);
}

/// Somebody's link hides their number, and leads to them all the same.
async fn hidden_number(town: &Town, story: &mut Story) {
    let settings = Settings {
        referral_code_style: CodeStyle::Opaque,
        ..Settings::default()
    };
    let saved = app::settings::save_settings(&town.cloud.app, &settings).await;
    saved.expect("settings are saved");
    let host = Person::nth(520);
    story.register(town, &host).await;
    let code = town.opaque_code_of(&host).await;
    let visitor = Person {
        code: Some(code),
        ..Person::nth(521)
    };
    story.register(town, &visitor).await;
    arrived(town, &host, 2).await;
    let saved = app::settings::save_settings(&town.cloud.app, &Settings::default()).await;
    saved.expect("settings are saved");
}

async fn bring_back(town: &Town) {
    let app = &town.cloud.app;
    for number in app.store.roster().await.expect("numbers") {
        let back = app::numbers::reactivate(app, number.id).await;
        back.expect("a number comes back");
    }
}

/// Somebody registers at night, and somebody who is registered asks again.
async fn next_day(town: &Town, story: &mut Story) {
    town.advance_to("22:00").await;
    let night = Person::nth(600).invited_by(&Person::nth(REFERRER));
    story.register(town, &night).await;
    town.advance_to("12:00").await;
    story.register(town, &Person::nth(REFERRER)).await;
    arrived(town, &Person::nth(REFERRER), 9).await;
    assert_eq!(town.count_rows("link", "sent", "accepted").await, 1);
}

/// Plays on until so many messages stand in this person's chat.
async fn arrived(town: &Town, person: &Person, messages: usize) {
    let began = Instant::now();
    while town.chat(person).await.len() < messages {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "{messages} messages expected: {:#?}",
            town.rows().await
        );
        town.advance(30).await;
    }
    assert_eq!(town.chat(person).await.len(), messages);
}
