//! Laws over random stories of one branch: people commit on it, the base moves, the branch is updated, merged or squashed,
//! and leeward proposes again and again. The branch only goes forward, holds our files, keeps what people did, and a second
//! run does nothing.

use std::collections::BTreeMap;

use leeward::git::Outcome;

use crate::repo::{BRANCH, Changes, KUSTOMIZATION, OVERLAY, Repo, changes, files, propose};

/// A small generator, so that every run tells the same stories.
struct Dice(u64);

impl Dice {
    /// Returns a number below `n`.
    fn roll(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// A story: the repository, and what must hold in it.
struct Story {
    /// The repository.
    repo: Repo,
    /// What the user's kustomization says on the base.
    kustomization: String,
    /// What people wrote on the branch.
    notes: BTreeMap<String, String>,
    /// How many steps were taken.
    step: u64,
}

impl Story {
    /// Takes a step that people take.
    fn people(&mut self, dice: &mut Dice) {
        self.step += 1;
        let is_there = self.repo.try_git(&["rev-parse", "--verify", "-q", BRANCH]).status.success();
        let is_merged = self.repo.try_git(&["merge-base", "--is-ancestor", BRANCH, "main"]).status.success();
        match dice.roll(if is_there && !is_merged { 7 } else { 2 }) {
            0 => {
                self.repo.write(&format!("base/{}.md", self.step), "from the base\n");
                self.repo.commit("base");
            }
            1 => {
                self.kustomization = format!("# {}\nresources:\n  - cr.yaml\n", self.step);
                let proposed = self.repo.show("main", KUSTOMIZATION).contains("components");
                let tail = if proposed { "components: [recovery/minio-a]\n" } else { "" };
                self.repo.write(KUSTOMIZATION, &format!("{}{tail}", self.kustomization));
                self.repo.commit("kustomization");
            }
            2 | 3 => {
                let path = format!("notes/{}.md", dice.roll(3));
                let text = format!("step {}\n", self.step);
                self.repo.commit_on(BRANCH, &path, &text);
                self.notes.insert(path, text);
            }
            4 => {
                self.repo.git(&["switch", "-q", BRANCH]);
                if !self.repo.try_git(&["merge", "-q", "--no-edit", "main"]).status.success() {
                    self.repo.git(&["merge", "--abort"]);
                }
                self.repo.git(&["switch", "-q", "main"]);
            }
            5 => self.merge(&["--no-ff", "--no-edit"]),
            _ => {
                // A forge removes the branch then.
                self.merge(&["--squash"]);
                self.repo.git(&["branch", "-q", "-D", BRANCH]);
                self.notes.retain(|path, _| self.repo.dir.join(path).exists());
            }
        }
    }

    /// Merges the branch into the base, where git can.
    fn merge(&self, how: &[&str]) {
        let args: Vec<&str> = ["merge", "-q"].iter().chain(how).copied().chain([BRANCH]).collect();
        if self.repo.try_git(&args).status.success() {
            self.repo.try_git(&["commit", "-q", "-m", "squashed"]);
        } else {
            self.repo.git(&["reset", "-q", "--hard", "HEAD"]);
        }
    }

    /// Proposes, and checks the laws.
    fn proposes(&self, dice: &mut Dice) {
        let mut wanted = changes(&self.kustomization);
        if dice.roll(2) == 0 {
            wanted.extend(files(&[(OVERLAY, Some("kind: Incident\nstage: other\n"))]));
        }
        if dice.roll(4) == 0 {
            wanted.extend(files(&[("clusters/prod/recovery/minio-a/extra.yaml", Some("a: 1\n"))]));
        }
        let before = self.repo.snapshot();
        let old = self.repo.try_git(&["rev-parse", "--verify", "-q", BRANCH]);
        let (outcome, commit) = propose(&self.repo.open(), "main", &wanted).unwrap();
        assert_eq!(before, self.repo.snapshot());
        if old.status.success() {
            let old = String::from_utf8(old.stdout).unwrap();
            self.repo.git(&["merge-base", "--is-ancestor", old.trim(), BRANCH]);
        }
        self.holds(&commit.id, &wanted, &outcome);
        let (again, same) = propose(&self.repo.open(), "main", &wanted).unwrap();
        assert_eq!((again, &same), (Outcome::AlreadyProposed(same.clone()), &commit));
    }

    /// Checks what a commit holds.
    fn holds(&self, id: &str, wanted: &Changes, outcome: &Outcome) {
        for (path, bytes) in wanted {
            let text = String::from_utf8(bytes.clone().unwrap()).unwrap();
            assert_eq!(self.repo.show(id, path.as_str()), text.trim_end(), "{path} {outcome:?}");
        }
        for (path, text) in &self.notes {
            assert_eq!(self.repo.show(id, path), text.trim_end(), "{path} {outcome:?}");
        }
        if !matches!(outcome, Outcome::AlreadyProposed(_)) {
            for path in self.repo.git(&["diff", "--name-only", "--no-renames", "main", id]).lines() {
                let is_ours = wanted.keys().any(|key| key.as_str() == path);
                assert!(is_ours || self.notes.contains_key(path), "{path} {outcome:?}");
            }
        }
    }
}

#[test]
fn keeps_the_laws_in_random_stories() {
    let mut outcomes = 0;
    for seed in 0..8 {
        let mut dice = Dice(seed);
        let kustomization = "resources:\n  - cr.yaml\n".to_owned();
        let mut story = Story { repo: Repo::new(), kustomization, notes: BTreeMap::new(), step: 0 };
        for _ in 0..14 {
            story.people(&mut dice);
            if dice.roll(2) == 0 {
                story.proposes(&mut dice);
                outcomes += 1;
            }
        }
        story.repo.assert_sound();
    }
    assert!(outcomes > 40, "{outcomes}");
}
