//! Where and on what the figures were measured.

use std::process::Command;

use crate::Failed;

/// The heading of the table: machine, commit, date.
pub(crate) fn heading() -> Result<String, Failed> {
    let cores = std::thread::available_parallelism()?;
    let cpu = std::fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            line.split_once(": ").map(|(_, name)| name.to_owned())
        })
        .unwrap_or_else(|| "unknown processor".to_owned());
    let commit = output("git", &["describe", "--always", "--dirty"])?;
    let rust = output("rustc", &["--version"])?;
    let date = output("date", &["-u", "+%Y-%m-%d"])?;
    Ok(format!(
        "# Measurements\n\nWritten by `make bench` on {date}: commit `{commit}`, {cores} cores of {cpu}, {rust}.\n"
    ))
}

fn output(program: &str, arguments: &[&str]) -> Result<String, Failed> {
    let output = Command::new(program).args(arguments).output()?;
    if !output.status.success() {
        return Err(format!("{program} {} failed", arguments.join(" ")).into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
