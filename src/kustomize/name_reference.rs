//! Name references: after names and namespaces have changed, the fields that name other objects follow.
//!
//! Runs once, at the root. Which fields name which kinds says `reference`; among several objects that
//! had the old name, kind, namespace, prefixes and suffixes decide, and what stays ambiguous is an error.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::collection::Collection;
use super::fault::Fault;
use super::field_spec::{Create, descend};
use super::field_write::{set_scalar, set_text, wrong_kind};
use super::id::{Gvk, Id};
use super::node::{Map, Node, Tag};
use super::object::{Object, PREFIXES, SUFFIXES};
use super::reference::Reference;
use super::value::Value;

/// What is known of an object that may be named.
struct Candidate {
    /// Its identity.
    id: Id,
    /// Its earlier identities.
    previous: Vec<Id>,
    /// Its first identity.
    original: Id,
    /// Its prefixes and suffixes.
    affixes: [Vec<String>; 2],
}

/// All objects, and where to look for one.
struct Index {
    /// All objects.
    all: Vec<Candidate>,
    /// The places of the objects that had a name.
    by_name: HashMap<Arc<str>, Vec<usize>>,
    /// The places of the objects that came from a namespace.
    by_origin: HashMap<String, Vec<usize>>,
}

/// The object whose fields are being fixed.
struct Referrer<'a> {
    /// All objects.
    index: &'a Index,
    /// Its own place.
    at: usize,
    /// The namespaces of the service accounts it names, beside its own.
    namespaces: HashSet<String>,
    /// The kind in its `roleRef`, if that has one.
    role: Option<Gvk>,
}

/// Fixes all name references.
pub(super) fn fix(collection: &mut Collection, references: &[Reference]) -> Result<(), Fault> {
    let index = Index::new(collection)?;
    for (at, object) in collection.objects.iter_mut().enumerate() {
        let original = &index.all[at].original.gvk;
        let namespaces = service_account_namespaces(object)?;
        let referrer = Referrer { index: &index, at, namespaces, role: role_of(&object.node) };
        for reference in references {
            for spec in reference.referrers.iter().filter(|spec| original.is_selected(&spec.gvk)) {
                let is_role = spec.path.len() >= 2 && spec.path[spec.path.len() - 2..] == ["roleRef", "name"];
                let search = Search { referrer: &referrer, target: &reference.target, is_role };
                descend(&mut object.node, &spec.path, Create::Nothing, &mut |node| search.set(node))?;
            }
        }
    }
    Ok(())
}

impl Index {
    /// Notes what is known of all objects.
    fn new(collection: &Collection) -> Result<Self, Fault> {
        let all: Vec<Candidate> = collection.objects.iter().map(candidate).collect::<Result<_, _>>()?;
        let (mut by_name, mut by_origin) = (HashMap::<_, Vec<usize>>::new(), HashMap::<_, Vec<usize>>::new());
        for (at, candidate) in all.iter().enumerate() {
            for id in &candidate.previous {
                let places = by_name.entry(Arc::clone(&id.name)).or_default();
                if places.last() != Some(&at) {
                    places.push(at);
                }
            }
            by_origin.entry(candidate.original.effective_namespace().to_owned()).or_default().push(at);
        }
        Ok(Self { all, by_name, by_origin })
    }
}

/// Notes what is known of an object.
fn candidate(object: &Object) -> Result<Candidate, Fault> {
    let previous = object.previous_ids()?;
    let id = object.id();
    let original = previous.first().cloned().unwrap_or_else(|| id.clone());
    let list = |key| object.annotation_list(key).into_iter().map(str::to_owned).collect();
    Ok(Candidate { id, previous, original, affixes: [list(PREFIXES), list(SUFFIXES)] })
}

/// The namespaces of the service accounts that a `RoleBinding` names.
fn service_account_namespaces(object: &Object) -> Result<HashSet<String>, Fault> {
    let mut namespaces = HashSet::new();
    if object.kind() != "RoleBinding" {
        return Ok(namespaces);
    }
    let Some(Node::List(subjects)) = object.node.get("subjects") else { return Ok(namespaces) };
    for subject in &subjects.items {
        let Node::Map(map) = subject else { return Err(wrong_kind("a mapping", subject)) };
        let (Some(namespace), Some(kind)) = (map.get("namespace"), map.get("kind")) else { continue };
        if !is_string(kind) {
            return Err(Fault::invalid("the kind of a subject is not a string"));
        }
        if kind.text() == "ServiceAccount" {
            if !is_string(namespace) {
                return Err(Fault::invalid("the namespace of a subject is not a string"));
            }
            namespaces.insert(namespace.text().to_owned());
        }
    }
    Ok(namespaces)
}

/// Whether a node decodes to a string.
fn is_string(node: &Node) -> bool {
    let decoded = super::canonical::decoded(node);
    matches!(node, Node::Scalar(scalar) if scalar.tag != Tag::Timestamp) && matches!(decoded, Ok(Value::String(_)))
}

/// The kind a `roleRef` names.
fn role_of(node: &Node) -> Option<Gvk> {
    let role = node.get("roleRef")?;
    let (group, kind) = (role.get("apiGroup")?, role.get("kind")?);
    Some(Gvk { group: group.text().into(), version: Arc::from(""), kind: kind.text().into() })
}

