//! The incidents that Git knows: in the base, on leeward's branches, or on one that was merged and is in the base no more.
//! Reads Git alone and builds nothing. Anybody may push a branch: one that cannot be read is told of and hides no other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::commands::recovery::{Branches, branches_of, placed};
use crate::failure::{Failure, refused};
use crate::git::{Base, Commit, Landing, Repository};
use crate::model::finding::Finding;
use crate::model::incident::{Incident, Stage};
use crate::model::path::RepoPath;
use crate::model::shell::quoted;
use crate::report::{Standing, age};
use crate::survey;

use super::next;

/// After how long without a move a proposal counts as abandoned.
const LEFT_ALONE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// For how long an incident that was taken out is told of where its branch is gone too.
const TOLD_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

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
        Some(refused(row.fact.clone()).hint(format!("git{} log -- {}", next::folder(repo), quoted(&file))))
    }
}

/// An incident of a cluster.
pub(super) struct Row {
    /// Its id.
    pub(super) id: String,
    /// What its file says; `None` where it cannot be read.
    pub(super) incident: Option<Incident>,
    /// The folder of its overlay.
    pub(super) folder: RepoPath,
    /// Where it stands.
    pub(super) standing: Standing,
    /// That in a sentence.
    pub(super) fact: String,
    /// What is proposed beyond what stands.
    pub(super) proposed: Option<Proposed>,
    /// The later incident that moved on from where this one went.
    pub(super) superseded_by: Option<String>,
    /// Since when the base has it, where the history says it.
    pub(super) since: Option<Timestamp>,
}

/// A branch that is not in the base.
#[derive(Debug, Clone)]
pub(super) struct Proposed {
    /// The stage.
    pub(super) stage: Stage,
    /// The branch.
    pub(super) branch: String,
    /// Its newest commit.
    pub(super) tip: Commit,
    /// Why it counts as abandoned, where it does.
    pub(super) left: Option<String>,
}

impl Row {
    /// Returns the branch of the stage that stands.
    pub(super) fn branch(&self) -> String {
        let stage = self.incident.as_ref().map_or(Stage::Protect, |incident| incident.stage);
        format!("leeward/{}/{}", self.id, stage.word())
    }

    /// Returns the row of an incident that the base has no more.
    fn taken_out(incident: Incident, folder: RepoPath, fact: String) -> Self {
        let (id, standing, proposed) = (incident.id.clone(), Standing::TakenOut, None);
        Self { id, incident: Some(incident), folder, standing, fact, proposed, superseded_by: None, since: None }
    }

    /// Returns the root that it belongs to.
    pub(super) fn root(&self) -> &str {
        let above = self.folder.as_str().rsplit_once(&format!("recovery/{}", self.id)).map(|(above, _)| above);
        above.unwrap_or_default().trim_end_matches('/')
    }

    /// Returns whether its files are in the base.
    pub(super) fn is_in_base(&self) -> bool {
        matches!(self.standing, Standing::InBase | Standing::Edited)
    }
}

/// Where incidents are looked for.
pub(super) struct Search<'a> {
    /// The repository.
    pub(super) repository: &'a Repository,
    /// The base.
    pub(super) base: &'a Base,
    /// The time.
    now: Timestamp,
    /// The branches.
    branches: Branches,
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
    let is_told =
        |row: &Row| !unread.iter().any(|folder| row.incident.as_ref().is_some_and(|own| holds(folder, row, own)));
    let known: BTreeSet<(String, String)> = rows.iter().filter_map(key).collect();
    rows.extend(search.proposed(&known)?.into_iter().filter(is_told));
    let known: BTreeSet<(String, String)> = rows.iter().filter_map(key).collect();
    rows.extend(search.taken_out(&known)?.into_iter().filter(is_told));
    let standing = rows.iter().filter(|row| row.is_in_base()).filter_map(|row| row.incident.clone()).collect();
    supersede(&mut rows);
    let opened = |row: &Row| row.incident.as_ref().map(|incident| incident.opened_at.clone());
    rows.sort_by_key(|row| (opened(row), row.id.clone(), row.folder.clone()));
    let is_double = |row: &&Row| rows.iter().filter(|other| other.id == row.id).count() > 1;
    let several = rows.iter().filter(is_double).map(|row| row.id.clone()).collect();
    Ok(Gathered { rows, findings, several, standing, left_out: 0, unsure: None })
}

