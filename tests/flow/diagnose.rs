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
