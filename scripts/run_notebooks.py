#!/usr/bin/env python3
"""Runs the notebooks with a real evcxr kernel, and fails if a single cell does.

    scripts/run_notebooks.py --install     once: the kernel and what talks to it
    scripts/run_notebooks.py               run all notebooks; what they say must be what is committed
    scripts/run_notebooks.py --update      run all notebooks and write their outputs into them
    scripts/run_notebooks.py 3 5           only notebooks whose names begin so
    scripts/run_notebooks.py --docs        paste the examples of README.md and src/lib.rs instead
    scripts/run_notebooks.py --docs all    paste every example of the documentation instead
    scripts/run_notebooks.py --docs all src/tax     those of places that begin so
    scripts/run_notebooks.py --docs all --resume    those that have not passed as they stand now

A kernel's reply is not to be trusted. evcxr answers "ok" to a cell that panicked (unless
`preserve_vars_on_panic` is off) and to one that left by `?`, and says so on stderr only, from a
thread that may be late. So this runner

* switches `preserve_vars_on_panic` off, which makes a panic an error;
* takes anything on stderr for a failure: notebooks print to stdout;
* ends each notebook with a line of its own on stderr and waits for it, so that nothing that came
  before it is missed;
* fails on an error, a dead kernel, a cell that takes too long, and a cell that did not run.

`scripts/test_run_notebooks.py` plants each of these failures and looks whether it is found.

Outputs are written without times, so that equal results are equal files. A check compares the text of all
outputs, and of pictures only that they are there: their last digits may differ between machines.

Exit codes: 0 all passed; 1 a notebook failed or changed; 2 the kernel or a module is missing.
"""

import argparse
import copy
import fcntl
import hashlib
import itertools
import json
import os
import pathlib
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
PRODUCTS = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / "notebooks"
EVCXR = "0.22.0"
FEATURES = "io,num-dual,plot,rayon,serde"
MODULES = ["jupyter_client==8.10.0", "nbformat==5.11.1", "nbconvert==7.17.2"]
# A line on stderr after which there is nothing to wait for.
LAST_WORD = "all cells of this notebook have run"
ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Missing(Exception):
    """Something that has to be installed is not."""


def install(venv):
    """The kernel, the source of its standard library, and a Python environment that knows both."""

    def do(*command, **more):
        print("+", " ".join(map(str, command)), flush=True)
        subprocess.run([str(part) for part in command], check=True, **more)

    if not (venv / "bin/python").exists():
        do(sys.executable, "-m", "venv", venv)
    do(venv / "bin/pip", "install", "--quiet", "--disable-pip-version-check", *MODULES)
    if not shutil.which("evcxr_jupyter"):
        environment = {k: v for k, v in os.environ.items() if k != "CARGO_TARGET_DIR"}
        do("cargo", "install", "--locked", "evcxr_jupyter", "--version", EVCXR, env=environment)
    if shutil.which("rustup"):
        # evcxr asks rust-analyzer for the types of variables, and that reads the standard library.
        do("rustup", "component", "add", "rust-src")
    kernel = shutil.which("evcxr_jupyter") or pathlib.Path.home() / ".cargo/bin/evcxr_jupyter"
    do(kernel, "--install", env={**os.environ, "JUPYTER_PATH": str(venv / "share/jupyter")})


def reexecute(venv):
    """Goes on with the Python of the environment, if this one lacks the modules."""
    try:
        import jupyter_client  # noqa: F401
        import nbformat  # noqa: F401
    except ImportError as error:
        python = venv / "bin/python"
        if python.exists() and pathlib.Path(sys.prefix).resolve() != venv.resolve():
            os.execv(python, [str(python), *sys.argv])
        raise Missing(f"no module {error.name} in {sys.executable}, and no environment in {venv}") from error


