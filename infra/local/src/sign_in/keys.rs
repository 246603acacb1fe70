//! The key that signs tokens: RSA, the one kind that API Gateway's authorizer takes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};

use super::SignInError;
use crate::private_file;

const FILE: &str = "sign-in.pem";
/// The name of the key in tokens.
pub(super) const NAME: &str = "local-1";

/// The key, made when it is first needed: that takes a moment.
pub(super) struct Keys {
    file: Option<PathBuf>,
    made: Mutex<Option<Arc<Key>>>,
}

/// The key in its uses.
pub(super) struct Key {
    pub(super) signs: EncodingKey,
    pub(super) checks: DecodingKey,
    pub(super) public: JwkSet,
}

impl Keys {
    pub(super) fn new(data_dir: Option<&Path>) -> Self {
        Self {
            file: data_dir.map(|folder| folder.join(FILE)),
            made: Mutex::default(),
        }
    }

    pub(super) fn key(&self) -> Result<Arc<Key>, SignInError> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = made.as_ref() {
            return Ok(Arc::clone(key));
        }
        let key = Arc::new(match &self.file {
            Some(file) => in_file(file)?,
            None => Key::read(&in_memory()?).ok_or(SignInError::NoKey)?,
        });
        *made = Some(Arc::clone(&key));
        Ok(key)
    }
}

/// One for all providers of the process, which differ in their issuer.
fn in_memory() -> Result<String, SignInError> {
    static MADE: OnceLock<String> = OnceLock::new();
    match MADE.get() {
        Some(pem) => Ok(pem.clone()),
        None => {
            let pem = fresh()?;
            Ok(MADE.get_or_init(|| pem).clone())
        }
    }
}

fn in_file(path: &Path) -> Result<Key, SignInError> {
    let known = private_file::read(path).map_err(SignInError::file(path))?;
    let unreadable = || SignInError::Unreadable(path.to_owned());
    let pem = match known {
        Some(bytes) => String::from_utf8(bytes).map_err(|_| unreadable())?,
        None => {
            let pem = fresh()?;
            private_file::replace(path, pem.as_bytes()).map_err(SignInError::file(path))?;
            pem
        }
    };
    Key::read(&pem).ok_or_else(unreadable)
}

fn fresh() -> Result<String, SignInError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| SignInError::NoKey)?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| SignInError::NoKey)?;
    let text = STANDARD.encode(der.as_ref());
    let mut pem = "-----BEGIN PRIVATE KEY-----\n".to_owned();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, behind) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = behind;
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    Ok(pem)
}

impl Key {
    fn read(pem: &str) -> Option<Self> {
        let signs = EncodingKey::from_rsa_pem(pem.as_bytes()).ok()?;
        let mut public = Jwk::from_encoding_key(&signs, Algorithm::RS256).ok()?;
        public.common.key_id = Some(NAME.to_owned());
        Some(Self {
            checks: DecodingKey::from_jwk(&public).ok()?,
            public: JwkSet { keys: vec![public] },
            signs,
        })
    }
}
