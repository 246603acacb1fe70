//! The function in Node that ours are compared with: `tests/peers/node-clients`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failed;
use crate::size::root;

const MAJOR: &str = "v20.";

/// The peer, ready to be started.
pub(crate) struct Peer {
    /// Node's program.
    pub(crate) node: PathBuf,
    /// Node's version, `v20.20.2`.
    pub(crate) version: String,
    /// The bundled function.
    pub(crate) bundle: PathBuf,
}

/// Installs and bundles the peer; `None` without npm, which is said.
pub(crate) fn prepare() -> Result<Option<Peer>, Failed> {
    if output("npm", &["--version"]).is_err() {
        eprintln!("npm is missing: the function in Node is not measured.");
        return Ok(None);
    }
    let folder = root().join("tests/peers/node-clients");
    let quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
    npm(&folder, &[&["ci"], &quiet[..]].concat())?;
    npm(
        &folder,
        &["run", "--silent", "build", "--", "--log-level=error"],
    )?;
    let node = match output("node", &["-p", "process.execPath"]) {
        Ok(node) if output(&node, &["--version"])?.starts_with(MAJOR) => node,
        // Another version stands on this machine, or none: npm brings this one.
        _ => output(
            "npm",
            &[
                "exec",
                "--yes",
                "--package=node@20",
                "--",
                "node",
                "-p",
                "process.execPath",
            ],
        )?,
    };
    Ok(Some(Peer {
        version: output(&node, &["--version"])?,
        node: node.into(),
        bundle: folder.join("dist/index.cjs"),
    }))
}

fn npm(folder: &Path, arguments: &[&str]) -> Result<(), Failed> {
    let status = Command::new("npm")
        .current_dir(folder)
        .args(arguments)
        .status()?;
    if !status.success() {
        return Err(format!("npm {} failed", arguments.join(" ")).into());
    }
    Ok(())
}

fn output(program: &str, arguments: &[&str]) -> Result<String, Failed> {
    let output = Command::new(program).args(arguments).output()?;
    if !output.status.success() {
        return Err(format!("{program} {} failed", arguments.join(" ")).into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
