//! The order of the output.
//!
//! Kinds that others need come first, admission webhooks last, the rest by group, version and kind; then namespace and
//! name. Runs once, at the root.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::collection::Collection;
use super::decode::Record;
use super::fault::Fault;
use super::id::{Gvk, Id};
use super::value::Value;

/// The order of the output.
#[derive(Debug, Clone)]
pub(super) enum SortOptions {
    /// As accumulated.
    Fifo,
    /// By kind, then by name.
    Legacy {
        /// Kinds that come first; `None` for the defaults.
        orders: Option<(Vec<String>, Vec<String>)>,
    },
}

/// Kinds that come first by default.
const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// Kinds that come last by default.
const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// Sorts objects as the options say; without options the legacy order holds.
pub(super) fn sort(collection: &mut Collection, options: Option<&SortOptions>) {
    let ranks = match options {
        Some(SortOptions::Fifo) => return,
        Some(SortOptions::Legacy { orders: Some((first, last)) }) => ranks(first, last),
        Some(SortOptions::Legacy { orders: None }) | None => ranks(&FIRST, &LAST),
    };
    let objects = std::mem::take(&mut collection.objects);
    let mut keyed: Vec<_> = objects.into_iter().map(|object| (Key::new(object.id(), &ranks), object)).collect();
    keyed.sort_by(|left, right| left.0.compare(&right.0));
    collection.objects = keyed.into_iter().map(|(_, object)| object).collect();
}

/// Returns what orders kinds by default, as the tables of field specs are sorted.
pub(super) fn default_key(gvk: &Gvk) -> (i64, String) {
    static RANKS: LazyLock<HashMap<String, i64>> = LazyLock::new(|| ranks(&FIRST, &LAST));
    (rank(&RANKS, gvk), kind_key(gvk))
}

/// The rank of each listed kind: negative for the first ones, positive for the last ones.
fn ranks<T: AsRef<str>>(first: &[T], last: &[T]) -> HashMap<String, i64> {
    let place = |at: usize| i64::try_from(at).unwrap_or(i64::MAX);
    let mut ranks = HashMap::new();
    for (at, kind) in first.iter().enumerate() {
        ranks.insert(kind.as_ref().to_owned(), place(at) - place(first.len()));
    }
    for (at, kind) in last.iter().enumerate() {
        ranks.insert(kind.as_ref().to_owned(), 1 + place(at));
    }
    ranks
}

/// The rank of a kind.
fn rank(ranks: &HashMap<String, i64>, gvk: &Gvk) -> i64 {
    ranks.get(&*gvk.kind).copied().unwrap_or(0)
}

/// What two objects are compared by, worked out once for each.
struct Key {
    /// The identity.
    id: Id,
    /// The rank of the kind.
    rank: i64,
    /// The text by which kinds are compared.
    kind: String,
    /// The text by which objects of one kind are compared.
    name: String,
}

impl Key {
    /// Returns the key of an identity.
    fn new(id: Id, ranks: &HashMap<String, i64>) -> Self {
        Self { rank: rank(ranks, &id.gvk), kind: kind_key(&id.gvk), name: name_key(&id), id }
    }

    /// Compares two objects.
    fn compare(&self, other: &Self) -> Ordering {
        let (left, right) = (&self.id.gvk, &other.id.gvk);
        if left == right {
            return self.name.cmp(&other.name);
        }
        let by_kind = || {
            let order = self.kind.cmp(&other.kind);
            let are_namespaces = &*left.kind == "Namespace" && &*right.kind == "Namespace";
            let has_core = left.group.is_empty() || right.group.is_empty();
            // The core Namespace sorts before namespaces of other groups, which the plain text would not do.
            if are_namespaces && has_core { order.reverse() } else { order }
        };
        self.rank.cmp(&other.rank).then_with(by_kind)
    }
}

/// The text by which kinds are compared.
fn kind_key(gvk: &Gvk) -> String {
    format!("{}_{}_{}", or(&gvk.group, "~G"), or(&gvk.version, "~V"), or(&gvk.kind, "~K"))
}

/// The text by which objects of one kind are compared.
fn name_key(id: &Id) -> String {
    format!("{}|{}", or(&id.namespace, "~X"), or(&id.name, "~N"))
}

/// `text`, or what stands for nothing.
fn or<'a>(text: &'a str, nothing: &'a str) -> &'a str {
    if text.is_empty() { nothing } else { text }
}

/// Reads `sortOptions`.
pub(super) fn read(value: &Value) -> Result<SortOptions, Fault> {
    let record = Record::new(value, "sortOptions", &["order", "legacySortOptions"])?;
    let legacy = record.get("legacySortOptions");
    match record.text("order")?.as_str() {
        "fifo" if legacy.is_none() => Ok(SortOptions::Fifo),
        "fifo" => Err(Fault::invalid("`sortOptions.legacySortOptions` is set but the order is `fifo`")),
        "legacy" => {
            let orders = legacy.map(|value| {
                let record = Record::new(value, "sortOptions.legacySortOptions", &["orderFirst", "orderLast"])?;
                Ok((record.texts("orderFirst")?, record.texts("orderLast")?))
            });
            Ok(SortOptions::Legacy { orders: orders.transpose()? })
        }
        other => Err(Fault::invalid(format!("`sortOptions.order` is `{other}`, not `fifo` or `legacy`"))),
    }
}
