//! How far a command is: a bar on a terminal, else a line of the log now and then.

use std::{
    io::{self, IsTerminal},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// How often a line is logged where there is no terminal.
const LINE: Duration = Duration::from_secs(10);

const BAR: &str = "[{bar:30}] {done} of {total} contacts, {rate} a second, {eta} left {msg}";

/// How many contacts of a known number are done.
pub(super) struct Progress {
    bar: ProgressBar,
    /// When a line was logged last; on a terminal there are none.
    logged: Option<Instant>,
}

impl Progress {
    pub(super) fn new(total: u64) -> Self {
        let is_terminal = io::stderr().is_terminal();
        // Where there is no terminal the bar only counts.
        let target = if is_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        if let Ok(style) = ProgressStyle::with_template(BAR) {
            let grouping = |number: fn(&ProgressState) -> u64| {
                move |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                    let _ = text.write_str(&grouped(number(state)));
                }
            };
            bar.set_style(
                style
                    .progress_chars("## ")
                    .with_key("done", grouping(ProgressState::pos))
                    .with_key("total", grouping(|state| state.len().unwrap_or_default()))
                    .with_key("rate", grouping(|state| whole(state.per_sec()))),
            );
        }
        Self { bar, logged: (!is_terminal).then(Instant::now) }
    }

    /// So many contacts are done by now.
    pub(super) fn contacts(&mut self, done: u64) {
        self.bar.set_position(done);
        let total = self.bar.length().unwrap_or_default();
        let rate = whole(self.bar.per_sec());
        self.log(|| format!("{} of {} contacts, {} a second", grouped(done), grouped(total), grouped(rate)));
    }

    /// What is done now.
    pub(super) fn step(&mut self, what: &str) {
        self.bar.set_message(what.to_owned());
        self.bar.tick();
        self.log(|| what.to_owned());
    }

    fn log(&mut self, line: impl FnOnce() -> String) {
        if self.logged.is_some_and(|logged| logged.elapsed() >= LINE) {
            self.logged = Some(Instant::now());
            tracing::info!("{}", line());
        }
    }

    /// Prints something that is to stay where the bar stands.
    pub(super) fn aside(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate for people")]
fn whole(rate: f64) -> u64 {
    rate as u64
}

/// `1,000,000`
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_in_groups() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
