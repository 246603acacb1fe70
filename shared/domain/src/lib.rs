//! The rules. Pure: no async, no AWS, no clock, no randomness; time and random values come in
//! as arguments, decisions go out as values.

pub mod ids;
pub mod outcome;
