//! The laws of the edit, over generated kustomizations as odd as people write them.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::*;
use crate::model::yaml;

/// List elements, as lines behind the indentation.
const ELEMENTS: &[&[&str]] = &[
    &["- a"],
    &["-   \"é # x\"   # ü"],
    &["- './b'", "# - c"],
    &["- path: a", "  # options: {}", "  target:", "      kind: B"],
    &["-", "  path: a", "", "  target: {kind: B}"],
    &["- patch: |-", "    - op: add", "      # no comment", "", "      path: /é"],
    &["- path: a", "  patch: |+", "    a", "", "", "    b", "", ""],
    &["- |", "  a", "    b", "", "# c"],
    &["- |", "  # a", "", "   ", "", "  # c"],
    &["- >-", "  a", "", "  b"],
    &["- |2+", "    a", "   ", ""],
    &["-"],
    &["- &x a", "- *x"],
    &["- - a", "  - b", "- ? c", "  : - d"],
    &["- {a: [b,", "    c]}"],
    &["- 'two", "", "    lines'"],
    &["- two", "   lines", "  # end"],
    &["# why", "- a", "", "# - b"],
    &["- a", "   # deep", "", "  # apart"],
];
/// Values that are no block list, behind the colon.
const VALUES: &[&[&str]] = &[
    &[" é"],
    &[""],
    &[" # none yet"],
    &[" [a, b]"],
    &[" {a: b,", "  c: [d]}"],
    &["", "  a: b", "  c:", "  - d"],
    &[" |", "  a", "", "  b"],
    &[" |+", "  a", "", ""],
    &[" \"two", "", "  lines\" # x"],
    &["", "# - a", "", "# - b"],
    &[" &y c"],
    &[" []"],
    &[" ~"],
];
/// What stands between fields.
const BETWEEN: &[&[&str]] = &[
    &[],
    &[],
    &[""],
    &["# objects"],
    &["", "# objects", ""],
    &["  # deep"],
    &["# - x", "#   y"],
    &["", "", "   "],
    &["", "#- x", "", "# y"],
];
/// What stands at the top.
const TOPS: &[&[&str]] = &[&[], &[], &["---"], &["# é", "---", ""], &["", "# c"], &["%YAML 1.1", "---"]];
/// What stands at the end.
const ENDS: &[&[&str]] = &[
    &[],
    &[],
    &["..."],
    &["---"],
    &["", "# vim: ft=yaml"],
    &["# end", "..."],
    &["", "---", "# nothing"],
    &["  "],
    &["", "#- off", "#  x: y", "", "# end"],
    &["", "  # - off", "", "  # deep", "..."],
];
/// Keys that may hold the lists leeward edits.
const EDITED: &[&str] = &["components", "Components", "'components'", "patches", "\"patches\"", "PATCHES"];

/// Returns a field: its lines with a key and, mostly, a block list.
fn field(key: &'static str) -> BoxedStrategy<Vec<String>> {
    let list = (0..5_usize, prop::collection::vec(select(ELEMENTS), 1..4)).prop_map(move |(indent, elements)| {
        let lines = elements.concat().into_iter().map(|line| format!("{:indent$}{line}", ""));
        std::iter::once(format!("{key}:")).chain(lines).collect()
    });
    let value = select(VALUES).prop_map(move |value| {
        let mut lines: Vec<String> = value.iter().map(|&line| line.to_owned()).collect();
        lines[0].insert_str(0, &format!("{key}:"));
        lines
    });
    prop_oneof![3 => list, 1 => value].boxed()
}

/// Returns the lines of a kustomization.
fn body() -> impl Strategy<Value = Vec<String>> {
    let others = prop::sample::subsequence(vec!["resources", "namespace", "images", "\"labels\"", "x"], 0..4);
    let edited = prop::sample::subsequence(EDITED.to_vec(), 0..3);
    let keys = (others, edited).prop_map(|(others, edited)| [others, edited].concat()).prop_shuffle();
    keys.prop_flat_map(|keys| {
        let fields: Vec<_> = keys.into_iter().map(|key| (field(key), select(BETWEEN))).collect();
        (select(TOPS), fields, select(ENDS), prop_oneof![6 => Just(0_usize), 1 => Just(2_usize)])
    })
    .prop_map(|(top, fields, end, indent)| {
        let own = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect::<Vec<_>>();
        let fields = fields.into_iter().flat_map(|(field, between)| [field, own(between)].concat());
        let fields = fields.map(|line| if line.is_empty() { line } else { format!("{:indent$}{line}", "") });
        own(top).into_iter().chain(fields).chain(own(end)).collect()
    })
}

