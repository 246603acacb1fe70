//! What the vault promises, over a ring and a key service in memory that count their calls.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use std::sync::Arc;

use jiff::Timestamp;
use proptest::prelude::*;
use support::{Ring, Service, block_on};
use vault::{KeyRing, Place, Salt, Vault, VaultError, constant_time_eq};

const PLACE: Place<'static> = Place {
    table: "participants",
    field: "phone",
    id: "7f0c",
};

fn november() -> Timestamp {
    "2026-11-29T12:30:00Z".parse().unwrap()
}

fn vault(service: &Arc<Service>, ring: &Arc<Ring>) -> Vault {
    Vault::new(service.clone(), ring.clone())
}

async fn prepared(service: &Arc<Service>, ring: &Arc<Ring>) -> Vault {
    let vault = vault(service, ring);
    vault.prepare(november()).await.unwrap();
    vault
}

#[tokio::test]
async fn what_only_proves_and_hashes_loads_the_index_key_and_no_other() {
    let (service, ring) = (Arc::default(), Arc::default());
    let whole = prepared(&service, &ring).await;
    let before = service.calls();
    let vault = vault(&service, &ring);
    assert!(vault.mac("join", b"x").is_err());
    vault.prepare_hashes().await.unwrap();
    assert_eq!(service.calls() - before, 1);
    assert_eq!(
        vault.mac("join", b"x").unwrap(),
        whole.mac("join", b"x").unwrap()
    );
    assert_eq!(
        vault.phone_index(b"1").unwrap(),
        whole.phone_index(b"1").unwrap()
    );
}

#[tokio::test]
async fn sealed_fields_open_and_show_nothing() {
    let vault = prepared(&Arc::default(), &Arc::default()).await;
    let salt = Salt::random().unwrap();
    let plain = b"+6281562726272";

    let sealed = vault.seal(&PLACE, &salt, plain, november()).await.unwrap();
    let again = vault.seal(&PLACE, &salt, plain, november()).await.unwrap();

    assert_eq!(*vault.open(&PLACE, &salt, &sealed).await.unwrap(), plain);
    assert!(
        !sealed
            .windows(4)
            .any(|part| plain.windows(4).any(|p| p == part))
    );
    assert_ne!(
        sealed, again,
        "two sealings of one value must not be comparable"
    );
    assert_eq!(sealed.len(), 1 + 1 + 12 + 12 + plain.len() + 16);
}

#[tokio::test]
async fn every_changed_bit_and_every_cut_is_refused() {
    let vault = prepared(&Arc::default(), &Arc::default()).await;
    let salt = Salt::random().unwrap();
    let sealed = vault
        .seal(&PLACE, &salt, b"secret", november())
        .await
        .unwrap();

    for at in 0..sealed.len() {
        for bit in 0..8 {
            let mut changed = sealed.clone();
            changed[at] ^= 1 << bit;
            let opened = vault.open(&PLACE, &salt, &changed).await;
            assert!(opened.is_err(), "byte {at} bit {bit} was accepted");
        }
        assert!(vault.open(&PLACE, &salt, &sealed[..at]).await.is_err());
    }
    let longer = [sealed.as_slice(), b"x"].concat();
    assert!(vault.open(&PLACE, &salt, &longer).await.is_err());
}

#[tokio::test]
async fn a_value_opens_only_in_its_own_place_with_its_own_salt() {
    let vault = prepared(&Arc::default(), &Arc::default()).await;
    let salt = Salt::random().unwrap();
    let sealed = vault
        .seal(&PLACE, &salt, b"secret", november())
        .await
        .unwrap();

    let elsewhere = [
        Place {
            table: "broadcast_numbers",
            ..PLACE
        },
        Place {
            field: "api_key",
            ..PLACE
        },
        Place {
            id: "7f0d",
            ..PLACE
        },
        // The same letters, cut elsewhere.
        Place {
            table: "participantsp",
            field: "hone",
            ..PLACE
        },
        Place {
            field: "phone7",
            id: "f0c",
            ..PLACE
        },
    ];
    for place in elsewhere {
        let opened = vault.open(&place, &salt, &sealed).await;
        assert!(matches!(opened, Err(VaultError::Refused)), "{place:?}");
    }
    let other_salt = Salt::random().unwrap();
    let opened = vault.open(&PLACE, &other_salt, &sealed).await;
    assert!(matches!(opened, Err(VaultError::Refused)));
}

#[tokio::test]
async fn old_months_still_open_after_a_restart() {
    let (service, ring) = (Arc::default(), Arc::default());
    let salt = Salt::random().unwrap();
    let before = prepared(&service, &ring).await;
    let old = before
        .seal(&PLACE, &salt, b"old", november())
        .await
        .unwrap();
    let index = before.phone_index(b"phone").unwrap();

    let after = vault(&service, &ring);
    let december = "2026-12-01T00:00:00Z".parse().unwrap();
    after.prepare(december).await.unwrap();
    let new = after.seal(&PLACE, &salt, b"new", december).await.unwrap();

    assert_eq!(*after.open(&PLACE, &salt, &old).await.unwrap(), b"old");
    assert_eq!(*after.open(&PLACE, &salt, &new).await.unwrap(), b"new");
    assert_eq!(after.phone_index(b"phone").unwrap(), index);
    assert_eq!(ring.ids(), ["data-2026-11", "data-2026-12", "index-1"]);
    assert_eq!(service.created(), 3);
}

