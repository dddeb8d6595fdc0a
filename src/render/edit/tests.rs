//! The edit by example: whole files before and after, odd ones, refused ones.

use super::*;

/// Returns the component the examples insert.
fn component() -> Item {
    Item::Component { path: "recovery/minio-a-1122".to_owned() }
}

/// Returns the patch the examples insert.
fn patch() -> Item {
    let target = PatchTarget {
        group: "pxc.percona.com".to_owned(),
        version: "v1".to_owned(),
        kind: "PerconaXtraDBCluster".to_owned(),
        name: "^db\\.main$".to_owned(),
        namespace: Some("^pxc$".to_owned()),
    };
    Item::Patch { path: "recovery/minio-a-1122/backup-patch.yaml".to_owned(), target }
}

/// Asserts the whole file after the edit, that a second edit adds nothing, and that taking back restores every byte.
fn edits(item: &Item, before: &str, after: &str) {
    let edited = insert(before.as_bytes(), item).unwrap();
    assert_eq!(String::from_utf8_lossy(&edited), after);
    assert_eq!(insert(&edited, item).unwrap(), edited);
    let restored = take_back(&edited, item.path()).unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&restored), before);
    assert_eq!(take_back(before.as_bytes(), item.path()).unwrap(), None);
}

/// Asserts the refusal's fact and hint.
fn refuses(before: &str, fact: &str, hint: &str) {
    let failure = insert(before.as_bytes(), &component()).unwrap_err();
    assert_eq!((failure.fact.as_str(), failure.hint.as_deref()), (fact, Some(hint).filter(|hint| !hint.is_empty())));
}

/// Stands for the component's line in the examples.
const X: &str = "- \"recovery/minio-a-1122\"";

#[test]
fn appends_a_component_as_the_list_is_indented() {
    for indent in ["", " ", "  ", "    "] {
        edits(
            &component(),
            &format!("components:\n{indent}- ../a # why\n\n# objects\nresources:\n- b\n"),
            &format!("components:\n{indent}- ../a # why\n{indent}{X}\n\n# objects\nresources:\n- b\n"),
        );
    }
}

#[test]
fn appends_a_patch_with_its_target() {
    edits(
        &patch(),
        "patches:\n  - path: a.yaml\n    target:\n      kind: Deployment\nresources: [a]\n",
        r#"patches:
  - path: a.yaml
    target:
      kind: Deployment
  - path: "recovery/minio-a-1122/backup-patch.yaml"
    target:
      group: "pxc.percona.com"
      version: "v1"
      kind: "PerconaXtraDBCluster"
      name: "^db\\.main$"
      namespace: "^pxc$"
resources: [a]
"#,
    );
}

#[test]
fn creates_a_list_behind_the_last_field_indented_as_the_others() {
    let key = "components: # added by leeward";
    for (before, after) in [
        ("resources:\n- a\n", format!("resources:\n- a\n{key}\n{X}\n")),
        ("resources:\n  - a\n", format!("resources:\n  - a\n{key}\n  {X}\n")),
        ("resources:\n  - a\nimages:\n- b\n", format!("resources:\n  - a\nimages:\n- b\n{key}\n{X}\n")),
        ("namespace: x", format!("namespace: x\n{key}\n{X}")),
        ("---\nresources:\n- a\n...\n", format!("---\nresources:\n- a\n{key}\n{X}\n...\n")),
        ("resources:\n- a\n---\n# nothing\n", format!("resources:\n- a\n{key}\n{X}\n---\n# nothing\n")),
        ("resources:\n- a\n# - b\n\n# end\n", format!("resources:\n- a\n# - b\n{key}\n{X}\n\n# end\n")),
        ("resources:\n- a\n\n#- b\n#  c\n\n# end\n", format!("resources:\n- a\n\n#- b\n#  c\n{key}\n{X}\n\n# end\n")),
        ("resources:\n- a\n...\n#- b\n", format!("resources:\n- a\n{key}\n{X}\n...\n#- b\n")),
        ("resources:\n- a\n\n\n", format!("resources:\n- a\n{key}\n{X}\n\n\n")),
        ("  namespace: x\n  images:\n  - a\n", format!("  namespace: x\n  images:\n  - a\n  {key}\n  {X}\n")),
        ("a:\n", format!("a:\n{key}\n{X}\n")),
        ("a: \"two\n\n lines\"\n", format!("a: \"two\n\n lines\"\n{key}\n{X}\n")),
        ("a: {b: [\n  c]\n  } # d\n", format!("a: {{b: [\n  c]\n  }} # d\n{key}\n{X}\n")),
        ("%YAML 1.1\n---\nnamespace: x\n", format!("%YAML 1.1\n---\nnamespace: x\n{key}\n{X}\n")),
    ] {
        edits(&component(), before, &after);
    }
}

