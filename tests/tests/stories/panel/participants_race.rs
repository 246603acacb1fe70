//! A correction that meets whatever else may happen to the same person, in both orders.

use std::sync::Arc;

use app::dispatch::{Call, dispatch};
use app::people::{EditError, edit_participant};
use app::ports::ReferralJob;
use app::sequence_referral::run_referral_jobs;
use app::{Act, Failpoint};
use domain::people::Edit;
use domain::suppression::Standing;
use reqwest::Method;
use serde_json::{Value, json};
use tests::panel::{code, etag};
use tests::{Answer, Panel, Pause, Person, Town, flag, word};
use tokio::task::JoinHandle;

struct Race {
    town: Town,
    person: Person,
    path: String,
}

impl Race {
    async fn open() -> Self {
        let town = Town::open_on("2026-11-24 10:00").await;
        let person = Person::nth(1);
        town.all_register(std::slice::from_ref(&person)).await;
        town.advance(60).await;
        let id = town.id_of(&person).await.expect("registered");
        Self {
            town,
            person,
            path: format!("participants/{id}"),
        }
    }

    async fn panel(&self) -> Panel<'_> {
        self.town.sign_in("admin").await
    }

    /// The correction is on its way.
    async fn edit(&self, change: &Value) -> JoinHandle<Answer> {
        let panel = self.panel().await;
        let tag = etag(&panel.ask(&self.path).await);
        let request = panel.request(Method::PATCH, &self.path);
        let request = request.header("if-match", tag).json(change);
        tokio::spawn(Answer::to(request))
    }

    async fn profile(&self) -> Option<tests::Item> {
        let profiles = self.town.participants_items("PROFILE").await;
        let id = self.path.split('/').next_back();
        profiles.into_iter().find(|item| word(item, "id") == id)
    }

    /// The guards say the truth: each profile has its own, and who is silent is stopped.
    async fn check(&self) {
        let profiles = self.town.participants_items("PROFILE").await;
        let guards = self.town.participants_items("GUARD").await;
        for profile in &profiles {
            let index = word(profile, "phone_index").unwrap();
            let pk = format!("G#{index}");
            let guard = guards.iter().find(|guard| word(guard, "pk") == Some(&pk));
            let guard = guard.expect("a guard");
            assert_eq!(word(guard, "participant_id"), word(profile, "id"));
            assert_eq!(flag(guard, "stopped"), None);
            let standing = self.town.cloud.app.store.suppression(index).await.unwrap();
            let silent = flag(profile, "unsubscribed").unwrap();
            assert_eq!(silent, standing.standing.is_stopped());
        }
        for guard in &guards {
            let holder = word(guard, "participant_id");
            if let Some(holder) = holder {
                let held = profiles.iter().any(|one| word(one, "id") == Some(holder));
                assert!(held, "a guard of nobody");
            } else {
                assert_eq!(flag(guard, "stopped"), Some(true));
                let index = word(guard, "pk").unwrap().trim_start_matches("G#");
                let standing = self.town.cloud.app.store.suppression(index).await.unwrap();
                assert!(standing.standing.is_stopped(), "a mark without a stop");
            }
        }
    }
}

