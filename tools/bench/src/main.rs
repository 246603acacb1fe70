//! `make bench`: measures what the project promises about cost and speed, and prints one table.
//!
//! `bench [--write FILE] [section …]`; without a section, all of them. A goal that is missed is
//! said in the table and does not fail the run: what must hold is held by tests.
#![allow(
    clippy::print_stdout,
    reason = "the table is the purpose of this program"
)]

mod calls;
mod crowd;
mod edge;
mod expansion;
mod figure;
mod machine;
mod size;
mod soaked;
mod start;
mod start_cloud;
mod start_peer;
mod town;

use std::path::Path;
use std::process::ExitCode;

use figure::Section;

/// Why a measurement could not be made.
type Failed = Box<dyn std::error::Error + Send + Sync>;

/// The sections by name, in the order of the table.
const SECTIONS: [&str; 5] = ["functions", "calls", "edge", "expansion", "soak"];

async fn measure(name: &str) -> Result<Section, Failed> {
    match name {
        "functions" => start::functions().await,
        "calls" => Box::pin(calls::measure()).await,
        "edge" => Box::pin(edge::measure()).await,
        "expansion" => Box::pin(expansion::measure()).await,
        "soak" => soaked::measure(),
        _ => Err(format!("no section is called {name}: {}", SECTIONS.join(", ")).into()),
    }
}

async fn run() -> Result<(), Failed> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, folder] = arguments.as_slice()
        && word == expansion::WORKER
    {
        return expansion::work(Path::new(folder)).await;
    }
    let mut write = None;
    if let Some(at) = arguments.iter().position(|word| word == "--write") {
        arguments.remove(at);
        if at == arguments.len() {
            return Err("--write needs a file".into());
        }
        write = Some(arguments.remove(at));
    }
    if arguments.is_empty() {
        arguments = SECTIONS.iter().map(|name| (*name).to_owned()).collect();
    }
    let mut text = machine::heading()?;
    for name in &arguments {
        let section = measure(name).await?;
        text.push_str(&section.to_string());
    }
    println!("{text}");
    if let Some(file) = write {
        std::fs::write(file, text)?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}
