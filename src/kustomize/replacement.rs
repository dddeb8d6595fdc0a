//! Replacements: a value from one field of one object into fields of others.
//!
//! Last of the fixed transformers. The source is read anew for each write, as kustomize holds the node and not its value.

use super::budget::Budget;
use super::collection::Collection;
use super::decode::Record;
use super::fault::Fault;
use super::field_path::{Address, Missing, at, at_mut, lookup, matches, split};
use super::id::{Gvk, Id};
use super::label_selector::LabelSelector;
use super::node::Node;
use super::object::Object;
use super::value::Value;

/// The field that is meant where none is named.
const DEFAULT_PATH: &str = "metadata.name";

/// Which objects are meant: empty parts mean any.
#[derive(Debug, Clone)]
struct Selector {
    /// Group, version, kind.
    gvk: Gvk,
    /// The name.
    name: String,
    /// The namespace.
    namespace: String,
    /// Over annotations and labels, as written.
    labels: [String; 2],
}

/// How a field is cut and joined.
#[derive(Debug, Clone, Default)]
struct FieldOptions {
    /// What stands between the parts; "" for none.
    delimiter: String,
    /// Which part is meant.
    index: i64,
    /// Whether a missing field is created.
    create: bool,
}

/// Where a value goes.
#[derive(Debug, Clone)]
struct Target {
    /// The objects.
    select: Option<Selector>,
    /// Those among them that stay as they are.
    reject: Vec<Selector>,
    /// The fields.
    paths: Vec<String>,
    /// The options.
    options: FieldOptions,
}

/// One replacement.
#[derive(Debug, Clone)]
pub(super) struct Replacement {
    /// Where the value comes from: object, field, options.
    source: Option<(Selector, String, FieldOptions)>,
    /// Where it goes.
    targets: Option<Vec<Target>>,
}

/// An entry of `replacements`.
#[derive(Debug, Clone)]
pub(super) enum Entry {
    /// A replacement.
    Inline(Box<Replacement>),
    /// A file of one or several.
    File(String),
}

/// The value of a source.
enum Held {
    /// The node at a place in an object.
    Node(usize, Address),
    /// A part of a scalar, cut out once.
    Part(Node),
}

/// Reads an entry of `replacements`.
pub(super) fn read(value: &Value) -> Result<Entry, Fault> {
    let record = Record::new(value, "replacements", &["source", "targets", "path"])?;
    let path = record.text("path")?;
    let mut replacement = Replacement::read(&record)?;
    // The list is written out and read back on its way, and what is empty is left out there.
    replacement.targets = replacement.targets.filter(|targets| !targets.is_empty());
    match (path.is_empty(), replacement.source.is_none() && replacement.targets.is_none()) {
        (true, _) => Ok(Entry::Inline(Box::new(replacement))),
        (false, true) => Ok(Entry::File(path)),
        (false, false) => Err(Fault::invalid("an entry of `replacements` has both `path` and a replacement")),
    }
}

/// Reads a file of replacements, in which kustomize lets unknown fields pass.
pub(super) fn read_file(value: &Value) -> Result<Vec<Replacement>, Fault> {
    let one = |value: &Value| {
        let known =
            Record::new(value, "replacements", &["source", "targets"]).and_then(|record| Replacement::read(&record));
        known.map_err(|fault| match fault {
            Fault::Invalid(reason) if reason.starts_with("unknown field") => Fault::unsupported(reason),
            other => other,
        })
    };
    match value {
        Value::List(items) => items.iter().map(one).collect(),
        Value::Map(_) => Ok(vec![one(value)?]),
        other => Err(Fault::invalid(format!("a file of replacements holds {}", other.kind_word()))),
    }
}

