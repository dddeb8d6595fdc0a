//! Variables (`vars`): `$(NAME)` in some fields stands for the value of a field of an object.
//!
//! Gathered by `accumulate`, resolved once, at the root, after name references. Which fields are looked at is configuration.

use super::budget::{Budget, weight};
use super::collection::Collection;
use super::decode::Record;
use super::fault::Fault;
use super::field_path::{at, lookup, split};
use super::field_spec::{Create, FieldSpec, descend};
use super::id::{Gvk, Id};
use super::node::{Node, Scalar, Style, Tag};
use super::object::Object;
use super::value::Value;

/// The field that is meant where none is named.
const DEFAULT_PATH: &str = "metadata.name";

/// A variable.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    /// Its name.
    name: String,
    /// The object its value comes from.
    id: Id,
    /// The field its value comes from.
    path: String,
}

/// Reads an entry of `vars`.
pub(super) fn read(value: &Value) -> Result<Variable, Fault> {
    let record = Record::new(value, "vars", &["name", "objref", "fieldref"])?;
    let known = ["apiVersion", "group", "version", "kind", "name", "namespace"];
    let object = Record::new(record.get("objref").unwrap_or(&Value::Null), "vars.objref", &known)?;
    let field = Record::new(record.get("fieldref").unwrap_or(&Value::Null), "vars.fieldref", &["fieldPath"])?;
    let part = |name| object.text(name).map(|text| text.as_str().into());
    let mut gvk = Gvk { group: part("group")?, version: part("version")?, kind: part("kind")? };
    let api_version = object.text("apiVersion")?;
    match api_version.split('/').collect::<Vec<_>>().as_slice() {
        [""] => {}
        [version] => gvk.version = (*version).into(),
        [group, version] => (gvk.group, gvk.version) = ((*group).into(), (*version).into()),
        _ => {}
    }
    let path = Some(field.text("fieldPath")?).filter(|path| !path.is_empty());
    Ok(Variable {
        name: record.text("name")?,
        id: Id { gvk, name: part("name")?, namespace: part("namespace")?, is_cluster_scoped: false },
        path: path.unwrap_or_else(|| DEFAULT_PATH.to_owned()),
    })
}

/// Adds variables to those that are known; a name that is known is an error.
pub(super) fn merge(known: &mut Vec<Variable>, incoming: &[Variable]) -> Result<(), Fault> {
    for variable in incoming {
        if known.iter().any(|other| other.name == variable.name) {
            return Err(Fault::invalid(format!("the variable `{}` is there twice", variable.name)));
        }
        known.push(variable.clone());
    }
    Ok(())
}

/// Notes in the objects which variables refer to them.
pub(super) fn refer(collection: &mut Collection, variables: &[Variable]) -> Result<(), Fault> {
    for variable in variables {
        let id = &variable.id;
        let found = collection.matching_any_id(|other| {
            let is_near = id.namespace.is_empty() || id.effective_namespace() == other.effective_namespace();
            is_near && id.name == other.name && id.gvk == other.gvk
        })?;
        match found.as_slice() {
            [] => {}
            [at] => collection.objects[*at].variables.push(variable.name.clone()),
            _ => return Err(Fault::invalid(format!("the variable `{}` may mean several objects", variable.name))),
        }
    }
    Ok(())
}

/// Writes the values of all variables into the fields of the specs.
pub(super) fn resolve(
    collection: &mut Collection,
    variables: &[Variable],
    specs: &[FieldSpec],
    budget: &Budget<'_>,
) -> Result<(), Fault> {
    let mut values = Vec::new();
    for variable in variables {
        values.push((variable.name.as_str(), variable.value(collection)?));
    }
    if values.is_empty() {
        return Ok(());
    }
    let expander = Expander { values, budget };
    collection.objects.iter_mut().try_for_each(|object| expander.object(object, specs))
}

/// What a variable stands for, as the node that takes the place of `$(NAME)`.
#[derive(Debug)]
struct Held {
    /// The text.
    text: String,
    /// What the text is; `None` for lists and maps, which stand for nothing.
    tag: Option<Tag>,
}

impl Variable {
    /// The value, from the first object the variable refers to.
    fn value(&self, collection: &Collection) -> Result<Held, Fault> {
        let missing = |what| Fault::invalid(format!("the variable `{}` names {what} that is not there", self.name));
        let object = collection.objects.iter().find(|object| object.variables.contains(&self.name));
        let object = object.ok_or_else(|| missing("an object"))?;
        let path = indexed(split(&self.path));
        let address = lookup(&object.node, &path)?;
        let node = address.and_then(|address| at(&object.node, &address)).ok_or_else(|| missing("a field"))?;
        let Node::Scalar(scalar) = node else { return Ok(Held { text: String::new(), tag: None }) };
        let odd = || Fault::unsupported(format!("the variable `{}` for a number that is not plain", self.name));
        let text = &*scalar.value;
        Ok(match scalar.tag {
            Tag::Int => Held { text: text.parse::<i64>().map_err(|_| odd())?.to_string(), tag: Some(Tag::Int) },
            Tag::Float => return Err(odd()),
            Tag::Bool => Held { text: text.to_ascii_lowercase(), tag: Some(Tag::Bool) },
            _ => Held { text: text.to_owned(), tag: Some(Tag::Str) },
        })
    }
}

/// Splits `name[0]` into field and index.
fn indexed(parts: Vec<String>) -> Vec<String> {
    let mut out = Vec::with_capacity(parts.len());
    for part in parts {
        let cut = part.strip_suffix(']').and_then(|rest| rest.rsplit_once('['));
        match cut.filter(|(_, at)| !at.is_empty() && at.bytes().all(|byte| byte.is_ascii_digit())) {
            Some((name, at)) => {
                out.extend(Some(name.to_owned()).filter(|name| !name.is_empty()));
                out.push(at.to_owned());
            }
            None => out.push(part),
        }
    }
    out
}

