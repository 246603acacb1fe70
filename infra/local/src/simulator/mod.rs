//! WhatsApp and its gateway, simulated: phones with chats, and sending numbers that can be broken.
//!
//! The gateway is real HTTP on loopback, one port per sending number, so that a refused
//! connection is a refused connection. What it accepts is on disk before it is answered. Being
//! the outside world, this is the one place where numbers and texts stand in clear.

mod answer;
mod api;
mod chats;
mod gateway;
mod hook;
mod mode;
mod numbers;
mod page;
mod phone;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use app::ports::Clock;
use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

pub use api::router;
use chats::Chats;
pub use chats::{ChatsError, Message};
pub use hook::{Form, LidUse, Told, Written};
pub use mode::Mode;
pub use numbers::Asked;
pub use numbers::NumberView;
use numbers::{Number, Port};
use page::Page;
pub use phone::{Phone, PhoneError};

/// A simulated sending number to begin with.
pub struct NumberSetup {
    /// Its WhatsApp number.
    pub phone: Phone,
    /// Its name on the page.
    pub label: String,
    /// The gateway key that sends from it.
    pub api_key: String,
}

/// Why the simulator could not be started or changed.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// The chats could not be read or written.
    #[error(transparent)]
    Chats(#[from] ChatsError),
    /// A port for a number could not be opened.
    #[error("the simulated gateway cannot listen on loopback: {0}")]
    Port(#[from] std::io::Error),
    /// No such number.
    #[error("there is no such sending number")]
    UnknownNumber,
}

/// A message as the gateway accepted it, for tests that measure gaps.
#[derive(Clone)]
pub struct Received {
    /// From which sending number.
    pub number: Phone,
    /// To whom.
    pub to: Phone,
    /// The text.
    pub text: String,
    /// Virtual time of the request's arrival.
    pub at_virtual: Timestamp,
    /// Real instant of the request's arrival.
    pub arrived: Instant,
}

/// Messages that wait for something other than their turn, for the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Waiting {
    /// How many.
    pub count: u64,
    /// When the first may go, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// How far the demo is, for the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Filling {
    /// So many people have registered.
    pub done: usize,
    /// So many will have.
    pub of: usize,
}

/// What the simulator's page needs from the cloud around it.
#[async_trait]
pub trait World: Send + Sync {
    /// Advances virtual time by `by` and answers when all is quiet.
    ///
    /// # Errors
    /// A line for the log if time could not be advanced.
    async fn advance(&self, by: Duration) -> Result<(), String>;

    /// What waits.
    async fn waiting(&self) -> Waiting;

    /// How far the demo is while it is being played.
    fn filling(&self) -> Option<Filling>;
}

/// Handle on the simulated phones and numbers; clones share them.
#[derive(Clone)]
pub struct Simulator(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    /// Tells the cursors of this process from those of an earlier one.
    run: Uuid,
    state: Mutex<State>,
    /// One change of a number's mode at a time: each opens or closes a port.
    one_change: tokio::sync::Mutex<()>,
    /// Answers for keys that belong to no number.
    front: Port,
}

struct State {
    numbers: Vec<Number>,
    chats: Chats,
    received: Vec<Received>,
}

