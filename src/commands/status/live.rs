//! What clusters show of incidents: the custom resource and its Backups, read only. What could not be read is said for
//! each cluster; a cluster that is not on this API server is no failure, since a repository holds those of many.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use super::build::{Site, Sites};
use super::row::Row;
use crate::cli::StatusArgs;
use crate::cluster::{Access, Cluster, How, Listed, Listing, Wanted};
use crate::commands::recovery::Bounds;
use crate::diagnose::clock::Live;
use crate::failure::{Failure, outside};
use crate::model::backup::Backup;
use crate::model::binlog::BinlogExpiry;
use crate::model::incident::Incident;
use crate::model::live::{Reading, Reason, Trouble};
use crate::model::object::{ObjectId, PXC_GROUP};
use crate::model::observed::{BackupObject, ClusterState};
use crate::report::{LiveBackup, LiveLine};
use crate::verify::Proof;

/// How many Backups are shown.
const SHOWN: usize = 3;

/// What was looked at.
#[derive(Default)]
pub(super) struct Looked {
    /// What was asked.
    pub(super) described: Option<String>,
    /// The clusters, by namespace and name.
    states: BTreeMap<(String, String), Result<Option<ClusterState>, Trouble>>,
    /// The Backups of each namespace.
    backups: BTreeMap<String, Result<Vec<BackupObject>, Trouble>>,
}

/// What a clock is read from.
pub(super) struct Seen<'a> {
    /// The cluster.
    name: &'a str,
    /// Its backup block as it is live.
    pub(super) backup: Option<Backup>,
    /// How long its nodes keep binlogs.
    pub(super) expiry: Option<BinlogExpiry>,
    /// The Backups of its namespace.
    backups: &'a [BackupObject],
    /// Since when schedules that an incident renamed run.
    begun: BTreeMap<String, Timestamp>,
    /// Whether it is paused.
    is_paused: bool,
}

impl Seen<'_> {
    /// Returns the facts of a clock.
    pub(super) fn facts(&self) -> Live<'_> {
        Live { cluster: self.name, backups: self.backups, begun: self.begun.clone(), is_paused: self.is_paused }
    }
}

/// Looks at the clusters of incidents, where flags name an API server.
///
/// # Errors
/// Refuses a kubeconfig that cannot be used.
pub(super) fn look(rows: &[Row], sites: &Sites, args: &StatusArgs) -> anyhow::Result<Looked> {
    if args.live.context.is_none() && args.live.kubeconfig.is_none() {
        return Ok(Looked::default());
    }
    let incidents = rows.iter().filter_map(|row| row.incident.as_ref());
    let names: BTreeSet<(String, String)> = incidents.filter_map(|incident| place(incident, sites)).collect();
    let deadline = Duration::from_secs(args.builder.timeout);
    let access = Access {
        kubeconfig: args.live.kubeconfig.clone(),
        context: args.live.context.clone(),
        namespace: None,
        deadline,
        request_timeout: deadline.min(Access::default().request_timeout),
    };
    let cluster = Cluster::connect(&access)?;
    let namespaces: BTreeSet<String> = names.iter().map(|(namespace, _)| namespace.clone()).collect();
    let wanted: Vec<Wanted> = names.iter().map(wanted).collect();
    let (readings, lists) =
        cluster.read_and_list(&wanted, &namespaces.iter().map(|namespace| listing(namespace)).collect::<Vec<_>>());
    let read = |listed: Listed| Ok(listed?.iter().map(BackupObject::read).collect());
    let states = wanted.iter().map(|wanted| state(readings.get(&wanted.id)));
    Ok(Looked {
        described: Some(cluster.describe()),
        states: names.iter().cloned().zip(states).collect(),
        backups: namespaces.into_iter().zip(lists.into_iter().map(read)).collect(),
    })
}

/// Returns a custom resource to read.
fn wanted((namespace, name): &(String, String)) -> Wanted {
    let id = ObjectId {
        group: PXC_GROUP.to_owned(),
        version: "v1".to_owned(),
        kind: "PerconaXtraDBCluster".to_owned(),
        namespace: Some(namespace.clone()),
        name: name.clone(),
    };
    Wanted { id, default_namespace: None, how: How::Whole }
}

/// Returns the list of the Backups of a namespace.
fn listing(namespace: &str) -> Listing {
    Listing {
        group: PXC_GROUP.to_owned(),
        version: "v1".to_owned(),
        kind: "PerconaXtraDBClusterBackup".to_owned(),
        namespace: Some(namespace.to_owned()),
        selector: None,
        fields: None,
    }
}

/// Returns what was read of a custom resource.
fn state(reading: Option<&Reading>) -> Result<Option<ClusterState>, Trouble> {
    match reading {
        Some(Reading::Found(value)) => Ok(Some(ClusterState::read(value))),
        Some(Reading::Absent(_)) => Ok(None),
        Some(Reading::Unread(trouble)) => Err(trouble.clone()),
        None => Err(Trouble::new(Reason::NotAsked, "the cluster was not asked for it")),
    }
}

