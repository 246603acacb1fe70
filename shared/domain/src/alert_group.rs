//! Several alerts in one message (requirement N1): its list, and what becomes of the rows that
//! another row carried.

use crate::ids::Token;
use crate::message::{Failure, SentAs, State, Waiting};

/// New participants that the list names; the others are a number.
const NAMED: usize = 30;
/// Longest name and city in the list, in characters.
const LONGEST: usize = 40;

/// A new participant as the list shows them: as much as they agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Place among those the referrer invited.
    pub place: u64,
    /// Name, in full or shortened.
    pub name: String,
    /// City, if it may be shown.
    pub city: Option<String>,
}

/// `12. Siti – Bandung`, one line each in the order of places; beyond 30 `dan 60 lainnya`.
#[must_use]
pub fn list(lines: &[Line]) -> String {
    let mut sorted: Vec<&Line> = lines.iter().collect();
    sorted.sort_by_key(|line| line.place);
    let (named, rest) = sorted.split_at(sorted.len().min(NAMED));
    let mut texts: Vec<String> = named.iter().map(|line| written(line)).collect();
    if !rest.is_empty() {
        texts.push(format!("dan {} lainnya", rest.len()));
    }
    texts.join("\n")
}

fn written(line: &Line) -> String {
    let name = clipped(&line.name);
    match &line.city {
        Some(city) => format!("{}. {name} – {}", line.place, clipped(city)),
        None => format!("{}. {name}", line.place),
    }
}

fn clipped(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let kept: String = text.chars().take(LONGEST - 1).collect();
    format!("{}…", kept.trim_end())
}

/// The row that carried others, as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carrier {
    /// Its state.
    pub state: State,
    /// Under which token it was claimed last; none once it went back.
    pub token: Option<Token>,
}

/// What becomes of a row whose carrier's turn is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberFate {
    /// It ends so.
    Ends(State),
    /// It waits again: its message was surely not accepted.
    Back,
}

/// Decides from the carrier what a row that it carried under `token` came to, for rows that a
/// crash left behind. A carrier that was given back, or claimed again since, lost its token: then
/// that request was not accepted.
#[must_use]
pub fn member_fate(carrier: Option<Carrier>, token: Token) -> MemberFate {
    let unconfirmed = MemberFate::Ends(State::Failed(Failure::Unconfirmed));
    let Some(carrier) = carrier else {
        return unconfirmed;
    };
    if carrier.token != Some(token) {
        return MemberFate::Back;
    }
    match carrier.state {
        State::Sent(_) => MemberFate::Ends(State::Sent(SentAs::Grouped)),
        State::Failed(Failure::BadRecipient) => {
            MemberFate::Ends(State::Failed(Failure::BadRecipient))
        }
        State::Queued(Waiting::Sending) | State::Failed(Failure::Unconfirmed) => unconfirmed,
        State::Queued(_) | State::Failed(_) => MemberFate::Back,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::template::{Placeholder, SystemTemplate, Vars};

    fn people(count: u64) -> Vec<Line> {
        (1..=count)
            .map(|n| Line {
                place: n + 5,
                name: if n % 2 == 0 { "Siti A." } else { "Siti Aminah" }.to_owned(),
                city: (n % 2 == 1).then(|| "Bandung".to_owned()),
            })
            .collect()
    }

    fn text(lines: &[Line]) -> String {
        let vars = Vars::new()
            .with(Placeholder::Sapaan, "Bapak")
            .with(Placeholder::Name, "Budi Santoso")
            .with(Placeholder::GroupCount, lines.len().to_string())
            .with(Placeholder::ReferrerTotal, (lines.len() + 5).to_string())
            .with(Placeholder::GroupList, list(lines));
        SystemTemplate::ReferrerAlertGroup
            .template()
            .map(|template| template.render(&vars))
            .unwrap_or_default()
    }

    #[test]
    fn two() {
        insta::assert_snapshot!("group_2", text(&people(2)));
    }

    #[test]
    fn thirty_are_all_named() {
        insta::assert_snapshot!("group_30", text(&people(30)));
    }

    #[test]
    fn of_ninety_five_thirty_are_named() {
        insta::assert_snapshot!("group_95", text(&people(95)));
    }

    #[test]
    fn long_names_are_cut_and_thirty_of_them_fit_into_one_message() {
        let long: Vec<Line> = (1..=95)
            .rev()
            .map(|place| Line {
                place: place + 100_000,
                name: "Raden Ajeng ".repeat(9),
                city: Some("Kabupaten ".repeat(9)),
            })
            .collect();
        let text = text(&long);
        insta::assert_snapshot!(
            "group_long",
            text.lines().take(8).collect::<Vec<_>>().join("\n")
        );
        // WhatsApp takes 4 096 characters.
        assert!(text.chars().count() < 4_000, "{}", text.chars().count());
    }

    #[test]
    fn a_row_follows_its_carrier_unless_that_went_back() {
        let token = Token(Uuid::from_u128(1));
        let other = Token(Uuid::from_u128(2));
        let fate = |state, held| member_fate(Some(Carrier { state, token: held }), token);
        let sent = State::Sent(SentAs::Accepted);
        let unconfirmed = State::Failed(Failure::Unconfirmed);
        let grouped = MemberFate::Ends(State::Sent(SentAs::Grouped));
        assert_eq!(fate(sent, Some(token)), grouped);
        assert_eq!(fate(sent, Some(other)), MemberFate::Back);
        assert_eq!(fate(State::Queued(Waiting::Retry), None), MemberFate::Back);
        for state in [unconfirmed, State::Queued(Waiting::Sending)] {
            assert_eq!(fate(state, Some(token)), MemberFate::Ends(unconfirmed));
        }
        assert_eq!(
            fate(State::Failed(Failure::Exhausted), Some(token)),
            MemberFate::Back
        );
        let refused = State::Failed(Failure::BadRecipient);
        assert_eq!(fate(refused, Some(token)), MemberFate::Ends(refused));
        assert_eq!(member_fate(None, token), MemberFate::Ends(unconfirmed));
    }
}
