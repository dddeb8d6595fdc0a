//! Random generators, configurations, replacements and variables.
#![expect(clippy::format_push_string, reason = "text is built piece by piece, speed does not matter")]

use crate::case::Case;
use crate::objects::{Known, NAMES};
use crate::random::Random;
use crate::yaml::{Writer, double_quoted};

/// Texts that are hard to carry.
const TEXTS: [&str; 22] = [
    "",
    "x",
    "1",
    "yes",
    "0x1F",
    "2001-01-01",
    "a\nb",
    "a\nb\n",
    "\n\n",
    "  leads\nx",
    "trails \nx\n",
    "\ta\n",
    "a\tb\nc",
    "win\r\nlines\r\n",
    "<a & b>",
    "\u{1b}[0m é 🙂",
    "\u{feff}bom",
    "'\"\\",
    "# not a comment",
    "a: b",
    "$(A) $$(A) $(",
    "a very long text that has to be folded somewhere since it is longer than eighty letters, which is the width\n",
];

/// Random generator fields; what they make becomes known.
pub(crate) fn generators(random: &mut Random, known: &mut Vec<Known>, files: &mut Case, folder: &str) -> String {
    let mut out = String::new();
    if random.one_in(3) {
        let options = [
            "disableNameSuffixHash: true",
            "labels: {g: \"1\", app: gen}",
            "annotations: {g: x, last: 'true'}",
            "immutable: true",
        ];
        out.push_str(&format!("generatorOptions: {{{}}}\n", random.pick(&options)));
    }
    for (field, kind) in [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")] {
        if random.one_in(2) {
            continue;
        }
        out.push_str(&format!("{field}:\n"));
        for at in 0..=random.below(2) {
            out.push_str(&generator(random, (kind, at), known, files, folder));
        }
    }
    out
}

