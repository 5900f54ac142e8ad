#!/usr/bin/env python3
"""Changes the code of floors 0 to 2, one place at a time, and looks whether a test fails.

    scripts/mutation.py --install             once: what parses Rust; cargo-mutants is named if it is missing
    scripts/mutation.py                       a random sample of 100 mutants
    scripts/mutation.py --sample 1000 --seed 2
    scripts/mutation.py --all --minutes 60    in random order, until done or until then
    scripts/mutation.py --files 'src/tax/*'   only mutants of these files
    scripts/mutation.py --again               survivors once more, after tests were added
    scripts/mutation.py --again --seconds 200 survivors of a short run, against the long tests too
    scripts/mutation.py --report              what earlier runs found, nothing is run

The mutants are those that cargo-mutants lists. It would compile the crate for each; generic code makes that a minute of
work, and there are thousands. So all mutants are written into a copy of the crate at once, each behind a comparison with a
number that comes from the environment; the copy is compiled once, and its tests run once per mutant. A mutant that does
not compile beside the others is found by the compiler's message and left out. An operator is replaced in the tree and not in
the text: the product that replaces the last sum of `a + b + c` is that of `a + b` and `c`.

Each test is run by itself at first: that says how long it takes and which mutants it reaches. A mutant that no test
reaches counts against the score without being run; of the others only the tests that reach them are run until one fails: those
first that killed others of its function, and the short ones. Tests that do not fit into `--seconds` are left out of it; a survivor says
how many. One that takes ten times the processor time that it should (and four seconds at least) counts as killed.

Outside the score, and counted: mutants that do not compile, those in code that the default features leave out, and those that
no switch can be put at (`&&` in a chain with `let`, and a second type where a function returns `impl Trait`).

The suite `doc` are the doctests: rustdoc compiles them into one binary, and a tool that it takes for an emulator keeps that. Of the
properties of `invariance` the first case alone is run: each holds all of the API to all changes. Not run is what compares
with pinned output of the crate itself, which fails on any change, right or wrong.

scripts/mutation_explained.toml says of survivors why no test can tell them from the code, and which mutants of an
entry are meant; an entry that fits no mutant is an error. `scripts/test_mutation.py` plants mutants whose fate is known.

Exit codes: 0 all that was run is killed or explained; 1 something survived unexplained; 2 the run itself failed.
"""

import argparse
import collections
import concurrent.futures
import fnmatch
import hashlib
import json
import math
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
CARGO_MUTANTS = "27.1.0"
MODULES = ["tree-sitter==0.26.1", "tree-sitter-rust==0.24.2"]
# The order is that in which binaries are tried where their tests take equally long.
SUITES = ["lib", "theorems", "geometry", "hostile", "tax", "found_by_fuzzing", "invariance", "display", "allocations", "doc"]
# They pin the numbers of this very code.
PINNED = re.compile(r"^stability::")
# The floor of `measure`, which puts the floors below it together and has its own tests.
FLOOR = "measure"
# A mutant may ask for more memory than there is.
MEMORY = 6 << 30
# Nothing is built twice with the same sources, so no work is spent on that or on debuggers.
PROFILE = {
    "CARGO_INCREMENTAL": "0",
    "CARGO_PROFILE_DEV_DEBUG": "0",
    "CARGO_PROFILE_TEST_DEBUG": "0",
    "CARGO_PROFILE_DEV_LTO": "off",
    "CARGO_PROFILE_DEV_CODEGEN_UNITS": "2",
    "CARGO_TERM_COLOR": "never",
}
# Neither shrinking nor a backtrace tells anything about a mutant.
RUN = {"PROPTEST_MAX_SHRINK_ITERS": "0", "RUST_BACKTRACE": "0", "RAYON_NUM_THREADS": "1"}

SWITCH = """
mod __mutants {
    use std::io::Write;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

    const COUNT: usize = @COUNT@;
    const RECORD: u32 = u32::MAX - 1;
    const UNREAD: u32 = u32::MAX;
    static ACTIVE: AtomicU32 = AtomicU32::new(UNREAD);
    static REACHED: [AtomicBool; COUNT] = [const { AtomicBool::new(false) }; COUNT];
    static RECORDS: OnceLock<std::fs::File> = OnceLock::new();

    /// Whether none of the mutants of a place is switched on.
    #[inline(always)]
    pub(crate) fn off(first: u32, last: u32) -> bool {
        let active = ACTIVE.load(Relaxed);
        if active >= RECORD {
            return seldom(first, last);
        }
        active.wrapping_sub(first) > last - first
    }

    #[inline(always)]
    pub(crate) fn is(mutant: u32) -> bool {
        ACTIVE.load(Relaxed) == mutant
    }

    #[cold]
    fn seldom(first: u32, last: u32) -> bool {
        if ACTIVE.load(Relaxed) == UNREAD {
            let active = match std::env::var("MUTANT") {
                Ok(number) if number == "record" => RECORD,
                Ok(number) => number.parse().unwrap(),
                Err(_) => 0,
            };
            ACTIVE.store(active, Relaxed);
            return off(first, last);
        }
        if !REACHED[first as usize].swap(true, Relaxed) {
            let mut file = RECORDS.get_or_init(|| {
                let path = std::env::var_os("MUTANT_RECORD").unwrap();
                std::fs::File::options().append(true).create(true).open(path).unwrap()
            });
            file.write_all(format!("{first} {last}\\n").as_bytes()).unwrap();
        }
        true
    }
}
"""


