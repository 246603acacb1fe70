//! The sending rules on virtual time, as `make soak` plays them, with a tenth of its messages.

use std::time::Instant;

use soak::{Config, run};

use crate::Failed;
use crate::figure::{Figure, Section};

const MESSAGES: u32 = 100_000;
const SEED: u64 = 1;
/// Of what ideal numbers would send.
const THROUGHPUT: f64 = 0.99;
const FORECAST_ERROR: f64 = 0.05;

pub(crate) fn measure() -> Result<Section, Failed> {
    let began = Instant::now();
    let week = run(&Config::large(SEED, MESSAGES));
    let backlog = run(&Config::backlog(SEED, MESSAGES));
    let took = began.elapsed().as_secs_f64();
    let violations = week.violations() + backlog.violations();
    let share = week.throughput();
    let error = backlog.forecast_error();
    let openings = week.openings;
    let figures = vec![
        Figure::new("what must never happen, and did", violations).goal("0", violations == 0),
        Figure::new(
            "messages sent while enough wait, of what the limits allow",
            format!("{:.2} %", share * 100.0),
        )
        .goal("≥ 99 %", share >= THROUGHPUT),
        Figure::new(
            format!(
                "outages of the gateway: {}; held to be down without cause, times",
                openings.outages
            ),
            openings.wrong,
        ),
        Figure::new(
            format!(
                "delay of a reminder while a number has cap: longest of {}, seconds",
                week.delays.ms.len()
            ),
            format!("{:.1}", week.delays.longest_s()),
        ),
        Figure::new("of these longer than a gap and a request", week.delays.over),
        Figure::new(
            "the forecast of a backlog, off by",
            format!("{:.1} %", error * 100.0),
        )
        .goal("≤ 5 %", error <= FORECAST_ERROR),
        Figure::new("both runs, seconds", format!("{took:.1}")),
    ];
    Ok(Section {
        title: "Sending rules on virtual time",
        how: format!(
            "{MESSAGES} messages over {:.1} virtual days through 50 numbers, with crashes, lost and doubled \
             queue messages, bans, switches and outages of the gateway, and the same number in a backlog \
             without faults for the forecast; seed {SEED}. What is modelled stands in \
             [the decision](decisions/simulation.md).",
            week.days
        ),
        figures,
    })
}
