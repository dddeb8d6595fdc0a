//! How people write a kustomization: indents, comments, quotes, line endings, a byte order mark, no last line ending.

use std::fmt::Write as _;

use crate::dice::Dice;

/// A field: its name and its items, each of one or more lines; a scalar has one item and `is_list` unset.
pub(crate) struct Field {
    /// The name.
    name: &'static str,
    /// What it holds.
    items: Vec<Vec<String>>,
    /// Whether it is a list.
    is_list: bool,
}

impl Field {
    /// Returns a list.
    pub(crate) fn list(name: &'static str, items: Vec<Vec<String>>) -> Self {
        Self { name, items, is_list: true }
    }

    /// Returns a scalar.
    pub(crate) fn scalar(name: &'static str, value: &str) -> Self {
        Self { name, items: vec![vec![value.to_owned()]], is_list: false }
    }
}

/// Returns the lines of a text.
pub(crate) fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// Returns a kustomization with these fields, oddly written.
pub(crate) fn kustomization(dice: &mut Dice, mut fields: Vec<Field>) -> Vec<u8> {
    dice.shuffle(&mut fields);
    let mut text = String::new();
    text.push_str(dice.pick(&["", "---\n", "# Ours.\n", "\n"]));
    if !dice.one_in(4) {
        text.push_str("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n");
    }
    for field in &fields {
        text.push_str(dice.pick(&["", "", "\n", "# what follows was agreed on\n", "\n  # oddly indented\n"]));
        write(dice, field, &mut text);
    }
    text.push_str(dice.pick(&["", "", "# the end\n", "\n\n"]));
    finish(dice, text)
}

/// Writes one field.
fn write(dice: &mut Dice, field: &Field, text: &mut String) {
    let is_plain = field.items.iter().all(|item| item.len() == 1 && !item[0].contains(": "));
    if !field.is_list {
        writeln!(text, "{}: {}{}", field.name, quoted(dice, &field.items[0][0]), remark(dice)).unwrap();
    } else if is_plain && field.name == "resources" && dice.one_in(6) {
        let items: Vec<&str> = field.items.iter().map(|item| item[0].as_str()).collect();
        writeln!(text, "{}: [{}]", field.name, items.join(", ")).unwrap();
    } else {
        let indent = dice.pick(&["", "", "  ", "    ", "      "]);
        let dash = dice.pick(&["- ", "- ", "-   "]);
        writeln!(text, "{}:{}", field.name, remark(dice)).unwrap();
        for item in &field.items {
            if dice.one_in(4) {
                writeln!(text, "{indent}# because").unwrap();
            }
            let first = if is_plain { quoted(dice, &item[0]) + remark(dice) } else { item[0].clone() };
            writeln!(text, "{indent}{dash}{first}").unwrap();
            for line in &item[1..] {
                writeln!(text, "{indent}{}{line}", " ".repeat(dash.len())).unwrap();
            }
        }
    }
}

/// Returns a text in one of the ways that YAML writes it.
fn quoted(dice: &mut Dice, text: &str) -> String {
    match dice.roll(4) {
        0 => format!("\"{text}\""),
        1 => format!("'{text}'"),
        _ => text.to_owned(),
    }
}

/// Returns a comment behind a line, or nothing.
fn remark(dice: &mut Dice) -> &'static str {
    dice.pick(&["", "", "", " # see the wiki", "   # a: b"])
}

/// Returns the bytes, with the line endings and the start and end that somebody's editor left.
fn finish(dice: &mut Dice, mut text: String) -> Vec<u8> {
    if dice.one_in(4) {
        text.truncate(text.trim_end_matches('\n').len());
    }
    if dice.one_in(4) {
        text = text.replace('\n', "\r\n");
    }
    if dice.one_in(6) {
        text.insert(0, '\u{feff}');
    }
    text.into_bytes()
}
