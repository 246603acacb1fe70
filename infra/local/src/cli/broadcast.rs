//! Messages to many, and the files that go along with them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Asking, pair};
use crate::StartError;

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
    /// A picture (JPEG, PNG) or PDF of at most 5 MB to send along.
    #[arg(long, value_name = "FILE")]
    media: Option<PathBuf>,
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

impl BroadcastArgs {
    fn body(self, media: Option<String>) -> Value {
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
            "media": media,
            "at": self.at,
            "staged": self.staged,
        })
    }
}

impl Asking {
    pub(super) async fn broadcast(&self, broadcast: Broadcast) -> Result<Value, StartError> {
        let steer = |id: String, action: &str| {
            let path = format!("/broadcasts/{id}/{action}");
            async move { self.ask(Method::POST, &path, json!({})).await }
        };
        match broadcast {
            Broadcast::List => self.get("/broadcasts").await,
            Broadcast::Preview(args) => {
                // Whom it reaches does not depend on what goes along.
                let body = args.body(None);
                self.ask(Method::POST, "/broadcasts/preview", body).await
            }
            Broadcast::Send(args) => {
                let media = self.upload(args.media.as_deref()).await?;
                self.ask(Method::POST, "/broadcasts", args.body(media))
                    .await
            }
            Broadcast::Status { id } => self.get(&format!("/broadcasts/{id}")).await,
            Broadcast::Pause { id } => steer(id, "pause").await,
            Broadcast::Resume { id } => steer(id, "resume").await,
            Broadcast::Release { id } => steer(id, "release").await,
            Broadcast::Cancel { id } => steer(id, "cancel").await,
        }
    }

    /// Sends a file as the panel does: with a ticket to where files are kept, and then it is looked
    /// at. Answers its name.
    pub(super) async fn upload(&self, file: Option<&Path>) -> Result<Option<String>, StartError> {
        let Some(path) = file else { return Ok(None) };
        let unread = |error| format!("{}: {error}", path.display());
        let file = std::fs::read(path).map_err(unread)?;
        let asked = json!({ "bytes": file.len() });
        let ticket = self.ask(Method::POST, "/media", asked).await?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let (url, upload) = text(&ticket["url"])
            .zip(text(&ticket["upload"]))
            .ok_or("no ticket")?;
        let mut put = self.http.put(url).body(file);
        for (name, value) in ticket["headers"].as_object().into_iter().flatten() {
            put = put.header(name, value.as_str().unwrap_or_default());
        }
        let status = put.send().await?.status();
        if !status.is_success() {
            return Err(format!("{}: not taken ({status})", path.display()).into());
        }
        let path = format!("/media/{upload}");
        let taken = self.ask(Method::POST, &path, json!({})).await?;
        Ok(text(&taken["media"]))
    }
}