class Kernel:
    """A running kernel, one notebook long. What it says is filed under the number of the cell."""

    def __init__(self, folder, options):
        from jupyter_client import KernelManager
        from jupyter_client.kernelspec import NoSuchKernel

        # With incremental compilation off evcxr's cache takes the crate for one that never changes.
        dropped = ("CARGO_INCREMENTAL", "CARGO_TARGET_DIR", "RUSTFLAGS")
        environment = {k: v for k, v in os.environ.items() if k not in dropped}
        # Notebooks that run one after the other may share what they have compiled.
        options.products.mkdir(parents=True, exist_ok=True)
        environment["EVCXR_TMPDIR"] = str(options.products)
        if options.cold:
            environment["XDG_CACHE_HOME"] = str(options.products / "cache")
        self.timeout = options.timeout
        self.said = {}
        self.asked = {}
        self.manager = KernelManager(kernel_name=options.kernel)
        try:
            self.manager.start_kernel(cwd=str(folder), env=environment, stdout=subprocess.DEVNULL)
        except NoSuchKernel as error:
            raise Missing(f"Jupyter knows no kernel `{options.kernel}`") from error
        except FileNotFoundError as error:
            raise Missing(f"the kernel `{options.kernel}` names a program that is not there: {error}") from error
        self.client = self.manager.client()
        self.client.start_channels()
        try:
            self.client.wait_for_ready(timeout=self.timeout)
        except RuntimeError:
            self.__exit__()
            raise Missing(f"the kernel `{options.kernel}` does not start within {self.timeout:.0f} s") from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def run(self, number, code, until=None):
        """Runs a cell; with `until`, to the end of stderr, where these words are. Returns None, or what
        is wrong with the kernel."""
        request = self.client.execute(code, allow_stdin=False, stop_on_error=False)
        self.asked[request] = number
        heard, idle = until is None, False
        deadline = time.monotonic() + self.timeout
        while not (heard and idle):
            if time.monotonic() > deadline:
                return f"took longer than {self.timeout:.0f} s"
            try:
                message = self.client.get_iopub_msg(timeout=0.5)
            except queue.Empty:
                if not self.manager.is_alive():
                    return "the kernel died"
                continue
            kind, content = message["msg_type"], message["content"]
            parent = message["parent_header"].get("msg_id")
            if kind == "status":
                idle |= parent == request and content["execution_state"] == "idle"
            elif kind == "stream" and until and until in content["text"]:
                heard = True
                rest = content["text"].replace(until, "").strip()
                if rest:
                    self.said.setdefault(number, []).append((kind, {**content, "text": rest}))
            elif kind in ("stream", "execute_result", "display_data", "error"):
                # A late line may be the answer to an earlier cell.
                self.said.setdefault(self.asked.get(parent, number), []).append((kind, content))
        return None

    def erred(self, number):
        return any(kind == "error" for kind, _ in self.said.get(number, []))


def plain(text):
    return ESCAPES.sub("", text if isinstance(text, str) else "".join(text))


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def run(notebook, folder, options):
    """Executes a copy of a notebook; returns it, what is wrong by cell, and the seconds of its first cell."""
    notebook = copy.deepcopy(notebook)
    cells = code_cells(notebook)
    faults = {}
    first = done = 0
    with Kernel(folder, options) as kernel:
        trouble = kernel.run(0, ":preserve_vars_on_panic 0")
        for number, cell in enumerate(cells, 1):
            if trouble or kernel.erred(number - 1):
                break
            started = time.monotonic()
            trouble = kernel.run(number, cell.source)
            first = first or time.monotonic() - started
            done = number
        if not trouble:
            trouble = kernel.run(done, f'eprintln!("{LAST_WORD}");', LAST_WORD)
        said = kernel.said
    for number, messages in said.items():
        errors = [c for kind, c in messages if kind == "error"]
        texts = [plain("\n".join(c["traceback"]) or c["evalue"]).strip() for c in errors]
        faults[number] = [f"error: {text}" for text in texts]
        words = [plain(c["text"]) for kind, c in messages if kind == "stream" and c["name"] == "stderr"]
        if words:
            faults[number].append(f"on stderr: {''.join(words).strip()}")
    if trouble:
        faults.setdefault(done, []).append(trouble)
    if not cells:
        faults.setdefault(0, []).append("no cell with code")
    elif done < len(cells):
        faults.setdefault(done, []).append(f"{len(cells) - done} cells after this one did not run")
    for number, cell in enumerate(cells, 1):
        cell.execution_count = number
        cell.outputs = outputs(number, said.get(number, []))
        cell.metadata.pop("execution", None)
    return notebook, {number: lines for number, lines in faults.items() if lines}, first


