//! Nothing of the public API without a reading, or a reason.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What is no number, or has none of its own.
const EXEMPT: &[(&str, &str)] = &[
    ("Error", "a wrong input, held to account in tests/hostile"),
    ("FrontierError", "a wrong question, likewise"),
    ("MeasurementError", "a wrong measurement, likewise"),
    ("SamplesNeeded", "part of an error"),
    ("Card", "how a result is shown"),
    ("MeasurementRecord", "read through Measurement::record"),
    ("observed_by", "who watches a run"),
];

/// Modules of words, files and pictures, and that of the bounds themselves.
const NO_NUMBERS: [&str; 7] = [
    "guide",
    "io",
    "markup",
    "notebook",
    "plot",
    "report",
    "tolerance",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn files(folder: &Path, out: &mut Vec<std::path::PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for entry in entries {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|x| x.to_str()).expect("a name");
        if NO_NUMBERS.contains(&name) {
            continue;
        }
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|x| x == "rs") {
            out.push(path);
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|x| !x.is_empty())
}

/// What the readings name outside of their imports.
fn read() -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let mut own = Vec::new();
    files(&root().join("tests/invariance"), &mut own);
    for path in own {
        if path.ends_with("completeness.rs") || path.ends_with("checker.rs") {
            continue;
        }
        let mut importing = false;
        for line in text(&path).lines() {
            importing |= line.starts_with("use ");
            if !importing && !line.trim_start().starts_with("//") {
                used.extend(words(line).map(str::to_owned));
            }
            importing &= !line.ends_with(';');
        }
    }
    used
}

fn unread(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let used = read();
    let exempt = |name: &str| EXEMPT.iter().any(|(x, _)| *x == name);
    let names = names
        .into_iter()
        .filter(|x| !used.contains(x) && !exempt(x));
    names.collect()
}

#[test]
fn every_type_and_function_of_the_root_is_read() {
    let library = text(&root().join("src/lib.rs"));
    let mut names = BTreeSet::new();
    let mut rest = library.as_str();
    while let Some(start) = rest.find("\npub use ") {
        let statement = &rest[start + "\npub use ".len()..];
        let end = statement.find(';').expect("a statement ends");
        let list = statement[..end].split_once("::").expect("a path").1;
        names.extend(words(list).map(str::to_owned));
        rest = &statement[end..];
    }
    assert!(names.len() > 100, "{names:?}");
    let missing = unread(names);
    assert!(missing.is_empty(), "without a reading: {missing:?}");
}

#[test]
fn every_public_function_is_read() {
    let mut sources = Vec::new();
    files(&root().join("src"), &mut sources);
    let mut names = BTreeSet::new();
    for path in sources {
        let source = text(&path);
        let shown = source
            .split("#[cfg(test)]\nmod tests")
            .next()
            .expect("some");
        for line in shown.lines() {
            let line = line.trim_start().replacen("pub const fn ", "pub fn ", 1);
            if let Some(name) = line.strip_prefix("pub fn ").and_then(|x| words(x).next()) {
                names.insert(name.to_owned());
            }
        }
    }
    assert!(names.len() > 350, "{}", names.len());
    let missing = unread(names);
    assert!(missing.is_empty(), "without a reading: {missing:?}");
}

#[test]
fn nothing_is_exempt_that_is_read() {
    let used = read();
    let idle: Vec<_> = EXEMPT
        .iter()
        .filter(|(name, _)| used.contains(*name))
        .collect();
    assert!(idle.is_empty(), "{idle:?}");
    for (name, reason) in EXEMPT {
        assert!(!reason.is_empty(), "{name}");
    }
}
