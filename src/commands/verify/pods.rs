//! Pods that do not do what they should, and what their logs say: told while the operator still tries, by the same table
//! that `diagnose` reads. Must never let one line of a pod that succeeds later end the waiting.

use crate::cluster::{Cluster, Listing, LogRequest, Run};
use crate::diagnose::{Cause, Confidence, Evidence, Remedy, Scanner, diagnose};
use crate::model::live::Trouble;
use crate::model::observed::{ContainerState, PodState};
use crate::model::shell::operand;
use crate::verify::IllPod;

/// How much of a log is read: its end.
const LINES: u64 = 4000;
/// How many bytes of it are kept.
const BYTES: usize = 1 << 20;

/// Returns the pods that labels tell.
pub(super) fn listed(cluster: &Cluster, namespace: &str, selector: &str) -> Result<Vec<PodState>, Trouble> {
    let listing = Listing {
        group: String::new(),
        version: "v1".to_owned(),
        kind: "Pod".to_owned(),
        namespace: Some(namespace.to_owned()),
        selector: Some(selector.to_owned()),
        fields: None,
    };
    let mut pods: Vec<PodState> = cluster.list(&listing)?.iter().map(PodState::read).collect();
    pods.sort_by_key(|pod| std::cmp::Reverse(pod.meta.created));
    Ok(pods)
}

/// Returns what is wrong with a pod; `None` where nothing is seen to be.
pub(super) fn ill(cluster: &Cluster, pod: &PodState, container: &str) -> Option<IllPod> {
    let name = pod.meta.name.clone();
    let unsure = |fact: String, hint: Option<String>| Some(IllPod { pod: name.clone(), fact, is_sure: false, hint });
    if !pod.unscheduled.is_empty() {
        return unsure(format!("it is not placed: {}", one_line(&pod.unscheduled)), described(pod));
    }
    let state = pod.containers.iter().find(|state| state.name == container);
    if let Some(state) = state.filter(|state| has_failed(state)) {
        let run = if state.waiting.is_some() { Run::Previous } else { Run::Current };
        return Some(by_log(cluster, pod, container, run));
    }
    let waits = pod.containers.iter().find_map(|state| state.waiting.as_ref()).filter(|(reason, _)| is_fault(reason));
    waits.and_then(|(reason, message)| unsure(format!("{reason}: {}", one_line(message)), described(pod)))
}

/// Returns what ended the run before the one that a container is in.
pub(super) fn before(cluster: &Cluster, pod: &PodState, container: &str) -> IllPod {
    by_log(cluster, pod, container, Run::Previous)
}

/// Returns whether a container ended in error and does not run again.
fn has_failed(state: &ContainerState) -> bool {
    !state.is_running && state.ended.as_ref().is_some_and(|(code, _)| *code != 0)
}

/// Returns whether a reason to wait is a fault, and not the way to a start.
fn is_fault(reason: &str) -> bool {
    reason.contains("Error") || reason.contains("BackOff") || reason.contains("Invalid")
}

/// Returns what the log of a container says.
fn by_log(cluster: &Cluster, pod: &PodState, container: &str, run: Run) -> IllPod {
    let name = pod.meta.name.clone();
    let request = LogRequest {
        namespace: pod.meta.namespace.clone(),
        pod: name.clone(),
        container: container.to_owned(),
        run,
        tail_lines: Some(LINES),
        limit_bytes: BYTES,
    };
    let hint = read_by_hand(pod, container, run);
    let log = match cluster.log(&request) {
        Ok(log) => log,
        Err(trouble) => {
            return IllPod {
                pod: name,
                fact: format!("it ended in error, its log was not read: {}", trouble.fact),
                is_sure: false,
                hint: trouble.hint.or(hint),
            };
        }
    };
    let mut scanner = Scanner::new(format!("pod {name}"));
    scanner.feed(&log);
    let leading = diagnose(&Evidence { logs: vec![scanner.finish()], ..Evidence::default() }).leading;
    let cause = leading.cause;
    let fact = match cause {
        Cause::CannotTell | Cause::Healthy => "it ended in error, its log names no cause".to_owned(),
        cause => format!("{}: {} ({})", cause.name(), cause.claim(), leading.confidence.word()),
    };
    IllPod { pod: name, fact, is_sure: leading.confidence == Confidence::Certain && is_lasting(cause), hint }
}

/// Returns whether trying again cannot mend a cause: what a key, a policy, a name or a quota refuses stays refused; what
/// does not answer may answer the next time.
fn is_lasting(cause: Cause) -> bool {
    matches!(cause.remedy(), Remedy::Rotate | Remedy::FixPolicy | Remedy::FreeSpace)
        || matches!(cause.remedy(), Remedy::FixWiring) && cause != Cause::VolumeUnschedulable
        || cause == Cause::S3Dialect
}

/// Returns the command that has the log read by a person.
fn read_by_hand(pod: &PodState, container: &str, run: Run) -> Option<String> {
    let (name, namespace) = (operand(&pod.meta.name)?, operand(&pod.meta.namespace)?);
    let previous = if run == Run::Previous { " --previous" } else { "" };
    Some(format!("kubectl logs {name} -n {namespace} -c {container}{previous} | leeward diagnose --log -"))
}

/// Returns the command that shows the events of a pod.
fn described(pod: &PodState) -> Option<String> {
    let (name, namespace) = (operand(&pod.meta.name)?, operand(&pod.meta.namespace)?);
    Some(format!("kubectl describe pod {name} -n {namespace}"))
}

/// Returns a message as the end of a sentence.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect()
}
