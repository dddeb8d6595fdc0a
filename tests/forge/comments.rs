//! One set of comments on each forge: written once, over, and away; never a person's.

use leeward::forge::Commented;

use crate::model::World;
use crate::setting::{parts, told};

/// Returns the texts of the comments that are there, marks left out.
fn texts(world: &World) -> Vec<String> {
    world.shop().notes.iter().map(|note| note.body.rsplit('\n').next().unwrap().to_owned()).collect()
}

#[test]
fn parts_are_written_once_written_over_and_removed() {
    for world in World::each() {
        world.change(|shop| {
            shop.note("5", "ann", "hello");
            shop.note("5", "ann", &parts(&["copied by a person"])[0]);
            shop.note("5", "system", "changed the title");
            shop.note("6", "bot", &parts(&["of another pull request"])[0]);
        });
        let forge = world.forge();
        let others = texts(&world);
        let there = |own: &[&str]| [others.clone(), own.iter().map(|text| (*text).to_owned()).collect()].concat();
        let counted = |created, updated, removed| Commented { created, updated, removed };
        for (words, expected) in [
            (vec!["a", "b", "c"], counted(3, 0, 0)),
            (vec!["a", "b", "c"], counted(0, 0, 0)),
            (vec!["a", "x", "c"], counted(0, 1, 0)),
            (vec!["z"], counted(0, 1, 2)),
            (vec!["z"], counted(0, 0, 0)),
            (vec![], counted(0, 0, 1)),
            (vec![], counted(0, 0, 0)),
        ] {
            world.writes();
            assert_eq!(forge.comment(5, "preview", &parts(&words)).unwrap(), expected);
            assert_eq!(texts(&world), there(&words));
            let writes = expected.created + expected.updated + expected.removed;
            assert_eq!(world.writes().len(), writes);
        }
    }
}

#[test]
fn a_part_that_is_too_long_or_without_its_mark_is_never_sent() {
    for world in World::each() {
        let long = parts(&["short", &"x".repeat(1_000_000)]);
        let (_, fact, _) = told(&world.forge().comment(5, "preview", &long).unwrap_err(), world.server.port);
        assert!(fact.starts_with("a comment would have 10000"), "{fact}");
        for wrong in [vec!["no mark".to_owned()], parts(&["a", "b"])[1..].to_vec()] {
            let error = world.forge().comment(5, "preview", &wrong).unwrap_err();
            assert_eq!(told(&error, world.server.port).1, "a part of `preview` is without its mark");
        }
        assert_eq!(world.server.lines(), [""; 0]);
    }
}

#[test]
fn a_double_of_our_own_is_removed_and_the_oldest_stays() {
    for world in World::each() {
        world.change(|shop| {
            for _ in 0..3 {
                shop.note("5", "bot", &parts(&["old"])[0]);
            }
        });
        let first = world.shop().notes[0].id;
        world.forge().comment(5, "preview", &parts(&["new"])).unwrap();
        let notes = world.shop().notes;
        assert_eq!((notes.len(), notes[0].id, notes[0].body.as_str()), (1, first, parts(&["new"])[0].as_str()));
    }
}
