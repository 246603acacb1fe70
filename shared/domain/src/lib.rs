//! The rules. Pure: no async, no AWS, no clock, no randomness; time and random values come in
//! as arguments, decisions go out as values.

pub mod alert_group;
pub mod alert_pace;
pub mod breaker;
pub mod ceiling;
pub mod consent;
pub mod dispatch;
pub mod event;
pub mod explain;
pub mod forecast;
pub mod form;
pub mod hours;
pub mod ids;
pub mod lane;
pub mod links;
pub mod message;
pub mod number;
pub mod outcome;
pub mod pace;
pub mod participant;
pub mod person;
pub mod phone;
pub mod pick;
pub mod reaction;
pub mod referral_code;
pub mod reserve;
pub mod schedule;
pub mod settings;
pub mod settle;
pub mod sticky;
pub mod template;
mod text;
pub mod time_text;
pub mod warm_up;
pub mod zone;
