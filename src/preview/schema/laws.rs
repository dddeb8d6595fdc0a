//! The laws of a schema, over generated values: filling in twice is filling in once, pruning is done once, and being the
//! same is an equivalence that filling in and pruning respect.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::tests::with_spec;
use super::{Node, Schema};

/// Returns a schema with every rule in it, that holds itself three levels deep.
fn schema(depth: usize) -> Value {
    let amount = json!({"x-kubernetes-int-or-string": true, "pattern": r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))$"});
    let mut fields = json!({
        "a": {"type": "string", "default": "x"}, "b": {"type": "string", "nullable": true, "default": ""},
        "c": {"type": "integer"}, "d": amount, "e": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
    });
    if depth > 0 {
        let inner = schema(depth - 1);
        fields["f"] = json!({"type": "array", "items": inner});
        fields["g"] = json!({"type": "object", "additionalProperties": inner});
        fields["h"] = inner;
        fields["h"]["default"] = json!({});
    }
    json!({"type": "object", "properties": fields, "required": ["a", "c"]})
}

/// Returns the schema as a kind has it.
fn kind() -> Schema {
    with_spec(&schema(2))
}

/// Returns objects with fields that the schema knows and others, of the right form and the wrong one.
fn values() -> impl Strategy<Value = Value> {
    let scalars = ["1Gi", "1024Mi", "500m", "", "x", "0"].map(Value::from).to_vec();
    let others = vec![
        json!(null),
        json!(0),
        json!(0.5),
        json!(1),
        json!(1.0),
        json!(1_073_741_824),
        json!(false),
        json!({}),
        json!([]),
    ];
    let leaf = select([scalars, others].concat());
    let deeper = |inner: BoxedStrategy<Value>| {
        let names = select(vec!["a", "b", "c", "d", "e", "f", "g", "h", "z"]).prop_map(str::to_owned);
        let object = prop::collection::btree_map(names, inner.clone(), 0..6)
            .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>()));
        prop_oneof![2 => object, 1 => prop::collection::vec(inner, 0..3).prop_map(Value::from)]
    };
    leaf.boxed().prop_recursive(4, 40, 6, deeper).prop_map(|spec| json!({"kind": "K", "spec": spec}))
}

/// Returns a value written another way that means the same: amounts in another unit, whole numbers as floats, nulls.
fn rewritten(value: &Value) -> Value {
    match value {
        Value::String(text) if text == "1Gi" => json!("1024Mi"),
        Value::Number(number) if number.as_i64().is_some() => json!(number.as_f64()),
        Value::Array(list) => list.iter().map(rewritten).collect(),
        Value::Object(map) => Value::Object(map.iter().map(|(name, value)| (name.clone(), rewritten(value))).collect()),
        _ => value.clone(),
    }
}

/// Returns a value with a default, and one pruned.
fn changed(schema: &Schema, value: &Value) -> (Value, Value) {
    let (mut defaulted, mut pruned) = (value.clone(), value.clone());
    schema.defaulted(&mut defaulted);
    schema.pruned(&mut pruned);
    (defaulted, pruned)
}

proptest! {
    #[test]
    fn filling_in_and_pruning_are_done_once(value in values()) {
        let schema = kind();
        let (defaulted, pruned) = changed(&schema, &value);
        prop_assert_eq!(&changed(&schema, &defaulted).0, &defaulted);
        prop_assert_eq!(&changed(&schema, &pruned).1, &pruned);
        let known = changed(&schema, &pruned).0;
        prop_assert_eq!(&changed(&schema, &known).1, &known, "a default is unknown");
    }

    #[test]
    fn being_the_same_is_an_equivalence(one in values(), two in values(), three in values()) {
        let schema = kind();
        let same = |one: &Value, other: &Value| schema.root().same(one, other);
        prop_assert!(same(&one, &one));
        prop_assert_eq!(same(&one, &two), same(&two, &one));
        prop_assert!(!(same(&one, &two) && same(&two, &three)) || same(&one, &three));
    }

    #[test]
    fn the_same_written_another_way_stays_the_same(value in values()) {
        let schema = kind();
        let other = known_amounts(&schema, &value);
        prop_assert!(schema.root().same(&value, &other), "{value} {other}");
        let (one, two) = (changed(&schema, &value).0, changed(&schema, &other).0);
        prop_assert!(schema.root().same(&one, &two), "{one} {two}");
    }
}

/// Returns a value written another way, texts only where they are amounts.
fn known_amounts(schema: &Schema, value: &Value) -> Value {
    let mut other = rewritten(value);
    restore(&mut other, value, Some(schema.root()));
    other
}

/// Puts back the texts that are no amounts.
fn restore(other: &mut Value, value: &Value, node: Option<&Node>) {
    match (other, value) {
        (Value::Object(map), Value::Object(was)) => {
            for (name, other) in map {
                restore(other, &was[name], node.and_then(|node| node.child(name)));
            }
        }
        (Value::Array(list), Value::Array(was)) => {
            for (other, was) in list.iter_mut().zip(was) {
                restore(other, was, node.and_then(Node::item));
            }
        }
        (other @ Value::String(_), _) if node.is_none_or(|node| node.form() != super::Form::Quantity) => {
            *other = value.clone();
        }
        _ => {}
    }
}
