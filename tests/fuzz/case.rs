//! Random builds: bases, overlays and components with transformers and patches.
#![expect(clippy::format_push_string, reason = "text is built piece by piece, speed does not matter")]

use std::collections::BTreeMap;

use crate::features;
use crate::objects::{Known, object, pod};
use crate::random::Random;
use crate::yaml::{Writer, double_quoted};

/// The files of a build; its root is `over`.
pub(crate) type Case = BTreeMap<String, String>;

/// Returns the case of a seed.
pub(crate) fn case(seed: u64) -> Case {
    let mut random = Random::new(seed);
    let mut files = Case::new();
    let mut known = Vec::new();
    let mut base = "resources:\n".to_owned();
    for file in 0..=random.below(2) {
        let text = resources(&mut random, &mut known);
        files.insert(format!("base/r{file}.yaml"), text);
        base.push_str(&format!("- r{file}.yaml\n"));
    }
    if random.one_in(3) {
        base.push_str(&transformers(&mut random, &mut known, &mut files, "base"));
    }
    if files.contains_key("base/vars.yaml") {
        base = base.replacen("resources:\n", "resources:\n- vars.yaml\n", 1);
    }
    files.insert("base/kustomization.yaml".to_owned(), base);
    let mut over = "resources:\n- ../base\n".to_owned();
    if random.one_in(3) {
        files.insert("over/own.yaml".to_owned(), resources(&mut random, &mut known));
        over.push_str("- own.yaml\n");
    }
    if random.one_in(4) {
        let text = transformers(&mut random, &mut known, &mut files, "part");
        let head = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n";
        files.insert("part/kustomization.yaml".to_owned(), format!("{head}{text}"));
        over.push_str("components: [../part]\n");
    }
    over.push_str(&transformers(&mut random, &mut known, &mut files, "over"));
    if random.one_in(3) {
        over.push_str("sortOptions: {order: fifo}\n");
    }
    if files.contains_key("over/vars.yaml") {
        over = over.replacen("resources:\n", "resources:\n- vars.yaml\n", 1);
    }
    files.insert("over/kustomization.yaml".to_owned(), over);
    files
}

/// A file of objects.
fn resources(random: &mut Random, known: &mut Vec<Known>) -> String {
    let mut out = String::new();
    let count = 1 + random.below(4);
    for at in 0..count {
        let (is, text) = object(random);
        known.push(is);
        if at > 0 {
            out.push_str(random.pick(&["---\n", "---\n", "--- # next\n", "---\n---\n"]));
        }
        out.push_str(&text);
    }
    match random.below(12) {
        0 => out.truncate(out.trim_end_matches('\n').len()),
        1 => out = out.replace('\n', "\r\n"),
        2 => out.push_str("---\n"),
        3 => out.push_str(&list(random, known)),
        _ => {}
    }
    out
}

/// A list object.
fn list(random: &mut Random, known: &mut Vec<Known>) -> String {
    let mut out = format!("---\napiVersion: v1\nkind: {}\nitems:\n", random.pick(&["List", "ConfigMapList"]));
    for _ in 0..=random.below(2) {
        let (is, text) = object(random);
        known.push(is);
        out.push_str(&format!("- {}\n", text.trim_end().replace('\n', "\n  ")));
    }
    out
}

