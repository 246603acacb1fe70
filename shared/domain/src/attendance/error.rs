//! Why a report cannot be read.

use thiserror::Error;

use super::{MAX_BYTES, MAX_ROWS};

/// Why a report was refused as a whole. Never holds what stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReportError {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// More than [`MAX_BYTES`].
    #[error("the file is too large")]
    TooLarge,
    /// A workbook, not a text.
    #[error("the file is a workbook")]
    Workbook,
    /// No text in any encoding that such reports have.
    #[error("the file is not a text")]
    Garbled,
    /// No row with the names of the columns.
    #[error("no row names the columns")]
    NoHeader,
    /// A header without anybody below it.
    #[error("no participants")]
    NoRows,
    /// More than [`MAX_ROWS`] people and rejoins.
    #[error("too many rows")]
    TooManyRows,
    /// A duration that is no number of minutes.
    #[error("line {line}: no duration")]
    Duration {
        /// Line of the file, counted from 1.
        line: u64,
    },
    /// A quotation mark that opens and does not close swallows the lines behind it.
    #[error("line {line}: a quotation mark is not closed")]
    Quote {
        /// Line of the file, counted from 1.
        line: u64,
    },
}

impl ReportError {
    /// What the admin reads, in Indonesian.
    #[must_use]
    pub fn message(self) -> String {
        match self {
            Self::Empty => "Berkas ini kosong.".to_owned(),
            Self::TooLarge => {
                format!(
                    "Berkas ini lebih dari {} MB. Ekspor satu pertemuan saja.",
                    MAX_BYTES / 1_000_000
                )
            }
            Self::Workbook => {
                "Ini berkas Excel. Simpan sebagai CSV, atau unggah CSV asli dari Zoom.".to_owned()
            }
            Self::Garbled => {
                "Berkas ini tidak terbaca sebagai teks. Unggah CSV asli dari Zoom.".to_owned()
            }
            Self::NoHeader => "Tidak ada judul kolom nama dan durasi. Unggah laporan peserta \
                               (Participants Report) dari Zoom."
                .to_owned(),
            Self::NoRows => "Tidak ada peserta di dalam laporan ini.".to_owned(),
            Self::TooManyRows => format!("Lebih dari {MAX_ROWS} baris peserta."),
            Self::Duration { line } => {
                format!("Baris {line}: durasi harus berupa jumlah menit.")
            }
            Self::Quote { line } => format!("Baris {line}: tanda kutip tidak ditutup."),
        }
    }
}
