//! What surrounds the cause, in lines of at most a terminal's width; what is typed is never broken.

use super::super::clock::minute;
use super::super::text::{WIDTH, wrapped};
use super::{DiagnosisReport, SiteReport, UnseenLine};

/// The columns before the text of a row.
const INDENT: usize = 12;

/// Returns what is about to be lost, and what keeps it.
pub(super) fn rescue(site: &SiteReport) -> Vec<String> {
    if site.being_deleted.is_empty() {
        return Vec::new();
    }
    let lines = wrapped(&going(site), WIDTH - 2).into_iter().enumerate();
    let lines = lines.map(|(number, line)| if number == 0 { line } else { format!("  {line}") });
    let commands = site.keep_commands.iter().map(|command| format!("  {command}"));
    let places = site.being_deleted.iter().map(|going| format!("  {}: {}", going.name, going.destination));
    lines.chain(commands).chain(places).collect()
}

/// Returns in a sentence what is about to be lost.
pub(super) fn going(site: &SiteReport) -> String {
    let (are, their) = if site.being_deleted.len() == 1 { ("Backup is", "its") } else { ("Backups are", "their") };
    let count = site.being_deleted.len();
    let mut storages: Vec<String> = site.being_deleted.iter().map(|going| going.storage.clone()).collect();
    storages.dedup();
    format!(
        "{count} {are} being deleted on storage {}: {their} data goes when the storage answers. This keeps it where it is, restorable by its destination:",
        names(&storages)
    )
}

/// Returns since when backups fail, and the last good one.
pub(super) fn since(site: &SiteReport) -> Vec<String> {
    let good = site.last_good.as_ref().map(|good| {
        let by = good.schedule.as_deref().filter(|schedule| !schedule.is_empty()).unwrap_or(&good.name);
        format!("last good one {} ({by})", minute(&good.at))
    });
    let Some(since) = &site.since else {
        return good.into_iter().flat_map(|good| wrapped(&format!("nothing fails; {good}"), WIDTH - INDENT)).collect();
    };
    let counted = [
        (since.failed, "backup failed", "backups failed"),
        (since.unfinished, "does not get on", "do not get on"),
        (since.missed as usize, "due run made no backup at all", "due runs made no backup at all"),
    ];
    let counted = counted.into_iter().filter(|(count, ..)| *count > 0);
    let counted: Vec<String> =
        counted.map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many })).collect();
    let good = good.unwrap_or_else(|| "no good one there".to_owned());
    wrapped(&format!("{}: {}; {good}", minute(&since.at), counted.join(", ")), WIDTH - INDENT)
}

/// Returns where it fails: storages, endpoint, operations.
pub(super) fn place(report: &DiagnosisReport) -> Vec<String> {
    let named = report.leading.place();
    let Some(site) = report.site.as_ref().filter(|site| !site.storages.is_empty()) else {
        return named.into_iter().collect();
    };
    let endpoint = site.endpoint.as_ref().map(|endpoint| format!(": {endpoint}")).unwrap_or_default();
    let other = report.leading.endpoint.as_ref().filter(|endpoint| Some(*endpoint) != site.endpoint.as_ref());
    let parts: Vec<String> = other.into_iter().chain(&report.leading.operations).cloned().collect();
    let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
    wrapped(&format!("storage {}{endpoint}{parts}", names(&site.storages)), WIDTH - INDENT)
}

/// Returns the findings of a level, each with what mends it.
pub(super) fn findings(site: &SiteReport, level: &str) -> Vec<String> {
    let of_level = site.findings.iter().filter(|finding| finding.level == level);
    let lines = of_level.flat_map(|finding| {
        let hint = finding.hint.as_ref().map(|hint| format!("  hint: {hint}"));
        wrapped(&format!("{}: {}", finding.id, finding.fact), WIDTH - INDENT).into_iter().chain(hint)
    });
    lines.collect()
}

/// Returns what could not be seen, what has one reason together.
pub(super) fn unseen(site: &SiteReport) -> Vec<String> {
    let lines = together(&site.unseen).into_iter().flat_map(|(what, line)| {
        let hint = line.hint.as_ref().map(|hint| format!("  hint: {hint}"));
        wrapped(&format!("{what}: {}", line.fact), WIDTH - INDENT).into_iter().chain(hint)
    });
    lines.collect()
}

/// Returns what could not be seen by its reasons: what, and the reason.
pub(super) fn together(unseen: &[UnseenLine]) -> Vec<(String, &UnseenLine)> {
    let mut together: Vec<(String, &UnseenLine)> = Vec::new();
    for line in unseen {
        match together.iter_mut().find(|(_, known)| known.fact == line.fact) {
            Some((what, _)) => *what = format!("{what}, {}", line.what),
            None => together.push((line.what.clone(), line)),
        }
    }
    together
}

/// Returns names as people write them.
pub(super) fn names(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
