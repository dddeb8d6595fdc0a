//! All that Git knows of incidents, put together: one row for each cluster of each, the oldest first, and which of them a later
//! one moved on from. Reads Git alone and builds nothing.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;

use super::row::{Key, Row};
use super::search::Search;
use crate::commands::recovery::branches_of;
use crate::failure::{Failure, refused};
use crate::git::{Base, Repository};
use crate::model::finding::Finding;
use crate::model::incident::Incident;
use crate::model::path::RepoPath;
use crate::model::shell::{git_in, quoted};
use crate::report::Standing;

/// What Git knows.
pub(super) struct Gathered {
    /// One row for each cluster of each incident.
    pub(super) rows: Vec<Row>,
    /// What has to be known of it.
    pub(super) findings: Vec<Finding>,
    /// The incidents that have several clusters, asked for or not.
    pub(super) several: BTreeSet<String>,
    /// The incidents of the base, asked for or not.
    pub(super) standing: Vec<Incident>,
    /// How many incidents flags left out.
    pub(super) left_out: usize,
    /// Why it is not known whether a cluster that is asked for is there.
    pub(super) unsure: Option<Failure>,
}

impl Gathered {
    /// Returns the failure of a run over something of the base that cannot be read.
    pub(super) fn failure(&self, repo: &Path) -> Option<Failure> {
        let Some(row) = self.rows.iter().find(|row| row.standing == Standing::Unreadable) else {
            return self.unsure.clone();
        };
        let file = format!("{}/incident.yaml", row.folder);
        Some(refused(row.fact.clone()).hint(format!("{} log -- {}", git_in(repo), quoted(&file))))
    }
}

/// Gathers the incidents, the oldest first.
///
/// # Errors
/// Fails where git cannot be read.
pub(super) fn gather(
    repository: &Repository,
    base: &Base,
    incident: Option<&str>,
    now: Timestamp,
) -> anyhow::Result<Gathered> {
    let branches = branches_of(repository, base, incident)?;
    let search = Search { repository, base, now, branches };
    let (mut rows, mut findings) = search.standing()?;
    findings.extend(search.branches.findings.iter().cloned());
    let unread: BTreeSet<RepoPath> =
        rows.iter().filter(|row| row.incident.is_none()).map(|row| row.folder.clone()).collect();
    // Whose file cannot be read stands there all the same: a branch says nothing of it.
    let is_told = |row: &Row| !unread.iter().any(|folder| row.is_of(folder));
    let known: BTreeSet<Key> = rows.iter().filter_map(Row::key).collect();
    rows.extend(search.proposed(&known)?.into_iter().filter(is_told));
    let known: BTreeSet<Key> = rows.iter().filter_map(Row::key).collect();
    rows.extend(search.taken_out(&known)?.into_iter().filter(is_told));
    let standing = rows.iter().filter(|row| row.is_in_base()).filter_map(|row| row.incident.clone()).collect();
    supersede(&mut rows);
    let opened = |row: &Row| row.incident.as_ref().map(|incident| incident.opened_at.clone());
    rows.sort_by_key(|row| (opened(row), row.id.clone(), row.folder.clone()));
    let is_double = |row: &&Row| rows.iter().filter(|other| other.id == row.id).count() > 1;
    let several = rows.iter().filter(is_double).map(|row| row.id.clone()).collect();
    Ok(Gathered { rows, findings, several, standing, left_out: 0, unsure: None })
}

/// Marks the incidents from whose new place a later incident of the same cluster moved on.
fn supersede(rows: &mut [Row]) {
    let standing: Vec<Incident> =
        rows.iter().filter(|row| row.is_in_base()).filter_map(|row| row.incident.clone()).collect();
    for row in rows.iter_mut().filter(|row| row.is_in_base()) {
        let Some(own) = &row.incident else { continue };
        let moved_on = standing.iter().filter(|later| later.moved_on_from(own));
        if let Some(later) = moved_on.max_by(|a, b| a.opened_at.cmp(&b.opened_at)) {
            row.fact = format!("{}; incident {} moved on from `{}`", row.fact, later.id, own.to.target);
            row.standing = Standing::Superseded;
            row.superseded_by = Some(later.id.clone());
        }
    }
}