#[test]
fn keeps_line_endings_byte_order_mark_and_missing_last_ending() {
    for (before, after) in [
        ("components:\r\n- a\r\n", format!("components:\r\n- a\r\n{X}\r\n")),
        ("components:\r\n- a", format!("components:\r\n- a\r\n{X}")),
        ("components:\n- a", format!("components:\n- a\n{X}")),
        ("a: b\r\ncomponents:\n- a\r\nc: d\n", format!("a: b\r\ncomponents:\n- a\r\n{X}\r\nc: d\n")),
        ("\u{feff}components:\n- é # ü\n", format!("\u{feff}components:\n- é # ü\n{X}\n")),
        ("\u{feff}# ü\na: é", format!("\u{feff}# ü\na: é\ncomponents: # added by leeward\n{X}")),
        ("components:\n- a\n  ", format!("components:\n- a\n{X}\n  ")),
    ] {
        edits(&component(), before, &after);
    }
}

#[test]
fn inserts_below_a_key_without_value() {
    for (before, after) in [
        ("components:\n", format!("components:\n{X}\n")),
        ("components:", format!("components:\n{X}")),
        ("components: # none yet\nresources:\n  - a\n", format!("components: # none yet\n  {X}\nresources:\n  - a\n")),
        ("components:\n# - a\n\nresources:\n- a\n", format!("components:\n# - a\n{X}\n\nresources:\n- a\n")),
        ("components:\n# objects\nresources:\n- a\n", format!("components:\n{X}\n# objects\nresources:\n- a\n")),
    ] {
        edits(&component(), before, &after);
    }
}

#[test]
fn recognises_the_key_as_kustomize_does() {
    for key in ["Components", "\"components\"", "'COMPONENTS'", "components "] {
        edits(&component(), &format!("{key}:\n- a\n"), &format!("{key}:\n- a\n{X}\n"));
    }
}

#[test]
fn goes_behind_the_whole_last_item_and_what_belongs_to_it() {
    let target = "kind: A\n";
    for item in [
        "- patch: |-\n    - op: add\n      # no comment\n  target:\n    kind: A\n",
        "- patch: |-\n    a\n    # no comment\n",
        "- patch: >\n   a\n\n   b\n",
        "- patch: \"a\n\n   #b\"\n",
        "- patch: a\n    b\n",
        "-\n  path: a\n",
        "- path: a\n  # options: {}\n",
        "- path: a\n# - path: b\n#   target: {}\n",
        "- patch: |+\n    a\n\n\n",
        "- {path: a,\n  b: c}\n",
        "- path: a\n-\n",
        "- - a\n  - b: |2\n       c\n",
    ] {
        let Item::Patch { path, .. } = patch() else { unreachable!() };
        let after = format!("patches:\n{item}{}\n# last\n{target}", patch().lines().join("\n"));
        assert!(after.contains(&path));
        edits(&patch(), &format!("patches:\n{item}# last\n{target}"), &after);
    }
}

#[test]
fn refuses_where_the_line_ending_it_brings_would_change_a_block_scalar() {
    let hint = "echo >> kustomization.yaml";
    let fact = "no line added to `components` leaves the rest of the file as it is";
    for before in ["components:\n- |\n  a", "components:\n- |+\n  a", "a: |\n  b"] {
        refuses(before, fact, hint);
    }
    edits(&component(), "components:\n- |-\n  a", &format!("components:\n- |-\n  a\n{X}"));
}