impl Search<'_> {
    /// Returns the incidents of the base.
    fn standing(&self) -> anyhow::Result<(Vec<Row>, Vec<Finding>)> {
        let tree = self.repository.tree(&self.base.commit)?;
        let (mut rows, mut findings) = (Vec::new(), Vec::new());
        for file in survey::incidents(&tree, &tree.walk()?)? {
            let text = std::str::from_utf8(&file.bytes).map_err(|_| refused("it is not UTF-8 text"));
            let folder = file.path.parent();
            match text.and_then(Incident::parse) {
                Ok(incident) if placed(&folder, &incident) => rows.push(self.row(folder, incident)?),
                Ok(_) => {
                    let fact = format!(
                        "`{}` is not taken for an incident: it names another root or incident than its folder",
                        file.path
                    );
                    findings.push(Finding::warn("incident-strange", fact));
                }
                Err(why) => {
                    let fact = format!("`{}` cannot be read: {}", file.path, why.fact);
                    rows.push(unreadable(&folder, &file.root, fact));
                }
            }
        }
        Ok((rows, findings))
    }

    /// Returns the row of an incident of the base.
    fn row(&self, folder: RepoPath, incident: Incident) -> anyhow::Result<Row> {
        let (standing, fact) = match self.edited(&folder, &incident)? {
            Some(by) => (Standing::Edited, format!("in {}, changed by hand since: {by}", self.base.name)),
            None => (Standing::InBase, format!("in {}{}", self.base.name, self.landed(&folder, &incident)?)),
        };
        let proposed = match self.newest(&incident.id, &incident.cluster.shown())? {
            Some(proposed) => Some(proposed),
            None => self.again(&folder, &incident)?,
        };
        let left =
            proposed.as_ref().and_then(|one| Some(format!("; {} is proposed and {}", one.branch, one.left.as_ref()?)));
        let fact = fact + &left.unwrap_or_default();
        let since = self.landing(&folder, &incident)?.map(|by| self.repository.made_at(&by)).transpose()?;
        let id = incident.id.clone();
        Ok(Row { id, incident: Some(incident), folder, standing, fact, proposed, superseded_by: None, since })
    }

    /// Returns what proposes the stage that stands once more: a branch made on a base that had it.
    fn again(&self, folder: &RepoPath, incident: &Incident) -> anyhow::Result<Option<Proposed>> {
        let branch = format!("leeward/{}/{}", incident.id, incident.stage.word());
        let (Some(tip), Some(landed)) = (self.branches.tips.get(&branch), self.landing(folder, incident)?) else {
            return Ok(None);
        };
        let root = RepoPath::parse(&incident.cluster.root)?;
        let changed = self.repository.changed_paths(&self.base.commit, tip)?;
        let is_own = changed.iter().any(|path| RepoPath::parse(path).is_ok_and(|path| path.is_in(&root)));
        if !is_own || !self.repository.is_ancestor(&landed, tip)? {
            return Ok(None);
        }
        self.on(branch, incident.stage).map(Some)
    }

    /// Returns the newest stage of an incident that a branch proposes for a cluster.
    fn newest(&self, id: &str, cluster: &str) -> anyhow::Result<Option<Proposed>> {
        let of = |(branch, incident): &&(String, Incident)| {
            incident.id == id && incident.cluster.shown() == cluster && self.branches.tips.contains_key(branch)
        };
        let newest = self.branches.open.iter().filter(of).max_by_key(|(_, incident)| incident.stage);
        let Some((branch, incident)) = newest else { return Ok(None) };
        self.on(branch.clone(), incident.stage).map(Some)
    }

    /// Returns what a branch proposes.
    fn on(&self, branch: String, stage: Stage) -> anyhow::Result<Proposed> {
        let tip = self.branches.tips[&branch].clone();
        let moved_at = self.repository.made_at(&tip)?;
        let is_left = self.now.duration_since(moved_at) > LEFT_ALONE;
        let left = is_left.then(|| format!("left alone for {}", age(self.now, moved_at)));
        Ok(Proposed { stage, branch, tip, left })
    }

    /// Returns the incidents that are on branches alone.
    fn proposed(&self, known: &BTreeSet<(String, String)>) -> anyhow::Result<Vec<Row>> {
        let mut newest: BTreeMap<(String, String), &Incident> = BTreeMap::new();
        for (_, incident) in &self.branches.open {
            let key = (incident.id.clone(), incident.cluster.shown());
            if !known.contains(&key) && newest.get(&key).is_none_or(|other| other.stage < incident.stage) {
                newest.insert(key, incident);
            }
        }
        newest.into_values().filter_map(|incident| self.proposal(incident).transpose()).collect()
    }

    /// Returns the row of an incident that is on a branch alone.
    fn proposal(&self, incident: &Incident) -> anyhow::Result<Option<Row>> {
        let Some(proposed) = self.newest(&incident.id, &incident.cluster.shown())? else { return Ok(None) };
        let folder = RepoPath::parse(&incident.cluster.root)?.join("recovery")?.join(&incident.id)?;
        let (standing, left) = match &proposed.left {
            Some(left) => (Standing::Abandoned, format!(" and {left}")),
            None => (Standing::Proposed, String::new()),
        };
        let before = self.was_taken_out(&folder, incident)?;
        let fact = format!("proposed on {}{left}, not in {}{before}", proposed.branch, self.base.name);
        let (id, incident) = (incident.id.clone(), Some(incident.clone()));
        Ok(Some(Row {
            id,
            incident,
            folder,
            standing,
            fact,
            proposed: Some(proposed),
            superseded_by: None,
            since: None,
        }))
    }

    /// Says which commit took an incident out of the base, where it was there.
    fn was_taken_out(&self, folder: &RepoPath, incident: &Incident) -> anyhow::Result<String> {
        let file = folder.join("incident.yaml")?;
        let landing = self.repository.landing(&self.base.commit, file.as_str(), &incident.id, &|_| true)?;
        Ok(match landing {
            Landing::TakenOut(by) => format!(", where {} `{}` took it out", by.short(), by.summary),
            Landing::Stands { .. } | Landing::Never => String::new(),
        })
    }

    /// Returns the incidents that the base has no more: of branches that were merged, and since a forge deletes those, of
    /// files that went from it not long ago.
    fn taken_out(&self, known: &BTreeSet<(String, String)>) -> anyhow::Result<Vec<Row>> {
        let mut rows: BTreeMap<(String, String), Row> = BTreeMap::new();
        for (branch, tip) in &self.branches.merged {
            let tree = self.repository.tree(tip)?;
            for file in survey::incidents(&tree, &tree.walk()?)? {
                let (Some(incident), folder) = (parsed(&file.bytes), file.path.parent()) else { continue };
                let key = (incident.id.clone(), incident.cluster.shown());
                let is_own = branch.split('/').nth(1) == Some(incident.id.as_str()) && placed(&folder, &incident);
                if !is_own || known.contains(&key) {
                    continue;
                }
                let by = self.was_taken_out(&folder, &incident)?;
                let fact = format!("{branch} was merged, and is not in {}{by}", self.base.name);
                rows.insert(key, Row::taken_out(incident, folder, fact));
            }
        }
        let since = self.now.checked_sub(TOLD_FOR).unwrap_or(Timestamp::MIN);
        for gone in self.repository.removed(&self.base.commit, "incident.yaml", since)? {
            let (Some(incident), Ok(path)) = (parsed(&gone.bytes), RepoPath::parse(&gone.path)) else { continue };
            let (key, folder) = ((incident.id.clone(), incident.cluster.shown()), path.parent());
            if known.contains(&key) || !placed(&folder, &incident) {
                continue;
            }
            let by = format!("{} `{}`", gone.commit.short(), gone.commit.summary);
            let fact = format!("it was in {}, where {by} took it out", self.base.name);
            rows.entry(key).or_insert_with(|| Row::taken_out(incident, folder, fact));
        }
        Ok(rows.into_values().collect())
    }
}