/// Writes values into fields.
struct Expander<'a> {
    /// Values by name.
    values: Vec<(&'a str, Held)>,
    /// The bounds of the build.
    budget: &'a Budget<'a>,
}

impl Expander<'_> {
    /// Expands the fields of an object.
    fn object(&self, object: &mut Object, specs: &[FieldSpec]) -> Result<(), Fault> {
        let gvk = object.gvk();
        for spec in specs.iter().filter(|spec| gvk.is_selected(&spec.gvk)) {
            let mut shared = Vec::new();
            descend(&mut object.node, &spec.path, Create::Nothing, &mut |node| self.field(node, &mut shared))?;
            if !shared.is_empty() {
                object.node.each_scalar(&mut |scalar| {
                    if let Some(last) = shared.iter().rev().find(|last| last.share == scalar.share) {
                        scalar.clone_from(last);
                    }
                });
            }
        }
        Ok(())
    }

    /// Expands one field: a text, or the texts of a list or map.
    fn field(&self, node: &mut Node, shared: &mut Vec<Scalar>) -> Result<(), Fault> {
        match node {
            Node::Scalar(scalar) if is_text(scalar) => self.scalar(scalar, shared),
            Node::Scalar(_) => Ok(()),
            Node::Map(map) => map.entries.iter_mut().try_for_each(|(key, value)| match value {
                _ if !is_text(key) => Err(Fault::invalid(format!("the map key `{}` is not a string", key.value))),
                Node::Scalar(scalar) if is_text(scalar) => self.scalar(scalar, shared),
                _ => Ok(()),
            }),
            Node::List(list) => list.items.iter_mut().try_for_each(|item| match item {
                Node::Scalar(scalar) if is_text(scalar) => self.scalar(scalar, shared),
                _ => Err(Fault::invalid("a list in which variables may stand holds more than strings")),
            }),
        }
    }

    /// Expands one text; its style is lost on the way, also where it names no variable.
    fn scalar(&self, scalar: &mut Scalar, shared: &mut Vec<Scalar>) -> Result<(), Fault> {
        let (text, tag) = self.expanded(&scalar.value)?;
        self.budget.take(weight(&text))?;
        (scalar.value, scalar.tag, scalar.style) = (text.into(), tag, Style::Plain);
        if scalar.share != 0 {
            shared.push(scalar.clone());
        }
        Ok(())
    }

    /// Returns a text with values in place of names, and what it is then.
    fn expanded(&self, text: &str) -> Result<(String, Tag), Fault> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$').filter(|at| at + 1 < rest.len()) {
            out.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            match (after.as_bytes()[0], after.find(')')) {
                (b'(', Some(end)) => {
                    let name = &after[1..end];
                    let held = self.values.iter().find(|(known, _)| *known == name).map(|(_, held)| held);
                    let held = held.and_then(|held| held.tag.map(|tag| (held.text.as_str(), tag)));
                    if text.len() == end + 2 && at == 0 && rest.len() == text.len() {
                        return Ok(
                            held.map_or_else(|| (text.to_owned(), Tag::Str), |(text, tag)| (text.to_owned(), tag))
                        );
                    }
                    match held {
                        Some((value, _)) => out.push_str(value),
                        None => out.push_str(&rest[at..at + end + 2]),
                    }
                    rest = &after[end + 1..];
                }
                (b'$', _) => {
                    out.push('$');
                    rest = &after[1..];
                }
                (byte, _) if byte.is_ascii() => {
                    out.push_str(&rest[at..at + 2]);
                    rest = &after[1..];
                }
                // kustomize takes the first byte of the letter for a letter.
                _ => return Err(Fault::unsupported("`$` in front of a letter beyond ASCII where variables may stand")),
            }
            if out.len() > self.budget.limits.file_bytes {
                return Err(Fault::Limit(format!("{} bytes in one text", self.budget.limits.file_bytes)));
            }
        }
        out.push_str(rest);
        Ok((out, Tag::Str))
    }
}

/// Whether a scalar counts as text.
fn is_text(scalar: &Scalar) -> bool {
    matches!(scalar.tag, Tag::Str | Tag::None)
}

#[cfg(test)]
mod tests {
    use super::super::limits::Limits;
    use super::*;

    #[test]
    fn expands_as_kustomize_does() {
        let limits = Limits::default();
        let budget = Budget::new(&limits);
        let held = |text: &str, tag| Held { text: text.to_owned(), tag };
        let values = vec![("A", held("a", Some(Tag::Str))), ("N", held("8", Some(Tag::Int))), ("M", held("", None))];
        let expander = Expander { values, budget: &budget };
        for (text, expected) in [
            ("$(A)", "a"),
            ("$(A)-$(A)", "a-a"),
            ("___$(A)$", "___a$"),
            ("$$(A)_$(A)", "$(A)_a"),
            ("$$$$$$$(A)", "$$$a"),
            ("$(A$(A))", "$(A$(A))"),
            ("$(M)$(B)", "$(M)$(B)"),
            ("--$($($(--", "--$($($(--"),
            ("$?_$!$A", "$?_$!$A"),
            ("x$(N)", "x8"),
            ("$(", "$("),
        ] {
            assert_eq!(expander.expanded(text), Ok((expected.to_owned(), Tag::Str)), "{text}");
        }
        assert_eq!(expander.expanded("$(N)"), Ok(("8".to_owned(), Tag::Int)));
    }
}
