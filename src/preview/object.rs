//! One object: what was read of it, what Git says before and after, and who applies it → its preview.
//! Puts the parts of the room together. Must never answer "no difference" where something was not read (law 6).

use serde_json::Value;

use super::applied::applied;
use super::context::Context;
use super::desired::sent;
use super::difference::{bare, differences, stored};
use super::drift::drift;
use super::field::within;
use super::identity::{Pair, reading};
use super::moved::{Handover, Neighbour};
use super::prune::{Leaving, leaving, loss};
use super::schema::Schema;
use super::strip::comparable;
use super::view::View;
use super::{
    Action, Basis, Change, ObjectPreview, SecretReading, Unsure, builtin, create, moved, respect, transform, undeclared,
};
use crate::model::finding::Finding;
use crate::model::live::{Reading, Reason, Trouble};
use crate::model::object::ObjectId;

/// What is known before anything is predicted.
struct Start<'a> {
    /// The object.
    pair: &'a Pair,
    /// What is known of its kind.
    schema: Schema,
    /// The root that it comes from in the same change.
    giver: Option<&'a Neighbour>,
    /// Everything around it.
    context: &'a Context<'a>,
}

/// Returns the preview of one object.
pub(super) fn object(pair: &Pair, context: &Context<'_>) -> ObjectPreview {
    let moved = context.shared.moves.given(pair, (&context.root.path, context.controller));
    let (pair, giver) = moved.as_ref().map_or((pair, None), |(pair, giver)| (pair, Some(*giver)));
    let start = Start { pair, schema: context.shared.schema(&pair.id), giver, context };
    let mut preview = start.undecided();
    preview.intended = start.intended();
    match start.reading() {
        Err(trouble) => preview.trouble = Some(trouble),
        Ok(Reading::Unread(trouble)) => preview.trouble = Some(trouble.clone()),
        Ok(Reading::Absent(absence)) => create::absent(pair, *absence, (&start.schema, context), &mut preview),
        Ok(Reading::Found(live)) => start.found(live, &mut preview),
    }
    if let (Some(fact), true) = (start.unmodelled(), preview.action != Action::Delete) {
        preview.trouble.get_or_insert_with(|| Trouble::new(Reason::NotModelled, fact));
        (preview.action, preview.basis) = (Action::CannotTell, Basis::Nothing);
        preview.effective.clear();
    }
    if let Some(after) = &pair.after {
        let live = start.reading().ok().and_then(Reading::found);
        undeclared::doubt(after, live, (&start.schema, context.controller), &mut preview);
    }
    context.shared.mask.object(&mut preview);
    preview
}

