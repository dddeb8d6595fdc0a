//! Two builds of one root held against each other: the first object and path that differ. Probes have no order: a build
//! fixes it at its end, so their documents are held against each other by object.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Extent;
use super::built::{Built, BuiltObject};

/// What marks an object that is for the build alone.
const LOCAL: &str = "/metadata/annotations/config.kubernetes.io~1local-config";

/// Returns where two builds differ.
pub(super) fn difference(ours: &Built, program: &Built, extent: Extent) -> Option<String> {
    if ours.text == program.text {
        return None;
    }
    let names = mended(program, extent);
    let (ours, program) = (documents(ours, extent), documents(program, extent));
    for index in 0..ours.len().max(program.len()) {
        let (a, b) = (ours.get(index), program.get(index));
        let id = a.or(b).map(|built| built.object.id.to_string()).unwrap_or_default();
        match (a, b) {
            (Some(a), Some(b)) if a.text == b.text => {}
            (Some(a), Some(b)) if a.object.id != b.object.id => {
                return Some(format!("`{id}` built in, `{}` by the program", b.object.id));
            }
            (Some(a), Some(b)) => match first_path(&a.object.value, &b.object.value, String::new(), &names) {
                Some(path) => return Some(format!("`{id}` at `{path}`")),
                None if a.object.value == b.object.value => return Some(format!("`{id}` in its text alone")),
                None => {}
            },
            _ => return Some(format!("`{id}` is in one build alone")),
        }
    }
    (extent == Extent::Whole).then(|| "the text between objects".to_owned())
}

/// Returns the documents of a build in its order, those of a probe by object.
fn documents(built: &Built, extent: Extent) -> Vec<&BuiltObject> {
    let mut documents: Vec<&BuiltObject> = built.objects.iter().collect();
    if extent != Extent::Whole {
        documents.retain(|built| built.object.text(LOCAL).is_none_or(|value| value == "false"));
        documents.sort_by_cached_key(|built| (built.object.id.to_string(), built.text.as_str()));
    }
    documents
}

/// Returns the names that a reference may have in the program's probe where ours still has the name from before.
fn mended(program: &Built, extent: Extent) -> BTreeSet<&str> {
    // The program cannot stop at a point: its probe is the whole build of a root cut short. So its end has run, which
    // mends references to objects that a base renamed and drops the local ones; the built-in probe stops before that.
    let names = program.objects.iter().map(|built| built.object.id.name.as_str());
    if extent == Extent::Whole { BTreeSet::new() } else { names.collect() }
}

/// Returns the JSON pointer of the first difference of two values, but for references that the program mended.
fn first_path(a: &Value, b: &Value, path: String, names: &BTreeSet<&str>) -> Option<String> {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => x.keys().chain(y.keys()).find_map(|key| {
            let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
            first_path(x.get(key).unwrap_or(&Value::Null), y.get(key).unwrap_or(&Value::Null), path, names)
        }),
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            (0..x.len()).find_map(|index| first_path(&x[index], &y[index], format!("{path}/{index}"), names))
        }
        (Value::String(x), Value::String(y)) if names.contains(y.as_str()) && y.contains(x) => None,
        _ => (a != b).then_some(path),
    }
}

#[cfg(test)]
mod tests {
    use super::super::output::read;
    use super::*;

    #[test]
    fn names_object_and_path() {
        let built = |text: &str| read(text.as_bytes().to_vec()).unwrap();
        let a = built("apiVersion: v1\ndata:\n  a/b: \"1\"\nkind: ConfigMap\nmetadata:\n  name: x\n");
        let b = built("apiVersion: v1\ndata:\n  a/b: \"2\"\nkind: ConfigMap\nmetadata:\n  name: x\n");
        assert_eq!(difference(&a, &b, Extent::Whole).unwrap(), "`ConfigMap x` at `/data/a~1b`");
        assert_eq!(difference(&a, &a, Extent::Whole), None);
        assert_eq!(difference(&a, &built(""), Extent::Whole).unwrap(), "`ConfigMap x` is in one build alone");
    }
    #[test]
    fn probes_are_sets() {
        let document = |name: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n");
        let built = |names: [&str; 2]| read(names.map(document).join("---\n").into_bytes()).unwrap();
        assert_eq!(difference(&built(["x", "y"]), &built(["y", "x"]), Extent::Patched), None);
        assert!(difference(&built(["x", "y"]), &built(["y", "x"]), Extent::Whole).is_some());
        let difference = difference(&built(["x", "y"]), &built(["z", "x"]), Extent::Accumulated);
        assert_eq!(difference.unwrap(), "`ConfigMap y` built in, `ConfigMap z` by the program");
    }
}