#[test]
fn refuses_lists_that_take_no_line() {
    let block = "write `components:` as a block list, one `- …` per line";
    for (value, fact, hint) in [
        (" []", "is written in flow style", "write `components:` without `[]`"),
        (" [a, b]", "is written in flow style", block),
        ("\n- a\nb: &x\n- c\nComponents: *x", "", ""),
        (" ~", "is a scalar", "write `components:` alone on its line"),
        (" null", "is a scalar", "write `components:` alone on its line"),
        (" ''", "is a scalar", "write `components:` alone on its line"),
        (" {}", "is a mapping", block),
        (" !!seq [a]", "has a tag", block),
        (" &x [a]", "has an anchor, its items count elsewhere too", block),
        (" &x\n- a", "has an anchor, its items count elsewhere too", block),
        (" # added by leeward", "has lost the items leeward added", "remove the line `components: # added by leeward`"),
    ] {
        if fact.is_empty() {
            let fact = "line 5: `Components` is another spelling of `components`";
            refuses(&format!("components:{value}\n"), fact, "keep one `components:` for all its items");
        } else {
            refuses(&format!("components:{value}\n"), &format!("line 1: `components` {fact}"), hint);
        }
    }
    refuses("x: &x\n- a\ncomponents: *x\n", "line 3: `components` is an alias", block);
}

#[test]
fn refuses_files_that_are_no_plain_mapping() {
    let braces = "write one `key:` per line, without braces";
    let fields = "write `resources:` and its list first";
    for (before, fact, hint) in [
        ("", "the file has no fields", fields),
        ("# a\n---\n", "the file has no fields", fields),
        ("- a\n", "the file is no mapping", braces),
        ("a\n", "the file is no mapping", braces),
        ("{\"resources\": [\"a\"]}\n", "the file is written in JSON or flow style", braces),
        ("a: b\n---\nc: d\n", "the file holds several documents", "keep the first document alone in the file"),
        ("&x\na: b\n", "the whole file has an anchor or a tag", "remove the `&` or `!` before the first field"),
        ("a: 1\nb: 2\na: 3\n", "line 3: duplicate key `a`", "remove line 3 or the one it repeats"),
        ("a: {b: 1,\n \"b\": 2}\n", "line 2: duplicate key `b`", "remove line 2 or the one it repeats"),
        (
            "? components\n: - a\n",
            "line 1: key `components` has more before it than spaces",
            "write `components:` at the start of the line",
        ),
        (
            "x: &x {a: b}\n<<: *x\n",
            "`<<` may bring fields like `components` from elsewhere",
            "write the merged fields out instead of `<<`",
        ),
        ("a: b\rc: d\n", "line 1: `\\r` is a line break or nothing, by reader", "remove `\\r` from line 1"),
        (
            "# a\u{2028}b\na: b\n",
            "line 1: `\\u{2028}` is a line break or nothing, by reader",
            "remove `\\u{2028}` from line 1",
        ),
        ("a: \"\0\"\n", "line 1: `\\u{0}` is a line break or nothing, by reader", "remove `\\u{0}` from line 1"),
    ] {
        refuses(before, fact, hint);
    }
    assert!(insert(b"a: \xff\n", &component()).is_err());
    for (broken, hint) in [
        ("components:\n\t- a\n", "indent line 2 with spaces"),
        ("a: b\n\t\nc: d\n", "indent line 2 with spaces"),
        ("a: b: c\n", "rewrite line 1"),
        ("a: b\n- c\n", "rewrite line 2"),
        ("a: \"b\nc\"\n", "rewrite line 1"),
        ("a: *b\n", "rewrite line 1"),
        ("a: [b\n", "rewrite line 2"),
    ] {
        let failure = insert(broken.as_bytes(), &component()).unwrap_err();
        assert_eq!(failure.hint.as_deref(), Some(hint), "{failure}");
    }
}

