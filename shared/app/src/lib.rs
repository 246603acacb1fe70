//! The use cases, one file each: load, decide, store, emit.

pub mod ports;
