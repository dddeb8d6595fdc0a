//! `diagnose --log`: pasted logs in, one cause out, with the lines it rests on; logs of every size and make.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::world::{Run, World};

/// A log of a backup whose key the storage does not know.
const UNKNOWN: &str = "\
+ aws s3 ls s3://pxc-a/x
An error occurred (InvalidAccessKeyId) when calling the ListObjectsV2 operation: The AWS Access Key Id you provided does not exist in our records.
+ export AWS_SECRET_ACCESS_KEY=sesame-street
261122 03:00:08 xbcloud: Probe failed. Please check your credentials and endpoint settings.
";

/// Returns a world with a log.
fn world(log: &str) -> World {
    let world = World::empty();
    world.write("pod.log", log);
    world
}

/// Runs the program with a text on stdin.
fn piped(world: &World, args: &[&str], input: &[u8]) -> Run {
    let mut command = world.command(env!("CARGO_BIN_EXE_leeward"));
    command.current_dir(world.repo()).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A run that refuses its arguments may be gone before the text is.
    drop(child.stdin.take().unwrap().write_all(input));
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[test]
fn says_the_cause_the_line_and_the_next_command() {
    let world = world(UNKNOWN);
    let run = world.leeward(&["diagnose", "--log", "pod.log", "--cluster", "pxc/cluster1", "--storage", "minio-a"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(run.stdout, @r#"
    AccessKeyUnknown: the storage does not know the access key, or has it disabled (certain)
      place     ListObjectsV2
      evidence  pod.log:2
                  An error occurred (InvalidAccessKeyId) when calling the ListObjectsV2 operation: The
                  AWS Access Key Id you provided does not exist in our records.
      calls for rotate: give backups a key that the storage knows and has enabled; another place is not
                needed
      looked at pod.log, 4 lines
    next  leeward plan --cluster pxc/cluster1 --storage minio-a --action rotate
    "#);
    let markdown = world.leeward(&["diagnose", "--log", "pod.log", "--format", "markdown"]);
    insta::assert_snapshot!(markdown.stdout, @r#"
    ## AccessKeyUnknown: the storage does not know the access key, or has it disabled (certain)

    Calls for rotate: give backups a key that the storage knows and has enabled; another place is not needed.

    Place: `ListObjectsV2`

    | where | line |
    | --- | --- |
    | pod.log:2 | `An error occurred (InvalidAccessKeyId) when calling the ListObjectsV2 operation: The AWS Access Key Id you provided does not exist in our records.` |

    Next: `leeward plan --storage STORAGE --action rotate --all`
    "#);
}

#[test]
fn tells_a_program_the_same_in_the_form_of_the_schema() {
    let world = world(UNKNOWN);
    let run = world.leeward(&["diagnose", "--log", "pod.log", "--format", "json"]);
    let said: Value = serde_json::from_str(&run.stdout).unwrap();
    let of = |field: &str| said[field].clone();
    assert_eq!((of("version"), of("kind"), of("cause")), (1.into(), "Diagnosis".into(), "AccessKeyUnknown".into()));
    assert_eq!((of("confidence"), of("calls_for"), of("side")), ("certain".into(), "rotate".into(), "storage".into()));
    assert_eq!((&said["evidence"][0]["source"], &said["evidence"][0]["line"]), (&"pod.log".into(), &2.into()));
    let schema: Value = serde_json::from_str(&world.leeward(&["schema", "diagnosis"]).stdout).unwrap();
    for field in schema["required"].as_array().unwrap() {
        assert!(said.get(field.as_str().unwrap()).is_some(), "{field}");
    }
    assert_eq!(world.leeward(&["schema", "config"]), world.leeward(&["schema"]));
}

#[test]
fn reads_stdin_beside_files() {
    let world = world("quiet\n");
    let run = piped(&world, &["diagnose", "--log", "pod.log", "--log", "-"], UNKNOWN.as_bytes());
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("stdin:2\n"), "{run:?}");
    let run = piped(&world, &["diagnose", "--log", "-", "--log", "-"], b"");
    let want = "error: stdin is named twice\nhint: --log -\n";
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (3, "", want));
}

#[test]
fn never_shows_a_secret() {
    let log = UNKNOWN.replace(
        "ListObjectsV2 operation:",
        "ListObjectsV2 operation: https://u:sesame-street@minio/ Signature=sesame-street",
    );
    let world = world(&log);
    for format in ["text", "markdown", "json"] {
        let run = world.leeward(&["diagnose", "--log", "pod.log", "--format", format]);
        assert!(run.stdout.contains("***") && !run.stdout.contains("sesame"), "{run:?}");
    }
}

#[test]
fn finding_no_cause_is_no_success() {
    let world = world("all quiet\n");
    let run = world.leeward(&["diagnose", "--log", "pod.log"]);
    assert_eq!(run.code, 4, "{run:?}");
    assert!(run.stdout.starts_with("CannotTell: the evidence names no cause\n"), "{run:?}");
    assert!(run.stderr.starts_with("error: the evidence names no cause\nhint: kubectl logs "), "{run:?}");
}

#[test]
fn refuses_what_is_no_log() {
    let world = world("x");
    std::fs::write(world.repo().join("pod.log.gz"), [0x1f, 0x8b, 8, 0]).unwrap();
    std::fs::create_dir(world.repo().join("logs")).unwrap();
    for (file, said) in [
        ("none.log", "error: failed to read log `none.log`\ncaused by: no such file\nhint: --log FILE\n"),
        ("logs", "error: failed to read log `logs`\ncaused by: it is a folder\nhint: --log FILE\n"),
        (
            "pod.log.gz",
            "error: failed to read log `pod.log.gz`\ncaused by: it is compressed\nhint: gzip -dc pod.log.gz | leeward diagnose --log -\n",
        ),
    ] {
        let run = world.leeward(&["diagnose", "--log", file]);
        assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (3, "", said));
    }
    let run = world.leeward(&["diagnose"]);
    let said = "error: there is nothing to look at\nhint: leeward diagnose --log FILE\n";
    assert_eq!((run.code, run.stderr.as_str()), (2, said));
}

#[test]
fn a_log_of_fifty_megabytes_is_read_in_little_memory() {
    let world = World::empty();
    let mut file = std::io::BufWriter::new(std::fs::File::create(world.repo().join("pod.log")).unwrap());
    let line = "261122 03:01:10 xbcloud: [1] successfully uploaded chunk: c1-full/app/AccessDenied.ibd.00000000000000000017, size: 10485760\n";
    let lines = 50_000_000 / line.len();
    for number in 0..lines {
        file.write_all(line.as_bytes()).unwrap();
        if number == lines / 2 {
            file.write_all(b"\xff\xfe\n").unwrap();
        }
    }
    file.write_all(
        b"261122 03:06:31 xbcloud: S3 error message: Bucket quota exceeded\n261122 03:06:33 xbcloud: Upload failed.\n",
    )
    .unwrap();
    file.into_inner().unwrap();
    let run = world.run(&["sh", "-c", "ulimit -v 400000; exec \"$@\"", "sh"], &["diagnose", "--log", "pod.log"], &[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.starts_with("QuotaExceeded: "), "{run:?}");
    assert!(run.stdout.contains(&format!("pod.log:{}\n", lines + 2)), "{run:?}");
}

/// Returns every file below a folder.
fn files(folder: &std::path::Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push((path.clone(), std::fs::read(path).unwrap())) }
        }
    }
    found.sort();
    found
}