#[tokio::test]
async fn the_month_is_that_of_utc() {
    let ring = Arc::default();
    let vault = vault(&Arc::default(), &ring);
    // In Jakarta this is the first of December already.
    vault
        .prepare("2026-11-30T23:30:00Z".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(ring.ids(), ["data-2026-11", "index-1"]);
}

#[tokio::test]
async fn a_warm_vault_calls_nobody() {
    let (service, ring) = (Arc::default(), Arc::default());
    let vault = prepared(&service, &ring).await;
    let salt = Salt::random().unwrap();
    let (keys, reads) = (service.calls(), ring.calls());

    for _ in 0..50 {
        let sealed = vault.seal(&PLACE, &salt, b"x", november()).await.unwrap();
        vault.open(&PLACE, &salt, &sealed).await.unwrap();
        vault.phone_index(b"x").unwrap();
    }

    assert_eq!((service.calls(), ring.calls()), (keys, reads));
}

#[tokio::test]
async fn the_first_uses_of_a_month_at_once_fetch_one_key() {
    let (service, ring): (Arc<Service>, Arc<Ring>) = Default::default();
    let vault = Arc::new(prepared(&service, &ring).await);
    let salt = Salt::random().unwrap();
    let december: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
    let (keys, reads) = (service.calls(), ring.calls());

    let mut sealing = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (vault, salt) = (vault.clone(), salt.clone());
        sealing.spawn(async move { vault.seal(&PLACE, &salt, b"x", december).await.unwrap() });
    }
    sealing.join_all().await;

    assert_eq!(service.calls() - keys, 1);
    assert_eq!(ring.calls() - reads, 2, "one look and one store");
}

#[tokio::test]
async fn two_processes_that_race_end_with_the_same_keys() {
    let service = Arc::new(Service::default());
    // Both find each of the two keys missing before either stores its own.
    let ring = Arc::new(Ring::whose_readers_meet(2));
    let (first, second) = (vault(&service, &ring), vault(&service, &ring));

    let (a, b) = tokio::join!(first.prepare(november()), second.prepare(november()));
    a.unwrap();
    b.unwrap();

    assert_eq!(service.created(), 4, "both must really have made both keys");
    assert_eq!(ring.ids().len(), 2);
    assert_eq!(
        first.phone_index(b"p").unwrap(),
        second.phone_index(b"p").unwrap()
    );
    let salt = Salt::random().unwrap();
    let sealed = first.seal(&PLACE, &salt, b"x", november()).await.unwrap();
    assert_eq!(*second.open(&PLACE, &salt, &sealed).await.unwrap(), b"x");
}

#[tokio::test]
async fn hashes_are_stable_and_separate() {
    let (service, ring) = (Arc::default(), Arc::default());
    let vault = prepared(&service, &ring).await;
    let index = vault.phone_index(b"abc").unwrap();

    assert_eq!(index.len(), 2 + 43);
    let text = index.strip_prefix("1.").unwrap();
    assert!(
        text.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    );
    assert_eq!(vault.phone_index(b"abc").unwrap(), index);
    let others = [
        vault.phone_index(b"abd").unwrap(),
        vault.keyed_hash("phone", b"abc").unwrap(),
        vault.keyed_hash("ip", b"abc").unwrap(),
        vault.keyed_hash("ipa", b"bc").unwrap(),
        prepared(&Arc::default(), &Arc::default())
            .await
            .phone_index(b"abc")
            .unwrap(),
    ];
    for (at, other) in others.iter().enumerate() {
        assert_ne!(*other, index);
        assert!(!others[..at].contains(other));
    }
}

#[tokio::test]
async fn an_unprepared_vault_says_so() {
    let vault = vault(&Arc::default(), &Arc::default());
    assert!(matches!(
        vault.phone_index(b"x"),
        Err(VaultError::NotPrepared)
    ));
    assert!(matches!(
        vault.keyed_hash("ip", b"x"),
        Err(VaultError::NotPrepared)
    ));
}

#[tokio::test]
async fn a_missing_key_is_an_error_and_is_not_made_up() {
    let service = Arc::default();
    let vault = prepared(&service, &Arc::default()).await;
    let salt = Salt::random().unwrap();
    let sealed = vault.seal(&PLACE, &salt, b"x", november()).await.unwrap();

    let elsewhere_ring: Arc<Ring> = Arc::default();
    let elsewhere = Vault::new(service, elsewhere_ring.clone());
    let opened = elsewhere.open(&PLACE, &salt, &sealed).await;

    assert!(matches!(opened, Err(VaultError::UnknownKey(id)) if id == "data-2026-11"));
    assert!(elsewhere_ring.ids().is_empty());
}

