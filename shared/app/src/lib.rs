//! The use cases, one file each: load, decide, store, emit.

pub mod ports;
pub mod queue_body;
