//! Field encryption and keyed hashes over keys that a key service wraps.
//!
//! A field is sealed with AES-256-GCM under a key derived (HKDF-SHA-256) from the period's data
//! key and the row's [`Salt`], bound to its [`Place`]. Erasing the salt makes everything sealed
//! with it unreadable. Data keys stand wrapped in the [`KeyRing`]; unwrapped ones stay in the
//! process, so that no row costs a call to the [`KeyService`]. What must not wait for the ring is
//! sealed apart, under a data key of its own that stands wrapped with it.

mod apart;
mod cipher;
mod error;
mod hash;
mod ports;
mod salt;
mod vault;

pub use cipher::Place;
pub use error::VaultError;
pub use hash::constant_time_eq;
pub use ports::{KeyRing, KeyRingError, KeyService, KeyServiceError, NewKey, PlainKey};
pub use salt::{SALT_LEN, Salt};
pub use vault::Vault;