#[test]
fn saved_evidence_gives_the_same_answer_byte_for_byte_and_holds_no_secret() {
    let world = world(UNKNOWN);
    let wide: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("password: sesame-street\r\nAccess Denied.\r\n".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    std::fs::write(world.repo().join("wide.log"), wide).unwrap();
    let from = ["--log", "pod.log", "--log", "wide.log", "--log", "-", "--storage", "minio-a", "--to", "minio-b"];
    for format in ["text", "markdown", "json"] {
        let bundle = format!("bundle-{format}");
        let whole = [&["diagnose", "--format", format, "--save", &bundle], &from[..]].concat();
        let input = b"\x1b[31m{\"msg\": \"{\\\"secretKey\\\": \\\"sesame-street\\\"}\"}\n(SignatureDoesN";
        let first = piped(&world, &whole, input);
        assert_eq!(first.code, 0, "{first:?}");
        let again = world.leeward(&["diagnose", "--format", format, "--evidence", &bundle]);
        assert_eq!(again, first);
        let saved = files(&world.repo().join(&bundle));
        assert_eq!(saved.len(), 4);
        for (path, bytes) in saved {
            let text = String::from_utf8(bytes).unwrap();
            assert!(!text.contains("sesame"), "{}: {text}", path.display());
        }
        let copy = world.leeward(&[
            "diagnose",
            "--format",
            format,
            "--evidence",
            &bundle,
            "--save",
            &format!("{bundle}-copy"),
        ]);
        assert_eq!(copy, first);
    }
    let run = world.leeward(&["diagnose", "--log", "pod.log", "--save", "bundle-text"]);
    let said =
        "error: failed to save the evidence to `bundle-text`\ncaused by: the folder is not empty\nhint: --save DIR\n";
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (3, "", said));
}

