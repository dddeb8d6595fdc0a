//! An object that leaves one root and comes to another in the same change: whether it is handed over, or deleted by the one
//! controller and made anew by the other. Asked by `object` on both sides. Must never call such an object deleted, or safe,
//! where that hangs on which controller comes first.

use std::collections::BTreeMap;

use super::controller::RootController;
use super::desired::Sent;
use super::difference::{bare, differences};
use super::identity::Pair;
use super::prune::{Leaving, leaving};
use super::schema::Schema;
use super::settings_argo::OPTIONS;
use super::settings_flux::GROUP;
use super::strip::comparable;
use super::view::View;
use super::{Action, ApplyMethod, Basis, Deployed, ObjectPreview};
use crate::model::finding::Finding;
use crate::model::live::{Reason, Trouble};
use crate::model::object::{Key, Object, ObjectId};
use crate::model::path::RepoPath;
use crate::model::shell::kubectl_of;

/// The finding of an object that moves.
const ID: &str = "moves-root";

/// A root, and who applies it.
#[derive(Debug, Clone)]
pub(super) struct Neighbour {
    /// The root.
    pub(super) path: RepoPath,
    /// Who applies it.
    pub(super) controller: RootController,
    /// Whether the base has the folder.
    in_base: bool,
    /// Whether the head has it.
    in_head: bool,
}

impl Neighbour {
    /// Returns a root with who applies it.
    pub(super) fn of(deployed: &Deployed, controller: &RootController) -> Self {
        let Deployed { in_base, in_head, .. } = *deployed;
        Self { path: deployed.path.clone(), controller: controller.clone(), in_base, in_head }
    }

    /// Returns whether it is another root than one, and may be applied to the same cluster.
    fn is_beside(&self, (path, controller): Side<'_>) -> bool {
        let is_one_name = self.controller.owner.is_some() && self.controller.owner == controller.owner;
        self.path != *path && !self.controller.reach.is_apart(&controller.reach, is_one_name)
    }
}

/// A root that asks, and who applies it.
type Side<'a> = (&'a RepoPath, &'a RootController);

/// Where an object is.
struct Home {
    /// The root.
    root: usize,
    /// As the base of that root builds it.
    before: Option<Object>,
    /// Whether its head builds it.
    is_after: bool,
}

/// The objects that more than one root of a run has.
pub(super) struct Moves {
    /// The roots.
    roots: Vec<Neighbour>,
    /// Where such objects are.
    homes: BTreeMap<Key<String>, Vec<Home>>,
}

impl Moves {
    /// Returns the objects that more than one of these roots has.
    pub(super) fn of(roots: &[(&Deployed, &RootController)]) -> Self {
        let mut homes: BTreeMap<Key<String>, Vec<Home>> = BTreeMap::new();
        if roots.len() < 2 {
            return Self { roots: Vec::new(), homes };
        }
        for (root, (deployed, _)) in roots.iter().enumerate() {
            for object in &deployed.before {
                let home = Home { root, before: Some(object.clone()), is_after: false };
                homes.entry(object.id.owned_key()).or_default().push(home);
            }
            for object in &deployed.after {
                let homes = homes.entry(object.id.owned_key()).or_default();
                match homes.iter_mut().find(|home| home.root == root) {
                    Some(home) => home.is_after = true,
                    None => homes.push(Home { root, before: None, is_after: true }),
                }
            }
        }
        homes.retain(|_, homes| homes.len() > 1);
        Self { roots: roots.iter().map(|(deployed, controller)| Neighbour::of(deployed, controller)).collect(), homes }
    }