impl Selector {
    /// The fields of a selector.
    const FIELDS: [&'static str; 5] = ["group", "version", "kind", "name", "namespace"];

    /// Reads a selector.
    fn read(record: &Record<'_>) -> Result<Self, Fault> {
        let part = |name| record.text(name).map(|text| text.as_str().into());
        Ok(Self {
            gvk: Gvk { group: part("group")?, version: part("version")?, kind: part("kind")? },
            name: record.text("name")?,
            namespace: record.text("namespace")?,
            labels: [record.text("annotationSelector")?, record.text("labelSelector")?],
        })
    }

    /// Reads a selector of targets.
    fn read_target(value: &Value) -> Result<Self, Fault> {
        let known = [&Self::FIELDS[..], &["annotationSelector", "labelSelector"]].concat();
        Self::read(&Record::new(value, "replacements.targets.select", &known)?)
    }

    /// Whether an identity is selected.
    fn is_match(&self, id: &Id) -> bool {
        (self.name.is_empty() || *self.name == *id.name)
            && (self.namespace.is_empty() || self.namespace == id.effective_namespace())
            && id.gvk.is_selected(&self.gvk)
    }

    /// Whether the selector names any part of an identity.
    fn has_id(&self) -> bool {
        self.gvk != Gvk::default() || !self.name.is_empty() || !self.namespace.is_empty()
    }

    /// Whether labels and annotations of an object are selected.
    fn has_labels(&self, object: &Object) -> Result<bool, Fault> {
        let [annotations, labels] = &self.labels;
        Ok(LabelSelector::read(annotations)?.matches(&object.metadata_map("annotations"))
            && LabelSelector::read(labels)?.matches(&object.metadata_map("labels")))
    }
}

impl FieldOptions {
    /// Reads options; an encoding is never looked at.
    fn read(record: &Record<'_>) -> Result<Self, Fault> {
        let Some(value) = record.get("options") else { return Ok(Self::default()) };
        let record = Record::new(value, &record.path("options"), &["delimiter", "index", "encoding", "create"])?;
        record.text("encoding")?;
        Ok(Self {
            delimiter: record.text("delimiter")?,
            index: record.integer("index")?,
            create: record.flag("create")?,
        })
    }
}

impl Replacement {
    /// Reads source and targets.
    fn read(record: &Record<'_>) -> Result<Self, Fault> {
        let source = |value: &Value| {
            let known = [&Selector::FIELDS[..], &["fieldPath", "options"]].concat();
            let record = Record::new(value, "replacements.source", &known)?;
            Ok((Selector::read(&record)?, record.text("fieldPath")?, FieldOptions::read(&record)?))
        };
        let targets = |_: &Value| record.items("targets")?.iter().map(Target::read).collect();
        Ok(Self {
            source: record.get("source").map(source).transpose()?,
            targets: record.get("targets").map(targets).transpose()?,
        })
    }

    /// Copies the value to every target.
    pub(super) fn apply(&self, collection: &mut Collection, budget: &Budget<'_>) -> Result<(), Fault> {
        let (Some(source), Some(targets)) = (&self.source, &self.targets) else {
            return Err(Fault::invalid("a replacement needs a source and at least one target"));
        };
        let held = held(collection, source)?;
        for target in targets {
            let select = target.select.as_ref().ok_or_else(|| Fault::invalid("a target has no `select`"))?;
            for place in 0..collection.objects.len() {
                if target.takes(select, &collection.objects[place])? {
                    target.write(collection, place, &held, budget)?;
                }
            }
        }
        Ok(())
    }
}

/// Finds the value of a source.
fn held(collection: &Collection, (selector, path, options): &(Selector, String, FieldOptions)) -> Result<Held, Fault> {
    let mut found = Vec::new();
    for (place, object) in collection.objects.iter().enumerate() {
        if ids(object)?.iter().any(|id| selector.is_match(id)) {
            found.push(place);
        }
    }
    let [place] = found.as_slice() else {
        return Err(Fault::invalid(format!("{} objects are selected as source of a replacement", found.len())));
    };
    let path = if path.is_empty() { DEFAULT_PATH } else { path };
    let missing = || Fault::invalid(format!("the field `{path}` of the source of a replacement is missing"));
    let object = &collection.objects[*place].node;
    let address = lookup(object, &split(path))?.ok_or_else(missing)?;
    let node = at(object, &address).filter(|node| !node.is_empty()).ok_or_else(missing)?;
    if options.delimiter.is_empty() {
        return Ok(Held::Node(*place, address));
    }
    let Node::Scalar(scalar) = node else { return Err(not_a_scalar()) };
    let text = if node.is_null() { "" } else { &*scalar.value };
    let part = usize::try_from(options.index).ok().and_then(|at| text.split(options.delimiter.as_str()).nth(at));
    let part =
        part.ok_or_else(|| Fault::invalid(format!("the source of a replacement has no part {}", options.index)))?;
    let mut scalar = scalar.clone();
    scalar.value = part.into();
    Ok(Held::Part(Node::Scalar(scalar)))
}

/// The fault for a delimiter on what is no scalar.
fn not_a_scalar() -> Fault {
    Fault::invalid("a delimiter can only be used with scalars")
}

/// The identities an object has and had; here none counts as cluster-scoped.
fn ids(object: &Object) -> Result<Vec<Id>, Fault> {
    let mut ids = vec![Id { is_cluster_scoped: false, ..object.id() }];
    ids.extend(object.previous_ids()?);
    Ok(ids)
}

impl Target {
    /// Reads a target.
    fn read(value: &Value) -> Result<Self, Fault> {
        let record = Record::new(value, "replacements.targets", &["select", "reject", "fieldPaths", "options"])?;
        if record.items("reject")?.contains(&Value::Null) {
            return Err(Fault::unsupported("an empty entry of `reject`"));
        }
        let mut paths = record.texts("fieldPaths")?;
        if paths.is_empty() {
            paths.push(DEFAULT_PATH.to_owned());
        }
        Ok(Self {
            select: record.get("select").map(Selector::read_target).transpose()?,
            reject: record.items("reject")?.iter().map(Selector::read_target).collect::<Result<_, _>>()?,
            paths,
            options: FieldOptions::read(&record)?,
        })
    }

