//! `cargo run -- admin …`: what an admin does, said to the cloud that runs on this machine.

mod attendance;
mod broadcast;
mod templates;

use clap::{Args, Parser, Subcommand};
use reqwest::Method;
use serde_json::{Map, Value, json};

pub use attendance::Attendance;
pub use broadcast::{Broadcast, BroadcastArgs};
pub use templates::Templates;

use crate::StartError;

/// The whole system on this machine; without a command it starts.
#[derive(Debug, Parser)]
#[command(name = "local", about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do in place of starting.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Talk to the cloud that `make run` has started (PORT=3000).
    #[command(subcommand)]
    Admin(Admin),
}

/// What an admin works on.
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Zoom sessions, with their reminders and follow-ups.
    #[command(subcommand)]
    Events(Events),
    /// Who came to an event.
    #[command(subcommand)]
    Attendance(Attendance),
    /// Messages to many.
    #[command(subcommand)]
    Broadcast(Broadcast),
    /// Texts of messages.
    #[command(subcommand)]
    Templates(Templates),
    /// When what waits will be done, and by which numbers.
    Backlog,
}

/// What an event is to be like.
#[derive(Debug, Args)]
pub struct EventArgs {
    /// Title, at most 120 characters.
    #[arg(long)]
    title: Option<String>,
    /// Start in WIB, '2026-11-29 19:30'.
    #[arg(long)]
    at: Option<String>,
    /// Address of the meeting, https.
    #[arg(long)]
    zoom: Option<String>,
    /// Minutes, 15 to 480.
    #[arg(long)]
    duration: Option<i64>,
    /// What it is about; '' takes it away.
    #[arg(long)]
    description: Option<String>,
    /// Address of a picture, https; '' takes it away.
    #[arg(long)]
    image: Option<String>,
    /// Save even if somebody stays without a reminder.
    #[arg(long)]
    accept_shortfall: bool,
}

/// Events.
#[derive(Debug, Subcommand)]
pub enum Events {
    /// All events, with the plan of their reminders.
    List,
    /// A new event.
    Create(EventArgs),
    /// When the reminders of such an event would begin; nothing is saved.
    Plan(EventArgs),
    /// Change an event.
    Edit {
        /// Which.
        id: String,
        /// What is different.
        #[command(flatten)]
        event: EventArgs,
        /// Tell those who know of it about another time.
        #[arg(long)]
        notify: bool,
    },
    /// A new event like another, at another time.
    Copy {
        /// Like which.
        id: String,
        /// What is different.
        #[command(flatten)]
        event: EventArgs,
    },
    /// Call an event off.
    Cancel {
        /// Which.
        id: String,
        /// Tell those who know of it.
        #[arg(long)]
        notify: bool,
    },
    /// Send the follow-ups of an event now.
    FollowUp {
        /// Which.
        id: String,
    },
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write name=value")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl EventArgs {
    fn body(self) -> Value {
        let mut event = Map::new();
        let mut set = |name: &str, value: Option<Value>| {
            event.extend(value.map(|value| (name.to_owned(), value)));
        };
        set("title", self.title.map(Value::from));
        set("start_time", self.at.map(Value::from));
        set("zoom_link", self.zoom.map(Value::from));
        set("duration_min", self.duration.map(Value::from));
        set("description", self.description.map(Value::from));
        set("image", self.image.map(Value::from));
        json!({ "event": event, "accept_shortfall": self.accept_shortfall })
    }
}

/// Asks the cloud on `port`; answers what it said, or its refusal as an error.
///
/// # Errors
/// One line: it does not run, or why it refused.
pub async fn run(admin: Admin, port: u16) -> Result<Value, StartError> {
    let cloud = Asking {
        http: reqwest::Client::builder().no_proxy().build()?,
        base: format!("http://127.0.0.1:{port}/simulator/admin"),
    };
    match admin {
        Admin::Events(events) => cloud.events(events).await,
        Admin::Attendance(what) => cloud.attendance(what).await,
        Admin::Broadcast(broadcast) => cloud.broadcast(broadcast).await,
        Admin::Templates(templates) => cloud.templates(templates).await,
        Admin::Backlog => cloud.get("/backlog").await,
    }
}

struct Asking {
    http: reqwest::Client,
    base: String,
}

impl Asking {
    async fn get(&self, path: &str) -> Result<Value, StartError> {
        self.ask(Method::GET, path, json!({})).await
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Result<Value, StartError> {
        let url = format!("{}{path}", self.base);
        let request = self.http.request(method, url).body(body.to_string());
        let answer = request
            .send()
            .await
            .map_err(|_| format!("nothing answers at {}: start it with `make run`", self.base))?;
        let refused = !answer.status().is_success();
        let text = answer.text().await?;
        if text.is_empty() && !refused {
            return Ok(Value::Null);
        }
        let answer: Value = serde_json::from_str(&text)?;
        if refused {
            let mut line = answer["error"]["message"]
                .as_str()
                .unwrap_or("refused")
                .to_owned();
            for (field, text) in answer["error"]["fields"].as_object().into_iter().flatten() {
                line.push_str(&format!(" {field}: {}", text.as_str().unwrap_or_default()));
            }
            return Err(line.into());
        }
        Ok(answer)
    }

    /// The body of a change to an event as it is now.
    async fn changing(&self, id: &str, mut body: Value, notify: bool) -> Result<Value, StartError> {
        let seen = self.get(&format!("/events/{id}")).await?;
        body["revision"] = seen["revision"].clone();
        body["notify"] = notify.into();
        Ok(body)
    }

    async fn events(&self, events: Events) -> Result<Value, StartError> {
        let post = Method::POST;
        match events {
            Events::List => self.get("/events").await,
            Events::Create(event) => self.ask(post, "/events", event.body()).await,
            Events::Plan(event) => self.ask(post, "/events/plan", event.body()).await,
            Events::Edit { id, event, notify } => {
                let body = self.changing(&id, event.body(), notify).await?;
                self.ask(Method::PATCH, &format!("/events/{id}"), body)
                    .await
            }
            Events::Copy { id, event } => {
                self.ask(post, &format!("/events/{id}/copy"), event.body())
                    .await
            }
            Events::Cancel { id, notify } => {
                let body = self.changing(&id, json!({}), notify).await?;
                self.ask(post, &format!("/events/{id}/cancel"), body).await
            }
            Events::FollowUp { id } => {
                self.ask(post, &format!("/events/{id}/follow-up"), json!({}))
                    .await
            }
        }
    }
}
