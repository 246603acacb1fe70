use app::ports::Clock;
use jiff::Timestamp;

/// The machine's clock, which Lambda keeps in step.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
