//! Tests of the text of a pull request: what people wrote stays, what leeward said is said again only when it changes.

use super::*;
use crate::model::incident::Stage;
use crate::model::name::IncidentId;

/// Returns the mark of the tests.
fn marker() -> Marker {
    Marker::new(&IncidentId::parse("minio-a-1122").unwrap(), Stage::Protect)
}

/// Returns words without reviewers.
fn words<'a>(title: &'a str, body: &'a str) -> Words<'a> {
    Words { title, body, reviewers: &[] }
}

#[test]
fn the_first_text_holds_the_body_between_two_marks() {
    let text = first(words("title", "\n## What\n\ndone\n\n"), &marker());
    let (start, end) = text.split_once("\n## What\n\ndone\n\n").unwrap();
    assert_eq!(start, "<!-- leeward:minio-a-1122/protect -->");
    assert_eq!(end, "<!-- /leeward:minio-a-1122/protect title=aaf232064610 text=e2825adfd670 asked=e3b0c44298fc -->");
    assert!(is_marked(&text, &marker()));
}

#[test]
fn the_same_words_change_nothing_whatever_forge_and_people_did_to_them() {
    let text = first(words("title", "body\nmore"), &marker());
    for text in [
        text.clone(),
        text.replace('\n', "\r\n"),
        text.replace("body", "b0dy, says a person"),
        format!("Read this first!\n\n{text}\n\nand this"),
        text.trim().to_owned() + "\n",
    ] {
        assert_eq!(edit("title", &text, words("title", "body\nmore"), &marker()), Edit::default(), "{text}");
        assert_eq!(edit("Another title", &text, words("title", "body\nmore"), &marker()), Edit::default(), "{text}");
    }
}

#[test]
fn new_words_replace_leewards_part_alone() {
    let text = format!("Before.\n{}\nAfter.", first(words("title", "body"), &marker()));
    let edit = edit("title", &text, words("new title", "new body"), &marker());
    assert_eq!(edit.title.as_deref(), Some("new title"));
    let expected = format!("Before.\n{}\nAfter.", first(words("new title", "new body"), &marker()));
    assert_eq!(edit.body, Some(expected));
}

#[test]
fn a_title_that_a_person_gave_stays_for_ever() {
    let text = first(words("title", "body"), &marker());
    let once = edit("theirs", &text, words("new title", "new body"), &marker());
    assert_eq!(once.title, None);
    let twice = edit("theirs", &once.body.unwrap(), words("newer title", "newer body"), &marker());
    assert_eq!(twice.title, None);
    assert_eq!(edit("theirs", &twice.body.unwrap(), words("newest", "newer body"), &marker()), Edit::default());
}

#[test]
fn without_both_marks_the_text_is_a_persons() {
    let text = first(words("title", "body"), &marker());
    let cut = &text[..text.find("<!-- /").unwrap()];
    assert!(is_marked(cut, &marker()));
    assert_eq!(edit("title", cut, words("new", "new"), &marker()), Edit::default());
    let quoted = format!("> {}", text.replace('\n', "\n> "));
    assert!(!is_marked(&quoted, &marker()));
    assert!(!is_marked("", &marker()));
}

#[test]
fn marks_of_other_stages_and_incidents_are_not_ours() {
    let other = Marker::new(&IncidentId::parse("minio-a-1122").unwrap(), Stage::Resume);
    let longer = Marker::new(&IncidentId::parse("minio-a-1122-2").unwrap(), Stage::Protect);
    let text = first(words("title", "body"), &marker());
    assert!(!is_marked(&text, &other) && !is_marked(&text, &longer));
}

#[test]
fn reviewers_are_asked_when_the_list_changes_and_only_then() {
    let list = ["ann".to_owned()];
    let asking = Words { reviewers: &list, ..words("title", "body") };
    let text = first(words("title", "body"), &marker());
    let asked = edit("title", &text, asking, &marker());
    assert!(asked.asks);
    assert_eq!(edit("title", &asked.body.unwrap(), asking, &marker()), Edit::default());
}

proptest::proptest! {
    #[test]
    fn whatever_is_said_is_said_once_and_nothing_around_it_is_lost(
        titles in ("\\PC{1,30}", "\\PC{1,30}"),
        bodies in ("(\\PC|\n|\r\n){0,80}", "(\\PC|\n|\r\n){0,80}"),
        around in ("(\\PC|\n){0,40}", "(\\PC|\n){0,40}"),
    ) {
        let text = format!("{}\n{}\n{}", around.0, first(words(&titles.0, &bodies.0), &marker()), around.1);
        assert_eq!(edit(&titles.0, &text, words(&titles.0, &bodies.0), &marker()), Edit::default());
        let new = words(&titles.1, &bodies.1);
        let once = edit(&titles.0, &text, new, &marker());
        let (title, body) = (once.title.unwrap_or(titles.0), once.body.unwrap_or(text));
        assert_eq!(title, titles.1);
        assert!(body.starts_with(&format!("{}\n", around.0)) && body.ends_with(&format!("\n{}", around.1)), "{body}");
        assert_eq!(edit(&title, &body, new, &marker()), Edit::default());
    }
}
