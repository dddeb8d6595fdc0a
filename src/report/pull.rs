//! The text of a pull request: what happened, what changes, findings, the picture and its table, the preview, how to verify,
//! how to go back. Made shorter in a fixed order until it fits the forge; never cut inside a fence or a table, since whole
//! parts are left out and named.

use super::escape;
use super::markdown::{inline, put};
use super::plan::{Detail, PlanReport, plan_in};
use super::preview::{PreviewReport, preview_markdown};

/// What leads on from a pull request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ways {
    /// The command for the next stage, after a backup succeeded; `None` where this stage is the last.
    pub resume: Option<String>,
    /// The command that prints the whole report again.
    pub whole: String,
}

/// How much of a pull request's text is left, the most first.
const ORDER: [(Detail, Live); 7] = [
    (Detail::Whole, Live::Whole),
    (Detail::WithoutDiffs, Live::Whole),
    (Detail::WithoutDiffs, Live::First),
    (Detail::WithoutPictures, Live::First),
    (Detail::WithoutPictures, Live::Left),
    (Detail::Names, Live::Left),
    (Detail::Counted, Live::Left),
];

/// How much of the preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Live {
    /// All of it.
    Whole,
    /// Its first part: the table of objects and as many of them as fit.
    First,
    /// None.
    Left,
}

/// Returns the title: what `propose` commits under.
pub fn pull_title(report: &PlanReport) -> String {
    let clusters = match report.clusters.as_slice() {
        [one] => one.cluster.clone(),
        several => format!("{} clusters", several.len()),
    };
    let to = if report.target.is_empty() { String::new() } else { format!(" to {}", report.target) };
    let (action, from) = (report.action.word(), &report.storage);
    escape::escaped(&format!("backup: {action} of {clusters} from {from}{to}, stage {}", report.stage.word()))
}

/// Returns the text in at most `room` bytes, where that is possible at all.
pub fn pull_body(report: &PlanReport, preview: Option<&PreviewReport>, ways: &Ways, room: usize) -> String {
    let texts = ORDER.iter().map(|step| text(report, preview, ways, (*step, room)));
    let mut shortest = String::new();
    for text in texts {
        if text.len() <= room {
            return text;
        }
        shortest = text;
    }
    shortest
}

/// Returns the text at one step of the order.
fn text(
    report: &PlanReport,
    preview: Option<&PreviewReport>,
    ways: &Ways,
    ((detail, live), room): ((Detail, Live), usize),
) -> String {
    let mut text = plan_in(report, detail);
    // No commit of the base: it goes on by itself, and a text that named it would change although nothing did.
    let (base, builder) = (inline(&report.base.name), inline(&report.builder));
    put(&mut text, &format!("\nBase `{base}`, built by {builder}."));
    let mut left = Vec::new();
    let parts = [
        (Detail::WithoutDiffs, "the differences of the built objects"),
        (Detail::WithoutPictures, "the pictures"),
        (Detail::Names, "tables, findings and files of each cluster"),
        (Detail::Counted, "the names of the clusters"),
    ];
    left.extend(parts.into_iter().filter(|(step, _)| *step <= detail).map(|(_, what)| what));
    if let Some(preview) = preview {
        match live {
            Live::Whole => text.extend(["\n", preview_markdown(preview, None).concat().as_str()]),
            Live::First => {
                let used = text.len() + 4_000;
                let parts = preview_markdown(preview, Some(room.saturating_sub(used)));
                text.extend(["\n", parts.first().map_or("", String::as_str)]);
                left.extend((parts.len() > 1).then_some("a part of the preview"));
            }
            Live::Left => left.push("the preview"),
        }
    }
    text += &after(report, ways);
    if !left.is_empty() {
        let command = inline(&ways.whole);
        let left = left.join(", ");
        text.extend(["\nLeft out because of the forge's limit: ", &left, ". All of it: `", &command, "`\n"]);
    }
    text
}

/// Returns how to verify and how to go back.
fn after(report: &PlanReport, ways: &Ways) -> String {
    let incident = &report.incident;
    let resume = ways.resume.as_ref().map(|command| {
        format!(
            "3. Point-in-time recovery stays off until then; the next stage turns it on again: `{}`\n",
            inline(command)
        )
    });
    format!(
        "\n### How to verify\n\n\
         1. The controller applied the merge commit, and the cluster's `status.state` is `ready`.\n\
         2. A backup to the new place succeeded: `kubectl get pxc-backup -A` shows one that started after the merge as \
         `Succeeded`.\n{}\
         \n### How to go back\n\n\
         Revert the merge of this pull request. Backups that were made meanwhile stay where they are, and so do their \
         Backup objects; keep the storages and Secrets that those name. Incident `{incident}` is then no longer in Git.\n",
        resume.unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests;
