//! What becomes of Cognito's refusals, through the real SDK client.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use app::ports::{Directory, DirectoryError};
use aws::CognitoDirectory;
use aws_sdk_cognitoidentityprovider::Client;
use domain::admin::{Email, Role};
use domain::ids::AdminId;
use serde_json::json;
use support::Wire;
use uuid::Uuid;

fn refusal(code: &str) -> Wire {
    Wire::answering(400, json!({"__type": code, "message": "no"}))
}

fn refusing(code: &str) -> CognitoDirectory {
    directory(&refusal(code))
}

fn directory(wire: &Wire) -> CognitoDirectory {
    CognitoDirectory::new(Client::new(&wire.config()), "pool")
}

#[tokio::test]
async fn an_invitation_that_is_refused_says_why() {
    let email = Email::parse("rekan@example.org").unwrap();
    for (code, expected) in [
        ("InvalidParameterException", "Address"),
        ("CodeDeliveryFailureException", "Undelivered"),
        ("LimitExceededException", "Busy { what: \"invitation\" }"),
        ("TooManyRequestsException", "Busy { what: \"invitation\" }"),
    ] {
        let wire = refusal(code);
        let refused = directory(&wire).invite(&email, Role::Viewer).await;
        assert_eq!(format!("{:?}", refused.unwrap_err()), expected);
        let [(operation, body)] = &wire.seen()[..] else {
            panic!("{:?}", wire.seen());
        };
        assert!(operation.ends_with(".AdminCreateUser"), "{operation}");
        assert_eq!(body["DesiredDeliveryMediums"], json!(["EMAIL"]));
    }
    let broken = refusing("InternalErrorException");
    let broken = broken.invite(&email, Role::Viewer).await.unwrap_err();
    assert!(matches!(broken, DirectoryError::Failed { .. }));
}

#[tokio::test]
async fn whoever_asks_too_much_waits_and_nobody_is_nobody() {
    let id = AdminId(Uuid::from_u128(7));
    let busy = refusing("TooManyRequestsException").find(id).await;
    assert!(matches!(busy, Err(DirectoryError::Busy { what: "user" })));
    let busy = refusing("TooManyRequestsException").all().await;
    assert!(matches!(busy, Err(DirectoryError::Busy { .. })));
    let nobody = refusing("UserNotFoundException").find(id).await;
    assert_eq!(nobody.unwrap(), None);
    let odd = refusing("InvalidParameterException").find(id).await;
    assert!(matches!(odd, Err(DirectoryError::Failed { .. })));
}
