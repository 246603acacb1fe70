//! SALAH NOMOR, and an admin's erasure: nothing that names the person is left, and nothing that
//! waits for them or speaks of them hangs.

use app::erase::{Erased, erase};
use app::settings::save_settings;
use domain::ids::ParticipantId;
use domain::inbound::Request;
use domain::settings::Settings;
use domain::suppression::Standing;
use tests::{Item, Person, Town, figure, state, word};

const ADMIN: &str = "admin@example.org";

async fn erased(town: &Town, person: &Person) -> ParticipantId {
    let id = town.id_of(person).await.expect("registered");
    let done = erase(&town.cloud.app, id, ADMIN).await;
    assert_eq!(done.expect("done"), Erased::Now);
    id
}

async fn items_of(town: &Town, id: ParticipantId) -> Vec<Item> {
    let pk = format!("P#{id}");
    let mut items = town.items("participants").await;
    items.retain(|item| word(item, "pk") == Some(&pk));
    items.sort_by_key(|item| word(item, "sk").map(str::to_owned));
    items
}

/// All rows about or to this id, with their state.
async fn rows_with(town: &Town, field: &str, id: ParticipantId) -> Vec<String> {
    let id = id.to_string();
    let rows = town.items("notifications_log").await;
    let rows = rows.iter().filter(|row| word(row, field) == Some(&id));
    rows.map(state).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_number_is_forgotten_and_stays_stopped() {
    let town = Town::open_at("10:00").await;
    let (referrer, person) = (Person::nth(1), Person::nth(2));
    town.all_register(std::slice::from_ref(&referrer)).await;
    let invited = person.clone().named("Siti Aminah").invited_by(&referrer);
    town.all_register(&[invited]).await;
    town.advance(120).await;
    let id = town.id_of(&person).await.expect("registered");
    let code = town.opaque_code_of(&person).await;
    let answer = town.writes(&person, 1, Request::WrongNumber).await;
    assert!(answer.expect("an answer").contains("sudah kami hapus"));
    assert_eq!(town.writes(&person, 1, Request::WrongNumber).await, None);

    let left = items_of(&town, id).await;
    let kinds: Vec<_> = left
        .iter()
        .map(|item| {
            word(item, "sk")
                .expect("sk")
                .split('#')
                .next()
                .expect("a kind")
        })
        .collect();
    assert_eq!(kinds, ["CONSENT", "CONSENT", "ERASED"]);
    let stone = &left[2];
    assert_eq!(word(stone, "by"), Some("participant"));
    assert_eq!(figure(stone, "referrer_sequence"), Some(1));
    let everything = town.items("participants").await;
    let names_them = |item: &&Item| {
        let text = format!("{item:?}");
        text.contains("Siti Aminah") || word(item, "pk") == Some(&format!("C#{code}"))
    };
    assert_eq!(everything.iter().filter(names_them).count(), 0);
    assert_eq!(town.standing_of(&person).await.standing, Standing::Stopped);
    // Place and total stay, and the next one comes behind.
    assert_eq!(town.total_of(&referrer).await, 1);
    town.all_register(&[Person::nth(3).invited_by(&referrer)])
        .await;
    town.advance(60).await;
    assert_eq!(town.places_given_by(&referrer).await, [1, 2]);

    // The number's owner registers: somebody new, and stopped until an admin lifts it.
    town.all_register(std::slice::from_ref(&person)).await;
    town.advance(60).await;
    assert_ne!(town.id_of(&person).await, Some(id));
    assert_eq!(town.standing_of(&person).await.standing, Standing::Asked);
    assert_eq!(town.state_of(&person, "welcome").await, "failed/suppressed");
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_erased_by_an_admin_may_register_anew() {
    let town = Town::open_at("10:00").await;
    let person = Person::nth(1);
    town.all_register(std::slice::from_ref(&person)).await;
    town.advance(60).await;
    let id = erased(&town, &person).await;
    let again = erase(&town.cloud.app, id, ADMIN).await;
    assert_eq!(again.expect("done"), Erased::NotThere);
    assert!(town.id_of(&person).await.is_none());
    assert!(town.participants_items("GUARD").await.is_empty());
    town.all_register(std::slice::from_ref(&person)).await;
    town.advance(60).await;
    assert_eq!(town.chat(&person).await.len(), 2);
    assert_eq!(town.standing_of(&person).await.standing, Standing::Free);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_an_erased_person_or_speaks_of_them_ends() {
    let town = Town::open_at("20:00").await;
    let (referrer, person) = (Person::nth(1), Person::nth(2));
    town.all_register(&[referrer.clone(), person.clone()]).await;
    town.advance(60).await;
    // An alert to them waits for the morning, and so does one about the one they invited.
    let invited = Person::nth(3).invited_by(&person);
    let about = Person::nth(4).invited_by(&referrer);
    town.all_register(&[invited, about.clone()]).await;
    town.advance(60).await;
    let gone = erased(&town, &person).await;
    let subject = erased(&town, &about).await;
    town.advance_to("09:30").await;
    let to_them = rows_with(&town, "participant_id", gone).await;
    assert!(
        to_them.contains(&"failed/cancelled".to_owned()),
        "{to_them:?}"
    );
    assert!(
        !to_them.iter().any(|state| state.starts_with("queued")),
        "{to_them:?}"
    );
    assert_eq!(
        rows_with(&town, "subject_id", subject).await,
        ["failed/cancelled"]
    );
    assert_eq!(town.chat(&referrer).await.len(), 1);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_about_somebody_erased_before_they_had_a_place_ends() {
    let town = Town::open_at("10:00").await;
    let (referrer, person) = (Person::nth(1), Person::nth(2));
    town.all_register(std::slice::from_ref(&referrer)).await;
    town.advance(60).await;
    town.cloud.queue.lose(&["referrals"]);
    town.all_register(&[person.clone().invited_by(&referrer)])
        .await;
    let id = erased(&town, &person).await;
    assert_eq!(
        rows_with(&town, "subject_id", id).await,
        ["queued/waiting_sequence"]
    );
    town.cloud.queue.lose(&[]);
    town.advance(600).await;
    assert_eq!(
        rows_with(&town, "subject_id", id).await,
        ["failed/cancelled"]
    );
    assert_eq!(town.total_of(&referrer).await, 0);
    // The next one is the first.
    town.all_register(&[Person::nth(3).invited_by(&referrer)])
        .await;
    town.advance(60).await;
    assert_eq!(town.places_given_by(&referrer).await, [1]);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waited_for_a_referrer_and_was_erased_is_passed_over() {
    let town = Town::open_at("10:00").await;
    let referrer = Person::nth(1);
    let early = [2, 3].map(|n| Person::nth(n).invited_by(&referrer));
    for person in &early {
        town.all_register(std::slice::from_ref(person)).await;
        town.advance(5).await;
    }
    erased(&town, &early[0]).await;
    town.all_register(std::slice::from_ref(&referrer)).await;
    town.advance(300).await;
    assert_eq!(town.places_given_by(&referrer).await, [1]);
    assert_eq!(town.told_of(&referrer).await, 1);
    let pending = town.items("participants").await;
    let pending = pending
        .iter()
        .filter(|item| word(item, "sk").is_some_and(|sk| sk.starts_with("PENDING")));
    assert_eq!(pending.count(), 0);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_referrer_leaves_no_job_that_hangs_and_their_number_waits_for_its_next_owner() {
    let town = Town::open_at("10:00").await;
    let referrer = Person::nth(1);
    town.all_register(std::slice::from_ref(&referrer)).await;
    town.advance(60).await;
    town.cloud.queue.lose(&["referrals"]);
    town.all_register(&[Person::nth(2).invited_by(&referrer)])
        .await;
    let id = erased(&town, &referrer).await;
    town.cloud.queue.lose(&[]);
    town.advance(600).await;
    let rows = rows_with(&town, "participant_id", id).await;
    assert!(rows.contains(&"failed/cancelled".to_owned()), "{rows:?}");
    assert!(
        !rows.iter().any(|state| state.starts_with("queued")),
        "{rows:?}"
    );
    // Whoever names the number now waits for whoever registers it.
    town.all_register(&[Person::nth(3).invited_by(&referrer)])
        .await;
    town.advance(300).await;
    town.all_register(std::slice::from_ref(&referrer)).await;
    town.advance(300).await;
    assert_eq!(town.places_given_by(&referrer).await, [1]);
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_mark_on_a_number_that_others_wait_for_keeps_nobody_from_waiting() {
    let town = Town::open_at("10:00").await;
    let referrer = Person::nth(1);
    town.writes(&referrer, 1, Request::Stop).await;
    town.all_register(&[Person::nth(2).invited_by(&referrer)])
        .await;
    // Longer than the sweep waits for both sides of the race.
    town.advance(600).await;
    assert!(!town.logs().contains("unreadable phone guard"));
    town.all_register(std::slice::from_ref(&referrer)).await;
    town.advance(300).await;
    assert_eq!(town.places_given_by(&referrer).await, [1]);
    assert!(town.chat(&referrer).await.is_empty());
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_welcome_of_an_erased_person_ends() {
    let town = Town::open_on("2026-11-24 12:00").await;
    let settings = Settings {
        cold_welcomes_per_day: Some(0),
        ..Settings::default()
    };
    let app = &town.cloud.app;
    save_settings(app, &settings).await.expect("saved");
    town.advance(15).await;
    let people = [1, 2, 3].map(Person::nth);
    town.all_register(&people).await;
    town.advance(60).await;
    assert_eq!(town.count_rows("welcome", "queued", "held").await, 3);
    // By an admin; by themselves; by an admin who lets all go then.
    let first = erased(&town, &people[0]).await;
    let second = town.id_of(&people[1]).await.expect("registered");
    town.writes(&people[1], 1, Request::WrongNumber).await;
    app::ceiling::release_held(app, 10).await.expect("done");
    town.advance(120).await;
    assert_eq!(
        rows_with(&town, "participant_id", first).await,
        ["failed/cancelled"]
    );
    assert_eq!(
        rows_with(&town, "participant_id", second).await,
        ["failed/suppressed"]
    );
    assert_eq!(town.count_rows("welcome", "sent", "accepted").await, 1);
    town.check_invariants();
}
