//! What every function is put together from.

use std::sync::Arc;

use app::ports::{Clock, Directory, Queue};
use app::{App, Dice};
use store::{Store, StoredKeyring};
use vault::{KeyService, Vault, VaultError};

use crate::calls::{Caller, Calls, NotedDirectory, NotedKeys, NotedQueue, NotedSchedule};
use crate::clock::VirtualClock;
use crate::conductor::Conductor;
use crate::dynamodb::{self, Faults};
use crate::queue::LocalQueue;
use crate::schedule::LocalSchedule;
use crate::sign_in::SignIn;

/// First part of every table's name.
pub(crate) const PREFIX: &str = "local";

/// The cloud's services, from which each function gets clients of its own.
pub(crate) struct Parts {
    pub(crate) database: dynoxide::Database,
    pub(crate) faults: Arc<Faults>,
    pub(crate) keys: Arc<dyn KeyService>,
    pub(crate) queue: Arc<LocalQueue>,
    pub(crate) conductor: Conductor,
    pub(crate) clock: Arc<VirtualClock>,
    /// Where calls are noted, if they are.
    pub(crate) calls: Option<Calls>,
}

/// Whether a function may use the field key, as `FIELD_KEY_ARN` says in the cloud.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldKey {
    Given,
    /// For hashes and codes alone: no key that encrypts is loaded.
    Hashes,
    Withheld,
}

impl Parts {
    fn caller(&self, function: &'static str) -> Option<Caller> {
        self.calls.as_ref().map(|calls| calls.by(function))
    }

    fn client(&self, caller: Option<Caller>) -> aws_sdk_dynamodb::Client {
        dynamodb::client_of(
            self.database.clone(),
            Some(Arc::clone(&self.faults)),
            caller,
        )
    }

    /// A vault of the function's own, as it has in its own process; prepared if it has the key.
    pub(crate) async fn vault(
        &self,
        function: &'static str,
        key: FieldKey,
    ) -> Result<Arc<Vault>, VaultError> {
        let caller = self.caller(function);
        let ring = StoredKeyring::new(self.client(caller.clone()), PREFIX);
        let keys = NotedKeys {
            keys: Arc::clone(&self.keys),
            caller,
        };
        let vault = Vault::new(Arc::new(keys), Arc::new(ring));
        match key {
            FieldKey::Given => vault.prepare(self.clock.now()).await?,
            FieldKey::Hashes => vault.prepare_hashes().await?,
            FieldKey::Withheld => {}
        }
        Ok(Arc::new(vault))
    }

    /// Who may open the panel, as the function asks for it.
    pub(crate) fn directory(&self, function: &'static str, sign_in: &SignIn) -> Arc<dyn Directory> {
        Arc::new(NotedDirectory {
            directory: sign_in.clone(),
            caller: self.caller(function),
        })
    }

    /// The function's application: its own caches over the tables that all share.
    pub(crate) fn app(&self, function: &'static str, vault: Arc<Vault>) -> App {
        let caller = self.caller(function);
        let queue = NotedQueue {
            queue: Arc::clone(&self.queue) as Arc<dyn Queue>,
            caller: caller.clone(),
        };
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let schedule = NotedSchedule {
            schedule: LocalSchedule::new(self.conductor.clone(), "campaigns", Arc::clone(&clock)),
            caller: caller.clone(),
        };
        let app = App::new(
            Store::new(self.client(caller), PREFIX, vault),
            Arc::new(queue),
            clock,
            Dice::from_system(),
        );
        app.with_schedule(Arc::new(schedule))
    }
}
