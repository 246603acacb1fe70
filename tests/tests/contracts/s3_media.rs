//! The contract on `aws::S3Media`, against moto, which keeps objects and checks no signature; that
//! these are right is shown beside them.

use std::sync::Arc;

use app::ports::MediaStore;
use aws::{S3Media, SystemClock};
use aws_sdk_sqs::config::{Credentials, Region};
use domain::ids::MediaId;
use tests::{Moto, Town};
use uuid::Uuid;

use crate::media::what_is_taken_can_be_fetched;

fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn s3(moto: &Moto, bucket: &str) -> S3Media {
    S3Media::new(
        http(),
        format!("{}/{bucket}", moto.url).parse().unwrap(),
        Region::new("ap-southeast-3"),
        Credentials::new("test", "test", None, None, "test"),
        Arc::new(SystemClock),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_keeps_the_contract_of_the_files() {
    let moto = Moto::start();
    moto.make_bucket("files").await;
    let town = Town::open().await;
    let store = s3(&moto, "files");
    what_is_taken_can_be_fetched(&town, &store, async |name| {
        let url = format!("{}/files/media/{name}", moto.url);
        // As CloudFront does, which signs; moto asks for no more than that there is a signature.
        let signed = "AWS4-HMAC-SHA256 Credential=test/20261129/ap-southeast-3/s3/aws4_request, \
                      SignedHeaders=host, Signature=0";
        let get = http().get(url).header("authorization", signed);
        let answer = get.send().await.unwrap();
        if !answer.status().is_success() {
            return None;
        }
        let kind = answer.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        Some((kind, answer.bytes().await.unwrap().to_vec()))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_refuses_is_an_error_that_does_not_show_the_address() {
    let moto = Moto::start();
    let id = MediaId(Uuid::from_u128(1));
    let store = s3(&moto, "files");
    let name = format!("{}.pdf", id.0.simple()).parse().unwrap();
    let refused = store.publish(name, b"%PDF-".to_vec()).await.unwrap_err();
    assert_eq!(refused.what, "publish");
    let nowhere = S3Media::new(
        http(),
        "http://127.0.0.1:1/files".parse().unwrap(),
        Region::new("ap-southeast-3"),
        Credentials::new("test", "test", None, None, "test"),
        Arc::new(SystemClock),
    );
    let error = nowhere.uploaded(id).await.unwrap_err();
    let told = format!("{error:?}");
    assert!(!told.contains("X-Amz"), "{told}");
}