#[tokio::test]
async fn secrets_are_made_and_read_but_the_own_keys_never_leave() {
    let (service, ring): (Arc<Service>, Arc<Ring>) = Default::default();
    let vault = prepared(&service, &ring).await;
    let new = vault::KeyService::new_data_key(&*service).await.unwrap();
    ring.put_if_absent("origin", new.wrapped).await.unwrap();

    let secret = vault.secret("origin").await.unwrap();
    assert!(constant_time_eq(secret.as_slice(), new.plain.as_slice()));
    let made = vault.secret("another").await.unwrap();
    assert_eq!(made, vault.secret("another").await.unwrap());
    assert!(ring.get("another").await.unwrap().is_some());
    assert!(!constant_time_eq(secret.as_slice(), &[0; 32]));
    assert!(!constant_time_eq(b"a", b"ab"));
    for own in ["index-1", "data-2026-11"] {
        assert!(matches!(
            vault.secret(own).await,
            Err(VaultError::UnknownKey(_))
        ));
    }
}

#[tokio::test]
async fn failures_of_service_and_ring_come_through() {
    let ring = Arc::new(Ring::default());
    let broken_service = vault(&Arc::new(Service::broken()), &ring);
    let error = broken_service.prepare(november()).await.unwrap_err();
    assert!(matches!(error, VaultError::KeyService(_)));
    assert!(ring.ids().is_empty());

    let broken_ring = vault(&Arc::default(), &Arc::new(Ring::broken()));
    let error = broken_ring.prepare(november()).await.unwrap_err();
    assert!(matches!(error, VaultError::KeyRing(_)));
}

#[test]
fn salts_are_random_keep_their_bytes_and_hide_them() {
    let salt = Salt::random().unwrap();
    assert_ne!(salt, Salt::random().unwrap());
    assert_eq!(Salt::from_bytes(salt.as_bytes()).unwrap(), salt);
    assert_eq!(Salt::from_bytes(&[1; 15]), None);
    assert_eq!(Salt::from_bytes(&[1; 17]), None);
    assert_eq!(format!("{salt:?}"), "Salt(..)");
}

proptest! {
    #[test]
    fn whatever_is_sealed_opens_to_the_same(
        table in ".{0,20}", field in ".{0,20}", id in ".{0,40}",
        salt in any::<[u8; 16]>(), plain in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        block_on(async {
            let vault = prepared(&Arc::default(), &Arc::default()).await;
            let place = Place { table: &table, field: &field, id: &id };
            let salt = Salt::from_bytes(&salt).unwrap();
            let sealed = vault.seal(&place, &salt, &plain, november()).await.unwrap();
            assert_eq!(*vault.open(&place, &salt, &sealed).await.unwrap(), plain);
        });
    }

    #[test]
    fn no_bytes_make_opening_panic(
        headed in any::<bool>(), bytes in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        block_on(async {
            let vault = prepared(&Arc::default(), &Arc::default()).await;
            let salt = Salt::from_bytes(&[0; 16]).unwrap();
            let header: &[u8] = if headed { b"\x01\x0cdata-2026-11" } else { b"" };
            let sealed = [header, bytes.as_slice()].concat();
            assert!(vault.open(&PLACE, &salt, &sealed).await.is_err());
        });
    }
}

#[tokio::test]
async fn what_is_sealed_apart_needs_no_ring_and_opens_in_its_place_alone() {
    let service = Arc::default();
    let vault = vault(&service, &Arc::new(Ring::broken()));
    let sealed = vault.seal_apart(&PLACE, b"Selamat siang").await.unwrap();
    assert!(!sealed.windows(7).any(|window| window == b"Selamat"));
    let opened = vault.open_apart(&PLACE, &sealed).await.unwrap();
    assert_eq!(&**opened, b"Selamat siang");
    let again = vault.seal_apart(&PLACE, b"Selamat siang").await.unwrap();
    assert_ne!(sealed[3..35], again[3..35], "each has a key of its own");

    let other = Place {
        id: "7f0d",
        ..PLACE
    };
    let error = vault.open_apart(&other, &sealed).await.unwrap_err();
    assert!(matches!(error, VaultError::Refused));
    let salt = Salt::random().unwrap();
    let error = vault.open(&PLACE, &salt, &sealed).await.unwrap_err();
    assert!(matches!(error, VaultError::Malformed));
    for length in 0..50 {
        let error = vault.open_apart(&PLACE, &sealed[..length]).await;
        assert!(error.is_err(), "{length} bytes");
    }
    for at in 35..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        let error = vault.open_apart(&PLACE, &changed).await.unwrap_err();
        assert!(matches!(error, VaultError::Refused), "byte {at}");
    }
}