    /// Returns the homes of an object beside a root, on what may be the same cluster.
    fn beside<'a>(&'a self, id: &ObjectId, of: Side<'a>) -> impl Iterator<Item = (&'a Home, &'a Neighbour)> {
        let homes = self.homes.get(&id.owned_key()).into_iter().flatten();
        homes.map(|home| (home, &self.roots[home.root])).filter(move |(_, neighbour)| neighbour.is_beside(of))
    }

    /// Returns the root that has an object after it left this one.
    pub(super) fn taken<'a>(&'a self, id: &ObjectId, of: Side<'a>) -> Option<&'a Neighbour> {
        self.beside(id, of).find(|(home, _)| home.is_after).map(|(_, neighbour)| neighbour)
    }

    /// Returns an object that comes to a root, as the root builds it that it leaves, and that root.
    pub(super) fn given<'a>(&'a self, pair: &Pair, of: Side<'a>) -> Option<(Pair, &'a Neighbour)> {
        if pair.before.is_some() || pair.after.is_none() {
            return None;
        }
        let (home, giver) = self.beside(&pair.id, of).find(|(home, _)| home.before.is_some() && !home.is_after)?;
        let before = home.before.as_ref().map(|object| object.value.clone());
        Some((Pair { before, ..pair.clone() }, giver))
    }
}

/// What becomes of an object between two roots.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Handover {
    /// It stays, and why.
    Kept(String),
    /// It is deleted and made anew, and why.
    Remade(String),
    /// It is deleted, and whether it comes back hangs on the order.
    Lost(String),
    /// Nobody can tell.
    Open(Trouble),
}

impl Handover {
    /// Returns what the root that gives the object away does to it.
    pub(super) fn fate(&self) -> Leaving {
        match self {
            Self::Kept(why) => Leaving::Kept(why.clone()),
            Self::Remade(_) | Self::Lost(_) => Leaving::Deleted,
            Self::Open(trouble) => Leaving::Unsure(trouble.clone()),
        }
    }

    /// Returns the words for it.
    fn words(&self) -> &str {
        match self {
            Self::Kept(why) | Self::Remade(why) | Self::Lost(why) => why,
            Self::Open(trouble) => &trouble.fact,
        }
    }
}

/// Returns what becomes of a live object between the root that gives it away and the one that takes it.
pub(super) fn handover(id: &ObjectId, live: &serde_json::Value, (giver, taker): (&Neighbour, &Neighbour)) -> Handover {
    let same = giver.controller.owner.as_ref().filter(|one| Some(*one) == taker.controller.owner.as_ref());
    if let Some(one) = same.filter(|_| !giver.in_head && !taker.in_base) {
        return Handover::Kept(format!("`{one}` applies both, so it stays"));
    }
    match leaving(id, live, &giver.controller) {
        Leaving::Kept(why) => Handover::Kept(format!("{} does not delete it: {why}", name(giver))),
        Leaving::Unsure(trouble) => Handover::Open(trouble),
        Leaving::Deleted if same.is_some() => Handover::Open(half_way(id, giver, taker)),
        Leaving::Deleted => by_order(id, giver, taker),
    }
}

/// Returns what the order of two controllers' objects makes of an object that the first would delete.
fn by_order(id: &ObjectId, giver: &Neighbour, taker: &Neighbour) -> Handover {
    let (from, to) = (name(giver), name(taker));
    let is_flux = |one: &Neighbour| one.controller.method == ApplyMethod::Flux;
    if is_flux(giver) != is_flux(taker) {
        // Neither controller takes the other's marks away, and by its marks each finds what to delete.
        let why = format!("its marks of {from} stay, so that {from} deletes it whichever comes first");
        return if is_flux(taker) || taker.controller.argo.heals {
            Handover::Remade(format!("{why}, and {to} makes it anew"))
        } else {
            Handover::Lost(format!("{why}; {to} does not make it anew where it came first: self-heal is off"))
        };
    }
    let (gives_late, takes_late) = (is_held(&giver.controller), is_held(&taker.controller));
    if takes_late && !gives_late {
        return Handover::Remade(format!("{to} is held: {from} deletes it first, and {to} makes it anew later"));
    }
    if (gives_late && !takes_late) || waits(giver, taker) {
        return Handover::Kept(format!("{to} comes first and takes it over before {from} would delete it"));
    }
    if waits(taker, giver) {
        return Handover::Remade(format!("{to} waits for {from}, which deletes it; {to} makes it anew"));
    }
    Handover::Open(undecided(id, giver, (&from, &to)))
}

