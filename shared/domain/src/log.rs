//! The log of messages as an admin looks through it (requirement A4): what is asked, which part of
//! which index answers it, where a page ended, and which failed message may be tried again.

mod filter;
mod plan;
mod retry;
#[cfg(test)]
mod tests;

pub use filter::{Filter, Glimpse};
pub use plan::{Look, Mark, Part, Plan, Source};
pub use retry::{Again, Refusal, Retried, TryAgain, may_retry};
