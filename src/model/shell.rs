//! Text as one word of a POSIX shell, and the commands of hints: those are typed, and what they name comes from a repository.
//! Must never let a name act: neither on the shell nor as an option.

use std::path::Path;

use super::object::ObjectId;

/// Returns a text as one word of a POSIX shell.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | ':' | '=' | '@' | ',' | '+');
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// Returns a text as one word that a command does not take for an option; none where it would: what is named so cannot be
/// named on a command line, and no API server takes such a name.
pub fn operand(text: &str) -> Option<String> {
    (!text.starts_with('-')).then(|| quoted(text))
}

/// Returns the command that does something to an object: its kind, its name and its namespace; none where one of them would
/// be taken for an option.
pub fn kubectl(verb: &str, (kind, name, namespace): (&str, &str, Option<&str>)) -> Option<String> {
    let (kind, name) = (operand(&kind.to_lowercase())?, operand(name)?);
    let place = match namespace {
        Some(namespace) => format!(" -n {}", operand(namespace)?),
        None => String::new(),
    };
    Some(format!("kubectl {verb} {kind} {name}{place}"))
}

/// Returns the same for an object by its identity; its group tells its kind from others of that name.
pub fn kubectl_of(verb: &str, id: &ObjectId) -> Option<String> {
    let kind = if id.group.is_empty() { id.kind.clone() } else { format!("{}.{}", id.kind, id.group) };
    kubectl(verb, (&kind, &id.name, id.namespace.as_deref()))
}

/// Returns `git`, with the option that names its repository unless that is where one stands.
pub fn git_in(repo: &Path) -> String {
    if repo == Path::new(".") { "git".to_owned() } else { format!("git -C {}", quoted(&repo.to_string_lossy())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_command_takes_a_name_for_an_option() {
        let of = |group: &str, kind: &str, namespace: Option<&str>, name: &str| {
            let (group, kind, name) = (group.to_owned(), kind.to_owned(), name.to_owned());
            let namespace = namespace.map(str::to_owned);
            kubectl_of("get", &ObjectId { group, version: "v1".to_owned(), kind, namespace, name })
        };
        let shown = |hint: &str| Some(hint.to_owned());
        assert_eq!(of("", "ConfigMap", Some("a"), "x"), shown("kubectl get configmap x -n a"));
        assert_eq!(of("apps", "Deployment", None, "x; reboot"), shown("kubectl get deployment.apps 'x; reboot'"));
        assert_eq!(of("", "ConfigMap", Some("a"), "--server=http://evil"), None);
        assert_eq!(of("", "-s", Some("a"), "x"), None);
        assert_eq!(of("", "ConfigMap", Some("--token"), "x"), None);
        assert_eq!(operand("--all"), None);
    }

    #[test]
    fn makes_one_word_of_any_text() {
        assert_eq!(quoted("prod:pxc-a/cluster1"), "prod:pxc-a/cluster1");
        assert_eq!(quoted("minio a; rm -rf ~"), "'minio a; rm -rf ~'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
    }
}