/// Says that one controller's object may come by between its two folders: what it applies there lacks the object.
fn half_way(id: &ObjectId, giver: &Neighbour, taker: &Neighbour) -> Trouble {
    let one = name(giver);
    let (from, to) = (&giver.path, &taker.path);
    let between = if giver.in_head { format!("`{from}` as merged") } else { format!("`{to}` as it was") };
    let fact = format!(
        "{one} applies both, and deletes it where it applies {between} before its path and its revision have both moved"
    );
    keeping(id, giver, fact)
}

/// Says that only the order tells.
fn undecided(id: &ObjectId, giver: &Neighbour, (from, to): (&str, &str)) -> Trouble {
    let fact = format!(
        "where {to} comes first it is handed over, where {from} does it is deleted and made anew: nothing orders the two"
    );
    keeping(id, giver, fact)
}

/// Returns a trouble with what keeps the object either way.
fn keeping(id: &ObjectId, giver: &Neighbour, fact: String) -> Trouble {
    let mark = match giver.controller.method {
        ApplyMethod::Flux => format!("{GROUP}/prune=disabled"),
        ApplyMethod::ArgoCd | ApplyMethod::ArgoCdSsa => format!("{OPTIONS}=Prune=false"),
    };
    let hint = kubectl_of("annotate", id).map(|command| format!("{command} {mark}"));
    hint.into_iter().fold(Trouble::new(Reason::Undecided, fact), Trouble::hint)
}

/// Returns whether a controller does nothing until a person says so.
fn is_held(controller: &RootController) -> bool {
    match controller.method {
        ApplyMethod::Flux => controller.flux.is_suspended,
        ApplyMethod::ArgoCd | ApplyMethod::ArgoCdSsa => controller.argo.held.is_some(),
    }
}

/// Returns whether Flux applies one root only after another: it asks for that, and both are made from the same source, of
/// which the other has to have applied the same revision.
fn waits(one: &Neighbour, other: &Neighbour) -> bool {
    let (one, other) = (&one.controller, &other.controller);
    let Some((name, namespace)) = &other.flux.named else { return false };
    let is_it = |(place, own): &(String, String)| place == namespace && own == name;
    one.method == ApplyMethod::Flux && one.flux.waits_for.iter().any(is_it) && one.flux.source == other.flux.source
}

/// Returns what applies a root, for people.
fn name(of: &Neighbour) -> String {
    of.controller.owner.as_ref().map_or_else(|| format!("what applies `{}`", of.path), |owner| format!("`{owner}`"))
}

/// Says where an object goes.
pub(super) fn goes(to: &RepoPath, handover: &Handover) -> Finding {
    said(format!("moves to the root `{to}`: {}", handover.words()), handover)
}

/// Says where an object comes from.
pub(super) fn comes(from: &RepoPath, handover: &Handover) -> Finding {
    said(format!("comes from the root `{from}`: {}", handover.words()), handover)
}

/// Returns a finding, a warning where the object may go.
fn said(fact: String, handover: &Handover) -> Finding {
    if matches!(handover, Handover::Kept(_)) { Finding::note(ID, fact) } else { Finding::warn(ID, fact) }
}

/// Previews an object that comes to a root and is not simply handed over.
pub(super) fn taken(handover: &Handover, after: Sent, schema: &Schema, preview: &mut ObjectPreview) {
    let trouble = match handover {
        Handover::Kept(_) | Handover::Remade(_) => None,
        Handover::Lost(why) => Some(Trouble::new(Reason::Undecided, why.clone())),
        Handover::Open(trouble) => Some(trouble.clone()),
    };
    if trouble.is_some() {
        preview.trouble = trouble;
        return;
    }
    let mut value = after.value;
    schema.defaulted(&mut value);
    (preview.action, preview.basis) = (Action::Create, Basis::Predicted);
    preview.unsure = after.unsure;
    preview.effective = differences(&bare(&value), &comparable(&value), View::of(schema));
}

#[cfg(test)]
mod tests;
