//! Streams and colour: the answer to stdout, everything else to stderr. The only file that writes to a terminal.
//! A closed pipe ends quietly. Colour is decoration: the text reads the same without it.

use std::cell::RefCell;
use std::io::{ErrorKind, IsTerminal as _, Write as _};

use anstream::{AutoStream, ColorChoice};
use owo_colors::OwoColorize as _;

use crate::cli::Color;

/// How much of a line a terminal shows of what a run is at, in characters.
const PROGRESS: usize = 100;
/// What clears a line of a terminal.
const CLEAR: &str = "\r\u{1b}[2K";

/// The two streams.
pub struct Console {
    /// When to colour.
    choice: ColorChoice,
    /// What is shown of a run that takes its time; empty where nothing is.
    progress: RefCell<String>,
}

impl Console {
    /// Returns a console that colours as asked.
    pub fn new(color: Color) -> Self {
        let choice = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self { choice, progress: RefCell::default() }
    }

    /// Writes the answer.
    ///
    /// # Errors
    /// Fails where stdout cannot be written; a closed pipe is no failure.
    pub fn answer(&self, text: &str) -> std::io::Result<()> {
        self.clear();
        let mut stream = AutoStream::new(std::io::stdout(), self.choice).lock();
        match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    /// Shows what a run that takes its time is at: in one line of a terminal, which it clears again; elsewhere in a line
    /// for each change.
    pub fn progress(&self, text: &str) {
        if *self.progress.borrow() == text {
            return;
        }
        if std::io::stderr().is_terminal() {
            let shown: String = text.chars().take(PROGRESS).collect();
            self.write(&format!("{CLEAR}{shown}"));
        } else {
            self.write(&format!("{text}\n"));
        }
        text.clone_into(&mut self.progress.borrow_mut());
    }

    /// Clears the line of a terminal that shows what a run is at.
    fn clear(&self) {
        let shown = std::mem::take(&mut *self.progress.borrow_mut());
        if !shown.is_empty() && std::io::stderr().is_terminal() {
            self.write(CLEAR);
        }
    }

    /// Writes a remark.
    pub fn note(&self, text: &str) {
        self.remark(&format!("{} {text}", "note:".cyan()));
    }

    /// Writes an error: the operation, its causes, one hint.
    pub fn error(&self, lines: &[(Label, String)]) {
        for (label, text) in lines {
            let line = match label {
                Label::Error => format!("{} {text}", "error:".red()),
                Label::Cause => format!("{} {text}", "caused by:".red()),
                Label::Hint => format!("{} {text}", "hint:".cyan()),
            };
            self.remark(&line);
        }
    }

    /// Writes a line to stderr; one that cannot be written has nowhere else to go.
    fn remark(&self, line: &str) {
        self.clear();
        self.write(&format!("{line}\n"));
    }

    /// Writes to stderr.
    fn write(&self, text: &str) {
        let mut stream = AutoStream::new(std::io::stderr(), self.choice).lock();
        drop(stream.write_all(text.as_bytes()).and_then(|()| stream.flush()));
    }
}

/// Returns a text in which the signs of differences, at their column, and the words of remarks have a colour.
/// Nothing is said by colour alone; [`Console::answer`] takes it out again where it is not wanted.
pub fn painted(text: &str, sign_column: usize) -> String {
    let paint = |line: &str| {
        let (body, end) = line.strip_suffix('\n').map_or((line, ""), |body| (body, "\n"));
        let sign =
            body.get(sign_column..).filter(|_| body.as_bytes().iter().take(sign_column).all(|byte| *byte == b' '));
        match (body.split_once(':').map(|(word, _)| word), sign.unwrap_or_default()) {
            (_, sign) if sign.starts_with("+ ") => format!("{}{end}", body.green()),
            (_, sign) if sign.starts_with("- ") => format!("{}{end}", body.red()),
            (Some("refused" | "warning"), _) => format!("{}{end}", body.yellow()),
            (Some("hint" | "note"), _) => format!("{}{end}", body.cyan()),
            _ => line.to_owned(),
        }
    };
    text.split_inclusive('\n').map(paint).collect()
}

/// What a line of an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// The operation that failed.
    Error,
    /// Why.
    Cause,
    /// What mends it.
    Hint,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paints_signs_and_remarks_and_changes_no_word() {
        let text = "1 object changes\n  + a\n  - b\n    - c\nwarning: d\nhint: e\nspec: f\n";
        let shown = painted(text, 2);
        let (green, red) = ("\u{1b}[32m  + a\u{1b}[39m\n", "\u{1b}[31m  - b\u{1b}[39m\n");
        let rest = "\u{1b}[33mwarning: d\u{1b}[39m\n\u{1b}[36mhint: e\u{1b}[39m\nspec: f\n";
        assert_eq!(shown, format!("1 object changes\n{green}{red}    - c\n{rest}"));
        assert_eq!(anstream::adapter::strip_str(&shown).to_string(), text);
    }
}
