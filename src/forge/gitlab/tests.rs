//! Tests of what GitLab would take for a command.

use super::*;

#[test]
fn no_line_outside_a_fence_is_a_command() {
    let text = "/merge\n a\n  /close\n/ x\n```\n/kept\n~~~\n```\n/label ~x\n//x\n";
    let expected = "\\/merge\n a\n  \\/close\n/ x\n```\n/kept\n~~~\n```\n\\/label ~x\n//x\n";
    assert_eq!(inert(text), expected);
    assert_eq!(inert(expected), expected);
}
