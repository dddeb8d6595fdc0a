//! The files of the image, as `.github/image/rootfs` makes them, run in a root of their own by the image's user: there is no
//! container runtime to ask, so that the `Containerfile` itself is read and not built.

use std::path::Path;
use std::process::Command;

use crate::skip::skip;
use crate::world::{Run, World};

/// What is run inside: `$1` the root, then the command, as the user of the image.
const INSIDE: &str = r#"root=$1; shift
for device in null urandom; do touch "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device" || exit 125; done
chroot=$(command -v chroot)
exec env -i HOME=/tmp PATH=/usr/bin:/bin LEEWARD_NOW=2026-11-22T10:00:00Z "$chroot" --userspec=10001:10001 "$root" "$@""#;

/// Runs a command in the root; `None` where this machine lets nobody make one.
fn inside(root: &Path, command: &[&str]) -> Option<Run> {
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "sh", "-c", INSIDE, "sh", root.to_str().unwrap()]).args(command);
    let run = Run::of(&mut unshare);
    let is_refused = run.code == 125 || run.stderr.starts_with("unshare: ");
    (!is_refused).then_some(run)
}

#[test]
fn the_files_of_the_image_are_enough_for_its_user() {
    let test = "the_files_of_the_image_are_enough_for_its_user";
    if ["unshare", "chroot", "ldd"].iter().any(|name| Command::new(name).arg("--version").output().is_err()) {
        skip(None, test, "no `unshare`, `chroot` or `ldd` on this machine");
        return;
    }
    let world = World::empty();
    let (folder, root) = (world.top().join("image"), world.top().join("root"));
    let mut recipe = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.github/image/rootfs"));
    let made = Run::of(recipe.args([Path::new(env!("CARGO_BIN_EXE_leeward")), &folder]));
    assert_eq!(made.code, 0, "{made:?}");
    std::fs::create_dir(&root).unwrap();
    let tar = Run::of(Command::new("tar").arg("-xpf").arg(folder.join("rootfs.tar")).arg("-C").arg(&root));
    assert_eq!(tar.code, 0, "{tar:?}");
    let Some(version) = inside(&root, &["leeward", "--version"]) else {
        skip(None, test, "this machine lets nobody mount or change the root");
        return;
    };
    assert!(version.code == 0 && version.stdout.starts_with("leeward "), "{version:?}");
    // Nobody is root, nothing but the folder for temporary files is writable.
    let script = "set -e; id -u; git --version >&2; ! mkdir /etc/x 2>/dev/null; cd /tmp\n\
                  leeward demo --dir demo >/dev/null; cd demo; [ -d .git ] || cd */\n\
                  git init -q --bare ../remote; git remote add origin ../remote; git push -q origin HEAD:main\n\
                  git fetch -q; leeward propose --all --storage minio-a --to minio-b --incident again --push | tail -n 1 >&2 || exit 9";
    let script = script.replace(" | tail -n 1 >&2", " >/dev/null");
    let run = inside(&root, &["sh", "-c", &script]).unwrap();
    assert_eq!((run.code, run.stdout.as_str()), (0, "10001\n"), "{run:?}");
    let containerfile = std::fs::read_to_string(folder.join("Containerfile")).unwrap();
    let steps: Vec<&str> = containerfile.lines().filter(|line| !line.starts_with('#')).collect();
    let want = [
        "FROM scratch",
        "ADD rootfs.tar /",
        "USER 10001:10001",
        "ENV HOME=/tmp PATH=/usr/bin:/bin",
        "WORKDIR /tmp",
        "ENTRYPOINT [\"/usr/bin/leeward\"]",
    ];
    assert_eq!(steps, want);
}
