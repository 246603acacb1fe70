//! Who is stored, and invited by whom.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::person::Person;
use crate::town::{Item, Town};

impl Town {
    /// The number's participant, as stored.
    pub async fn participant(&self, person: &Person) -> Option<Item> {
        let phone = domain::phone::Phone::parse(&person.phone).expect("a number");
        let index = self.cloud.app.store.phone_index(&phone).expect("an index");
        let index = Some(AttributeValue::S(index));
        let mut items = self.participants().await;
        items.retain(|item| item.get("phone_index") == index.as_ref());
        assert!(items.len() < 2, "one number, several participants");
        items.pop()
    }

    /// Stores the same item with one attribute that is another; returns it as it was.
    pub async fn spoil(&self, table: &str, item: &Item, name: &str, value: AttributeValue) -> Item {
        let mut spoilt = item.clone();
        spoilt.insert(name.to_owned(), value);
        self.put(table, spoilt).await;
        item.clone()
    }

    /// Stores an item past all use cases.
    pub async fn put(&self, table: &str, item: Item) {
        let request = self.cloud.dynamodb.put_item();
        let request = request.table_name(format!("local-{table}"));
        let stored = request.set_item(Some(item)).send().await;
        stored.expect("stored");
    }

    /// The opaque code of somebody who is registered.
    pub async fn opaque_code_of(&self, person: &Person) -> String {
        let item = self.participant(person).await.expect("a participant");
        let id = item["id"].as_s().expect("an id").parse().expect("a UUID");
        domain::referral_code::opaque_code(id)
    }

    /// Whether `invitee` is stored as invited by `referrer`; false if by nobody.
    pub async fn is_invited_by(&self, invitee: &Person, referrer: &Person) -> bool {
        let invitee = self.participant(invitee).await.expect("an invitee");
        let referrer = self.participant(referrer).await.expect("a referrer");
        let named = invitee.get("referrer_id");
        assert!(
            named.is_none() || named == referrer.get("id"),
            "somebody else"
        );
        named.is_some()
    }

    /// Nobody was stored, nothing was decided, and nothing is on its way.
    pub async fn assert_nothing_stored(&self) {
        for table in ["participants", "notifications_log"] {
            let items = self.items(table).await;
            assert!(items.is_empty(), "{table}: {items:?}");
        }
        let mut put = self.cloud.queue.history();
        // A night may have passed.
        put.retain(|body| body.queue != "wake" && !body.body.contains("reconcile"));
        assert!(put.is_empty(), "{put:?}");
    }
}
