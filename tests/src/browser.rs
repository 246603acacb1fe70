use reqwest::Method;
use reqwest::header::{COOKIE, SET_COOKIE};

use crate::person::Person;
use crate::town::{Answer, Town};

/// A browser without script: opens pages, keeps the cookies they set, posts forms.
#[derive(Debug, Clone, Default)]
pub struct Browser {
    cookies: Vec<(String, String)>,
}

impl Browser {
    /// Opens a page and keeps its cookies.
    pub async fn open(&mut self, town: &Town, path: &str) -> Answer {
        let answer = town
            .send(self.with_cookies(town.request(Method::GET, path)))
            .await;
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().expect("a cookie of visible characters");
            let pair = cookie.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("name=value");
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        answer
    }

    /// Posts the form as the page on screen would.
    pub async fn post(&self, town: &Town, fields: &[(&str, String)]) -> Answer {
        let request = self.with_cookies(town.registration());
        town.send(request.form(fields)).await
    }

    /// Sends the form of this person by script, cookies included.
    pub async fn register(&self, town: &Town, person: &Person) -> Answer {
        let request = self.with_cookies(town.registration());
        town.send(request.json(&person.json())).await
    }

    fn with_cookies(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        if self.cookies.is_empty() {
            return request;
        }
        let pairs: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        request.header(COOKIE, pairs.join("; "))
    }
}
