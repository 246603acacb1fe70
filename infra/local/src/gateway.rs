use std::time::Duration;

use app::Chain;
use async_trait::async_trait;
use domain::outcome::Outcome;
use gateway::{DripSender, Gateway, Reply, SendRequest};

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

#[async_trait]
impl Gateway for LocalGateway {
    async fn send(&self, request: &SendRequest<'_>) -> Reply {
        let url = self.simulator.url_of(request.api_key.expose());
        match DripSender::new(&url, self.timeout) {
            Ok(client) => client.send(request).await,
            Err(error) => {
                tracing::error!(
                    error = %Chain(&error),
                    "simulated gateway address"
                );
                Reply {
                    outcome: Outcome::NotSent,
                    odd_body: false,
                }
            }
        }
    }
}
