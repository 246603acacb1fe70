//! Numbers, referrers, messages and erasure of participants in the panel.

use app::settings::save_control;
use domain::settings::Control;
use domain::suppression::Standing;
use reqwest::Method;
use serde_json::json;
use tests::panel::{code, etag, wrong_fields};
use tests::{Panel, Person, Town, flag, state, word};

use super::participants::{names, path_of, town_with};

fn fields_text(answer: &tests::Answer, field: &str) -> String {
    let body = answer.json();
    let text = body["error"]["fields"][field].as_str();
    text.unwrap_or_else(|| panic!("{body}")).to_owned()
}

/// A participant whose welcome still waits gets another number.
async fn renumbered(
    town: &Town,
    operator: &Panel<'_>,
    from: &Person,
    to: &Person,
) -> tests::Answer {
    let path = path_of(town, from).await;
    operator.change(&path, &json!({"phone": to.phone})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_number_gets_what_waited_and_the_old_one_is_free() {
    let town = town_with(&[]).await;
    let app = &town.cloud.app;
    let operator = town.sign_in("operator").await;
    let stopped = Control {
        all_stopped: true,
        ..Control::default()
    };
    save_control(app, &stopped).await.unwrap();
    let referrer = Person::nth(9);
    let (old, new) = (Person::nth(1).invited_by(&referrer), Person::nth(2));
    town.all_register(std::slice::from_ref(&referrer)).await;
    town.all_register(std::slice::from_ref(&old)).await;
    // Somebody named the right number before it was known.
    let early = Person::nth(3).invited_by(&new);
    town.all_register(std::slice::from_ref(&early)).await;
    let (silent, stranger) = (Person::nth(4), Person::nth(5));
    town.all_register(std::slice::from_ref(&silent)).await;
    town.says(&stranger, 1, "STOP").await;
    let confirmed = town.chat(&stranger).await.len();
    assert_eq!(renumbered(&town, &operator, &old, &new).await.status, 200);
    assert_eq!(
        renumbered(&town, &operator, &silent, &stranger)
            .await
            .status,
        200
    );
    save_control(app, &Control::default()).await.unwrap();
    town.advance(240).await;
    // The welcome, and the alert about whoever had named the number.
    assert_eq!(town.chat(&new).await.len(), 2);
    assert_eq!(town.chat(&old).await.len(), 0);
    assert_eq!(town.places_given_by(&new).await, [1]);
    assert_eq!(town.total_of(&referrer).await, 1);
    assert!(town.is_invited_by(&early, &new).await);
    // A stranger's stop holds, also for what was decided before.
    assert_eq!(town.chat(&stranger).await.len(), confirmed);
    assert_eq!(town.chat(&silent).await.len(), 0);
    let rows = town.log_of(&stranger, "welcome").await;
    assert_eq!(
        rows.iter().map(state).collect::<Vec<_>>(),
        ["failed/suppressed"]
    );
    // The old number can register, and is somebody else.
    let again = Person {
        code: None,
        ..old.named("Wayan Sudiarta")
    };
    assert_eq!(town.register(&again).await.status, 201);
    assert_ne!(town.id_of(&again).await, town.id_of(&new).await);
    let taken = renumbered(&town, &operator, &again, &new).await;
    assert_eq!(taken.status, 422);
    assert_eq!(
        fields_text(&taken, "phone"),
        "Nomor ini sudah dipakai peserta lain."
    );
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stopped_is_silent_under_another_number_and_both_stops_stand() {
    let (old, new) = (Person::nth(1), Person::nth(2));
    let town = town_with(std::slice::from_ref(&old)).await;
    let admin = town.sign_in("admin").await;
    town.says(&old, 1, "STOP").await;
    let changed = renumbered(&town, &admin, &old, &new).await;
    assert_eq!(changed.json()["unsubscribed"], true, "{}", changed.text);
    assert_eq!(town.standing_of(&old).await.standing, Standing::Stopped);
    assert_eq!(town.standing_of(&new).await.standing, Standing::Stopped);
    // Whoever registers the old number stays silent and asks.
    let stranger = old.clone().named("Wayan Sudiarta");
    assert_eq!(town.register(&stranger).await.status, 201);
    let item = town.participant(&stranger).await.unwrap();
    assert_eq!(flag(&item, "unsubscribed"), Some(true));
    assert_eq!(town.standing_of(&old).await.standing, Standing::Asked);
    // An admin lifts one of them; the other stands.
    let path = path_of(&town, &new).await;
    let since = admin.get(&path).await["suppression"]["since"].clone();
    let resend = format!("{path}/resend");
    let refused = admin.post(&resend, &json!({"message": "link"})).await;
    assert_eq!(
        (refused.status, code(&refused).as_str()),
        (409, "unsubscribed")
    );
    let lift = json!({"reason": "yang berhenti orang lain", "since": since});
    let lifted = admin.post(&format!("{path}/resubscribe"), &lift).await;
    assert_eq!(lifted.json()["unsubscribed"], false, "{}", lifted.text);
    assert_eq!(
        lifted.json()["suppression_history"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(town.standing_of(&old).await.standing, Standing::Asked);
    let early = json!({"reason": "lagi", "since": "2026-01-01T00:00:00Z"});
    town.says(&new, 1, "STOP").await;
    let answer = admin.post(&format!("{path}/resubscribe"), &early).await;
    assert_eq!((answer.status, code(&answer).as_str()), (409, "overtaken"));
    let answer = admin
        .post(&format!("{path}/unsubscribe"), &json!({"reason": " "}))
        .await;
    assert_eq!(
        (answer.status, wrong_fields(&answer)),
        (422, vec!["reason".to_owned()])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_referrer_is_set_once_and_the_place_follows_also_if_the_queue_loses_it() {
    let referrer = Person::nth(1);
    let (first, second) = (Person::nth(2), Person::nth(3));
    let other = Person::nth(4);
    let people = [
        referrer.clone(),
        first.clone(),
        second.clone(),
        other.clone(),
    ];
    let town = town_with(&people).await;
    let invited = Person::nth(5).invited_by(&referrer);
    town.all_register(&[invited]).await;
    town.advance(30).await;
    let operator = town.sign_in("operator").await;
    let by = json!({"referrer_phone": referrer.phone});
    let path = path_of(&town, &first).await;
    assert_eq!(operator.change(&path, &by).await.status, 200);
    town.cloud.queue.lose(&["referrals"]);
    let lost = path_of(&town, &second).await;
    assert_eq!(operator.change(&lost, &by).await.status, 200);
    town.cloud.queue.lose(&[]);
    town.advance(240).await;
    assert_eq!(town.places_given_by(&referrer).await, [1, 2, 3]);
    assert_eq!(town.total_of(&referrer).await, 3);
    let chat = town.chat(&referrer).await;
    assert_eq!(chat.len(), 1 + 3, "a welcome and three alerts");
    let file = operator.get(&path).await;
    assert_eq!(file["referrer_sequence"], 2);
    // The same again is no change; another one is refused.
    assert_eq!(
        operator.change(&path, &by).await.json()["revision"],
        file["revision"]
    );
    let own = path_of(&town, &referrer).await;
    for (path, phone, text) in [
        (
            &path,
            &other.phone,
            "Pengundang peserta ini sudah tercatat dan tidak dapat diganti.",
        ),
        (
            &own,
            &referrer.phone,
            "Peserta tidak dapat menjadi pengundang dirinya sendiri.",
        ),
        (
            &own,
            &Person::nth(77).phone,
            "Nomor pengundang ini belum terdaftar.",
        ),
    ] {
        let answer = operator
            .change(path, &json!({"referrer_phone": phone}))
            .await;
        assert_eq!(answer.status, 422);
        assert_eq!(fields_text(&answer, "referrer_phone"), text);
    }
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_sent_again_once_for_each_request() {
    let (one, two) = (Person::nth(1), Person::nth(2));
    let town = town_with(&[one.clone(), two.clone()]).await;
    let operator = town.sign_in("operator").await;
    let path = format!("{}/resend", path_of(&town, &one).await);
    let link = json!({"message": "link"});
    let first = operator.post_once(&path, "k", &link).await;
    assert_eq!(first.status, 202, "{}", first.text);
    assert_eq!(
        operator.post_once(&path, "k", &link).await.json(),
        first.json()
    );
    let welcome = json!({"message": "welcome"});
    assert_eq!(operator.post_once(&path, "k", &welcome).await.status, 409);
    assert_eq!(operator.post_once(&path, "k2", &welcome).await.status, 202);
    // The same key about somebody else is another request, not an answer about the first.
    let other = format!("{}/resend", path_of(&town, &two).await);
    let reused = operator.post_once(&other, "k", &link).await;
    assert_eq!(
        (reused.status, code(&reused).as_str()),
        (409, "idempotency_key_reused")
    );
    town.advance(60).await;
    assert_eq!(town.chat(&one).await.len(), 1 + 2);
    assert_eq!(town.chat(&two).await.len(), 1);
    let wrong = operator.post(&path, &json!({"message": "reminder"})).await;
    assert_eq!(
        (wrong.status, wrong_fields(&wrong)),
        (422, vec!["message".to_owned()])
    );
    town.check_invariants();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_erased_is_gone_for_everybody() {
    let person = Person::nth(1);
    let town = town_with(std::slice::from_ref(&person)).await;
    let admin = town.sign_in("admin").await;
    let path = path_of(&town, &person).await;
    let tag = etag(&admin.ask(&path).await);
    let erased = admin.send(admin.request(Method::DELETE, &path)).await;
    assert_eq!(erased.status, 204);
    let gone = "Data peserta ini sudah dihapus.";
    let answers = [
        admin.ask(&path).await,
        admin.send(admin.request(Method::DELETE, &path)).await,
        admin.patch(&path, &tag, &json!({"name": "Lain"})).await,
        admin
            .post(&format!("{path}/resend"), &json!({"message": "link"}))
            .await,
        admin
            .post(&format!("{path}/unsubscribe"), &json!({"reason": "x"}))
            .await,
    ];
    for answer in answers {
        assert_eq!(answer.status, 404, "{}", answer.text);
        assert_eq!(answer.json()["error"]["message"], gone);
    }
    assert_eq!(names(&admin.get("participants").await), [""; 0]);
    town.advance(30).await;
    assert_eq!(names(&admin.get("participants?name=budi").await), [""; 0]);
    assert!(town.participants_items("PROFILE").await.is_empty());
    let entries = town.items("audit").await;
    let erasures = entries
        .iter()
        .filter(|e| word(e, "action") == Some("participants.erase"));
    assert_eq!(erasures.count(), 1);
}