#[test]
fn stays_bounded_on_hostile_input() {
    let list = format!("a: &x [{}]\n", "b,".repeat(100_000));
    let bomb = format!("{list}c: [{}]\n", "*x,".repeat(100_000));
    let nested: Vec<String> = (1..30).map(|n| format!("k{n}: &k{n} [*k{m}, *k{m}]", m = n - 1)).collect();
    for (file, fact) in [
        ("[".repeat(10 << 20), "10240 KiB are more than the 1024 KiB edited"),
        ("[".repeat(1 << 20), "line 1: recursion limit exceeded"),
        (format!("{}\n", "[".repeat(65)), "line 1: more than 64 levels inside each other"),
        (format!("a:\n{}", "- ".repeat(500_000)), "line 2: more than 64 levels inside each other"),
        (bomb, "line 2: aliases make it grow by more than 1 MiB"),
        (
            format!("k0: &k0 [{}]\n{}\n", "a,".repeat(100), nested.join("\n")),
            "line 13: aliases make it grow by more than 1 MiB",
        ),
        ("a: &x [*x]\n".to_owned(), "line 1: alias inside what it names"),
    ] {
        assert_eq!(insert(file.as_bytes(), &component()).unwrap_err().fact, fact);
    }
}

#[test]
fn takes_the_created_key_out_with_the_last_item_only() {
    let other = Item::Component { path: "recovery/other".to_owned() };
    let before = b"resources:\n- a";
    let both = insert(&insert(before, &component()).unwrap(), &other).unwrap();
    let one = take_back(&both, component().path()).unwrap().unwrap();
    assert_eq!(one, insert(before, &other).unwrap());
    assert_eq!(take_back(&one, other.path()).unwrap().unwrap(), before);
}

#[test]
fn leaves_the_created_key_to_items_of_the_user() {
    let file = format!("a: b\ncomponents: # added by leeward\n{X}\n- mine\n");
    let after = take_back(file.as_bytes(), component().path()).unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&after), "a: b\ncomponents: # added by leeward\n- mine\n");
}

#[test]
fn keeps_a_key_the_user_wrote_when_its_only_item_goes() {
    let file = format!("components: # mine\n{X}\n");
    let after = take_back(file.as_bytes(), component().path()).unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&after), "components: # mine\n");
}

#[test]
fn does_not_add_what_is_listed_in_another_spelling_nor_take_it_out() {
    for line in ["- recovery/minio-a-1122", "- './recovery/minio-a-1122/'", "- \"recovery/minio-a-1122\" # mine"] {
        let file = format!("components:\n{line}\n");
        assert_eq!(insert(file.as_bytes(), &component()).unwrap(), file.as_bytes());
        let failure = take_back(file.as_bytes(), component().path()).unwrap_err();
        assert_eq!(failure.fact, "line 2: item of `components` is not as leeward wrote it");
    }
}

#[test]
fn refuses_a_patch_that_is_listed_with_another_target_and_a_path_listed_twice() {
    let path = patch().path().to_owned();
    let file = format!("patches:\n- path: {path}\n  target: {{kind: A}}\n");
    let failure = insert(file.as_bytes(), &patch()).unwrap_err();
    assert_eq!(failure.fact, format!("line 2: `{path}` is listed in `patches` with another target"));
    let failure = insert(format!("components:\n{X}\n{X}\n").as_bytes(), &component()).unwrap_err();
    assert_eq!(failure.fact, "line 3: `recovery/minio-a-1122` is listed twice in `components`");
}

#[test]
fn quotes_what_would_change_the_structure_and_refuses_what_cannot_be_quoted() {
    let odd = Item::Component { path: "a\": [\\ # ${b} é".to_owned() };
    edits(&odd, "components:\n- a\n", "components:\n- a\n- \"a\\\": [\\\\ # ${b} é\"\n");
    for path in ["a\nb", "a\tb", "a\u{85}b", "a\u{2028}b", "\u{feff}"] {
        assert!(insert(b"a: b\n", &Item::Component { path: path.to_owned() }).is_err(), "{path:?}");
    }
}

#[test]
fn takes_a_patch_back_though_components_are_in_flow_style() {
    let before = "components: [a]\npatches:\n- path: a\n";
    edits(&patch(), before, &format!("{before}{}\n", patch().lines().join("\n")));
}

#[test]
fn counts_inserted_lines() {
    for (before, n_lines) in [("a: b\n", 2), ("a: b", 2), ("components:\n- a", 1)] {
        let after = insert(before.as_bytes(), &component()).unwrap();
        assert_eq!(inserted_lines(before.as_bytes(), &after), n_lines);
        assert_eq!(inserted_lines(&after, &after), 0);
    }
}
