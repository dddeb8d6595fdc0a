//! What is read of the live side: in one round the objects of every root, the controllers' objects that Git names and the
//! schemas; then what those name; afterwards, on request, the API server's dry run.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::resume_unwind;
use std::thread;

use serde_json::Value;

use super::changed::Changed;
use super::here::here;
use super::source::{Ahead, Documents, Source};
use crate::cli::{ControllerArg, DryRunArg, LiveArgs, SecretsArg};
use crate::cluster::{DryRunRequest, How};
use crate::model::finding::Finding;
use crate::model::live::{Live, Reading, Reason, Scope, Trouble};
use crate::model::object::{Object, ObjectId};
use crate::preview::schema::Schema;
use crate::preview::{
    self, ApplyMethod, Deployed, Merged, Options, RootController, RootPreview, SecretReading, Shared, preview_among,
};

/// From how many roots on a second thread is worth it.
const MANY: usize = 8;

/// What was seen of the live side.
pub(super) struct Observed {
    /// What happens to each root.
    pub(super) roots: Vec<RootPreview>,
    /// What the approver has to know of the whole run.
    pub(super) findings: Vec<Finding>,
}

/// What was read so far.
struct Seen<'a> {
    /// Where it comes from.
    source: &'a Source,
    /// What may be asked for.
    args: &'a LiveArgs,
    /// The objects.
    live: Live,
    /// The schemas.
    documents: Documents,
}

/// Reads what the roots need, and returns what happens to each.
///
/// # Errors
/// Fails where no key for this run's digests can be had.
pub(super) fn observe(
    source: &Source,
    ahead: Ahead,
    mut changed: Vec<Changed>,
    (merged, args): (Merged, &LiveArgs),
) -> anyhow::Result<Observed> {
    let live = Live { objects: ahead.objects, ..Live::default() };
    let mut seen = Seen { source, args, live, documents: ahead.documents };
    seen.roots(&mut changed);
    seen.controllers(&changed);
    let mut findings = here(&mut changed, &seen.live, &source.describe())?;
    let forced = args.controller.map(method);
    let options = Options { secrets: secrets(args)?, operator: operator(&changed, args), merged };
    let controllers: Vec<RootController> = changed.iter().map(|one| controller(one, &seen.live, forced)).collect();
    let wanted = changed.iter().zip(&controllers);
    let wanted = wanted.flat_map(|(one, controller)| preview::objects_wanted(&one.deployed, controller));
    seen.objects(wanted.chain(controllers.iter().filter_map(preview::beside_wanted)).collect(), &[]);
    findings.extend(seen.schemas(&changed));
    let mut live = seen.live;
    if args.dry_run == DryRunArg::Server {
        live.dry_runs = dry_runs(source, (&changed, &controllers), args, &live);
    }
    let applied: Vec<(&Deployed, &RootController)> =
        changed.iter().map(|one| &one.deployed).zip(&controllers).collect();
    let shared = Shared::of(&applied, &live, &options);
    let cases: Vec<(&Changed, &RootController)> = changed.iter().zip(&controllers).collect();
    let roots =
        halves(&cases, |(one, controller)| preview_among(&one.deployed, controller, &live, (&options, &shared)));
    // The program ends with its answer: freeing each value of each object would take a tenth of the run.
    std::mem::forget((changed, controllers, live, shared));
    Ok(Observed { roots, findings })
}

/// Does the same with each of some values, with the second half of many on a thread of its own; the order stays.
fn halves<T: Sync, U: Send>(values: &[T], each: impl Fn(&T) -> U + Sync) -> Vec<U> {
    if values.len() < MANY {
        return values.iter().map(each).collect();
    }
    let (first, second) = values.split_at(values.len() / 2);
    thread::scope(|scope| {
        let second = scope.spawn(|| second.iter().map(&each).collect::<Vec<U>>());
        let mut done: Vec<U> = first.iter().map(&each).collect();
        done.extend(second.join().unwrap_or_else(|panic| resume_unwind(panic)));
        done
    })
}

