//! Texts of messages.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Asking, pair};
use crate::StartError;

/// Texts.
#[derive(Debug, Subcommand)]
pub enum Templates {
    /// All texts that ship, as they are now, with the placeholders each may use.
    List,
    /// How variants would read, and what deserves a second look.
    Preview {
        /// The text, and what is entered with it.
        #[command(flatten)]
        text: TextArgs,
        /// For this participant, by id or number; otherwise placeholders show their names.
        #[arg(long = "for", value_name = "WHO")]
        participant: Option<String>,
        /// Without numbers, as a colleague sees it who may only look.
        #[arg(long)]
        masked: bool,
    },
    /// Send a variant to a number of the team, with the data of an invented participant.
    Test {
        /// The text, and what is entered with it.
        #[command(flatten)]
        text: TextArgs,
        /// The number.
        #[arg(long)]
        to: String,
        /// Which variant, counted from 1.
        #[arg(long, default_value_t = 1)]
        variant: usize,
        /// A picture or PDF to send along.
        #[arg(long, value_name = "FILE")]
        media: Option<PathBuf>,
    },
    /// Make the variants in these files the active text.
    Save {
        /// Name of the text.
        name: String,
        /// A file for each variant.
        files: Vec<PathBuf>,
    },
}

/// A text.
#[derive(Debug, Args)]
pub struct TextArgs {
    /// Name of the text, 'welcome', 'broadcast/kabar-baik'.
    name: String,
    /// A file for each variant; without one the active text.
    files: Vec<PathBuf>,
    /// Value of a placeholder, name=value.
    #[arg(long, value_parser = pair)]
    var: Vec<(String, String)>,
}

impl TextArgs {
    fn body(self) -> Result<Value, StartError> {
        let mut body = variants(self.name, &self.files)?;
        body["vars"] = json!(self.var.into_iter().collect::<BTreeMap<_, _>>());
        Ok(body)
    }
}

fn variants(name: String, files: &[PathBuf]) -> Result<Value, StartError> {
    let read = |file: &PathBuf| {
        std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
    };
    let variants: Vec<String> = files.iter().map(read).collect::<Result<_, _>>()?;
    Ok(json!({ "name": name, "variants": variants }))
}

impl Asking {
    pub(super) async fn templates(&self, templates: Templates) -> Result<Value, StartError> {
        match templates {
            Templates::List => self.get("/templates").await,
            Templates::Preview {
                text,
                participant,
                masked,
            } => {
                let mut body = text.body()?;
                body["participant"] = json!(participant);
                body["masked"] = masked.into();
                self.ask(Method::POST, "/templates/preview", body).await
            }
            Templates::Test {
                text,
                to,
                variant,
                media,
            } => {
                let mut body = text.body()?;
                body["to"] = to.into();
                body["variant"] = variant.into();
                body["media"] = json!(self.upload(media.as_deref()).await?);
                self.ask(Method::POST, "/templates/test", body).await
            }
            Templates::Save { name, files } => {
                let texts = variants(name, &files)?;
                self.ask(Method::PUT, "/templates", texts).await
            }
        }
    }
}