/// Random transformer fields of a kustomization.
fn transformers(random: &mut Random, known: &mut Vec<Known>, files: &mut Case, folder: &str) -> String {
    let mut out = String::new();
    let does_more = random.one_in(2);
    if does_more {
        out.push_str(&features::generators(random, known, files, folder));
    }
    for (field, values) in [
        ("namespace", &["ns-b", "\"01\"", "default"][..]),
        ("namePrefix", &["p-", "\"1\""][..]),
        ("nameSuffix", &["-s", "\"-2\""][..]),
    ] {
        if random.one_in(4) {
            out.push_str(&format!("{field}: {}\n", random.pick(values)));
        }
    }
    if random.one_in(4) {
        out.push_str(&format!("commonLabels: {{app: {}, new: \"true\"}}\n", random.pick(&["l2", "\"3\""])));
    }
    if random.one_in(4) {
        let flags = random.pick(&[
            "",
            "\n  includeSelectors: true",
            "\n  includeTemplates: true",
            "\n  fields: [{path: spec/x/labels, create: true, kind: Foo}]",
        ]);
        out.push_str(&format!("labels:\n- pairs: {{app: l3, team: t}}{flags}\n"));
    }
    if random.one_in(5) {
        let value = random.pick(&["v", "\"1\"", "'true'", "\"a\\nb\""]);
        out.push_str(&format!("commonAnnotations: {{note: {value}, example.com/z: w}}\n"));
    }
    if random.one_in(4) {
        let change = random.pick(&[
            "newTag: v9",
            "newName: other/img",
            "digest: sha256:00",
            "tagSuffix: -x",
            "newName: nn\n  newTag: \"1\"",
        ]);
        out.push_str(&format!(
            "images:\n- name: {}\n  {change}\n",
            random.pick(&["nginx", "reg.io:5000/a/b", "redis", "n.*x"])
        ));
    }
    if random.one_in(8)
        && let Some(is) = known.iter().find(|is| matches!(is.kind, "Deployment" | "StatefulSet"))
    {
        out.push_str(&format!("replicas: [{{name: {}, count: {}}}]\n", is.name, random.below(9)));
    }
    out.push_str(&patch_fields(random, known, files, folder));
    if does_more {
        out.push_str(&features::others(random, known, files, folder));
    }
    if out.is_empty() { "namePrefix: q-\n".to_owned() } else { out }
}

/// Random patch fields of a kustomization.
fn patch_fields(random: &mut Random, known: &[Known], files: &mut Case, folder: &str) -> String {
    let mut out = String::new();
    if random.one_in(2) && !known.is_empty() {
        out.push_str("patches:\n");
        for at in 0..=random.below(2) {
            out.push_str(&patch(random, known, files, &format!("{folder}/p{at}.yaml")));
        }
    }
    if random.one_in(6) && !known.is_empty() {
        files.insert(format!("{folder}/old.yaml"), merge(random, known));
        out.push_str("patchesStrategicMerge: [old.yaml]\n");
    }
    if random.one_in(8) && !known.is_empty() {
        let is = &known[random.below(known.len())];
        files.insert(format!("{folder}/old-json.yaml"), json(random));
        let (group, version) = is.api_version.split_once('/').unwrap_or(("", is.api_version));
        out.push_str(&format!(
            "patchesJson6902:\n- target: {{group: {group:?}, version: {version}, kind: {}, name: {}}}\n  path: old-json.yaml\n",
            is.kind, is.name
        ));
    }
    out
}

/// An entry of `patches`.
fn patch(random: &mut Random, known: &[Known], files: &mut Case, file: &str) -> String {
    let is_json = random.one_in(3);
    let text = if is_json { json(random) } else { merge(random, known) };
    let form = random.below(4);
    let mut out = match form {
        0 | 1 => {
            files.insert(file.to_owned(), text);
            format!("- path: {}\n", file.rsplit('/').next().expect("a path has a name"))
        }
        2 => format!("- patch: |-\n    {}\n", text.trim_end().replace('\n', "\n    ")),
        _ => format!("- patch: {}\n", double_quoted(&text)),
    };
    if is_json || random.one_in(3) {
        let is = &known[random.below(known.len())];
        let target = match random.below(6) {
            0 => format!("kind: {}", is.kind),
            1 => format!("name: {}.*", &is.name[..1]),
            2 => "labelSelector: \"app in (l1, l2), last\"".to_owned(),
            3 => format!("annotationSelector: last=v, kind: {}", is.kind),
            4 => format!("kind: {}|Foo, namespace: {}", is.kind, is.namespace.unwrap_or("default")),
            _ => format!("kind: {}, name: {}", is.kind, is.name),
        };
        out.push_str(&format!("  target: {{{target}}}\n"));
    }
    if !is_json && random.one_in(6) {
        out.push_str(random.pick(&["  options: {allowNameChange: true}\n", "  options: {allowKindChange: true}\n"]));
    }
    out
}

