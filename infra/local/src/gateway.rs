use std::time::Duration;

use app::Chain;
use async_trait::async_trait;
use domain::outcome::Outcome;
use gateway::{ApiKey, DripSender, Gateway, KeyCheck, Reply, SendRequest};

use crate::simulator::Simulator;

/// The real client of the gateway, pointed at the simulated port of whichever number sends.
pub struct LocalGateway {
    simulator: Simulator,
    timeout: Duration,
}

impl LocalGateway {
    /// Requests go to `simulator` and may take `timeout`.
    #[must_use]
    pub fn new(simulator: Simulator, timeout: Duration) -> Self {
        Self { simulator, timeout }
    }
}

impl LocalGateway {
    fn client(&self, api_key: &ApiKey) -> Option<DripSender> {
        let url = self.simulator.url_of(api_key.expose());
        DripSender::new(&url, self.timeout)
            .inspect_err(|error| {
                tracing::error!(error = %Chain(error), "simulated gateway address");
            })
            .ok()
    }
}

#[async_trait]
impl Gateway for LocalGateway {
    async fn send(&self, request: &SendRequest<'_>) -> Reply {
        match self.client(request.api_key) {
            Some(client) => client.send(request).await,
            None => Reply {
                outcome: Outcome::NotSent,
                odd_body: false,
            },
        }
    }

    async fn check_key(&self, api_key: &ApiKey) -> KeyCheck {
        match self.client(api_key) {
            Some(client) => client.check_key(api_key).await,
            None => KeyCheck::NoAnswer,
        }
    }
}
