//! Which kubeconfig is taken where none is named: asked of a process of its own, whose environment is set.

use std::path::Path;
use std::process::Command;

use leeward::cluster::{Access, Cluster};
use leeward::failure::hint_of;
use tempfile::TempDir;

use crate::setting::kubeconfig;

/// Tells the process of its own from the tests.
const CHILD: &str = "LEEWARD_TEST_CHILD";

/// Returns what a connection says in a process with these variables and no others; the folder as `DIR`.
fn connect(folder: &Path, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["environment::says_what_it_connects_to", "--exact", "--nocapture"]).env_clear().env(CHILD, "1");
    let dir = folder.to_str().unwrap();
    command.envs(variables.iter().map(|(name, value)| (name, value.replace("DIR", dir))));
    let output = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let said = output.lines().find_map(|line| Some(line.split_once("SAYS ")?.1)).unwrap_or(&output);
    said.replace(dir, "DIR")
}

#[test]
fn says_what_it_connects_to() {
    let set = |name: &str| std::env::vars_os().any(|(known, _)| known == *name);
    if !set(CHILD) {
        return;
    }
    match Cluster::connect(&Access::default()) {
        Ok(cluster) => println!("SAYS {}", cluster.describe()),
        Err(error) => println!("SAYS {error:#} | {}", hint_of(&error).unwrap_or_default()),
    }
}

#[test]
fn a_broken_kubeconfig_never_leads_elsewhere() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| {
        std::fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
        std::fs::write(folder.path().join(name), text).unwrap();
    };
    write("home/.kube/config", &kubeconfig(1, "{}"));
    write("two", &kubeconfig(2, "{}").replace("here", "two"));
    write("broken", "{");
    write("broken-home/.kube/config", "{");
    let pod = ("KUBERNETES_SERVICE_HOST", "10.0.0.1");
    let home = ("HOME", "DIR/home");
    let broken = "line 1: this is no kubeconfig | kubectl config view --kubeconfig FILE";
    for (variables, expected) in [
        (vec![home], "context `here` at `http://127.0.0.1:1`".to_owned()),
        (vec![home, pod], "context `here` at `http://127.0.0.1:1`".to_owned()),
        (vec![home, ("KUBECONFIG", "DIR/two")], "context `two` at `http://127.0.0.1:2`".to_owned()),
        (vec![home, ("KUBECONFIG", "DIR/none:DIR/two")], "context `two` at `http://127.0.0.1:2`".to_owned()),
        (
            vec![home, ("KUBECONFIG", "DIR/two:DIR/home/.kube/config")],
            "context `two` at `http://127.0.0.1:2`".to_owned(),
        ),
        (
            vec![home, ("KUBE_RS_DEBUG_OVERRIDE_URL", "http://127.0.0.1:9")],
            "context `here` at `http://127.0.0.1:1`".to_owned(),
        ),
        (
            vec![home, pod, ("KUBECONFIG", "DIR/none")],
            "failed to read kubeconfig `DIR/none`: no such file | --kubeconfig FILE".to_owned(),
        ),
        (
            vec![home, pod, ("KUBECONFIG", "DIR/none:DIR/no")],
            "none of `DIR/none`, `DIR/no` is there | --kubeconfig FILE".to_owned(),
        ),
        (vec![home, pod, ("KUBECONFIG", "DIR/broken")], format!("failed to read kubeconfig `DIR/broken`: {broken}")),
        (
            vec![home, pod, ("KUBECONFIG", "DIR/two:DIR/broken")],
            format!("failed to read kubeconfig `DIR/broken`: {broken}"),
        ),
        (
            vec![pod, ("HOME", "DIR/broken-home")],
            format!("failed to read kubeconfig `DIR/broken-home/.kube/config`: {broken}"),
        ),
        (
            vec![("HOME", "DIR/nowhere")],
            "no kubeconfig is there, and this is no pod | --kubeconfig FILE, or --live PATH".to_owned(),
        ),
    ] {
        assert_eq!(connect(folder.path(), &variables), expected, "{variables:?}");
    }
    let nothing = TempDir::new().unwrap();
    let only = connect(nothing.path(), &[("HOME", "DIR"), pod]);
    assert!(only.starts_with("failed to use the service account of the pod: "), "{only}");
}
