//! The part of the story in which admins work with participants: every operation, once.

use domain::ids::ParticipantId;
use reqwest::Method;
use serde_json::{Value, json};

use crate::panel::Panel;
use crate::person::Person;
use crate::story::Story;
use crate::town::{Answer, Town};

pub(crate) async fn participants(town: &Town, admin: &Panel<'_>, story: &mut Story) {
    let referrer = Person {
        city: "Kota Bogor".to_owned(),
        ..Person::nth(990)
    };
    let misspelt = Person {
        city: "Bogr".to_owned(),
        ..Person::nth(991).named("Siti Aminah")
    };
    for person in [&referrer, &misspelt, &Person::nth(992)] {
        story.register(town, person).await;
    }
    town.advance(60).await;
    lists(town, admin, &misspelt).await;
    let id = town.id_of(&misspelt).await.expect("registered");
    corrections(town, admin, story, id, &referrer).await;
    messages(town, admin, id).await;

    let gone = town.id_of(&Person::nth(992)).await.expect("registered");
    let path = format!("participants/{gone}");
    let erase = || admin.request(Method::DELETE, &path);
    assert_eq!(admin.send(erase()).await.status, 204);
    assert_eq!(admin.send(erase()).await.status, 404);
    assert_eq!(admin.ask(&path).await.status, 404);
}

fn done(answer: &Answer) {
    assert!(answer.status < 300, "{}: {}", answer.status, answer.text);
}

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("items").iter();
    let id = |item: &Value| item["id"].as_str().expect("an id").to_owned();
    items.map(id).collect()
}

async fn lists(town: &Town, admin: &Panel<'_>, person: &Person) {
    let id = town.id_of(person).await.expect("registered").to_string();
    let page = admin.get("participants?limit=2&status=belum_join").await;
    assert_eq!(ids(&page).len(), 2);
    let next = page["next_cursor"].as_str().expect("there is more");
    let query = format!("participants?limit=2&status=belum_join&cursor={next}");
    admin.get(&query).await;
    let page = admin.get("participants?city=Kab.%20Bogr").await;
    assert_eq!(ids(&page), [id.as_str()]);
    admin.get(&format!("participants?referrer_id={id}")).await;
    let event = "participants?event_id=00000000-0000-4000-8000-000000000000";
    assert_eq!(admin.ask(event).await.status, 422);
    let cities = admin.get("participants/cities").await;
    assert!(cities.to_string().contains("bogr"), "{cities}");
    for wanted in [person.phone.as_str(), "aminah Siti"] {
        let body = json!({"q": wanted});
        let found = admin.post("participants/search", &body).await;
        done(&found);
        assert!(ids(&found.json()).contains(&id), "{}", found.text);
    }
    // What is refused leaves nothing behind either.
    for wrong in ["city", "name", "referrer_id", "cursor", "x"] {
        let phone = &person.phone;
        let answer = admin.ask(&format!("participants?{wrong}={phone}")).await;
        assert!((400..500).contains(&answer.status), "{}", answer.text);
        assert!(!answer.text.contains(phone.as_str()), "{}", answer.text);
    }
    admin.ask(&format!("participants/{}", person.phone)).await;
}

async fn corrections(
    town: &Town,
    admin: &Panel<'_>,
    story: &mut Story,
    id: ParticipantId,
    referrer: &Person,
) {
    let path = format!("participants/{id}");
    let number = Person::nth(993);
    story.knows(&number.phone);
    for change in [
        json!({"sapaan": "Ibu", "city": "Kota Bogor", "profession": "Dokter", "status": "sudah_join"}),
        json!({"phone": number.phone}),
        json!({"referrer_phone": referrer.phone}),
    ] {
        done(&admin.change(&path, &change).await);
    }
    let stale = admin.patch(&path, "\"0\"", &json!({"name": "Siti"})).await;
    assert_eq!(stale.status, 409);
    for wrong in ["name", "city", "profession", "sapaan", "status", "other"] {
        let body = json!({wrong: number.phone});
        assert_eq!(admin.change(&path, &body).await.status, 422, "{wrong}");
    }
    town.advance(30).await;
    let file = admin.get(&path).await;
    assert_eq!(file["referrer_sequence"], 1, "{file}");
    assert_eq!(file["phone"], number.e164());

    // Somebody who asked to stop is silent under another number too.
    town.says(&number, 1, "STOP").await;
    let other = Person::nth(994);
    story.knows(&other.phone);
    done(&admin.change(&path, &json!({"phone": other.phone})).await);
    let file = admin.get(&path).await;
    assert_eq!(file["unsubscribed"], true);
    let lift = json!({"reason": "minta lagi", "since": file["suppression"]["since"]});
    done(&admin.post(&format!("{path}/resubscribe"), &lift).await);
    let stop = format!("{path}/unsubscribe");
    let wrong = json!({"reason": other.phone});
    assert_eq!(admin.post(&stop, &wrong).await.status, 422);
    done(&admin.post(&stop, &json!({"reason": "diminta"})).await);
    let file = admin.get(&path).await;
    let lift = json!({"reason": "salah orang", "since": file["suppression"]["since"]});
    done(&admin.post(&format!("{path}/resubscribe"), &lift).await);
}

async fn messages(town: &Town, admin: &Panel<'_>, id: ParticipantId) {
    let path = format!("participants/{id}/resend");
    let link = json!({"message": "link"});
    for _ in 0..2 {
        done(&admin.post_once(&path, "resend-1", &link).await);
    }
    done(&admin.post(&path, &json!({"message": "welcome"})).await);
    town.advance(120).await;
    assert_eq!(town.chat(&Person::nth(994)).await.len(), 2);
}
