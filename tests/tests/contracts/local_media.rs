//! The contract on the folder of one machine, through its edge, and what only that has to check.

use app::media::begin_upload;
use app::ports::MediaStore as _;
use local::{LocalMedia, VirtualClock};
use reqwest::StatusCode;
use std::sync::Arc;
use tests::Town;

use crate::media::{send, what_is_taken_can_be_fetched};

#[tokio::test(flavor = "multi_thread")]
async fn the_folder_keeps_the_contract_of_the_files() {
    let town = Town::open().await;
    let store = &*town.cloud.media;
    what_is_taken_can_be_fetched(&town, store, async |name| {
        let answer = town.request(reqwest::Method::GET, &format!("/media/{name}"));
        let answer = answer.send().await.unwrap();
        if !answer.status().is_success() {
            return None;
        }
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        let kind = answer.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        Some((kind, answer.bytes().await.unwrap().to_vec()))
    })
    .await;
    for path in ["/media/x", "/media/..%2Fincoming%2Fx", "/media/"] {
        assert_eq!(town.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_for_its_length_and_for_a_quarter_of_an_hour() {
    let town = Town::open().await;
    let (app, store) = (&town.cloud.app, &*town.cloud.media);
    let file = b"%PDF-1.7".to_vec();
    let (id, ticket) = begin_upload(app, store, file.len()).await.unwrap();
    let mut longer = file.clone();
    longer.push(b' ');
    assert_eq!(send(&ticket, longer).await, StatusCode::FORBIDDEN);
    assert_eq!(store.uploaded(id).await.unwrap(), None);
    let guessed = app::ports::Ticket {
        url: ticket
            .url
            .replace(&id.to_string(), &uuid::Uuid::new_v4().to_string()),
        ..ticket.clone()
    };
    assert_eq!(send(&guessed, file.clone()).await, StatusCode::FORBIDDEN);
    town.advance(14 * 60).await;
    assert_eq!(send(&ticket, file.clone()).await, StatusCode::OK);
    town.advance(2 * 60).await;
    assert_eq!(send(&ticket, file).await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn files_outlive_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let clock = Arc::new(VirtualClock::in_memory());
        LocalMedia::open(Some(folder.path()), "http://127.0.0.1:1", clock).unwrap()
    };
    let name = "6f0d2f6455a44ad48f4c54a1c66e61f1.pdf".parse().unwrap();
    open().publish(name, b"%PDF-".to_vec()).await.unwrap();
    let kept = folder.path().join(format!("media/{name}"));
    assert_eq!(std::fs::read(kept).unwrap(), b"%PDF-");
    drop(open());
}