#[test]
fn evidence_from_others_leads_nowhere_else() {
    let world = world(UNKNOWN);
    let index = |file: &str| {
        format!(
            r#"{{"version": 1, "kind": "Evidence", "subject": {{"clusters": [], "storage": null, "to": null}}, "logs": [{{"name": "x", "file": "{file}"}}]}}"#
        )
    };
    let refused = |index: &str| {
        world.write("bundle/evidence.json", index);
        let run = world.leeward(&["diagnose", "--evidence", "bundle"]);
        assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{run:?}");
        run.stderr
    };
    assert!(refused(&index("../pod.log")).contains("`../pod.log`"));
    assert!(refused(&index("none.log")).contains("caused by: it has no file `none.log`\nhint: --evidence DIR\n"));
    assert!(
        refused(&index("x").replace("\"version\": 1", "\"version\": 3"))
            .contains("is `Evidence` of version `3`, not `Evidence` of version `1` or `2`")
    );
    assert!(refused("{").contains("caused by: `evidence.json`: "));
    std::os::unix::fs::symlink(world.repo().join("pod.log"), world.repo().join("bundle/link.log")).unwrap();
    assert!(refused(&index("link.log")).contains("caused by: `link.log` is a link\n"));
    let run = world.leeward(&["diagnose", "--evidence", "nowhere"]);
    assert!(run.code == 3 && run.stderr.contains("it has no file `evidence.json`"), "{run:?}");
}

/// Returns the repository of the examples with a diagnosis of a log beside it.
fn diagnosed(log: &str) -> World {
    let world = World::gitops();
    std::fs::write(world.top().join("pod.log"), log).unwrap();
    let run = world.leeward(&["diagnose", "--log", "../pod.log", "--format", "json"]);
    std::fs::write(world.top().join("diagnosis.json"), run.stdout).unwrap();
    world
}

/// A log of a storage that does not answer.
const DEAD: &str = "Connect timeout on endpoint URL: \"https://u:sesame@minio.a.example:9000/pxc-a\"\n";
/// What the proposals of these tests have in common.
const ALL: [&str; 7] = ["--all", "--storage", "minio-a", "--to", "minio-b", "--diagnosis", "../diagnosis.json"];

#[test]
fn cause_and_line_go_into_git_and_stay_there() {
    let world = diagnosed(DEAD);
    let run = world.leeward(&[&["propose"], &ALL[..]].concat());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    let branch = "leeward/minio-a-1122/protect";
    let incident = world.show(branch, "clusters/prod-a/pxc/recovery/minio-a-1122/incident.yaml");
    assert!(incident.contains("  name: \"EndpointUnreachable\"\n"), "{incident}");
    let reason = "diagnosed EndpointUnreachable (certain), ../pod.log:1: Connect timeout on endpoint URL: \"https://***@minio.a.example:9000/pxc-a\"";
    let message = world.git(&["log", "-1", "--format=%B", branch]);
    assert_eq!(message.lines().nth(2), Some(reason));
    let again = world.leeward(&["propose", "--all", "--storage", "minio-a", "--to", "minio-b"]);
    assert!(again.stdout.contains("\nalready proposed: "), "{again:?}");
    let body = world.leeward(&[&["plan", "--format", "markdown", "--reason", "called at 3"], &ALL[..]].concat());
    assert!(body.stdout.contains("Reason: called at 3; diagnosed EndpointUnreachable (certain), "), "{body:?}");
}

