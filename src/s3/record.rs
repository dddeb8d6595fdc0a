//! What a probe came to, as lines of a log that [`crate::diagnose`] reads, and as one line for people: its steps in order.
//! Must never hold a key.

/// The lines and the steps so far.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The lines.
    lines: Vec<String>,
    /// What each step came to, in a few words.
    steps: Vec<String>,
}

impl Record {
    /// Adds a line, which whatever is quoted in it never makes two.
    pub(super) fn line(&mut self, line: impl Into<String>) {
        self.lines.push(line.into().replace(char::is_control, " "));
    }

    /// Adds what a step came to.
    pub(super) fn step(&mut self, step: impl Into<String>) {
        self.steps.push(step.into().replace(char::is_control, " "));
    }

    /// Returns the log.
    pub(super) fn text(self) -> String {
        let Self { mut lines, steps } = self;
        lines.push(format!("probe: summary {}", steps.join("; ")));
        lines.join("\n") + "\n"
    }
}
