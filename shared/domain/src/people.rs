//! Participants as an admin looks for and corrects them (requirement A1): what is asked, which part
//! of which index answers it, where a page ended, and what a correction changes.

mod edit;
mod filter;
mod mark;
mod number_change;
mod plan;
mod resend;
#[cfg(test)]
mod tests;
mod wanted;

pub use edit::{Changes, Edit, EditForm};
pub use filter::{Facts, Filter, FilterInput, ListQuery};
pub use mark::Mark;
pub use number_change::{NumberChange, NumberFacts, NumberRefused};
pub use plan::{Look, Part, Plan, QUERIES_A_PAGE, WORDS_TRIED, evaluated};
pub use resend::Resend;
pub use wanted::Wanted;
