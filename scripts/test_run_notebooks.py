#!/usr/bin/env python3
"""Plants failures in notebooks and examples and looks whether `run_notebooks.py` finds each of them.

    scripts/test_run_notebooks.py                  all of them, a minute
    scripts/test_run_notebooks.py "a panic" good   those whose names contain one of the words

Each notebook has a good cell, the planted one and another good one. The report must name what was planted, what
the good cell prints must be there, and the notebook without a failure must pass. Planted examples are pasted one after
the other, as those of the documentation are: none may profit by another, nor fail by one.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import run_notebooks

GOOD = 'let x: Vec<f64> = vec![0.36, 0.64];\nassert_eq!(x.len(), 2);\nprintln!("{}", x[0] + x[1]);'

# What it is, the planted cell, and what the report has to say; None where the notebook must pass.
PLANTED = [
    ("a good notebook", "let y = x.len() + 1;\nassert_eq!(y, 3);", None),
    ("a panic", 'panic!("planted");', "error"),
    ("a failed assertion", "assert_eq!(1 + 1, 3);", "error"),
    ("a panic that nobody hears", 'std::panic::set_hook(Box::new(|_| {}));\npanic!("planted");', "error"),
    ("a panic in a thread", 'let _ = std::thread::spawn(|| panic!("planted")).join();', "planted"),
    ("a panic preserved", ":preserve_vars_on_panic 1\npanic!(\"planted\");", "planted"),
    ("a question mark on an error", 'let n: usize = "planted".parse()?;', "invalid digit"),
    ("an unwrap on an error", 'let n: usize = "planted".parse().unwrap();', "error"),
    ("a compile error", "let n: usize = planted;", "planted"),
    ("an unknown crate", ":dep planted = { path = \"/planted\" }", "planted"),
    ("an abort", "std::process::abort();", "error"),
    ("an exit that looks good", "std::process::exit(0);", "error"),
    ("words on stderr", 'eprintln!("planted");', "planted"),
    ("a cell without end", "loop { std::thread::sleep(std::time::Duration::from_secs(1)); }", "took longer"),
]

# Examples in the order in which they are pasted, and what the report has to say.
EXAMPLES = [
    ("a good example", "use std::fmt::Debug;\n\nfn f<T: Debug>(t: T) -> String {\n    format!(\"{t:?}\")\n}\n\nlet x = f(1);", None),
    ("a variable of another example", "assert_eq!(x.len(), 1);", "x"),
    ("another function of that name", "fn f() -> usize {\n    2\n}\n\nlet y = f();\nassert_eq!(y, 2);\n# Ok::<(), ()>(())", None),
    ("a closure", "let f = |x: usize| x;", "closure"),
    ("a reference", "let v = vec![1];\nlet r = &v;", "r"),
    ("a late question mark", 'let n: usize = "planted".parse()?;', "invalid digit"),
    ("another example with one", "let mut total = 0;\nfor word in [\"1\", \"late\"] {\n    total += word.parse::<i32>()?;\n}", "invalid digit"),
    ("a failed example", "assert_eq!(1 + 1, 3);", "panicked"),
    ("a hidden variable", "# let hidden = 1;\nassert_eq!(hidden, 1);", "hides what a reader needs"),
    ("a function of another example", "assert_eq!(g(), 2);", "g"),
    ("a whole program", "fn main() -> Result<(), String> {\n    Err(\"planted\".to_owned())\n}", "planted"),
    ("the last example", "let x = 1.5;\nassert_eq!(x, 1.5);", None),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="*")
    parser.add_argument("--venv", type=pathlib.Path, default=run_notebooks.PRODUCTS / "venv")
    parser.add_argument("--kernel", default="rust")
    options = parser.parse_args()
    try:
        run_notebooks.reexecute(options.venv)
        wrong = planted(options) + pasted(options)
    except run_notebooks.Missing as missing:
        print(missing, file=sys.stderr)
        return 2
    return int(wrong > 0)


def planted(options):
    """How many of the planted notebooks did not do as they should."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        options.products, options.cold = pathlib.Path(folder) / "evcxr", False
        for name, code, expected in PLANTED:
            if options.only and not any(word in name for word in options.only):
                continue
            options.timeout = 10 if expected == "took longer" else 120
            cells = [new_markdown_cell(name), new_code_cell(GOOD), new_code_cell(code), new_code_cell("1 + 1")]
            done, faults, _ = run_notebooks.run(new_notebook(cells=cells), pathlib.Path(folder), options)
            said = "\n".join(line for lines in faults.values() for line in lines)
            printed = [output.get("text") for output in done.cells[1].outputs]
            good = printed == ["1\n"] and (not faults if expected is None else expected in said)
            print(f"{'ok' if good else 'WRONG':<8} {name}: {said.splitlines()[0] if faults else 'passes'}", flush=True)
            if not good:
                print(f"      expected {expected!r} and 1, got {said!r} and {printed}")
                wrong += 1
    # Who lacks the kernel must be told so, by an exit code of its own.
    command = [sys.executable, run_notebooks.__file__, "--kernel", "no-such-kernel", "--docs"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    good = answer.returncode == 2 and "--install" in answer.stderr
    print(f"{'ok' if good else 'WRONG':<8} no kernel: exit code {answer.returncode}, {answer.stderr.strip().splitlines()[:1]}")
    return wrong + (not good)


def pasted(options):
    """How many of the planted examples did not do as they should."""
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        options.products, options.cold, options.timeout = pathlib.Path(folder) / "evcxr", False, 120
        options.features = ""
        path = pathlib.Path(folder) / "planted.md"
        path.write_text("".join(f"```rust\n{code}\n```\n" for _, code, _ in EXAMPLES))
        found = list(run_notebooks.examples(path))
        pasting = run_notebooks.Pasting(pathlib.Path(folder), options)
        pasting.needs = ":opt 0"
        try:
            pasting.all(found)
        finally:
            pasting.stop()
        for (name, _, expected), example in zip(EXAMPLES, found, strict=True):
            said = "\n".join(pasting.wrong.get(example.place, []))
            good = not said if expected is None else expected in said
            print(f"{'ok' if good else 'WRONG':<8} {name}: {said.splitlines()[0] if said else 'passes'}", flush=True)
            wrong += not good
    return wrong


if __name__ == "__main__":
    sys.exit(main())
