//! Lines → causes: weighs what logs say together. What succeeded later is over, what is about who is no storage never leads
//! over what is about one. Must never blame a storage for what nobody but a stranger suffers from.

use super::evidence::{Form, Heard, Log, Sighting};
use super::meaning::{bearing, is_over, meaning};
use super::order::superseded;
use super::party::{Bearing, Places};
use super::remark::{notes, unnamed};
use super::suspect::Suspect;
use super::tally::{Ranked, Tallies};

/// The most notes on who else is spoken of.
const ELSE: usize = 3;

/// What logs say.
pub(super) struct Judgement {
    /// The cause that leads.
    pub(super) leading: Suspect,
    /// What else speaks from them, the likeliest first.
    pub(super) others: Vec<Suspect>,
    /// What was wrong and no longer is.
    pub(super) over: Vec<Suspect>,
    /// What does not fit together.
    pub(super) notes: Vec<String>,
}

/// Returns what logs say, where storages are at known places.
pub(super) fn judged(heard: &[Heard<'_>], places: &Places) -> Judgement {
    let (heard, of_order) = superseded(heard, places);
    let (mut standing, mut over) = (Tallies::default(), Tallies::default());
    for (index, Heard { log, is_past }) in heard.iter().enumerate() {
        for sighting in &log.sightings {
            if let Some(meaning) = meaning(log, sighting, places) {
                let side = if *is_past || is_over(log, sighting, meaning.cause) { &mut over } else { &mut standing };
                side.add((index, log), sighting, meaning);
            }
        }
    }
    let mut over = over.ranked().suspects;
    over.retain(|suspect: &Suspect| !standing.has(suspect.cause));
    let Ranked { mut suspects, n_own, notes: of_rank } = standing.ranked();
    let present: Vec<&Log> = heard.iter().filter(|heard| !heard.is_past).map(|heard| heard.log).collect();
    let mut notes = notes(&present, &suspects);
    notes.extend(of_order.into_iter().chain(of_rank).chain(strangers(&present, places)));
    let leading = if n_own == 0 { unnamed(&present, &over) } else { suspects.remove(0) };
    Judgement { leading, others: suspects, over, notes }
}

/// Says of whom lines speak that are no storage, and do not count against one.
fn strangers(logs: &[&Log], places: &Places) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for (log, sighting) in logs.iter().flat_map(|log| log.sightings.iter().map(move |sighting| (log, sighting))) {
        let note = match bearing(log, sighting, places) {
            Bearing::Storage => continue,
            Bearing::Party(party) => {
                let host = sighting.whose.host().map(|host| format!(" at `{host}`")).unwrap_or_default();
                format!(
                    "{} of {}{host}, which is no storage: it does not count against one",
                    spoken(log, sighting),
                    party.name
                )
            }
            Bearing::Stranger => {
                let host = sighting.whose.host().unwrap_or_default();
                format!(
                    "{} of `{host}`, where no storage of the cluster is: it does not count against one",
                    spoken(log, sighting)
                )
            }
        };
        if notes.len() < ELSE && !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}

/// Returns where a sighting stands, as the start of a sentence.
fn spoken(log: &Log, sighting: &Sighting) -> String {
    let line = if log.about.form == Form::State { String::new() } else { format!(", line {},", sighting.first) };
    format!("`{}`{line} speaks", log.name)
}
