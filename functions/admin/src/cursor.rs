//! Where the next page of a list begins. Opaque, and only ours, for this list with these filters:
//! one that was changed or comes from elsewhere is refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::config::Deps;
use crate::error::Problem;

/// Octets of the proof that stand in a cursor.
const PROOF: usize = 16;

/// The cursor of a position in a list; `list` names the list and its filters.
pub(crate) fn seal(deps: &Deps, list: &str, position: &impl Serialize) -> Result<String, Problem> {
    let position = serde_json::to_vec(position).map_err(|error| Problem::failed(&error))?;
    let proof = deps.app.store.cursor_proof(list, &position)?;
    let mut bytes = proof.get(..PROOF).unwrap_or_default().to_vec();
    bytes.extend_from_slice(&position);
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The position of a cursor that [`seal`] made for the same list.
pub(crate) fn open<T: DeserializeOwned>(
    deps: &Deps,
    list: &str,
    cursor: &str,
) -> Result<T, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| not_ours())?;
    let (proof, position) = bytes.split_at_checked(PROOF).ok_or_else(not_ours)?;
    if !deps.app.store.proves_cursor(list, position, proof)? {
        return Err(not_ours());
    }
    serde_json::from_slice(position).map_err(|_| not_ours())
}

fn not_ours() -> Problem {
    Problem::Unreadable(
        "invalid_cursor",
        "Penanda halaman ini tidak berlaku untuk daftar ini. Mulai lagi dari halaman pertama."
            .to_owned(),
    )
}
