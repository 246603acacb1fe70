//! `cargo run -- admin …`: what an admin does, said to the cloud that runs on this machine.

mod attendance;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use reqwest::Method;
use serde_json::{Map, Value, json};

pub use attendance::Attendance;

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

/// What is sent to whom.
#[derive(Debug, Args)]
pub struct BroadcastArgs {
    /// Name of the text, 'kabar-baik'.
    template: String,
    /// Everybody; otherwise whoever the conditions hold for.
    #[arg(long)]
    everybody: bool,
    /// City, in any writing; several are possible.
    #[arg(long)]
    city: Vec<String>,
    /// Registered on this day or later, '2026-11-01'.
    #[arg(long)]
    registered_from: Option<String>,
    /// Registered on this day or earlier.
    #[arg(long)]
    registered_to: Option<String>,
    /// belum_join or sudah_join.
    #[arg(long)]
    status: Option<String>,
    /// Registered for this event.
    #[arg(long)]
    registered_for: Option<String>,
    /// Came to an event, missed it, or unknown: event=came.
    #[arg(long, value_parser = pair)]
    attendance: Option<(String, String)>,
    /// Value of a placeholder, name=value.
    #[arg(long, value_parser = pair)]
    var: Vec<(String, String)>,
    /// Address of a picture or PDF to send along.
    #[arg(long)]
    media: Option<String>,
    /// When, '2026-11-29 10:00' in WIB; now without it.
    #[arg(long)]
    at: Option<String>,
    /// So many first; the rest after 'release'.
    #[arg(long)]
    staged: Option<u32>,
}

/// Broadcasts.
#[derive(Debug, Subcommand)]
pub enum Broadcast {
    /// All campaigns.
    List,
    /// Who would get it and until when; nothing is sent.
    Preview(BroadcastArgs),
    /// Send it.
    Send(BroadcastArgs),
    /// How far it is.
    Status {
        /// Which.
        id: String,
    },
    /// Hold it.
    Pause {
        /// Which.
        id: String,
    },
    /// Let it go on.
    Resume {
        /// Which.
        id: String,
    },
    /// Let the rest of a staged one go.
    Release {
        /// Which.
        id: String,
    },
    /// Give it up.
    Cancel {
        /// Which.
        id: String,
    },
}

/// Texts.
#[derive(Debug, Subcommand)]
pub enum Templates {
    /// All texts that ship, as they are now, with the placeholders each may use.
    List,
    /// How the variants in these files would read, and what deserves a second look.
    Preview {
        /// Name of the text.
        name: String,
        /// A file for each variant.
        files: Vec<PathBuf>,
    },
    /// Make the variants in these files the active text.
    Save {
        /// Name of the text.
        name: String,
        /// A file for each variant.
        files: Vec<PathBuf>,
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

impl BroadcastArgs {
    fn body(self) -> Value {
        let (attended, attendance) = self.attendance.unwrap_or_default();
        let audience = if self.everybody {
            json!({ "kind": "everybody" })
        } else {
            json!({
                "kind": "segment",
                "cities": self.city,
                "registered_from": self.registered_from.unwrap_or_default(),
                "registered_to": self.registered_to.unwrap_or_default(),
                "status": self.status.unwrap_or_default(),
                "registered_for": self.registered_for.unwrap_or_default(),
                "attendance": attendance,
                "attendance_event": attended,
            })
        };
        json!({
            "template": self.template,
            "audience": audience,
            "vars": self.var.into_iter().collect::<BTreeMap<_, _>>(),
            "media_url": self.media,
            "at": self.at,
            "staged": self.staged,
        })
    }
}

fn variants(name: String, files: &[PathBuf]) -> Result<Value, StartError> {
    let read = |file: &PathBuf| {
        std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
    };
    let variants: Vec<String> = files.iter().map(read).collect::<Result<_, _>>()?;
    Ok(json!({ "name": name, "variants": variants }))
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
        Admin::Templates(templates) => match templates {
            Templates::List => cloud.get("/templates").await,
            Templates::Preview { name, files } => {
                let texts = variants(name, &files)?;
                cloud.ask(Method::POST, "/templates/preview", texts).await
            }
            Templates::Save { name, files } => {
                let texts = variants(name, &files)?;
                cloud.ask(Method::PUT, "/templates", texts).await
            }
        },
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

    async fn broadcast(&self, broadcast: Broadcast) -> Result<Value, StartError> {
        let steer = |id: String, action: &str| {
            let path = format!("/broadcasts/{id}/{action}");
            async move { self.ask(Method::POST, &path, json!({})).await }
        };
        match broadcast {
            Broadcast::List => self.get("/broadcasts").await,
            Broadcast::Preview(args) => {
                self.ask(Method::POST, "/broadcasts/preview", args.body())
                    .await
            }
            Broadcast::Send(args) => self.ask(Method::POST, "/broadcasts", args.body()).await,
            Broadcast::Status { id } => self.get(&format!("/broadcasts/{id}")).await,
            Broadcast::Pause { id } => steer(id, "pause").await,
            Broadcast::Resume { id } => steer(id, "resume").await,
            Broadcast::Release { id } => steer(id, "release").await,
            Broadcast::Cancel { id } => steer(id, "cancel").await,
        }
    }
}
