//! The harness of the stories: a whole town on one machine, with visitors who use HTTP and phones
//! on which messages arrive. Assertions panic: this crate exists only for tests.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a harness fails the test it serves"
)]

mod account;
mod browser;
mod campaign;
mod correspondence;
mod counters;
pub mod events;
pub mod function;
pub mod hook;
pub mod inbound;
pub mod leak;
mod ledger;
mod line;
mod logs;
mod moto;
pub mod panel;
mod panel_day;
mod panel_log;
mod panel_people;
mod pause;
pub mod people;
mod person;
pub mod portal;
mod runtime_api;
mod stored;
pub mod story;
mod town;

pub use account::Account;
pub use browser::Browser;
pub use counters::Totals;
pub use function::Function;
pub use ledger::{attribute, figure, flag, state, word};
pub use line::Line;
pub use moto::Moto;
pub use panel::Panel;
pub use pause::Pause;
pub use person::Person;
pub use story::Story;
pub use town::{Answer, Item, Message, Row, Town};
