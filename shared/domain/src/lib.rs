//! The rules. Pure: no async, no AWS, no clock, no randomness; time and random values come in
//! as arguments, decisions go out as values.

pub mod consent;
pub mod form;
pub mod ids;
pub mod links;
pub mod outcome;
pub mod person;
pub mod phone;
pub mod referral_code;
pub mod template;
mod text;
pub mod time_text;
