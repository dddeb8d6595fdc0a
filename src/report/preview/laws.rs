//! Laws of the report: whatever a repository holds, every comment keeps its limit, closes what it opens and names every
//! object, and nothing of the texts acts on a terminal or a forge.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::model::live::{Reason, Trouble};
use crate::model::object::ObjectId;
use crate::model::path::RepoPath;
use crate::preview::{ApplyMethod, Basis, Change, Unsure};

/// Texts that would like to act.
fn hostile() -> impl Strategy<Value = String> {
    let bad = [
        "```",
        "</details>",
        "@all",
        "#12",
        "!3",
        "https://evil.example/a",
        "<img src=x onerror=y>",
        "[x](javascript:y)",
        "|",
        "\n",
        "`",
        "<!--",
        "-->",
        "\u{1b}[2J",
        "\u{202e}",
        "# ",
        "~~~",
        "ö",
        "\\",
        "a",
        " ",
    ];
    let pieces = vec(prop_oneof![proptest::sample::select(bad.to_vec()).prop_map(str::to_owned), "[a-z]{1,8}"], 0..12);
    prop_oneof![4 => pieces.prop_map(|pieces| pieces.concat()), 1 => (1usize..1_200).prop_map(|n| "w`<".repeat(n))]
}

/// Any value.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![hostile().prop_map(Value::from), any::<i32>().prop_map(Value::from), Just(Value::Null)];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((hostile(), inner), 0..4).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Any change.
fn change() -> impl Strategy<Value = Change> {
    (hostile(), option::of(value()), option::of(value()), option::of(hostile()))
        .prop_map(|(path, before, after, by)| Change { pointer: format!("/{path}"), path, before, after, by })
}

/// Any object.
fn object() -> impl Strategy<Value = ObjectPreview> {
    let action = proptest::sample::select(vec![
        Action::Create,
        Action::Change,
        Action::Delete,
        Action::Unchanged,
        Action::CannotTell,
    ]);
    let finding = (hostile(), option::of(hostile()))
        .prop_map(|(fact, hint)| Finding { hint, ..Finding::warn("some-guard", fact) });
    let changes = || vec(change(), 0..4);
    let said = (option::of((hostile(), option::of(hostile()))), vec((hostile(), hostile()), 0..3), vec(finding, 0..3));
    ("[a-z]{8,20}", hostile(), action, (changes(), changes(), changes()), said).prop_map(
        |(name, kind, action, (intended, drift, effective), (trouble, unsure, findings))| ObjectPreview {
            id: ObjectId {
                group: String::new(),
                version: "v1".to_owned(),
                kind: kind.chars().take(20).collect(),
                namespace: None,
                name,
            },
            action,
            trouble: trouble.map(|(fact, hint)| Trouble { reason: Reason::Forbidden, fact, hint }),
            basis: Basis::Predicted,
            intended,
            drift,
            effective,
            unsure: unsure.into_iter().map(|(path, why)| Unsure { pointer: path.clone(), path, why }).collect(),
            findings,
        },
    )
}

/// Any report.
fn report() -> impl Strategy<Value = PreviewReport> {
    let root =
        (vec(object(), 0..4), hostile(), option::of(hostile()), 0..1000u32).prop_map(|(objects, why, owner, n)| {
            RootPreview {
                path: RepoPath::parse(&format!("root-{n}")).unwrap(),
                method: ApplyMethod::Flux,
                findings: vec![Finding::note("some-note", why.clone())],
                why,
                owner,
                trouble: None,
                objects,
            }
        });
    (vec(root, 0..4), hostile(), hostile(), option::of(hostile())).prop_map(|(roots, name, live, next)| PreviewReport {
        base: BaseLine { name: name.clone(), commit: "0".repeat(40) },
        head: BaseLine { name: name.clone(), commit: "1".repeat(40) },
        findings: vec![Finding::warn("whole-run", live.clone()).hint(name)],
        live,
        requests: None,
        builder: "leeward".to_owned(),
        roots,
        next,
        is_partial: false,
    })
}

/// Returns what stands outside of fences; fails where a fence stays open.
fn outside_fences(part: &str) -> String {
    let (mut open, mut outside) = (None::<String>, String::new());
    for line in part.lines() {
        let ticks: String = line.trim_start_matches(' ').chars().take_while(|c| *c == '`').collect();
        match &open {
            None if ticks.len() >= 3 => open = Some(ticks),
            None => outside.extend([line, "\n"]),
            Some(fence) if ticks.len() >= fence.len() && line.trim().chars().all(|c| c == '`') => open = None,
            Some(_) => {}
        }
    }
    assert_eq!(open, None, "{part}");
    outside
}

/// Returns a text without spans and elements of code.
fn without_code(outside: &str) -> String {
    let code = regex::Regex::new("(?s)<code>.*?</code>|`[^`\n]*`").unwrap();
    code.replace_all(outside, " ").into_owned()
}

/// Returns what a forge shows of a text: character references read.
fn shown(plain: &str) -> String {
    let reference = regex::Regex::new("&#([0-9]+);").unwrap();
    let read = |found: &regex::Captures| char::from_u32(found[1].parse().unwrap()).unwrap().to_string();
    reference.replace_all(plain, read).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_comment_is_valid_by_itself(report in report(), limit in 2_000usize..20_000) {
        let parts = preview_markdown(&report, Some(limit));
        let whole = parts.concat();
        let acts = regex::Regex::new("[@#!][A-Za-z0-9]|://").unwrap();
        for (number, part) in parts.iter().enumerate() {
            prop_assert!(part.len() <= limit, "part {} has {} of {limit}", number + 1, part.len());
            let marker = format!("<!-- leeward:preview part={} of={} -->\n", number + 1, parts.len());
            prop_assert!(part.starts_with(&marker));
            let outside = outside_fences(part);
            let count = |text: &str| outside.matches(text).count();
            prop_assert_eq!(count("<details>"), count("</details>"), "{}", outside);
            prop_assert_eq!(count("<!--"), 1, "{}", outside);
            prop_assert!(!outside.contains('@'));
            // The marker of the comment is no part of what is shown.
            let plain = without_code(outside.split_once("-->").unwrap().1);
            prop_assert!(!acts.is_match(&shown(&plain)), "{}", plain);
            prop_assert!(!plain.contains("<img") && !plain.contains("](java"), "{}", plain);
            for line in outside.lines().filter(|line| line.starts_with("| ")) {
                prop_assert_eq!(line.matches('|').count(), 6, "{}", line);
            }
        }
        for object in report.roots.iter().flat_map(|root| &root.objects) {
            prop_assert!(whole.contains(&object.id.name), "{}", object.id);
        }
    }

    #[test]
    fn nothing_acts_on_a_terminal(report in report()) {
        let texts = [preview_text(&report), preview_json(&report), preview_markdown(&report, None).concat()];
        for text in &texts {
            let acts = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
            prop_assert!(!text.chars().any(acts), "acts");
        }
        let wide = |line: &&str| line.chars().count() > 100 && !["hint: ", "next  "].iter().any(|typed| line.contains(typed));
        prop_assert_eq!(texts[0].lines().find(wide), None);
        prop_assert!(serde_json::from_str::<Value>(&texts[1]).is_ok());
    }
}
