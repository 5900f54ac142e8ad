#!/usr/bin/env python3
"""High-precision reference data for the optimum under floors.

    python -m venv /tmp/oracle-venv
    /tmp/oracle-venv/bin/pip install mpmath==1.4.1 gmpy2==2.3.2
    /tmp/oracle-venv/bin/python tests/oracle/generate_floors.py            # rewrite
    /tmp/oracle-venv/bin/python tests/oracle/generate_floors.py --check    # compare only

Conventions are those of generate.py: stored inputs are exact, truths are strings of digits, one case a line.

floors.json   {"cases": [...]}, each a problem max <v, x> subject to |x| <= b and <c_i, x> >= -eps_i
    name, kind   "random" or "degenerate"
    d, p         coordinates and floors
    vectors      v and c_1..c_p, column-major, not normalised (the problem is about the unit vectors)
    b, eps       the budget and the tolerated losses
    gain         the optimum
    prices       for random cases: the derivatives of the optimum by eps_i, which are checked here against
                 differences of re-solved problems; null where the optimum has no unique prices
    used         whether the budget is used up

Every set of floors is tried as the set that binds: the shift that belongs to it is written down in closed
form, and the Karush-Kuhn-Tucker conditions, which are sufficient, are checked with 60 digits. No iteration,
no tolerance but 1e-40, nothing in common with the solver that is tested.
"""

import itertools
import json
import random
import sys
from pathlib import Path

from mpmath import mp, mpf, sqrt

HERE = Path(__file__).resolve().parent
mp.dps = 60
ZERO = mpf(10) ** -40


def text(x):
    return mp.nstr(x, 25, min_fixed=0, max_fixed=0) if x else "0"


