//! `diagnose --save` and `--evidence` with what a cluster showed; and when a cluster is asked beside files.

use serde_json::json;

use crate::incident::answer::said;
use crate::incident::{COLLECTOR, Incident, diagnose, leeward, leeward_with};
use crate::server::json;
use crate::setting::{Setting, healthy};

#[test]
fn what_is_saved_gives_the_same_answer_and_holds_no_secret() {
    let mut incident = Incident::new();
    incident.cluster["status"]["message"] = json!(["Get https://u:sesame-street@minio/: token: sesame-street"]);
    incident.logs[0].2 += "\nlast line without end, password=sesame-street";
    let setting = incident.setting();
    for format in ["text", "markdown", "json"] {
        let first = diagnose(&setting, &["--cluster", "pxc/cluster1", "--format", format, "--save", format]);
        assert_eq!(first.code, 0, "{first:?}");
        assert_eq!(incident.diagnosed(&["--format", format]).stdout, first.stdout, "saving changes nothing");
        let again = leeward(&setting, &["diagnose", "--format", format, "--evidence", format]);
        assert_eq!((again.code, again.stdout), (0, first.stdout.clone()));
        let copy = format!("{format}-copy");
        let copied = leeward(&setting, &["diagnose", "--format", format, "--evidence", format, "--save", &copy]);
        assert_eq!(copied.stdout, first.stdout);
        for file in ["objects.json", "evidence.json", "logs/01.log", "logs/04.log"] {
            let [one, two] = [format, &copy]
                .map(|folder| std::fs::read_to_string(setting.folder().join(folder).join(file)).unwrap());
            assert_eq!(one, two, "{file}");
            assert!(!one.contains("sesame"), "{file}: {one}");
        }
        assert!(!first.stdout.contains("sesame"), "{first:?}");
    }
}

#[test]
fn objects_of_others_are_refused_where_they_are_no_snapshot() {
    let setting = Incident::new().setting();
    assert_eq!(diagnose(&setting, &["--cluster", "pxc/cluster1", "--save", "bundle"]).code, 0);
    let file = setting.folder().join("bundle/objects.json");
    let whole = std::fs::read_to_string(&file).unwrap();
    let refused = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let run = leeward(&setting, &["diagnose", "--evidence", "bundle"]);
        assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{run:?}");
        assert!(
            run.stderr.starts_with("error: failed to read evidence `bundle`\ncaused by: ")
                && run.stderr.ends_with("\nhint: --evidence DIR\n"),
            "{run:?}"
        );
    };
    refused("{");
    refused("[]");
    refused(&whole.replace("\"namespace\": \"pxc\",\n  \"name\"", "\"more\": 1,\n  \"name\""));
    refused(&whole.replace("\"at\": \"2026-11-22T10:00:00Z\"", "\"at\": \"soon\""));
    std::fs::remove_file(&file).unwrap();
    let run = leeward(&setting, &["diagnose", "--evidence", "bundle"]);
    assert!(run.code == 3 && run.stderr.contains("it has no file `objects.json`"), "{run:?}");
    std::fs::write(&file, whole).unwrap();
    let run = diagnose(&setting, &["--evidence", "bundle"]);
    let said =
        "error: two parts of the evidence show the objects of a cluster\nhint: one --evidence DIR, without --context\n";
    assert_eq!((run.code, run.stderr.as_str()), (3, said));
}

#[test]
fn files_are_enough_and_a_cluster_is_asked_beside_them_only_where_it_is_named() {
    let setting = Setting::of(healthy());
    std::fs::write(setting.folder().join("pod.log"), COLLECTOR).unwrap();
    let kubeconfig = setting.kubeconfig();
    let variables = [("LEEWARD_KUBECONFIG", kubeconfig.to_str().unwrap())];
    let run = leeward_with(&setting, &["diagnose", "--log", "pod.log", "--cluster", "pxc/cluster1"], &variables);
    assert!(run.code == 0 && run.stdout.starts_with("EndpointUnreachable: "), "{run:?}");
    assert_eq!(setting.server.lines(), [""; 0]);
    let setting = Incident::new().setting();
    std::fs::write(
        setting.folder().join("pod.log"),
        "An error occurred (XMinioStorageFull) when calling the PutObject operation: full\n",
    )
    .unwrap();
    let run = diagnose(&setting, &["--cluster", "pxc/cluster1", "--log", "pod.log", "--format", "json"]);
    assert_eq!(said(&run, "/others/0/cause"), "StorageFull", "{run:?}");
    let one = json(200, &json!({"kind": "PerconaXtraDBClusterList", "apiVersion": "pxc.percona.com/v1", "items": []}));
    let setting = Incident::new().but("/apis/pxc.percona.com/v1/perconaxtradbclusters?limit=500", one).setting();
    let run = diagnose(&setting, &[]);
    assert_eq!((run.code, run.stderr.as_str()), (3, "error: no cluster is there\nhint: --cluster NAMESPACE/NAME\n"));
}
