//! How large the deployed programs are: built as for deployment, zipped as they are uploaded.

use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::Failed;

/// A built function.
pub(crate) struct Function {
    /// Its folder's name, which is its program's too.
    pub(crate) name: String,
    /// Its program.
    pub(crate) program: PathBuf,
    /// Bytes of the program.
    pub(crate) size: usize,
    /// Bytes of the zip.
    pub(crate) zipped: usize,
}

/// The repository's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Builds every function for this machine with the profile that is deployed, and zips it.
pub(crate) fn build_all() -> Result<Vec<Function>, Failed> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root().join("functions"))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root());
    cargo.args(["build", "--release", "--locked"]);
    for name in &names {
        cargo.args(["--package", name, "--bin", name]);
    }
    if !cargo.status()?.success() {
        return Err("the functions cannot be built".into());
    }
    names.into_iter().map(measure).collect()
}

fn measure(name: String) -> Result<Function, Failed> {
    let program = root().join("target/release").join(&name).canonicalize()?;
    let bytes = std::fs::read(&program)?;
    let options = SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .compression_level(Some(9))
        .unix_permissions(0o755);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // The name that Lambda starts.
    zip.start_file("bootstrap", options)?;
    zip.write_all(&bytes)?;
    Ok(Function {
        name,
        program,
        size: bytes.len(),
        zipped: zip.finish()?.into_inner().len(),
    })
}
