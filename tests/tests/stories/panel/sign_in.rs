//! Signing in at the page of one machine, as the panel does it.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use tests::{Answer, Town};

const BACK: &str = "http://localhost:5173/panel/?from=here";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn asked(changes: &[(&'static str, &'static str)]) -> Vec<(&'static str, String)> {
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
    let mut fields = vec![
        ("response_type", "code".to_owned()),
        ("client_id", "panel".to_owned()),
        ("redirect_uri", BACK.to_owned()),
        ("scope", "openid email".to_owned()),
        ("state", "a&b=\"c".to_owned()),
        ("nonce", "once".to_owned()),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256".to_owned()),
    ];
    for (name, value) in changes {
        let field = fields.iter_mut().find(|(known, _)| known == name);
        field.unwrap().1 = (*value).to_owned();
    }
    fields
}

/// Where the panel sends a browser.
fn address(changes: &[(&'static str, &'static str)]) -> String {
    let url = reqwest::Url::parse_with_params("http://x/oidc/authorize", asked(changes));
    let url = url.unwrap();
    format!("{}?{}", url.path(), url.query().unwrap())
}

async fn authorize(town: &Town, username: &str, password: &str) -> Answer {
    let mut fields = asked(&[]);
    fields.push(("username", username.to_owned()));
    fields.push(("password", password.to_owned()));
    let request = town.request(Method::POST, "/oidc/authorize");
    town.send(request.form(&fields)).await
}

async fn exchange(town: &Town, code: &str, back: &str, verifier: &str) -> Answer {
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", "panel"),
        ("code", code),
        ("redirect_uri", back),
        ("code_verifier", verifier),
    ];
    let request = town.request(Method::POST, "/oidc/token").form(&fields);
    town.send(request).await
}

fn password_of(town: &Town, username: &str) -> String {
    let users = town.cloud.sign_in.users().all();
    let user = users.into_iter().find(|user| user.username == username);
    user.unwrap().password
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_once_for_whoever_asked_for_it() {
    let town = Town::open().await;
    let page = town.request(Method::GET, &address(&[]));
    let page = town.send(page).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Kata sandi") && page.text.contains("a&amp;b=&quot;c"));
    let wrong = authorize(&town, "operator", "wrong").await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.text.contains("tidak cocok"));

    let password = password_of(&town, "operator");
    let code = async || {
        let answer = authorize(&town, "operator", &password).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let back = answer.headers["location"].to_str().unwrap().to_owned();
        assert!(
            back.starts_with(BACK) && back.ends_with("&state=a%26b%3D%22c"),
            "{back}"
        );
        let (_, code) = back.split_once("&code=").unwrap();
        code.split_once('&').unwrap().0.to_owned()
    };
    let good = code().await;
    let tokens = exchange(&town, &good, BACK, VERIFIER).await;
    assert_eq!(tokens.status, 200, "{}", tokens.text);
    let token = tokens.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(town.with_token(&token).ask("numbers").await.status, 200);
    let id_token = tokens.json()["id_token"].as_str().unwrap().to_owned();
    let claims = URL_SAFE_NO_PAD
        .decode(id_token.split('.').nth(1).unwrap())
        .unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["nonce"], "once");
    assert_eq!(claims["aud"], "panel");

    let again = exchange(&town, &good, BACK, VERIFIER).await;
    assert_eq!(
        (again.status, &again.json()["error"]),
        (400, &"invalid_grant".into())
    );
    for (back, verifier) in [("http://localhost:5173/", VERIFIER), (BACK, "another")] {
        let refused = exchange(&town, &code().await, back, verifier).await;
        assert_eq!(refused.json()["error"], "invalid_grant");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_to_another_machine_or_signed_in_without_proof() {
    let town = Town::open().await;
    for change in [
        ("redirect_uri", "https://evil.example/"),
        ("redirect_uri", "http://localhost.evil.example/"),
        ("redirect_uri", "http://evil.example:80/@localhost/"),
        ("redirect_uri", "http://localhost@evil.example/"),
        ("redirect_uri", "http://localhost:3000@evil.example/"),
        ("redirect_uri", "http://127.0.0.1:3000@evil.example/panel/"),
        ("redirect_uri", "http://somebody:secret@localhost:3000/"),
        ("redirect_uri", "//localhost/"),
        ("code_challenge_method", "plain"),
        ("code_challenge", ""),
        ("client_id", "other"),
        ("response_type", "token"),
    ] {
        let request = town.request(Method::GET, &address(&[change]));
        assert_eq!(town.send(request).await.status, 400, "{change:?}");
    }
    let away = town
        .get("/oidc/logout?logout_uri=https://evil.example/")
        .await;
    assert_eq!(away.status, 200);
    let disguised = "/oidc/logout?logout_uri=http://localhost:3000@evil.example/";
    assert_eq!(town.get(disguised).await.status, 200);
    let home = town
        .get("/oidc/logout?logout_uri=http://localhost:3000/panel/")
        .await;
    assert_eq!(home.headers["location"], "http://localhost:3000/panel/");
    for (grant, error) in [
        ("grant_type=client_credentials", "unsupported_grant_type"),
        (
            "grant_type=password&username=admin&password=x",
            "invalid_grant",
        ),
        ("grant_type=password&client_id=other", "invalid_client"),
        ("grant_type=refresh_token&refresh_token=x", "invalid_grant"),
        ("x", "invalid_request"),
    ] {
        let request = town.request(Method::POST, "/oidc/token").body(grant);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let refused = town.send(request).await;
        assert_eq!(
            (refused.status, &refused.json()["error"]),
            (400, &error.into())
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_describes_itself() {
    let town = Town::open().await;
    let about = town
        .get("/oidc/.well-known/openid-configuration")
        .await
        .json();
    let issuer = format!("http://localhost:{}/oidc", town.cloud.port);
    assert_eq!(about["issuer"], issuer);
    assert_eq!(about["jwks_uri"], format!("{issuer}/jwks.json"));
    assert_eq!(about["code_challenge_methods_supported"][0], "S256");
    let keys = town.get("/oidc/jwks.json").await;
    assert_eq!(keys.headers["access-control-allow-origin"], "*");
    let key = &keys.json()["keys"][0];
    assert_eq!((&key["kty"], &key["alg"]), (&"RSA".into(), &"RS256".into()));
    assert!(key["d"].is_null(), "the private part is shown");
    let invitations = town.get("/oidc/invitations").await;
    assert!(
        invitations
            .headers
            .get("access-control-allow-origin")
            .is_none()
    );
    let docs = town.get("/simulator/api-docs/").await;
    assert_eq!(docs.status, 200);
    assert!(
        !docs.text.contains("https://"),
        "it loads from elsewhere: {}",
        docs.text
    );
    let document = town.get("/simulator/openapi.json").await.json();
    assert_eq!(document["openapi"], "3.1.0");
}