impl Seen<'_> {
    /// Reads what roots hold, where their controllers put it, with what Git says of who applies them and with their schemas.
    fn roots(&mut self, changed: &mut [Changed]) {
        let kinds: BTreeSet<ObjectId> = changed.iter().flat_map(|one| objects(&one.deployed)).collect();
        let kinds: Vec<ObjectId> = kinds.into_iter().collect();
        let mut scopes = self.source.scopes(&kinds);
        // Once more where a kind turns out to live elsewhere than it does everywhere else.
        for _ in 0..2 {
            place(changed, &scopes);
            let wanted = changed.iter().flat_map(|one| objects(&one.deployed).chain(self.named(one))).collect();
            self.objects(wanted, &schemas_wanted(changed));
            let said = self.source.scopes_so_far(&kinds);
            if said == scopes {
                return;
            }
            scopes = said;
        }
    }

    /// Returns the objects of controllers that tell how a root is applied, as far as is known by now.
    fn named(&self, one: &Changed) -> Vec<ObjectId> {
        preview::controllers_wanted(&one.deployed, manifest(one), &self.live)
    }

    /// Reads what the live objects name as their controllers' objects.
    fn controllers(&mut self, changed: &[Changed]) {
        let wanted = changed.iter().flat_map(|one| self.named(one)).collect();
        self.objects(wanted, &[]);
    }

    /// Reads objects and schemas that were not read before.
    fn objects(&mut self, mut wanted: BTreeSet<ObjectId>, documents: &[String]) {
        wanted.retain(|id| !self.live.objects.contains_key(id));
        let (asked, unasked): (BTreeSet<_>, BTreeSet<_>) = wanted.into_iter().partition(|id| is_asked(id, self.args));
        let documents: Vec<String> =
            documents.iter().filter(|version| !self.documents.contains_key(*version)).cloned().collect();
        let (objects, documents) = self.source.read(&asked, |id| how(id, self.args), &documents);
        self.live.objects.extend(objects);
        self.live.objects.extend(unasked.into_iter().map(|id| (id, Reading::Unread(secret_unasked()))));
        self.documents.extend(documents);
    }

    /// Hands on the schemas of what is previewed; says which could not be read.
    fn schemas(&mut self, changed: &[Changed]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for version in schemas_wanted(changed) {
            match self.documents.remove(&version) {
                Some(Ok(document)) => drop(self.live.documents.insert(version, document)),
                Some(Err(trouble)) => findings.push(schema_unread(&version, trouble)),
                // Files hold no schemas.
                None => {}
            }
        }
        findings
    }
}

/// Puts every object of roots in the namespace where the controller puts it.
fn place(changed: &mut [Changed], scopes: &BTreeMap<ObjectId, Option<Scope>>) {
    let by_kind: BTreeMap<(&str, &str, &str), Option<Scope>> =
        scopes.iter().map(|(id, scope)| ((id.group.as_str(), id.version.as_str(), id.kind.as_str()), *scope)).collect();
    for one in changed {
        let (before, after) = (one.owner_before.clone(), manifest(one).cloned());
        let scope = |id: &ObjectId| match scopes.get(id) {
            Some(scope) => *scope,
            // It was placed before, so its namespace is another than Git's.
            None => by_kind.get(&(id.group.as_str(), id.version.as_str(), id.kind.as_str())).copied().flatten(),
        };
        let place = |objects: &mut Vec<Object>, owner: Option<&Value>| {
            *objects = preview::placed(std::mem::take(objects), owner, &scope);
        };
        place(&mut one.deployed.before, before.as_ref());
        place(&mut one.deployed.after, after.as_ref());
    }
}

/// Returns the API versions whose kinds the program does not know by itself.
fn schemas_wanted(changed: &[Changed]) -> Vec<String> {
    let ids = changed.iter().flat_map(|one| one.deployed.before.iter().chain(&one.deployed.after)).map(|one| &one.id);
    let kinds: BTreeMap<(&str, &str, &str), &ObjectId> =
        ids.map(|id| ((id.group.as_str(), id.version.as_str(), id.kind.as_str()), id)).collect();
    let unknown = kinds.into_values().filter(|id| !id.group.is_empty() && Schema::embedded(id, None).is_none());
    let versions: BTreeSet<String> = unknown.map(ObjectId::api_version).collect();
    versions.into_iter().collect()
}

