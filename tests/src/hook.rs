//! People who write to our numbers: over the simulator, or straight to the webhook's address.

use jiff::Timestamp;
use local::simulator::{Form, LidUse, Written};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::person::Person;
use crate::town::{Answer, Town};

impl Town {
    /// The path of a sending number's webhook, 1, 2 or 3. It holds a secret.
    #[must_use]
    pub fn hook_path(&self, number: usize) -> String {
        let url = self.cloud.simulator.hook(&self.number(number));
        let url = url.expect("the number has an address");
        url[self.cloud.base_url.len()..].to_owned()
    }

    /// Posts any body to a number's webhook.
    pub async fn hook(&self, number: usize, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.request(Method::POST, &self.hook_path(number));
        self.send(request.body(body)).await
    }

    /// Posts the same body so many times at the same moment.
    pub async fn hook_at_once(&self, number: usize, body: &str, times: usize) -> Vec<Answer> {
        let mut under_way = JoinSet::new();
        for _ in 0..times {
            let request = self.request(Method::POST, &self.hook_path(number));
            under_way.spawn(Answer::to(request.body(body.to_owned())));
        }
        under_way.join_all().await
    }

    /// Somebody's message in the gateway's simple form.
    #[must_use]
    pub fn message(&self, person: &Person, id: &str, text: &str) -> Value {
        message(person, id, text, Form::Simple, LidUse::None, self.now())
    }

    /// Somebody writes to a sending number, over the simulator; what is answered, if anything.
    pub async fn says(&self, person: &Person, number: usize, text: &str) -> Option<String> {
        self.says_in(person, number, text, Form::Simple, LidUse::None)
            .await
    }

    /// The same in one of the gateway's forms, with or without the hidden id.
    pub async fn says_in(
        &self,
        person: &Person,
        number: usize,
        text: &str,
        form: Form,
        lid: LidUse,
    ) -> Option<String> {
        let form = match form {
            Form::Simple => "simple",
            Form::Raw => "raw",
        };
        let lid = match lid {
            LidUse::None => "none",
            LidUse::Hidden => "hidden",
            LidUse::Both => "both",
        };
        let body = json!({
            "from": person.e164(), "to": self.number(number), "text": text,
            "form": form, "lid": lid,
        });
        let request = self.request(Method::POST, "/simulator/reply").json(&body);
        let answer = self.send(request).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        answer.json()["answer"].as_str().map(str::to_owned)
    }
}

/// Somebody's message as the gateway posts it.
#[must_use]
pub fn message(
    person: &Person,
    id: &str,
    text: &str,
    form: Form,
    lid: LidUse,
    at: Timestamp,
) -> Value {
    let from = person.e164().parse().expect("a number");
    let written = Written {
        to: local::seed::NUMBERS[0].1.parse().expect("a number"),
        from,
        text: text.to_owned(),
        form,
        lid,
    };
    written.body(id, at)
}
