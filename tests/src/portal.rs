//! People who open their join links.

use domain::event::Event;
use domain::ids::ParticipantId;
use reqwest::Method;
use reqwest::header::USER_AGENT;
use tokio::task::JoinSet;

use crate::person::Person;
use crate::town::{Answer, Item, Town};
use crate::word;

/// A browser's name of itself.
pub const BROWSER: &str = "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36";

impl Town {
    /// Somebody's id.
    pub async fn known_id(&self, person: &Person) -> ParticipantId {
        self.id_of(person).await.expect("registered")
    }

    /// The path of somebody's join link, made as the sender makes it.
    pub async fn link_of(&self, event: &Event, person: &Person) -> String {
        let id = self.known_id(person).await;
        let token = self.cloud.app.store.join_token(event.id, id);
        format!("/j/{}", token.expect("a key").encode())
    }

    /// Opens a join link as a browser does.
    pub async fn open_link(&self, path: &str) -> Answer {
        self.ask_link(Method::GET, path, Some(BROWSER)).await
    }

    /// All these links opened at the same time.
    pub async fn open_links(&self, paths: &[String]) -> Vec<Answer> {
        let mut under_way = JoinSet::new();
        for path in paths {
            let request = self.request(Method::GET, path).header(USER_AGENT, BROWSER);
            under_way.spawn(Answer::to(request));
        }
        under_way.join_all().await
    }

    /// A request for a join link by somebody who names themselves so, or not at all.
    pub async fn ask_link(&self, method: Method, path: &str, agent: Option<&str>) -> Answer {
        let request = self.request(method, path);
        let request = match agent {
            Some(agent) => request.header(USER_AGENT, agent),
            None => request,
        };
        self.send(request).await
    }

    /// What is stored about clicks.
    pub async fn clicks(&self) -> Vec<Item> {
        let mut items = self.items("events").await;
        items.retain(|item| word(item, "sk").is_some_and(|key| key.starts_with("CLICK#")));
        items
    }
}
