//! The requests that go to AWS, and what becomes of its answers, through the real SDK clients.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use app::ports::{Queue, QueueMessage, ReferralJob};
use app::queue_body;
use aws::{KmsKeyService, QueueUrls, SqsQueue};
use aws_sdk_kms::error::DisplayErrorContext;
use domain::ids::{NumberId, ParticipantId};
use serde_json::{Value, json};
use support::Wire;
use uuid::Uuid;
use vault::KeyService;

const ARN: &str = "arn:aws:kms:ap-southeast-3:111122223333:key/7f0c";
/// 32 bytes of 0x41, and "wrapped", in base64.
const KEY_B64: &str = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";
const WRAPPED_B64: &str = "d3JhcHBlZA==";

fn queue(wire: &Wire) -> SqsQueue {
    let urls = QueueUrls {
        wake: "https://sqs.test/wake".to_owned(),
        turns: "https://sqs.test/turns".to_owned(),
        inbound: "https://sqs.test/inbound".to_owned(),
        referrals: "https://sqs.test/referrals.fifo".to_owned(),
        campaigns: "https://sqs.test/campaigns".to_owned(),
    };
    SqsQueue::new(aws_sdk_sqs::Client::new(&wire.config()), urls)
}

fn keys(wire: &Wire) -> KmsKeyService {
    KmsKeyService::new(aws_sdk_kms::Client::new(&wire.config()), ARN.to_owned())
}

/// The one request that sending `message` makes.
async fn sent(message: QueueMessage) -> Value {
    let wire = Wire::answering(200, json!({"MessageId": "m"}));
    queue(&wire).send(message).await.unwrap();
    let mut seen = wire.seen();
    assert_eq!(seen.len(), 1);
    let (operation, body) = seen.remove(0);
    assert_eq!(operation, "AmazonSQS.SendMessage");
    body
}

#[tokio::test]
async fn a_wake_waits_a_second() {
    let expected = json!({"QueueUrl": "https://sqs.test/wake", "MessageBody": r#"{"v":1}"#, "DelaySeconds": 1});
    assert_eq!(sent(QueueMessage::Wake).await, expected);
}

#[tokio::test]
async fn a_turn_waits_for_its_gap_and_at_most_what_sqs_can() {
    let number_id = NumberId(Uuid::from_u128(10));
    for (delay_s, expected) in [(0, 0), (4, 4), (900, 900), (901, 900), (u16::MAX, 900)] {
        let body = sent(QueueMessage::Turn {
            number_id,
            turn: 7,
            delay_s,
        })
        .await;
        assert_eq!(body["QueueUrl"], "https://sqs.test/turns");
        assert_eq!(body["DelaySeconds"], expected);
        let turn = queue_body::decode_turn(body["MessageBody"].as_str().unwrap()).unwrap();
        assert_eq!((turn.number_id, turn.turn), (number_id, 7));
    }
}

#[tokio::test]
async fn a_referral_is_grouped_by_referrer_and_a_repeat_is_not_dropped() {
    let referrer_id = ParticipantId(Uuid::from_u128(11));
    let job = ReferralJob::Sequence {
        participant_id: ParticipantId(Uuid::from_u128(10)),
        referrer_id,
    };
    let first = sent(QueueMessage::Referral(job.clone())).await;
    let again = sent(QueueMessage::Referral(job.clone())).await;

    assert_eq!(first["QueueUrl"], "https://sqs.test/referrals.fifo");
    assert_eq!(first["MessageGroupId"], referrer_id.to_string());
    // FIFO queues refuse a delay on a single message.
    assert_eq!(first.get("DelaySeconds"), None);
    let body = queue_body::decode_referral(first["MessageBody"].as_str().unwrap()).unwrap();
    assert_eq!(body.job, job);
    assert!(first["MessageDeduplicationId"].is_string());
    assert_ne!(
        first["MessageDeduplicationId"],
        again["MessageDeduplicationId"]
    );
    assert_eq!(first["MessageBody"], again["MessageBody"]);
}

#[tokio::test]
async fn a_queue_that_refuses_is_named_with_its_reason() {
    let refusal =
        json!({"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "no such queue"});
    let error = queue(&Wire::answering(400, refusal))
        .send(QueueMessage::Wake)
        .await
        .unwrap_err();
    assert_eq!(error.queue, "wake");
    assert!(
        error.source.to_string().contains("QueueDoesNotExist"),
        "{}",
        error.source
    );
}

#[tokio::test]
async fn data_keys_are_asked_for_with_key_and_context() {
    let wire = Wire::answering(
        200,
        json!({"Plaintext": KEY_B64, "CiphertextBlob": WRAPPED_B64, "KeyId": ARN}),
    );
    let new = keys(&wire).new_data_key().await.unwrap();

    assert_eq!(*new.plain, [0x41; 32]);
    assert_eq!(new.wrapped, b"wrapped");
    assert!(!format!("{new:?}").contains("65"));
    let expected = json!({"KeyId": ARN, "KeySpec": "AES_256", "EncryptionContext": {"app": "socialpreneur", "purpose": "field-keys"}});
    assert_eq!(
        wire.seen(),
        [("TrentService.GenerateDataKey".to_owned(), expected)]
    );
}

#[tokio::test]
async fn keys_are_unwrapped_with_the_same_key_and_context() {
    let wire = Wire::answering(200, json!({"Plaintext": KEY_B64, "KeyId": ARN}));
    let key = keys(&wire).unwrap_key(b"wrapped").await.unwrap();

    assert_eq!(*key, [0x41; 32]);
    let expected = json!({"KeyId": ARN, "CiphertextBlob": WRAPPED_B64, "EncryptionContext": {"app": "socialpreneur", "purpose": "field-keys"}});
    assert_eq!(wire.seen(), [("TrentService.Decrypt".to_owned(), expected)]);
}

#[tokio::test]
async fn odd_answers_are_errors_that_show_no_key() {
    let broken = format!(r#"{{"Plaintext":"{KEY_B64}","CiphertextBlob":7}}"#);
    for (status, answer) in [
        (200, json!({"Plaintext": KEY_B64}).to_string()),
        (200, json!({"CiphertextBlob": WRAPPED_B64}).to_string()),
        (
            200,
            json!({"Plaintext": "QUFB", "CiphertextBlob": WRAPPED_B64}).to_string(),
        ),
        (200, broken),
        (
            400,
            json!({"__type": "AccessDeniedException", "Message": "no"}).to_string(),
        ),
        (500, format!("<html>{KEY_B64}")),
    ] {
        let error = keys(&Wire::answering(status, &answer))
            .new_data_key()
            .await
            .unwrap_err();
        let shown = format!("{error} {error:?} {}", DisplayErrorContext(&error));
        for secret in [KEY_B64, "QUFB", "AAAA", "65, 65"] {
            assert!(!shown.contains(secret), "{answer}: {shown}");
        }
    }
    let unwrapped = keys(&Wire::answering(200, json!({})))
        .unwrap_key(b"wrapped")
        .await;
    assert!(unwrapped.is_err());
}