def cholesky(g):
    n = len(g)
    low = [[mpf(0)] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            rest = g[i][j] - sum(low[i][k] * low[j][k] for k in range(j))
            if i == j:
                if rest < ZERO:
                    return None
                low[i][i] = sqrt(rest)
            else:
                low[i][j] = rest / low[j][j]
    return low


def solve(low, b):
    n = len(b)
    x = list(b)
    for i in range(n):
        x[i] = (x[i] - sum(low[i][k] * x[k] for k in range(i))) / low[i][i]
    for i in reversed(range(n)):
        x[i] = (x[i] - sum(low[k][i] * x[k] for k in range(i + 1, n))) / low[i][i]
    return x


def optimum(gram, b, eps):
    """gain, prices, used: gram has v first."""
    p = len(eps)
    a = [gram[0][i + 1] for i in range(p)]
    g = [[gram[i + 1][j + 1] for j in range(p)] for i in range(p)]
    for size in range(p + 1):
        for members in itertools.combinations(range(p), size):
            low = cholesky([[g[i][j] for j in members] for i in members])
            if low is None:
                continue
            ga = solve(low, [a[i] for i in members])
            ge = solve(low, [eps[i] for i in members])
            rr = 1 - sum(a[i] * x for i, x in zip(members, ga))
            qq = sum(eps[i] * x for i, x in zip(members, ge))
            if qq > b * b + ZERO:
                continue
            used = rr > ZERO
            if used:
                if b * b - qq < ZERO:
                    continue
                t = sqrt((b * b - qq) / rr)
                lam = [-x - y / t for x, y in zip(ga, ge)]
            else:
                t, lam = mpf(0), [-x for x in ga]
            if any(x < -ZERO for x in lam):
                continue
            changes = [
                t * (a[j] - sum(g[j][i] * x for i, x in zip(members, ga))) - sum(g[j][i] * x for i, x in zip(members, ge))
                for j in range(p)
            ]
            if any(y < -e - ZERO for y, e in zip(changes, eps)):
                continue
            gain = t * rr - sum(a[i] * x for i, x in zip(members, ge))
            prices = [mpf(0)] * p
            for i, x in zip(members, lam):
                prices[i] = x
            # Duality, as a check of this script.
            x = [mpf(1)] + prices
            quadratic = sum(x[i] * x[j] * gram[i][j] for i in range(p + 1) for j in range(p + 1))
            dual = b * sqrt(max(quadratic, mpf(0))) + sum(e * y for e, y in zip(eps, prices))
            assert abs(dual - gain) < mpf(10) ** -20 * b, (dual, gain)
            return gain, prices, used
    raise AssertionError("no set satisfies the optimality conditions")


def gram_of(columns):
    columns = [[mpf(x) for x in c] for c in columns]
    units = []
    for c in columns:
        n = sqrt(sum(x * x for x in c))
        units.append([x / n for x in c])
    return [[sum(x * y for x, y in zip(u, w)) for w in units] for u in units]


def case(name, kind, columns, b, eps):
    gram = gram_of(columns)
    exact = [mpf(e) for e in eps]
    gain, prices, used = optimum(gram, mpf(b), exact)
    if kind == "random":
        h = mpf(10) ** -25
        for i in range(len(eps)):
            up = optimum(gram, mpf(b), [e + h * (i == j) for j, e in enumerate(exact)])[0]
            assert abs((up - gain) / h - prices[i]) < mpf(10) ** -15 * (1 + prices[i]), (name, i)
    return {
        "name": name,
        "kind": kind,
        "d": len(columns[0]),
        "p": len(eps),
        "vectors": [x for c in columns for x in c],
        "b": b,
        "eps": eps,
        "gain": text(gain),
        "prices": [text(x) for x in prices] if kind == "random" else None,
        "used": bool(used),
    }


def cases():
    rng = random.Random(53)
    gauss = lambda d: [rng.gauss(0, 1) for _ in range(d)]
    out = []
    for n in range(200):
        d, p = rng.randint(2, 9), rng.randint(1, 6 if n % 20 else 8)
        d = max(d, 2)
        v = gauss(d)
        columns = []
        for _ in range(p):
            c = gauss(d)
            # Half of them against safety, so that floors bind.
            if rng.random() < 0.6:
                c = [x - 0.7 * y for x, y in zip(c, v)]
            columns.append(c)
        b = 2.0 ** rng.randint(-6, 6)
        eps = [b * 2.0 ** -rng.randint(0, 12) * (1 + rng.random()) for _ in range(p)]
        out.append(case(f"random_{n}", "random", [v] + columns, b, eps))

    integers = lambda d: [float(rng.choice([-3, -2, -1, 0, 1, 2, 3])) for _ in range(d - 1)] + [1.0]
    add = lambda name, columns, b, eps: out.append(case(name, "degenerate", columns, b, eps))
    for n in range(8):
        d, p = rng.randint(2, 5), rng.randint(2, 4)
        v, cs = integers(d), [integers(d) for _ in range(p)]
        cs = [[x - y for x, y in zip(c, v)] for c in cs]
        cs = [c if any(c) else [1.0] + [0.0] * (d - 1) for c in cs]
        e = [rng.choice([0.0, 0.125, 0.25]) for _ in range(p)]
        add(f"zero_{n}", [v] + cs, 1.0, [0.0] * p)
        add(f"duplicates_{n}", [v] + cs + cs[:2], 1.5, e + [0.0625, 0.5])
        add(f"opposite_{n}", [v] + cs + [[-x for x in cs[0]]], 1.0, e + [0.125])
        total = [sum(x) for x in zip(*cs)]
        if any(total):
            add(f"dependent_{n}", [v] + cs + [total], 2.0, e + [0.25])
        # v is minus a combination with positive weights: the budget may be left over.
        weights = [rng.randint(1, 3) for _ in cs]
        mixed = [-float(sum(w * x for w, x in zip(weights, c))) for c in zip(*cs)]
        if any(mixed):
            add(f"span_{n}", [mixed] + cs, 4.0, [0.25 + x for x in e])
            add(f"span_more_{n}", [mixed] + cs + [integers(d)], 4.0, [0.25 + x for x in e] + [0.0])
        add(f"tiny_budget_{n}", [v] + cs, 2.0 ** -60, [2.0 ** -60 * x for x in e])
    add("against", [[1.0, 0.0], [-1.0, 0.0]], 1.0, [0.25])
    add("against_frozen", [[1.0, 0.0], [-1.0, 0.0]], 1.0, [0.0])
    add("against_twice", [[1.0, 0.0], [-1.0, 0.0], [-2.0, 0.0]], 1.0, [0.25, 0.125])
    add("same", [[1.0, 0.0], [1.0, 0.0]], 1.0, [0.0])
    add("pinned", [[1.0, 1.0], [1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]], 1.0, [0.0] * 4)
    add("almost_against", [[1.0, 2.0 ** -30], [-1.0, 0.0]], 1.0, [0.25])
    return out


def main():
    lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases())
    content = '{"cases": [\n' + lines + "\n]}\n"
    path = HERE / "floors.json"
    if "--check" in sys.argv[1:]:
        if not path.exists() or path.read_text() != content:
            print("floors.json differs")
            sys.exit(1)
        print("floors.json agrees")
    else:
        path.write_text(content)
        print("wrote floors.json")


main()
