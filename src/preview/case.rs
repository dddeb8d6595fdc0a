//! What a prediction starts from and what it gives, whichever controller applies: one object that is live and in Git, and what
//! the API server holds afterwards. Used by `argocd` and `flux`. Must never claim a field that nobody can tell who owns.

use serde_json::Value;

use super::apply::Ownership;
use super::controller::RootController;
use super::identity::is_built_in;
use super::schema::Schema;
use super::view::View;
use super::{Unsure, builtin, nulls};
use crate::model::finding::Finding;
use crate::model::object::ObjectId;

/// One object that is live and in Git.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case<'a> {
    /// Which object.
    pub(super) id: &'a ObjectId,
    /// What the controller sent for the base.
    pub(super) before: Option<&'a Value>,
    /// What it sends for the head.
    pub(super) sent: &'a Value,
    /// What the API server holds.
    pub(super) live: &'a Value,
    /// What is known of the kind.
    pub(super) schema: &'a Schema,
    /// Who applies it.
    pub(super) controller: &'a RootController,
}

/// What the API server holds afterwards.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Predicted {
    /// The object.
    pub(super) value: Value,
    /// What a server-side dry run with the controller's manager answers, which knows no takeover; `None` where it would
    /// be about something else.
    pub(super) dry_run: Option<Value>,
    /// What is not known.
    pub(super) unsure: Vec<Unsure>,
    /// Fields that become null, which the API server refuses.
    pub(super) nulls: Vec<String>,
    /// Why the controller leaves the object, or fields of it, alone.
    pub(super) left: Option<String>,
    /// What the approver has to know.
    pub(super) findings: Vec<Finding>,
}

impl<'a> Case<'a> {
    /// Returns the view of the whole object.
    pub(super) fn view(&self) -> View<'a> {
        View::of(self.schema)
    }
}

impl Predicted {
    /// Returns that the object stays as it is.
    pub(super) fn left(live: &Value, why: impl Into<String>) -> Self {
        Self {
            value: live.clone(),
            dry_run: None,
            unsure: Vec::new(),
            nulls: Vec::new(),
            left: Some(why.into()),
            findings: Vec::new(),
        }
    }

    /// Returns what an apply gives, defaults filled in.
    pub(super) fn of(case: &Case<'_>, value: Value, dry_run: Value) -> Self {
        let nulls = if is_built_in(case.id) { Vec::new() } else { nulls::refused(&value, case.view()) };
        let filled = |mut value: Value| {
            builtin::defaulted(case.id, case.schema, &mut value);
            value
        };
        Self {
            value: filled(value),
            dry_run: Some(filled(dry_run)),
            unsure: Vec::new(),
            nulls,
            left: None,
            findings: Vec::new(),
        }
    }
}

/// Returns what a server-side apply gives with the takeover, and what a bare dry run answers.
pub(super) fn server_side(case: &Case<'_>, sent: &Value, with: &Ownership, bare: &Ownership) -> (Value, Value) {
    let apply = |ownership| super::apply::apply(case.live, sent, ownership, case.view());
    (apply(with), apply(bare))
}

/// Returns the fields of a live object that neither the base nor the head nor the schema's defaults explain: without
/// managers nobody can tell whether an apply keeps them.
pub(super) fn unexplained(case: &Case<'_>, why: &str) -> Vec<Unsure> {
    let mut known = case.sent.clone();
    case.schema.defaulted(&mut known);
    let mut explained = case.before.cloned().unwrap_or(Value::Null);
    case.schema.defaulted(&mut explained);
    let live = super::strip::comparable(case.live);
    let of = |known: &Value| super::difference::differences(&super::strip::comparable(known), &live, case.view());
    let missing = |changes: Vec<super::Change>| changes.into_iter().filter(|change| change.before.is_none());
    let in_base: Vec<String> = missing(of(&explained)).map(|change| change.pointer).collect();
    let is_new = |pointer: &String| case.before.is_none() || in_base.contains(pointer);
    let unsure = |change: super::Change| Unsure { pointer: change.pointer, path: change.path, why: why.to_owned() };
    missing(of(&known)).filter(|change| is_new(&change.pointer)).map(unsure).collect()
}