/// A strategic merge patch.
fn merge(random: &mut Random, known: &[Known]) -> String {
    let is = &known[random.below(known.len())];
    let namespace = is.namespace.map(|namespace| format!("  namespace: {namespace}\n")).unwrap_or_default();
    let name = if random.one_in(30) { "renamed" } else { &is.name };
    let mut out = format!("apiVersion: {}\nkind: {}\nmetadata:\n  name: {name}\n{namespace}", is.api_version, is.kind);
    match random.below(8) {
        0 => out.push_str("  labels: {app: patched, tier: null}\n"),
        1 => out.push_str("  annotations: {last: null, added: \"1\"}\n"),
        2 => out.push_str(random.pick(&[
            "  labels: null\n",
            "  annotations: null\n",
            "  annotations: {$patch: replace, only: x}\n",
            "  finalizers: [f1, f2]\n",
        ])),
        _ => {}
    }
    if random.one_in(14) {
        out.push_str(random.pick(&["$patch: delete\n", "$patch: replace\n"]));
    }
    match is.kind {
        "Deployment" | "StatefulSet" | "DaemonSet" => {
            let directive =
                random.pick(&["", "", "", "      - $patch: replace\n", "      - name: c1\n        $patch: delete\n"]);
            let pod = pod(random, 6);
            let pod = pod.replacen("containers:\n", &format!("containers:\n{directive}"), 1);
            let replicas = random.pick(&["", "  replicas: 5\n", "  replicas: null\n", "  replicas: \"7\"\n"]);
            out.push_str(&format!(
                "spec:\n{replicas}  template:\n    metadata: {{labels: {{app: tpl}}}}\n    spec:\n{pod}"
            ));
        }
        "Service" => out.push_str(random.pick(&[
            "spec:\n  ports:\n  - port: 80\n    nodePort: 30000\n",
            "spec:\n  ports:\n  - {port: 443, protocol: TCP, $patch: delete}\n",
            "spec:\n  ports:\n  - {port: 9000, protocol: UDP}\n  selector: {$patch: replace, z: y}\n",
        ])),
        "ConfigMap" | "Secret" => {
            let mut writer = Writer { random, anchors: Vec::new() };
            out.push_str("data:\n");
            for at in 0..=writer.random.below(3) {
                out.push_str(&format!("  k{at}:{}", writer.value(2, 0)));
            }
        }
        "Foo" => {
            let mut writer = Writer { random, anchors: Vec::new() };
            out.push_str(&format!("spec:{}", writer.block_map(2, 3, false)));
        }
        _ => {}
    }
    out
}

/// A JSON patch.
fn json(random: &mut Random) -> String {
    let mut out = String::new();
    let is_json = random.one_in(4);
    for at in 0..=random.below(2) {
        let is_risky = random.one_in(5);
        let path = if is_risky {
            random.pick(&[
                "/metadata/labels/app",
                "/metadata/annotations/example.com~1z",
                "/spec/replicas",
                "/spec/ports/0",
                "/spec/template/spec/containers/0/image",
                "/spec/template/spec/containers/-",
                "/data/k0",
                "/spec/alpha",
                "/spec/template/spec/containers/-1/name",
                "/spec",
                "/metadata/name",
                "/metadata/namespace",
            ])
        } else {
            random.pick(&[
                "/metadata/annotations/x",
                "/metadata/extra",
                "/extra",
                "/kind",
                "/metadata/annotations/y~0z",
            ])
        };
        let operation = random.pick(if is_risky {
            &["add", "replace", "remove", "test", "copy", "move"]
        } else {
            &["add", "add", "replace"]
        });
        let value = if is_json {
            random
                .pick(&["1", "\"1\"", "null", "true", "1.50", "{\"a\": 9007199254740993}", "\"<b>\"", "[]"])
                .to_owned()
        } else {
            let mut writer = Writer { random, anchors: Vec::new() };
            if writer.random.one_in(3) { writer.flow(1) } else { writer.scalar() }
        };
        let from = "/metadata/labels/last";
        if is_json {
            let comma = if at == 0 { "[" } else { "," };
            out.push_str(&format!(
                "{comma}{{\"op\": \"{operation}\", \"path\": \"{path}\", \"from\": \"{from}\", \"value\": {value}}}\n"
            ));
        } else {
            out.push_str(&format!("- op: {operation}\n  path: {path}\n"));
            match operation {
                "copy" | "move" => out.push_str(&format!("  from: {from}\n")),
                "remove" => {}
                _ => out.push_str(&format!("  value: {value}\n")),
            }
        }
    }
    if is_json {
        out.push_str("]\n");
    }
    out
}
