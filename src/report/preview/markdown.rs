//! The preview for a pull request: the answer, a table of objects, each object folded away, findings. One or more
//! comments, each valid by itself. Must never let a text of the repository act: no HTML, mention, link or fence of it.

use std::fmt::Write as _;

use super::block;
use super::split::{Chunk, MINIMUM, packed, room};
use super::summary::{built_by, controllers, method, objects, root_name};
use super::tame::{clipped, code, finding, prose};
use super::{PreviewReport, is_quiet, is_quiet_root, loud, mask, short};
use crate::model::shell::quoted;
use crate::preview::{Action, ObjectPreview, RootPreview};

/// The start of the table of objects.
const TABLE: &str = "\n| action | object | intended | drift | effective |\n| --- | --- | --- | --- | --- |\n";
/// What stands before the objects that stay.
const UNCHANGED: &str = "\nUnchanged:\n\n";
/// What a line of names takes at most.
const LINE: usize = 500;
/// What the name of an object or a root takes at most.
const NAME: usize = 300;

/// Returns the report as comments of at most `limit` bytes each, and so of as many characters; a limit under
/// 2,000 counts as that.
pub fn preview(report: &PreviewReport, limit: Option<usize>) -> Vec<String> {
    let report = &mask::masked(report);
    let limit = limit.map_or(usize::MAX, |limit| limit.max(MINIMUM));
    let full = format!(
        "leeward preview --base {} --head {}",
        quoted(&clipped(&report.base.commit, 64)),
        quoted(&clipped(&report.head.commit, 64))
    );
    let mut chunks = vec![Chunk::alone(headline(report))];
    let most = limit / 5;
    chunks.extend(report.findings.iter().map(|found| item(&["\n"], &finding(found, most))));
    let roots: Vec<&RootPreview> = report.roots.iter().filter(|root| !is_quiet_root(root)).collect();
    for object in roots.iter().flat_map(|root| loud(root)) {
        chunks.push(Chunk { opening: vec![TABLE.to_owned()], text: row(object) });
    }
    for root in &roots {
        root_part(&mut chunks, root, &full, limit);
    }
    for root in report.roots.iter().filter(|root| is_quiet_root(root)) {
        let name = code(&clipped(root_name(root), NAME));
        chunks.push(item(&["\nNo difference:\n\n"], &format!("{name}: {} unchanged", objects(root.objects.len()))));
    }
    chunks.push(Chunk::alone(footer(report)));
    packed(&chunks, limit)
}

/// Returns the answer.
fn headline(report: &PreviewReport) -> String {
    format!("## {}\n\n{}\n", report.summary().headline(), prose(&clipped(&controllers(report), 500)))
}

/// Returns the row of an object.
fn row(object: &ObjectPreview) -> String {
    let word = match object.action {
        Action::Create => "create",
        Action::Change => "change",
        Action::Delete => "**delete**",
        Action::Unchanged => "unchanged",
        Action::CannotTell => "**cannot tell**",
    };
    let effective =
        if object.action == Action::CannotTell { "?".to_owned() } else { object.effective.len().to_string() };
    let (intended, drift) = (object.intended.len(), object.drift.len());
    format!("| {word} | {} | {intended} | {drift} | {effective} |\n", code(&clipped(&object.id.to_string(), NAME)))
}

/// Adds what is said of one root.
fn root_part(chunks: &mut Vec<Chunk>, root: &RootPreview, full: &str, limit: usize) {
    let owner = root.owner.as_ref().map(|owner| format!(", {}", prose(&clipped(owner, 100)))).unwrap_or_default();
    let name = code(&clipped(root_name(root), 200));
    let heading = format!("\n### {name}: {} ({}){owner}\n", method(root.method), prose(&clipped(&root.why, 200)));
    chunks.extend(root.findings.iter().map(|found| item(&[&heading, "\n"], &finding(found, limit / 5))));
    let budget = room(limit).saturating_sub(heading.len());
    for object in loud(root) {
        chunks.push(Chunk { opening: vec![heading.clone()], text: block::object(object, full, budget) });
    }
    let mut line = String::new();
    for object in root.objects.iter().filter(|object| is_quiet(object)) {
        let name = code(&clipped(&object.id.to_string(), NAME));
        if line.len() + name.len() > LINE && !line.is_empty() {
            chunks.push(item(&[&heading, UNCHANGED], &std::mem::take(&mut line)));
        }
        line = if line.is_empty() { name } else { format!("{line}, {name}") };
    }
    if !line.is_empty() {
        chunks.push(item(&[&heading, UNCHANGED], &line));
    }
}

/// Returns where it all comes from.
fn footer(report: &PreviewReport) -> String {
    let requests = report.requests.map(|count| format!(", {count} requests")).unwrap_or_default();
    let (base, head) = (&report.base, &report.head);
    let mut out = format!(
        "\nLive: {}{requests}. Git: {} {} → {} {}{}.\n",
        prose(&clipped(&report.live, NAME)),
        code(&clipped(&base.name, 60)),
        short(&base.commit),
        code(&clipped(&head.name, 60)),
        short(&head.commit),
        built_by(&prose(&clipped(&report.builder, 60)))
    );
    if let Some(next) = &report.next {
        writeln!(out, "\nNext: {}", code(&clipped(next, NAME))).expect("a String takes any text");
    }
    out
}

/// Returns an item of a list.
fn item(opening: &[&str], text: &str) -> Chunk {
    Chunk { opening: opening.iter().map(|&part| part.to_owned()).collect(), text: format!("- {text}\n") }
}
