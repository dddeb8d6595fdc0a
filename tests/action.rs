//! The scripts of the composite actions, as a runner would run them.

use std::path::Path;
use std::process::Command;

/// Returns the one step of an action as a runner starts it: its script, its variables with the inputs in them.
pub(crate) fn step(action: &str, inputs: &[(&str, &str)], mut bash: Command) -> Command {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/actions").join(action).join("action.yml");
    let text = std::fs::read_to_string(path).unwrap();
    let action = leeward::model::yaml::documents(&text).unwrap().remove(0);
    let known = action["inputs"].as_object().unwrap();
    assert!(inputs.iter().all(|(name, _)| known.contains_key(*name)), "{inputs:?}");
    let [step] = action["runs"]["steps"].as_array().unwrap().as_slice() else { panic!("one step: {action}") };
    bash.args(["-eo", "pipefail", "-c", step["run"].as_str().unwrap()]);
    for (variable, expression) in step["env"].as_object().unwrap() {
        let expression = expression.as_str().unwrap();
        let name = expression.strip_prefix("${{ inputs.").and_then(|rest| rest.strip_suffix(" }}"));
        let default = |name: &str| known[name]["default"].as_str().unwrap_or_default();
        let given = |name: &str| inputs.iter().find(|(input, _)| *input == name).map(|(_, value)| *value);
        bash.env(variable, name.map_or(expression, |name| given(name).unwrap_or_else(|| default(name))));
    }
    bash
}

/// Returns the value of a name in a file of outputs.
pub(crate) fn output(text: &str, name: &str) -> Option<String> {
    let mut lines = text.lines();
    let mark = lines.find_map(|line| line.strip_prefix(&format!("{name}<<")))?;
    Some(lines.take_while(|line| *line != mark).collect::<Vec<_>>().join("\n"))
}
