//! One look: what Git, the controller, the operator and the storage say now → the verdict so far. Asks nothing of a part
//! that rests on one that failed or waits.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::live::{self, Reader, cluster_id};
use super::proposal::Proposal;
use super::scene::{Look, Memory, Scene};
use super::site::Site;
use crate::model::live::{Live, Reading};
use crate::model::object::ObjectId;
use crate::model::observed::ClusterState;
use crate::verify::{self, Applier, Carries, Check, Intended, Known, Merged, MergedState, Outcome};

/// The annotation that has Flux look now.
const FLUX: &str = "reconcile.fluxcd.io/requestedAt";
/// The annotation that has Argo CD look now.
const ARGO: &str = "argocd.argoproj.io/refresh";

impl Scene<'_> {
    /// Looks at everything once.
    ///
    /// # Errors
    /// Fails where git cannot be read.
    pub(super) fn look(&self, memory: &mut Memory) -> anyhow::Result<Look> {
        let mut look = Look::default();
        if !look.verdict.add(self.merged()) {
            return Ok(look);
        }
        let mut reader = Reader::new(self.cluster);
        reader.controllers(&self.site.root, &self.site.deployed, &self.cluster_id());
        let applied_at = self.applied(&reader, &mut look)?;
        if look.verdict.goes_on() {
            self.intended(&reader, memory, &mut look)?;
        }
        if look.verdict.outcome() != Outcome::Passed && self.args.wait.reconcile && !memory.has_asked {
            let (has_asked, notes) = self.reconcile(&reader.live);
            memory.has_asked = has_asked;
            memory.notes.extend(notes);
        }
        look.watch(&self.cluster_id(), &reader.live);
        if look.verdict.goes_on()
            && let Reading::Found(found) = reader.one(&self.cluster_id())
        {
            let state = ClusterState::read(found);
            self.operated(&mut reader, (&state, applied_at), memory, &mut look);
        }
        look.broken = look.broken.take().or_else(|| reader.broken().cloned());
        look.has_answer = reader.has_answer();
        Ok(look)
    }

    /// Returns whether the change is in the base and takes effect there: what records it may be there alone.
    fn merged(&self) -> Check {
        let Proposal { merged, standing, .. } = self.proposal;
        let is_there = matches!(merged.state, MergedState::Stands { .. });
        match is_there.then(|| verify::missing(&standing.incident, &self.site.cluster.backup)).flatten() {
            Some(why) => {
                let state = MergedState::WithoutEffect { folder: standing.folder.to_string(), why };
                verify::merged(&Merged { state, ..merged.clone() })
            }
            None => verify::merged(merged),
        }
    }

    /// Returns the identity of the cluster.
    pub(super) fn cluster_id(&self) -> ObjectId {
        cluster_id(&self.site.namespace, &self.site.cluster.id.name)
    }

    /// Adds what the controller says; returns when it applied what it is at.
    fn applied(&self, reader: &Reader<'_>, look: &mut Look) -> anyhow::Result<Option<Timestamp>> {
        let mut named = String::new();
        let applier = live::applier(&reader.live, &self.site.root, &self.site.cluster.id.name, &mut named);
        let carries = self.carries(&applier)?;
        look.verdict.add(verify::applied(&applier, &carries));
        for id in reader.live.objects.keys().filter(|id| live::is_controller(id)) {
            look.watch(id, &reader.live);
        }
        Ok(applier.applied_at())
    }

    /// Returns what Git says of the commits that a controller names.
    fn carries(&self, applier: &Applier<'_>) -> anyhow::Result<BTreeMap<String, Carries>> {
        let of = |id: String| Ok((id.clone(), self.proposal.carried(self.repository, &id)?));
        applier.commits().into_iter().map(of).collect()
    }

    /// Adds whether the live cluster is as Git says.
    fn intended(&self, reader: &Reader<'_>, memory: &mut Memory, look: &mut Look) -> anyhow::Result<()> {
        let schemas = memory.schemas.get_or_insert_with(|| self.schemas());
        let seen = super::intended::compared(self.site, &reader.live, schemas)?;
        let applied = look.verdict.check(verify::CheckName::Applied).map(|check| check.outcome);
        let is_short = matches!(&seen, Intended::Compared { missing, .. } if !missing.is_empty());
        let is_applied = applied == Some(Outcome::Passed) && (!is_short || self.is_current(reader));
        let known = if is_applied { Known::Applied } else { Known::NotTold };
        look.verdict.add(verify::intended(&seen, known));
        Ok(())
    }

    /// Returns whether every commit that the controller names builds the cluster as the base does: what is newer in the base
    /// may still come.
    fn is_current(&self, reader: &Reader<'_>) -> bool {
        let mut named = String::new();
        let applier = live::applier(&reader.live, &self.site.root, &self.site.cluster.id.name, &mut named);
        let commits = applier.commits();
        !commits.is_empty() && commits.iter().all(|id| *id == self.proposal.base.commit.id || self.builds_alike(id))
    }

    /// Returns whether a commit is known to build the cluster as the base does.
    fn builds_alike(&self, id: &str) -> bool {
        let Some(commit) = self.repository.commit_by_id(id) else { return false };
        let (args, version) = (&self.args.proposal, self.args.live.operator_version.as_deref());
        let of = (&commit, &self.proposal.standing.incident.cluster);
        let built = Site::build(self.repository, of, (args, version), self.builder);
        built.is_ok_and(|site| site.deployed.after == self.site.deployed.after)
    }

    /// Asks the controller to look at Git now, its source first; returns whether anybody was asked, and what became of that.
    fn reconcile(&self, live: &Live) -> (bool, Vec<String>) {
        let asked = live.objects.iter().filter(|(_, reading)| reading.found().is_some());
        let mut asked: Vec<(&ObjectId, &str)> = asked.filter_map(|(id, _)| Some((id, request_of(id)?))).collect();
        asked.sort_by_key(|(id, _)| live::is_controller(id));
        let ask = |(id, annotation): (&ObjectId, &str)| {
            let value = if annotation == ARGO { "normal".to_owned() } else { self.now.to_string() };
            match self.cluster.annotate(id, annotation, &value) {
                Ok(()) => format!("`{id}` was asked to look now"),
                Err(trouble) => {
                    let hint = trouble.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
                    format!("`{id}` could not be asked to look now: {}{hint}", trouble.fact)
                }
            }
        };
        (!asked.is_empty(), asked.into_iter().map(ask).collect())
    }

    /// Reads the schemas of the operator's kinds; without them the program's own tables serve.
    fn schemas(&self) -> BTreeMap<String, Value> {
        let version = format!("{}/v1", crate::model::object::PXC_GROUP);
        let read = self.cluster.documents(&[version]);
        read.into_iter().filter_map(|(version, document)| Some((version, document.ok()?))).collect()
    }
}

/// Returns the annotation that has an object of a controller looked at now.
fn request_of(id: &ObjectId) -> Option<&'static str> {
    match id.group.as_str() {
        "kustomize.toolkit.fluxcd.io" | "source.toolkit.fluxcd.io" => Some(FLUX),
        "argoproj.io" if id.kind == "Application" => Some(ARGO),
        _ => None,
    }
}
