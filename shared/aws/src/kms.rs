use async_trait::async_trait;
use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use vault::{KeyService, KeyServiceError, NewKey, PlainKey};
use zeroize::Zeroizing;

use crate::reason::reason;

/// Authenticated with every wrapped key, written into the audit trail of KMS, and required by
/// the functions' policies: keys wrapped for anything else do not open here.
const CONTEXT: [(&str, &str); 2] = [("app", "socialpreneur"), ("purpose", "field-keys")];

#[derive(Debug, thiserror::Error)]
enum OddAnswer {
    #[error("the answer lacks {0}")]
    Missing(&'static str),
    #[error("the key has {0} bytes instead of 32")]
    Length(usize),
}

/// Data keys from KMS, wrapped by one configured key.
#[derive(Debug, Clone)]
pub struct KmsKeyService {
    client: Client,
    key_arn: String,
}

impl KmsKeyService {
    /// A key service over a KMS client; `key_arn` names the wrapping key.
    #[must_use]
    pub fn new(client: Client, key_arn: String) -> Self {
        Self { client, key_arn }
    }
}

#[async_trait]
impl KeyService for KmsKeyService {
    async fn new_data_key(&self) -> Result<NewKey, KeyServiceError> {
        let mut request = self
            .client
            .generate_data_key()
            .key_id(&self.key_arn)
            .key_spec(DataKeySpec::Aes256);
        for (name, value) in CONTEXT {
            request = request.encryption_context(name, value);
        }
        let answer = request
            .send()
            .await
            .map_err(|error| KeyServiceError(reason(error)))?;
        let wrapped = answer
            .ciphertext_blob
            .ok_or_else(|| KeyServiceError::new(OddAnswer::Missing("the wrapped key")))?;
        Ok(NewKey {
            plain: plain_key(answer.plaintext)?,
            wrapped: wrapped.into_inner(),
        })
    }

    async fn unwrap_key(&self, wrapped: &[u8]) -> Result<PlainKey, KeyServiceError> {
        // Naming the key keeps KMS from trying whichever one the ciphertext claims.
        let mut request = self
            .client
            .decrypt()
            .key_id(&self.key_arn)
            .ciphertext_blob(Blob::new(wrapped));
        for (name, value) in CONTEXT {
            request = request.encryption_context(name, value);
        }
        let answer = request
            .send()
            .await
            .map_err(|error| KeyServiceError(reason(error)))?;
        plain_key(answer.plaintext)
    }
}

fn plain_key(answer: Option<Blob>) -> Result<PlainKey, KeyServiceError> {
    let bytes = answer
        .map(|blob| Zeroizing::new(blob.into_inner()))
        .ok_or_else(|| KeyServiceError::new(OddAnswer::Missing("the key")))?;
    let mut key = PlainKey::default();
    if bytes.len() != key.len() {
        return Err(KeyServiceError::new(OddAnswer::Length(bytes.len())));
    }
    key.copy_from_slice(&bytes);
    Ok(key)
}
