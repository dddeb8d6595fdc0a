//! What the API server serves: per API version the resource and the scope of each kind, one request each, and none for
//! kinds that are `known` until something speaks against it.
//! Must never take a version that could not be read for one that is not served.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use super::IN_FLIGHT;
use super::answer::{self, Said};
use super::asked::Asked;
use super::known::{self, Resource};
use super::wire::{Call, Wire};
use crate::model::live::{Reason, Scope, Trouble};
use crate::model::object::{ObjectId, api_version};

/// Group and version.
pub(super) type Version = (String, String);

/// Who says how a kind is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The API server.
    Server,
    /// Nobody asked it: the table in `known`.
    Heart,
}

/// The kinds of a version; `None` where the version is not served.
type Kinds = Option<BTreeMap<String, Resource>>;

/// What the server said so far.
#[derive(Debug, Default)]
pub(super) struct Discovery {
    /// By version; what could not be read is asked again the next time.
    known: RefCell<BTreeMap<Version, Result<Kinds, Trouble>>>,
}

impl Discovery {
    /// Reads the versions of the objects of which not even a guess can be made, as far as they were not read before.
    pub(super) async fn learn(&self, wire: &Wire, ids: impl Iterator<Item = &ObjectId>) {
        let is_known = |id: &&ObjectId| known::resource(&id.group, &id.version, &id.kind).is_some();
        let versions = ids.filter(|id| !is_known(id)).map(version_of).collect();
        self.ask(wire, versions).await;
    }

    /// Reads versions that were not read before.
    pub(super) async fn ask(&self, wire: &Wire, versions: BTreeSet<Version>) {
        let unknown: Vec<Version> = {
            let known = self.known.borrow();
            versions.into_iter().filter(|version| !known.get(version).is_some_and(Result::is_ok)).collect()
        };
        let reads = unknown.into_iter().map(|version| async move {
            let kinds = version_kinds(wire, &version).await;
            (version, kinds)
        });
        let read: Vec<_> = stream::iter(reads).buffer_unordered(IN_FLIGHT).collect().await;
        self.known.borrow_mut().extend(read);
    }

    /// Returns how a kind is served, as the server said or else by heart; `None` where it is not.
    pub(super) fn resource(&self, id: &ObjectId) -> Result<Option<(Resource, Source)>, Trouble> {
        let by_heart = || known::resource(&id.group, &id.version, &id.kind).map(|resource| (resource, Source::Heart));
        match (self.known.borrow().get(&version_of(id)), by_heart) {
            (Some(Ok(kinds)), _) => {
                let resource = kinds.as_ref().and_then(|kinds| kinds.get(&id.kind)).cloned();
                Ok(resource.map(|resource| (resource, Source::Server)))
            }
            (Some(Err(trouble)), by_heart) => by_heart().map(Some).ok_or_else(|| trouble.clone()),
            (None, by_heart) => {
                let nobody = || Trouble::new(Reason::CannotTell, "nobody asked for the kinds of its API version");
                by_heart().map(Some).ok_or_else(nobody)
            }
        }
    }
}

/// Returns group and version of an object.
pub(super) fn version_of(id: &ObjectId) -> Version {
    (id.group.clone(), id.version.clone())
}

/// Reads the kinds of a version.
async fn version_kinds(wire: &Wire, (group, version): &Version) -> Result<Kinds, Trouble> {
    let named = api_version(group, version);
    let path = if group.is_empty() { format!("/api/{version}") } else { format!("/apis/{named}") };
    let answer = wire.send(&Call::get(path.as_str())).await?;
    match answer::read(&answer, &Asked::path(&path)) {
        Said::Value(list) => kinds(&list, &named).map(Some),
        Said::Trouble(trouble) => Err(trouble),
        // Here API servers answer with bare text, as anybody could: the list of groups has to agree.
        Said::Missing(_) | Said::NotServed => not_served(wire, group, version).await.map(|()| None),
    }
}

/// Returns the kinds that a list of resources names.
fn kinds(list: &Value, named: &str) -> Result<BTreeMap<String, Resource>, Trouble> {
    let resources = list["resources"].as_array();
    let (true, Some(resources)) = (list["kind"] == "APIResourceList" && list["groupVersion"] == named, resources)
    else {
        return Err(Trouble::new(Reason::CannotTell, format!("the answer is no list of the kinds of `{named}`")));
    };
    let one = |resource: &Value| {
        let plural = resource["name"].as_str().filter(|name| !name.contains('/'))?;
        let scope = if resource["namespaced"].as_bool()? { Scope::Namespaced } else { Scope::Cluster };
        Some((resource["kind"].as_str()?.to_owned(), Resource { plural: plural.to_owned(), scope }))
    };
    Ok(resources.iter().filter_map(one).collect())
}

/// Asks the list of groups whether a version is really not served.
async fn not_served(wire: &Wire, group: &str, version: &str) -> Result<(), Trouble> {
    let named = api_version(group, version);
    let unsure = || {
        let fact = format!("the server says both that it serves `{named}` and that it does not");
        Trouble::new(Reason::CannotTell, fact)
    };
    let path = if group.is_empty() { "/api" } else { "/apis" };
    let answer = wire.send(&Call::get(path)).await?;
    let list = answer::read(&answer, &Asked::path(path)).value("what answers is no API server")?;
    if group.is_empty() {
        let versions = list["versions"].as_array().filter(|_| list["kind"] == "APIVersions").ok_or_else(unsure)?;
        return if versions.iter().any(|known| known == version) { Err(unsure()) } else { Ok(()) };
    }
    let groups = list["groups"].as_array().filter(|_| list["kind"] == "APIGroupList").ok_or_else(unsure)?;
    let of_group = groups.iter().filter(|known| known["name"] == group);
    let mut versions = of_group.filter_map(|known| known["versions"].as_array()).flatten();
    if versions.any(|known| known["groupVersion"] == named.as_str()) { Err(unsure()) } else { Ok(()) }
}
