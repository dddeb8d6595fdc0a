//! Whether two values of a place mean the same. Both are brought to one normal form and that is compared, so that being
//! the same is an equivalence. Must take its rules from the place's schema: an amount is one because the schema says so.

use serde_json::{Map, Value};

use crate::model::quantity;

use super::read::is_zero;
use super::shape::{Form, Node};

/// How far two values may be apart and still be the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Measure {
    /// As the API server reads them.
    Meaning,
    /// As a Go program reads them into its structs and writes them back.
    Rewritten,
}

impl Node {
    /// Returns whether two values mean the same to the API server: amounts are compared as numbers (`1Gi` is `1024Mi`,
    /// `0.5` is `500m`), `1` is `1.0`, and a field that is null is one that is missing, unless the schema gives null a
    /// meaning. The order of lists counts, sets included; the text `80` is not the number `80`, whatever may stand there.
    pub fn same(&self, one: &Value, other: &Value) -> bool {
        self.is_same(one, other, Measure::Meaning)
    }

    /// Returns whether two values are the same once a Go program (the operator) read one into its structs and wrote it
    /// back. Beside what [`Self::same`] says: null, `""` and an object left empty are as good as missing unless the field
    /// has another default; `false`, `0` and `[]` only where the field is required, which is how the generator of schemas
    /// marks a field that Go always writes.
    ///
    /// For drift alone, and only for fields that the operator itself owns: no schema tells a pointer from a plain value,
    /// and `emptyDir: {}` or `storageClassName: ""` written by a person mean something.
    pub fn same_loosely(&self, one: &Value, other: &Value) -> bool {
        self.is_same(one, other, Measure::Rewritten)
    }

    /// Returns whether two values are the same by a measure.
    fn is_same(&self, one: &Value, other: &Value, measure: Measure) -> bool {
        one == other || normal(one, Some(self), measure) == normal(other, Some(self), measure)
    }

    /// Returns whether a value of this field is as good as a missing one.
    fn is_as_missing(&self, value: &Value, measure: Measure) -> bool {
        if value.is_null() {
            return !self.is_nullable() || measure == Measure::Rewritten;
        }
        let has_form = match self.form() {
            Form::Text | Form::Quantity | Form::IntOrText => value.is_string(),
            Form::Object => value.is_object(),
            Form::Any => false,
            Form::Flag | Form::Integer | Form::Number | Form::List => self.is_required(),
        };
        let is_default = self.default().is_none_or(is_zero);
        measure == Measure::Rewritten && has_form && is_default && is_zero(value)
    }
}

/// Returns the normal form of a value; `node` is `None` where the schema says nothing.
fn normal(value: &Value, node: Option<&Node>, measure: Measure) -> Value {
    let form = node.map_or(Form::Any, Node::form);
    match value {
        Value::String(text) if form == Form::Quantity => amount(text),
        Value::Number(number) if form == Form::Quantity => amount(&number.to_string()),
        Value::Number(number) => whole(number).map_or_else(|| value.clone(), Value::from),
        Value::Array(list) => list.iter().map(|value| normal(value, node.and_then(Node::item), measure)).collect(),
        Value::Object(map) => Value::Object(normal_map(map, node, measure)),
        _ => value.clone(),
    }
}

/// Returns the normal form of a map: what is as good as missing is missing.
fn normal_map(map: &Map<String, Value>, node: Option<&Node>, measure: Measure) -> Map<String, Value> {
    let is_as_missing = |field: Option<&Node>, value: &Value| match field {
        Some(field) => field.is_as_missing(value, measure),
        None => value.is_null(),
    };
    let normal_field = |(name, value): (&String, &Value)| {
        let field = node.and_then(|node| node.child(name));
        // Outside in would keep an object that only holds empty ones.
        let value = normal(value, field, measure);
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
