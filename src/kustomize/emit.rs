//! Plain data as text: byte for byte what go-yaml v2 writes.
//!
//! Last stage of a build. Keys come out in natural order, sequences are not indented under their key; which form a
//! scalar takes is decided in `scalar_form`, how it is wrapped here. It never fails and never looks at source styles.

use std::sync::LazyLock;

use regex::Regex;

use super::key_order;
use super::number;
use super::resolve::{Dialect, Resolved, resolve};
use super::scalar_form::{Form, choose};
use super::scalar_text;
use super::value::Value;

/// Lines are folded at spaces past this column.
pub(super) const BEST_WIDTH: usize = 80;

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

/// Returns one document.
pub(super) fn document(value: &Value) -> String {
    let mut emitter = Emitter { out: String::new(), column: 0, indent: -1, whitespace: true, indention: true };
    emitter.node(value, false);
    emitter.indent = 0;
    emitter.write_indent();
    emitter.out
}

impl Emitter {
    /// Writes a value; `in_mapping` says whether it is the value of a key.
    fn node(&mut self, value: &Value, in_mapping: bool) {
        match value {
            Value::Null => self.plain("null"),
            Value::Bool(true) => self.plain("true"),
            Value::Bool(false) => self.plain("false"),
            Value::Number(text) => self.plain(&number_text(text)),
            Value::String(text) => self.string(text, false),
            Value::List(items) if items.is_empty() => self.write_indicator("[]", true, false, false),
            Value::Map(entries) if entries.is_empty() => self.write_indicator("{}", true, false, false),
            Value::List(items) => self.list(items, in_mapping),
            Value::Map(entries) => self.map(entries),
        }
    }

    /// Writes a block sequence.
    fn list(&mut self, items: &[Value], in_mapping: bool) {
        let outer = self.indent;
        self.increase_indent(in_mapping && !self.indention);
        for item in items {
            self.write_indent();
            self.write_indicator("-", true, false, true);
            self.node(item, false);
        }
        self.indent = outer;
    }

    /// Writes a block mapping.
    fn map(&mut self, entries: &[(std::sync::Arc<str>, Value)]) {
        let outer = self.indent;
        self.increase_indent(false);
        let mut sorted: Vec<_> = entries.iter().collect();
        sorted.sort_by(|left, right| key_order::compare(&left.0, &right.0));
        for (key, value) in sorted {
            self.write_indent();
            // A key of more than 128 bytes, or of several lines, is not "simple" and gets the long form.
            let is_simple = key.len() <= 128 && !key.contains('\r');
            if !is_simple {
                self.write_indicator("?", true, false, true);
            }
            self.string(key, is_simple);
            if is_simple {
                self.write_indicator(":", false, false, false);
            } else {
                self.write_indent();
                self.write_indicator(":", true, false, true);
            }
            self.node(value, true);
        }
        self.indent = outer;
    }

    /// Writes a string, quoted where it would not read back as one.
    fn string(&mut self, text: &str, is_simple_key: bool) {
        let outer = self.indent;
        self.increase_indent(false);
        let wish = if text.contains('\n') { Form::Literal } else { plain_wish(text, Dialect::V2) };
        scalar_text::write(self, text, choose(text, wish, is_simple_key), !is_simple_key);
        self.indent = outer;
    }

    /// Writes a word that needs no analysis.
    fn plain(&mut self, text: &str) {
        self.write_indicator(text, true, false, false);
    }

    /// Enters a deeper level.
    fn increase_indent(&mut self, is_indentless: bool) {
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

/// The form go-yaml wants for a one-line string: plain if it reads back as a string there and to older readers.
pub(super) fn plain_wish(text: &str, dialect: Dialect) -> Form {
    static BASE_60: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$").expect("the pattern is constant")
    });
    let is_base_60 = || text.contains(':') && BASE_60.is_match(text);
    let is_string = |dialect| resolve(text, dialect) == Resolved::Str;
    // Version 3 resolves by its own rules but avoids the old booleans as well.
    let is_plain = text != "<<" && is_string(dialect) && is_string(Dialect::V2) && !is_base_60();
    if is_plain { Form::Plain } else { Form::DoubleQuoted }
}

/// The output form of a JSON number: go-yaml v2 reads it again, as an integer where it fits.
fn number_text(json: &str) -> String {
    match resolve(json, Dialect::V2) {
        Resolved::Int(value) => value.to_string(),
        Resolved::Uint(value) => value.to_string(),
        Resolved::Float(value) => number::shortest_float(value),
        _ => json.to_owned(),
    }
}
