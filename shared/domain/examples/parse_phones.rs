//! Answers for `make test-oracle`: one JSON string a line on standard input, and for each one a
//! line on standard output, the number (`+62812…`) or the reason for which there is none.

use std::io::{self, BufRead, BufWriter, Write};

use domain::phone::Phone;

fn main() -> io::Result<()> {
    let mut answers = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let text: String = serde_json::from_str(&line?)?;
        match Phone::parse(&text) {
            Ok(phone) => writeln!(answers, "{}", phone.e164())?,
            Err(reason) => writeln!(answers, "{reason}")?,
        }
    }
    answers.flush()
}