class Failed(Exception):
    """The run itself failed, and says nothing about mutants."""


class Mutant:
    def __init__(self, listed):
        self.file = listed["file"]
        self.function = (listed["function"] or {}).get("function_name", "")
        self.name = listed["name"]
        self.genre = listed["genre"]
        self.span = listed["span"]
        self.replacement = listed["replacement"]
        self.returns = (listed["function"] or {}).get("return_type", "")
        self.at = (self.span["start"]["line"], self.span["start"]["column"])
        self.change = self.name.split(": ", 1)[1]
        # What is changed, as one line: it holds when lines move.
        self.code = ""
        self.number = None
        # Why it is outside the score.
        self.outside = None


def one_line(text):
    return re.sub(r"\s+", " ", text).strip()


# -- The list ------------------------------------------------------------------------------------------------------


def files_of_floors(crate):
    """The patterns of the files below FLOOR by the table of check_floors.sh; everything without such a table."""
    table = crate / "scripts" / "check_floors.sh"
    if not table.exists():
        return ["src/**"]
    floors = dict(re.findall(r"^([a-z_]+)\s+(\d+)$", table.read_text(), re.M))
    names = [name for name, floor in floors.items() if int(floor) < int(floors[FLOOR])]
    patterns = []
    for name in names:
        if (crate / "src" / f"{name}.rs").exists():
            patterns.append(f"src/{name}.rs")
        if (crate / "src" / name).is_dir():
            patterns.append(f"src/{name}/**")
    return patterns


def listed_mutants(crate):
    try:
        version = subprocess.run(["cargo", "mutants", "--version"], capture_output=True, text=True).stdout.split()
    except FileNotFoundError:
        version = []
    if version[1:] != [CARGO_MUTANTS]:
        raise Failed(f"cargo-mutants {CARGO_MUTANTS} is needed: cargo install --locked cargo-mutants@{CARGO_MUTANTS}")
    command = ["cargo", "mutants", "--list", "--json", "--no-config", "--dir", str(crate)]
    for pattern in files_of_floors(crate):
        command += ["--file", pattern]
    out = subprocess.run(command, capture_output=True, text=True, cwd=crate)
    if out.returncode:
        raise Failed(out.stderr)
    return [Mutant(listed) for listed in json.loads(out.stdout)]


# -- All mutants in one source ---------------------------------------------------------------------------------------


def features_of(crate):
    """The default features with those they name."""
    table = tomllib.loads((crate / "Cargo.toml").read_text()).get("features", {})
    open_, found = ["default"], set()
    while open_:
        name = open_.pop()
        if name not in found:
            found.add(name)
            open_ += [other for other in table.get(name, [])]
    return found


def holds(condition, features):
    """A `cfg` predicate outside of tests; None where it cannot be told."""
    condition = condition.strip()
    if match := re.fullmatch(r'feature\s*=\s*"([^"]+)"', condition):
        return match[1] in features
    if condition == "test":
        return False
    if match := re.fullmatch(r"(not|all|any)\((.*)\)", condition, re.S):
        parts, depth, part = [], 0, ""
        for c in match[2]:
            depth += (c == "(") - (c == ")")
            if c == "," and depth == 0:
                parts.append(part)
                part = ""
            else:
                part += c
        parts = [holds(p, features) for p in [*parts, part] if p.strip()]
        if None in parts:
            return None
        return {"not": lambda: not parts[0], "all": lambda: all(parts), "any": lambda: any(parts)}[match[1]]()
    return None