async fn status_of(editing: JoinHandle<Answer>) -> (u16, Value) {
    let answer = editing.await.expect("an answer");
    (answer.status, answer.json())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_name_is_corrected_while_the_person_stops() {
    let race = Race::open().await;
    let pause = Pause::at(Failpoint::EditBeforeCommit);
    let editing = race.edit(&json!({"name": "Budi Wijaya"})).await;
    pause.until(1).await;
    race.town.says(&race.person, 1, "STOP").await;
    pause.release();
    let (status, now) = status_of(editing).await;
    assert_eq!(
        (status, &now["name"]),
        (200, &json!("Budi Wijaya")),
        "{now}"
    );
    assert_eq!(now["unsubscribed"], true);
    race.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_corrections_at_once_one_is_told_of_the_other() {
    let race = Race::open().await;
    let pause = Pause::at(Failpoint::EditBeforeCommit);
    let names = ["Budi Wijaya", "Budi Hidayat"];
    let one = race.edit(&json!({"name": names[0]})).await;
    let two = race.edit(&json!({"name": names[1]})).await;
    pause.until(2).await;
    pause.release();
    let (one, two) = (one.await.unwrap(), two.await.unwrap());
    let (winner, loser) = if one.status == 200 {
        (one, two)
    } else {
        (two, one)
    };
    assert_eq!((winner.status, loser.status), (200, 409));
    assert_eq!(code(&loser), "overtaken");
    assert_eq!(loser.json()["current"]["name"], winner.json()["name"]);
    assert_eq!(winner.json()["revision"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_correction_of_somebody_who_is_erased_meanwhile_brings_nobody_back() {
    for change in [
        json!({"name": "Budi Wijaya"}),
        json!({"phone": Person::nth(2).phone}),
    ] {
        let race = Race::open().await;
        let pause = Pause::at(Failpoint::EditBeforeCommit);
        let editing = race.edit(&change).await;
        pause.until(1).await;
        let panel = race.panel().await;
        let erased = panel.send(panel.request(Method::DELETE, &race.path)).await;
        assert_eq!(erased.status, 204);
        pause.release();
        assert_eq!(status_of(editing).await.0, 404);
        assert!(race.profile().await.is_none());
        assert!(race.town.participants_items("GUARD").await.is_empty());
        race.check().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stop_that_comes_before_a_number_changes_goes_with_the_person() {
    let race = Race::open().await;
    let new = Person::nth(2);
    let pause = Pause::at(Failpoint::EditBeforeCommit);
    let editing = race.edit(&json!({"phone": new.phone})).await;
    pause.until(1).await;
    race.town.says(&race.person, 1, "STOP").await;
    pause.release();
    let (status, now) = status_of(editing).await;
    assert_eq!((status, &now["unsubscribed"]), (200, &json!(true)), "{now}");
    for person in [&race.person, &new] {
        let standing = race.town.standing_of(person).await.standing;
        assert_eq!(standing, Standing::Stopped);
    }
    race.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stop_that_is_stored_after_a_number_changed_is_the_old_numbers() {
    let race = Race::open().await;
    let new = Person::nth(2);
    let pause = Pause::at(Failpoint::ReceiveBeforeCommit);
    let body = race.town.message(&race.person, "3EB0STOP", "STOP");
    let request = race.town.request(Method::POST, &race.town.hook_path(1));
    let stopping = tokio::spawn(Answer::to(request.json(&body)));
    pause.until(1).await;
    let editing = race.edit(&json!({"phone": new.phone})).await;
    let (status, now) = status_of(editing).await;
    assert_eq!(
        (status, &now["unsubscribed"]),
        (200, &json!(false)),
        "{now}"
    );
    pause.release();
    assert_eq!(stopping.await.unwrap().status, 200);
    assert_eq!(
        race.town.standing_of(&race.person).await.standing,
        Standing::Stopped
    );
    assert_eq!(race.town.standing_of(&new).await.standing, Standing::Free);
    let profile = race.profile().await.unwrap();
    assert_eq!(flag(&profile, "unsubscribed"), Some(false));
    race.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stop_of_the_new_number_holds_whether_it_comes_before_or_after() {
    for before in [true, false] {
        let race = Race::open().await;
        let new = Person::nth(2);
        let pause = Pause::at(Failpoint::EditBeforeCommit);
        let editing = race.edit(&json!({"phone": new.phone})).await;
        pause.until(1).await;
        if before {
            race.town.says(&new, 1, "STOP").await;
        }
        pause.release();
        assert_eq!(status_of(editing).await.0, 200);
        if !before {
            race.town.says(&new, 1, "STOP").await;
        }
        let profile = race.profile().await.unwrap();
        assert_eq!(flag(&profile, "unsubscribed"), Some(true), "{before}");
        assert_eq!(
            race.town.standing_of(&race.person).await.standing,
            Standing::Free
        );
        race.check().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_number_that_registers_meanwhile_is_taken() {
    let race = Race::open().await;
    let new = Person::nth(2).named("Siti Aminah");
    let pause = Pause::at(Failpoint::EditBeforeCommit);
    let editing = race.edit(&json!({"phone": new.phone})).await;
    pause.until(1).await;
    assert_eq!(race.town.register(&new).await.status, 201);
    pause.release();
    let (status, answer) = status_of(editing).await;
    assert_eq!(status, 422, "{answer}");
    assert!(answer["error"]["fields"]["phone"].is_string());
    let profile = race.profile().await.unwrap();
    let index = race.town.index_of(&race.person);
    assert_eq!(word(&profile, "phone_index"), Some(index.as_str()));
    race.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_referrer_who_is_erased_or_gets_another_number_meanwhile_is_not_set() {
    for erased in [true, false] {
        let race = Race::open().await;
        let referrer = Person::nth(3);
        race.town
            .all_register(std::slice::from_ref(&referrer))
            .await;
        let id = race.town.id_of(&referrer).await.unwrap();
        let path = format!("participants/{id}");
        let pause = Pause::at(Failpoint::EditBeforeCommit);
        let editing = race.edit(&json!({"referrer_phone": referrer.phone})).await;
        pause.until(1).await;
        if erased {
            let panel = race.panel().await;
            let gone = panel.send(panel.request(Method::DELETE, &path)).await;
            assert_eq!(gone.status, 204);
        } else {
            // That correction must not wait at the pause.
            let app = &race.town.cloud.app;
            let number = Person::nth(4);
            fail::remove(Failpoint::EditBeforeCommit.name());
            let edit = Edit {
                phone: Some(number.phone()),
                ..Edit::default()
            };
            let act = Act::of_the_system();
            let changed = edit_participant(app, id, 0, &edit, &act).await;
            changed.unwrap();
        }
        pause.release();
        let (status, answer) = status_of(editing).await;
        assert_eq!(status, 422, "{answer}");
        assert_eq!(word(&race.profile().await.unwrap(), "referrer_id"), None);
        let alerts = race
            .town
            .count_rows("referrer_alert", "queued", "waiting_sequence")
            .await;
        assert_eq!(alerts, 0);
        race.check().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_place_and_a_correction_meet_in_either_order_and_both_hold() {
    for place_first in [true, false] {
        let race = Race::open().await;
        let invited = Person::nth(2).invited_by(&race.person);
        let change = json!({"name": "Siti Aminah", "phone": Person::nth(5).phone});
        let decided = (!place_first).then(|| Pause::at(Failpoint::SequenceBefore));
        if place_first {
            race.town.cloud.queue.lose(&["referrals"]);
        }
        assert_eq!(race.town.register(&invited).await.status, 201);
        race.town.cloud.queue.lose(&[]);
        let participant_id = race.town.id_of(&invited).await.unwrap();
        let referrer_id = race.town.id_of(&race.person).await.unwrap();
        let race = Race {
            path: format!("participants/{participant_id}"),
            ..race
        };
        if let Some(decided) = decided {
            decided.until(1).await;
            let (status, answer) = status_of(race.edit(&change).await).await;
            assert_eq!(status, 200, "{answer}");
            decided.release();
            race.town.advance(30).await;
        } else {
            let pause = Pause::at(Failpoint::EditBeforeCommit);
            let editing = race.edit(&change).await;
            pause.until(1).await;
            let job = [ReferralJob::Sequence {
                participant_id,
                referrer_id,
            }];
            for done in run_referral_jobs(&race.town.cloud.app, &job).await {
                done.unwrap();
            }
            pause.release();
            assert_eq!(status_of(editing).await.0, 200);
        }
        let profile = race.profile().await.unwrap();
        assert_eq!(tests::figure(&profile, "referrer_sequence"), Some(1));
        assert_eq!(word(&profile, "name"), Some("Siti Aminah"));
        assert_eq!(race.town.total_of(&race.person).await, 1);
        race.check().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_around_a_correction_leaves_all_of_it_or_nothing() {
    for point in [Failpoint::EditBeforeCommit, Failpoint::EditCommitted] {
        let race = Arc::new(Race::open().await);
        let referrer = Person::nth(3);
        let town = &race.town;
        town.all_register(std::slice::from_ref(&referrer)).await;
        let id = town.id_of(&race.person).await.unwrap();
        let edit = Edit {
            referrer_phone: Some(referrer.phone()),
            ..Edit::default()
        };
        fail::cfg(point.name(), "panic").unwrap();
        let (worker, same) = (Arc::clone(&race), edit.clone());
        let died = tokio::spawn(async move {
            let act = Act::of_the_system();
            let done = edit_participant(&worker.town.cloud.app, id, 0, &same, &act).await;
            done.is_ok()
        });
        assert!(died.await.is_err(), "{point:?}");
        fail::remove(point.name());
        let act = Act::of_the_system();
        let again = edit_participant(&town.cloud.app, id, 0, &edit, &act).await;
        if point == Failpoint::EditBeforeCommit {
            assert_eq!(again.unwrap().revision, 1);
        } else {
            let Err(EditError::Overtaken(now)) = again else {
                panic!("{again:?}");
            };
            assert!(now.participant.referrer_id.is_some());
        }
        // The minute comes, which virtual time passes over while nobody says that it is needed.
        dispatch(&town.cloud.app, Call::Tick).await.unwrap();
        town.advance(300).await;
        let profile = race.profile().await.unwrap();
        assert_eq!(tests::figure(&profile, "referrer_sequence"), Some(1));
        assert_eq!(town.total_of(&referrer).await, 1, "{point:?}");
        let told = town.count_rows("referrer_alert", "sent", "accepted").await;
        assert_eq!(told, 1, "{point:?}");
        race.check().await;
    }
}
