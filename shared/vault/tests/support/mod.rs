use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use tokio::sync::Barrier;
use vault::{KeyRing, KeyRingError, KeyService, KeyServiceError, NewKey, PlainKey};

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

/// Wraps by flipping bits: enough to tell a wrapped key from a plain one.
#[derive(Default)]
pub(crate) struct Service {
    created: AtomicUsize,
    unwrapped: AtomicUsize,
    broken: bool,
}

impl Service {
    pub(crate) fn broken() -> Self {
        Self {
            broken: true,
            ..Self::default()
        }
    }

    pub(crate) fn created(&self) -> usize {
        self.created.load(Ordering::SeqCst)
    }

    pub(crate) fn calls(&self) -> usize {
        self.created() + self.unwrapped.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl KeyService for Service {
    async fn new_data_key(&self) -> Result<NewKey, KeyServiceError> {
        self.created.fetch_add(1, Ordering::SeqCst);
        if self.broken {
            return Err(KeyServiceError::new("broken"));
        }
        let mut plain = PlainKey::default();
        aws_lc_rs::rand::fill(plain.as_mut_slice()).unwrap();
        tokio::task::yield_now().await;
        let wrapped = plain.iter().map(|byte| !byte).collect();
        Ok(NewKey { plain, wrapped })
    }

    async fn unwrap_key(&self, wrapped: &[u8]) -> Result<PlainKey, KeyServiceError> {
        self.unwrapped.fetch_add(1, Ordering::SeqCst);
        let plain: Vec<u8> = wrapped.iter().map(|byte| !byte).collect();
        Ok(PlainKey::new(plain.try_into().unwrap()))
    }
}

#[derive(Default)]
pub(crate) struct Ring {
    keys: Mutex<BTreeMap<String, Vec<u8>>>,
    calls: AtomicUsize,
    meeting: Option<Barrier>,
    broken: bool,
}

impl Ring {
    /// A ring whose `get` answers only when `n` callers have read.
    pub(crate) fn whose_readers_meet(n: usize) -> Self {
        Self {
            meeting: Some(Barrier::new(n)),
            ..Self::default()
        }
    }

    pub(crate) fn broken() -> Self {
        Self {
            broken: true,
            ..Self::default()
        }
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.keys.lock().unwrap().keys().cloned().collect()
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl KeyRing for Ring {
    async fn get(&self, key_id: &str) -> Result<Option<Vec<u8>>, KeyRingError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.broken {
            return Err(KeyRingError::new("broken"));
        }
        let found = self.keys.lock().unwrap().get(key_id).cloned();
        if let Some(meeting) = &self.meeting {
            meeting.wait().await;
        }
        Ok(found)
    }

    async fn put_if_absent(&self, key_id: &str, wrapped: Vec<u8>) -> Result<Vec<u8>, KeyRingError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let mut keys = self.keys.lock().unwrap();
        Ok(keys.entry(key_id.to_owned()).or_insert(wrapped).clone())
    }
}