class Source:
    """One file, its tree, and the places in it at which mutants are switched."""

    def __init__(self, path, text, parser, features):
        self.path = path
        self.text = text
        self.tree = parser.parse(text)
        self.lines = text.decode().split("\n")
        starts, at = [], 0
        for line in self.lines:
            starts.append(at)
            at += len(line.encode()) + 1
        self.starts = starts
        self.features = features
        self.digest = hashlib.sha256(library_part(text)).hexdigest()[:16]
        # node id -> (kind, node, mutants)
        self.places = {}

    def byte(self, position):
        line = self.lines[position["line"] - 1]
        return self.starts[position["line"] - 1] + len(line[: position["column"] - 1].encode())

    def read(self, node):
        return self.text[node.start_byte : node.end_byte]

    def left_out(self, node):
        while node is not None:
            before = node.prev_named_sibling
            while before is not None and before.type in ("attribute_item", "line_comment", "block_comment"):
                match = re.match(r"#\[cfg\((.*)\)\]$", self.read(before).decode(), re.S)
                if match and holds(match[1], self.features) is False:
                    return True
                before = before.prev_named_sibling
            node = node.parent
        return False

    def place(self, mutant):
        """Finds what the mutant changes; says why not where no switch can be put there."""
        start, end = self.byte(mutant.span["start"]), self.byte(mutant.span["end"])
        node = self.tree.root_node.descendant_for_byte_range(start, end)
        if self.left_out(node):
            mutant.outside = "not compiled"
            return
        kind = None
        if mutant.genre in ("BinaryOperator", "UnaryOperator"):
            parent = node.parent
            wanted = {"binary_expression": "binary", "compound_assignment_expr": "binary", "unary_expression": "unary"}
            if parent is not None and parent.type in wanted and (node.start_byte, node.end_byte) == (start, end):
                kind, node = wanted[parent.type], parent
                mutant.code = one_line(self.read(node).decode())
        elif mutant.genre == "FnValue":
            while node is not None and not (node.type == "block" and node.parent.type == "function_item"):
                node = node.parent
            # A function that returns `impl Trait` has one type to return.
            if node is not None and "impl " not in mutant.returns:
                kind = "body"
        elif mutant.genre == "MatchArmGuard":
            # Parentheses and the like have the span of what they hold: the outermost such node is the guard.
            while node.parent is not None and node.parent.type != "match_pattern":
                node = node.parent
            if node.parent is not None and node.type != "let_chain" and node.type != "let_condition":
                kind = "guard"
                mutant.code = one_line(self.read(node).decode())
        elif mutant.genre == "MatchArm":
            while node is not None and node.type != "match_arm":
                node = node.parent
            if node is not None:
                kind, node = "arm", node.child_by_field_name("pattern")
                mutant.code = one_line(self.read(node).decode())
        elif mutant.genre == "StructField":
            # The span takes in the comma.
            node = self.tree.root_node.descendant_for_byte_range(start, start + 1)
            while node is not None and node.type not in ("field_initializer", "shorthand_field_initializer"):
                node = node.parent
            if node is not None and any(c.type == "base_field_initializer" for c in node.parent.children):
                kind = "field"
                mutant.code = one_line(self.read(node).decode())
        if kind is None:
            mutant.outside = "no switch"
            return
        self.places.setdefault(node.id, (kind, node, []))[2].append(mutant)

    def render(self):
        """The text with all mutants, and where in it each of them, each place and each match with a mutant is."""
        out = bytearray()
        mutants, places, matches = [], [], []

        def plain(node):
            at = node.start_byte
            for child in node.children:
                out.extend(self.text[at : child.start_byte])
                emit(child)
                at = child.end_byte
            out.extend(self.text[at : node.end_byte])

        def branch(mutant, text):
            start = len(out)
            out.extend(text)
            mutants.append((start, len(out), mutant))

        def chosen(present, original, changed):
            """An expression: the original, with what is below it changed as well, or one of the mutants."""
            start = len(out)
            first, last = present[0].number, present[-1].number
            out.extend(b"(if crate::__mutants::off(%d, %d) { (" % (first, last))
            original()
            out.extend(b") } ")
            for mutant in present:
                test = b"" if mutant is present[-1] else b"if crate::__mutants::is(%d) " % mutant.number
                branch(mutant, b"else " + test + b"{ " + changed(mutant) + b" } ")
            out.extend(b")")
            places.append((start, len(out), present))

        def emit(node):
            if node.type == "match_expression":
                start = len(out)
                place(node)
                arms = [c.child_by_field_name("pattern") for c in node.child_by_field_name("body").named_children if c.type == "match_arm"]
                arms = [m for arm in arms for m in self.places.get(arm.id, (0, 0, []))[2] if m.genre == "MatchArm" and m.outside is None]
                if arms:
                    matches.append((start, len(out), arms))
            else:
                place(node)

        def place(node):
            kind, _, present = self.places.get(node.id, (None, None, []))
            present = [m for m in present if m.outside is None]
            if not present:
                return plain(node)
            first, last = present[0].number, present[-1].number
            if kind == "binary":
                left, right = (b"(" + self.read(node.child_by_field_name(side)) + b")" for side in ("left", "right"))
                chosen(present, lambda: plain(node), lambda m: left + b" " + m.replacement.encode() + b" " + right)
            elif kind == "unary":
                chosen(present, lambda: plain(node), lambda m: b"(" + self.read(node.children[-1]) + b")")
            elif kind == "guard":
                chosen(present, lambda: plain(node), lambda m: m.replacement.encode())
            elif kind == "body":
                start = len(out)
                out.extend(b"{ if !crate::__mutants::off(%d, %d) {" % (first, last))
                for mutant in present:
                    branch(mutant, b" if crate::__mutants::is(%d) { return %s; }" % (mutant.number, mutant.replacement.encode()))
                out.extend(b" }")
                places.append((start, len(out), present))
                at = node.start_byte + 1
                for child in node.children[1:]:
                    out.extend(self.text[at : child.start_byte])
                    emit(child)
                    at = child.end_byte
            elif kind == "arm":
                condition = node.child_by_field_name("condition")
                test = b"crate::__mutants::off(%d, %d)" % (first, last)
                if condition is None:
                    plain(node)
                    branch(present[0], b" if " + test)
                else:
                    out.extend(self.text[node.start_byte : condition.start_byte])
                    branch(present[0], test)
                    out.extend(b" && (")
                    emit(condition)
                    out.extend(b")")
            elif kind == "field":
                name = node.child_by_field_name("field") or node.named_children[-1]
                value = node.child_by_field_name("value")
                base = next(c for c in node.parent.children if c.type == "base_field_initializer").named_children[-1]
                out.extend(self.read(name) + b": ")
                chosen(
                    present,
                    lambda: plain(value) if value is not None else out.extend(self.read(name)),
                    lambda m: b"(" + self.read(base) + b")." + self.read(name),
                )

        plain(self.tree.root_node)
        # The root begins after white space and ends before it.
        return bytes(out) + self.text[self.tree.root_node.end_byte :], mutants, places, matches