impl Referrer<'_> {
    /// Whether an object may be named: a cluster-scoped one, one of the same namespace, a named service account's.
    fn reaches(&self, other: &Id) -> bool {
        let me = &self.index.all[self.at].id;
        me.is_cluster_scoped
            || other.is_cluster_scoped
            || other.effective_namespace() == me.effective_namespace()
            || self.namespaces.contains(&*other.namespace)
    }

    /// The places of the objects that had a name and may be named.
    fn named(&self, name: &str) -> Vec<usize> {
        let places = self.index.by_name.get(name).map_or(&[][..], Vec::as_slice);
        places.iter().copied().filter(|&at| self.reaches(&self.index.all[at].id)).collect()
    }

    /// Whether an object that may be named came from a namespace.
    fn reaches_origin(&self, namespace: &str) -> bool {
        let places = self.index.by_origin.get(namespace).map_or(&[][..], Vec::as_slice);
        places.iter().any(|&at| self.reaches(&self.index.all[at].id))
    }
}

/// The search for the object one field names.
struct Search<'a> {
    /// The object the field is in.
    referrer: &'a Referrer<'a>,
    /// The kind that is named.
    target: &'a Gvk,
    /// Whether the field is the name in a `roleRef`.
    is_role: bool,
}

impl Search<'_> {
    /// Fixes one field: a name, a map with name and namespace, or a list of either.
    fn set(&self, node: &mut Node) -> Result<(), Fault> {
        match node {
            _ if node.is_null() => Ok(()),
            Node::Scalar(_) => self.set_name(node),
            Node::Map(map) => self.set_map(map),
            Node::List(list) => list.items.iter_mut().try_for_each(|item| match item {
                _ if item.is_null() => Ok(()),
                Node::Scalar(_) => self.set_name(item),
                Node::Map(map) => self.set_map(map),
                Node::List(_) => Err(wrong_kind("a string or a mapping", item)),
            }),
        }
    }

    /// Fixes a name.
    fn set_name(&self, node: &mut Node) -> Result<(), Fault> {
        let found = self.select(node.text(), self.referrer.named(node.text()), |a, b| a.name == b.name)?;
        match found.map(|at| &self.referrer.index.all[at].id.name) {
            Some(name) if **name != *node.text() => set_scalar(node, name, Tag::None),
            _ => Ok(()),
        }
    }

    /// Fixes name and namespace of a map.
    fn set_map(&self, map: &mut Map) -> Result<(), Fault> {
        let Some(name) = map.get("name").map(|node| node.text().to_owned()) else {
            return Err(Fault::invalid("a name reference leads to a map without `name`"));
        };
        let mut candidates = self.referrer.named(&name);
        if let Some(namespace) = map.get("namespace") {
            self.keep_namespace(&mut candidates, namespace.text());
        }
        let same = |a: &Id, b: &Id| a.name == b.name && a.namespace == b.namespace;
        let Some(found) = self.select(&name, candidates, same)? else { return Ok(()) };
        let id = &self.referrer.index.all[found].id;
        if *id.name == *name && id.namespace.is_empty() {
            return Ok(());
        }
        set_text(map, "name", &id.name);
        if !id.namespace.is_empty() {
            set_text(map, "namespace", &id.namespace);
        }
        Ok(())
    }

    /// Keeps the objects of a namespace: the one they came from, or the one they are in where none came from it.
    fn keep_namespace(&self, places: &mut Vec<usize>, namespace: &str) {
        let is_named = namespace != "_non_namespaceable_";
        let is_origin = self.referrer.reaches_origin(namespace);
        places.retain(|&at| {
            let candidate = &self.referrer.index.all[at];
            let id = if is_origin { &candidate.original } else { &candidate.id };
            is_named && id.effective_namespace() == namespace
        });
    }

    /// Picks the object that had a name; `same` says whether two candidates may stand for each other.
    fn select(
        &self,
        name: &str,
        mut left: Vec<usize>,
        same: impl Fn(&Id, &Id) -> bool,
    ) -> Result<Option<usize>, Fault> {
        let all = &self.referrer.index.all;
        let me = &all[self.referrer.at];
        left.retain(|&at| self.is_candidate(&all[at], name));
        if let [only] = left.as_slice() {
            return Ok(Some(*only));
        }
        left.retain(|&at| same_affixes(&all[at], me, true));
        if left.len() > 1 {
            left.retain(|&at| same_affixes(&all[at], me, false));
        }
        match left.as_slice() {
            [] => Ok(None),
            [first, rest @ ..] if rest.iter().all(|&at| same(&all[*first].id, &all[at].id)) => Ok(Some(*first)),
            _ => Err(Fault::invalid(format!("several objects may be meant by the name `{name}` in `{}`", me.id))),
        }
    }

    /// Whether an object had the name, is of the kind and lives where the referrer can see it.
    fn is_candidate(&self, candidate: &Candidate, name: &str) -> bool {
        let me = &self.referrer.index.all[self.referrer.at].id;
        let was = |matches: &dyn Fn(&Id) -> bool| candidate.previous.iter().any(matches);
        let fits_role = match (&self.referrer.role, self.is_role) {
            (Some(role), true) => was(&|id| id.gvk.is_selected(role)),
            _ => true,
        };
        was(&|id| *id.name == *name)
            && was(&|id| id.gvk.is_selected(self.target))
            && fits_role
            && (me.is_cluster_scoped
                || candidate.id.is_cluster_scoped
                || &*candidate.id.gvk.kind == "ServiceAccount"
                || me.effective_namespace() == candidate.id.effective_namespace())
    }
}

/// Whether two objects went through the same prefixes and suffixes at the end; with `lenient`, none fits all.
fn same_affixes(left: &Candidate, right: &Candidate, lenient: bool) -> bool {
    left.affixes.iter().zip(&right.affixes).all(|(left, right)| {
        let is_any = lenient && (left.is_empty() || right.is_empty());
        is_any || same_ending(left, right)
    })
}

/// Whether the shorter list is the end of the longer one; an empty list only fits an empty one.
fn same_ending(left: &[String], right: &[String]) -> bool {
    let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    if short.is_empty() { long.is_empty() } else { long.ends_with(short) }
}
