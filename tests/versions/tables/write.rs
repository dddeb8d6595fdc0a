//! Writes a table: the places of a few kinds as lines, types that several places share once, under a name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use leeward::model::object::ObjectId;
use leeward::preview::schema::{Form, ListMerge, MapMerge, Node, Schema};

/// Where a table comes from.
pub(super) struct Source {
    /// For people: `operator 1.20.0`.
    pub(super) of: String,
    /// The files, each with its size and checksum.
    pub(super) files: Vec<String>,
}

/// Whether a table holds the metadata of its kinds.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Metadata {
    /// It does.
    #[default]
    Written,
    /// It is that of every object, which the table of Kubernetes holds.
    LeftOut,
}

/// Returns a file's name, size and checksum.
pub(super) fn fingerprint(folder: &Path, file: &str) -> String {
    let bytes = std::fs::read(folder.join(file)).unwrap();
    format!("{file}, {} bytes, crc32 {:08x}", bytes.len(), crc32fast::hash(&bytes))
}

/// Returns a table.
pub(super) fn table(source: &Source, schemas: &[(ObjectId, Schema)], metadata: Metadata) -> String {
    let mut writer = Writer { metadata, ..Writer::default() };
    for (_, schema) in schemas {
        writer.count("root", schema.root(), 0);
    }
    let mut kinds = String::new();
    for (id, schema) in schemas {
        let slash = if id.group.is_empty() { "" } else { "/" };
        let head = format!("kind {}{slash}{} {}", id.group, id.version, id.kind);
        writer.lines(&mut kinds, &head, schema.root(), 0);
    }
    let files = source.files.join("\n# ");
    format!("# Generated; SOURCE.md says how it reads.\n# {files}\nfrom {}\n{}{kinds}", source.of, writer.types)
}

/// What was seen of a type.
struct Seen {
    /// How many places have it.
    places: usize,
    /// The field that had it first.
    field: String,
}

/// Writes the lines of a table.
#[derive(Default)]
struct Writer {
    /// Types by what they are.
    seen: BTreeMap<String, Seen>,
    /// Names of the types that are written.
    names: BTreeMap<String, String>,
    /// Every name given.
    given: BTreeSet<String>,
    /// The lines of the types.
    types: String,
    /// Whether metadata is written.
    metadata: Metadata,
}

impl Writer {
    /// Counts the types below a place.
    fn count(&mut self, field: &str, node: &Node, depth: usize) {
        if is_object(node) {
            let seen = self.seen.entry(body(node)).or_insert(Seen { places: 0, field: field.to_owned() });
            seen.places += 1;
            if seen.places > 1 {
                return;
            }
        }
        for (name, inner) in self.parts(node, depth) {
            self.count(if name == "-" { field } else { &name }, &inner, depth + 1);
        }
    }

    /// Returns the parts of a place: its fields, or the elements of a list or a map as `-`.
    fn parts(&self, node: &Node, depth: usize) -> Vec<(String, Node)> {
        let is_left_out = |name: &str| depth == 0 && name == "metadata" && self.metadata == Metadata::LeftOut;
        let fields = node.fields().filter(|(name, _)| !is_left_out(name));
        let inner = node.item().or(node.values()).map(|inner| ("-".to_owned(), inner.clone()));
        fields.map(|(name, field)| (name.to_owned(), field.clone())).chain(inner).collect()
    }

    /// Writes a place and what is below it.
    fn lines(&mut self, out: &mut String, head: &str, node: &Node, depth: usize) {
        let mut code = String::new();
        let mut last = node.clone();
        while let Some(inner) = last.item().or(last.values()).filter(|inner| flags(inner).is_empty()).cloned() {
            code.push_str(form(&last));
            last = inner;
        }
        let pad = " ".repeat(depth);
        if let Some(name) = self.name_of(&last, head) {
            writeln!(out, "{pad}{head} {code}@{name}{}", flags_of(node, &last)).unwrap();
            return;
        }
        writeln!(out, "{pad}{head} {code}{}{}", form(&last), flags(node)).unwrap();
        for (name, part) in self.parts(&last, depth) {
            self.lines(out, &name, &part, depth + 1);
        }
    }

    /// Returns the name of a place's type where several share it, and writes the type the first time.
    fn name_of(&mut self, node: &Node, head: &str) -> Option<String> {
        if !is_object(node) || head.starts_with("kind ") {
            return None;
        }
        let body = body(node);
        let seen = self.seen.get(&body).filter(|seen| seen.places > 1)?;
        if let Some(name) = self.names.get(&body) {
            return Some(name.clone());
        }
        let numbered = (2..).map(|number| format!("{}{number}", seen.field));
        let mut names = std::iter::once(seen.field.clone()).chain(numbered);
        let name = names.find(|name| !self.given.contains(name)).unwrap();
        self.given.insert(name.clone());
        let mut lines = format!("type {name} .{}\n", type_flags(node));
        for (field, part) in self.parts(node, 1) {
            self.lines(&mut lines, &field, &part, 1);
        }
        self.types.push_str(&lines);
        self.names.insert(body, name.clone());
        Some(name)
    }
}

/// Returns whether a place is an object with fields of its own.
fn is_object(node: &Node) -> bool {
    node.form() == Form::Object && node.fields().next().is_some()
}

/// Returns what tells a type from another.
fn body(node: &Node) -> String {
    let mut text = format!("{}{}(", form(node), type_flags(node));
    let inner = node.item().or(node.values()).map(|inner| ("-", inner));
    for (name, part) in node.fields().chain(inner) {
        write!(text, "{name} {}{};", body(part), place_flags(part)).unwrap();
    }
    text + ")"
}

/// Returns the code of a form.
fn form(node: &Node) -> &'static str {
    match node.form() {
        Form::Any => "*",
        Form::Text => "s",
        Form::Integer => "i",
        Form::Number => "n",
        Form::Flag => "b",
        Form::Quantity => "q",
        Form::IntOrText => "x",
        Form::Object if node.values().is_some() => "{",
        Form::Object => ".",
        Form::List => "[",
    }
}

/// Returns every flag of a place that stands with its own type.
fn flags(node: &Node) -> String {
    type_flags(node) + &place_flags(node)
}

/// Returns the flags of a place whose type, or that of its elements, has a name: the type says its own.
fn flags_of(node: &Node, last: &Node) -> String {
    let is_type = node.item().is_none() && node.values().is_none() && is_object(last);
    if is_type { place_flags(node) } else { flags(node) }
}

/// Returns the flags that belong to a type.
fn type_flags(node: &Node) -> String {
    let mut text = String::new();
    text += if node.map_merge() == MapMerge::Atomic { " a" } else { "" };
    text += if node.preserves_unknown() && node.form() != Form::Any { " +" } else { "" };
    text + if node.is_embedded_object() { " &" } else { "" }
}

/// Returns the flags that belong to a place.
fn place_flags(node: &Node) -> String {
    let mut text = String::new();
    text += if node.is_required() { " !" } else { "" };
    text += if node.is_nullable() { " ~" } else { "" };
    match node.list_merge() {
        ListMerge::Atomic => {}
        ListMerge::Set => text.push_str(" set"),
        ListMerge::Map(keys) => write!(text, " key={}", keys.join(",")).unwrap(),
    }
    match (node.patch().merges, node.patch_merge_key()) {
        (false, _) => {}
        (true, None) => text.push_str(" merge"),
        (true, Some(key)) => write!(text, " merge={key}").unwrap(),
    }
    text += if node.patch().retains_keys { " keep" } else { "" };
    text + &node.default().map_or(String::new(), |default| format!(" ={default}"))
}
