use jiff::Timestamp;

/// The time. In the cloud the machine's; on one machine a virtual clock that can be advanced.
pub trait Clock: Send + Sync {
    /// Now, UTC.
    fn now(&self) -> Timestamp;
}
