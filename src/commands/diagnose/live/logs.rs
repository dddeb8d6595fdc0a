//! The logs that can tell why backups fail, all at once, each judged as it comes. Of the operator's, the lines about this
//! cluster alone. Must never keep a whole log, nor hide that one broke off.

use std::collections::BTreeMap;

use super::super::bundle::Saver;
use super::super::taker::Taker;
use crate::cluster::{Cluster, LogRequest, Run};
use crate::diagnose::{Log, Observed, OperatorLines, Role, Spoken, Unseen};
use crate::model::live::{Reason, Trouble};

/// How many logs are read at most: the newest ones.
const LOGS: usize = 60;
/// How many lines of a log are read: the last ones.
const LINES: u64 = 20_000;
/// How long a line of the operator's may be.
const LINE_MAX: usize = 1 << 20;

/// A log on its way in.
struct Incoming {
    /// What takes it.
    taker: Taker,
    /// What picks its lines, where not all of them count.
    picks: Option<OperatorLines>,
    /// The start of a line whose end has not come.
    rest: Vec<u8>,
    /// How many bytes came.
    bytes: usize,
}

impl Incoming {
    /// Takes in a block.
    fn feed(&mut self, block: &[u8]) {
        self.bytes += block.len();
        let Some(picks) = &self.picks else { return self.taker.feed(block) };
        self.rest.extend_from_slice(block);
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            if picks.concerns(&String::from_utf8_lossy(&line)) {
                self.taker.feed(&line);
            }
        }
        if self.rest.len() > LINE_MAX {
            self.rest.clear();
        }
    }
}

/// Reads the logs that are wanted; returns them with what could not be seen.
///
/// # Errors
/// Fails where evidence cannot be saved.
pub(super) fn read(
    cluster: &Cluster,
    observed: &Observed,
    mut saver: Option<&mut Saver>,
) -> anyhow::Result<(Vec<Log>, Vec<Unseen>)> {
    let mut wanted = observed.logs_wanted();
    let dropped = wanted.len().saturating_sub(LOGS);
    wanted.drain(..dropped);
    let requests: Vec<LogRequest> = wanted.iter().map(request).collect();
    let mut incoming = Vec::new();
    for spoken in &wanted {
        let name = spoken.name();
        let file = saver.as_mut().map(|saver| saver.log(&name, Some(spoken))).transpose()?;
        let taker = Taker::new(&name, observed.about(spoken), file);
        let picks = (spoken.role == Role::Operator).then(|| OperatorLines::of(observed));
        incoming.push(Incoming { taker, picks, rest: Vec::new(), bytes: 0 });
    }
    let ends = cluster.logs(&requests, &mut |number, block| incoming[number].feed(block));
    let came: Vec<usize> = incoming.iter().map(|incoming| incoming.bytes).collect();
    let logs = incoming.into_iter().map(|incoming| incoming.taker.finish()).collect::<anyhow::Result<_>>()?;
    let ends = wanted.iter().zip(ends).zip(came);
    let missed = ends.filter_map(|((spoken, end), came)| Some((spoken, end.err()?, came)));
    let older = (dropped > 0).then(|| Unseen {
        what: format!("the logs of {dropped} older pods"),
        trouble: Trouble::new(Reason::NotAsked, format!("no more than {LOGS} logs are read")),
    });
    Ok((logs, unseen(missed).into_iter().chain(older).collect()))
}

/// Returns what asks for a log.
fn request(spoken: &Spoken) -> LogRequest {
    LogRequest {
        namespace: spoken.namespace.clone(),
        pod: spoken.pod.clone(),
        container: spoken.container.clone(),
        run: if spoken.is_previous { Run::Previous } else { Run::Current },
        tail_lines: Some(LINES),
        limit_bytes: usize::MAX,
    }
}

/// Returns the logs that could not be seen, those of one reason together.
fn unseen<'a>(missed: impl Iterator<Item = (&'a Spoken, Trouble, usize)>) -> Vec<Unseen> {
    let mut together: BTreeMap<(String, Reason), (Trouble, Vec<String>)> = BTreeMap::new();
    for (spoken, trouble, came) in missed {
        let part = if came > 0 { "the rest of the log of" } else { "the log of" };
        let (_, named) =
            together.entry((trouble.fact.clone(), trouble.reason)).or_insert_with(|| (trouble, Vec::new()));
        named.push(format!("{part} {}", spoken.name()));
    }
    let line = |(trouble, named): (Trouble, Vec<String>)| {
        let what = match named.as_slice() {
            [one] => one.clone(),
            [first, rest @ ..] => format!("{first}, and {} more logs", rest.len()),
            [] => String::new(),
        };
        Unseen { what, trouble }
    };
    together.into_values().map(line).collect()
}
