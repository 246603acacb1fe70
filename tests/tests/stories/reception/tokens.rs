//! The secret in a number's webhook address.

use app::hook_token::{HookTokenError, issue_hook_token, number_of_hook, within_hook_limit};
use app::settings::save_settings;
use domain::settings::Settings;
use tests::Town;

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_its_number_and_the_one_before_it_for_a_day() {
    let town = Town::open_at("10:00").await;
    let app = &town.cloud.app;
    let (one, two) = (town.number_id(1).await, town.number_id(2).await);
    let opens = async |token: &str| {
        number_of_hook(app, token, app.now())
            .await
            .expect("an answer")
    };
    let first = issue_hook_token(app, one).await.expect("a token");
    let other = issue_hook_token(app, two).await.expect("a token");
    assert_eq!(opens(first.reveal()).await, Some(one));
    assert_eq!(opens(other.reveal()).await, Some(two));
    assert_eq!(first.reveal().len(), 64);

    // The last characters of one behind the number of the other, and other inventions.
    let (head, _) = other.reveal().split_at(21);
    let (_, tail) = first.reveal().split_at(21);
    let mixed = format!("{head}{tail}");
    let unknown = app.dice.number_id();
    for bad in ["", "x", &mixed, &first.reveal()[..63], &"A".repeat(64)] {
        assert_eq!(opens(bad).await, None, "{bad}");
    }
    let none = issue_hook_token(app, unknown).await;
    assert!(matches!(none, Err(HookTokenError::Unknown)));

    let second = issue_hook_token(app, one).await.expect("a token");
    assert_eq!(opens(first.reveal()).await, Some(one));
    town.advance(24 * 3_600 - 60).await;
    assert_eq!(opens(first.reveal()).await, Some(one));
    town.advance(120).await;
    assert_eq!(opens(first.reveal()).await, None, "a day is over");
    assert_eq!(opens(second.reveal()).await, Some(one));
    let third = issue_hook_token(app, one).await.expect("a token");
    let fourth = issue_hook_token(app, one).await.expect("a token");
    // Any of them may stand at the gateway.
    for good in [&second, &third, &fourth] {
        assert_eq!(opens(good.reveal()).await, Some(one));
    }
    assert_eq!(opens(first.reveal()).await, None);
    // Nothing that opens anything is stored, and the number works as before.
    for item in town.items("broadcast_numbers").await {
        let text = format!("{item:?}");
        for token in [&first, &second, &third, &fourth, &other] {
            assert!(!text.contains(token.reveal()));
        }
    }
    assert_eq!(app.store.roster().await.expect("numbers").len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_takes_so_many_messages_a_minute_as_the_setting_says() {
    let town = Town::open_on("2026-11-24 10:00").await;
    let app = &town.cloud.app;
    let settings = Settings {
        inbound_per_minute: 3,
        ..Settings::default()
    };
    save_settings(app, &settings).await.expect("saved");
    let (one, two) = (town.number_id(1).await, town.number_id(2).await);
    let within = async |number| within_hook_limit(app, number).await.expect("an answer");
    for expected in [true, true, true, false, false] {
        assert_eq!(within(one).await, expected);
    }
    assert!(within(two).await, "each by itself");
    town.advance(60).await;
    assert!(within(one).await);
}
