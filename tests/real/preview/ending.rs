//! An API server that ends while it is asked: whatever was not answered is trouble of its object, never "no difference".

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;

use serde_json::{Value, json};

use super::change::{Change, applied, owners};
use super::link::{Link, Then};
use super::stage::{Said, Stage};
use crate::bed::Bed;

/// Where the objects are.
const PLACE: &str = "ending-server";
/// How many there are: too few for a list, so that each is asked for by itself.
const COUNT: usize = 12;
/// After how many parts of all that is answered the server ends, one after the other.
const PARTS: usize = 4;

/// Returns the objects with a word: large enough that an answer is many packets.
fn objects(word: &str) -> Vec<Value> {
    let labels = json!({"kustomize.toolkit.fluxcd.io/name": PLACE, "kustomize.toolkit.fluxcd.io/namespace": PLACE});
    let one = |at: usize| {
        json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": format!("m{at}"), "namespace": PLACE, "labels": labels},
            "data": {"word": word, "long": "x".repeat(9_000)},
        })
    };
    (0..COUNT).map(one).collect()
}

/// What a preview says when all is answered.
struct Whole {
    code: i32,
    objects: BTreeMap<String, Value>,
}

impl Whole {
    /// Takes it from a preview.
    fn of(said: &Said) -> Self {
        Self { code: said.code, objects: by_name(&answer(said)) }
    }
}

/// Returns the kubeconfig of a link.
fn kubeconfig(stage: &Stage, link: &Link) -> PathBuf {
    let server = json!(format!("https://127.0.0.1:{}", link.port));
    stage.kubeconfig("link", &[("/clusters/0/cluster/server", server)])
}

/// Returns the preview of a change through a link.
fn through(stage: &Stage, link: &Link, change: &Change, args: [&str; 2]) -> Said {
    preview(stage, &kubeconfig(stage, link), change, args)
}

/// Previews in a format, with a dry run or none.
fn preview(stage: &Stage, kubeconfig: &Path, change: &Change, [format, dry_run]: [&str; 2]) -> Said {
    stage.preview_as(kubeconfig, change, &["--format", format, "--dry-run", dry_run])
}

/// Returns what a preview says.
fn answer(said: &Said) -> Value {
    serde_json::from_str(&said.answer).unwrap_or_else(|_| panic!("{}", said.whole()))
}

/// Returns the objects of an answer by name.
fn by_name(answer: &Value) -> BTreeMap<String, Value> {
    let objects = answer["roots"][0]["objects"].as_array().unwrap().iter();
    objects.map(|object| (object["id"]["name"].as_str().unwrap().to_owned(), object.clone())).collect()
}

/// Asserts that each object is shown as when all was answered, or says why not; returns how many say so.
fn hold(said: &Said, whole: &Whole) -> usize {
    let answer = answer(said);
    let shown = by_name(&answer);
    assert_eq!(shown.len(), COUNT, "{}", said.whole());
    let is_other = |(name, object): &(&String, &Value)| **object != whole.objects[*name];
    let others: Vec<&Value> = shown.iter().filter(is_other).map(|(_, object)| object).collect();
    for object in &others {
        assert_eq!(object["trouble"]["reason"], "unreachable", "{object}");
        let fact = object["trouble"]["fact"].as_str().unwrap();
        assert!(fact.contains("the connection") && fact.contains("https://127.0.0.1:"), "{fact}");
        // What was read, and only not asked for a dry run, is still predicted.
        let expected =
            if object["basis"] == "predicted" { &whole.objects["m0"]["action"] } else { &json!("cannot-tell") };
        assert_eq!(object["action"], *expected, "{object}");
    }
    let is_owner_unread = !answer["roots"][0]["trouble"].is_null();
    assert_eq!(said.code, if others.is_empty() && !is_owner_unread { whole.code } else { 4 }, "{}", said.whole());
    others.len()
}

pub(crate) fn what_a_server_that_ends_did_not_answer_is_trouble_of_each_object(bed: &Bed) {
    let stage = bed.stage();
    let change = deployed(stage);
    for (live, action) in [("old", "change"), ("new", "unchanged")] {
        stage.deploy(&objects(live));
        for dry_run in ["none", "server"] {
            let open = Link::open(stage.port(), usize::MAX, Then::Cut);
            let whole = Whole::of(&through(stage, &open, &change, ["json", dry_run]));
            assert!(whole.objects.values().all(|object| object["action"] == action), "{:?}", whole.objects);
            cut(stage, &change, dry_run, (&whole, open.answered()));
        }
    }
}

/// Asserts that nothing is taken for an answer, wherever the answers end.
fn cut(stage: &Stage, change: &Change, dry_run: &str, (whole, all): (&Whole, usize)) {
    let link = |part: usize| Link::open(stage.port(), all * part / PARTS, Then::Cut);
    let cut_after = |part: usize| hold(&through(stage, &link(part), change, ["json", dry_run]), whole);
    let troubled: Vec<usize> = (0..PARTS).map(cut_after).collect();
    let text = through(stage, &link(PARTS / 2), change, ["text", dry_run]);
    assert_eq!(text.code, 4, "{}", text.whole());
    assert!(!text.answer.contains("no difference"), "{}", text.whole());
    // How many connections are made, and so how much is not of an answer, is not the same in each run.
    assert!(troubled[..=PARTS / 2].iter().all(|count| *count > 0), "{dry_run}: {troubled:?} of {COUNT}");
    assert_eq!(troubled[0], COUNT, "{dry_run}: {troubled:?}");
}

pub(crate) fn a_server_that_ends_in_the_middle_of_a_run_is_said_of_what_it_left(_: &Bed) {
    let mut stage = Stage::start().unwrap();
    let change = deployed(&stage);
    stage.deploy(&objects("old"));
    let open = Link::open(stage.port(), usize::MAX, Then::Hold);
    let whole = Whole::of(&through(&stage, &open, &change, ["json", "none"]));
    let link = Link::open(stage.port(), open.answered() / 2, Then::Hold);
    let mut held = stage.command(&kubeconfig(&stage, &link), &change, &["--format", "json"]);
    let running = thread::spawn(move || held.output().unwrap());
    assert!(link.is_held(), "the answers did not come to the middle");
    stage.cluster.end_server();
    link.lose();
    let output = running.join().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().unwrap();
    let said = Said { code, answer: text(&output.stdout), aside: text(&output.stderr) };
    let count = hold(&said, &whole);
    assert!(count > 0, "{}", said.whole());
    // The same from the start: nothing at all is answered.
    let gone = preview(&stage, stage.cluster.kubeconfig(), &change, ["json", "server"]);
    assert_eq!(hold(&gone, &whole), COUNT);
}

/// Makes what the objects need, and a change of each.
fn deployed(stage: &Stage) -> Change {
    stage.cluster.namespace(PLACE).unwrap();
    stage.deploy(&owners("flux", PLACE));
    let tree = |word: &str| applied("flux", PLACE, &objects(word));
    Change::new(stage.folder(PLACE), &tree("old"), &tree("new"))
}
