//! What was read of the controller's own objects, and what the approver has to know where that is not the live object.
//! Read by `controller`. Must never take a read that failed for an object that is not there (law 6).

use serde_json::Value;

use crate::model::finding::Finding;
use crate::model::live::{Live, Reading, Reason, Trouble, Within};
use crate::model::object::ObjectId;

/// Where the settings of a controller's object come from.
#[derive(Debug, Clone)]
pub(super) struct Owner {
    /// The object; of one that nobody knows only the name.
    pub(super) manifest: Value,
    /// Why the live one is not known; `None` where the API server answered.
    pub(super) trouble: Option<Trouble>,
    /// The source of the settings for people.
    pub(super) source: &'static str,
    /// What the approver has to know.
    pub(super) finding: Option<Finding>,
}

impl Owner {
    /// Returns a controller's object as it is live, else as Git has it.
    pub(super) fn of(live: &Live, id: &ObjectId, in_git: Option<&Value>) -> Self {
        let bare = || serde_json::json!({"metadata": {"name": id.name, "namespace": id.namespace}});
        let manifest = in_git.cloned().unwrap_or_else(bare);
        match (read(live, id), in_git.is_some()) {
            (Ok(Some(found)), _) => {
                Self { manifest: found.clone(), trouble: None, source: "from the live object", finding: None }
            }
            (Ok(None), true) => Self {
                manifest,
                trouble: None,
                source: "from Git: the cluster has no such object",
                finding: Some(absent(id, "its settings are those that Git gives it")),
            },
            (Ok(None), false) => Self {
                manifest,
                trouble: None,
                source: "unknown: neither Git nor the cluster has the object",
                finding: Some(absent(id, "whether something still applies this root is not known")),
            },
            (Err(trouble), is_in_git) => {
                let finding = Some(unread(id, &trouble, is_in_git));
                let source = if is_in_git {
                    "from Git: the live object was not read"
                } else {
                    "unknown: the object was not read"
                };
                Self { manifest, trouble: Some(trouble), source, finding }
            }
        }
    }
}

/// Says that a controller's object is not in the cluster.
fn absent(id: &ObjectId, so: &str) -> Finding {
    Finding::warn("owner-absent", format!("`{id}` is not in the cluster: {so}"))
}

/// Says that a controller's object was not read.
fn unread(id: &ObjectId, trouble: &Trouble, is_in_git: bool) -> Finding {
    let why = &trouble.fact;
    if !is_in_git {
        let fact = format!("`{id}` was not read ({why}): pruning, suspension and options are not known");
        return Finding::warn("owner-not-read", fact).hint("grant `get` on the controller's objects");
    }
    let fact = format!("`{id}` was not read ({why}): its settings are those of Git, the live ones may differ");
    let finding = if trouble.reason.is_failure() { Finding::warn } else { Finding::note };
    let finding = finding("owner-not-read", fact);
    trouble.hint.iter().fold(finding, Finding::hint)
}

/// Returns whether two identities name the same object of a controller.
pub(super) fn same_object(one: &ObjectId, other: &ObjectId) -> bool {
    let is_place_known = one.namespace.is_some() && other.namespace.is_some();
    (&one.group, &one.kind, &one.name) == (&other.group, &other.kind, &other.name)
        && (!is_place_known || one.namespace == other.namespace)
}

/// Returns a controller's object as the API server has it, `None` where it said that there is none.
///
/// # Errors
/// Fails with the trouble where nobody knows.
pub(super) fn read<'a>(live: &'a Live, id: &ObjectId) -> Result<Option<&'a Value>, Trouble> {
    // Where one of the two says no namespace, they may be the same.
    let near = match &id.namespace {
        Some(_) => {
            let unplaced = ObjectId { namespace: None, ..id.clone() };
            [live.any_version(id, Within::Its), live.any_version(&unplaced, Within::Its)].concat()
        }
        None => live.any_version(id, Within::Any),
    };
    let readings = || near.iter().map(|(_, reading)| *reading);
    let found = readings().find_map(Reading::found);
    let unread = readings().find_map(|reading| match reading {
        Reading::Unread(trouble) => Some(trouble.clone()),
        Reading::Found(_) | Reading::Absent(_) => None,
    });
    match (found, unread) {
        (Some(found), _) => Ok(Some(found)),
        (None, Some(trouble)) => Err(trouble),
        (None, None) if readings().next().is_some() => Ok(None),
        (None, None) => Err(Trouble::new(Reason::NotAsked, "nobody asked for it")),
    }
}
