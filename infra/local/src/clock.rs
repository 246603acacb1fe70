use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use app::ports::Clock;
use jiff::{SignedDuration, Timestamp};

/// Real time plus an offset that only grows, from below zero if it starts in the past: the time of the cloud on one machine.
///
/// The offset is kept in a file, so that a restart does not go back behind what is stored with
/// times ahead of the machine's. Never goes backwards, also when the machine's clock does.
#[derive(Debug)]
pub struct VirtualClock {
    file: Option<PathBuf>,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    offset: SignedDuration,
    latest: Timestamp,
}

/// The clock's file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// It cannot be read or written.
    #[error("the clock file {} cannot be used: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Its content is not a number of microseconds.
    #[error("the clock file {} holds no offset in microseconds", .0.display())]
    Content(PathBuf),
}

impl VirtualClock {
    /// A clock that starts at real time and forgets its offset.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::with(None, SignedDuration::ZERO)
    }

    /// A clock that starts at `start`, also one that has passed, and forgets its offset.
    #[must_use]
    pub fn starting_at(start: Timestamp) -> Self {
        Self::with(None, start.duration_since(Timestamp::now()))
    }

    /// A clock whose offset is kept in `data_dir/clock`.
    ///
    /// # Errors
    /// [`ClockError`] if that file exists and cannot be read.
    pub fn in_folder(data_dir: &Path) -> Result<Self, ClockError> {
        Ok(Self::kept(data_dir)?.1)
    }

    /// The same, but a new one starts at `start`, also one that has passed.
    ///
    /// # Errors
    /// [`ClockError`] if the file cannot be read or written.
    pub fn in_folder_from(data_dir: &Path, start: Timestamp) -> Result<Self, ClockError> {
        let (is_new, clock) = Self::kept(data_dir)?;
        if is_new {
            clock.set(&mut clock.lock(), start.duration_since(Timestamp::now()))?;
        }
        Ok(clock)
    }

    /// Whether it shows less than real time.
    pub(crate) fn is_behind(&self) -> bool {
        self.lock().offset.is_negative()
    }

    fn kept(data_dir: &Path) -> Result<(bool, Self), ClockError> {
        let path = data_dir.join("clock");
        let offset = match fs::read_to_string(&path) {
            Ok(text) => Some(
                text.trim()
                    .parse()
                    .map(SignedDuration::from_micros)
                    .map_err(|_| ClockError::Content(path.clone()))?,
            ),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(ClockError::Io { path, source }),
        };
        let clock = Self::with(Some(path), offset.unwrap_or_default());
        Ok((offset.is_none(), clock))
    }

    fn with(file: Option<PathBuf>, offset: SignedDuration) -> Self {
        let state = State {
            offset,
            latest: Timestamp::MIN,
        };
        Self {
            file,
            state: Mutex::new(state),
        }
    }

    /// Moves the clock forward to `to`; no effect if that has passed. The new offset is on disk
    /// before anybody can read the new time.
    ///
    /// # Errors
    /// [`ClockError`] if the offset cannot be written; the clock stands where it was then.
    pub(crate) fn jump(&self, to: Timestamp) -> Result<(), ClockError> {
        let mut state = self.lock();
        let offset = to.duration_since(Timestamp::now());
        if offset <= state.offset {
            return Ok(());
        }
        self.set(&mut state, offset)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, state: &mut State, offset: SignedDuration) -> Result<(), ClockError> {
        if let Some(path) = &self.file {
            // Rounded up: a restart may be ahead by a microsecond, never behind. Renamed: nobody
            // ever reads half a number, whenever the process ends.
            let draft = path.with_extension("new");
            fs::write(&draft, (offset.as_micros() + 1).to_string())
                .and_then(|()| fs::rename(&draft, path))
                .map_err(|source| ClockError::Io {
                    path: path.clone(),
                    source,
                })?;
        }
        state.offset = offset;
        Ok(())
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        let mut state = self.lock();
        let now = Timestamp::now()
            .checked_add(state.offset)
            .unwrap_or(Timestamp::MAX);
        state.latest = state.latest.max(now);
        state.latest
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

    use super::*;

    #[test]
    fn a_jump_moves_forward_and_never_back() {
        let clock = VirtualClock::in_memory();
        let start = clock.now();
        clock.jump(start + SignedDuration::from_hours(2)).unwrap();
        let later = clock.now();
        assert!(later.duration_since(start) >= SignedDuration::from_hours(2));
        clock.jump(start).unwrap();
        assert!(clock.now() >= later);
    }

    #[test]
    fn a_clock_can_start_at_a_time_that_has_passed() {
        let start: Timestamp = "2020-02-29T05:00:00Z".parse().unwrap();
        let clock = VirtualClock::starting_at(start);
        assert!(clock.now().duration_since(start) < SignedDuration::from_secs(60));
        clock.jump(start + SignedDuration::from_hours(1)).unwrap();
        assert!(clock.now() >= start + SignedDuration::from_hours(1));
    }

    #[test]
    fn a_restart_does_not_go_back() {
        let folder = tempfile::tempdir().unwrap();
        let clock = VirtualClock::in_folder(folder.path()).unwrap();
        clock
            .jump(Timestamp::now() + SignedDuration::from_hours(48))
            .unwrap();
        let before = clock.now();
        drop(clock);
        let after = VirtualClock::in_folder(folder.path()).unwrap().now();
        assert!(after >= before);
    }

    #[test]
    fn a_new_folder_may_start_in_the_past_and_goes_on_from_there() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let start: Timestamp = "2020-02-29T05:00:00Z".parse().unwrap();
        let clock = VirtualClock::in_folder_from(folder, start).unwrap();
        assert!(clock.is_behind() && clock.now() >= start);
        let later = start + SignedDuration::from_hours(5);
        clock.jump(later).unwrap();
        drop(clock);
        let clock = VirtualClock::in_folder_from(folder, start).unwrap();
        assert!(clock.now() >= later, "it began anew");
        assert!(VirtualClock::in_folder(folder).unwrap().is_behind());
        clock.jump(Timestamp::now()).unwrap();
        let off = Timestamp::now().duration_since(clock.now()).abs();
        assert!(off < SignedDuration::from_secs(1), "{off}");
    }

    #[test]
    fn an_unreadable_offset_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("clock"), "soon").unwrap();
        assert!(matches!(
            VirtualClock::in_folder(folder.path()),
            Err(ClockError::Content(_))
        ));
    }
}