def outputs(number, messages):
    """The outputs of a cell: what it printed, then its value. Which of the two arrives first is chance."""
    from nbformat.v4 import new_output

    printed = "".join(c["text"] for kind, c in messages if kind == "stream" and c["name"] == "stdout")
    found = [new_output("stream", name="stdout", text=printed)] if printed else []
    for kind, content in messages:
        if kind == "execute_result":
            data = dict(sorted(content["data"].items()))
            found.append(new_output(kind, data=data, metadata={}, execution_count=number))
        elif kind == "display_data":
            found.append(new_output(kind, data=dict(sorted(content["data"].items())), metadata={}))
        elif kind == "error":
            found.append(new_output(kind, ename="error", evalue="", traceback=content["traceback"]))
    return found


def told(notebook):
    """What a check compares, cell by cell: text as it is, pictures by their kinds."""
    for number, cell in enumerate(code_cells(notebook), 1):
        for output in cell.outputs:
            if output.output_type == "stream":
                yield number, plain(output.text)
                continue
            data = output.get("data", {})
            pictured = any(kind.startswith("image/") or kind == "text/html" for kind in data)
            yield number, sorted(data) if pictured else plain(data.get("text/plain", ""))


def report(name, cells, faults):
    for number, lines in sorted(faults.items()):
        for line in lines:
            print(f"  {name}, cell {number}: {line}".replace("\n", "\n      "))
        if number:
            print("      | " + "\n      | ".join(cells[number - 1].source.splitlines()[:12]))


def execute(paths, options):
    """Runs notebooks in their folders; returns how many failed."""
    import nbformat

    failed = 0
    for path in paths:
        started = time.monotonic()
        notebook = nbformat.read(path, as_version=4)
        with tempfile.TemporaryDirectory() as fresh:
            own = argparse.Namespace(**vars(options))
            own.products = pathlib.Path(fresh) / "evcxr" if options.cold else options.products
            done, faults, first = run(notebook, path.parent, own)
        word = "FAILED" if faults else "ok"
        report(path.name, code_cells(done), faults)
        if options.update and not faults:
            path.write_text(nbformat.writes(done).rstrip("\n") + "\n")
        elif not faults:
            for old, new in itertools.zip_longest(told(notebook), told(done)):
                if old != new:
                    word = "CHANGED"
                    print(f"  {path.name}, cell {(new or old)[0]} said\n{old and old[1]}\n  and now says\n{new and new[1]}")
                    break
        if options.out:
            options.out.mkdir(parents=True, exist_ok=True)
            nbformat.write(done, options.out / path.name)
        failed += word != "ok"
        spent = time.monotonic() - started
        print(f"{word:<8} {path.name}: {len(code_cells(done))} cells in {spent:.0f} s, the first in {first:.0f} s", flush=True)
    return failed


FENCE = re.compile(r"^```(.*?)\n(.*?)^```", re.MULTILINE | re.DOTALL)
HIDDEN = re.compile(r"\s*#(?: (.*)|)$")
# What an example may hide: what a cell of a notebook does not need. Whatever it needs, a reader has to see.
FRAME = re.compile(
    r"(Ok::<.*>\(\(\)\)|Ok\(\(\)\)( \})?|\}|fn main\(\).*\{|#\[cfg\(feature = .*\)\] \{|std::fs::remove_(file|dir_all)\(.*\)\?;)"
)


class Example:
    """A Rust example of the documentation: where it begins, and what a reader copies of it."""

    def __init__(self, path, line, words, lines):
        hidden = [HIDDEN.match(text) for text in lines]
        self.path, self.place = path, f"{os.path.relpath(path, ROOT)}:{line}"
        # rustdoc shows no hidden line, and its button copies none.
        self.text = "\n".join(text for text, match in zip(lines, hidden) if not match).strip("\n")
        self.hidden = [match.group(1) or "" for match in hidden if match]
        self.excluded = sorted(words & {"compile_fail", "ignore", "no_run", "should_panic"})


def examples(path):
    """The Rust examples of a Markdown or Rust file."""
    text = path.read_text()
    if path.suffix == ".rs":
        lines = [re.match(r"\s*//[/!] ?(.*)", line) for line in text.splitlines()]
        text = "\n".join(line.group(1) if line else "" for line in lines)
    for match in FENCE.finditer(text):
        words = set(filter(None, re.split(r"[,\s]+", match.group(1))))
        if "rust" in words or (path.suffix == ".rs" and words <= {"compile_fail", "ignore", "no_run", "should_panic"}):
            yield Example(path, text[: match.start()].count("\n") + 1, words, match.group(2).splitlines())


