//! Replacements: a value from one field of one object into fields of others.
//!
//! Last of the fixed transformers. The source is read anew for each write, as kustomize holds the node and not its value.

use super::budget::Budget;
use super::collection::Collection;
use super::fault::Fault;
use super::field_match::{Missing, matches};
use super::field_path::{Address, at, at_mut, lookup, split};
use super::id::{Gvk, Id};
use super::label_selector::LabelSelector;
use super::node::Node;
use super::object::Object;
use super::replacement_entry::{DEFAULT_PATH, FieldOptions, Replacement, Selector, Target};

/// The value of a source.
enum Held {
    /// The node at a place in an object.
    Node(usize, Address),
    /// A part of a scalar, cut out once.
    Part(Node),
}

impl Selector {
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

impl Replacement {
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
