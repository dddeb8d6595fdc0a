//! The clock as a table for a pull request or a chat.

use std::fmt::Write as _;

use super::super::markdown::{cell, inline};
use super::minute;
use super::{ClockFrom, ClockReport, said};

/// Returns the clock as Markdown: a table, then what is not known and what is believed.
pub(in crate::report) fn rows(clock: &ClockReport) -> String {
    let from = match clock.from {
        ClockFrom::Git => "Git alone",
        ClockFrom::Cluster => "the cluster",
    };
    let mut out = format!(
        "\n| risk clock of {} | read from {from}, {} |\n| --- | --- |\n",
        cell(&clock.cluster),
        cell(&minute(&clock.at))
    );
    for (what, text) in said(clock) {
        writeln!(out, "| {what} | {} |", cell(&text)).expect("a String takes any text");
    }
    for (word, texts) in [("Not known", &clock.unknown), ("Assumed", &clock.assumptions)] {
        if !texts.is_empty() {
            writeln!(out, "\n{word}: {}.", inline(&texts.join("; "))).expect("a String takes any text");
        }
    }
    out
}
