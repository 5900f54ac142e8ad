#!/usr/bin/env python3
"""Races the crate against NumPy and SciPy, in one run, call by call in turn.

    python3 benches/peers/race.py            # installs NumPy and SciPy into a throwaway environment
    python3 benches/peers/race.py --short    # fewer shapes and calls

Every shape is run with one thread, and the large ones with two, in processes of their own: angles from raw columns against scipy.linalg.subspace_angles and against QR and SVD by hand,
angles of prepared bases, moments against numpy.cov and against the product they contain, and
the bootstrap of a tax rate against the plain loop. A ratio is the median over pairs of turns
that follow each other, a turn the fastest of the calls of five milliseconds, of three at least. Beside the times stand their multiples of the floor of the flops, at the
speed of a product measured in every turn (machines change theirs by a third, for seconds or minutes) and at the fastest product
of the run, and the error of both against an 80-bit reference on the very input that
is timed, in units of the promised bound 8 eps sqrt(k) (times the condition number for raw
columns).

The 80-bit reference is itself held to the 40-digit truths of tests/oracle before the race.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PACKAGES = ["numpy==2.4.6", "scipy==1.17.1"]
# Up to this d·k² the reference takes seconds.
LARGEST = 16384 * 64 * 64
# Calls to a turn at least, and seconds; as in main.rs.
CALLS, TURN = 3, 0.005
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--short", action="store_true", help="fewer shapes and calls")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--seconds", type=float, default=1.0, help="for each pair of rivals")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        race(options, pathlib.Path(options.inside))
        return
    server = build()
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = pathlib.Path(folder, "bin/python")
        subprocess.run([python, "-m", "pip", "install", "--quiet",
                        "--disable-pip-version-check", *PACKAGES], check=True)
        for threads in options.threads:
            environment = dict(os.environ, **dict.fromkeys(THREADS, str(threads)))
            again = [python, __file__, "--inside", server, "--seconds", str(options.seconds),
                     "--threads", str(threads)] + (["--short"] if options.short else [])
            subprocess.run(again, check=True, env=environment)


def build():
    """The server, built for release, as a path."""
    command = ["cargo", "bench", "--quiet", "--no-run", "--features", "io,rayon",
               "--bench", "peers", "--message-format", "json"]
    lines = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = [json.loads(line) for line in lines.splitlines()]
    return next(m["executable"] for m in found
                if m.get("executable") and m["target"]["name"] == "peers")


class Server:
    def __init__(self, path):
        self.process = subprocess.Popen([path, "--serve"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            sys.exit(answer["error"])
        return answer


def race(options, path):
    import numpy as np
    import scipy
    import scipy.linalg as sl

    threads, server = options.threads[0], Server(path)
    rng = np.random.default_rng(2026)
    folder = tempfile.TemporaryDirectory()
    hold_the_reference(np)

    def ask(dtype, *words):
        return server.ask(name_of(dtype), *words)

    def ask_on(count, dtype, *words):
        return server.ask("on", count, name_of(dtype), *words)

    def name_of(dtype):
        return np.dtype(dtype).name.replace("float", "f")

    def give(dtype, verb, name, array):
        file = pathlib.Path(folder.name, f"{name}.npy")
        np.save(file, array)
        ask(dtype, verb, name, file)

    def in_turn(ours, theirs, dtype=None, flops=0):
        """Medians of both, and the median ratio theirs/ours of turns that follow each other; of a
        call of so many flops also the median of its multiple of the floor beside it.

        A turn is calls for five milliseconds, three at least, the fastest of which counts: the first find cold
        caches and a core that has just been woken.
        """
        def their_turn():
            begun, spent = time.perf_counter(), []
            while len(spent) < CALLS or time.perf_counter() - begun < TURN:
                started = time.perf_counter()
                theirs()
                spent.append(time.perf_counter() - started)
            return min(spent)

        pairs, started = [], time.perf_counter()
        while len(pairs) < 3 or (
                time.perf_counter() - started < options.seconds and len(pairs) < 101):
            seconds = ours()["seconds"]
            speed = threads * ask(dtype, "speed")["flops"] if flops else np.inf
            pairs.append((seconds, their_turn(), flops / speed))
        ours, theirs, floors = np.array(pairs).T
        beside = np.median(ours / floors) if flops else None
        return np.median(ours), np.median(theirs), np.median(theirs / ours), beside

    def ms(seconds):
        return f"{1e3 * seconds:.3g}"

    def by_hand(a, b):
        qa, qb = np.linalg.qr(a)[0], np.linalg.qr(b)[0]
        return np.arccos(np.clip(np.linalg.svd(qa.T @ qb, compute_uv=False), 0, 1))

    peak = {}
    print(f"\n## {threads} thread{'s' if threads > 1 else ''}\n")
    for dtype in (np.float64, np.float32):
        theirs = 0
        square = rng.standard_normal((1024, 1024)).astype(dtype)
        for _ in range(6):
            begun = time.perf_counter()
            square @ square
            theirs = max(theirs, 2 * 1024**3 / (time.perf_counter() - begun) / threads)
        peak[dtype] = max(theirs, ask(dtype, "peak")["flops"])
    print(f"NumPy {np.__version__}, SciPy {scipy.__version__}. Fastest product of this run, per "
          f"thread: {peak[np.float64] / 1e9:.1f} Gflop/s in f64, {peak[np.float32] / 1e9:.1f} in f32; "
          f"copying {server.ask('bandwidth')['bytes'] / 1e9:.1f} GB/s.\n")

    print("| angles | d × k | ours, ms | × floor beside | × least floor | SciPy, ms | SciPy / ours "
          "| by hand / ours | our error | SciPy's error |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    shapes = [(d, k) for d in (768, 4096, 16384) for k in (1, 8, 16, 64, 256)]
    if threads > 1:
        shapes = [(d, k) for d, k in shapes if d * k * k >= 1e7]
    if options.short:
        shapes = [(768, 8), (4096, 64)]
    for dtype in (np.float64, np.float32):
        for d, k in shapes:
            a, b = (rng.standard_normal((d, k)).astype(dtype, order="F") for _ in range(2))
            kinds = [("random", a, b)]
            if k > 1:
                # Half of the angles near 1e-3.
                close = a.copy(order="F")
                close[:, : k // 2] = b[:, : k // 2] + 1e-3 * close[:, : k // 2]
                kinds.append(("half small", close, b))
            for kind, a, b in kinds:
                give(dtype, "load", "a", a)
                give(dtype, "load", "b", b)
                flops = 4 * d * k * k
                ours, theirs, ratio, beside = in_turn(
                    lambda: ask(dtype, "angles", "a", "b"), lambda: sl.subspace_angles(a, b),
                    dtype, flops)
                _, _, hand, _ = in_turn(
                    lambda: ask(dtype, "angles", "a", "b"), lambda: by_hand(a, b))
                errors = ("", "")
                if threads == 1 and d * k * k <= LARGEST:
                    truth, condition = reference(np, a, b)
                    bound = 8 * np.finfo(dtype).eps * np.sqrt(k) * condition
                    found = ask(dtype, "angles", "a", "b")["radians"], sl.subspace_angles(a, b)
                    errors = [f"{np.abs(np.sort(x) - truth).max() / bound:.2g}" for x in found]
                floor = flops / peak[dtype] / threads
                print(f"| {kind}, {np.dtype(dtype).name} | {d} × {k} | {ms(ours)} | {beside:.2f} "
                      f"| {ours / floor:.2f} | {ms(theirs)} | {ratio:.1f} | {hand:.1f} | {errors[0]} | {errors[1]} |",
                      flush=True)

    print("\n| prepared bases | d × k | ours, ms | × floor beside | × least floor "
          "| NumPy product and SVD / ours |")
    print("|---|---|---|---|---|---|")
    for dtype in (np.float64, np.float32):
        for d, k in shapes:
            qa, qb = (np.asfortranarray(np.linalg.qr(rng.standard_normal((d, k)))[0].astype(dtype))
                      for _ in range(2))
            give(dtype, "basis", "qa", qa)
            give(dtype, "basis", "qb", qb)
            flops = 2 * d * k * k
            ours, _, ratio, beside = in_turn(
                lambda: ask(dtype, "prepared", "qa", "qb"),
                lambda: np.arccos(np.clip(np.linalg.svd(qa.T @ qb, compute_uv=False), 0, 1)),
                dtype, flops)
            floor = flops / peak[dtype] / threads
            print(f"| {np.dtype(dtype).name} | {d} × {k} | {ms(ours)} | {beside:.2f} "
                  f"| {ours / floor:.2f} | {ratio:.1f} |", flush=True)

    if threads > 1:
        beside_one(np, options, rng, ask_on, give, ms)

    print("\n| moments of f32 rows, in f64 | n × d | ours, ms | of the product it contains "
          "| numpy.cov / ours |")
    print("|---|---|---|---|---|")
    for n, d in [(2048, 576)] if options.short else [(2048, 576), (4096, 1024), (1024, 4096)]:
        x = rng.standard_normal((n, d)).astype(np.float32, order="F")
        give(np.float32, "load", "x", x)
        ours, _, ratio, _ = in_turn(lambda: ask(np.float32, "moments", "x"),
                                    lambda: np.cov(x.astype(float), rowvar=False))
        pairs = [ask(np.float32, "moments", "x")["seconds"] / ask(np.float32, "product", "x")["seconds"]
                 for _ in range(3 if options.short else 11)]
        print(f"| | {n} × {d} | {ms(ours)} | {np.median(pairs):.2f} | {ratio:.1f} |", flush=True)

    bootstrap(np, options, rng, ask, give, in_turn, ms)


def beside_one(np, options, rng, ask_on, give, ms):
    """The same calls on all threads and on one, in turn."""
    threads = options.threads[0]
    print(f"\n| angles | d × k | one thread, ms | {threads} threads, ms | ratio |")
    print("|---|---|---|---|---|")
    shapes = [(4096, 64)] if options.short else [(16384, 64), (4096, 256), (16384, 256)]
    for dtype in (np.float64, np.float32):
        for d, k in shapes:
            a, b = (rng.standard_normal((d, k)).astype(dtype, order="F") for _ in range(2))
            close = a.copy(order="F")
            close[:, : k // 2] = b[:, : k // 2] + 1e-3 * close[:, : k // 2]
            qa, qb = (np.asfortranarray(np.linalg.qr(x)[0]) for x in (a, b))
            for verb, name, array in (("load", "a", a), ("load", "b", b), ("load", "close", close),
                                      ("basis", "qa", qa), ("basis", "qb", qb)):
                give(dtype, verb, name, array)
            for kind, call in (("random", ("angles", "a", "b")),
                               ("half small", ("angles", "close", "b")),
                               ("prepared", ("prepared", "qa", "qb"))):
                # Long enough for the system to have put the threads on different cores.
                times, started = [], time.perf_counter()
                while len(times) < 3 or not options.short and (
                        len(times) < 21 or time.perf_counter() - started < 3 * options.seconds):
                    times.append([ask_on(count, dtype, *call)["seconds"]
                                  for count in (1, threads)])
                times = np.array(times)
                one, all_of_them = np.median(times, axis=0)
                print(f"| {kind}, {np.dtype(dtype).name} | {d} × {k} | {ms(one)} | {ms(all_of_them)} "
                      f"| {np.median(times[:, 0] / times[:, 1]):.2f} |", flush=True)


def bootstrap(np, options, rng, ask, give, in_turn, ms):
    samples, d, replicates = (128, 576, 200) if options.short else (512, 4096, 1000)
    q = np.linalg.qr(rng.standard_normal((d, 6)))[0]
    rest = rng.standard_normal(d)
    rest -= q @ (q.T @ rest)
    v = 0.6 * q[:, 0] + 0.8 * rest / np.linalg.norm(rest)
    x = 3.0 * v + np.sqrt(2.0) * rng.standard_normal((samples, d))
    give(np.float64, "load", "x", x)
    give(np.float64, "load", "q", q)
    drawn = []

    def loop():
        squared, y = np.einsum("ij,ij->i", x, x), x @ q
        within, tau = np.einsum("ij,ij->i", y, y), np.empty(replicates)
        for r in range(replicates):
            rows = rng.integers(0, samples, samples)
            total = x[rows].sum(axis=0)
            counts = np.bincount(rows, minlength=samples).astype(float) ** 2
            along = q.T @ total
            tau[r] = (along @ along - counts @ within) / (total @ total - counts @ squared)
        drawn[:] = tau

    options.seconds = 0.0  # five turns take long enough
    ours, theirs, ratio, _ = in_turn(lambda: ask(np.float64, "bootstrap", "x", "q", replicates), loop)
    answer = ask(np.float64, "bootstrap", "x", "q", replicates)
    tau, error = np.array(drawn), np.std(drawn) / np.sqrt(replicates)
    if abs(np.median(tau) - answer["median"]) > 10 * error \
            or abs(answer["deviation"] / tau.std() - 1) > 0.2:
        sys.exit("the two bootstraps disagree")
    print(f"\n| {replicates} bootstrap replicates | N × d | ours, ms | the NumPy loop, ms | ratio |")
    print("|---|---|---|---|---|")
    print(f"| | {samples} × {d} | {ms(ours)} | {ms(theirs)} | {ratio:.0f} |", flush=True)


def orthonormal(np, a):
    """A basis by Cholesky-QR, three times over, in 80 bits, and the condition number."""
    a = a.astype(np.longdouble)
    a = a / np.sqrt((a * a).sum(axis=0))
    condition = np.linalg.cond(a.astype(float))
    for _ in range(3):
        g = a.T @ a
        k = len(g)
        low = np.zeros_like(g)
        for j in range(k):
            low[j, j] = np.sqrt(g[j, j] - (low[j, :j] ** 2).sum())
            low[j + 1:, j] = (g[j + 1:, j] - low[j + 1:, :j] @ low[j, :j]) / low[j, j]
        solved = np.zeros_like(a)
        for j in range(k):
            solved[:, j] = (a[:, j] - solved[:, :j] @ low[j, :j]) / low[j, j]
        a = solved
    return a, condition


def singular_values(np, a):
    """By one-sided Jacobi rotations in 80 bits, all pairs of a round at once."""
    a = a.copy()
    k = a.shape[1]
    order = np.arange(k + k % 2)
    if k % 2:
        a = np.concatenate([a, np.zeros((len(a), 1), a.dtype)], axis=1)
    for _ in range(40):
        moved = a.dtype.type(0)
        for _ in range(len(order) - 1):
            i, j = order[: len(order) // 2], order[len(order) // 2:][::-1]
            x, y = a[:, i], a[:, j]
            p, q, r = (x * x).sum(0), (y * y).sum(0), (x * y).sum(0)
            scale = np.sqrt(p * q)
            live = np.abs(r) > 1e-19 * scale
            moved = max(moved, (np.abs(r[live]) / scale[live]).max(initial=0))
            safe = np.where(live, r, 1)
            zeta = (q - p) / (2 * safe)
            sign = np.where(zeta >= 0, 1, -1)
            t = np.where(live, sign / (np.abs(zeta) + np.sqrt(1 + zeta * zeta)), 0)
            c = 1 / np.sqrt(1 + t * t)
            s = c * t
            a[:, i], a[:, j] = c * x - s * y, s * x + c * y
            order[1:] = np.roll(order[1:], 1)
        if moved < 1e-18:
            break
    else:
        sys.exit("the 80-bit Jacobi SVD did not converge")
    return np.sort(np.sqrt((a * a).sum(axis=0)))[::-1][:k]


def reference(np, a, b):
    """Principal angles, ascending, in 80 bits, and the larger condition number."""
    qa, ca = orthonormal(np, a)
    qb, cb = orthonormal(np, b)
    if qa.shape[1] > qb.shape[1]:
        qa, qb = qb, qa
    cross = qb.T @ qa
    cosines = singular_values(np, cross)
    sines = singular_values(np, qr_factor(np, qa - qb @ cross))[::-1]
    near = cosines**2 >= 0.5
    angles = np.where(near, np.arcsin(np.minimum(sines, 1)), np.arccos(np.minimum(cosines, 1)))
    return np.sort(angles).astype(float), max(ca, cb)


def qr_factor(np, a):
    """The triangular factor by modified Gram-Schmidt, which keeps small singular values to eps."""
    a, k = a.copy(), a.shape[1]
    r = np.zeros((k, k), a.dtype)
    for j in range(k):
        r[j, j] = np.sqrt((a[:, j] ** 2).sum())
        if r[j, j] > 0:
            a[:, j] /= r[j, j]
        r[j, j + 1:] = a[:, j] @ a[:, j + 1:]
        a[:, j + 1:] -= np.outer(a[:, j], r[j, j + 1:])
    return r


def hold_the_reference(np):
    """The 80-bit reference against the 40-digit truths of tests/oracle."""
    if np.finfo(np.longdouble).eps > 1e-18:
        sys.exit("this machine has no 80-bit floating point for the reference")
    with open(ROOT / "tests/oracle/principal_angles.json") as file:
        cases = json.load(file)["cases"]
    held = 0
    for case in cases:
        if case["scalar"] != "f64" or case["d"] * case["k"] > 2000:
            continue
        if max(float(case["condition_a"]), float(case["condition_b"])) > 100:
            continue
        a, b = (np.array(case[x], float).reshape(-1, case["d"]).T for x in "ab")
        truth = np.sort(np.array(case["angles"], float))
        angles, _ = reference(np, a, b)
        if np.abs(angles - truth).max() > 4e-16:
            sys.exit(f"the 80-bit reference is off in {case['name']}")
        held += 1
    if held < 10:
        sys.exit("too few cases to hold the reference to")


if __name__ == "__main__":
    main()
