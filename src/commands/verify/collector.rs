//! The collector of binlogs: its Deployment, and the newest of its pods, which is judged by what runs now. Must never take a
//! pod that is on its way out, or the end of a run that is long over, for the collector.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::live::{Reader, of_kind};
use super::pods;
use super::scene::{Look, Memory, Scene, Seen};
use crate::model::live::Reading;
use crate::model::observed::{ContainerState, Meta, PodState};
use crate::verify::{self, Collector, Ill, IllPod, Newest, STAYS, Wanted};

/// The container that collects.
const CONTAINER: &str = "pitr";

impl Scene<'_> {
    /// Adds what the collector of binlogs says; returns since when it is there.
    pub(super) fn collector(
        &self,
        reader: &mut Reader<'_>,
        grace: Option<Timestamp>,
        memory: &mut Memory,
        look: &mut Look,
    ) -> Option<Timestamp> {
        let backup = &self.site.cluster.backup;
        let wanted = match backup.pitr_on().map(|name| backup.storages.get(name)) {
            None => Wanted::Gone,
            Some(Some(storage)) => Wanted::Runs(storage),
            // A storage that is missing is what the operator says.
            Some(None) => return None,
        };
        let name = format!("{}-pitr", self.site.cluster.id.name);
        let id = of_kind(("apps", "v1", "Deployment"), &self.site.namespace, &name);
        let seen = match (reader.one(&id), wanted) {
            (Reading::Found(found), Wanted::Runs(_)) => {
                Collector::There(found, self.newest(found, grace, memory, look))
            }
            (Reading::Found(found), Wanted::Gone) => Collector::There(found, Newest::None),
            (Reading::Absent(_), _) => Collector::Absent,
            (Reading::Unread(trouble), _) => Collector::Unread(trouble),
        };
        look.verdict.add(verify::collector(&name, wanted, &seen));
        look.watch(&id, &reader.live);
        reader.one(&id).found().and_then(|found| Meta::read(found).created)
    }

    /// Returns the newest pod of a Deployment; while it starts, nothing that is wrong with it is sure.
    fn newest(&self, deployment: &Value, grace: Option<Timestamp>, memory: &mut Memory, look: &mut Look) -> Newest {
        let pods = match pods::listed(self.cluster, &self.site.namespace, &self.selector(deployment)) {
            Ok(pods) => pods,
            Err(trouble) => {
                look.broke(&trouble);
                return Newest::Unread(trouble);
            }
        };
        let Some(pod) = pods.iter().find(|pod| pod.meta.deleted.is_none()) else { return Newest::None };
        let is_over = grace.is_none_or(|grace| self.now >= grace);
        let ill = |ill: IllPod| Ill { fact: format!("pod {}: {}", ill.pod, ill.fact), is_sure: ill.is_sure && is_over };
        let running = pod.containers.iter().find(|state| state.name == CONTAINER && state.is_running);
        let Some(running) = running.filter(|_| pod.phase == "Running") else {
            return Newest::Down(pods::ill(self.cluster, pod, CONTAINER).map(ill));
        };
        let age = self.age(pod, running, memory);
        let has_died = running.ended.as_ref().is_some_and(|(code, _)| *code != 0);
        let before = (has_died && age < STAYS).then(|| ill(pods::before(self.cluster, pod, CONTAINER)));
        Newest::Up { age, before }
    }

    /// Returns how long a container runs: as its node says, or since this run saw it, where that is longer. The clock of the
    /// node may be ahead.
    fn age(&self, pod: &PodState, state: &ContainerState, memory: &mut Memory) -> SignedDuration {
        let run = (pod.meta.name.clone(), state.restarts);
        let known = memory.collector.take().filter(|seen| seen.run == run);
        let seen = memory.collector.insert(known.unwrap_or(Seen { run, at: self.now }));
        let said = state.started_at.or(state.ended_at).map(|at| self.now.duration_since(at)).unwrap_or_default();
        said.max(self.now.duration_since(seen.at))
    }

    /// Returns the labels of the pods of a Deployment: as it says, else as the operator sets them.
    fn selector(&self, deployment: &Value) -> String {
        let labels = deployment.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
        let pairs =
            labels.into_iter().flatten().filter_map(|(name, value)| Some(format!("{name}={}", value.as_str()?)));
        let pairs: Vec<String> = pairs.collect();
        if pairs.is_empty() {
            let name = &self.site.cluster.id.name;
            return format!("app.kubernetes.io/component=pitr,app.kubernetes.io/instance={name}");
        }
        pairs.join(",")
    }
}
