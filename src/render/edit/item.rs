//! What is inserted: its list, its lines as leeward writes them, its value as a parser must read them.
//! Fixed text is plain, every interpolated scalar is double-quoted. Must never let a control character through.

use serde_json::{Value, json};

use super::tree::{Node, Shape};
use crate::failure::{Failure, refused};

/// The list an activation goes into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// `components:`.
    Components,
    /// `patches:`.
    Patches,
}

impl List {
    /// Returns the key as leeward spells it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Components => "components",
            Self::Patches => "patches",
        }
    }
}

/// The objects a patch applies to, as texts; the caller anchors and escapes what kustomize reads as a regular expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatchTarget {
    /// API group.
    pub group: String,
    /// API version without the group.
    pub version: String,
    /// Kind.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Namespace, where the object has one at that point of the build.
    pub namespace: Option<String>,
}

/// What is inserted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A folder of kind Component.
    Component {
        /// The folder, relative to the kustomization.
        path: String,
    },
    /// A patch file and what it applies to.
    Patch {
        /// The file, relative to the kustomization.
        path: String,
        /// What it applies to.
        target: PatchTarget,
    },
}

impl Item {
    /// Returns the list it belongs to.
    pub fn list(&self) -> List {
        match self {
            Self::Component { .. } => List::Components,
            Self::Patch { .. } => List::Patches,
        }
    }

    /// Returns the path that names it in its list.
    pub fn path(&self) -> &str {
        match self {
            Self::Component { path } | Self::Patch { path, .. } => path,
        }
    }

    /// Returns the lines of the list element, without indentation and line endings.
    pub(super) fn lines(&self) -> Vec<String> {
        match self {
            Self::Component { path } => vec![format!("- {}", quoted(path))],
            Self::Patch { path, target } => {
                let mut lines = vec![format!("- path: {}", quoted(path)), "  target:".to_owned()];
                lines.extend(target.fields().into_iter().map(|(key, text)| format!("    {key}: {}", quoted(text))));
                lines
            }
        }
    }

    /// Returns the value a parser must read from the lines.
    pub(super) fn value(&self) -> Value {
        match self {
            Self::Component { path } => json!(path),
            Self::Patch { path, target } => {
                let target: serde_json::Map<String, Value> =
                    target.fields().into_iter().map(|(key, text)| (key.to_owned(), json!(text))).collect();
                json!({ "path": path, "target": target })
            }
        }
    }

    /// Refuses texts that a quoted line cannot hold.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let texts = match self {
            Self::Component { .. } => Vec::new(),
            Self::Patch { target, .. } => target.fields(),
        };
        match [("path", self.path())].into_iter().chain(texts).find(|(_, text)| !is_printable(text)) {
            Some((key, text)) => {
                Err(refused(format!("{key} `{}` holds a character that YAML cannot print", text.escape_debug())))
            }
            None => Ok(()),
        }
    }

    /// Returns the item a list element says, `None` when it says more or less than leeward writes.
    pub(super) fn of(list: List, node: &Node) -> Option<Self> {
        let path = path_of(list, node)?.to_owned();
        match list {
            List::Components => Some(Self::Component { path }),
            List::Patches => {
                let target = node.field("target").filter(|_| node.children.len() == 4)?;
                PatchTarget::of(target).map(|target| Self::Patch { path, target })
            }
        }
    }
}

impl PatchTarget {
    /// Returns the fields in the order they are written.
    fn fields(&self) -> Vec<(&'static str, &str)> {
        let fields = [("group", &self.group), ("version", &self.version), ("kind", &self.kind), ("name", &self.name)];
        let namespace = self.namespace.iter().map(|text| ("namespace", text));
        fields.into_iter().chain(namespace).map(|(key, text)| (key, text.as_str())).collect()
    }

    /// Returns the target a mapping says.
    fn of(node: &Node) -> Option<Self> {
        let text = |key| node.field(key).and_then(Node::text).map(str::to_owned);
        let target = Self {
            group: text("group")?,
            version: text("version")?,
            kind: text("kind")?,
            name: text("name")?,
            namespace: text("namespace"),
        };
        (node.children.len() == 2 * target.fields().len()).then_some(target)
    }
}

/// Returns the path by which a list element is known.
pub(super) fn path_of(list: List, node: &Node) -> Option<&str> {
    match (list, &node.shape) {
        (List::Components, Shape::Scalar(..)) => node.text(),
        (List::Patches, Shape::Map(_)) => node.field("path").and_then(Node::text),
        _ => None,
    }
}

/// Returns `text` as a double-quoted YAML scalar.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Returns whether every YAML reader takes `text` between quotes as it stands.
fn is_printable(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'))
}
