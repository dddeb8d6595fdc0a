//! The text that is being written, and where in it the emitter stands: columns, indentation, marks.
//!
//! Used by `emit` and `scalar_text`, which know what is written. It knows no value and chooses no form.

/// The text written so far and where the emitter stands in it.
pub(super) struct Emitter {
    /// The text.
    pub(super) out: String,
    /// Characters since the last line break.
    pub(super) column: usize,
    /// The current indentation; -1 before the first collection.
    pub(super) indent: i32,
    /// Whether the last thing written was blank.
    pub(super) whitespace: bool,
    /// Whether only indentation stands in this line.
    pub(super) indention: bool,
}

impl Emitter {
    /// Returns one that has written nothing.
    pub(super) fn new() -> Self {
        Self { out: String::new(), column: 0, indent: -1, whitespace: true, indention: true }
    }

    /// Enters a deeper level.
    pub(super) fn increase_indent(&mut self, is_indentless: bool) {
        if self.indent < 0 {
            self.indent = 0;
        } else if !is_indentless {
            self.indent += 2;
        }
    }

    /// Moves to the current indentation, on a new line where needed.
    pub(super) fn write_indent(&mut self) {
        let indent = usize::try_from(self.indent).unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.put_break();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    /// Writes a mark.
    pub(super) fn write_indicator(&mut self, mark: &str, needs_blank: bool, is_blank: bool, is_indention: bool) {
        if needs_blank && !self.whitespace {
            self.put(' ');
        }
        mark.chars().for_each(|letter| self.put(letter));
        self.whitespace = is_blank;
        self.indention = self.indention && is_indention;
    }

    /// Writes one character.
    pub(super) fn put(&mut self, letter: char) {
        self.out.push(letter);
        self.column += 1;
    }

    /// Writes a line break.
    pub(super) fn put_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
    }
}
