//! The one task that fires entries and moves the clock.

use std::sync::Arc;
use std::time::Duration;

use app::ports::Clock;
use jiff::Timestamp;

use super::agenda::Event;
use super::pump;
use super::state::Batch;
use super::{Consumer, Shared, State, Ticker};

/// The machine may sleep, and its timers do not count that: look at the clock this often.
const LONGEST_NAP: Duration = Duration::from_secs(1);

enum Next {
    Stop,
    Again,
    Sleep(Duration),
}

struct Run {
    queue: &'static str,
    batch: Batch,
    consumer: Consumer,
}

pub(super) async fn drive(shared: Arc<Shared>) {
    loop {
        match step(&shared) {
            Next::Stop => return,
            Next::Again => {}
            Next::Sleep(nap) => {
                tokio::select! {
                    () = shared.changed.notified() => {}
                    () = shared.gate.left() => {}
                    () = tokio::time::sleep(nap) => {}
                }
            }
        }
    }
}

/// Fires all that is due; then, in an advance and when nothing is at work, jumps.
fn step(shared: &Arc<Shared>) -> Next {
    let now = shared.clock.now();
    let (runs, ticker, pump) = {
        let mut state = shared.lock();
        if !state.running {
            return Next::Stop;
        }
        fire_due(&mut state, now);
        (
            ready_runs(&mut state, now),
            due_tick(shared, &mut state, now),
            state.pump.as_mut().and_then(|pump| pump.begin_due(now)),
        )
    };
    launch(shared, runs);
    if let Some(ticker) = ticker {
        launch_tick(shared, &ticker);
    }
    if let Some(run) = pump {
        launch_pump(shared, &run);
    }
    match shared.gate.if_quiet(|| play(shared)) {
        Some(Played::Next(next)) => next,
        Some(Played::Pump(run)) => {
            launch_pump(shared, &run);
            Next::Again
        }
        None => Next::Sleep(until_next(shared)),
    }
}

/// What an advance does next.
enum Played {
    Next(Next),
    /// It would be at its end, but there are records that nobody has looked at.
    Pump(pump::Run),
}

fn fire_due(state: &mut State, now: Timestamp) {
    while let Some(event) = state.agenda.pop_due(now) {
        match event {
            Event::Visible(name, message) => {
                if let Some(slot) = state.queues.get_mut(name)
                    && let Some(poll) = slot.queue.arrive(message, now)
                {
                    state.agenda.add(poll, Event::Poll);
                }
            }
            Event::Begins(name) => state.begin(&name, now),
            Event::Poll => {}
        }
    }
}

fn ready_runs(state: &mut State, now: Timestamp) -> Vec<Run> {
    let mut runs = Vec::new();
    for (name, slot) in &mut state.queues {
        let Some(consumer) = &slot.consumer else {
            continue;
        };
        while let Some(batch) = slot.queue.take(now) {
            slot.runs += 1;
            runs.push(Run {
                queue: name,
                batch,
                consumer: Arc::clone(consumer),
            });
        }
    }
    runs
}

fn due_tick(shared: &Shared, state: &mut State, now: Timestamp) -> Option<Ticker> {
    let activity = shared.gate.activity();
    let due = state.tick.next(state.advance.is_some(), activity)?;
    let ticker = state.ticker.clone().filter(|_| due <= now)?;
    state.tick.begin(activity);
    Some(ticker)
}

/// Called while nothing is at work, and nothing can begin: moves the clock of an advance.
fn play(shared: &Shared) -> Played {
    let mut state = shared.lock();
    let Some(target) = state.advance.as_ref().map(|advance| advance.target) else {
        drop(state);
        return Played::Next(Next::Sleep(until_next(shared)));
    };
    let head = next_entry(shared, &state).filter(|head| *head <= target);
    if head.is_none()
        && shared.clock.now() >= target
        && let Some(run) = state.pump.as_mut().and_then(pump::Pump::begin_early)
    {
        return Played::Pump(run);
    }
    let to = head.unwrap_or(target);
    let jumped = shared.clock.jump(to);
    if jumped.is_ok() {
        state.tick.jumped(to);
    }
    let is_new = |pump: &pump::Pump| pump.has_something_new();
    let is_open = head.is_none() && state.pump.as_ref().is_some_and(is_new);
    if ((head.is_none() && !is_open) || jumped.is_err())
        && let Some(advance) = state.advance.take()
    {
        // A caller that has gone away does not mind.
        let _ = advance.done.send(jumped);
    }
    Played::Next(Next::Again)
}

