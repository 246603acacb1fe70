//! Who came to an event.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Subcommand;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::{Asking, pair};
use crate::StartError;

/// Who came.
#[derive(Debug, Subcommand)]
pub enum Attendance {
    /// Read Zoom's report of participants; nothing of it counts before 'confirm'.
    Import {
        /// Which event.
        #[arg(long)]
        event: String,
        /// The report as Zoom gives it, CSV.
        report: PathBuf,
    },
    /// Let a report count that was read within seven days.
    Confirm {
        /// Which event.
        #[arg(long)]
        event: String,
        /// As 'import' named it.
        #[arg(long)]
        review: String,
        /// Who the unclear one in this line is, line=participant; several are possible.
        #[arg(long = "is", value_parser = pair)]
        who: Vec<(String, String)>,
        /// Recognised, but not them; several are possible.
        #[arg(long)]
        without: Vec<String>,
    },
    /// Say about one participant what outweighs reports and clicks.
    Set {
        /// Which event.
        #[arg(long)]
        event: String,
        /// Who.
        #[arg(long)]
        participant: String,
        /// came, missed, or unknown to take it back.
        is: String,
    },
}

impl Asking {
    pub(super) async fn attendance(&self, what: Attendance) -> Result<Value, StartError> {
        match what {
            Attendance::Import { event, report } => {
                let bytes = std::fs::read(&report)
                    .map_err(|error| format!("{}: {error}", report.display()))?;
                let path = format!("/events/{event}/attendance/reports");
                let body = json!({ "report": STANDARD.encode(bytes) });
                self.ask(Method::POST, &path, body).await
            }
            Attendance::Confirm {
                event,
                review,
                who,
                without,
            } => {
                let who: Map<String, Value> = who
                    .into_iter()
                    .map(|(line, participant)| (line, participant.into()))
                    .collect();
                let path = format!("/events/{event}/attendance/reports/{review}/confirm");
                let body = json!({ "who": who, "without": without });
                self.ask(Method::POST, &path, body).await
            }
            Attendance::Set {
                event,
                participant,
                is,
            } => {
                let path = format!("/events/{event}/attendance/{participant}");
                self.ask(Method::PUT, &path, json!({ "attendance": is }))
                    .await
            }
        }
    }
}