#[test]
fn no_secret_of_a_diagnosis_that_somebody_edited_goes_into_git() {
    let world = diagnosed(DEAD);
    let file = world.top().join("diagnosis.json");
    let mut value: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    value["evidence"][0]["text"] =
        "AWS_SECRET_ACCESS_KEY=sesame1 mc admin user add r bob sesame2 https://u:sesame3@h/".into();
    value["evidence"][0]["source"] = "token: sesame4".into();
    std::fs::write(file, value.to_string()).unwrap();
    let reason = ["--reason", "after MYSQL_PWD=sesame5 leaked"];
    let plan = world.leeward(&[&["plan", "--format", "json"], &ALL[..], &reason].concat());
    let run = world.leeward(&[&["propose"], &ALL[..], &reason].concat());
    assert_eq!((run.code, plan.code), (0, 0), "{run:?} {plan:?}");
    let branch = "leeward/minio-a-1122/protect";
    let commit = world.git(&["show", "--format=%B", branch]);
    assert!(
        commit.contains("after MYSQL_PWD=*** leaked; diagnosed EndpointUnreachable (certain), token: ***"),
        "{commit}"
    );
    for text in [commit, run.stdout, run.stderr, plan.stdout, plan.stderr] {
        assert!(!text.contains("sesame"), "{text}");
    }
}

#[test]
fn an_action_that_the_cause_does_not_call_for_is_a_finding() {
    let findings = |log: &str, args: &[&str]| {
        let world = diagnosed(log);
        let run = world.leeward(&[&["plan", "--format", "json"], args].concat());
        assert_eq!(run.code, 0, "{run:?}");
        let plan: Value = serde_json::from_str(&run.stdout).unwrap();
        let of = |finding: &Value| {
            [&finding["level"], &finding["id"], &finding["hint"]].map(|part| part.as_str().unwrap_or("").to_owned())
        };
        let all = plan["findings"].as_array().unwrap().iter().map(of);
        all.filter(|[_, id, _]| id.starts_with("diagnosis")).map(|parts| parts.join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(findings(DEAD, &ALL), [""; 0]);
    assert_eq!(findings(UNKNOWN, &ALL), ["warn diagnosis-contradicts --action rotate"]);
    assert_eq!(findings("Access Denied.\n", &ALL), ["warn diagnosis-contradicts "]);
    assert_eq!(findings("quiet\n", &ALL), ["note diagnosis-open leeward diagnose --log FILE --format json"]);
    let rotate = ["--all", "--storage", "minio-a", "--action", "rotate", "--diagnosis", "../diagnosis.json"];
    assert_eq!(findings(UNKNOWN, &rotate), [""; 0]);
    assert_eq!(findings(DEAD, &rotate), ["warn diagnosis-contradicts --action failover"]);
}

#[test]
fn refuses_what_is_no_diagnosis() {
    let world = World::gitops();
    let refused = |text: &str| {
        std::fs::write(world.top().join("diagnosis.json"), text).unwrap();
        let run = world.leeward(&[&["plan"], &ALL[..]].concat());
        assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{run:?}");
        run.stderr
    };
    let head = "error: failed to read diagnosis `../diagnosis.json`\ncaused by: it is ";
    let hint = "\nhint: leeward diagnose --log FILE --format json\n";
    assert_eq!(
        refused("{\"version\": 1, \"kind\": \"Plan\"}"),
        format!("{head}`Plan` of version `1`, not `Diagnosis` of version `1`{hint}")
    );
    assert!(refused("nonsense").starts_with(&format!("{head}no diagnosis: ")));
    assert!(
        refused("{\"version\": 1, \"kind\": \"Diagnosis\", \"cause\": \"Moon\"}")
            .starts_with(&format!("{head}no diagnosis: "))
    );
}
