//! Fields that an apply leaves as null: a map in Git that is empty while the controller owned what was in it, or a null
//! that Git says. The API server refuses them in custom resources ("must be of type object"): seen live on 1.34.
//! Asked after the prediction. Must only name fields whose schema forbids null and fills in nothing.

use serde_json::Value;

use super::field::FieldPath;
use super::schema::{Form, Node};
use super::view::View;

/// The finding of an apply that is refused for a null.
pub(super) const ID: &str = "null-refused";

/// Returns the paths of the nulls that the API server refuses.
pub(super) fn refused(value: &Value, view: View<'_>) -> Vec<String> {
    let mut found = Vec::new();
    walk(value, view, &FieldPath::default(), &mut found);
    found
}

/// Collects them below one place.
fn walk(value: &Value, view: View<'_>, path: &FieldPath, found: &mut Vec<String>) {
    match (value, view) {
        (Value::Null, View::Known(node)) if forbids_null(node) => found.push(path.shown()),
        (Value::Object(fields), _) => {
            for (key, below) in fields {
                walk(below, view.child(key), &path.child(key), found);
            }
        }
        _ => {}
    }
}

/// Returns whether a field may not be null.
fn forbids_null(node: &Node) -> bool {
    node.form() != Form::Any && !node.is_nullable() && node.default().is_none()
}