/// Returns a kustomization with its line endings, byte order mark, and perhaps without a last line ending.
fn kustomization() -> impl Strategy<Value = String> {
    let endings = prop_oneof![
        2 => Just(vec!["\n"]),
        1 => Just(vec!["\r\n"]),
        1 => prop::collection::vec(select(&["\n", "\r\n"][..]), 7),
    ];
    let cut = select(&["whole", "whole", "bare"][..]);
    (body(), endings, select(&["", "", "\u{feff}"][..]), cut).prop_map(|(lines, endings, bom, cut)| {
        let mut text = bom.to_owned();
        text.extend(lines.iter().zip(endings.iter().cycle()).flat_map(|(line, ending)| [line.as_str(), ending]));
        if cut == "bare" { text.trim_end_matches(['\r', '\n']).to_owned() } else { text }
    })
}

/// Returns an item to insert; `n` tells two apart.
fn item(list: List, n: usize) -> Item {
    match list {
        List::Components => Item::Component { path: format!("recovery/incident-{n}") },
        List::Patches => {
            let target = PatchTarget {
                group: "pxc.percona.com".to_owned(),
                version: "v1".to_owned(),
                kind: "PerconaXtraDBCluster".to_owned(),
                name: format!("^db-{n}$"),
                namespace: (n == 1).then(|| "^pxc$".to_owned()),
            };
            Item::Patch { path: format!("recovery/incident-{n}/backup-patch.yaml"), target }
        }
    }
}

/// Returns the value of a kustomization.
fn value(text: &[u8]) -> Value {
    yaml::documents(str::from_utf8(text).unwrap().trim_start_matches('\u{feff}')).unwrap().remove(0)
}

/// Returns the value with an item's last in its list.
fn expected(before: &[u8], item: &Item) -> Value {
    let mut value = value(before);
    let fields = value.as_object_mut().unwrap();
    let name = item.list().key();
    let key = fields.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned().unwrap_or_else(|| name.to_owned());
    let list = fields.entry(key).or_insert(json!(null));
    let mut elements = list.as_array().cloned().unwrap_or_default();
    elements.push(item.value());
    *list = Value::Array(elements);
    value
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn inserts_bytes_that_say_the_item_and_takes_exactly_them_back(text in kustomization()) {
        for list in [List::Components, List::Patches] {
            let (before, item) = (text.as_bytes(), item(list, 1));
            let Ok(after) = insert(before, &item) else { continue };
            let front = before.iter().zip(&after).take_while(|(b, a)| b == a).count();
            prop_assert!(after.ends_with(&before[front..]) && after.len() > before.len());
            prop_assert_eq!(value(&after), expected(before, &item));
            prop_assert_eq!(insert(&after, &item).unwrap(), after.clone());
            let restored = take_back(&after, item.path()).unwrap().unwrap();
            prop_assert_eq!(String::from_utf8(restored).unwrap(), text.clone());
        }
    }

    #[test]
    fn takes_two_items_back_in_any_order(text in kustomization(), lists in select(&[
        [List::Components, List::Components], [List::Patches, List::Patches],
        [List::Components, List::Patches], [List::Patches, List::Components],
    ][..])) {
        let items = [item(lists[0], 1), item(lists[1], 2)];
        let Ok(both) = insert(text.as_bytes(), &items[0]).and_then(|one| insert(&one, &items[1])) else { return Ok(()) };
        for (first, second) in [(&items[0], &items[1]), (&items[1], &items[0])] {
            let one = take_back(&both, first.path()).unwrap().unwrap();
            let alone = insert(text.as_bytes(), second).unwrap();
            prop_assert_eq!(String::from_utf8_lossy(&one), String::from_utf8_lossy(&alone));
            let none = take_back(&one, second.path()).unwrap().unwrap();
            prop_assert_eq!(String::from_utf8_lossy(&none), text.as_str());
        }
    }

    #[test]
    fn never_panics_on_bytes(bytes in prop::collection::vec(select(&b"a:- \n\r\t[]{}#&*!|>'\"\xef\xbb\xbf?%.,~"[..]), 0..40)) {
        if let Ok(after) = insert(&bytes, &item(List::Components, 1)) {
            prop_assert_eq!(take_back(&after, "recovery/incident-1").unwrap().unwrap(), bytes);
        }
    }
}

/// The laws say nothing about refused files: most generated ones have to be accepted.
#[test]
fn accepts_most_generated_files() {
    let mut runner = TestRunner::deterministic();
    let texts: Vec<String> = (0..400).map(|_| kustomization().new_tree(&mut runner).unwrap().current()).collect();
    let failures: Vec<Failure> =
        texts.iter().filter_map(|text| insert(text.as_bytes(), &item(List::Components, 1)).err()).collect();
    println!("{} of {} accepted", texts.len() - failures.len(), texts.len());
    for failure in &failures {
        println!("refused: {failure}");
    }
    assert!(failures.len() * 3 < texts.len(), "{failures:?}");
}
