//! What was stored when.

use crate::time::Ms;

/// Values with the moments from which they held.
#[derive(Debug)]
pub(super) struct Timeline<T>(Vec<(Ms, T)>);

impl<T> Timeline<T> {
    pub(super) fn new(first: T) -> Self {
        Self(vec![(Ms::MIN, first)])
    }

    pub(super) fn set(&mut self, at: Ms, value: T) {
        self.0.push((at, value));
    }

    /// What had been stored before `at`. Of two things in one millisecond the order is unknown.
    pub(super) fn before(&self, at: Ms) -> &T {
        let next = self.0.partition_point(|(since, _)| *since < at);
        &self.0[next.saturating_sub(1)].1
    }

    /// Everything that held at some moment between.
    pub(super) fn during(&self, from: Ms, to: Ms) -> impl Iterator<Item = &T> {
        let first = self.0.partition_point(|(since, _)| *since < from);
        let past = self.0.partition_point(|(since, _)| *since <= to);
        self.0[first.saturating_sub(1)..past]
            .iter()
            .map(|(_, value)| value)
    }
}
