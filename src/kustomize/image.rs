//! Sets image names, tags and digests.
//!
//! Two passes, as in kustomize: every `containers` and `initContainers` list anywhere, then the fields of the table.

use regex::Regex;

use super::collection::Collection;
use super::decode::Record;
use super::fault::Fault;
use super::field_spec::{Create, FieldSpec};
use super::field_write::{set_scalar, wrong_kind};
use super::node::{Node, Tag};
use super::pattern;
use super::value::Value;

/// An entry of `images`.
#[derive(Debug, Clone)]
pub(super) struct Image {
    /// The name to look for, a pattern in fact.
    pub(super) name: String,
    /// The new name.
    pub(super) new_name: String,
    /// What is added to the tag.
    pub(super) tag_suffix: String,
    /// The new tag.
    pub(super) new_tag: String,
    /// The new digest.
    pub(super) digest: String,
}

/// Applies an entry of `images`.
pub(super) fn set_images(collection: &mut Collection, image: &Image, specs: &[FieldSpec]) -> Result<(), Fault> {
    let name = pattern::translate(&image.name)?;
    let pattern = pattern::compile(&format!("^{name}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$"))?;
    let mut set = |node: &mut Node| set_image(node, image, &pattern);
    let mut targets: Vec<_> =
        collection.objects.iter_mut().filter(|object| object.kind() != "CustomResourceDefinition").collect();
    for object in &mut targets {
        walk(&mut object.node, &mut set)?;
    }
    for object in targets {
        let gvk = object.gvk();
        for spec in specs {
            spec.apply(&gvk, &mut object.node, Create::Nothing, &mut set)?;
        }
    }
    Ok(())
}

/// Visits the images of all container lists.
fn walk(node: &mut Node, set: &mut dyn FnMut(&mut Node) -> Result<(), Fault>) -> Result<(), Fault> {
    match node {
        Node::Scalar(_) => Ok(()),
        Node::List(list) => list.items.iter_mut().try_for_each(|item| walk(item, set)),
        Node::Map(map) => {
            for (key, value) in &mut map.entries {
                walk(value, set)?;
                if matches!(&*key.value, "containers" | "initContainers")
                    && let Node::List(list) = value
                {
                    list.items.iter_mut().try_for_each(|item| container(item, set))?;
                }
            }
            Ok(())
        }
    }
}

/// Visits the image of a container.
fn container(node: &mut Node, set: &mut dyn FnMut(&mut Node) -> Result<(), Fault>) -> Result<(), Fault> {
    match node {
        _ if node.is_null() => Ok(()),
        Node::Map(map) => map.get_mut("image").map_or(Ok(()), set),
        other => Err(wrong_kind("a mapping", other)),
    }
}

/// Sets an image that matches.
fn set_image(node: &mut Node, image: &Image, pattern: &Regex) -> Result<(), Fault> {
    let Node::Scalar(scalar) = node else { return Err(wrong_kind("a scalar", node)) };
    if !pattern.is_match(&scalar.value) {
        return Ok(());
    }
    let (name, mut tag, mut digest) = split(&scalar.value);
    if !image.new_tag.is_empty() || !image.digest.is_empty() {
        tag.clone_from(&image.new_tag);
        digest.clone_from(&image.digest);
    } else if !image.tag_suffix.is_empty() {
        tag.push_str(&image.tag_suffix);
        digest.clear();
    }
    let mut out = if image.new_name.is_empty() { name } else { image.new_name.clone() };
    for (mark, part) in [(':', tag), ('@', digest)] {
        if !part.is_empty() {
            out.push(mark);
            out.push_str(&part);
        }
    }
    set_scalar(node, &out, Tag::None)
}

/// Splits an image into name, tag and digest; a colon before the first slash is a port.
fn split(image: &str) -> (String, String, String) {
    let start = image.find('/').unwrap_or(0);
    let at = image[start..].find('@').map(|at| at + start);
    let colon = image[start..].find(':').map(|at| at + start);
    let part = |text: &str| text.to_owned();
    match (colon, at) {
        (None, None) => (part(image), String::new(), String::new()),
        (Some(colon), Some(at)) if colon < at => {
            (part(&image[..colon]), part(&image[colon + 1..at]), part(&image[at + 1..]))
        }
        (_, Some(at)) => (part(&image[..at]), String::new(), part(&image[at + 1..])),
        (Some(colon), None) => (part(&image[..colon]), part(&image[colon + 1..]), String::new()),
    }
}

/// Reads an entry of `images`.
pub(super) fn read(value: &Value) -> Result<Image, Fault> {
    let record = Record::new(value, "images", &["name", "newName", "tagSuffix", "newTag", "digest"])?;
    Ok(Image {
        name: record.text("name")?,
        new_name: record.text("newName")?,
        tag_suffix: record.text("tagSuffix")?,
        new_tag: record.text("newTag")?,
        digest: record.text("digest")?,
    })
}
