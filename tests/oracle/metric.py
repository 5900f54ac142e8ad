#!/usr/bin/env python3
"""Reference data for other inner products.

Setup, output format and conventions are those of generate.py:

    python tests/oracle/metric.py            # rewrite metric.json
    python tests/oracle/metric.py --check    # regenerate in memory, exit 1 on any difference

metric.json             {"cases": [...]}, each
    name, scalar, d, form ("full"|"diagonal"|"low_rank"|"fisher"|"causal")
    diagonal (d), factor (d x k)     of "diagonal" and "low_rank": M = diag + factor factor'
    matrix (d x d)                   of "full"
    rows (d x n, samples as columns), rho    of "fisher": M = (1-rho) S + rho tr(S)/d I, S = X'X/n uncentred;
                                     of "causal": M is the inverse of the same with S = X'X/(n-1) about the mean
    x, w (d), others (d x p)         a vector, a covector, and covectors that span a subspace
    lower, raise                     M x, M^-1 w (by LU of the dense M)
    length, dual_length              sqrt(x'Mx), sqrt(w'M^-1 w)
    tau                              a'G^-1 a/(w'M^-1 w) with a = others' M^-1 w, G = others' M^-1 others
    overlap                          w'M^-1 o/(|w| |o|), o the first of others, lengths by M^-1
    condition                        2-norm condition number of M scaled to unit diagonal (JSON number)
"""

import sys
from pathlib import Path

from mpmath import mp, mpf

from generate import dump, exact, flat, generator, rounder, text, texts, uniform

HERE = Path(__file__).resolve().parent


def column(v):
    return mp.matrix([mpf(x) for x in v])


def of_columns(cols):
    return mp.matrix([[mpf(c[i]) for c in cols] for i in range(len(cols[0]))])


def case(name, scalar, form, d, p, gen, given, dense):
    rnd = rounder(scalar)
    x = [rnd(v) for v in uniform(gen, d, 1)[0]]
    w = [rnd(v) for v in uniform(gen, d, 1)[0]]
    others = [[rnd(v) for v in c] for c in uniform(gen, d, p)]
    solve = lambda v: mp.lu_solve(dense, v)
    inner = lambda a, b: mp.fsum(a[i] * b[i] for i in range(d))
    lower, raised = dense * column(x), solve(column(w))
    dual = inner(column(w), raised)
    c = of_columns(others)
    a = c.T * raised
    gram = mp.matrix(p, p)
    for j in range(p):
        gram[:, j] = c.T * solve(column(others[j]))
    tau = inner2(a, mp.lu_solve(gram, a), p) / dual
    scaled = mp.matrix(d, d)
    for i in range(d):
        for j in range(d):
            scaled[i, j] = dense[i, j] / mp.sqrt(dense[i, i] * dense[j, j])
    values = mp.eigsy(scaled, eigvals_only=True)
    return {
        "name": name, "scalar": scalar, "d": d, "form": form, **given,
        "x": x, "w": w, "others": flat(others),
        "lower": texts(list(lower)), "raise": texts(list(raised)),
        "length": text(mp.sqrt(inner(column(x), lower))), "dual_length": text(mp.sqrt(dual)),
        "tau": text(tau), "overlap": text(a[0] / mp.sqrt(dual * gram[0, 0])),
        "condition": float(max(values) / min(values)),
    }


def inner2(a, b, n):
    return mp.fsum(a[i] * b[i] for i in range(n))


def metrics():
    cases = []
    for scalar in ("f64", "f32"):
        rnd = rounder(scalar)
        for d, p, spread in ((1, 1, 0), (3, 1, 4), (6, 2, 20), (9, 4, 3)):
            name = f"diagonal_d{d}_spread{spread}"
            gen = generator("metric " + name)
            raw = uniform(gen, d, 1)[0]
            diagonal = [rnd((v + 2) * mpf(2) ** (spread * (i % 3 - 1))) for i, v in enumerate(raw)]
            cases.append(case(name, scalar, "diagonal", d, p, gen, {"diagonal": diagonal},
                              mp.diag([mpf(v) for v in diagonal])))
            for k in (1, 3):
                name = f"low_rank_d{d}_k{k}_spread{spread}"
                gen = generator("metric " + name)
                factor = [[rnd(v * mpf(2) ** (spread * (i % 3 - 1) // 2)) for i, v in enumerate(c)]
                          for c in uniform(gen, d, k)]
                u = of_columns(factor)
                dense = mp.diag([mpf(v) for v in diagonal]) + u * u.T
                cases.append(case(name, scalar, "low_rank", d, p, gen,
                                  {"diagonal": diagonal, "factor": flat(factor)}, dense))
            name = f"full_d{d}_spread{spread}"
            gen = generator("metric " + name)
            b = of_columns(uniform(gen, d, d + 2))
            m = b * b.T
            columns = [[mpf(0)] * d for _ in range(d)]
            for i in range(d):
                for j in range(i + 1):
                    unit = mpf(2) ** (spread * (i % 3 - 1) + spread * (j % 3 - 1))
                    columns[i][j] = columns[j][i] = rnd(m[i, j] * unit)
            cases.append(case(name, scalar, "full", d, p, gen, {"matrix": flat(columns)}, of_columns(columns)))
        for d, n, p, rho in ((4, 3, 1, 0.25), (5, 20, 2, 0.0), (8, 6, 3, 0.5)):
            for form in ("fisher", "causal"):
                name = f"{form}_d{d}_n{n}"
                gen = generator("metric " + name)
                rows = [[rnd(v + mpf("0.5")) for v in c] for c in uniform(gen, d, n)]
                x = of_columns(rows)
                nu = n
                if form == "causal":
                    nu = n - 1
                    for i in range(d):
                        mean = mp.fsum(x[i, j] for j in range(n)) / n
                        for j in range(n):
                            x[i, j] -= mean
                s = x * x.T / nu
                r = mpf(rho)
                dense = (1 - r) * s + r * mp.fsum(s[i, i] for i in range(d)) / d * mp.eye(d)
                if form == "causal":
                    dense = dense ** -1
                cases.append(case(name, scalar, form, d, p, gen, {"rows": flat(rows), "rho": rho}, dense))
    return dump(cases)


def main(argv):
    if argv not in ([], ["--check"]):
        print("usage: metric.py [--check]", file=sys.stderr)
        return 2
    data = metrics().encode("ascii")
    path = HERE / "metric.json"
    if not argv:
        path.write_bytes(data)
        print(f"wrote metric.json: {len(data)} bytes, {data.count(chr(10).encode()) - 2} cases")
    elif not path.exists() or path.read_bytes() != data:
        print("metric.json: differs")
        return 1
    else:
        print("metric.json: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
