//! Plain data as text: byte for byte what go-yaml v2 writes.
//!
//! Last stage of a build. Keys come out in natural order, sequences are not indented under their key; which form a
//! scalar takes is decided in `scalar_form`, how it is wrapped in `scalar_text`. It never fails and never looks at source styles.

use super::emitter::Emitter;
use super::key_order;
use super::number;
use super::resolve::{Dialect, Resolved, resolve};
use super::scalar_form::{Form, choose, plain_wish};
use super::scalar_text;
use super::value::Value;

/// Returns one document.
pub(super) fn document(value: &Value) -> String {
    let mut emitter = Emitter::new();
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
