//! The sending numbers' webhook addresses. Each start gives every number a new one and tells the
//! simulator: so no secret is kept outside the tables, where only a hash of it stands. The one
//! before stays valid for a while, as for a number whose address an admin has changed.

use app::App;
use app::hook_token::issue_hook_token;

use crate::cloud::StartError;
use crate::simulator::Simulator;

/// More than are ever simulated.
const MOST_NUMBERS: u8 = 50;

/// Gives every number that the simulator knows an address below `base_url`.
pub(crate) async fn give(
    app: &App,
    simulator: &Simulator,
    base_url: &str,
) -> Result<(), StartError> {
    for (number, phone) in app.store.own_phones(MOST_NUMBERS).await? {
        let Ok(phone) = phone.e164().parse() else {
            continue;
        };
        if simulator.numbers().iter().any(|known| known.phone == phone) {
            let token = issue_hook_token(app, number).await?;
            let url = format!("{base_url}/hooks/dripsender/{}", token.reveal());
            simulator.set_hook(&phone, url)?;
        }
    }
    Ok(())
}
