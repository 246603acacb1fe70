//! Participants as an admin looks for them (requirement A1): what is asked, which part of which
//! index answers it, and where a page ended.

mod cursor;
mod edit;
mod filter;
mod plan;
#[cfg(test)]
mod tests;

pub use cursor::Mark;
pub use edit::{Edit, EditForm, Present, StatusAnd};
pub use filter::{Facts, Filter, ListQuery};
pub use plan::{Look, Part, Plan, QUERIES_A_PAGE, evaluated};
