//! Tests of what is done so that the comments are the parts.

use super::*;
use crate::forge::pull::Author;

/// Returns a comment.
fn comment(id: u64, name: &str, body: &str) -> Comment {
    Comment { id, body: body.to_owned(), author: Author { name: name.to_owned(), is_bot: false } }
}

/// Returns a part.
fn part(number: usize, of: usize, text: &str) -> String {
    format!("<!-- leeward:preview part={number} of={of} -->\n{text}")
}

/// Returns the steps of user `bot` for parts.
fn of(comments: &[Comment], parts: &[String]) -> Vec<Step> {
    steps(comments, &Me::Named("bot".to_owned()), "preview", parts)
}

#[test]
fn writes_what_is_missing_over_what_differs_and_removes_what_is_too_much() {
    let there = [
        comment(1, "ann", "hello"),
        comment(2, "bot", &part(1, 3, "one")),
        comment(3, "bot", &part(2, 3, "two")),
        comment(4, "bot", &part(3, 3, "three")),
    ];
    assert_eq!(of(&there, &[1, 2, 3].map(|n| part(n, 3, ["one", "two", "three"][n - 1]))), []);
    assert_eq!(
        of(&there, &[part(1, 2, "one"), part(2, 2, "more")]),
        [Step::Rewrite(2, part(1, 2, "one")), Step::Rewrite(3, part(2, 2, "more")), Step::Remove(4)]
    );
    assert_eq!(of(&there[..1], &[part(1, 1, "one")]), [Step::Write(part(1, 1, "one"))]);
    assert_eq!(of(&there, &[]), [Step::Remove(2), Step::Remove(3), Step::Remove(4)]);
}

#[test]
fn of_doubles_the_oldest_stays() {
    let there = [9, 5, 7].map(|id| comment(id, "bot", &part(1, 1, "one")));
    assert_eq!(of(&there, &[part(1, 1, "one")]), [Step::Remove(7), Step::Remove(9)]);
}

#[test]
fn comments_of_people_and_of_other_kinds_are_not_touched() {
    let quoted = format!("> {}\n\nwhat is this?", part(1, 1, "one"));
    let there = [
        comment(1, "ann", &part(1, 1, "copied")),
        comment(2, "bot", &quoted),
        comment(3, "bot", &part(1, 1, "other").replace(":preview", ":previews")),
        comment(4, "bot", "<!-- leeward:preview part=x of=1 -->"),
    ];
    assert_eq!(of(&there, &[part(1, 1, "one")]), [Step::Write(part(1, 1, "one"))]);
}

#[test]
fn line_breaks_and_ends_make_no_difference() {
    let there = [comment(1, "BOT", &part(1, 1, "one\r\ntwo"))];
    assert_eq!(of(&there, &[part(1, 1, "one\ntwo\n")]), []);
}
