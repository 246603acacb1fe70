//! The contract of [`MediaStore`]: what is sent with a ticket, and what everybody can fetch.

use app::media::{UploadError, begin_upload, take_upload};
use app::ports::MediaStore;
use domain::ids::MediaId;
use domain::media::{MOST_BYTES, MediaError, MediaKind, MediaName};
use reqwest::StatusCode;
use tests::Town;
use uuid::Uuid;

/// Sends a file as a browser does with a ticket.
pub(crate) async fn send(ticket: &app::ports::Ticket, file: Vec<u8>) -> StatusCode {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let put = http.put(&ticket.url).body(file);
    let headers = ticket.headers.iter();
    let put = headers.fold(put, |put, (name, value)| put.header(*name, value));
    put.send().await.unwrap().status()
}

/// Everything that both do alike. `fetch` is what anybody gets under a name, and as what.
pub(crate) async fn what_is_taken_can_be_fetched<S: MediaStore>(
    town: &Town,
    store: &S,
    fetch: impl AsyncFn(MediaName) -> Option<(String, Vec<u8>)>,
) {
    let app = &town.cloud.app;
    let files = [
        (&b"\xff\xd8\xff\xe0 a picture"[..], MediaKind::Jpeg),
        (b"\x89PNG\r\n\x1a\n another", MediaKind::Png),
        (b"%PDF-1.7 a document", MediaKind::Pdf),
    ];
    for (file, kind) in files {
        let (id, ticket) = begin_upload(app, store, file.len()).await.unwrap();
        let early = take_upload(store, id).await.unwrap_err();
        assert!(matches!(early, UploadError::Nothing), "{early:?}");
        assert!(send(&ticket, file.to_vec()).await.is_success());
        // It stands apart until somebody has looked at it.
        let name = MediaName { id, kind };
        assert_eq!(fetch(name).await, None);
        assert_eq!(take_upload(store, id).await.unwrap(), name);
        assert_eq!(take_upload(store, id).await.unwrap(), name);
        let kept = Some((kind.content_type().to_owned(), file.to_vec()));
        assert_eq!(fetch(name).await, kept);
    }

    // What it is said to be is not asked, and what it is decides.
    let page = b"<html><script>alert(1)</script>";
    let (id, ticket) = begin_upload(app, store, page.len()).await.unwrap();
    assert!(send(&ticket, page.to_vec()).await.is_success());
    let refused = take_upload(store, id).await.unwrap_err();
    assert!(matches!(refused, UploadError::Unfit(MediaError::Kind)));
    for kind in MediaKind::ALL {
        assert_eq!(fetch(MediaName { id, kind }).await, None);
    }

    // The largest there is, and one that is not let in at all.
    let mut large = b"%PDF-".to_vec();
    large.resize(MOST_BYTES, b' ');
    let (id, ticket) = begin_upload(app, store, large.len()).await.unwrap();
    assert!(send(&ticket, large.clone()).await.is_success());
    let name = take_upload(store, id).await.unwrap();
    assert_eq!(fetch(name).await.unwrap().1, large);
    for (bytes, why) in [
        (0, MediaError::Empty),
        (MOST_BYTES + 1, MediaError::TooLarge),
    ] {
        let refused = begin_upload(app, store, bytes).await.unwrap_err();
        assert!(matches!(refused, UploadError::Unfit(own) if own == why));
    }

    let unknown = MediaId(Uuid::from_u128(9));
    assert_eq!(store.uploaded(unknown).await.unwrap(), None);
}