def prepared(crate, mutants):
    """The sources with their places, and the mutants numbered so that those of a place follow each other."""
    import tree_sitter
    import tree_sitter_rust

    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_rust.language()))
    features = features_of(crate)
    sources = {}
    for mutant in mutants:
        if mutant.file not in sources:
            text = (crate / mutant.file).read_bytes()
            sources[mutant.file] = Source(mutant.file, text, parser, features)
        sources[mutant.file].place(mutant)
    number = 0
    for source in sources.values():
        for _, _, present in source.places.values():
            for mutant in present:
                number += 1
                mutant.number = number
    return sources, number


# -- The copy --------------------------------------------------------------------------------------------------------


def write_if_new(path, content):
    """Leaves the time of a file alone if nothing changes, for cargo looks at it."""
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def copied(crate, copy, except_):
    """Copies what git knows, or would add; everything where there is no git."""
    out = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=crate, capture_output=True, text=True
    )
    inside = out.returncode == 0 and (crate / ".git").exists()
    if inside:
        paths = [p for p in out.stdout.split("\0") if p and not p.endswith(".whl")]
    else:
        paths = [str(p.relative_to(crate)) for p in crate.rglob("*") if p.is_file() and "target" not in p.parts]
    kept = set()
    for path in paths:
        if (crate / path).is_file():
            kept.add(path)
            if path not in except_:
                write_if_new(copy / path, (crate / path).read_bytes())
    for path in [p for p in copy.rglob("*") if p.is_file()]:
        relative = path.relative_to(copy)
        if relative.parts[0] in ("src", "tests") and str(relative) not in kept:
            path.unlink()


def cargo(copy, target, arguments):
    env = {**os.environ, **PROFILE, "CARGO_TARGET_DIR": str(target)}
    out = subprocess.run(["cargo", *arguments, "--message-format=json"], cwd=copy, env=env, capture_output=True, text=True)
    return out, [json.loads(line) for line in out.stdout.splitlines() if line.startswith("{")]


def primary_first(message):
    """The spans of a message within the crate, also those that macros come from: the ones it is about, then others."""
    spans = sorted(message["spans"], key=lambda span: not span["is_primary"])
    for span in spans:
        while span is not None:
            yield span
            span = span["expansion"]["span"] if span.get("expansion") else None


def blamed(message, where):
    """The mutants for which something does not compile."""
    around = []
    exhaustive = (message.get("code") or {}).get("code") == "E0004"
    for span in primary_first(message):
        mutants, places, matches = where.get(span["file_name"], ([], [], []))
        start, end = span["byte_start"], span["byte_end"]
        if exhaustive:
            # Without one of its arms the match does not take all values.
            mutants, places = [], matches
        held = [(e - s, [m]) for s, e, m in mutants if s <= start and end <= e]
        if held:
            return min(held, key=lambda pair: pair[0])[1]
        around += [(e - s, present) for s, e, present in places if s <= start and end <= e]
    if around:
        return min(around, key=lambda pair: pair[0])[1]
    # The message is about something that has mutants in it.
    for span in primary_first(message):
        _, places, _ = where.get(span["file_name"], ([], [], []))
        start, end = span["byte_start"], span["byte_end"]
        inner = [m for s, e, present in places if start <= s and e <= end for m in present]
        if inner:
            return inner
    return []


def recalled(scratch, mutants, sources):
    """Takes from earlier builds which mutants do not compile: file -> what it was, and what of it."""
    known = scratch / "unviable.json"
    saved = json.loads(known.read_text()) if known.exists() else {}
    for mutant in mutants:
        digest, names = saved.get(mutant.file, ("", []))
        if digest == sources[mutant.file].digest and mutant.name in names:
            mutant.outside = "unviable"


def unread(crate, target, mutants):
    """What the compiler did not read holds no mutants."""
    package = tomllib.loads((crate / "Cargo.toml").read_text())["package"]["name"]
    records = sorted((target / "debug/deps").glob(f"{package.replace('-', '_')}-*.d"), key=lambda p: p.stat().st_mtime)
    read = set(re.findall(r"src/\S+\.rs", records[-1].read_text()))
    for mutant in mutants:
        if mutant.outside is None and mutant.file not in read:
            mutant.outside = "not compiled"