    /// Whether an object is among those the value goes to.
    fn takes(&self, select: &Selector, object: &Object) -> Result<bool, Fault> {
        if !select.has_labels(object)? {
            return Ok(false);
        }
        for reject in self.reject.iter().filter(|reject| reject.labels.iter().any(|text| !text.is_empty())) {
            if reject.has_labels(object)? {
                return Ok(false);
            }
        }
        let ids = ids(object)?;
        let is_rejected = |reject: &Selector| reject.has_id() && ids.iter().any(|id| reject.is_match(id));
        Ok(ids.iter().any(|id| select.is_match(id)) && !self.reject.iter().any(is_rejected))
    }

    /// Writes the value to all fields of an object.
    fn write(&self, collection: &mut Collection, place: usize, held: &Held, budget: &Budget<'_>) -> Result<(), Fault> {
        for path in &self.paths {
            let missing = match held.value(collection)? {
                _ if !self.options.create => Missing::Ignored,
                Node::Scalar(_) => Missing::Scalar,
                Node::Map(_) => Missing::Map,
                Node::List(_) => Missing::List,
            };
            let addresses = matches(&mut collection.objects[place].node, &split(path), missing)?;
            if addresses.is_empty() {
                return Err(Fault::invalid(format!("the target of a replacement has no field `{path}`")));
            }
            for address in addresses {
                let value = held.value(collection)?.clone();
                budget.take(value.size())?;
                if value.text().len() > budget.limits.file_bytes {
                    return Err(Fault::Limit(format!("{} bytes in one text", budget.limits.file_bytes)));
                }
                self.set(collection, (place, &address), value, held)?;
            }
        }
        Ok(())
    }

    /// Writes the value to one field.
    fn set(
        &self,
        collection: &mut Collection,
        (place, address): (usize, &Address),
        mut value: Node,
        held: &Held,
    ) -> Result<(), Fault> {
        let object = &collection.objects[place];
        let target = at(&object.node, address).ok_or_else(|| Fault::invalid("a field path leads to nothing"))?;
        if !self.options.delimiter.is_empty() {
            let Node::Scalar(old) = target else { return Err(not_a_scalar()) };
            let text = if value.is_null() { "" } else { value.text() };
            let joined = self.options.joined(&old.value, text);
            let Node::Scalar(new) = &mut value else {
                return Err(Fault::unsupported("a delimiter for what is no scalar"));
            };
            new.value = joined.into();
        }
        if matches!(target, Node::Scalar(_)) {
            return overwrite(&mut collection.objects[place], address, value.text());
        }
        if matches!(held, Held::Node(source, inner) if *source == place && inner.len() > address.len() && inner.starts_with(address))
        {
            // kustomize would go on with the old node, which is nowhere then.
            return Err(Fault::unsupported("a replacement of a list or map that holds its source"));
        }
        value.each_scalar(&mut |scalar| scalar.share = 0);
        if let Some(target) = at_mut(&mut collection.objects[place].node, address) {
            *target = value;
        }
        Ok(())
    }
}

/// Writes the text of a scalar, whatever it is taken for, and of every scalar that is the same node.
fn overwrite(object: &mut Object, address: &Address, text: &str) -> Result<(), Fault> {
    let Some(Node::Scalar(target)) = at_mut(&mut object.node, address) else {
        return Err(Fault::invalid("a field path leads to nothing"));
    };
    target.value = text.into();
    let share = target.share;
    if share != 0 {
        object.node.each_scalar(&mut |scalar| {
            if scalar.share == share {
                scalar.value = text.into();
            }
        });
    }
    Ok(())
}

impl FieldOptions {
    /// Joins a part into a text, as the options say.
    fn joined(&self, old: &str, part: &str) -> String {
        let mut parts: Vec<&str> = old.split(self.delimiter.as_str()).collect();
        match usize::try_from(self.index) {
            Err(_) => parts.insert(0, part),
            Ok(at) if at >= parts.len() => parts.push(part),
            Ok(at) => parts[at] = part,
        }
        parts.join(&self.delimiter)
    }
}

impl Held {
    /// The value as it is now.
    fn value<'a>(&'a self, collection: &'a Collection) -> Result<&'a Node, Fault> {
        match self {
            Self::Part(node) => Ok(node),
            Self::Node(place, address) => at(&collection.objects[*place].node, address)
                .ok_or_else(|| Fault::invalid("the source of a replacement is no longer there")),
        }
    }
}
