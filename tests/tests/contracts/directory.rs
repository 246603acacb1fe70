//! The contract of [`Directory`]: who stands in it, and what becomes of them.

use std::collections::BTreeSet;

use app::ports::{Colleague, Directory, Invitation};
use domain::admin::{Email, Role};
use domain::ids::AdminId;
use uuid::Uuid;

fn email(name: &str) -> Email {
    Email::parse(&format!("{name}@example.org")).unwrap()
}

async fn found<D: Directory>(directory: &D, id: AdminId) -> Colleague {
    directory.find(id).await.unwrap().unwrap()
}

/// How many people there are. By their addresses: moto makes a second user of one who is invited
/// again, which Cognito does not.
async fn count<D: Directory>(directory: &D) -> usize {
    let all = directory.all().await.unwrap();
    let emails: BTreeSet<String> = all.into_iter().map(|one| one.email).collect();
    emails.len()
}

/// Everything that both do alike.
pub(crate) async fn who_stands_in_it<D: Directory>(directory: &D) {
    let before = count(directory).await;
    let invited = directory.invite(&email("one"), Role::Operator).await;
    let Invitation::New(id) = invited.unwrap() else {
        panic!("they are not new");
    };
    let one = found(directory, id).await;
    assert_eq!(one.id, id);
    assert_eq!(one.email, "one@example.org");
    assert_eq!(one.role, Some(Role::Operator));
    assert!(one.enabled && one.invited);
    let all = directory.all().await.unwrap();
    assert_eq!(count(directory).await, before + 1);
    assert!(all.contains(&one), "{all:?}");

    // Again: they are the same one. In another role: they keep theirs.
    let again = directory.invite(&email("one"), Role::Operator).await;
    assert_eq!(again.unwrap(), Invitation::Again(id));
    let raised = directory.invite(&email("one"), Role::Admin).await;
    assert_eq!(raised.unwrap(), Invitation::OtherRole);
    assert_eq!(found(directory, id).await.role, Some(Role::Operator));
    assert_eq!(count(directory).await, before + 1);

    let other = directory.invite(&email("other"), Role::Admin).await;
    assert!(matches!(other.unwrap(), Invitation::New(other) if other != id));

    for role in [Role::Admin, Role::Viewer, Role::Operator, Role::Operator] {
        assert!(directory.set_role(id, role).await.unwrap());
        assert_eq!(found(directory, id).await.role, Some(role));
        let all = directory.all().await.unwrap();
        let listed = all.iter().find(|one| one.id == id).unwrap();
        assert_eq!(listed.role, Some(role));
    }
    for enabled in [false, false, true, true] {
        assert!(directory.set_enabled(id, enabled).await.unwrap());
        assert_eq!(found(directory, id).await.enabled, enabled);
        let all = directory.all().await.unwrap();
        assert!(all.iter().any(|one| one.id == id && one.enabled == enabled));
    }
    assert_eq!(found(directory, id).await.role, Some(Role::Operator));

    let nobody = AdminId(Uuid::from_u128(7));
    assert_eq!(directory.find(nobody).await.unwrap(), None);
    assert!(!directory.set_role(nobody, Role::Admin).await.unwrap());
    assert!(!directory.set_enabled(nobody, false).await.unwrap());
    assert_eq!(count(directory).await, before + 2);
}
