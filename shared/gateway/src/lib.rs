//! The `WhatsApp` gateway: one request, and what it came to; [`inbound`]: what its webhook brings.
//!
//! DripSender documents `POST /send` with JSON, a plain `OK` on success, and `{"error"}` with 400,
//! 404 and 500; `GET /lists/` with the header `api-key` answers whoever has a valid one. Whatever else comes back is judged with caution: see [`classify`].

mod api_key;
mod classify;
mod dripsender;
pub mod inbound;
mod port;
mod retry_after;
mod roots;

pub use api_key::ApiKey;
pub use classify::classify;
pub use dripsender::{ConfigError, DEFAULT_BASE_URL, DEFAULT_TIMEOUT, DripSender};
pub use port::{Gateway, KeyCheck, Reply, SendRequest};
pub use roots::ROOTS;
