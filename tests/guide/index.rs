//! The guide: its index names every public item of the crate and nothing that is not there, and
//! its examples can be pasted into a notebook cell.

use std::collections::BTreeSet;

const LIB: &str = include_str!("../../src/lib.rs");
const INDEX: &str = include_str!("../../src/guide/index.rs");
const IO: &str = include_str!("../../src/io/mod.rs");
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
    let contents = include_str!("../../src/guide/mod.rs");
    for chapter in CHAPTERS {
        assert!(
            contents.contains(&format!("pub mod {chapter};")),
            "{chapter}"
        );
        assert!(contents.contains(&format!("[`{chapter}`]")), "{chapter}");
    }
}

/// Lines at the top of an example that a notebook cannot keep: references, closures, and types
/// that borrow.
fn unkept(source: &str) -> Vec<String> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in source.lines() {
        let line = line.trim_start_matches("//!");
        let line = line.strip_prefix(' ').unwrap_or(line);
        if line.starts_with("```") {
            inside = !inside && line == "```";
        } else if inside
            && let Some((_, value)) = line.strip_prefix("let ").and_then(|l| l.split_once(" = "))
        {
            let value = value.trim_start_matches('[');
            let borrows = ["&", "|", "move |", "Evidence::", "Concept::"];
            if borrows.iter().any(|start| value.starts_with(start)) || line.ends_with(".as_view();")
            {
                lines.push(line.to_owned());
            }
        }
    }
    lines
}

#[test]
fn examples_keep_nothing_that_borrows() {
    let planted = "//! ```\n//! let a = &b;\n//! let f = |x| x;\n//! let e = [Evidence::Known(&v)];\n//!     let fine = &b;\n//! ```\n//! let prose = &b;";
    assert_eq!(unkept(planted).len(), 3);
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide");
    for chapter in CHAPTERS {
        let source = std::fs::read_to_string(folder.join(format!("{chapter}.rs"))).expect(chapter);
        assert_eq!(unkept(&source), Vec::<String>::new(), "{chapter}");
    }
}
