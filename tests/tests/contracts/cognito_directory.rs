//! The contract on `aws::CognitoDirectory`, against moto, which keeps users and sends no mail.

use app::ports::{Directory, Invitation};
use aws::CognitoDirectory;
use domain::admin::{Email, Role};
use tests::Moto;

use crate::directory::who_stands_in_it;

#[tokio::test(flavor = "multi_thread")]
async fn cognito_keeps_the_contract_of_the_directory() {
    let moto = Moto::start();
    let pool = moto.make_pool().await;
    let directory = CognitoDirectory::new(moto.cognito(), pool);
    who_stands_in_it(&directory).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_come_is_not_invited_again_and_more_than_a_page_is_listed() {
    let moto = Moto::start();
    let pool = moto.make_pool().await;
    let directory = CognitoDirectory::new(moto.cognito(), pool.clone());
    let email = |n: u32| Email::parse(&format!("rekan{n}@example.org")).unwrap();
    for n in 0..65 {
        directory.invite(&email(n), Role::Viewer).await.unwrap();
    }
    let all = directory.all().await.unwrap();
    assert_eq!(all.len(), 65);
    assert!(all.iter().all(|one| one.role == Some(Role::Viewer)));

    // A password of one's own is what somebody has who has signed in.
    let request = moto.cognito().admin_set_user_password();
    let request = request.user_pool_id(&pool).username(email(3).as_str());
    let request = request.password("Rahasia-12345").permanent(true);
    request.send().await.unwrap();
    let again = directory.invite(&email(3), Role::Admin).await.unwrap();
    assert_eq!(again, Invitation::Present);
    let all = directory.all().await.unwrap();
    let came: Vec<_> = all.iter().filter(|one| !one.invited).collect();
    assert_eq!(came.len(), 1);
    assert_eq!(came[0].role, Some(Role::Viewer), "and their role stays");
}
