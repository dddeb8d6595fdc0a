//! The preview for a person at a terminal: the answer first, then what differs, object by object, then where it comes
//! from. At most 100 columns, save hints and what is typed. Must read the same without colour.

use super::detail::{Effective, Mark};
use super::field::{Between, Field};
use super::line::Line;
use super::summary::{built_by, controllers, fate, level, method, named, objects, root_name, trouble};
use super::{PreviewReport, is_quiet, is_quiet_root, loud, mask, short};
use crate::model::finding::Finding;
use crate::preview::{Basis, ObjectPreview, RootPreview};
use crate::report::escape::escaped;
use crate::report::text::{Rows, WIDTH, put, wrapped};

/// The columns before the fields of an object.
const MARGIN: usize = 12;
/// The column of the `+` or `-` of a difference, so that whoever colours finds it.
pub const SIGN_COLUMN: usize = MARGIN + 2;
/// The widest path that shares a line with its values.
const PATH: usize = 48;

/// Returns the report as text.
pub fn preview(report: &PreviewReport) -> String {
    let report = &mask::masked(report);
    let mut text = String::new();
    answer(&mut text, report);
    for root in report.roots.iter().filter(|root| !is_quiet_root(root)) {
        root_part(&mut text, root, report.roots.len() > 1);
    }
    let quiet = report.roots.iter().filter(|root| is_quiet_root(root)).map(root_name).collect::<Vec<_>>();
    if report.roots.len() > 1 && !quiet.is_empty() {
        let roots = if quiet.len() == 1 { "1 root".to_owned() } else { format!("{} roots", quiet.len()) };
        text.push('\n');
        put(&mut text, &one_line(&format!("no difference in {roots}:"), &quiet));
    }
    if !report.findings.is_empty() {
        text.push('\n');
    }
    findings(&mut text, &report.findings);
    footer(&mut text, report);
    text
}

/// Writes what it comes to, and what that rests on.
fn answer(text: &mut String, report: &PreviewReport) {
    let (headline, rests) = (report.summary().headline(), controllers(report));
    let whole = escaped(&format!("{headline}; {rests}"));
    if whole.chars().count() <= WIDTH {
        put(text, &whole);
        return;
    }
    put(text, &format!("{headline};"));
    for line in folded(&rests, WIDTH - 2) {
        put(text, &format!("  {line}"));
    }
}

/// Writes one root.
fn root_part(text: &mut String, root: &RootPreview, is_named: bool) {
    if is_named {
        let owner = root.owner.as_ref().map(|owner| format!(", {owner}")).unwrap_or_default();
        text.push('\n');
        paragraph(text, &format!("root {}: {} ({}){owner}", root_name(root), method(root.method), root.why));
    }
    findings(text, &root.findings);
    for object in loud(root) {
        object_part(text, object, root);
    }
    let quiet: Vec<String> =
        root.objects.iter().filter(|object| is_quiet(object)).map(|object| object.id.to_string()).collect();
    if !quiet.is_empty() {
        text.push('\n');
        put(text, &one_line(&format!("{} unchanged:", objects(quiet.len())), &quiet));
    }
}

/// Writes one object.
fn object_part(text: &mut String, object: &ObjectPreview, root: &RootPreview) {
    let is_mixed = root.objects.iter().any(|other| other.basis != object.basis && other.basis != Basis::Nothing);
    let basis = match object.basis {
        Basis::Predicted if is_mixed => " (predicted)",
        Basis::ServerVerified if is_mixed => " (verified by the server)",
        _ => "",
    };
    text.push('\n');
    paragraph(text, &format!("{} {}{basis}", named(&object.id), fate(object.action)));
    let plain = |changes: &[_], between| {
        changes.iter().map(|change| (Field::of(change, between), Mark::Plain)).collect::<Vec<_>>()
    };
    let mut rows = Rows { text: &mut *text, last: "" };
    rows.row("intended", fields(&plain(&object.intended, Between::BeforeAndAfter)));
    rows.row("drift", fields(&plain(&object.drift, Between::GitAndLive)));
    rows.row("effective", effective(object));
    for unsure in &object.unsure {
        rows.row("unsure", folded(&format!("{}: {}", unsure.path, unsure.why), WIDTH - MARGIN));
    }
    if let Some(known) = &object.trouble {
        rows.row("trouble", folded(&trouble(known), WIDTH - MARGIN));
        rows.row("trouble", known.hint.iter().map(|hint| format!("hint: {hint}")));
    }
    findings(text, &object.findings);
}

/// Returns the rows of the effective difference.
fn effective(object: &ObjectPreview) -> Vec<String> {
    let effective = Effective::of(object);
    let shown = effective.fields.iter().map(|(change, mark)| (Field::of(change, Between::BeforeAndAfter), *mark));
    let without = effective.without.iter().map(|(path, why)| (Field::said(path, why), Mark::Plain));
    let phrase = effective.phrase.map(str::to_owned);
    phrase.into_iter().chain(fields(&shown.chain(without).collect::<Vec<_>>())).collect()
}

