//! Lists: one change of a whole list becomes what differs inside it, entry by entry where entries have names.
//! An entry without a name has no address that stays, so such lists are compared by lines.

use serde_json::{Map, Value};
use similar::{ChangeTag, TextDiff};

use super::line::Line;
use super::value::{entry, lines, scalar};

/// How many lines around a difference are shown.
const CONTEXT: usize = 2;

/// Returns what differs between two lists: a phrase, and lines.
pub(super) fn list(before: &[Value], after: &[Value]) -> (String, Vec<Line>) {
    if let (Some(was), Some(now)) = (named(before), named(after)) {
        return entries(&was, &now);
    }
    let (was, now) = (Value::from(before.to_vec()), Value::from(after.to_vec()));
    let phrase = match (before.len(), after.len()) {
        (was, now) if was == now => "entries change".to_owned(),
        (was, now) => format!("{} → {}", count(was), count(now)),
    };
    (phrase, text(&lines(&was), &lines(&now)))
}

/// Returns the difference of two texts by lines.
pub(super) fn text(before: &[String], after: &[String]) -> Vec<Line> {
    let (before, after): (Vec<&str>, Vec<&str>) =
        (before.iter().map(String::as_str).collect(), after.iter().map(String::as_str).collect());
    let diff = TextDiff::from_slices(&before, &after);
    let mut out = Vec::new();
    for (number, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if number > 0 {
            out.push(Line::same("…"));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            out.push(Line { sign, text: change.value().to_owned() });
        }
    }
    out
}

/// A list entry with its name.
type Entry<'a> = (&'a str, &'a Map<String, Value>);

/// Returns the entries by name where each is a map with a name of its own.
fn named(list: &[Value]) -> Option<Vec<Entry<'_>>> {
    let entries: Option<Vec<Entry>> =
        list.iter().map(|entry| Some((entry.get("name")?.as_str()?, entry.as_object()?))).collect();
    let entries = entries?;
    let mut names: Vec<&str> = entries.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.dedup();
    (names.len() == list.len()).then_some(entries)
}

/// Returns what differs between lists whose entries have names.
fn entries(was: &[Entry], now: &[Entry]) -> (String, Vec<Line>) {
    let pairs = pairs(was, now);
    let mut out = Vec::new();
    for pair in &pairs {
        match pair {
            (Some(was), Some(now)) if was == now => {}
            (Some(was), Some(now)) => changed(&mut out, *was, *now),
            (None, Some((_, fields))) => out.extend(whole(fields).map(|text| Line { sign: '+', text })),
            (Some((_, fields)), None) => out.extend(whole(fields).map(|text| Line { sign: '-', text })),
            (None, None) => {}
        }
    }
    let differing = pairs.iter().filter(|(was, now)| was != now).count();
    if differing == 0 {
        return order(was, now);
    }
    let verb = if differing == 1 { "changes" } else { "change" };
    let of = if pairs.len() == 1 { "entry" } else { "entries" };
    (format!("{differing} of {} {of} {verb}", pairs.len()), out)
}

/// Returns entries that belong together: of one name, else renamed at the same place.
fn pairs<'a>(was: &[Entry<'a>], now: &[Entry<'a>]) -> Vec<(Option<Entry<'a>>, Option<Entry<'a>>)> {
    let find = |list: &[Entry<'a>], name: &str| list.iter().copied().find(|(other, _)| *other == name);
    let renamed = |from: &[Entry<'a>], to: &[Entry<'a>], at: usize| {
        to.get(at).copied().filter(|(name, _)| find(from, name).is_none())
    };
    let mut pairs: Vec<_> = was
        .iter()
        .enumerate()
        .map(|(at, old)| (Some(*old), find(now, old.0).or_else(|| renamed(was, now, at))))
        .collect();
    let new = now.iter().enumerate().filter(|(at, (name, _))| {
        find(was, name).is_none() && was.get(*at).is_none_or(|(old, _)| find(now, old).is_some())
    });
    pairs.extend(new.map(|(_, new)| (None, Some(*new))));
    pairs
}

/// Writes the fields of an entry that changed.
fn changed(out: &mut Vec<Line>, (old, was): Entry, (new, now): Entry) {
    let title = if old == new { scalar(old) } else { format!("{} → {}", scalar(old), scalar(new)) };
    out.push(Line::same(&format!("{title}:")));
    let added = now.keys().filter(|key| !was.contains_key(*key));
    for key in was.keys().chain(added) {
        let (before, after) = (was.get(key), now.get(key));
        if before == after {
            continue;
        }
        let of = |value: Option<&Value>| value.map(|value| entry(&scalar(key), value)).unwrap_or_default();
        out.extend(text(&of(before), &of(after)).into_iter().map(Line::indented));
    }
}

/// Returns the lines of a whole entry.
fn whole(fields: &Map<String, Value>) -> impl Iterator<Item = String> {
    lines(&Value::from(vec![Value::from(fields.clone())])).into_iter()
}

/// Returns what differs where the entries are the same: their order.
fn order(was: &[Entry], now: &[Entry]) -> (String, Vec<Line>) {
    let names = |list: &[Entry]| list.iter().map(|(name, _)| format!("- {}", scalar(name))).collect::<Vec<_>>();
    ("the order changes".to_owned(), text(&names(was), &names(now)))
}

/// Returns a count of entries.
fn count(count: usize) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}
