//! The name suffix of generated objects: a hash over their content, so that a new content is a new name.
//!
//! Runs once, at the root, before name references follow. What is hashed, and how it is written for that, is kustomize's.

use sha2::{Digest as _, Sha256};

use super::canonical;
use super::collection::Collection;
use super::fault::Fault;
use super::go_json;
use super::node::Node;
use super::object::{ENABLED, NEEDS_HASH, Object};
use super::value::Value;

/// Letters of a hash that stay in a name.
const LENGTH: usize = 10;

/// Hexadecimal digits, those replaced that could make words or look like numbers.
const LETTERS: &[u8; 16] = b"gh2k456789mbcdtf";

/// Adds the suffix to every object that asks for one.
pub(super) fn add_suffixes(collection: &mut Collection) -> Result<(), Fault> {
    for object in &mut collection.objects {
        if object.annotation(NEEDS_HASH) == Some(ENABLED) {
            let name = format!("{}-{}", object.name(), suffix(object)?);
            object.store_previous_id()?;
            object.set_name(&name)?;
        }
    }
    Ok(())
}

/// The suffix of an object.
fn suffix(object: &Object) -> Result<String, Fault> {
    let (required, optional): (&[&str], _) = match object.kind() {
        "ConfigMap" => (&["data"], "binaryData"),
        "Secret" => (&["data", "type"], "stringData"),
        other => return Err(Fault::unsupported(format!("a hash suffix for kind `{other}`"))),
    };
    // kustomize means to hash the name as well, but looks for it in a field called `metadata/name`.
    let name = object.node.get("metadata/name");
    let mut content = vec![("kind".into(), Value::String(object.kind().into())), ("name".into(), field(name)?)];
    for key in required {
        content.push(((*key).into(), field(object.node.get(key))?));
    }
    let extra = field(object.node.get(optional))?;
    if matches!(extra, Value::Map(_)) {
        content.push((optional.into(), extra));
    }
    let digest = Sha256::digest(go_json::write(&Value::Map(content)));
    let halves = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    Ok(halves.take(LENGTH).map(|half| char::from(LETTERS[usize::from(half)])).collect())
}

/// What is hashed of a field: the text of a scalar, the data of a map, "" for nothing.
fn field(node: Option<&Node>) -> Result<Value, Fault> {
    match node {
        None => Ok(Value::String("".into())),
        Some(node) if node.is_null() => Ok(Value::String("".into())),
        Some(Node::Scalar(scalar)) => Ok(Value::String(scalar.value.clone())),
        Some(node @ Node::Map(_)) => canonical::value_of(node),
        Some(Node::List(_)) => Err(Fault::unsupported("a hash suffix for an object whose data is a list")),
    }
}
