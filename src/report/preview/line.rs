//! One line of a difference, with its sign. What fields and lists are shown in, as text and as Markdown alike.

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// `-`, `+` or a space.
    pub(super) sign: char,
    /// The text behind it.
    pub(super) text: String,
}

impl Line {
    /// Returns a line that stands on both sides.
    pub(super) fn same(text: &str) -> Self {
        Self { sign: ' ', text: text.to_owned() }
    }

    /// Returns the line one step to the right.
    pub(super) fn indented(self) -> Self {
        Self { text: format!("  {}", self.text), ..self }
    }
}