/// Returns what tells one incident of a cluster from another.
fn key(row: &Row) -> Option<(String, String)> {
    Some((row.id.clone(), row.incident.as_ref()?.cluster.shown()))
}

/// Returns whether a folder is that of a row's overlay, of which the row may know the upper one alone.
fn holds(folder: &RepoPath, row: &Row, incident: &Incident) -> bool {
    let cluster = &incident.cluster;
    let namespace = if cluster.namespace.is_empty() { "-" } else { cluster.namespace.as_str() };
    let is_own = folder.name() == cluster.name || folder.name() == format!("{namespace}.{}", cluster.name);
    *folder == row.folder || (is_own && folder.parent() == row.folder)
}

/// Returns what a file says, where it is one of leeward's.
pub(super) fn parsed(bytes: &[u8]) -> Option<Incident> {
    Incident::parse(std::str::from_utf8(bytes).ok()?).ok()
}

/// Returns the row of a file that cannot be read; its folder names the incident.
fn unreadable(folder: &RepoPath, root: &RepoPath, fact: String) -> Row {
    let below = folder.below(root).unwrap_or_default();
    let id = below.split('/').nth(1).unwrap_or(below).to_owned();
    let (standing, folder) = (Standing::Unreadable, folder.clone());
    Row { id, incident: None, folder, standing, fact, proposed: None, superseded_by: None, since: None }
}

/// Marks the incidents from whose new place a later incident of the same cluster moved on.
fn supersede(rows: &mut [Row]) {
    let standing: Vec<Incident> =
        rows.iter().filter(|row| row.is_in_base()).filter_map(|row| row.incident.clone()).collect();
    for row in rows.iter_mut().filter(|row| row.is_in_base()) {
        let Some(own) = &row.incident else { continue };
        let moved_on = |later: &&Incident| {
            later.cluster == own.cluster
                && later.id != own.id
                && later.opened_at > own.opened_at
                && later.from.storages.iter().any(|storage| own.to.storages.contains(storage))
        };
        if let Some(later) = standing.iter().filter(moved_on).max_by(|a, b| a.opened_at.cmp(&b.opened_at)) {
            row.fact = format!("{}; incident {} moved on from `{}`", row.fact, later.id, own.to.target);
            row.standing = Standing::Superseded;
            row.superseded_by = Some(later.id.clone());
        }
    }
}
