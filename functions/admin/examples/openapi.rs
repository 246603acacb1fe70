//! Writes the OpenAPI document into the file that is named: `make openapi`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("name the file to write");
        return ExitCode::FAILURE;
    };
    let text = match admin::document().to_pretty_json() {
        Ok(text) => text,
        Err(error) => {
            eprintln!("the document is no JSON: {error}");
            return ExitCode::FAILURE;
        }
    };
    if let Err(error) = std::fs::write(&path, text + "\n") {
        eprintln!("{path}: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