impl Start<'_> {
    /// Returns a preview of which nothing is known yet.
    fn undecided(&self) -> ObjectPreview {
        ObjectPreview {
            id: self.pair.id.clone(),
            action: Action::CannotTell,
            trouble: None,
            basis: Basis::Nothing,
            intended: Vec::new(),
            drift: Vec::new(),
            effective: Vec::new(),
            unsure: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Returns what was read; a Secret that nobody asked for counts as not read, whatever is there.
    fn reading(&self) -> Result<&Reading, Trouble> {
        let id = &self.pair.id;
        if id.is_secret() && self.context.options.secrets == SecretReading::NotRead {
            let trouble = Trouble::new(Reason::NotAsked, format!("`{id}` was not read: Secrets are not asked for"));
            return Err(trouble.hint("--secrets metadata|keyed-digest"));
        }
        let nobody = || Trouble::new(Reason::NotAsked, format!("`{id}` was not read"));
        reading(self.context.live, id).ok_or_else(nobody)
    }

    /// Returns Git before → Git after.
    fn intended(&self) -> Vec<Change> {
        let view = View::of(&self.schema);
        let (before, after) = (self.pair.before.as_ref().map(comparable), self.pair.after.as_ref().map(comparable));
        match (before, after) {
            (Some(before), Some(after)) => stored(&self.pair.id, &before, &after, view),
            (None, Some(after)) => differences(&bare(&after), &after, view),
            (Some(before), None) => differences(&before, &bare(&before), view),
            (None, None) => Vec::new(),
        }
    }

    /// Returns why the settings of the controller make what happens unknowable here.
    fn unmodelled(&self) -> Option<String> {
        let value = self.pair.after.as_ref().or(self.pair.before.as_ref())?;
        let (id, controller) = (&self.pair.id, self.context.controller);
        let fields = transform::touching(id, value, controller);
        let fact = |fields| format!("{fields} may change this object after the build, which is not modelled");
        fields.map(fact).or_else(|| respect::unmodelled(id, value, controller, View::of(&self.schema)))
    }

    /// Previews an object that is live.
    fn found(&self, live: &Value, preview: &mut ObjectPreview) {
        let controller = self.context.controller;
        let id = &self.pair.id;
        // The API server fills defaults in when it reads; files may hold what it had before.
        let mut defaulted = live.clone();
        builtin::defaulted(id, &self.schema, &mut defaulted);
        let live = &defaulted;
        let of =
            |value: &Option<Value>, controller| value.as_ref().map(|value| sent(value, id, controller, Some(live)));
        let was = self.giver.map_or(controller, |giver| &giver.controller);
        let (before, after) = (of(&self.pair.before, was), of(&self.pair.after, controller));
        if let Some(before) = &before {
            let found = drift(id, &before.value, live, (&self.schema, was.method));
            (preview.drift, preview.unsure) = (found.changes, found.unsure);
        }
        match (after, self.handover(live)) {
            (Some(after), None | Some(Handover::Kept(_))) => {
                applied(id, live, (before.as_ref(), &after), (&self.schema, self.context), preview);
            }
            (Some(after), Some(handover)) => moved::taken(&handover, after, &self.schema, preview),
            (None, _) => self.gone(live, preview),
        }
        preview.findings.extend(self.comes_from(live));
        preview.findings.extend(leaving_already(id, live));
        if id.is_secret() && self.context.options.secrets == SecretReading::Metadata {
            without_values(preview);
        }
    }

    /// Returns what becomes of an object between the root that it comes from and this one.
    fn handover(&self, live: &Value) -> Option<Handover> {
        let giver = self.giver?;
        let taker = Neighbour::of(self.context.root, self.context.controller);
        Some(moved::handover(&self.pair.id, live, (giver, &taker)))
    }

    /// Says which root an object comes from.
    fn comes_from(&self, live: &Value) -> Option<Finding> {
        Some(moved::comes(&self.giver?.path, &self.handover(live)?))
    }

    /// Previews an object that leaves Git.
    fn gone(&self, live: &Value, preview: &mut ObjectPreview) {
        preview.basis = Basis::Predicted;
        let context = self.context;
        let taker = context.shared.moves.taken(&self.pair.id, (&context.root.path, context.controller));
        let giver = || Neighbour::of(context.root, context.controller);
        let handover = taker.map(|taker| (taker, moved::handover(&self.pair.id, live, (&giver(), taker))));
        let fate = match &handover {
            Some((taker, handover)) => {
                preview.findings.push(moved::goes(&taker.path, handover));
                handover.fate()
            }
            None => leaving(&self.pair.id, live, context.controller),
        };
        match fate {
            Leaving::Deleted => {
                let live = comparable(live);
                preview.action = Action::Delete;
                preview.effective = differences(&live, &bare(&live), View::of(&self.schema));
                preview.findings.extend(loss(&self.pair.id));
            }
            Leaving::Kept(_) if handover.is_some() => preview.action = Action::Unchanged,
            Leaving::Kept(why) => {
                preview.action = Action::Unchanged;
                preview
                    .findings
                    .push(Finding::warn("not-pruned", format!("leaves Git and stays in the cluster: {why}")));
            }
            Leaving::Unsure(trouble) => (preview.trouble, preview.basis) = (Some(trouble), Basis::Nothing),
        }
    }
}

/// Says that an object is on its way out, and stays until its finalizers are through.
fn leaving_already(id: &ObjectId, live: &Value) -> Option<Finding> {
    let since = live.pointer("/metadata/deletionTimestamp")?.as_str()?;
    let finalizers = live.pointer("/metadata/finalizers").and_then(Value::as_array).into_iter().flatten();
    let names: Vec<&str> = finalizers.filter_map(Value::as_str).collect();
    let fact = format!(
        "`{id}` is being deleted since {since} and waits for `{}`: what is applied to it goes with it",
        names.join("`, `")
    );
    Some(Finding::warn("being-deleted", fact))
}

/// Takes out what is said of the values of a Secret of which only the metadata was read.
fn without_values(preview: &mut ObjectPreview) {
    let is_value = |pointer: &str| !within(pointer, "/metadata");
    let had = preview.effective.iter().chain(&preview.intended).any(|change| is_value(&change.pointer));
    preview.drift.retain(|change| !is_value(&change.pointer));
    preview.effective.retain(|change| !is_value(&change.pointer));
    preview.unsure.retain(|unsure| !is_value(&unsure.pointer));
    preview.findings.retain(|finding| !["intended-vanishes", "effective-beyond-intended"].contains(&finding.id));
    if preview.action == Action::Delete || !had {
        return;
    }
    let why = "only the metadata was read";
    preview.unsure.push(Unsure { pointer: "/data".into(), path: "data".into(), why: why.into() });
    if preview.effective.is_empty() {
        (preview.action, preview.basis) = (Action::CannotTell, Basis::Nothing);
        preview.trouble.get_or_insert_with(|| Trouble::new(Reason::NotAsked, "the values were not read"));
    }
}