impl Simulator {
    /// Starts one listener per number. Chats come from `data_dir/simulator.jsonl` and go there;
    /// without a folder they live in memory.
    ///
    /// # Errors
    /// [`SimulatorError`].
    pub async fn start(
        data_dir: Option<&Path>,
        numbers: Vec<NumberSetup>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SimulatorError> {
        let chats = match data_dir {
            Some(folder) => Chats::in_file(&folder.join("simulator.jsonl"))?,
            None => Chats::in_memory(),
        };
        let mut known = Vec::new();
        for setup in numbers {
            known.push(Number::new(setup, Port::reserve()?));
        }
        let simulator = Self(Arc::new(Inner {
            clock,
            run: Uuid::new_v4(),
            state: Mutex::new(State {
                numbers: known,
                chats,
                received: Vec::new(),
            }),
            one_change: tokio::sync::Mutex::new(()),
            front: Port::reserve()?,
        }));
        simulator
            .0
            .front
            .open(gateway::router(simulator.clone()))
            .await?;
        for number in simulator.phones() {
            simulator.set_mode(&number, Mode::Ok).await?;
        }
        Ok(simulator)
    }

    /// Adds a sending number while running, in mode `ok`.
    ///
    /// # Errors
    /// [`SimulatorError::Port`].
    pub async fn add_number(&self, setup: NumberSetup) -> Result<(), SimulatorError> {
        let phone = setup.phone.clone();
        let number = Number::new(setup, Port::reserve()?);
        self.with(|state| state.numbers.push(number));
        self.set_mode(&phone, Mode::Ok).await
    }

    /// Base URL of the gateway for `api_key`, without a trailing slash. A key of no number gets
    /// an address that answers 404, as the gateway does.
    #[must_use]
    pub fn url_of(&self, api_key: &str) -> String {
        let port = self.with(|state| {
            let number = state.numbers.iter().find(|one| one.api_key == api_key);
            number.map_or(self.0.front.number(), |one| one.port.number())
        });
        format!("http://127.0.0.1:{port}")
    }

    /// Changes how a number behaves; in force when this returns.
    ///
    /// # Errors
    /// [`SimulatorError::UnknownNumber`], or [`SimulatorError::Port`] if its port cannot be
    /// opened again.
    pub async fn set_mode(&self, phone: &Phone, mode: Mode) -> Result<(), SimulatorError> {
        let _one = self.0.one_change.lock().await;
        let port = self.with(|state| {
            let mut numbers = state.numbers.iter_mut();
            let number = numbers.find(|one| one.phone == *phone)?;
            number.mode = mode;
            Some(number.port.clone())
        });
        let port = port.ok_or(SimulatorError::UnknownNumber)?;
        if mode == Mode::Refused {
            port.close().await?;
        } else {
            port.open(gateway::router(self.clone())).await?;
        }
        Ok(())
    }

    /// The sending numbers.
    #[must_use]
    pub fn numbers(&self) -> Vec<NumberView> {
        self.with(|state| {
            let view = |number: &Number| number.view(state.chats.sent_by(&number.phone));
            state.numbers.iter().map(view).collect()
        })
    }

    /// All messages from or to `phone`, or simply all, oldest first.
    #[must_use]
    pub fn messages(&self, phone: Option<&Phone>) -> Vec<Message> {
        self.with(|state| state.chats.of(phone))
    }

    /// What came after `cursor`, which an earlier page of this process gave.
    fn page(&self, cursor: Option<&str>) -> Page {
        self.with(|state| Page::after(cursor, self.0.run, &state.chats))
    }

    /// What the gateway has accepted since this process began, in order.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.with(|state| state.received.clone())
    }

    /// The most requests that were ever in flight at once for the number `phone`.
    #[must_use]
    pub fn most_in_flight(&self, phone: &Phone) -> Option<usize> {
        self.with(|state| {
            let number = state.numbers.iter().find(|one| one.phone == *phone)?;
            Some(number.in_flight.most())
        })
    }

    /// What was asked of the gateway with the key of the number `phone`, whatever it answered.
    #[must_use]
    pub fn asked(&self, phone: &Phone) -> Option<Asked> {
        self.with(|state| {
            let number = state.numbers.iter().find(|one| one.phone == *phone)?;
            Some(number.asked)
        })
    }

    fn phones(&self) -> Vec<Phone> {
        self.with(|state| state.numbers.iter().map(|one| one.phone.clone()).collect())
    }

    fn with<R>(&self, look: impl FnOnce(&mut State) -> R) -> R {
        let state = &self.0.state;
        look(&mut state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
