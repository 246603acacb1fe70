//! What a text looks like before it is sent to many, and what about it deserves a second look
//! (requirement N3).

use super::{MAX_CHARS, Piece, Placeholder, Template, TemplateName, Vars, is_left_out};

/// From this many links on a message looks like advertising, to people and to WhatsApp.
const MANY_LINKS: usize = 3;

/// A text as one person would get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The message.
    pub text: String,
    /// What to look at, in the order of the text, the whole message last.
    pub warnings: Vec<Warning>,
}

impl Preview {
    /// Whether it can be sent at all: it has a text, and that is not too long.
    #[must_use]
    pub fn can_be_sent(&self) -> bool {
        !self
            .warnings
            .iter()
            .any(|warning| matches!(warning, Warning::Nothing | Warning::TooLong { .. }))
    }
}

/// Something about a preview that its author may not have meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// A placeholder without a value in a line that stays.
    NoValue {
        /// Line of the template, counted from 1 below its leading blank lines.
        line: usize,
        /// Which.
        placeholder: Placeholder,
    },
    /// A line that is left out, since none of its placeholders has a value.
    LeftOut {
        /// Line of the template, counted as above.
        line: usize,
        /// Its first placeholder.
        placeholder: Placeholder,
    },
    /// Three or more links.
    ManyLinks {
        /// How many.
        links: usize,
    },
    /// It does not say how to stop, and this kind of message is to.
    NoStop,
    /// More characters than WhatsApp takes: it cannot be sent.
    TooLong {
        /// How many.
        chars: usize,
    },
    /// Every line is left out: there is nothing to send.
    Nothing,
}

impl Warning {
    /// What the admin reads, in Indonesian.
    #[must_use]
    pub fn message(self) -> String {
        match self {
            Self::NoValue { line, placeholder } => format!(
                "Baris {line}: {{{}}} kosong untuk penerima ini.",
                placeholder.name()
            ),
            Self::LeftOut { line, placeholder } => format!(
                "Baris {line} tidak ikut terkirim karena {{{}}} kosong.",
                placeholder.name()
            ),
            Self::ManyLinks { links } => {
                format!("Ada {links} tautan. Pesan dengan banyak tautan mudah dianggap spam.")
            }
            Self::NoStop => {
                "Belum ada cara berhenti. Tambahkan baris: Balas STOP untuk berhenti.".to_owned()
            }
            Self::TooLong { chars } => {
                format!("Pesan ini {chars} huruf, paling banyak {MAX_CHARS}. Persingkat pesannya.")
            }
            Self::Nothing => "Tidak ada yang terkirim: semua baris kosong.".to_owned(),
        }
    }
}

/// The text of a template for one person, and what about it deserves a second look.
#[must_use]
pub fn preview(name: &TemplateName, template: &Template, vars: &Vars) -> Preview {
    let text = template.render(vars);
    let mut warnings = Vec::new();
    for (number, line) in (1..).zip(&template.lines) {
        let empty = line.iter().filter_map(|piece| match piece {
            Piece::Slot(placeholder) if vars.get(*placeholder).is_empty() => Some(*placeholder),
            _ => None,
        });
        if is_left_out(line, vars) {
            warnings.extend(empty.take(1).map(|placeholder| Warning::LeftOut {
                line: number,
                placeholder,
            }));
        } else {
            warnings.extend(empty.map(|placeholder| Warning::NoValue {
                line: number,
                placeholder,
            }));
        }
    }
    let links = text.split_whitespace().filter(|word| is_link(word)).count();
    if links >= MANY_LINKS {
        warnings.push(Warning::ManyLinks { links });
    }
    let chars = text.chars().count();
    if chars > MAX_CHARS {
        warnings.push(Warning::TooLong { chars });
    }
    if text.trim().is_empty() {
        warnings.push(Warning::Nothing);
    } else if name.says_how_to_stop() && !says_stop(&text) {
        warnings.push(Warning::NoStop);
    }
    Preview { text, warnings }
}