/// Returns the rows of fields: paths aligned, what does not fit beside its path below it.
fn fields(fields: &[(Field, Mark)]) -> Vec<String> {
    let widths = fields.iter().map(|(field, _)| escaped(&field.path).chars().count()).filter(|width| *width <= PATH);
    let width = widths.max().unwrap_or_default();
    fields.iter().flat_map(|(field, mark)| field_rows(field, *mark, width)).collect()
}

/// Returns the rows of one field.
fn field_rows(field: &Field, mark: Mark, width: usize) -> Vec<String> {
    let path = escaped(&field.path);
    let by = field.by.as_ref().map(|by| format!(" ({by})")).unwrap_or_default();
    let tail = escaped(&format!("{by}{}", mark.words()));
    let phrase = escaped(&field.phrase);
    let beside = format!("{path:<width$}  {phrase}{tail}");
    if beside.chars().count() <= WIDTH - MARGIN {
        return std::iter::once(beside).chain(below(field.lines.iter())).collect();
    }
    let sides = field.sides();
    let title = folded(&format!("{path}{tail}"), WIDTH - MARGIN);
    let phrase = field.words.is_none().then(|| format!("  {phrase}"));
    title.into_iter().chain(phrase).chain(below(sides.iter())).collect()
}

/// Returns the lines of a difference, wrapped under their sign.
fn below<'a>(lines: impl Iterator<Item = &'a Line>) -> Vec<String> {
    let mut out = Vec::new();
    for line in lines {
        let text = escaped(&line.text);
        let indent = text.chars().take_while(|c| *c == ' ').count().min(PATH);
        let parts = folded(text.trim_start(), WIDTH - MARGIN - 6 - indent);
        let row = |(number, part): (usize, &String)| match number {
            0 => format!("  {} {:indent$}{part}", line.sign, ""),
            _ => format!("    {:indent$}  {part}", ""),
        };
        out.extend(parts.iter().enumerate().map(row));
    }
    out
}

/// Writes findings: the fact wrapped, the hint as it is typed.
fn findings(text: &mut String, findings: &[Finding]) {
    for finding in findings {
        paragraph(text, &format!("{}: {}", level(finding), finding.fact));
        if let Some(hint) = &finding.hint {
            put(text, &format!("hint: {hint}"));
        }
    }
}

/// Writes where it all comes from.
fn footer(text: &mut String, report: &PreviewReport) {
    let requests = match report.requests {
        None => String::new(),
        Some(1) => ", 1 request".to_owned(),
        Some(count) => format!(", {count} requests"),
    };
    let (base, head) = (&report.base, &report.head);
    let built = format!(
        "{} {} → {} {}{}",
        base.name,
        short(&base.commit),
        head.name,
        short(&head.commit),
        built_by(&report.builder)
    );
    text.push('\n');
    let mut rows = Rows { text: &mut *text, last: "" };
    if let [root] = report.roots.as_slice() {
        let owner = root.owner.as_ref().map(|owner| format!(", {owner}")).unwrap_or_default();
        rows.row("root", folded(&format!("{}{owner}", root_name(root)), WIDTH - MARGIN));
    }
    rows.row("live", folded(&format!("{}{requests}", report.live), WIDTH - MARGIN));
    rows.row("git", folded(&built, WIDTH - MARGIN));
    if let Some(next) = &report.next {
        put(text, &format!("next  {next}"));
    }
}

/// Writes a text that may take several lines, the later ones indented.
fn paragraph(text: &mut String, what: &str) {
    for (number, line) in folded(what, WIDTH - 2).iter().enumerate() {
        put(text, &format!("{}{line}", if number == 0 { "" } else { "  " }));
    }
}

/// Returns a title with as many names as one line takes.
fn one_line(title: &str, names: &[impl AsRef<str>]) -> String {
    let mut line = title.to_owned();
    for (number, name) in names.iter().enumerate() {
        let (left, name) = (names.len() - number, escaped(name.as_ref()));
        let comma = if number == 0 { "" } else { "," };
        let more = if left == 1 { 0 } else { ", and 999999 more".len() };
        if line.chars().count() + name.chars().count() + 2 + more > WIDTH {
            return if number == 0 { format!("{line} {left}") } else { format!("{line}, and {left} more") };
        }
        line = format!("{line}{comma} {name}");
    }
    line
}

/// Returns a text in lines of at most `width` characters, broken at spaces, else inside a word.
fn folded(text: &str, width: usize) -> Vec<String> {
    let pieces = |line: String| {
        let chars: Vec<char> = line.chars().collect();
        if chars.is_empty() {
            return vec![String::new()];
        }
        chars.chunks(width.max(1)).map(|chunk| chunk.iter().collect()).collect::<Vec<String>>()
    };
    wrapped(&escaped(text), width).into_iter().flat_map(pieces).collect()
}
