use jiff::SignedDuration;

/// How one queue and its event source behave: SQS's settings, in virtual time.
#[derive(Debug, Clone)]
pub struct QueueSpec {
    /// Logical name: `wake`, `turns`, `referrals`, `inbound`, `campaigns`.
    pub name: &'static str,
    /// FIFO: messages have a group; those of one group are delivered in order, one batch at a
    /// time. Otherwise standard.
    pub fifo: bool,
    /// Most messages in one delivery.
    pub batch: usize,
    /// How long the first message of a batch waits for others. Zero: not at all.
    pub window: SignedDuration,
    /// Most deliveries at work at once (`MaximumConcurrency`).
    pub max_concurrency: usize,
    /// When a message that failed comes again, counted from its delivery.
    pub visibility: SignedDuration,
    /// After this many deliveries a message goes to the dead letters (`maxReceiveCount`).
    pub max_receives: u32,
}

impl QueueSpec {
    /// `wake`: standard, batches of 100 within one second, two at work.
    #[must_use]
    pub fn wake() -> Self {
        Self {
            name: "wake",
            fifo: false,
            batch: 100,
            window: SignedDuration::from_secs(1),
            max_concurrency: 2,
            ..Self::defaults()
        }
    }

    /// `turns`: standard, one message at a time, no window.
    #[must_use]
    pub fn turns(max_concurrency: usize) -> Self {
        Self {
            name: "turns",
            fifo: false,
            batch: 1,
            max_concurrency,
            ..Self::defaults()
        }
    }

    /// `referrals`: FIFO, up to ten of one group at a time, `max_concurrency` groups at work.
    #[must_use]
    pub fn referrals(max_concurrency: usize) -> Self {
        Self {
            name: "referrals",
            fifo: true,
            batch: 10,
            max_concurrency,
            ..Self::defaults()
        }
    }

    /// `inbound`: standard, up to ten at a time, two at work, tried for a day.
    #[must_use]
    pub fn inbound() -> Self {
        Self {
            name: "inbound",
            fifo: false,
            batch: 10,
            max_concurrency: 2,
            max_receives: 480,
            ..Self::defaults()
        }
    }

    /// `campaigns`: standard, one message at a time, no window; its function has 60 s.
    #[must_use]
    pub fn campaigns() -> Self {
        Self {
            name: "campaigns",
            fifo: false,
            batch: 1,
            max_concurrency: 2,
            visibility: SignedDuration::from_secs(360),
            ..Self::defaults()
        }
    }

    /// Visibility is six times a function's 30 s timeout, as AWS advises for event sources.
    fn defaults() -> Self {
        Self {
            name: "",
            fifo: false,
            batch: 1,
            window: SignedDuration::ZERO,
            max_concurrency: 5,
            visibility: SignedDuration::from_secs(180),
            max_receives: 5,
        }
    }
}

/// One message as a consumer gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Names the message in the consumer's answer.
    pub message_id: String,
    /// The body as it was put.
    pub body: String,
    /// 1 for the first delivery.
    pub receive_count: u32,
    /// The FIFO group.
    pub group: Option<String>,
}

/// A message that was delivered too often without success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The body as it was put.
    pub body: String,
    /// How often it was delivered.
    pub receive_count: u32,
    /// The FIFO group.
    pub group: Option<String>,
}

/// How many messages a queue holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Delayed, or failed and invisible for now.
    pub waiting: usize,
    /// Visible and not yet delivered.
    pub ready: usize,
    /// Deliveries at work.
    pub running: usize,
}
