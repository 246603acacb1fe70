//! When a broadcast stops by itself (requirement E5).

/// So many of the last outcomes are looked at.
pub const LAST: usize = 50;
/// More failures than this among them stop it: 20 %.
const FAILURES: usize = 10;

/// Whether too many of the last [`LAST`] messages failed. `delivered` holds an entry for each that
/// is over, the oldest first: whether the gateway took it. Eleven failures are too many also when
/// fewer than fifty are over.
#[must_use]
pub fn too_many_failures(delivered: &[bool]) -> bool {
    let recent = delivered.len().saturating_sub(LAST);
    let failed = delivered.iter().skip(recent).filter(|taken| !**taken);
    failed.count() > FAILURES
}