def compiled(crate, scratch, mutants, sources, count, suites):
    """Writes and compiles the copy, without the mutants that do not compile; returns the test binaries."""
    copy, target = scratch / "copy", scratch / "target"
    copied(crate, copy, {"src/lib.rs", *sources})
    library = (crate / "src/lib.rs").read_bytes() + SWITCH.replace("@COUNT@", str(count + 1)).encode()
    if "src/lib.rs" not in sources:
        write_if_new(copy / "src/lib.rs", library)
    known = scratch / "unviable.json"
    recalled(scratch, mutants, sources)
    for turn in range(1, 60):
        where = {}
        for path, source in sources.items():
            text, *where[path] = source.render()
            if path == "src/lib.rs":
                text += SWITCH.replace("@COUNT@", str(count + 1)).encode()
            write_if_new(copy / path, text)
        # With a check instead of a build all dependencies would be read twice.
        out, messages = cargo(copy, target, ["test", "--no-run", "--lib"])
        errors = [
            m["message"]
            for m in messages
            if m["reason"] == "compiler-message" and m["message"]["level"] == "error" and m["message"]["spans"]
        ]
        if out.returncode == 0:
            break
        dropped = set()
        for error in errors:
            found = blamed(error, where)
            if not found:
                print(error["rendered"], file=sys.stderr)
            for mutant in found:
                mutant.outside = "unviable"
                dropped.add(mutant.name)
        saved = {path: (source.digest, []) for path, source in sources.items()}
        for mutant in mutants:
            if mutant.outside == "unviable":
                saved[mutant.file][1].append(mutant.name)
        known.write_text(json.dumps(saved))
        print(f"build {turn}: {len(errors)} errors, {len(dropped)} mutants left out", flush=True)
        if not dropped:
            raise Failed(f"the copy does not compile:\n{out.stderr[-3000:]}")
    unread(crate, target, mutants)
    print("compiling the tests", flush=True)
    chosen = ["--lib" if suite == "lib" else f"--test={suite}" for suite in suites if suite != "doc"]
    out, messages = cargo(copy, target, ["test", "--no-run", *chosen])
    if out.returncode:
        said = [m["message"]["rendered"] for m in messages if m["reason"] == "compiler-message" and m["message"]["level"] == "error"]
        raise Failed("the tests of the copy do not compile:\n" + "\n".join(said) + out.stderr[-1000:])
    binaries = {}
    for m in messages:
        if m["reason"] == "compiler-artifact" and m.get("executable") and m["profile"]["test"]:
            kind = m["target"]["kind"][0]
            binaries["lib" if kind == "lib" else m["target"]["name"]] = m["executable"]
    if "doc" in suites:
        binaries["doc"] = doctests(copy, target)
    if missing := [suite for suite in suites if suite not in binaries]:
        raise Failed(f"no test binary for {', '.join(missing)}")
    return {suite: Suite(suite, binaries[suite], copy) for suite in suites}


def doctests(copy, target):
    """The binary of all doctests, which lists them when it is run without more."""
    kept = target / "doctests"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    # Tests of a file of their own (`standalone_crate`) come as well, and are smaller.
    keep = ["--test-runtool=/bin/sh", *(f"--test-runtool-arg={a}" for a in ("-c", f'cp "$0" "{kept}/$$"'))]
    env = {**os.environ, **PROFILE, "CARGO_TARGET_DIR": str(target), "CARGO_ENCODED_RUSTDOCFLAGS": "\x1f".join(keep)}
    out = subprocess.run(
        ["cargo", "test", "--doc", "--", "--list", "--format=terse"], cwd=copy, env=env, capture_output=True, text=True
    )
    found = sorted(kept.iterdir(), key=lambda path: path.stat().st_size)
    if out.returncode or not found:
        raise Failed(f"the doctests of the copy do not compile:\n{out.stdout[-2000:]}{out.stderr[-2000:]}")
    return str(found[-1])


# -- Running tests ---------------------------------------------------------------------------------------------------


# The first case of each property alone: every case holds all of the API to all changes, for seconds.
FIRST_CASE = {"invariance"}


class Suite:
    """A test binary. That of doctests runs one at a time, by its number in the list."""

    def __init__(self, name, binary, copy):
        self.name = name
        self.binary = binary
        self.copy = copy
        self.environment = {"PROPTEST_CASES": "1"} if name in FIRST_CASE else {}
        listing = [] if name == "doc" else ["--list", "--format=terse"]
        _, out, _ = run(binary, listing, copy, 60)
        names = [line[: -len(": test")] for line in out.splitlines() if line.endswith(": test")]
        self.numbers = {name: str(i) for i, name in enumerate(names)}
        self.names = [name for name in names if not PINNED.match(name)]
        digest = hashlib.sha256(pathlib.Path(binary).read_bytes())
        digest.update(repr(self.environment).encode())
        self.digest = digest.hexdigest()

    def processes(self, tests):
        """Tests in groups that one process runs."""
        tests = [t for t in tests if t.suite == self.name]
        return [[t] for t in tests] if self.name == "doc" else [tests] if tests else []

    def run(self, names, timeout, **env):
        if self.name == "doc":
            return run(self.binary, [], self.copy, timeout, RUSTDOC_DOCTEST_RUN_NB_TEST=self.numbers[names[0]], **env)
        env = {**self.environment, **env}
        return run(self.binary, ["--exact", "--test-threads=1", *names], self.copy, timeout, **env)


