//! The rules. Pure: no async, no AWS, no clock, no randomness; time and random values come in
//! as arguments, decisions go out as values.

pub mod consent;
pub mod dispatch;
pub mod event;
pub mod form;
pub mod hours;
pub mod ids;
pub mod landing;
pub mod lane;
pub mod links;
pub mod message;
pub mod number;
pub mod outcome;
pub mod pace;
pub mod participant;
pub mod person;
pub mod phone;
mod place;
pub mod reaction;
pub mod referral_code;
pub mod settings;
pub mod template;
mod text;
pub mod time_text;
pub mod vcard;
pub mod visit;
pub mod zone;
