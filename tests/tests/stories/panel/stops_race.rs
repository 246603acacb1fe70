//! A stop or a lift in the panel that meets a correction of the same person's number.

use app::Failpoint;
use domain::suppression::Standing;
use reqwest::Method;
use serde_json::{Value, json};
use tests::panel::code;
use tests::{Answer, Panel, Pause, Person, Town};
use tokio::task::JoinHandle;

use super::participants::{path_of, town_with};

/// What is asked of somebody's file is on its way.
fn asked(panel: &Panel<'_>, path: &str, act: &str, body: &Value) -> JoinHandle<Answer> {
    let request = panel.request(Method::POST, &format!("{path}/{act}"));
    tokio::spawn(Answer::to(request.json(body)))
}

async fn standings(town: &Town, people: [&Person; 2]) -> [Standing; 2] {
    let [one, two] = people;
    [
        town.standing_of(one).await.standing,
        town.standing_of(two).await.standing,
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stop_is_the_persons_also_if_their_number_changes_meanwhile() {
    let (old, new) = (Person::nth(1), Person::nth(2));
    let town = town_with(std::slice::from_ref(&old)).await;
    let operator = town.sign_in("operator").await;
    let path = path_of(&town, &old).await;
    let pause = Pause::at(Failpoint::StandingBeforeCommit);
    let stopping = asked(
        &operator,
        &path,
        "unsubscribe",
        &json!({"reason": "diminta"}),
    );
    pause.until(1).await;
    let changed = operator.change(&path, &json!({"phone": new.phone})).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    pause.release();
    let answer = stopping.await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["unsubscribed"], true);
    let standings = standings(&town, [&old, &new]).await;
    assert_eq!(standings, [Standing::Free, Standing::Stopped]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_lift_of_a_stop_that_went_along_to_another_number_looks_again() {
    let (old, new) = (Person::nth(1), Person::nth(2));
    let town = town_with(std::slice::from_ref(&old)).await;
    let operator = town.sign_in("operator").await;
    let path = path_of(&town, &old).await;
    town.says(&old, 1, "STOP").await;
    town.advance(1).await;
    let since = operator.get(&path).await["suppression"]["since"].clone();
    let pause = Pause::at(Failpoint::StandingBeforeCommit);
    let lift = json!({"reason": "minta lagi", "since": since});
    let lifting = asked(&operator, &path, "resubscribe", &lift);
    pause.until(1).await;
    let changed = operator.change(&path, &json!({"phone": new.phone})).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    pause.release();
    let answer = lifting.await.unwrap();
    assert_eq!((answer.status, code(&answer).as_str()), (409, "overtaken"));
    let current = &answer.json()["current"];
    assert_eq!(current["phone"], new.e164());
    assert_ne!(current["suppression"]["since"], since);
    let standings = standings(&town, [&old, &new]).await;
    assert_eq!(standings, [Standing::Stopped, Standing::Stopped]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_is_stopped_who_is_erased_meanwhile() {
    let person = Person::nth(1);
    let town = town_with(std::slice::from_ref(&person)).await;
    let admin = town.sign_in("admin").await;
    let path = path_of(&town, &person).await;
    let pause = Pause::at(Failpoint::StandingBeforeCommit);
    let stopping = asked(&admin, &path, "unsubscribe", &json!({"reason": "diminta"}));
    pause.until(1).await;
    let erased = admin.send(admin.request(Method::DELETE, &path)).await;
    assert_eq!(erased.status, 204);
    pause.release();
    assert_eq!(stopping.await.unwrap().status, 404);
    assert_eq!(town.standing_of(&person).await.standing, Standing::Free);
}
