//! What must stay true of the code's shape: which crate may know which, and how long a file may grow.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const LONGEST_FILE: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Dependencies in a manifest's `[dependencies]`, by name.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    manifest
        .lines()
        .skip_while(|line| line.trim() != "[dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once('=').map(|(name, _)| name.trim().to_owned()))
        .collect()
}

fn manifests() -> BTreeMap<String, BTreeSet<String>> {
    let mut folders = ["infra/local", "tests", "tools/bench", "tools/soak"]
        .map(|folder| root().join(folder))
        .to_vec();
    for parent in ["shared", "functions"] {
        for entry in fs::read_dir(root().join(parent)).unwrap() {
            folders.push(entry.unwrap().path());
        }
    }
    folders
        .into_iter()
        .map(|folder| {
            let text = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
            (
                folder.file_name().unwrap().to_string_lossy().into_owned(),
                dependencies(&text),
            )
        })
        .collect()
}

/// Which of our crates each crate may know. Arrows run from the functions to the rules, never back.
fn allowed(name: &str) -> &'static [&'static str] {
    match name {
        "domain" | "vault" => &[],
        "gateway" | "soak" => &["domain"],
        "store" => &["domain", "vault"],
        "app" => &["domain", "gateway", "store", "vault"],
        "aws" => &["app", "domain", "vault"],
        "lambda-kit" => &["app", "aws", "domain", "gateway", "store", "vault"],
        "admin" | "campaign" | "portal" | "projector" | "registration" | "referral"
        | "dispatcher" | "sender" | "webhook" => {
            &["app", "domain", "gateway", "lambda-kit", "store", "vault"]
        }
        "local" => &[
            "admin",
            "app",
            "aws",
            "campaign",
            "dispatcher",
            "domain",
            "gateway",
            "lambda-kit",
            "portal",
            "projector",
            "referral",
            "registration",
            "sender",
            "store",
            "vault",
            "webhook",
        ],
        "tests" => &[
            "admin",
            "app",
            "aws",
            "campaign",
            "dispatcher",
            "domain",
            "gateway",
            "lambda-kit",
            "local",
            "portal",
            "projector",
            "referral",
            "registration",
            "sender",
            "store",
            "vault",
            "webhook",
        ],
        // It measures the composed system and the simulation from outside.
        "bench" => &["app", "domain", "local", "soak"],
        other => panic!("crate {other} has no place in the architecture yet"),
    }
}

fn forbidden_arrows(crates: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let ours: BTreeSet<&String> = crates.keys().collect();
    crates
        .iter()
        .flat_map(|(name, dependencies)| {
            dependencies
                .iter()
                .filter(|d| ours.contains(d) && !allowed(name).contains(&d.as_str()))
                .map(move |d| format!("{name} → {d}"))
        })
        .collect()
}

#[test]
fn arrows_run_from_the_functions_to_the_rules_and_never_back() {
    let mut crates = manifests();
    assert_eq!(forbidden_arrows(&crates), Vec::<String>::new());

    crates.get_mut("domain").unwrap().insert("store".to_owned());
    assert_eq!(forbidden_arrows(&crates), ["domain → store"]);
}

#[test]
fn the_rules_know_no_async_no_cloud_no_clock_and_no_chance() {
    let crates = manifests();
    let pure = [
        "base64",
        // Of it the calendar takes a span of time, which is what its writer wants.
        "chrono",
        "csv",
        "email_address",
        "encoding_rs",
        "icalendar",
        // Holds a version.
        "idna_adapter",
        "jiff",
        "percent-encoding",
        "thiserror",
        "serde",
        "strsim",
        "unicode-normalization",
        "url",
        "uuid",
    ];
    for dependency in &crates["domain"] {
        assert!(
            pure.contains(&dependency.as_str()),
            "domain depends on {dependency}"
        );
    }
    let sources = sources(&root().join("shared/domain/src"));
    for (path, text) in sources {
        for word in [
            "Timestamp::now",
            "Zoned::now",
            "Utc::now",
            "SystemTime",
            "Instant::now",
            "rand::",
            "async fn",
        ] {
            assert!(!text.contains(word), "{} uses {word}", path.display());
        }
    }
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

#[test]
fn no_file_grows_beyond_one_reason_to_change() {
    let folders = ["shared", "functions", "infra/local", "tests", "tools"];
    let files: Vec<_> = folders
        .iter()
        .flat_map(|f| sources(&root().join(f)))
        .collect();
    assert!(files.len() > 80, "the sources are somewhere else now");
    for (path, text) in files {
        let lines = text.lines().count();
        assert!(
            lines <= LONGEST_FILE,
            "{} has {lines} lines",
            path.display()
        );
    }
}
