//! Where Git has incidents: in the base, on leeward's branches, or on one that was merged and is in the base no more. Comes
//! before the rows are put together. Reads Git alone and builds nothing. Anybody may push a branch: one that cannot be read is
//! told of and hides no other.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::landed::History;
use super::row::{Key, Proposed, Row, key};
use crate::commands::recovery::{Branches, placed};
use crate::git::{Base, Repository};
use crate::model::finding::Finding;
use crate::model::incident::{Incident, Stage};
use crate::model::path::RepoPath;
use crate::report::{Standing, age};
use crate::survey;

/// After how long without a move a proposal counts as abandoned.
const LEFT_ALONE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// For how long an incident that was taken out is told of where its branch is gone too.
const TOLD_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Where incidents are looked for.
pub(super) struct Search<'a> {
    /// The repository.
    pub(super) repository: &'a Repository,
    /// The base.
    pub(super) base: &'a Base,
    /// The time.
    pub(super) now: Timestamp,
    /// The branches.
    pub(super) branches: Branches,
}

impl Search<'_> {
    /// Returns what tells how incidents came to the base.
    fn history(&self) -> History<'_> {
        History { repository: self.repository, base: self.base }
    }

    /// Returns the incidents of the base.
    pub(super) fn standing(&self) -> anyhow::Result<(Vec<Row>, Vec<Finding>)> {
        let tree = self.repository.tree(&self.base.commit)?;
        let (mut rows, mut findings) = (Vec::new(), Vec::new());
        for file in survey::incidents(&tree, &tree.walk()?)? {
            let folder = file.path.parent();
            match file.read() {
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
                    rows.push(Row::unreadable(&folder, &file.root, fact));
                }
            }
        }
        Ok((rows, findings))
    }

    /// Returns the row of an incident of the base.
    fn row(&self, folder: RepoPath, incident: Incident) -> anyhow::Result<Row> {
        let (standing, fact) = match self.history().edited(&folder, &incident)? {
            Some(by) => (Standing::Edited, format!("in {}, changed by hand since: {by}", self.base.name)),
            None => (Standing::InBase, format!("in {}{}", self.base.name, self.history().landed(&folder, &incident)?)),
        };
        let proposed = match self.newest(&incident.id, &incident.cluster.shown())? {
            Some(proposed) => Some(proposed),
            None => self.again(&folder, &incident)?,
        };
        let left =
            proposed.as_ref().and_then(|one| Some(format!("; {} is proposed and {}", one.branch, one.left.as_ref()?)));
        let fact = fact + &left.unwrap_or_default();
        let since = self.history().landing(&folder, &incident)?.map(|by| self.repository.made_at(&by)).transpose()?;
        let id = incident.id.clone();
        Ok(Row { id, incident: Some(incident), folder, standing, fact, proposed, superseded_by: None, since })
    }

    /// Returns what proposes the stage that stands once more: a branch made on a base that had it.
    fn again(&self, folder: &RepoPath, incident: &Incident) -> anyhow::Result<Option<Proposed>> {
        let branch = format!("leeward/{}/{}", incident.id, incident.stage.word());
        let (Some(tip), Some(landed)) = (self.branches.tips.get(&branch), self.history().landing(folder, incident)?)
        else {
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
    pub(super) fn proposed(&self, known: &BTreeSet<Key>) -> anyhow::Result<Vec<Row>> {
        let mut newest: BTreeMap<Key, &Incident> = BTreeMap::new();
        for (_, incident) in &self.branches.open {
            let key = key(incident);
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
        let before = self.history().taken_out_by(&folder, incident)?;
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

    /// Returns the incidents that the base has no more: of branches that were merged, and since a forge deletes those, of
    /// files that went from it not long ago.
    pub(super) fn taken_out(&self, known: &BTreeSet<Key>) -> anyhow::Result<Vec<Row>> {
        let mut rows: BTreeMap<Key, Row> = BTreeMap::new();
        for (branch, tip) in &self.branches.merged {
            let tree = self.repository.tree(tip)?;
            for file in survey::incidents(&tree, &tree.walk()?)? {
                let (Some(incident), folder) = (Incident::of_bytes(&file.bytes), file.path.parent()) else { continue };
                let key = key(&incident);
                let is_own = branch.split('/').nth(1) == Some(incident.id.as_str()) && placed(&folder, &incident);
                if !is_own || known.contains(&key) {
                    continue;
                }
                let by = self.history().taken_out_by(&folder, &incident)?;
                let fact = format!("{branch} was merged, and is not in {}{by}", self.base.name);
                rows.insert(key, Row::taken_out(incident, folder, fact));
            }
        }
        let since = self.now.checked_sub(TOLD_FOR).unwrap_or(Timestamp::MIN);
        for gone in self.repository.removed(&self.base.commit, "incident.yaml", since)? {
            let (Some(incident), Ok(path)) = (Incident::of_bytes(&gone.bytes), RepoPath::parse(&gone.path)) else {
                continue;
            };
            let (key, folder) = (key(&incident), path.parent());
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
