use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use app::Failpoint;

/// Nothing here takes so long, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(30);
const NAP: Duration = Duration::from_millis(2);

/// Holds whoever comes to a named moment until it is released. Moments belong to the whole process,
/// and so do pauses: only for a test that has a process of its own, on a runtime of several
/// threads.
pub struct Pause {
    point: Failpoint,
    state: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Default)]
struct State {
    held: usize,
    open: bool,
}

impl Pause {
    /// From now on whoever comes to `point` waits there.
    #[must_use]
    pub fn at(point: Failpoint) -> Self {
        let state: Arc<(Mutex<State>, Condvar)> = Arc::default();
        let shared = Arc::clone(&state);
        let hold = move || {
            tokio::task::block_in_place(|| {
                let (state, changed) = &*shared;
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                state.held += 1;
                while !state.open {
                    let waited = changed.wait_timeout(state, PATIENCE);
                    let (next, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
                    assert!(!timeout.timed_out(), "nobody releases the pause");
                    state = next;
                }
            });
        };
        fail::cfg_callback(point.name(), hold).expect("a failpoint");
        Self { point, state }
    }

    /// How many came here so far, held or gone on.
    #[must_use]
    pub fn came(&self) -> usize {
        let state = self.state.0.lock();
        state.unwrap_or_else(PoisonError::into_inner).held
    }

    /// Waits until so many have come here.
    pub async fn until(&self, count: usize) {
        let began = Instant::now();
        while self.came() < count {
            assert!(
                began.elapsed() < PATIENCE,
                "{:?}: {}",
                self.point,
                self.came()
            );
            tokio::time::sleep(NAP).await;
        }
    }

    /// Lets everybody go on, and holds nobody any more.
    pub fn release(&self) {
        let (state, changed) = &*self.state;
        state.lock().unwrap_or_else(PoisonError::into_inner).open = true;
        changed.notify_all();
    }
}

impl Drop for Pause {
    fn drop(&mut self) {
        self.release();
        fail::remove(self.point.name());
    }
}