/// Returns the namespace and the name of an incident's cluster, where the namespace is known.
fn place(incident: &Incident, sites: &Sites) -> Option<(String, String)> {
    let own = Some(incident.cluster.namespace.clone()).filter(|namespace| !namespace.is_empty());
    let built = || sites.of(incident).and_then(|site| site.cluster.id.namespace.clone());
    Some((own.or_else(built)?, incident.cluster.name.clone()))
}

impl Looked {
    /// Returns the failure of a run that could not read what it was asked to.
    pub(super) fn failure(&self) -> Option<Failure> {
        let states = self.states.values().filter_map(|state| state.as_ref().err());
        let backups = self.backups.values().filter_map(|backups| backups.as_ref().err());
        let trouble = states.chain(backups).next()?;
        let failure = outside(format!("failed to read the cluster: {}", trouble.fact));
        Some(match &trouble.hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        })
    }

    /// Returns what is shown of an incident's cluster.
    pub(super) fn line(&self, incident: &Incident, sites: &Sites, bounds: Option<&Bounds>) -> Option<LiveLine> {
        self.described.as_ref()?;
        let Some(place) = place(incident, sites) else {
            let trouble = vec!["nothing in Git says in which namespace the cluster is".to_owned()];
            return Some(LiveLine {
                state: None,
                is_observed: false,
                backups: Vec::new(),
                confirmed_backup: None,
                trouble,
            });
        };
        let (mut trouble, own) = (Vec::new(), self.own(&place));
        let state = match self.states.get(&place) {
            Some(Ok(Some(state))) => Some(state),
            Some(Err(why)) => {
                trouble.push(why.fact.clone());
                None
            }
            Some(Ok(None)) | None => {
                trouble.push(format!("`{}/{}` is not on this cluster", place.0, place.1));
                None
            }
        };
        trouble.extend(self.backups.get(&place.0).and_then(|backups| Some(backups.as_ref().err()?.fact.clone())));
        trouble.dedup();
        let word =
            |state: &ClusterState| if state.state.is_empty() { "unknown".to_owned() } else { state.state.clone() };
        Some(LiveLine {
            state: state.map(word),
            is_observed: state.is_some_and(ClusterState::is_observed),
            confirmed_backup: sites
                .of(incident)
                .zip(bounds)
                .and_then(|(site, bounds)| confirmed(incident, &own, (site, bounds))),
            backups: own.iter().take(SHOWN).map(|backup| shown(backup)).collect(),
            trouble,
        })
    }

    /// Returns what a clock is read from, where the cluster and its Backups could be read.
    pub(super) fn live<'a>(&'a self, site: &'a Site, row: &Row) -> Option<Seen<'a>> {
        let name = &site.cluster.id.name;
        let namespace = site.cluster.id.namespace.clone()?;
        let backups = self.backups.get(&namespace)?.as_ref().ok()?;
        let state = self.states.get(&(namespace, name.clone()))?.as_ref().ok()?.as_ref()?;
        let incident = row.incident.as_ref()?;
        // What was opened runs no schedule: only what was merged does.
        let begun_at = row.since.or_else(|| incident.opened_at.parse::<Timestamp>().ok());
        let begun = incident.schedules.iter().filter_map(|moved| Some((moved.now.clone(), begun_at?)));
        Some(Seen {
            name,
            backup: state.backup().ok(),
            expiry: Some(BinlogExpiry::read(&state.value)),
            backups,
            begun: begun.collect(),
            is_paused: state.is_paused,
        })
    }

    /// Returns the Backups of a cluster, the newest first.
    fn own(&self, (namespace, name): &(String, String)) -> Vec<&BackupObject> {
        let all = self.backups.get(namespace).and_then(|backups| backups.as_ref().ok());
        let mut own: Vec<&BackupObject> = all.into_iter().flatten().filter(|backup| backup.cluster == *name).collect();
        own.sort_by(|a, b| (b.meta.created, &b.meta.name).cmp(&(a.meta.created, &a.meta.name)));
        own
    }
}

/// Returns the newest Backup that proves the new place.
fn confirmed(incident: &Incident, own: &[&BackupObject], (site, bounds): (&Site, &Bounds)) -> Option<String> {
    let proof = Proof {
        incident: &incident.id,
        cluster: &incident.cluster.name,
        storages: &incident.to.storages,
        since: bounds.since,
        change: &bounds.change,
        home: &site.cluster.backup,
    };
    own.iter().find(|backup| proof.is_given_by(backup)).map(|backup| backup.meta.name.clone())
}

/// Returns a Backup as it is shown.
fn shown(backup: &BackupObject) -> LiveBackup {
    LiveBackup {
        name: backup.meta.name.clone(),
        storage: backup.storage.clone(),
        state: backup.state.word().to_owned(),
        created: backup.meta.created.map(|created| created.to_string()),
    }
}
