//! The walk over all files of a large repository: 1,000 folders of 20 files.

use std::fmt::Write as _;
use std::time::Instant;

use crate::git_tree::feed;
use crate::repo::Repo;

#[test]
fn walks_20_000_files_in_tens_of_milliseconds() {
    let repo = Repo::empty();
    let mut text = String::from("commit refs/heads/main\ncommitter A <a@b> 1700000000 +0000\ndata 1\nx\n");
    for n in 0..20_000 {
        let body = format!("kind: ConfigMap\nmetadata: {{name: cm-{n}}}\n");
        write!(text, "M 644 inline apps/team-{}/app-{}/file-{n}.yaml\ndata {}\n{body}\n", n / 400, n / 20, body.len())
            .unwrap();
    }
    feed(&repo, &["fast-import", "--quiet"], text.as_bytes());
    let open = repo.open();
    let base = open.base(None).unwrap().commit;
    let start = Instant::now();
    let files = open.tree(&base).unwrap().walk().unwrap();
    let took = start.elapsed();
    assert_eq!(files.len(), 20_000);
    eprintln!("walked 20,000 files in {took:?}");
    let limit = if cfg!(debug_assertions) { 2_000 } else { 200 };
    assert!(took.as_millis() < limit, "{took:?}");
}