/// One generator.
fn generator(
    random: &mut Random,
    (kind, at): (&'static str, usize),
    known: &mut Vec<Known>,
    files: &mut Case,
    folder: &str,
) -> String {
    let there: Vec<&Known> = known.iter().filter(|is| is.kind == kind).collect();
    let over = if there.is_empty() || random.one_in(3) { None } else { Some(there[random.below(there.len())].clone()) };
    let name = match &over {
        Some(is) => is.name.clone(),
        None if random.one_in(4) => random.pick(&NAMES).to_owned(),
        None => format!("gen{at}-{}", &folder[..1]),
    };
    let mut out = format!("- name: {name}\n");
    let namespace = over.as_ref().map_or_else(|| Some("ns-a").filter(|_| random.one_in(8)), |is| is.namespace);
    if let Some(namespace) = namespace {
        out.push_str(&format!("  namespace: {namespace}\n"));
    }
    if over.is_some() || random.one_in(20) {
        out.push_str(&format!(
            "  behavior: {}\n",
            random.pick(&["merge", "merge", "merge", "replace", "replace", "replace", "create"])
        ));
    }
    if random.one_in(3) {
        let options = [
            "disableNameSuffixHash: true",
            "labels: {app: own}",
            "annotations: {last: null, own: \"2\"}",
            "immutable: true",
        ];
        out.push_str(&format!("  options: {{{}}}\n", random.pick(&options)));
    }
    if kind == "Secret" && random.one_in(3) {
        out.push_str(&format!("  type: {}\n", random.pick(&["Opaque", "kubernetes.io/tls", "\"1\""])));
    }
    out.push_str(&sources(random, &format!("{kind}{at}"), files, folder));
    if over.is_none() {
        known.push(Known { api_version: "v1", kind, name, namespace });
    }
    out
}

/// The sources of a generator.
fn sources(random: &mut Random, stem: &str, files: &mut Case, folder: &str) -> String {
    let mut out = String::new();
    if random.one_in(2) {
        let count = random.below(4);
        let pairs: Vec<String> = (0..count)
            .map(|at| {
                // A kustomization may not hold control characters, not even escaped ones.
                let text = TEXTS[random.below(TEXTS.len())].replace('\u{1b}', "");
                let text = if random.one_in(4) { format!("'{text}'") } else { text };
                double_quoted(&format!("{}{at}={text}", random.pick(&["k", "K.", "l-", "_"])))
            })
            .collect();
        out.push_str(&format!("  literals: [{}]\n", pairs.join(", ")));
    }
    let file = format!("{stem}.txt");
    if random.one_in(2) {
        let text: String = (0..=random.below(3)).map(|_| TEXTS[random.below(TEXTS.len())]).collect();
        files.insert(format!("{folder}/{file}"), text);
        out.push_str(&format!(
            "  files: [{}]\n",
            random.pick(&["F", "F", "key=F", "./F", "k.y=F, F"]).replace('F', &file)
        ));
    }
    if random.one_in(3) {
        let mut text = String::new();
        for at in 0..random.below(5) {
            let value = TEXTS[random.below(TEXTS.len())].replace('\n', " ");
            let line = random.pick(&["E@=#", "  E@=#", "# no", "", "E@", "E@ =#", "export@=#", "E@=\"#\""]);
            text.push_str(&line.replace('@', &at.to_string()).replace('#', &value));
            text.push_str(random.pick(&["\n", "\n", "\r\n"]));
        }
        files.insert(format!("{folder}/{stem}.env"), text);
        out.push_str(&format!("  {}: {stem}.env\n", "env"));
    }
    out
}

/// Random configurations, replacements, plugins and variables.
pub(crate) fn others(random: &mut Random, known: &[Known], files: &mut Case, folder: &str) -> String {
    let mut out = String::new();
    if random.one_in(4) {
        out.push_str(&configurations(random, files, folder));
    }
    if known.is_empty() {
        return out;
    }
    if random.one_in(3) {
        out.push_str(&replacements(random, known, files, folder));
    }
    if random.one_in(5) {
        out.push_str(&plugins(random, known, files, folder));
    }
    if random.one_in(6) {
        out.push_str(&variables(random, known, files, folder));
    }
    out
}

/// A file of transformer configuration, and the field that names it.
fn configurations(random: &mut Random, files: &mut Case, folder: &str) -> String {
    let mut out = String::new();
    for list in [
        "namePrefix",
        "nameSuffix",
        "namespace",
        "commonLabels",
        "labels",
        "templateLabels",
        "commonAnnotations",
        "images",
        "replicas",
        "varReference",
    ] {
        if !random.one_in(4) {
            continue;
        }
        out.push_str(&format!("{list}:\n"));
        for _ in 0..=random.below(2) {
            let path = match list {
                "namePrefix" | "nameSuffix" => random.pick(&["spec/name", "metadata/name", "spec/list/name"]),
                "namespace" => {
                    random.pick(&["spec/namespace", "metadata/namespace", "subjects/namespace", "metadata/name"])
                }
                "images" | "replicas" => random.pick(&["spec/image", "spec/replicas", "spec/list[]/image"]),
                "varReference" => {
                    random.pick(&["spec", "data", "metadata/name", "spec/list", "spec/template/spec/containers/env"])
                }
                _ => random.pick(&[
                    "spec/labels",
                    "metadata/labels",
                    "metadata/annotations",
                    "spec/template/metadata/labels",
                    "spec/list/labels",
                ]),
            };
            let kind = random.pick(&[
                "",
                "kind: Foo, ",
                "kind: Deployment, ",
                "group: example.com, kind: Foo, ",
                "kind: ConfigMap, ",
                "version: v1, ",
            ]);
            let create = if random.one_in(5) { ", create: true" } else { "" };
            out.push_str(&format!("- {{{kind}path: {path}{create}}}\n"));
        }
    }
    if random.one_in(2) {
        out.push_str(&name_references(random));
    }
    files.insert(format!("{folder}/config.yaml"), out);
    "configurations: [config.yaml]\n".to_owned()
}

/// Fields that name other objects.
fn name_references(random: &mut Random) -> String {
    let mut out = String::new();
    out.push_str("nameReference:\n");
    for _ in 0..=random.below(2) {
        let target = random.pick(&[
            "kind: ConfigMap\n  version: v1",
            "kind: Secret",
            "kind: Foo",
            "kind: Deployment\n  group: apps",
            "version: v1",
        ]);
        let by = random.pick(&["kind: Foo", "kind: Deployment", "kind: ConfigMap", "group: apps"]);
        let path = random.pick(&[
            "spec/ref",
            "spec/list/name",
            "metadata/annotations/ref",
            "data/k0",
            "spec/template/spec/containers/name",
        ]);
        out.push_str(&format!("- {target}\n  fieldSpecs: [{{{by}, path: {path}}}]\n"));
    }
    out
}

/// A selector of one of the known objects.
fn selector(random: &mut Random, known: &[Known]) -> String {
    let is = &known[random.below(known.len())];
    match random.below(8) {
        0 => format!("kind: {}", is.kind),
        1 => format!("name: {}", is.name),
        2 => format!("kind: {}, namespace: {}", is.kind, is.namespace.unwrap_or("default")),
        _ => format!("kind: {}, name: {}", is.kind, is.name),
    }
}

/// A field path.
fn path(random: &mut Random, kind: &str) -> String {
    let common = [
        "metadata.name",
        "metadata.labels.app",
        "metadata.annotations.last",
        "metadata.annotations.[example.com/z]",
        "metadata.namespace",
    ];
    let own: &[&str] = match kind {
        "Deployment" | "StatefulSet" | "DaemonSet" => &[
            "spec.template.spec.containers.[name=c0].image",
            "spec.template.spec.containers.0.name",
            "spec.template.spec.containers.*.image",
            "spec.template.spec.containers.[name=c].name",
            "spec.replicas",
            "spec.template.spec.containers.[name=c0].env.[name=A].value",
            "spec.template.spec.containers",
        ],
        "ConfigMap" | "Secret" => &["data.k0", "data.k1", "data.new", "data", "data.F\\.txt"],
        "Service" => &["spec.ports.0.port", "spec.ports.[port=443].name", "spec.selector.app", "spec.ports.-"],
        _ => &["spec", "spec.ref", "spec.alpha", "spec.list.0"],
    };
    if random.one_in(3) || own.is_empty() { random.pick(&common).to_owned() } else { random.pick(own).to_owned() }
}

/// Random replacements.
fn replacements(random: &mut Random, known: &[Known], files: &mut Case, folder: &str) -> String {
    let mut out = String::new();
    for _ in 0..=random.below(2) {
        let is = known[random.below(known.len())].clone();
        let mut source = format!("kind: {}, name: {}", is.kind, is.name);
        if let Some(namespace) = is.namespace {
            source.push_str(&format!(", namespace: {namespace}"));
        }
        if random.one_in(2) {
            source.push_str(&format!(", fieldPath: '{}'", path(random, is.kind)));
        }
        let options = ["", "", "", ", options: {delimiter: \"-\"}", ", options: {delimiter: \":\", index: 1}"];
        source.push_str(random.pick(&options));
        let mut targets = String::new();
        for _ in 0..=random.below(2) {
            let to = known[random.below(known.len())].kind;
            let mut select = if random.one_in(2) { format!("kind: {to}") } else { selector(random, known) };
            if random.one_in(5) {
                select.push_str(", labelSelector: app=l1");
            }
            let mut target = format!("select: {{{select}}}");
            if random.one_in(4) {
                target.push_str(&format!(", reject: [{{{}}}]", selector(random, known)));
            }
            if !random.one_in(6) {
                target.push_str(&format!(", fieldPaths: ['{}']", path(random, to)));
            }
            target.push_str(random.pick(&[
                "",
                ", options: {create: true}",
                ", options: {delimiter: \"-\", index: 1}",
                ", options: {delimiter: \"/\", index: -1, create: true}",
            ]));
            targets.push_str(&format!("  - {{{target}}}\n"));
        }
        out.push_str(&format!("- source: {{{source}}}\n  targets:\n{targets}"));
    }
    if random.one_in(4) {
        files.insert(format!("{folder}/replace.yaml"), out);
        return "replacements: [{path: replace.yaml}]\n".to_owned();
    }
    format!("replacements:\n{out}")
}

/// Random variables, and an object that names them.
fn variables(random: &mut Random, known: &[Known], files: &mut Case, folder: &str) -> String {
    let mut out = "vars:\n".to_owned();
    for name in ["A", "B"].iter().take(1 + random.below(2)) {
        let is = known[random.below(known.len())].clone();
        let namespace =
            is.namespace.filter(|_| random.one_in(2)).map(|text| format!(", namespace: {text}")).unwrap_or_default();
        out.push_str(&format!(
            "- name: {}{name}\n  objref: {{apiVersion: {}, kind: {}, name: {}{namespace}}}\n",
            &folder[..1],
            is.api_version,
            is.kind,
            is.name
        ));
        if random.one_in(2) {
            out.push_str(&format!("  fieldref: {{fieldPath: '{}'}}\n", path(random, is.kind)));
        }
    }
    let writer = Writer { random, anchors: Vec::new() };
    let mut text = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: vars-{folder}\nspec:\n  template:\n    spec:\n      containers:\n      - name: c\n        args:\n"
    );
    for _ in 0..=writer.random.below(3) {
        let pieces = ["$(oA)", "$(bA)", "$(pA)", "$$", "$(bB)x", "-", "$", "$(", ")", "on", "1"];
        let value: String = (0..=writer.random.below(3)).map(|_| writer.random.pick(&pieces)).collect();
        text.push_str(&format!("        - {}\n", double_quoted(&value)));
    }
    text.push_str(&format!(
        "        env:\n        - {{name: E, value: {}}}\n",
        writer.random.pick(&["$(oA)", "\"$(bA)\"", "$(bB)-x", "1", "null"])
    ));
    files.insert(format!("{folder}/vars.yaml"), text);
    out
}