class Pasting:
    """A kernel into which example after example is pasted, each as one cell."""

    def __init__(self, folder, options):
        self.folder, self.options, self.kernel, self.path = folder, options, None, None
        self.places, self.wrong = [], {}
        features = ", ".join(f'"{feature}"' for feature in options.features.split(","))
        # Without faer, whose results are the same: examples are small. And without optimisation.
        self.needs = ":opt 0\n" + "\n".join(
            f":dep {name} = {source}"
            for name, source in {
                "alignment-tax": f'{{ path = "{ROOT}", default-features = false, features = [{features}] }}',
                "nalgebra": '"0.35"',
                "rand": '{ version = "0.10", features = ["chacha"] }',
                "serde_json": '{ version = "1", features = ["float_roundtrip"] }',
                "num-dual": '"0.15"',
            }.items()
        )

    def stop(self):
        if self.kernel:
            self.kernel.__exit__()
        self.kernel = self.path = None

    def say(self, code, until=None, place="", failing=False):
        """Runs a cell of an example; what is wrong with the kernel. Files what was said amiss under the place
        of its cell, and no error of a cell that is to fail."""
        number = len(self.places)
        self.places.append(place)
        trouble = self.kernel.run(number, code, until)
        if trouble:
            self.wrong.setdefault(place, []).append(trouble)
        for cell, messages in self.kernel.said.items():
            lines = self.wrong.setdefault(self.places[cell], [])
            for kind, content in messages:
                if kind == "error" and not (failing and cell == number):
                    lines.append(plain("\n".join(content["traceback"]) or content["evalue"]).strip())
                elif kind == "stream" and content["name"] == "stderr" and content["text"].strip():
                    lines.append(f"on stderr: {plain(content['text']).strip()}")
        self.kernel.said.clear()
        return trouble

    def last_word(self):
        """Waits for all that was said on stderr, by which alone an example that left by `?` is known."""
        if self.kernel and self.say(f'eprintln!("{LAST_WORD}");', LAST_WORD, self.places[-1]):
            self.stop()

    def ready(self, fresh):
        """A kernel that knows no variables of other examples, and if it is to be fresh nothing of them at all."""
        if not self.kernel:
            self.kernel, fresh = Kernel(self.folder, self.options), True
            # To ask the registry takes longer than all else; where something is missing it has to be asked.
            for cell in (":preserve_vars_on_panic 0", ":offline 1", self.needs, "0"):
                self.say(cell, None, "offline")
            if self.wrong.pop("offline", []):
                self.say(":offline 0")
                self.say(self.needs, None, "the dependencies")
                self.say("0", None, "the dependencies")
            # Once in a thousand restarts evcxr hears nothing of its child. No example takes long.
            self.kernel.timeout = min(self.options.timeout, 120)
        if fresh:
            self.say(":clear")
            self.say(self.needs, None, "the dependencies")
        else:
            # evcxr takes up the variables again unless the cell fails, here for want of a name.
            # A line on stderr that comes only now is of the example before.
            self.say(":restart\n:dep", None, self.places[-1], failing=True)

    def paste(self, example, fresh=False):
        """Pastes an example, and files what is wrong with it under its place.

        Imports and functions of examples before it are still there, unless it is to be fresh. No example
        needs those of another, as each is a test of its own and hides none; and to clear them is to ask for
        the dependencies anew, which takes longer than all else.
        """
        secret = [line for line in example.hidden if line.strip() and not FRAME.fullmatch(line.strip())]
        if secret:
            self.wrong[example.place] = [f"hides what a reader needs: {line.strip()}" for line in secret]
            return
        self.ready(fresh)
        trouble = self.say(example.text, None, example.place)
        if not trouble and "fn main()" in example.text:
            trouble = self.say("main().unwrap();", None, example.place)
        if trouble:
            self.stop()

    def all(self, group):
        """Pastes examples one after the other, and once more alone those that fail, as something of that name
        may have been in the way, and those before them, whose late line on stderr it may have been."""
        for example in group:
            self.paste(example)
            print(f"{'failed' if self.wrong.get(example.place) else 'ok':<8} {example.place}", flush=True)
        if group:
            self.last_word()
        failed = [bool(self.wrong.pop(example.place, [])) for example in group]
        for example, *either in zip(group, failed, [*failed[1:], False]):
            if any(either):
                self.paste(example, fresh=True)
                self.last_word()
                lines = self.wrong.get(example.place, [])
                print(f"{'FAILED' if lines else 'ok':<8} {example.place}, alone", flush=True)
                for line in "\n".join(lines).splitlines()[:16]:
                    print("    " + line, flush=True)


