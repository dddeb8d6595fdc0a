//! Whether two values of a place mean the same. Both are brought to one normal form and that is compared, so that being
//! the same is an equivalence. Must take its rules from the place's schema: an amount is one because the schema says so.

use serde_json::{Map, Value};

use crate::model::quantity;

use super::shape::{Form, Node};

impl Node {
    /// Returns whether two values mean the same to the API server: amounts are compared as numbers (`1Gi` is `1024Mi`,
    /// `0.5` is `500m`), `1` is `1.0`, and a field that is null is one that is missing, unless the schema gives null a
    /// meaning. The order of lists counts, sets included; the text `80` is not the number `80`, whatever may stand there.
    pub fn same(&self, one: &Value, other: &Value) -> bool {
        one == other || normal(one, Some(self)) == normal(other, Some(self))
    }

    /// Returns whether a value of this field is as good as a missing one.
    fn is_as_missing(&self, value: &Value) -> bool {
        value.is_null() && !self.is_nullable()
    }
}

/// Returns the normal form of a value; `node` is `None` where the schema says nothing.
fn normal(value: &Value, node: Option<&Node>) -> Value {
    let form = node.map_or(Form::Any, Node::form);
    match value {
        Value::String(text) if form == Form::Quantity => amount(text),
        Value::Number(number) if form == Form::Quantity => amount(&number.to_string()),
        Value::Number(number) => whole(number).map_or_else(|| value.clone(), Value::from),
        Value::Array(list) => list.iter().map(|value| normal(value, node.and_then(Node::item))).collect(),
        Value::Object(map) => Value::Object(normal_map(map, node)),
        _ => value.clone(),
    }
}

/// Returns the normal form of a map: what is as good as missing is missing.
fn normal_map(map: &Map<String, Value>, node: Option<&Node>) -> Map<String, Value> {
    let is_as_missing = |field: Option<&Node>, value: &Value| match field {
        Some(field) => field.is_as_missing(value),
        None => value.is_null(),
    };
    let normal_field = |(name, value): (&String, &Value)| {
        let field = node.and_then(|node| node.child(name));
        // Outside in would keep an object that only holds empty ones.
        let value = normal(value, field);
        (!is_as_missing(field, &value)).then(|| (name.clone(), value))
    };
    map.iter().filter_map(normal_field).collect()
}

/// Returns the normal form of an amount; a text that is none stays itself.
fn amount(text: &str) -> Value {
    quantity::nanos(text).map_or_else(|| text.into(), |nanos| format!("{nanos}n").into())
}

/// Returns the whole number that a number is, where it is one.
fn whole(number: &serde_json::Number) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "the value has no fraction and lies inside 2^53")]
    let of_float = |float: f64| (float.fract() == 0.0 && float.abs() < 9e15).then_some(float as i64);
    number.as_i64().or_else(|| number.as_f64().filter(|_| number.is_f64()).and_then(of_float))
}
