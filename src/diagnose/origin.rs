//! Where a line comes from, as programs that collect logs write it around the message: the pod and container that `kubectl
//! logs --prefix` and stern put before it, the fields of fluent bit and its like beside it, the port that a client got by
//! chance. Comes before a line is read: what these are called says nothing of what is wrong.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// `[pod/NAME/CONTAINER] ` of kubectl; `NAME CONTAINER ` of stern, where the container is one of a backup's.
static PREFIX: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"^(?:\[pod/[a-z0-9.-]+/[a-z0-9.-]+\] ?",
        r"|[a-z0-9][a-z0-9.-]* (?:xtrabackup|pitr|backup-init|percona-xtradb-cluster-operator) (?:│ )?)",
    ))
});
/// Fields that name the origin, and the object in which fluent bit and vector put them.
static FIELDS: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r#""kubernetes":\s*\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}"#,
        r#"|"(?:host|hostname|node|node_name|nodename|pod|pod_name|pod_ip|container|container_name|container_id|"#,
        r#"container_image|docker_id|namespace|namespace_name|stream|tag)":\s*"[^"]*""#,
    ))
});

/// The client's end of a connection, as Go names it: `10.1.2.3:33062->10.0.0.1:9000`.
static OWN_END: LazyLock<Regex> = LazyLock::new(|| regex(r"[0-9a-f.:\[\]]+:\d{1,5}->"));

/// Returns a line without what tells its origin.
pub(super) fn without_origin(line: &str) -> Cow<'_, str> {
    let message = PREFIX.find(line).map_or(line, |found| &line[found.end()..]);
    let bare = if message.contains("\":") { FIELDS.replace_all(message, "\"\"") } else { Cow::Borrowed(message) };
    if bare.contains("->") { Cow::Owned(OWN_END.replace_all(&bare, "").into_owned()) } else { bare }
}

/// Returns a pattern of this room.
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant that the tests compile")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_off_what_collectors_of_logs_add() {
        for (line, message) in [
            ("[pod/cluster1-pxc-0/xtrabackup] x refused", "x refused"),
            ("cluster1-pxc-0 xtrabackup │ x refused", "x refused"),
            ("cluster1-pitr-5c-a pitr x", "x"),
            (
                r#"{"log":"x","kubernetes":{"pod_name":"a-pxc-0","labels":{"b":"c"},"host":"mysqld-1"}}"#,
                r#"{"log":"x",""}"#,
            ),
            (
                r#"ERROR x {"namespace": "mysqld-prod", "name": "c", "error": "y"}"#,
                r#"ERROR x {"", "name": "c", "error": "y"}"#,
            ),
            ("cluster1-pxc-0 refused", "cluster1-pxc-0 refused"),
            ("read tcp 10.1.2.3:33062->10.0.0.1:9000: reset", "read tcp 10.0.0.1:9000: reset"),
            ("read tcp [fd00::1]:44441->[fd00::2]:9000: reset", "read tcp [fd00::2]:9000: reset"),
        ] {
            assert_eq!(without_origin(line), message);
        }
    }
}
