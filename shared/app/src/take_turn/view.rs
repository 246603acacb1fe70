//! What a turn decides from before it has a row: settings, switches, the numbers. A warm function
//! trusts it for some seconds, since the check before the request reads all of it again. What it
//! forbids is not believed before it was read anew: a pause may have been lifted.

use domain::breaker::Breaker;
use domain::ids::NumberId;
use domain::number::Number;
use domain::settings::{Control, Settings};
use jiff::{SignedDuration, Timestamp};
use store::StoreError;

use super::Sender;

/// For so long: a kill switch is seen by every claim five seconds later (requirement S9).
pub(super) const TRUSTED: SignedDuration = SignedDuration::from_secs(5);

/// Settings, switches and numbers as of `read_at`.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(super) settings: Settings,
    pub(super) control: Control,
    pub(super) gateway: Breaker,
    pub(super) roster: Vec<Number>,
    read_at: Timestamp,
}

impl View {
    /// The view of a warm function, at most five seconds old.
    pub(super) async fn warm(sender: &Sender) -> Result<Self, StoreError> {
        let read = Box::pin(Self::read(sender));
        sender.view.get(sender.app.now(), read).await
    }

    /// A new one.
    pub(super) async fn fresh(sender: &Sender) -> Result<Self, StoreError> {
        let view = Self::read(sender).await?;
        sender.view.put(view.read_at, view.clone()).await;
        Ok(view)
    }

    async fn read(sender: &Sender) -> Result<Self, StoreError> {
        let read_at = sender.app.now();
        let steering = sender.app.store.steering().await?;
        let roster = sender.app.store.roster().await?;
        Ok(Self {
            settings: steering.settings,
            control: steering.control,
            gateway: steering.gateway,
            roster,
            read_at,
        })
    }

    /// Whether it was read before `moment`.
    pub(super) fn is_older_than(&self, moment: Timestamp) -> bool {
        self.read_at < moment
    }

    /// The number whose turn it is.
    pub(super) fn number(&self, id: NumberId) -> Option<&Number> {
        self.roster.iter().find(|number| number.id == id)
    }
}
