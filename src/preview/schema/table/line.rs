//! The lines of a table → types and places: indentation nests, a code says the form, flags say the rest.
//! Must take any text without a panic; a line that it cannot read describes anything.

use std::collections::HashMap;
use std::sync::Arc;

use crate::preview::schema::shape::{Form, ListMerge, MapMerge, Node, Shape};

/// Reads the lines of a table, one after the other.
pub(super) struct Reader {
    /// The lines, each with its depth.
    lines: Vec<(usize, &'static str)>,
    /// The next line.
    at: usize,
    /// The types with a name.
    types: HashMap<&'static str, Arc<Shape>>,
}

impl Reader {
    /// Returns a reader at the start of a table.
    pub(super) fn new(text: &'static str) -> Self {
        let depth =
            |line: &'static str| (line.len() - line.trim_start_matches(' ').len(), line.trim_start_matches(' '));
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(depth).collect();
        Self { lines, at: 0, types: HashMap::new() }
    }

    /// Returns the next line of depth 0.
    pub(super) fn next_top(&mut self) -> Option<&'static str> {
        while let Some((depth, line)) = self.lines.get(self.at).copied() {
            self.at += 1;
            if depth == 0 {
                return Some(line);
            }
        }
        None
    }

    /// Reads a type with a name: the rest of its line and what is below it.
    pub(super) fn define(&mut self, rest: &'static str) {
        let (name, node) = self.named(rest, 0);
        self.types.insert(name, node.shape);
    }

    /// Reads a kind: the rest of its line and what is below it.
    pub(super) fn kind(&mut self, rest: &'static str) -> Option<(&'static str, Node)> {
        let space = rest.match_indices(' ').nth(1)?.0;
        Some((&rest[..space], self.place(&rest[space + 1..], 0)))
    }

    /// Reads the name of a place, then the place.
    fn named(&mut self, line: &'static str, depth: usize) -> (&'static str, Node) {
        let (name, rest) = line.split_once(' ').unwrap_or((line, "*"));
        (name, self.place(rest, depth))
    }

    /// Reads a place: its code, what is below its line, its flags.
    fn place(&mut self, rest: &'static str, depth: usize) -> Node {
        let (code, flags) = rest.split_once(' ').unwrap_or((rest, ""));
        let mut node = self.form(code, depth);
        let (words, default) = match flags.split_once('=').filter(|(before, _)| before.is_empty()) {
            Some((_, json)) => ("", Some(json)),
            None => flags.split_once(" =").map_or((flags, None), |(words, json)| (words, Some(json))),
        };
        node.default = default.and_then(|json| serde_json::from_str(json).ok());
        for word in words.split(' ') {
            flag(&mut node, word);
        }
        node
    }

    /// Reads the code of a form and what is below its line.
    fn form(&mut self, code: &'static str, depth: usize) -> Node {
        let scalar = |form| Node::of(Arc::new(Shape::of(form)));
        let (first, rest) = code.split_at_checked(1).unwrap_or(("*", ""));
        match first {
            "s" => scalar(Form::Text),
            "i" => scalar(Form::Integer),
            "n" => scalar(Form::Number),
            "b" => scalar(Form::Flag),
            "q" => scalar(Form::Quantity),
            "x" => scalar(Form::IntOrText),
            "@" => self.types.get(rest).map_or_else(Node::anything, |shape| Node::of(Arc::clone(shape))),
            "[" => self.holding(Form::List, rest, depth),
            "{" => self.holding(Form::Object, rest, depth),
            "." => {
                let fields = self.below(depth).into_iter().map(|(name, node)| (name.to_owned(), node)).collect();
                Node::of(Arc::new(Shape { fields, ..Shape::of(Form::Object) }))
            }
            _ => scalar(Form::Any),
        }
    }

    /// Reads a list or a map: its elements stand in the same code, or in a line of their own where they have flags.
    fn holding(&mut self, form: Form, rest: &'static str, depth: usize) -> Node {
        let inner =
            if rest.is_empty() { self.below(depth).pop().map(|(_, node)| node) } else { Some(self.form(rest, depth)) };
        Node::of(Arc::new(Shape { inner, ..Shape::of(form) }))
    }

    /// Reads the lines one deeper than this.
    fn below(&mut self, depth: usize) -> Vec<(&'static str, Node)> {
        let mut nodes = Vec::new();
        while let Some((_, line)) = self.lines.get(self.at).copied().filter(|(deep, _)| *deep == depth + 1) {
            self.at += 1;
            nodes.push(self.named(line, depth + 1));
        }
        nodes
    }
}

/// Sets what one flag says.
fn flag(node: &mut Node, word: &str) {
    let names = |text: &str| text.split(',').map(str::to_owned).collect();
    match word.split_once('=').unwrap_or((word, "")) {
        ("!", _) => node.required = true,
        ("~", _) => node.nullable = true,
        ("set", _) => node.list = ListMerge::Set,
        ("key", keys) => node.list = ListMerge::Map(names(keys)),
        ("merge", key) => {
            node.patch.merges = true;
            node.patch.key = (!key.is_empty()).then(|| key.to_owned());
        }
        ("keep", _) => node.patch.retains_keys = true,
        ("a", _) => Arc::make_mut(&mut node.shape).map = MapMerge::Atomic,
        ("+", _) => Arc::make_mut(&mut node.shape).preserves = true,
        ("&", _) => Arc::make_mut(&mut node.shape).embeds = true,
        _ => {}
    }
}
