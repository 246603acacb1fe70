//! `H. Budi Santoso, S.Pd.` → `Budi S.`

/// Words before or after a name that are not part of it, without their dots. Single letters
/// (`H.`, `M.`, `R.`) are passed over anyway while a longer word follows.
const TITLES: [&str; 31] = [
    "alm", "almh", "apt", "bapak", "bpk", "dr", "dra", "drg", "drh", "drs", "gus", "habib", "hc",
    "hj", "hjh", "ibu", "ir", "kh", "ns", "nyai", "pak", "pdt", "prof", "rr", "sdr", "sdri", "tgk",
    "ust", "ustad", "ustadz", "ustadzah",
];

/// The shortened form of a name that has at least one letter.
pub(super) fn shorten(name: &str) -> String {
    if !name.contains(' ') {
        return name.to_owned();
    }
    // Degrees follow the first comma.
    let (before_comma, _) = name.split_once(',').unwrap_or((name, ""));
    let mut given: Option<&str> = None;
    let mut last: Option<&str> = None;
    for word in before_comma.split(' ') {
        match given {
            None => given = given_name(word),
            Some(_) if !is_title(word) && !is_degree(word) && initial(word).is_some() => {
                last = Some(word);
            }
            Some(_) => {}
        }
    }
    match (given, last.and_then(initial)) {
        (Some(given), Some(initial)) => format!("{given} {initial}."),
        (Some(given), None) => given.to_owned(),
        // Nothing but titles and initials: the first word tells least.
        (None, _) => name.split(' ').next().unwrap_or(name).to_owned(),
    }
}

/// The name within a word that may carry titles glued to it (`H.Budi`).
fn given_name(word: &str) -> Option<&str> {
    word.split('.')
        .map(|part| part.trim_matches(|c: char| !c.is_alphanumeric()))
        .find(|part| part.chars().count() > 1 && !is_title(part))
}

/// Whether a word is a title, with or without its dots, in any case.
pub(crate) fn is_title(word: &str) -> bool {
    let bare: String = word
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    TITLES.contains(&bare.as_str())
}

/// `S.Pd`, `M.Kom.`: a dot inside the word.
fn is_degree(word: &str) -> bool {
    word.trim_end_matches('.').contains('.')
}

fn initial(word: &str) -> Option<String> {
    let first = word.chars().find(|c| c.is_alphabetic())?;
    Some(first.to_uppercase().collect())
}
