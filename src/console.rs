//! Streams and colour: the answer to stdout, everything else to stderr. The only file that writes to a terminal.
//! A closed pipe ends quietly. Colour is decoration: the text reads the same without it.

use std::io::{ErrorKind, Write as _};

use anstream::{AutoStream, ColorChoice};
use owo_colors::OwoColorize as _;

use crate::cli::Color;

/// The two streams.
pub struct Console {
    /// When to colour.
    choice: ColorChoice,
}

impl Console {
    /// Returns a console that colours as asked.
    pub fn new(color: Color) -> Self {
        let choice = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self { choice }
    }

    /// Writes the answer.
    ///
    /// # Errors
    /// Fails where stdout cannot be written; a closed pipe is no failure.
    pub fn answer(&self, text: &str) -> std::io::Result<()> {
        let mut stream = AutoStream::new(std::io::stdout(), self.choice).lock();
        match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            result => result,
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
        let mut stream = AutoStream::new(std::io::stderr(), self.choice).lock();
        drop(writeln!(stream, "{line}"));
    }
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