/// When the next entry or tick is due.
fn next_entry(shared: &Shared, state: &State) -> Option<Timestamp> {
    let tick = state.ticker.as_ref().and_then(|_| {
        let skipping = state.advance.is_some();
        state.tick.next(skipping, shared.gate.activity())
    });
    let pump = state.pump.as_ref().and_then(pump::Pump::next);
    let head = state.agenda.head();
    head.into_iter().chain(tick).chain(pump).min()
}

fn until_next(shared: &Shared) -> Duration {
    let next = next_entry(shared, &shared.lock());
    next.map_or(LONGEST_NAP, |due| {
        let wait = due.duration_since(shared.clock.now());
        // Not due any more when the clock has moved meanwhile: at once.
        Duration::try_from(wait)
            .unwrap_or_default()
            .min(LONGEST_NAP)
    })
}

/// Called by the driver or by a run that is still inside the gate, so that the clock cannot jump
/// between a batch's delivery and its entry.
fn launch(shared: &Arc<Shared>, runs: Vec<Run>) {
    for run in runs {
        let inside = shared.gate.enter();
        let shared = Arc::clone(shared);
        tokio::spawn(async move {
            // A task of its own: a panic fails the batch, as it fails a function's invocation.
            let outcome = tokio::spawn((run.consumer)(run.batch.deliveries())).await;
            let failed = match outcome {
                Ok(Ok(failed)) => Some(failed),
                Ok(Err(reason)) => {
                    tracing::warn!(queue = run.queue, reason, "a batch failed");
                    None
                }
                Err(_) => {
                    tracing::error!(queue = run.queue, "a handler panicked");
                    None
                }
            };
            let next = finish(&shared, run.queue, run.batch, failed);
            launch(&shared, next);
            shared.changed.notify_one();
            drop(inside);
        });
    }
}

fn finish(
    shared: &Shared,
    queue: &'static str,
    batch: Batch,
    failed: Option<Vec<String>>,
) -> Vec<Run> {
    let now = shared.clock.now();
    let mut state = shared.lock();
    if let Some(slot) = state.queues.get_mut(queue) {
        for (due, message) in slot.queue.finish(batch, failed) {
            state.agenda.add(due, Event::Visible(queue, message));
        }
    }
    if state.running {
        ready_runs(&mut state, now)
    } else {
        Vec::new()
    }
}

fn launch_tick(shared: &Arc<Shared>, ticker: &Ticker) {
    let inside = shared.gate.enter_unseen();
    let shared = Arc::clone(shared);
    let tick = ticker();
    tokio::spawn(async move {
        let wish = tokio::spawn(tick).await;
        let now = shared.clock.now();
        if wish.is_err() {
            tracing::error!("the tick panicked");
        }
        // After a panic the next minute tries again.
        shared.lock().tick.end(now, wish.unwrap_or(Some(now)));
        shared.changed.notify_one();
        drop(inside);
    });
}

/// It writes nothing that the tick looks at, so it is no activity.
fn launch_pump(shared: &Arc<Shared>, run: &pump::Run) {
    let inside = shared.gate.enter_unseen();
    let shared = Arc::clone(shared);
    let run = run();
    tokio::spawn(async move {
        let again = tokio::spawn(run).await;
        if again.is_err() {
            tracing::error!("handing over records panicked");
        }
        if let Some(pump) = shared.lock().pump.as_mut() {
            pump.end(again.unwrap_or_default());
        }
        shared.changed.notify_one();
        drop(inside);
    });
}
