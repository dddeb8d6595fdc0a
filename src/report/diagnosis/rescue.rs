//! The commands that keep the data of Backups that are being deleted: the finalizer that deletes the data is taken off, by its
//! place in the list and only while it still stands there (operator.md 12.6). Must never let a name act.

use std::collections::BTreeMap;

use crate::diagnose::Going;
use crate::model::shell::operand;

/// What Backups are called by programs.
const KIND: &str = "perconaxtradbclusterbackups.pxc.percona.com";

/// Returns the commands, one for all Backups whose finalizers look alike.
pub(super) fn commands(namespace: &str, going: &[Going]) -> Vec<String> {
    let mut alike: BTreeMap<(usize, &str), Vec<&str>> = BTreeMap::new();
    for one in going {
        alike.entry((one.index, &one.finalizer)).or_default().push(&one.name);
    }
    alike.into_iter().filter_map(|(finalizer, names)| command(namespace, finalizer, &names)).collect()
}

/// Returns the command for some Backups; none where a name would be taken for an option.
fn command(namespace: &str, (index, finalizer): (usize, &str), names: &[&str]) -> Option<String> {
    let at = format!("/metadata/finalizers/{index}");
    let patch = serde_json::json!([
        {"op": "test", "path": at, "value": finalizer},
        {"op": "remove", "path": at},
    ]);
    let patch = operand(&patch.to_string())?;
    let namespace = operand(namespace)?;
    let names: Vec<String> = names.iter().map(|name| operand(name)).collect::<Option<_>>()?;
    let one = |name: &str| format!("kubectl patch {KIND} {name} -n {namespace} --type json -p {patch}");
    match names.as_slice() {
        [name] => Some(one(name)),
        names => Some(format!("for b in {}; do {}; done", names.join(" "), one("\"$b\""))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a Backup that is being deleted.
    fn going(name: &str, index: usize) -> Going {
        let finalizer = "percona.com/delete-backup".to_owned();
        let (name, storage) = (name.to_owned(), "minio".to_owned());
        Going { name, storage, destination: "s3://b/x".to_owned(), finalizer, index }
    }

    #[test]
    fn backups_whose_finalizers_look_alike_are_one_command() {
        let patch = |at: u8| {
            format!(
                r#"'[{{"op":"test","path":"/metadata/finalizers/{at}","value":"percona.com/delete-backup"}},{{"op":"remove","path":"/metadata/finalizers/{at}"}}]'"#
            )
        };
        let expected = [
            format!("for b in a b; do kubectl patch {KIND} \"$b\" -n pxc --type json -p {}; done", patch(0)),
            format!("kubectl patch {KIND} c -n pxc --type json -p {}", patch(1)),
        ];
        assert_eq!(commands("pxc", &[going("a", 0), going("c", 1), going("b", 0)]), expected);
    }

    #[test]
    fn no_name_acts() {
        let shown = commands("pxc", &[going("a; reboot", 0)]);
        assert!(shown[0].contains(" 'a; reboot' "), "{shown:?}");
        assert_eq!(commands("pxc", &[going("--all", 0)]), [""; 0]);
        assert_eq!(commands("-A", &[going("a", 0)]), [""; 0]);
    }
}
