//! Fields of Git that the schema of their kind does not declare: a server-side apply is refused for them, what a
//! client-side apply makes of them nobody knows. Must claim nothing of a kind that nobody describes.

use serde_json::Value;

use super::argocd::method_of;
use super::context::Context;
use super::controller::RootController;
use super::schema::Schema;
use super::{Action, ApplyMethod, Basis, ObjectPreview};
use crate::model::live::{Reason, Trouble};

/// The finding of an apply that is refused for such a field.
pub(super) const ID: &str = "field-undeclared";

/// Returns the fields that the schema does not declare; what the live object has is declared, whatever the schema says.
fn fields(sent: &Value, live: Option<&Value>, schema: &Schema) -> Vec<String> {
    let there = live.map(|live| schema.undeclared(live)).unwrap_or_default();
    schema.undeclared(sent).into_iter().filter(|path| !there.contains(path)).collect()
}

/// Returns whether the API server answers such a field with a refusal.
fn is_refused(sent: &Value, schema: &Schema, controller: &RootController) -> bool {
    method_of(sent, controller.method) != ApplyMethod::ArgoCd && schema.is_of_cluster()
}

/// Returns the fields that an apply is refused for; none where a dry run was answered.
pub(super) fn refused(
    sent: &Value,
    live: Option<&Value>,
    (schema, context): (&Schema, &Context<'_>),
    preview: &ObjectPreview,
) -> Vec<String> {
    let is_answered = preview.basis == Basis::ServerVerified;
    if is_answered || !is_refused(sent, schema, context.controller) { Vec::new() } else { fields(sent, live, schema) }
}

/// Takes back what is said of an object with such fields where nobody knows what the API server does with them.
pub(super) fn doubt(
    sent: &Value,
    live: Option<&Value>,
    (schema, controller): (&Schema, &RootController),
    preview: &mut ObjectPreview,
) {
    let is_on_server = method_of(sent, controller.method) != ApplyMethod::ArgoCd;
    let is_answered = preview.basis == Basis::ServerVerified && is_on_server;
    let acts = matches!(preview.action, Action::Create | Action::Change);
    if !acts || is_answered || is_refused(sent, schema, controller) {
        return;
    }
    let fields = fields(sent, live, schema);
    if fields.is_empty() {
        return;
    }
    let fact = format!(
        "{} is not declared in the schema of its kind ({}): the API server may refuse the apply, or drop the field",
        quoted(&fields),
        schema.source()
    );
    let trouble =
        Trouble::new(Reason::NotModelled, fact).hint("kubectl apply --dry-run=server --validate=strict -f FILE");
    preview.trouble.get_or_insert(trouble);
    (preview.action, preview.basis) = (Action::CannotTell, Basis::Nothing);
    preview.effective.clear();
}

/// Returns paths in one text.
pub(super) fn quoted(paths: &[String]) -> String {
    paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::model::live::{Absence, Reading, Reason};
    use crate::model::object::Object;
    use crate::preview::tests::{METHODS, applied, live, options, owner, previewed, root};
    use crate::preview::{Action, ApplyMethod};

    /// An object of a kind that the cluster describes, with more fields of `spec` than that.
    fn thing(spec: &Value) -> Value {
        json!({"apiVersion": "example.org/v1", "kind": "Thing", "metadata": {"name": "x", "namespace": "pxc"}, "spec": spec})
    }

    /// The cluster's description of the kind.
    fn document() -> Value {
        let spec = json!({"type": "object", "properties": {"a": {"type": "integer"},
            "list": {"type": "array", "items": {"type": "object", "properties": {"b": {"type": "integer"}}}}}});
        json!({"components": {"schemas": {"org.example.v1.Thing": {"type": "object",
            "x-kubernetes-group-version-kind": [{"group": "example.org", "version": "v1", "kind": "Thing"}],
            "properties": {"apiVersion": {"type": "string"}, "kind": {"type": "string"},
                "metadata": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}, "spec": spec}}}}})
    }

    /// What happens to a thing that gets a `spec`, with the trouble and the findings that name it.
    fn of(method: ApplyMethod, is_there: bool, spec: &Value, described: bool) -> (Action, Option<Reason>, bool) {
        let (before, after) = (thing(&json!({"a": 1})), thing(spec));
        let objects: Vec<Value> = is_there.then(|| applied(&before, method)).into_iter().collect();
        let mut live = live(&objects, owner(method));
        if !is_there {
            live.objects.insert(Object::new(after.clone()).id, Reading::Absent(Absence::Object));
        }
        if described {
            live.documents.insert("example.org/v1".to_owned(), document());
        }
        let before: Vec<&Value> = is_there.then_some(&before).into_iter().collect();
        let preview = previewed(&root(&before, &[&after]), &live, method, &options());
        let object = &preview.objects[0];
        let names = |fact: &str| fact.contains("`spec.list[].c`");
        let is_named = object.findings.iter().any(|finding| finding.id == super::ID && names(&finding.fact))
            || object.trouble.as_ref().is_some_and(|trouble| names(&trouble.fact));
        (object.action, object.trouble.as_ref().map(|trouble| trouble.reason), is_named)
    }

    #[test]
    fn a_field_that_the_kind_does_not_declare_is_refused_or_cannot_be_told() {
        let (known, unknown) = (json!({"a": 2, "list": [{"b": 1}]}), json!({"a": 2, "list": [{"b": 1, "c": 1}]}));
        for method in METHODS {
            for is_there in [true, false] {
                let acts = if is_there { Action::Change } else { Action::Create };
                assert_eq!(of(method, is_there, &known, true), (acts, None, false), "{method:?} {is_there}");
                assert_eq!(of(method, is_there, &unknown, false), (acts, None, false), "{method:?} {is_there}");
                let expected = match method {
                    ApplyMethod::ArgoCd => (Action::CannotTell, Some(Reason::NotModelled), true),
                    ApplyMethod::ArgoCdSsa | ApplyMethod::Flux => (Action::Unchanged, None, true),
                };
                assert_eq!(of(method, is_there, &unknown, true), expected, "{method:?} {is_there}");
            }
        }
    }
}
