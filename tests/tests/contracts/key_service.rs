//! The contract of [`KeyService`]: a wrapped key opens to itself, and nothing else opens.

use aws::KmsKeyService;
use aws_sdk_kms::primitives::Blob;
use local::LocalKeyService;
use tests::Moto;
use vault::KeyService;

/// `again` is the service `ours` after a restart; `foreign` has another wrapping key.
async fn keys_open_where_they_were_wrapped<K: KeyService>(ours: &K, again: &K, foreign: &K) {
    let one = ours.new_data_key().await.unwrap();
    let two = ours.new_data_key().await.unwrap();
    assert_ne!(*one.plain, *two.plain);
    assert_ne!(one.wrapped, two.wrapped);
    for key in [&one, &two] {
        for service in [ours, again] {
            assert_eq!(*service.unwrap_key(&key.wrapped).await.unwrap(), *key.plain);
        }
        let shows_itself = key.wrapped.windows(32).any(|part| part == *key.plain);
        assert!(!shows_itself);
        assert!(foreign.unwrap_key(&key.wrapped).await.is_err());
    }
    let theirs = foreign.new_data_key().await.unwrap();
    assert_eq!(
        *foreign.unwrap_key(&theirs.wrapped).await.unwrap(),
        *theirs.plain
    );
    assert!(ours.unwrap_key(&theirs.wrapped).await.is_err());
}

async fn tampered_keys_do_not_open<K: KeyService>(ours: &K) {
    let key = ours.new_data_key().await.unwrap();
    let wrapped = &key.wrapped;
    for at in 0..wrapped.len() {
        let mut tampered = wrapped.clone();
        tampered[at] ^= 1;
        assert!(ours.unwrap_key(&tampered).await.is_err(), "byte {at}");
    }
    let longer = [wrapped.as_slice(), &[0]].concat();
    let shorter = &wrapped[..wrapped.len() - 1];
    for odd in [longer.as_slice(), shorter, &wrapped[..5], &[0], &*key.plain] {
        assert!(ours.unwrap_key(odd).await.is_err(), "{} bytes", odd.len());
    }
    assert_eq!(*ours.unwrap_key(wrapped).await.unwrap(), *key.plain);
}

#[tokio::test(flavor = "multi_thread")]
async fn kms_keeps_the_contract_of_the_key_service() {
    let moto = Moto::start();
    let arn = moto.make_key().await;
    let ours = KmsKeyService::new(moto.kms(), arn.clone());
    let again = KmsKeyService::new(moto.kms(), arn.clone());
    let foreign = KmsKeyService::new(moto.kms(), moto.make_key().await);
    keys_open_where_they_were_wrapped(&ours, &again, &foreign).await;
    tampered_keys_do_not_open(&ours).await;

    // Its own key, wrapped for something else.
    let ours_alone = [("app", "socialpreneur"), ("purpose", "field-keys")];
    let others = [
        vec![],
        vec![("app", "socialpreneur")],
        vec![("app", "socialpreneur"), ("purpose", "backup")],
        vec![ours_alone[0], ours_alone[1], ("stage", "dev")],
        ours_alone.to_vec(),
    ];
    for context in others {
        let mut request = moto.kms().encrypt().key_id(&arn);
        for (name, value) in &context {
            request = request.encryption_context(*name, *value);
        }
        let plaintext = Blob::new([0x41; 32]);
        let wrapped = request.plaintext(plaintext).send().await.unwrap();
        let wrapped = wrapped.ciphertext_blob.unwrap().into_inner();
        let opens = ours.unwrap_key(&wrapped).await.is_ok();
        assert_eq!(opens, context == ours_alone, "{context:?}");
    }
}

#[tokio::test]
async fn the_local_key_service_keeps_the_contract_of_the_key_service() {
    let folder = tempfile::tempdir().unwrap();
    let ours = LocalKeyService::open(Some(folder.path())).unwrap();
    let again = LocalKeyService::open(Some(folder.path())).unwrap();
    let foreign = LocalKeyService::open(None).unwrap();
    keys_open_where_they_were_wrapped(&ours, &again, &foreign).await;
    tampered_keys_do_not_open(&ours).await;
}
