//! Two builds of one root held against each other: the first object and path that differ.

use serde_json::Value;

use super::Built;

/// Returns where two builds differ.
pub(super) fn difference(ours: &Built, program: &Built) -> Option<String> {
    if ours.text == program.text {
        return None;
    }
    for index in 0..ours.objects.len().max(program.objects.len()) {
        let (a, b) = (ours.objects.get(index), program.objects.get(index));
        let id = a.or(b).map(|built| built.object.id.to_string()).unwrap_or_default();
        match (a, b) {
            (Some(a), Some(b)) if a.text == b.text => {}
            (Some(a), Some(b)) if a.object.id != b.object.id => {
                return Some(format!("`{id}` built in, `{}` by the program", b.object.id));
            }
            (Some(a), Some(b)) => {
                let path = first_path(&a.object.value, &b.object.value, String::new());
                return Some(format!("`{id}` at `{}`", path.unwrap_or_else(|| "its text".to_owned())));
            }
            _ => return Some(format!("`{id}` is in one build alone")),
        }
    }
    Some("the text between objects".to_owned())
}

/// Returns the JSON pointer of the first difference of two values.
fn first_path(a: &Value, b: &Value, path: String) -> Option<String> {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => x.keys().chain(y.keys()).find_map(|key| {
            let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
            first_path(x.get(key).unwrap_or(&Value::Null), y.get(key).unwrap_or(&Value::Null), path)
        }),
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            (0..x.len()).find_map(|index| first_path(&x[index], &y[index], format!("{path}/{index}")))
        }
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
        assert_eq!(difference(&a, &b).unwrap(), "`ConfigMap x` at `/data/a~1b`");
        assert_eq!(difference(&a, &a), None);
        assert_eq!(difference(&a, &built("")).unwrap(), "`ConfigMap x` is in one build alone");
    }
}
