//! Colleagues: invited, changed, disabled.

use reqwest::Method;
use serde_json::{Value, json};
use tests::panel::{code, etag, wrong_fields};
use tests::{Answer, Panel, Town, word};

async fn sign_in(town: &Town, username: &str, password: &str) -> Answer {
    let fields = [
        ("grant_type", "password"),
        ("username", username),
        ("password", password),
    ];
    let request = town.request(Method::POST, "/oidc/token").form(&fields);
    town.send(request).await
}

async fn invited(town: &Town, admin: &Panel<'_>, role: &str) -> (String, Value) {
    let body = json!({"email": "Rekan@Example.org", "role": role});
    let answer = admin.post("admins", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let mail = town.get("/oidc/invitations").await.json()["items"][0].clone();
    assert_eq!(mail["to"], "rekan@example.org");
    let path = format!("admins/{}", answer.json()["id"].as_str().unwrap());
    (path, mail)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_invited_signs_in_and_may_what_their_role_allows() {
    let town = Town::open().await;
    let admin = town.sign_in("admin").await;
    let (path, mail) = invited(&town, &admin, "operator").await;
    let text = |name: &str| mail[name].as_str().unwrap().to_owned();
    let shown = admin.get(&path).await;
    assert_eq!(
        (&shown["invited"], &shown["role"]),
        (&json!(true), &json!("operator"))
    );

    // Again: another password, the same colleague.
    let (again, mail_again) = invited(&town, &admin, "viewer").await;
    assert_eq!(again, path);
    assert_ne!(mail_again["password"], mail["password"]);
    assert_eq!(
        sign_in(&town, &text("username"), &text("password"))
            .await
            .status,
        400
    );
    let password = mail_again["password"].as_str().unwrap();
    let tokens = sign_in(&town, &text("username"), password).await;
    assert_eq!(tokens.status, 200, "{}", tokens.text);
    let theirs = town.with_token(tokens.json()["access_token"].as_str().unwrap());
    assert_eq!(theirs.ask("numbers").await.status, 200);
    assert_eq!(theirs.ask("admins").await.status, 403);
    assert_eq!(admin.get(&path).await["invited"], false);
    let present = json!({"email": "rekan@example.org", "role": "admin"});
    let present = admin.post("admins", &present).await;
    assert_eq!((present.status, code(&present).as_str()), (409, "present"));

    // Raised, and then shut out.
    let raised = admin.change(&path, &json!({"role": "admin"})).await;
    assert_eq!(raised.status, 200, "{}", raised.text);
    let refresh = tokens.json()["refresh_token"].as_str().unwrap().to_owned();
    let fields = [("grant_type", "refresh_token"), ("refresh_token", &refresh)];
    let request = town.request(Method::POST, "/oidc/token").form(&fields);
    let newer = town.send(request).await.json();
    let theirs = town.with_token(newer["access_token"].as_str().unwrap());
    assert_eq!(theirs.ask("admins").await.status, 200);
    let out = admin.change(&path, &json!({"enabled": false})).await;
    assert_eq!(out.json()["enabled"], false);
    let request = town.request(Method::POST, "/oidc/token").form(&fields);
    assert_eq!(town.send(request).await.json()["error"], "invalid_grant");
    assert_eq!(
        sign_in(&town, &text("username"), password).await.status,
        400
    );
    assert_eq!(
        admin.change(&path, &json!({"enabled": true})).await.status,
        200
    );
    assert_eq!(
        sign_in(&town, &text("username"), password).await.status,
        200
    );

    let entries = town.items("audit").await;
    let mut actions: Vec<_> = entries
        .iter()
        .filter_map(|one| word(one, "action"))
        .collect();
    actions.sort_unstable();
    let changes = ["admins.change"; 3].into_iter();
    let invitations = ["admins.invite"; 3].into_iter();
    assert_eq!(actions, changes.chain(invitations).collect::<Vec<_>>());
    assert!(!format!("{entries:?}").contains("example.org"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_locks_themselves_out_and_a_change_holds_for_what_was_seen() {
    let town = Town::open().await;
    let admin = town.sign_in("admin").await;
    let all = admin.get("admins").await;
    assert_eq!(all["total"], 3);
    let items = all["items"].as_array().unwrap();
    let own = items.iter().find(|one| one["is_you"] == true).unwrap();
    let own = format!("admins/{}", own["id"].as_str().unwrap());
    for change in [json!({"role": "viewer"}), json!({"enabled": false})] {
        let refused = admin.change(&own, &change).await;
        assert_eq!(
            (refused.status, code(&refused).as_str()),
            (409, "own_account")
        );
    }
    let (path, _) = invited(&town, &admin, "viewer").await;
    let tag = etag(&admin.ask(&path).await);
    assert_eq!(
        admin
            .patch(&path, &tag, &json!({"role": "operator"}))
            .await
            .status,
        200
    );
    let late = admin.patch(&path, &tag, &json!({"role": "admin"})).await;
    assert_eq!((late.status, code(&late).as_str()), (409, "overtaken"));
    assert_eq!(late.json()["current"]["role"], "operator");

    let mut emails = Vec::new();
    let mut page = admin.get("admins?limit=3").await;
    loop {
        let items = page["items"].as_array().unwrap();
        emails.extend(
            items
                .iter()
                .map(|one| one["email"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        assert!(!next.contains("example"));
        page = admin.get(&format!("admins?limit=3&cursor={next}")).await;
    }
    assert_eq!(emails.len(), 4);
    assert!(emails.is_sorted());
    for (body, field) in [
        (json!({"email": "rekan", "role": "viewer"}), "email"),
        (json!({"email": "x@example.org", "role": "root"}), "role"),
        (json!({"email": "x@example.org"}), "role"),
    ] {
        assert_eq!(
            wrong_fields(&admin.post("admins", &body).await),
            [field],
            "{body}"
        );
    }
    let nobody = admin
        .ask("admins/00000000-0000-4000-8000-000000000000")
        .await;
    assert_eq!(nobody.status, 404);
}