def paste(options):
    """Pastes each example below its `:dep` lines; returns how many failed."""
    paths = [ROOT / "README.md", ROOT / "src/lib.rs"]
    if options.docs == "all":
        guides = sorted((ROOT / "docs").rglob("*.md"))
        paths = [ROOT / "README.md", *guides, *sorted((ROOT / "src").rglob("*.rs"))]
    found = [example for path in paths for example in examples(path)]
    if options.only:
        found = [example for example in found if any(example.place.startswith(word) for word in options.only)]
    excluded = [example for example in found if example.excluded]
    found = [example for example in found if not example.excluded]
    record = PRODUCTS / "pasted.json"
    before = json.loads(record.read_text()) if options.resume and record.exists() else []
    marks = {
        example.place: hashlib.sha256(f"{os.path.relpath(example.path, ROOT)}\n{example.text}".encode()).hexdigest()
        for example in found
    }
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        # Examples read files of the repository, and what they write stays out of it.
        for name in ("data", "tests"):
            os.symlink(ROOT / name, pathlib.Path(folder) / name)
        pasting = Pasting(pathlib.Path(folder), options)
        wrong = pasting.wrong
        done = []
        try:
            for _, group in itertools.groupby(found, lambda example: example.path):
                group = [example for example in group if marks[example.place] not in before]
                pasting.all(group)
                done += [example.place for example in group]
                passed = [marks[place] for place in done if not wrong.get(place)]
                record.write_text(json.dumps(sorted({*before, *passed})))
        finally:
            pasting.stop()
    failed = {place: lines for place, lines in wrong.items() if lines and place}
    print()
    for place, lines in failed.items():
        print(f"{place:<44} {lines[0].splitlines()[0][:100]}")
    for example in excluded:
        print(f"{example.place:<44} not pasted: {', '.join(example.excluded)}")
    good = len(found) - len(failed)
    print(f"{good} of {len(found)} examples can be pasted as they stand ({time.monotonic() - started:.0f} s)")
    return len(failed) or int(not found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="*", help="how the names of notebooks, or the places of examples, begin")
    parser.add_argument("--update", action="store_true", help="write outputs into the notebooks")
    parser.add_argument("--install", action="store_true", help="install the kernel and the environment")
    parser.add_argument("--docs", nargs="?", const="front", choices=["front", "all"], help="paste examples")
    parser.add_argument("--features", default=FEATURES, help=f"features of the crate for --docs ({FEATURES})")
    parser.add_argument("--resume", action="store_true", help="with --docs: leave out what has passed and not changed since")
    parser.add_argument("--cold", action="store_true", help="with nothing compiled before, to time the first cell")
    parser.add_argument("--out", type=pathlib.Path, help="a folder for executed copies")
    parser.add_argument("--timeout", type=float, default=600, help="seconds that a cell may take (600)")
    parser.add_argument("--venv", type=pathlib.Path, default=PRODUCTS / "venv", help="the Python environment")
    parser.add_argument("--kernel", default="rust", help="the name that Jupyter knows the kernel by (rust)")
    options = parser.parse_args()
    options.products = PRODUCTS / "evcxr"
    try:
        if options.install:
            install(options.venv)
            return 0
        reexecute(options.venv)
        PRODUCTS.mkdir(parents=True, exist_ok=True)
        with open(PRODUCTS / "lock", "w", encoding="utf-8") as lock:
            # Two runs would compile in one place.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if options.docs:
                return int(paste(options) > 0)
            every = sorted(NOTEBOOKS.glob("*.ipynb"))
            paths = [p for p in every if not options.only or any(p.name.startswith(w) for w in options.only)]
            if not paths:
                print(f"no notebook in {NOTEBOOKS} begins so", file=sys.stderr)
                return 1
            return int(execute(paths, options) > 0)
    except Missing as missing:
        print(f"{missing}\nTo install what is missing: scripts/run_notebooks.py --install", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
