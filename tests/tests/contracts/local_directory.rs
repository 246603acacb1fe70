//! The contract on `local::sign_in::SignIn`, which keeps its users in the data folder.

use app::ports::{Directory, Invitation};
use domain::admin::{Email, Role};
use local::sign_in::SignIn;

use crate::directory::who_stands_in_it;

#[tokio::test(flavor = "multi_thread")]
async fn the_users_of_one_machine_keep_the_contract_of_the_directory() {
    who_stands_in_it(&SignIn::open(None, 3000).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn users_outlive_a_restart_and_nobody_else_reads_their_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let open = || SignIn::open(Some(folder.path()), 3000).unwrap();
    let before = open();
    let email = Email::parse("rekan@example.org").unwrap();
    before.invite(&email, Role::Operator).await.unwrap();
    let passwords = |provider: &SignIn| -> Vec<String> {
        let users = provider.users().all().into_iter();
        users.map(|user| user.password).collect()
    };
    let after = open();
    assert_eq!(passwords(&after), passwords(&before));
    assert_eq!(after.all().await.unwrap(), before.all().await.unwrap());
    let again = after.invite(&email, Role::Operator).await.unwrap();
    assert!(matches!(again, Invitation::Again(_)));
    let file = folder.path().join("sign-in.json");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::write(&file, "{").unwrap();
    let broken = SignIn::open(Some(folder.path()), 3000).err().unwrap();
    assert!(broken.to_string().contains("sign-in.json"));
}
