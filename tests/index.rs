//! The guide's index names every public item of the crate, and nothing that is not there.

use std::collections::BTreeSet;

const LIB: &str = include_str!("../src/lib.rs");
const INDEX: &str = include_str!("../src/guide/index.rs");
const IO: &str = include_str!("../src/io/mod.rs");
const CHAPTERS: [&str; 8] = [
    "evidence",
    "tax",
    "plan",
    "conflicts",
    "scaling",
    "looking",
    "from_python",
    "index",
];

/// The names in `pub use path::{A, B as C};`, renamed ones by their new name.
fn reexported(source: &str) -> BTreeSet<String> {
    let code: String = source
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n");
    let mut names = BTreeSet::new();
    for statement in code.split("pub use ").skip(1) {
        let statement = statement.split(';').next().unwrap_or_default();
        let list = match statement.split_once('{') {
            Some((_, list)) => list.trim_end().trim_end_matches('}'),
            None => statement.rsplit("::").next().unwrap_or_default(),
        };
        for item in list.split(',') {
            if let Some(name) = item.split_whitespace().last() {
                names.insert(name.to_owned());
            }
        }
    }
    names
}

/// What stands between backticks, in tables only.
fn indexed(source: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for line in source.lines().filter(|line| line.starts_with("//! |")) {
        for name in line.split('`').skip(1).step_by(2) {
            names.insert(name.to_owned());
        }
    }
    names
}

#[test]
fn reads_the_forms_in_which_items_are_exported() {
    let source = "pub use a::{B, c,\n    D};\n// pub use no::Comment;\npub use e::f::G;\npub use h::I as J;\npub mod k;";
    let names: Vec<String> = reexported(source).into_iter().collect();
    assert_eq!(names, ["B", "D", "G", "J", "c"]);
    let names: Vec<String> = indexed("//! | [`A`], [`b`](crate::b) | x |\n//! `No` table")
        .into_iter()
        .collect();
    assert_eq!(names, ["A", "b"]);
}

#[test]
fn every_exported_item_is_in_the_index() {
    let indexed = indexed(INDEX);
    let exported = reexported(LIB);
    assert!(
        exported.len() > 90,
        "only {} exports were read",
        exported.len()
    );
    let missing: Vec<_> = exported.difference(&indexed).collect();
    assert!(missing.is_empty(), "not in src/guide/index.rs: {missing:?}");
    let missing: Vec<_> = reexported(IO).difference(&indexed).cloned().collect();
    assert!(
        missing.is_empty(),
        "of `io`, not in src/guide/index.rs: {missing:?}"
    );
}

#[test]
fn every_public_module_is_in_the_index() {
    let indexed = indexed(INDEX);
    for line in LIB.lines() {
        if let Some(module) = line.strip_prefix("pub mod ") {
            let module = module.trim_end_matches(';');
            assert!(
                module == "guide" || indexed.contains(module),
                "module `{module}` is not in src/guide/index.rs"
            );
        }
    }
}

#[test]
fn the_index_links_nothing_that_is_gone() {
    // Everything of the crate that is linked by name is exported; rustdoc checks the links themselves.
    let known: BTreeSet<String> = &reexported(LIB) | &reexported(IO);
    for line in INDEX.lines().filter(|line| line.starts_with("//! |")) {
        for link in line.split("[`").skip(1) {
            let (name, after) = link.split_once("`]").expect("a closed link");
            assert!(
                known.contains(name) || after.starts_with("(crate::"),
                "`{name}` is in the index and not in the crate"
            );
        }
    }
}

#[test]
fn every_chapter_is_declared_and_linked_from_the_table_of_contents() {
    let contents = include_str!("../src/guide/mod.rs");
    for chapter in CHAPTERS {
        assert!(
            contents.contains(&format!("pub mod {chapter};")),
            "{chapter}"
        );
        assert!(contents.contains(&format!("[`{chapter}`]")), "{chapter}");
    }
}
