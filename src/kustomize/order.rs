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
    let mut keyed: Vec<_> = objects.into_iter().map(|object| (object.id(), object)).collect();
    keyed.sort_by(|left, right| compare(&left.0, &right.0, &ranks));
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

/// Compares two objects.
fn compare(left: &Id, right: &Id, ranks: &HashMap<String, i64>) -> Ordering {
    if left.gvk == right.gvk {
        return name_key(left).cmp(&name_key(right));
    }
    let by_kind = || {
        let order = kind_key(&left.gvk).cmp(&kind_key(&right.gvk));
        let are_namespaces = &*left.gvk.kind == "Namespace" && &*right.gvk.kind == "Namespace";
        let has_core = left.gvk.group.is_empty() || right.gvk.group.is_empty();
        // The core Namespace sorts before namespaces of other groups, which the plain text would not do.
        if are_namespaces && has_core { order.reverse() } else { order }
    };
    rank(ranks, &left.gvk).cmp(&rank(ranks, &right.gvk)).then_with(by_kind)
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
