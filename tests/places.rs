//! Two schemas held against each other, place by place. Part of every test binary that compares them.

use leeward::preview::schema::Node;

/// Compares two places and all below them, and says the first path that differs; types that hold each other end at depth 40.
pub(crate) fn differing(path: &str, one: &Node, other: &Node, places: &mut usize) -> Option<String> {
    *places += 1;
    let face = |node: &Node| {
        let flags = [node.is_required(), node.is_nullable(), node.preserves_unknown(), node.is_embedded_object()];
        let merges = (node.list_merge(), node.map_merge(), node.patch().clone());
        (node.form(), flags, merges, node.default().cloned())
    };
    let names = |node: &Node| node.fields().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
    if face(one) != face(other) || names(one) != names(other) {
        return Some(format!("{path}: {:?} {:?}, {:?} {:?}", face(one), names(one), face(other), names(other)));
    }
    let fields = one.fields().map(|(name, field)| (format!("{path}.{name}"), Some(field), other.child(name)));
    let inner =
        [(format!("{path}[]"), one.item(), other.item()), (format!("{path}{{}}"), one.values(), other.values())];
    fields.chain(inner).find_map(|(path, one, other)| match (one, other) {
        (Some(one), Some(other)) => differing(&path, one, other, places),
        (None, None) => None,
        _ => Some(path),
    })
}