/// Says that a schema could not be read.
fn schema_unread(version: &str, trouble: Trouble) -> Finding {
    let fact = format!("the schema of `{version}` could not be read ({}): embedded tables are used", trouble.fact);
    let mut finding = Finding::note("schema-unread", fact);
    finding.hint = trouble.hint;
    finding
}

/// Returns the objects of a root, before and after.
fn objects(deployed: &Deployed) -> impl Iterator<Item = ObjectId> {
    deployed.before.iter().chain(&deployed.after).map(|object| object.id.clone())
}

/// Returns the controller's object in Git.
fn manifest(changed: &Changed) -> Option<&Value> {
    changed.root.owner.as_ref().map(|owner| &owner.manifest)
}

/// Returns the controller of a root.
fn controller(changed: &Changed, live: &Live, forced: Option<ApplyMethod>) -> RootController {
    let owners: Vec<Value> = changed.root.owners().map(|owner| owner.manifest.clone()).collect();
    let before = changed.owner_before.as_ref().filter(|_| changed.was_deployed);
    let after = manifest(changed).filter(|_| changed.is_deployed);
    preview::controller(&owners, live, &changed.deployed, forced).in_git(before, after)
}

/// Returns whether an object may be asked for.
fn is_asked(id: &ObjectId, args: &LiveArgs) -> bool {
    !id.is_secret() || args.secrets != SecretsArg::None
}

/// Returns how much of an object is asked for.
fn how(id: &ObjectId, args: &LiveArgs) -> How {
    if id.is_secret() && args.secrets == SecretsArg::Metadata { How::MetadataOnly } else { How::Whole }
}

/// Why a Secret was not read.
fn secret_unasked() -> Trouble {
    Trouble::new(Reason::NotAsked, "Secrets are not read unless asked for").hint("--secrets metadata|keyed-digest")
}

/// Returns how far Secrets are read, with a key of this run for digests.
fn secrets(args: &LiveArgs) -> anyhow::Result<SecretReading> {
    Ok(match args.secrets {
        SecretsArg::None => SecretReading::NotRead,
        SecretsArg::Metadata => SecretReading::Metadata,
        SecretsArg::KeyedDigest => {
            let mut key = vec![0; 32];
            getrandom::fill(&mut key).map_err(|error| anyhow::anyhow!("no random key for this run: {error}"))?;
            SecretReading::KeyedDigest(key)
        }
    })
}

/// Returns the way of applying that a flag names.
fn method(controller: ControllerArg) -> ApplyMethod {
    match controller {
        ControllerArg::Argocd => ApplyMethod::ArgoCd,
        ControllerArg::ArgocdSsa => ApplyMethod::ArgoCdSsa,
        ControllerArg::Flux => ApplyMethod::Flux,
    }
}

/// Returns the operator's version where the cluster does not tell its schemas: as asked, else as the clusters say they run.
fn operator(changed: &[Changed], args: &LiveArgs) -> Option<String> {
    let said = || {
        let objects = changed.iter().flat_map(|one| one.deployed.after.iter().chain(&one.deployed.before));
        objects
            .filter(|object| object.is_cluster())
            .find_map(|object| object.text("/spec/crVersion").map(str::to_owned))
    };
    args.operator_version.clone().or_else(said)
}

/// Asks the API server what the controllers' applies would give.
fn dry_runs(
    source: &Source,
    (changed, controllers): (&[Changed], &[RootController]),
    args: &LiveArgs,
    live: &Live,
) -> BTreeMap<ObjectId, Result<Value, Trouble>> {
    let requests: Vec<DryRunRequest> = changed
        .iter()
        .zip(controllers)
        .flat_map(|(one, controller)| {
            let manager = controller.method.field_manager();
            preview::objects_sent(&one.deployed, controller, live).into_iter().map(move |object| (object, manager))
        })
        .filter(|(object, _)| is_asked(&object.id, args))
        .map(|(object, manager)| DryRunRequest {
            id: object.id,
            default_namespace: None,
            object: object.value,
            manager: manager.to_owned(),
        })
        .collect();
    source.dry_runs(&requests)
}
