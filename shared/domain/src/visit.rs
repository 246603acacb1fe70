//! How far visitors come on the landing page, and from where: counts per day, nothing about anybody
//! (requirement A7).

/// What a visitor did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Opened the page.
    Visit,
    /// Typed into the form.
    Start,
    /// Was sent to WhatsApp after registering.
    Chat,
    /// Shared the own link.
    Share,
}

/// Where a visitor came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Somebody's personal link.
    Invitation,
    /// WhatsApp, but no personal link.
    Whatsapp,
    /// Another social network.
    Social,
    /// A search engine.
    Search,
    /// Typed or bookmarked.
    Direct,
    /// Another site.
    Other,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Visit, Self::Start, Self::Chat, Self::Share];

    /// As it is sent and stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Visit => "visit",
            Self::Start => "start",
            Self::Chat => "chat",
            Self::Share => "share",
        }
    }

    /// Reads [`Step::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == word)
    }
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Invitation,
        Self::Whatsapp,
        Self::Social,
        Self::Search,
        Self::Direct,
        Self::Other,
    ];

    /// As it is sent and stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Whatsapp => "whatsapp",
            Self::Social => "social",
            Self::Search => "search",
            Self::Direct => "direct",
            Self::Other => "other",
        }
    }

    /// Reads [`Source::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::{Source, Step};

    #[test]
    fn every_word_is_read_back_and_no_other() {
        for step in Step::ALL {
            assert_eq!(Step::parse(step.as_str()), Some(step));
        }
        for source in Source::ALL {
            assert_eq!(Source::parse(source.as_str()), Some(source));
        }
        assert_eq!(Step::parse("Visit"), None);
        assert_eq!(Source::parse("081210000001"), None);
    }
}