/// Random generators and transformers that are objects.
fn plugins(random: &mut Random, known: &[Known], files: &mut Case, folder: &str) -> String {
    let specs = [
        "[{path: metadata/name}]",
        "[{path: metadata/labels, create: true}]",
        "[{path: spec/labels, kind: Foo, create: true}, {path: metadata/annotations, create: true}]",
        "[{path: spec/image}, {path: spec/name, kind: Foo}]",
        "[{path: spec/replicas, create: true}, {path: spec/namespace, kind: Deployment, create: true}]",
    ];
    let mut text = String::new();
    for at in 0..=random.below(2) {
        let target = selector(random, known);
        let body = match random.below(9) {
            0 => "kind: PrefixTransformer\nprefix: t-".to_owned(),
            1 => "kind: PrefixSuffixTransformer\nprefix: t-\nsuffix: \"\"".to_owned(),
            2 => "kind: LabelTransformer\nlabels: {t: \"1\", app: l1}".to_owned(),
            3 => "kind: AnnotationsTransformer\nannotations: {t: x, last: \"2\"}".to_owned(),
            4 => "kind: ImageTagTransformer\nimageTag: {name: nginx, newTag: t}".to_owned(),
            5 => "kind: SuffixTransformer\nsuffix: -t".to_owned(),
            6 => format!(
                "kind: PatchTransformer\npatch: '[{{\"op\": \"add\", \"path\": \"/t\", \"value\": 1}}]'\ntarget: {{{target}}}"
            ),
            7 => format!(
                "kind: ReplacementTransformer\nreplacements: [{{source: {{{target}}}, targets: [{{select: {{kind: Foo}}, fieldPaths: [spec.t], options: {{create: true}}}}]}}]"
            ),
            _ => "kind: NamespaceTransformer".to_owned(),
        };
        let is_written = !body.contains("target");
        let name = if body.contains("Namespace") { "t, namespace: ns" } else { "t" };
        text.push_str(&format!("---\napiVersion: builtin\n{body}\nmetadata: {{name: {name}{at}}}\n"));
        if is_written {
            text.push_str(&format!("fieldSpecs: {}\n", random.pick(&specs)));
        }
    }
    files.insert(format!("{folder}/plugins.yaml"), text);
    "transformers: [plugins.yaml]\n".to_owned()
}
