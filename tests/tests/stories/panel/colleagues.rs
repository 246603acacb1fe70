//! Colleagues: invited, changed, disabled.

use app::Act;
use app::colleagues::{ColleagueChange, ColleagueError, change_colleague, mark_of};
use app::ports::{Colleague, Directory, DirectoryError, Invitation};
use async_trait::async_trait;
use domain::admin::{Email, Role};
use domain::audit::Author;
use domain::ids::AdminId;
use local::sign_in::SignIn;
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

const EMAIL: &str = "Rekan@Example.org";

async fn invited(town: &Town, admin: &Panel<'_>, role: &str) -> (String, Value) {
    let body = json!({"email": EMAIL, "role": role});
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
    let (again, mail_again) = invited(&town, &admin, "operator").await;
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
    let done = ["admins.invited"; 2].into_iter();
    assert_eq!(
        actions,
        changes.chain(invitations).chain(done).collect::<Vec<_>>()
    );
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

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_carried_out_once_and_says_whom_it_made_what() {
    let town = Town::open().await;
    let admin = town.sign_in("admin").await;
    let body = json!({"email": EMAIL, "role": "operator"});
    let mail = async || town.get("/oidc/invitations").await.json()["items"][0].clone();
    let first = admin.post_once("admins", "one", &body).await;
    assert_eq!(first.status, 201, "{}", first.text);
    let mailed = mail().await;
    let again = admin.post_once("admins", "one", &body).await;
    assert_eq!(again.json(), first.json());
    assert_eq!(mail().await, mailed, "nothing was mailed again");

    // Somebody who has not come yet keeps their role, whoever invites them again.
    let raised = json!({"email": EMAIL, "role": "admin"});
    let reused = admin.post_once("admins", "one", &raised).await;
    assert_eq!(code(&reused), "idempotency_key_reused");
    let refused = admin.post("admins", &raised).await;
    assert_eq!(
        (refused.status, code(&refused).as_str()),
        (409, "invited_in_other_role")
    );
    assert_eq!(mail().await, mailed);
    let id = first.json()["id"].as_str().unwrap().to_owned();
    let path = format!("admins/{id}");
    assert_eq!(admin.get(&path).await["role"], "operator");
    let without = admin.request(Method::POST, "admins").json(&body);
    let without = admin.send(without).await;
    assert_eq!(
        (without.status, code(&without).as_str()),
        (400, "idempotency_key_required")
    );

    let changed = admin
        .change(&path, &json!({"role": "viewer", "enabled": false}))
        .await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(
        entries(&town).await,
        [
            format!("admins.change {id} role=viewer enabled=false"),
            "admins.invite invitation email role=admin".to_owned(),
            "admins.invite invitation email role=operator".to_owned(),
            format!("admins.invited {id} role=operator"),
        ]
    );
}

/// What the audit log says, in order of the words.
async fn entries(town: &Town) -> Vec<String> {
    let entries = town.items("audit").await;
    let mut entries: Vec<String> = entries
        .iter()
        .map(|one| {
            let fields = one["fields"].as_l().unwrap().iter();
            let fields: Vec<&str> = fields.map(|name| name.as_s().unwrap().as_str()).collect();
            let word = |name| word(one, name).unwrap();
            format!(
                "{} {} {}",
                word("action"),
                word("subject"),
                fields.join(" ")
            )
        })
        .collect();
    entries.sort();
    entries
}

/// A second admin, signed in.
async fn second_admin<'a>(town: &'a Town, admin: &Panel<'_>) -> (String, Panel<'a>) {
    let (path, mail) = invited(town, admin, "admin").await;
    let word = |name: &str| mail[name].as_str().unwrap().to_owned();
    let tokens = sign_in(town, &word("username"), &word("password")).await;
    let tokens = tokens.json();
    (
        path,
        town.with_token(tokens["access_token"].as_str().unwrap()),
    )
}

async fn own_path(admin: &Panel<'_>) -> String {
    let all = admin.get("admins").await;
    let mut items = all["items"].as_array().unwrap().iter();
    let own = items.find(|one| one["is_you"] == true).unwrap();
    format!("admins/{}", own["id"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_their_rights_takes_them_from_nobody_while_their_token_lasts() {
    let town = Town::open().await;
    let first = town.sign_in("admin").await;
    let (path, second) = second_admin(&town, &first).await;
    let own = own_path(&first).await;
    let seen = etag(&second.ask(&own).await);
    let down = json!({"role": "viewer"});
    assert_eq!(first.change(&path, &down).await.status, 200);
    for change in [down, json!({"enabled": false})] {
        let refused = second.patch(&own, &seen, &change).await;
        assert_eq!(
            (refused.status, code(&refused).as_str()),
            (403, "forbidden"),
            "{}",
            refused.text
        );
    }
    let now = first.get(&own).await;
    assert_eq!(
        (&now["role"], &now["enabled"]),
        (&json!("admin"), &json!(true))
    );
}

/// The directory in which somebody is put down by another at the very moment they put one down.
struct AtOnce<'a> {
    directory: &'a SignIn,
    down: AdminId,
}

#[async_trait]
impl Directory for AtOnce<'_> {
    async fn all(&self) -> Result<Vec<Colleague>, DirectoryError> {
        self.directory.all().await
    }

    async fn find(&self, id: AdminId) -> Result<Option<Colleague>, DirectoryError> {
        self.directory.find(id).await
    }

    async fn invite(&self, email: &Email, role: Role) -> Result<Invitation, DirectoryError> {
        self.directory.invite(email, role).await
    }

    async fn set_role(&self, id: AdminId, role: Role) -> Result<bool, DirectoryError> {
        self.directory.set_role(self.down, Role::Viewer).await?;
        self.directory.set_role(id, role).await
    }

    async fn set_enabled(&self, id: AdminId, enabled: bool) -> Result<bool, DirectoryError> {
        self.directory.set_enabled(id, enabled).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_put_each_other_down_at_the_same_moment_leave_an_admin() {
    let town = Town::open().await;
    let admin = town.sign_in("admin").await;
    let (path, _second) = second_admin(&town, &admin).await;
    let id = |path: &str| path.rsplit('/').next().unwrap().parse::<AdminId>().unwrap();
    let (first, second) = (id(&own_path(&admin).await), id(&path));
    let directory = AtOnce {
        directory: &town.cloud.sign_in,
        down: first,
    };
    let seen = mark_of(&directory.find(second).await.unwrap().unwrap());
    let change = ColleagueChange {
        role: Some(Role::Operator),
        enabled: None,
    };
    let act = Act::by(Author::Admin(first), "admins.change");
    let app = &town.cloud.app;
    let refused = change_colleague(app, &directory, second, seen, change, &act).await;
    assert!(
        matches!(refused, Err(ColleagueError::NoLongerAdmin)),
        "{refused:?}"
    );
    let left = directory.all().await.unwrap();
    let left = left
        .iter()
        .filter(|one| one.enabled && one.role == Some(Role::Admin));
    assert_eq!(left.map(|one| one.id).collect::<Vec<_>>(), [second]);
    let log = entries(&town).await;
    assert!(
        log.contains(&format!("admins.undo {second} role=admin")),
        "{log:?}"
    );
}
