//! Participants as an admin looks for and corrects them (requirement A1).

mod cities;
mod edit;
mod find;
mod list;
mod resend;

pub use cities::{UnknownCities, unknown_cities};
pub use edit::{EditError, edit_participant};
pub use find::find_by_number;
pub use list::{ListError, ListPage, Listed, list_participants};
pub use resend::{Resent, resend_message};