def run(binary, arguments, copy, timeout, **env):
    """(exit code or None after the timeout, output, seconds). The timeout is one of processor time, so that a
    machine that does something else besides kills no mutant; one that sleeps is waited for ten times as long."""
    started = time.monotonic()
    process = subprocess.Popen(
        ["sh", "-c", f'ulimit -t {math.ceil(timeout)}; exec "$@"', "sh", binary, *arguments],
        cwd=copy,
        env={**os.environ, **RUN, "CARGO_MANIFEST_DIR": str(copy), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        out, _ = process.communicate(timeout=10 * timeout)
        code = process.returncode
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            code = None
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, _ = process.communicate()
        code = None
    return code, out.decode(errors="replace"), time.monotonic() - started


class Test:
    def __init__(self, suite, name, seconds, reaches):
        self.suite = suite
        self.name = name
        self.key = f"{suite} {name}"
        self.seconds = seconds
        self.reaches = reaches


def recorded(suites, scratch, jobs):
    """Runs every test by itself: it must pass, and says which mutants it reaches."""
    saved = scratch / "reach.json"
    known = json.loads(saved.read_text()) if saved.exists() else {}
    known = {s.name: known[s.name] for s in suites.values() if known.get(s.name, {}).get("digest") == s.digest}
    names = [(suite, name) for suite in suites.values() if suite.name not in known for name in suite.names]
    if names:
        print(f"{len(names)} tests, each by itself", flush=True)

    def one(pair):
        suite, name = pair
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            path = pathlib.Path(folder) / "reached"
            code, out, seconds = suite.run([name], 600, MUTANT="record", MUTANT_RECORD=str(path))
            if code != 0:
                raise Failed(f"{suite.name} {name} fails without a mutant:\n{out[-2000:]}")
            reached = path.read_text().split() if path.exists() else []
        numbers = [int(n) for n in reached]
        return suite, [name, seconds, list(zip(numbers[::2], numbers[1::2]))]

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for suite, test in pool.map(one, names):
            known.setdefault(suite.name, {"digest": suite.digest, "tests": []})["tests"].append(test)
    saved.write_text(json.dumps(known))
    return [Test(suite, *test) for suite, of in known.items() for test in of["tests"]]


class Runner:
    """Runs the tests that reach a mutant until one fails."""

    def __init__(self, suites, tests, count, seconds):
        self.suites = suites
        self.seconds = seconds
        self.reaching = [[] for _ in range(count + 1)]
        for test in tests:
            for first, last in test.reaches:
                for number in range(first, last + 1):
                    self.reaching[number].append(test)
        # file or function -> how often a test killed a mutant of it: the next one may die of the same.
        self.killers = collections.defaultdict(collections.Counter)
        self.lock = threading.Lock()

    def killed(self, mutant, by):
        with self.lock:
            self.killers[mutant.file][by] += 1
            self.killers[mutant.file, mutant.function][by] += 1

    def order(self, mutant):
        """The tests that reach a mutant: by their time for what they are likely to find."""
        with self.lock:
            file, function = self.killers[mutant.file].copy(), self.killers[mutant.file, mutant.function].copy()
        in_file, in_function = 1 + file.total(), 1 + function.total()

        def price(test):
            return (0.01 + test.seconds) / (0.001 + function[test.key] / in_function + 0.2 * file[test.key] / in_file)

        return sorted(self.reaching[mutant.number], key=price)

    def groups(self, tests):
        """Tests that are run together, and each group takes about half as long as all before it."""
        group, spent, begun = [], 0.0, 0.0
        for test in tests:
            group.append(test)
            spent += test.seconds
            if spent > 0.05 + 1.5 * begun:
                yield group
                group, begun = [], spent
        if group:
            yield group

    def fate(self, mutant):
        started = time.monotonic()
        tests, spent, left = [], 0.0, 0
        for test in self.order(mutant):
            if spent + test.seconds <= self.seconds:
                tests.append(test)
                spent += test.seconds
            else:
                left += 1
        if not tests:
            fate = {"fate": "survived" if left else "not reached"}
        elif by := self.killer(mutant, tests):
            self.killed(mutant, by[1])
            fate = {"fate": by[0], "by": by[1]}
        else:
            fate = {"fate": "survived"}
        if left and fate["fate"] == "survived":
            fate |= {"left": left, "budget": self.seconds}
        return {**fate, "seconds": round(time.monotonic() - started, 2)}

    def killer(self, mutant, tests):
        """(fate, test) of the first that fails."""
        for group in self.groups(tests):
            for suite in self.suites.values():
                for together in suite.processes(group):
                    timeout = max(4.0, 10 * sum(t.seconds for t in together))
                    code, out, _ = suite.run([t.name for t in together], timeout, MUTANT=str(mutant.number))
                    if code == 0:
                        continue
                    # The first line is where output of the test itself may be glued to the verdict.
                    failed = [t for t in together if re.search(rf"^test {re.escape(t.name)}( - should panic)? \.\.\. .*FAILED", out, re.M)]
                    # A test that aborts or does not end has begun its line, and no other has after it.
                    begun = [t for t in together if f"test {t.name} ..." in out]
                    by = (failed or begun[-1:] or together[:1])[0]
                    return "timed out" if code is None else "killed", by.key
        return None


# -- Results ---------------------------------------------------------------------------------------------------------


def library_part(text):
    """A file without its unit tests, which may change without changing a mutant."""
    return text.split(b"\n#[cfg(test)]\nmod tests", 1)[0]


def tree_digest(crate):
    digest = hashlib.sha256()
    for folder in ("src", "tests"):
        for path in sorted((crate / folder).rglob("*")):
            if path.is_file():
                digest.update(str(path.relative_to(crate)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


KILLED = ("killed", "timed out")


class Results:
    """What earlier runs found: one line of JSON each. A killed mutant stays killed while its file is the same; a
    survivor survives the tests that there were."""

    def __init__(self, path, sources, tree):
        self.path = path
        self.tree = tree
        self.files = {p: s.digest for p, s in sources.items()}
        self.rows = {}
        self.lock = threading.Lock()
        if path.exists():
            for line in path.read_text().splitlines():
                row = json.loads(line)
                if self.files.get(row["name"].split(":", 1)[0]) == row["file"]:
                    self.rows[row["name"]] = row

    def of(self, mutant):
        return self.rows.get(mutant.name)

    def settled(self, mutant, again, seconds):
        row = self.of(mutant)
        if row is None or row["fate"] in KILLED or not again:
            return row is not None
        return row["tree"] == self.tree and row.get("budget", math.inf) >= seconds

    def add(self, mutant, fate):
        row = {"name": mutant.name, "file": self.files[mutant.file], "tree": self.tree, **fate}
        with self.lock:
            self.rows[mutant.name] = row
            with self.path.open("a") as file:
                file.write(json.dumps(row) + "\n")


def wilson(hits, n):
    """The 95 % interval of a proportion."""
    if n == 0:
        return 0.0, 1.0
    z, p = 1.959963984540054, hits / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def explained(crate, mutants):
    """name -> why, of the mutants that the list explains."""
    path = crate / "scripts" / "mutation_explained.toml"
    if not path.exists():
        return {}
    reasons, unused = {}, []
    for entry in tomllib.loads(path.read_text())["mutant"]:
        # `each` has places with one reason in common.
        for place in entry.get("each", [{}]):
            place = {"code": "", **entry, **place}
            changes = place["change"] if isinstance(place["change"], list) else [place["change"]]
            for change in changes:
                fit = [m for m in mutants if (m.file, m.change, m.code) == (place["file"], change, place["code"])]
                fit.sort(key=lambda m: m.at)
                if "which" in place:
                    which = place["which"] if isinstance(place["which"], list) else [place["which"]]
                    fit = [fit[i - 1] for i in which if i <= len(fit)]
                elif len(fit) > 1:
                    raise Failed(f"{len(fit)} mutants fit {place['file']}: {change}: {place['code']}: say `which`")
                for mutant in fit:
                    reasons[mutant.name] = place["why"]
                if not fit:
                    unused.append(f"{place['file']}: {change}: {place['code']}")
    if unused:
        raise Failed("explained, but no mutant:\n  " + "\n  ".join(unused))
    return reasons


def report(mutants, results, reasons, whole):
    fates = [*KILLED, "survived", "not reached"]
    table = collections.defaultdict(collections.Counter)
    open_, suites, refuted, short = [], collections.Counter(), [], 0
    for mutant in mutants:
        row = results.of(mutant)
        if mutant.outside is not None:
            table[mutant.file][mutant.outside] += 1
        elif row is None:
            table[mutant.file]["not run"] += 1
        else:
            table[mutant.file][row["fate"]] += 1
            if row["fate"] in KILLED:
                suites[row["by"].split(" ", 1)[0]] += 1
                if mutant.name in reasons:
                    refuted.append(f"{mutant.name} by {row['by']}")
            else:
                short += "left" in row
                if mutant.name in reasons:
                    table[mutant.file]["explained"] += 1
                else:
                    open_.append((mutant, row))
    columns = [*fates, "explained", "not run", "unviable", "not compiled", "no switch"]
    print("\n" + f"{'file':44}" + "".join(f"{c:>13}" for c in columns))
    total = collections.Counter()
    for file in sorted(table):
        print(f"{file:44}" + "".join(f"{table[file][c] or '':>13}" for c in columns))
        total += table[file]
    print(f"{'all':44}" + "".join(f"{total[c]:>13}" for c in columns))
    if open_:
        print("\nunexplained:")
        for mutant, row in open_:
            print(f"  {row['fate']:12} {mutant.name}" + (f"   [{mutant.code[:100]}]" if mutant.code else ""))
    if refuted:
        print("\nexplained, and killed:\n  " + "\n  ".join(refuted))
    n = sum(total[f] for f in fates)
    hits = sum(total[f] for f in KILLED)
    if n:
        low, high = wilson(hits, n)
        sample = "all of them" if whole else f"95 % interval {100 * low:.1f} to {100 * high:.1f} %"
        print(f"\n{n} mutants run, {hits} killed ({total['timed out']} by the clock): {100 * hits / n:.1f} %, {sample}")
        print("killed by the suites: " + ", ".join(f"{suite} {k}" for suite, k in suites.most_common()))
        print(f"{n - hits} not killed: {total['explained']} explained, {len(open_)} not; {short} with tests left to run")
        if not whole and total["explained"]:
            low, high = wilson(hits, n - total["explained"])
            rest = n - total["explained"]
            print(f"of the {rest} not explained {100 * hits / rest:.1f} % killed, 95 % interval {100 * low:.1f} to {100 * high:.1f} %")
    return open_


# -- The command -----------------------------------------------------------------------------------------------------


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--install", action="store_true", help="make the Python environment")
    parser.add_argument("--sample", type=int, default=100, help="how many mutants, drawn at random")
    parser.add_argument("--seed", type=int, default=1, help="a longer sample of the same seed begins with the shorter one")
    parser.add_argument("--all", action="store_true", help="all mutants, in the order of the seed")
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no mutant after this time")
    parser.add_argument("--files", action="append", help="only mutants of files that fit the pattern")
    parser.add_argument("--again", action="store_true", help="run only those that survived other tests than today's")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long the tests of a mutant may take, without it")
    parser.add_argument("--report", action="store_true", help="run nothing")
    parser.add_argument("--jobs", type=int, default=1, help="mutants at a time")
    parser.add_argument("--scratch", type=pathlib.Path, help="where the copy and the results are kept")
    parser.add_argument("--crate", type=pathlib.Path, default=ROOT, help="another crate than this one")
    parser.add_argument("--suites", type=lambda s: s.split(","), default=SUITES, help="lib and integration tests")
    arguments = parser.parse_args()

    scratch = arguments.scratch or pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "mutation"
    scratch = scratch.resolve()
    scratch.mkdir(parents=True, exist_ok=True)
    venv = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / "mutation" / "venv"
    python = venv / "bin" / "python"
    if arguments.install:
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *MODULES], check=True)
        return 0
    try:
        import tree_sitter  # noqa: F401
    except ImportError:
        if not python.exists() or pathlib.Path(sys.executable) == python:
            print("error: scripts/mutation.py --install comes first", file=sys.stderr)
            return 2
        os.execv(python, [str(python), *sys.argv])

    sys.setrecursionlimit(100_000)
    crate = arguments.crate.resolve()
    started = time.monotonic()
    mutants = listed_mutants(crate)
    sources, count = prepared(crate, mutants)
    if arguments.report:
        recalled(scratch, mutants, sources)
        unread(crate, scratch / "target", mutants)
    else:
        suites = compiled(crate, scratch, mutants, sources, count, arguments.suites)
    reasons = explained(crate, mutants)
    inside = [m for m in mutants if m.outside is None]
    print(f"{len(mutants)} mutants, {len(inside)} of them run, after {time.monotonic() - started:.0f} s", flush=True)
    results = Results(scratch / "results.jsonl", sources, tree_digest(crate))
    random.Random(arguments.seed).shuffle(inside)
    if arguments.files:
        inside = [m for m in inside if any(fnmatch.fnmatch(m.file, p) for p in arguments.files)]
    elif not arguments.all and not arguments.again:
        inside = inside[: arguments.sample]
    if arguments.again:
        inside = [m for m in inside if results.of(m)]
    work = [m for m in inside if not results.settled(m, arguments.again, arguments.seconds)]
    if work and not arguments.report:
        # What is started from here on has it too.
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        tests = recorded(suites, scratch, arguments.jobs)
        print(f"{len(tests)} tests take {sum(t.seconds for t in tests):.0f} s", flush=True)
        runner = Runner(suites, tests, count, arguments.seconds)
        for mutant in mutants:
            if "by" in (row := results.of(mutant) or {}):
                runner.killed(mutant, row["by"])
        end = time.monotonic() + 60 * arguments.minutes
        done = 0

        def one(mutant):
            nonlocal done
            if time.monotonic() > end:
                return
            fate = runner.fate(mutant)
            results.add(mutant, fate)
            done += 1
            if fate["fate"] not in KILLED:
                print(f"{fate['fate']:12} {mutant.name}", flush=True)
            if done % 100 == 0:
                print(f"{done} of {len(work)} after {time.monotonic() - started:.0f} s", flush=True)

        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            list(pool.map(one, work))
    chosen = {m.name for m in inside}
    shown = [m for m in mutants if m.name in chosen or (m.outside is not None and not arguments.files)]
    open_ = report(shown, results, reasons, arguments.all and all(results.of(m) for m in inside))
    return 1 if open_ else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failure:
        print(f"error: {failure}", file=sys.stderr)
        sys.exit(2)