/// `https://…`, `www.…`, or a host with a path: what WhatsApp makes a link of.
fn is_link(word: &str) -> bool {
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    let lower = word.to_lowercase();
    // Host names are written small; `M.Kom/D3` is none.
    let host_with_path = || {
        word.split_once('/').is_some_and(|(host, path)| {
            !path.is_empty()
                && host.rsplit_once('.').is_some_and(|(name, top)| {
                    !name.is_empty()
                        && top.len() >= 2
                        && top.bytes().all(|byte| byte.is_ascii_lowercase())
                })
        })
    };
    lower.starts_with("http://")
        || lower.starts_with("https://")
        || lower.starts_with("www.")
        || host_with_path()
}

fn says_stop(text: &str) -> bool {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| word == "stop" || word == "berhenti")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn shown(name: &str, text: &str, vars: &Vars) -> Preview {
        let name = TemplateName::parse(name).unwrap();
        let template = Template::parse(text, name.placeholders()).unwrap();
        preview(&name, &template, vars)
    }

    #[test]
    fn a_text_without_fault_has_no_warning() {
        let vars = Vars::new().with(Placeholder::Name, "Budi");
        let shown = shown(
            "broadcast/promo",
            "Halo {name}, cek https://contoh.id/a\nBalas STOP untuk berhenti.",
            &vars,
        );
        assert_eq!(shown.warnings, []);
        assert!(shown.can_be_sent());
        assert_eq!(
            shown.text,
            "Halo Budi, cek https://contoh.id/a\nBalas STOP untuk berhenti."
        );
    }

    #[test]
    fn what_is_empty_is_named_with_its_line() {
        let vars = Vars::new().with(Placeholder::Name, "Budi");
        let shown = shown("link", "Halo {sapaan} {name}\nKota {city}\nSTOP", &vars);
        assert_eq!(shown.text, "Halo  Budi\nSTOP");
        let texts: Vec<String> = shown.warnings.iter().map(|w| w.message()).collect();
        assert_eq!(
            texts,
            [
                "Baris 1: {sapaan} kosong untuk penerima ini.",
                "Baris 2 tidak ikut terkirim karena {city} kosong."
            ]
        );
        assert!(shown.can_be_sent());
    }

    #[test]
    fn what_is_empty_or_too_long_cannot_be_sent() {
        let none = shown("broadcast/a", "{topic}", &Vars::new());
        assert_eq!(none.warnings.last(), Some(&Warning::Nothing));
        assert!(!none.can_be_sent());
        for (chars, sendable) in [
            (MAX_CHARS - 1, true),
            (MAX_CHARS, true),
            (MAX_CHARS + 1, false),
        ] {
            let topic = "é".repeat(chars - 4);
            let vars = Vars::new().with(Placeholder::Topic, topic);
            let long = shown("broadcast/a", "STOP{topic}", &vars);
            assert_eq!(long.text.chars().count(), chars);
            assert_eq!(long.can_be_sent(), sendable, "{chars}");
        }
    }

    #[test]
    fn broadcasts_and_welcomes_say_how_to_stop() {
        for (name, text, warned) in [
            ("broadcast/a", "Halo", true),
            ("welcome", "Halo, jangan nonstop", true),
            ("welcome", "Halo. Ketik stop!", false),
            ("reminder", "Halo", false),
        ] {
            let warnings = shown(name, text, &Vars::new()).warnings;
            assert_eq!(warnings.contains(&Warning::NoStop), warned, "{name} {text}");
        }
    }

    #[test]
    fn links_are_counted_as_whatsapp_sees_them() {
        for (text, links) in [
            ("https://a.id http://b.id (www.c.id)", 3),
            ("a.id/x b.co.id/y, c.com/z", 3),
            ("S.Pd dan/atau M.Kom/D3 9.30/10.00 a/b 1.000/2.000", 0),
            ("a.id/ https://a.id", 1),
        ] {
            let counted = text.split_whitespace().filter(|word| is_link(word)).count();
            assert_eq!(counted, links, "{text}");
        }
        let many = shown("reminder", "https://a.id www.b.id c.id/d", &Vars::new());
        assert_eq!(many.warnings, [Warning::ManyLinks { links: 3 }]);
        assert!(many.can_be_sent());
    }
}
