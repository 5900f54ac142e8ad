#!/usr/bin/env python3
"""Plants mutants whose fate is known in a crate of one page and looks whether `mutation.py` tells each.

    scripts/test_mutation.py

A function with an exact test, one with a doctest only, one that is called and not looked at, one that nothing calls, one without an end
when its condition is changed, a constant, code of a feature that is off, and a type without a default. What the report says of each
kind is compared with what must be so; an explanation has to be taken, a stale one and a false one refused, and tests that do not
fit into the time counted.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

SCRIPT = pathlib.Path(__file__).resolve().parent / "mutation.py"

CARGO = """
[package]
name = "planted"
version = "0.1.0"
edition = "2024"

[features]
extra = []

[workspace]
"""

LIBRARY = """
/// Its test looks at the value.
pub fn tested(a: i32, b: i32) -> i32 {
    a * 3 + b
}

/// Its test looks away.
pub fn called(a: i32) -> bool {
    a < 7
}

/// ```
/// assert_eq!(planted::shown(), 4);
/// ```
pub fn shown() -> i32 {
    7 - 3
}

/// ```
/// planted::called(2);
/// ```
pub fn forgotten(a: i32) -> i32 {
    a - 1
}

pub fn endless(n: u64) -> u64 {
    let (mut k, mut sum) = (0, 0);
    while k != n {
        k += 1;
        sum ^= k;
    }
    sum
}

pub const SIZE: usize = 2 + 2;

pub struct Bare(pub u8);

pub fn bare() -> Bare {
    Bare(7)
}

#[cfg(feature = "extra")]
pub fn extra(a: i32) -> i32 {
    a + 1
}

pub fn arm(a: Option<i32>) -> i32 {
    match a {
        Some(x) if x > 10 => 1,
        Some(0) => 2,
        _ => -3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arm_is_chosen() {
        assert_eq!([arm(Some(11)), arm(Some(10)), arm(Some(0)), arm(None)], [1, -3, 2, -3]);
    }
}
"""

TESTS = """
#[test]
fn values() {
    assert_eq!(planted::tested(2, 5), 11);
    assert_eq!(planted::endless(4), 4);
    assert_eq!(planted::bare().0, 7);
    planted::called(3);
}
"""

# What is changed, and what has to come of it.
EXPECTED = {
    "replace * with + in tested": "killed",
    "replace * with / in tested": "killed",
    "replace + with - in tested": "killed",
    "replace + with * in tested": "killed",
    "replace tested -> i32 with 0": "killed",
    "replace called -> bool with true": "survived",
    "replace < with == in called": "survived",
    "replace < with <= in called": "survived",
    "replace - with + in shown": "killed",
    "replace - with / in shown": "killed",
    "replace shown -> i32 with 0": "killed",
    "replace forgotten -> i32 with 0": "not reached",
    "replace - with + in forgotten": "not reached",
    "replace += with *= in endless": "timed out",
    "replace != with == in endless": "killed",
    "replace bare -> Bare with Default::default()": "unviable",
    "replace + with - in extra": "not compiled",
    "delete match arm Some(0) in arm": "killed",
    "replace match guard x > 10 with true in arm": "killed",
    "replace match guard x > 10 with false in arm": "killed",
    "delete - in arm": "killed",
}

EXPLAINED = """
[[mutant]]
file = "src/lib.rs"
why = "planted"
each = [
    { code = "a < 7", change = ["replace < with == in called", "replace < with <= in called"] },
    { change = "replace called -> bool with true" },
]
"""
STALE = EXPLAINED.replace("a < 7", "a < 8")
FALSE = """
[[mutant]]
file = "src/lib.rs"
why = "planted"
code = "a * 3"
change = ["replace * with / in tested"]
"""


def report(folder, *arguments):
    command = [sys.executable, str(SCRIPT), "--crate", str(folder / "planted"), "--scratch", str(folder / "scratch")]
    command += ["--suites", "lib,values,doc", "--all", *arguments]
    out = subprocess.run(command, capture_output=True, text=True)
    return out.returncode, out.stdout + out.stderr


def main():
    wrong = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        crate = folder / "planted"
        for path, text in [("Cargo.toml", CARGO), ("src/lib.rs", LIBRARY), ("tests/values.rs", TESTS)]:
            (crate / path).parent.mkdir(parents=True, exist_ok=True)
            (crate / path).write_text(text)
        code, said = report(folder)
        if code != 1:
            wrong.append(f"exit code {code} with survivors")
        results = folder / "scratch" / "results.jsonl"
        rows = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
        fates = {row["name"].split(": ", 1)[1]: row["fate"] for row in rows}
        for change, fate in EXPECTED.items():
            if fate in ("unviable", "not compiled"):
                if change in fates:
                    wrong.append(f"{change}: {fates[change]}, and not {fate}")
            elif fates.get(change) != fate:
                wrong.append(f"{change}: {fates.get(change)}, and not {fate}")
        by = {row["name"].split(": ", 1)[1]: row.get("by") for row in rows}
        if by.get("replace - with + in shown") != "doc src/lib.rs - shown (line 11)":
            wrong.append(f"killed by {by.get('replace - with + in shown')}, and not by its example")
        if "survived     src/lib.rs" not in said or "not reached  src/lib.rs" not in said:
            wrong.append("the report names no survivors")
        if any("SIZE" in change for change in fates):
            wrong.append("a constant was switched")

        (crate / "scripts").mkdir()
        (crate / "scripts" / "mutation_explained.toml").write_text(EXPLAINED)
        code, again = report(folder)
        if code != 1 or "3 explained" not in again or "<= in called" in again.split("unexplained:")[-1]:
            wrong.append("an explanation is not taken")
        (crate / "scripts" / "mutation_explained.toml").write_text(STALE)
        code, again = report(folder)
        if code != 2 or "no mutant" not in again:
            wrong.append("a stale explanation is taken")
        (crate / "scripts" / "mutation_explained.toml").write_text(FALSE)
        code, again = report(folder)
        if "explained, and killed:\n  src/lib.rs" not in again:
            wrong.append("a false explanation is taken")
        (crate / "scripts" / "mutation_explained.toml").unlink()
        results.unlink()
        code, again = report(folder, "--seconds", "0")
        if code != 1 or " 0 killed" not in again or " 0 with tests left" in again:
            wrong.append("tests that do not fit are run, or not counted")
        code, again = report(folder, "--again")
        if code != 1 or " 0 with tests left" not in again:
            wrong.append("tests that were left are not run")
        (crate / "tests" / "values.rs").write_text(TESTS.replace("11", "12"))
        results.unlink()
        code, again = report(folder)
        if code != 2 or "fails without a mutant" not in again:
            wrong.append("tests that fail anyway are run")
    if wrong:
        print(said)
        print("\n".join(f"WRONG: {line}" for line in wrong))
        return 1
    print(f"{len(EXPECTED)} planted mutants and 6 planted mistakes were told")
    return 0


if __name__ == "__main__":
    sys.exit(main())
