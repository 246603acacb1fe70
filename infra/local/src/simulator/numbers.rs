use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use serde::Serialize;
use tokio::net::TcpSocket;
use tokio::task::JoinHandle;

use super::{Mode, NumberSetup, Phone};

/// A sending number as the page shows it. Holds no key.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct NumberView {
    /// Its WhatsApp number.
    pub phone: Phone,
    /// Its name.
    pub label: String,
    /// How it behaves.
    pub mode: Mode,
    /// Messages it has ever sent.
    pub sent: usize,
}

pub(super) struct Number {
    pub(super) phone: Phone,
    label: String,
    pub(super) api_key: String,
    pub(super) mode: Mode,
    pub(super) port: Port,
    pub(super) in_flight: InFlight,
    pub(super) asked: Asked,
    /// Where what people write to it is posted; a secret.
    pub(super) hook: Option<String>,
}

/// Requests that reached the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked {
    /// `POST /send`.
    pub sends: usize,
    /// `GET /lists/`.
    pub lists: usize,
}

impl Number {
    pub(super) fn new(setup: NumberSetup, port: Port) -> Self {
        Self {
            phone: setup.phone,
            label: setup.label,
            api_key: setup.api_key,
            mode: Mode::Refused,
            port,
            in_flight: InFlight::default(),
            asked: Asked::default(),
            hook: None,
        }
    }

    pub(super) fn view(&self, sent: usize) -> NumberView {
        NumberView {
            phone: self.phone.clone(),
            label: self.label.clone(),
            mode: self.mode,
            sent,
        }
    }
}

/// Requests in flight for one number, and the most there ever were.
#[derive(Clone, Default)]
pub(super) struct InFlight(Arc<(AtomicUsize, AtomicUsize)>);

/// One request in flight, until dropped.
pub(super) struct Flight(InFlight);

impl InFlight {
    pub(super) fn begin(&self) -> Flight {
        let now = self.0.0.fetch_add(1, Ordering::AcqRel) + 1;
        self.0.1.fetch_max(now, Ordering::AcqRel);
        Flight(self.clone())
    }

    pub(super) fn most(&self) -> usize {
        self.0.1.load(Ordering::Acquire)
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.0.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A loopback port that stays ours: it listens, or it is held by a socket that does not listen,
/// which the system answers with a refusal.
#[derive(Clone)]
pub(super) struct Port(Arc<PortInner>);

struct PortInner {
    number: u16,
    state: tokio::sync::Mutex<PortState>,
}

enum PortState {
    Held(TcpSocket),
    Open(JoinHandle<()>),
    /// Only within a change that failed.
    Lost,
}

impl Port {
    /// A free port, closed for now.
    pub(super) fn reserve() -> io::Result<Self> {
        let socket = hold(0)?;
        let number = socket.local_addr()?.port();
        Ok(Self(Arc::new(PortInner {
            number,
            state: tokio::sync::Mutex::new(PortState::Held(socket)),
        })))
    }

    pub(super) fn number(&self) -> u16 {
        self.0.number
    }

    /// Serves `router` from now on; no effect if it is open.
    pub(super) async fn open(&self, router: Router) -> io::Result<()> {
        let mut state = self.0.state.lock().await;
        let socket = match std::mem::replace(&mut *state, PortState::Lost) {
            PortState::Open(server) => {
                *state = PortState::Open(server);
                return Ok(());
            }
            PortState::Held(socket) => socket,
            PortState::Lost => hold(self.0.number)?,
        };
        let listener = socket.listen(1024)?;
        *state = PortState::Open(tokio::spawn(async move {
            if axum::serve(listener, router).await.is_err() {
                tracing::error!("a listener of the simulated gateway ended");
            }
        }));
        Ok(())
    }

    /// Refuses new connections from now on; what is in flight goes on.
    pub(super) async fn close(&self) -> io::Result<()> {
        let mut state = self.0.state.lock().await;
        match std::mem::replace(&mut *state, PortState::Lost) {
            PortState::Held(socket) => *state = PortState::Held(socket),
            PortState::Open(server) => {
                server.abort();
                // Ends in the cancellation just asked for; the listener is closed by then.
                let _ = server.await;
                *state = PortState::Held(hold(self.0.number)?);
            }
            PortState::Lost => *state = PortState::Held(hold(self.0.number)?),
        }
        Ok(())
    }
}

/// A socket bound to `port` that does not listen.
fn hold(port: u16) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    Ok(socket)
}
