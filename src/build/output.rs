//! What the program prints → objects.

use anyhow::Context as _;

use super::built::{Built, BuiltObject};
use crate::failure::refused;
use crate::model::object::Object;
use crate::model::yaml;

/// The line between documents; at the first column it is never part of one, since every document is a mapping.
const BETWEEN: &str = "\n---\n";

/// Reads the objects of a build.
///
/// # Errors
/// Refuses output that is no YAML.
pub(super) fn read(output: Vec<u8>) -> anyhow::Result<Built> {
    let text = String::from_utf8(output).map_err(|error| refused(error.to_string())).context(READ)?;
    let mut objects = Vec::new();
    for part in documents(&text) {
        for value in yaml::documents(&part).context(READ)? {
            objects.push(BuiltObject { object: Object::new(value), text: part.clone() });
        }
    }
    Ok(Built { objects, text })
}

/// Returns the documents of a build's text.
pub(super) fn documents(text: &str) -> Vec<String> {
    let whole = |part: &str| part.strip_suffix("---\n").filter(|_| part.ends_with(BETWEEN)).unwrap_or(part).to_owned();
    text.split_inclusive(BETWEEN).map(whole).collect()
}

/// The context of output that is no YAML.
const READ: &str = "failed to read what the build printed";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_object_keeps_its_text() {
        let text = "kind: A\nmetadata:\n  name: a\n---\nkind: B\nx: |\n  ---\n  y\n";
        let built = read(text.into()).unwrap();
        assert_eq!(built.objects.iter().map(|built| built.object.id.kind.as_str()).collect::<Vec<_>>(), ["A", "B"]);
        assert_eq!(built.objects[0].text, "kind: A\nmetadata:\n  name: a\n");
        assert_eq!(built.objects.iter().map(|built| built.text.as_str()).collect::<Vec<_>>().join("---\n"), text);
        assert!(read(Vec::new()).unwrap().objects.is_empty());
    }
}
