//! The way down: links, ways out of the tree, every file that a build reads.

use super::*;

#[test]
fn links_are_followed_up_and_down() {
    let tree = Tree::of(&[("real/cr.yaml", CR), ("real/kustomization.yaml", "resources: [cr.yaml]")])
        .link("overlay/base", "../real")
        .link("overlay/cr2.yaml", "../real/cr.yaml");
    let mut tree = tree;
    let kustomization = b"resources: [base]\npatches: [{path: cr2.yaml}]".to_vec();
    tree.files.0.insert("overlay/kustomization.yaml".to_owned(), kustomization);
    assert_eq!(roots(&tree.survey()), "overlay");
    assert_eq!(
        tree.closure("overlay"),
        "overlay/base overlay/cr2.yaml overlay/kustomization.yaml real/cr.yaml real/kustomization.yaml"
    );
}

#[test]
fn ways_out_of_the_tree_are_refused() {
    for (entry, want) in [
        ("../../etc/passwd", "leaves the repository (in `a/kustomization.yaml`)"),
        ("/etc/passwd", "is not a path inside the repository (in `a/kustomization.yaml`)"),
        ("https://example.com/x.yaml", "remote base `https://example.com/x.yaml` in `a/kustomization.yaml`"),
        ("github.com/org/repo//base?ref=v1", "leeward does not reach the network"),
        ("out.yaml", "symbolic link `a/out.yaml` leaves the repository"),
        ("abs.yaml", "symbolic link `a/abs.yaml` leaves the repository"),
        ("round.yaml", "symbolic link `a/round.yaml` goes round in circles"),
        ("module", "`a/module` is a submodule"),
        ("folder", "folder `a/folder` has no kustomization (in `a/kustomization.yaml`)"),
    ] {
        for field in
            ["resources: [E]", "transformers: [E]", "patches: [{path: E}]", "configMapGenerator: [{files: [k=E]}]"]
        {
            if !field.contains('{') || !["module", "folder"].contains(&entry) {
                let text = field.replace('E', entry);
                let mut tree = Tree::of(&[("a/kustomization.yaml", &text), ("a/folder/x.yaml", "x: 1")])
                    .link("a/out.yaml", "../../x")
                    .link("a/abs.yaml", "/etc/passwd")
                    .link("a/round.yaml", "round.yaml");
                tree.links.insert("a/module".to_owned(), Entry::Submodule);
                assert!(tree.refusal("a").contains(want), "{text}: {}", tree.refusal("a"));
            }
        }
    }
}

#[test]
fn texts_that_only_look_like_paths_are_left_alone() {
    let text = "commonAnnotations: {v: vendor/thing, a: /etc/passwd, b: ../../../x, c: 'https://x'}\nresources: [missing.yaml]\n\
                configMapGenerator: [{literals: [x=../../../y]}]\npatches: [{patch: '[{\"path\": \"/spec\"}]'}]\n";
    let mut tree = Tree::of(&[("kustomization.yaml", text)]);
    tree.links.insert("vendor".to_owned(), Entry::Submodule);
    assert_eq!(tree.closure(""), "kustomization.yaml");
}

#[test]
fn every_file_a_build_reads_is_in_the_closure() {
    let tree = Tree::of(&[
        (
            "a/kustomization.yaml",
            "resources: [../b, r.yaml]\ncomponents: [c]\npatches: [{path: p.yaml}]\n\
          configMapGenerator: [{files: [f.txt, key=g.txt], envs: [e.env]}]\ntransformers: [t.yaml, td]\n\
          generators: [\"kind: SecretGenerator\\nfiles: [inline.txt]\\n\"]\nconfigurations: [conf.yaml]\n\
          replacements: [{path: rep.yaml}]\nopenapi: {path: schema.json}\nhelmCharts: [{name: x, valuesFile: v.yaml}]",
        ),
        ("a/r.yaml", "path: not-me.yaml"),
        ("a/not-me.yaml", ""),
        ("a/p.yaml", ""),
        ("a/f.txt", ""),
        ("a/g.txt", ""),
        ("a/e.env", ""),
        ("a/t.yaml", "kind: PatchTransformer\npath: tp.yaml\n"),
        ("a/tp.yaml", ""),
        ("a/td/kustomization.yaml", "resources: [x.yaml]"),
        ("a/td/x.yaml", "kind: PatchTransformer\npath: tp2.yaml\n"),
        ("a/tp2.yaml", ""),
        ("a/inline.txt", ""),
        ("a/conf.yaml", ""),
        ("a/rep.yaml", ""),
        ("a/schema.json", ""),
        ("a/v.yaml", ""),
        ("a/charts/x/Chart.yaml", ""),
        ("a/c/kustomization.yaml", "kind: Component\npatches: [{path: deep.yaml}]"),
        ("a/c/deep.yaml", ""),
        ("b/kustomization.yml", "resources: [../d/one.yaml]"),
        ("d/one.yaml", ""),
        ("d/two.yaml", ""),
    ]);
    let needed = tree.closure("a");
    let all = tree.paths();
    let left: Vec<_> = all.iter().map(|(path, _)| path).filter(|path| !needed.split(' ').any(|n| n == *path)).collect();
    assert_eq!(left, ["a/not-me.yaml", "d/two.yaml"]);
}

#[test]
fn a_yaml_bomb_is_refused_before_any_program_sees_it() {
    let level = |level: usize| format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(", "));
    let bomb = format!("a0: &a0 [x, x, x]\n{}", (1..12).map(level).collect::<String>());
    let tree = Tree::of(&[("a/kustomization.yaml", &bomb)]);
    let started = std::time::Instant::now();
    assert!(tree.refusal("a").contains("`a/kustomization.yaml`"));
    assert!(started.elapsed().as_secs() < 2);
}
