//! Which incidents flags ask for. A file that cannot be read may be of any cluster of its root, so it stays with each of
//! them; a cluster that is nowhere is refused, since "nothing is open" would be said of a name that is mistyped.

use std::collections::BTreeSet;

use crate::build::Extent;
use crate::cli::StatusArgs;
use crate::commands::build::{builder, restrictor};
use crate::commands::causes;
use crate::commands::recovery::clusters;
use crate::failure::{Failure, refused};
use crate::git::{Base, Repository};
use crate::model::cluster::ClusterId;
use crate::model::incident::Incident;
use crate::model::path::RepoPath;
use crate::model::shell::quoted;
use crate::survey;

use super::row::Row;
use super::rows::Gathered;

/// The clusters of the base, as far as it can be built.
#[derive(Default)]
struct Known {
    /// The clusters.
    ids: Vec<ClusterId>,
    /// The roots that were built.
    built: BTreeSet<RepoPath>,
    /// Why others were not, each with the root.
    missed: Vec<(Option<RepoPath>, String)>,
}

/// Returns the rows that flags ask for.
///
/// # Errors
/// Refuses an incident or a cluster that is nowhere.
pub(super) fn asked(
    mut gathered: Gathered,
    repository: &Repository,
    base: &Base,
    args: &StatusArgs,
) -> anyhow::Result<Gathered> {
    let (all, which) = (ids(&gathered.rows).len(), &args.which);
    if let Some(id) = &which.incident {
        refuse_unknown(&gathered.rows, id)?;
    }
    let is_of = |row: &Row, text: &str| row.incident.as_ref().is_some_and(|incident| names(incident, text));
    let is_lost = |text: &String| !gathered.rows.iter().any(|row| is_of(row, text));
    let lost: Vec<String> = which.cluster.iter().filter(|text| is_lost(text)).cloned().collect();
    if let Some(id) = &which.incident {
        gathered.rows.retain(|row| row.id == *id);
    }
    if !which.cluster.is_empty() {
        let has_unread = gathered.rows.iter().any(|row| row.incident.is_none());
        let known = if has_unread || !lost.is_empty() { Known::of(repository, base, args) } else { Known::default() };
        let nowhere = lost.iter().find(|text| !known.ids.iter().any(|id| id.is_named(text)));
        if let Some(text) = nowhere {
            gathered.unsure = Some(known.absent(text, &gathered.rows)?);
        }
        let could_be = |row: &Row, text: &String| match &row.incident {
            Some(incident) => names(incident, text),
            None => known.could_have(row.root(), text),
        };
        gathered.rows.retain(|row| which.cluster.iter().any(|text| could_be(row, text)));
    }
    gathered.left_out = all - ids(&gathered.rows).len();
    Ok(gathered)
}

impl Known {
    /// Builds the roots of the base; one that cannot be built hides no other.
    fn of(repository: &Repository, base: &Base, args: &StatusArgs) -> Self {
        let mut known = Self::default();
        if let Err(error) = known.build(repository, base, args) {
            known.missed.push((None, causes(&error).join(": ")));
        }
        known
    }

    /// Builds the roots of the base.
    fn build(&mut self, repository: &Repository, base: &Base, args: &StatusArgs) -> anyhow::Result<()> {
        let (tree, builder) = (repository.tree(&base.commit)?, builder(&args.builder));
        for root in survey::survey(&tree, &tree.walk()?)?.roots {
            let restrictor = args.which.load_restrictor.map_or(root.restrictor, restrictor);
            let built = builder.build(&tree, &root.path, restrictor, Extent::Whole);
            match built.and_then(|built| clusters(&root, &built)) {
                Ok(found) => {
                    self.ids.extend(found.into_iter().map(|cluster| cluster.id));
                    self.built.insert(root.path);
                }
                Err(error) => {
                    let why = format!("`{}`: {}", root.path, causes(&error).join(": "));
                    self.missed.push((Some(root.path), why));
                }
            }
        }
        Ok(())
    }

    /// Returns whether a root could have a cluster that a flag names: what was not built could have any.
    fn could_have(&self, root: &str, text: &str) -> bool {
        if let Some((named, _)) = text.split_once(':') {
            return named.trim_end_matches('/') == if root.is_empty() { "." } else { root };
        }
        let is_built = self.built.iter().any(|built| built.as_str() == root);
        !is_built || self.ids.iter().any(|id| id.root.as_str() == root && id.is_named(text))
    }

    /// Returns that a cluster is not among those that could be read.
    ///
    /// # Errors
    /// Refuses one that is nowhere, where everything could be read.
    fn absent(&self, text: &str, rows: &[Row]) -> Result<Failure, Failure> {
        let fact = format!("no cluster `{}` is in the base or in an incident", text.escape_debug());
        if let Some((root, why)) = self.missed.first() {
            let hint = root.as_ref().map(|root| format!("leeward build {}", quoted(root.as_str())));
            let failure = refused(format!("{fact}, as far as the base can be built: {why}"));
            return Ok(failure.hint(hint.unwrap_or_else(|| "--base REV".to_owned())));
        }
        let of_rows = rows.iter().filter_map(|row| row.incident.as_ref()).map(|incident| incident.cluster.shown());
        let names: BTreeSet<String> = self.ids.iter().map(ToString::to_string).chain(of_rows).collect();
        let Some(first) = names.first().cloned() else { return Err(refused(fact).hint("--base REV")) };
        let listed = names.into_iter().collect::<Vec<_>>().join("`, `");
        Err(refused(format!("{fact}, only `{listed}`")).hint(format!("--cluster {}", quoted(&first))))
    }
}

/// Refuses an incident that is nowhere.
fn refuse_unknown(rows: &[Row], id: &str) -> Result<(), Failure> {
    let ids = ids(rows);
    if ids.contains(id) {
        return Ok(());
    }
    let fact = format!("no incident `{}` is in the base or on a branch of leeward", id.escape_debug());
    Err(match ids.first() {
        Some(first) => {
            let listed = ids.iter().copied().collect::<Vec<_>>().join("`, `");
            refused(format!("{fact}, only `{listed}`")).hint(format!("--incident {first}"))
        }
        None => refused(fact).hint("git fetch"),
    })
}

/// Returns the ids of rows.
fn ids(rows: &[Row]) -> BTreeSet<&str> {
    rows.iter().map(|row| row.id.as_str()).collect()
}

/// Returns whether `[ROOT:][NAMESPACE/]NAME` names the cluster of an incident.
fn names(incident: &Incident, text: &str) -> bool {
    let cluster = &incident.cluster;
    let Ok(root) = RepoPath::parse(&cluster.root) else { return false };
    let namespace = Some(cluster.namespace.clone()).filter(|namespace| !namespace.is_empty());
    ClusterId { root, namespace, name: cluster.name.clone() }.is_named(text)
}
