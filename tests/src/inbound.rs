//! People who write to our numbers, past the webhook: what follows from it is the same.

use std::sync::atomic::{AtomicU64, Ordering};

use app::receive::receive;
use domain::inbound::{InboundId, Received, Request, Sender, Wording};
use domain::suppression::Suppression;
use jiff::Timestamp;

use crate::person::Person;
use crate::town::Town;

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A message with a new id from this sender.
#[must_use]
pub fn message(sender: Sender, sent_at: Timestamp) -> Received {
    let id = format!("3EB0{:08X}", NEXT.fetch_add(1, Ordering::Relaxed));
    Received {
        id: InboundId::parse(&id).expect("an id"),
        sender,
        wording: Wording::new("kata-kata yang tidak boleh tersimpan"),
        sent_at: Some(sent_at),
    }
}

impl Town {
    /// Somebody writes to a sending number, 1, 2 or 3. What is answered.
    pub async fn writes(&self, person: &Person, number: usize, request: Request) -> Option<String> {
        let sender = Sender::Phone {
            phone: person.phone(),
            lid: None,
        };
        self.receives(number, &message(sender, self.now()), request)
            .await
    }

    /// A message reaches a sending number. What is answered.
    pub async fn receives(
        &self,
        number: usize,
        received: &Received,
        request: Request,
    ) -> Option<String> {
        let via = self.number_id(number).await;
        let answer = receive(&self.cloud.app, via, received, request).await;
        answer.expect("the store answers").map(|answer| answer.text)
    }

    /// Keyed hash of somebody's number.
    #[must_use]
    pub fn index_of(&self, person: &Person) -> String {
        let store = &self.cloud.app.store;
        store.phone_index(&person.phone()).expect("an index")
    }

    /// An admin stores that nothing more may go to this person.
    pub async fn silence(&self, person: &Person) {
        let (app, index) = (&self.cloud.app, self.index_of(person));
        app::suppression::stop_by_admin(app, &index, "admin@example.org", "diminta lewat telepon")
            .await
            .expect("stored");
    }

    /// Where somebody's number stands.
    pub async fn standing_of(&self, person: &Person) -> Suppression {
        let (app, index) = (&self.cloud.app, self.index_of(person));
        let standing = app::suppression::standing_of(app, &index).await;
        standing.expect("the store answers")
    }
}
