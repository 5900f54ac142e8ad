#!/usr/bin/env python3
"""High-precision reference data for the numerical tests.

Setup (gmpy2 is optional; it only makes mpmath faster, the output is the same):

    python -m venv /tmp/oracle-venv
    /tmp/oracle-venv/bin/pip install mpmath==1.4.1 numpy==2.4.6 gmpy2==2.3.2

Usage:

    python tests/oracle/generate.py            # rewrite every JSON file next to this script
    python tests/oracle/generate.py --check    # regenerate in memory, exit 1 on any difference

Conventions
-----------
* Inputs are rounded to the scalar type of the case first and then taken as *exact*; truths belong to
  these exact stored inputs, not to the numbers they were planted from.
* Inputs are JSON numbers (shortest repr that reads back as the same f64). f32 inputs are printed as the
  f64 that equals the f32, so read as f64 and convert to f32: no rounding happens.
* Truths are decimal strings with 40 significant digits, computed with 120 or more digits.
  "0" means exactly zero (below 1e-60 of the natural scale, when everything else is well above).
* Matrices are flat column-major lists.
* No LAPACK is involved: random numbers come from numpy's PCG64 bit stream (as dyadic uniforms), everything
  else from mpmath, so the files do not depend on the machine.

principal_angles.json   {"cases": [...]}, each
    name, scalar ("f64"|"f32"), d, k, m
    a, b            d x k and d x m matrices, of full column rank
    angles          q = min(k, m) principal angles between span(a) and span(b), ascending, in [0, pi/2]
    cosines, sines  of these angles, in the same order (so cosines descend, sines ascend)
    planted         the angles the case was built from, ascending (before the inputs were rounded)
    condition_a, condition_b   2-norm condition numbers of a and b (JSON numbers, information only)
  Name parts: "plain" = orthonormal columns up to rounding, no mixing; "mixed" = columns mixed by a random
  matrix of condition 1..10; "cond1e3" = mixed with condition 1e3; "exact" = inputs exactly representable, so
  that planted angles are the true ones; "forced" = k + m > d, zero angles are unavoidable (and exactly zero).

singular_values.json    {"cases": [...]}, each
    name, scalar, rows, cols, a
    singular_values   min(rows, cols) values, descending

frontier.json           {"cases": [...]}, each for one angle alpha and one budget b (f64, exact)
    name, alpha, b, sin_alpha, cos_alpha
    area              pi b^2 sin(alpha)
    semi_axis_plus    b sqrt(1 + cos alpha)
    semi_axis_minus   b sqrt(1 - cos alpha)
    frontier          list of {t, c, s, price}: c = fl(b*t) exact,
                      s = c cos(alpha) + sin(alpha) sqrt(b^2 - c^2),
                      price = ds/dc = cos(alpha) - c sin(alpha)/sqrt(b^2 - c^2), null where |c| = b
    preservation      (empty if alpha > pi/2) list of {u, s, cost}: s = fl(b*u) exact, cost = 0 if
                      s <= b sin(alpha), else s cos(alpha) - sin(alpha) sqrt(b^2 - s^2)
    max_safety        (empty if alpha > pi/2) list of {fraction, kappa, s_max}: kappa = fl(b*fraction*cos(alpha))
                      exact, s_max = kappa cos(alpha) + sin(alpha) sqrt(b^2 - kappa^2)
    required_budget   (empty if sin(alpha) < 0.1) list of {c, s, budget}:
                      budget = sqrt(c^2 - 2 c s cos(alpha) + s^2)/sin(alpha)

tax.json                {"cases": [...]}, each (f64)
    name, d, p, v (d), columns (d x p), rank (of columns, exact)
    tau               |P v|^2/|v|^2, P the orthogonal projector onto span(columns)
    one_minus_tau     |v - P v|^2/|v|^2
    alpha             angle between v and the span, in [0, pi/2]
    overlaps          <v, c_i>/(|v| |c_i|), signed
    tau_i             overlaps squared
    unique            tau(all) - tau(all but i)
    shapley           Shapley value of column i in the game S -> tau(S)

distances.json          {"cases": [...]}, each for a list of angles (f64, exact, ascending)
    name, angles
    geodesic          sqrt(sum t^2)
    chordal           sqrt(sum sin^2 t)
    projection        sin(max t)
    binet_cauchy      sqrt(1 - prod cos^2 t)
    fubini_study      acos(prod cos t)
    procrustes        2 sqrt(sum sin^2(t/2))
    martin            sqrt(log prod 1/cos^2 t)
    asimov            max t
    spectral          2 sin(max t / 2)
"""

import itertools
import json
import math
import sys
import zlib
from pathlib import Path

import mpmath
import numpy as np
from mpmath import mp, mpf

HERE = Path(__file__).resolve().parent
DPS = 150  # working digits, except where more are set below
DIGITS = 40  # printed digits
mp.dps = DPS


# ---------------------------------------------------------------- output


def text(x):
    """40 significant digits; exact zero as "0"."""
    return "0" if x == 0 else mpmath.nstr(x, DIGITS)


def texts(xs):
    return [text(x) for x in xs]


def dump(cases):
    names = [c["name"] + "/" + c.get("scalar", "") for c in cases]
    assert len(set(names)) == len(names), sorted(n for n in names if names.count(n) > 1)
    lines = [json.dumps(c, separators=(",", ":"), allow_nan=False) for c in cases]
    return '{"cases":[\n' + ",\n".join(lines) + "\n]}\n"


# ---------------------------------------------------------------- inputs


def rounder(scalar):
    if scalar == "f64":
        return lambda x: float(x) + 0.0  # + 0.0: no negative zeros
    return lambda x: float(np.float32(float(x))) + 0.0


def generator(name):
    return np.random.Generator(np.random.PCG64(zlib.crc32(name.encode())))


def uniform(gen, rows, cols):
    """Columns of independent uniforms on (-1, 1), exact dyadic numbers."""
    return [[mpf(2 * float(gen.random()) - 1) for _ in range(rows)] for _ in range(cols)]


def exact(cols):
    return [[mpf(x) for x in c] for c in cols]


def flat(cols):
    return [x for c in cols for x in c]


# ---------------------------------------------------------------- linear algebra on lists of columns


def dot(x, y):
    return mp.fdot(x, y)


def norm(x):
    return mp.sqrt(dot(x, x))


def axpy(a, x, y):
    return [p + a * q for p, q in zip(y, x)]


def orthonormalize(cols, drop=False):
    """Modified Gram-Schmidt, twice. With drop, columns that depend on earlier ones are left out."""
    basis = []
    for c in cols:
        size = norm(c)
        if size == 0:
            assert drop
            continue
        x = [t / size for t in c]
        for sweep in range(2):
            for q in basis:
                x = axpy(-dot(q, x), q, x)
            if sweep == 0:
                rest = norm(x)
                if rest < mpf(10) ** -60:
                    assert drop, "dependent columns"
                    break
                assert rest > mpf(10) ** -40
                x = [t / rest for t in x]  # the second sweep starts from a unit vector
        else:
            rest = norm(x)
            basis.append([t / rest for t in x])
    return basis


def multiply(cols, mixing):
    """cols * mixing, both as lists of columns."""
    rows = list(zip(*cols))
    return [[dot(r, w) for r in rows] for w in mixing]


def eigenvalues(cols):
    """Eigenvalues of cols^T cols, ascending."""
    n = len(cols)
    gram = mp.matrix(n, n)
    for i in range(n):
        for j in range(i + 1):
            gram[i, j] = gram[j, i] = dot(cols[i], cols[j])
    if n == 1:
        return [gram[0, 0]]
    return sorted(mp.eigsy(gram, eigvals_only=True))


def singular_values(cols, scale, floor):
    """Singular values ascending; those below floor*scale are exactly zero. There must be a gap."""
    out = []
    for e in eigenvalues(cols):
        s = mp.sqrt(e) if e > 0 else mpf(0)
        if s <= floor * scale:
            s = mpf(0)
        assert s == 0 or s > floor * scale * mpf(10) ** 15, "no gap between zero and nonzero"
        out.append(s)
    return out


def condition(cols):
    e = eigenvalues(cols)
    return float(mp.sqrt(e[-1] / e[0]))


# ---------------------------------------------------------------- principal angles

ZERO = mpf(10) ** -60


def true_angles(a, b):
    """Angles, cosines, sines between the spans of exact columns a, b."""
    qa, qb = orthonormalize(a), orthonormalize(b)
    if len(qa) > len(qb):
        qa, qb = qb, qa
    cross = [[dot(p, q) for p in qb] for q in qa]  # columns of qb^T qa
    rest = []
    for q, c in zip(qa, cross):
        for p, w in zip(qb, c):
            q = axpy(-w, p, q)
        rest.append(q)
    cosines = singular_values(cross, 1, ZERO)[::-1]
    sines = singular_values(rest, 1, ZERO)
    for c, s in zip(cosines, sines):
        assert abs(c * c + s * s - 1) < mpf(10) ** -100
    return [mp.atan2(s, c) for c, s in zip(cosines, sines)], cosines, sines


def mixing_matrix(gen, n, cond):
    """U diag(1 .. 1/cond) V^T as a list of columns."""
    if n == 1:
        return [[mpf(float(gen.random())) + 1]]
    u, v = orthonormalize(uniform(gen, n, n)), orthonormalize(uniform(gen, n, n))
    sv = [mpf(cond) ** (-mpf(i) / (n - 1)) for i in range(n)]
    scaled = [[t * s for t in c] for c, s in zip(u, sv)]
    return multiply(scaled, [list(r) for r in zip(*v)])


def angle_case(name, scalar, d, a, b, planted, tolerance):
    """a, b: stored columns (floats)."""
    ea, eb = exact(a), exact(b)
    angles, cosines, sines = true_angles(ea, eb)
    planted = sorted(planted)
    assert len(planted) == len(angles)
    worst = max(abs(p - t) for p, t in zip(planted, angles))
    assert worst <= tolerance, (name, scalar, worst)
    return {
        "name": name, "scalar": scalar, "d": d, "k": len(a), "m": len(b),
        "a": flat(a), "b": flat(b),
        "angles": texts(angles), "cosines": texts(cosines), "sines": texts(sines),
        "planted": texts(planted),
        "condition_a": condition(ea), "condition_b": condition(eb),
    }


def planted_case(name, scalar, d, k, m, planted, scale_a=0, scale_b=0):
    """The first word of the name decides the mixing: plain (none), cond1e3 (condition 1e3), else condition 1..10.
    scale_*: a and b are multiplied by these powers of two."""
    kind = name.split("_")[0]
    gen = generator(name + scalar)
    rnd = rounder(scalar)
    q = min(k, m)
    assert len(planted) == q
    nonzero = [i for i, t in enumerate(planted) if t != 0]
    w = orthonormalize(uniform(gen, d, q + len(nonzero) + abs(k - m)))
    partner = dict(zip(nonzero, w[q:]))
    extra = w[q + len(nonzero):]
    a = [list(c) for c in w[:q]]
    b = [list(c) if t == 0 else [mp.cos(t) * x + mp.sin(t) * y for x, y in zip(c, partner[i])]
         for i, (c, t) in enumerate(zip(w[:q], planted))]
    if k > m:
        a += extra
    else:
        b += extra
    if kind != "plain":
        ca, cb = (1000, 1000) if kind == "cond1e3" else (1 + 9 * float(gen.random()), 1 + 9 * float(gen.random()))
        a, b = multiply(a, mixing_matrix(gen, k, ca)), multiply(b, mixing_matrix(gen, m, cb))
    a = [[rnd(mp.ldexp(x, scale_a)) for x in c] for c in a]
    b = [[rnd(mp.ldexp(x, scale_b)) for x in c] for c in b]
    eps = 2.0 ** -53 if scalar == "f64" else 2.0 ** -24
    return angle_case(name, scalar, d, a, b, planted, 50 * eps * (1000 if kind == "cond1e3" else 10))


def exact_case(name, scalar, d, a, b, planted):
    rnd = rounder(scalar)
    for x in flat(a) + flat(b):
        assert float(x) == x and rnd(x) == x, (name, x)
    a = [[float(x) + 0.0 for x in c] for c in a]
    b = [[float(x) + 0.0 for x in c] for c in b]
    return angle_case(name, scalar, d, a, b, planted, mpf(10) ** -75)


def axis(d, entries):
    c = [0.0] * d
    for i, x in entries.items():
        c[i] = x
    return c


def hadamard(n):
    h = [[1]]
    while len(h) < n:
        h = [r + r for r in h] + [r + [-x for x in r] for r in h]
    return [[float(x) for x in r] for r in h]


def combine(cols, mixing):
    """Exact float combination of columns (products and sums must be representable; checked)."""
    big = multiply(exact(cols), exact(mixing))
    out = [[float(x) for x in c] for c in big]
    assert exact(out) == big
    return out


def angle_cases(scalar):
    half = mp.pi / 2
    f64 = scalar == "f64"
    # tiny angles of decreasing size, as decimal numbers
    t15, t12, t9, t6 = [mpf(x) for x in (("1e-15", "1e-12", "1e-9", "1e-6") if f64 else ("1e-7", "1e-6", "1e-5", "1e-4"))]
    n15, n12, n9, n6 = ("1e-15", "1e-12", "1e-9", "1e-6") if f64 else ("1e-7", "1e-6", "1e-5", "1e-4")
    dec = lambda s: mpf(s)
    cases = []
    add = lambda *args, **kw: cases.append(planted_case(args[0], scalar, *args[1:], **kw))

    singles = [
        ("zero", [mpf(0)]), (n15, [t15]), (n12, [t12]), (n9, [t9]), (n9 + "_twice", [t9, t9]), (n6, [t6]),
        ("0.1", [dec("0.1")]), ("0.5", [dec("0.5")]),
        ("quarter_pi_minus_" + n9, [mp.pi / 4 - t9]), ("quarter_pi", [mp.pi / 4]),
        ("quarter_pi_plus_" + n9, [mp.pi / 4 + t9]), ("0.8_twice", [dec("0.8")] * 2), ("1.0", [mpf(1)]),
        ("right_minus_" + n6, [half - t6]), ("right_minus_" + n9, [half - t9]),
        ("right_minus_" + n15, [half - t15]), ("right", [half]), ("right_twice", [half, half]),
    ]
    dims = [2, 3, 5, 8, 16]
    for i, (name, th) in enumerate(singles):
        d = dims[i % 5] if len(th) == 1 else max(5, dims[(i + 2) % 5])
        add(f"mixed_single_{name}_d{d}", d, len(th), len(th), th)
    for i in (1, 3, 9, 14, 16):
        name, th = singles[i]
        add(f"plain_single_{name}_d3", 3, 1, 1, th)
    # a single angle seen with more columns on one side
    add("mixed_k1_m3_" + n9 + "_d8", 8, 1, 3, [t9])
    add("mixed_k4_m1_right_minus_" + n9 + "_d8", 8, 4, 1, [half - t9])
    add("mixed_equal_spans_k3_d8", 8, 3, 3, [mpf(0)] * 3)
    add("mixed_contained_k2_m4_d8", 8, 2, 4, [mpf(0)] * 2)

    five = [t9, t9, dec("0.8"), dec("0.8"), half]
    ten = [t15, t12, t9, t6, dec("1e-3"), dec("0.5"), mpf(1), dec("1.5"), half - t9, half]
    add("mixed_five_d16", 16, 5, 5, five)
    add("mixed_five_k5_m8_d16", 16, 5, 8, five)
    add("mixed_five_k8_m5_d40", 40, 8, 5, five)
    add("plain_five_d16", 16, 5, 5, five)
    add("cond1e3_five_d16", 16, 5, 5, five)
    add("mixed_ten_d40", 40, 10, 10, ten)
    add("mixed_ten_k10_m14_d64", 64, 10, 14, ten)
    add("plain_ten_d40", 40, 10, 10, ten)
    add("cond1e3_ten_d40", 40, 10, 10, ten)
    add("cond1e3_zero_half_right_d8", 8, 3, 3, [mpf(0), dec("0.5"), half])
    add("cond1e3_small_k2_m3_d8", 8, 2, 3, [t9, t6])

    width = dec("1e-10") if f64 else dec("1e-5")
    cluster = [dec("0.3") + width * i / 7 for i in range(8)]
    add("mixed_cluster8_d16", 16, 8, 8, cluster)
    add("mixed_cluster8_k8_m10_d40", 40, 8, 10, cluster)
    add("cond1e3_cluster8_d16", 16, 8, 8, cluster)
    add("mixed_equal8_0.3_d16", 16, 8, 8, [dec("0.3")] * 8)

    add("mixed_spaced8_d16", 16, 8, 8, [half * (i + 1) / 9 for i in range(8)])
    add("mixed_spaced16_d64", 64, 16, 16, [half * i / 15 for i in range(16)])
    gen = generator("random angles")
    add("mixed_random6_k6_m9_d40", 40, 6, 9, sorted(half * mpf(float(gen.random())) for _ in range(6)))

    # forced intersections, k + m > d
    add("forced_d2_k2_m1", 2, 2, 1, [mpf(0)])
    add("forced_d5_k4_m4", 5, 4, 4, [mpf(0)] * 3 + [dec("0.7")])
    add("forced_d5_k5_m5_whole_space", 5, 5, 5, [mpf(0)] * 5)
    add("forced_d8_k8_m3_whole_space", 8, 8, 3, [mpf(0)] * 3)
    add("forced_d8_k6_m5", 8, 6, 5, [mpf(0)] * 3 + [t9, half - t9])
    add("forced_d40_k24_m20", 40, 24, 20, [mpf(0)] * 4 + [half * i / 16 for i in range(1, 17)])
    add("mixed_tall_d256_k3_m3", 256, 3, 3, [t12, dec("0.5"), half - t9])
    add("mixed_scaled_d8_k2_m2", 8, 2, 2, [t9, dec("0.5")], scale_a=400 if f64 else 90, scale_b=-400 if f64 else -90)

    # exactly representable inputs
    rnd = rounder(scalar)
    ex = lambda *args: cases.append(exact_case(args[0], scalar, *args[1:]))
    atan = lambda t: mp.atan(mpf(t))
    tiny = "1e-30" if f64 else "1e-20"
    ts = {n: rnd(mpf(n)) for n in (tiny, n15, n12, n9, n6)}
    for i, (n, t) in enumerate(ts.items()):
        ex(f"exact_axis_{n}_d3", 3, [axis(3, {0: 1.0})], [axis(3, {0: 1.0, 1 + i % 2: t})], [atan(t)])
    values = list(ts.values())
    ex("exact_axes_d16_k5_m5", 16, [axis(16, {i: 1.0}) for i in range(5)],
       [axis(16, {i: 1.0, i + 5: t}) for i, t in enumerate(values)], [atan(t) for t in values])
    ex("exact_axes_right_d16_k3_m6", 16, [axis(16, {i: 1.0}) for i in range(3)],
       [axis(16, {i: t, i + 5: 1.0}) for i, t in enumerate(values[2:])] + [axis(16, {i: 1.0}) for i in (10, 11, 12)],
       [half - atan(t) for t in values[2:]])
    ex("exact_axes_zero_and_right_d5", 5, [axis(5, {0: 1.0}), axis(5, {1: 1.0})], [axis(5, {0: 1.0}), axis(5, {2: 1.0})],
       [mpf(0), half])
    ints = [[1, 2, -1, 3, 0, 2, 1, -2], [2, -1, 0, 1, 3, -1, 1, 1], [0, 1, 4, -2, 1, 1, -3, 2]]
    three = [[2, 1, -1], [1, 3, 2], [-3, 1, 5]]
    other = [[1, 1, 0], [0, 1, 2], [3, 0, 1]]
    ex("exact_integer_equal_spans_d8", 8, ints, combine(ints, three), [mpf(0)] * 3)
    h8 = hadamard(8)
    ex("exact_integer_right_d8", 8, combine(h8[:3], three), combine(h8[3:6], other), [half] * 3)
    ex("exact_integer_zero_zero_right_d8", 8, combine(h8[:3], three), combine(h8[:2] + h8[4:5], other), [mpf(0), mpf(0), half])
    ex("exact_integer_quarter_pi_d8", 8, combine(h8[:2], [[2, 1], [1, 3]]),
       combine([[x + y for x, y in zip(h8[i], h8[i + 2])] for i in (0, 1)], [[1, -1], [2, 3]]), [mp.pi / 4] * 2)
    # powers of two as tangents: integer mixing stays exact
    powers = [2.0 ** -e for e in ((50, 40, 30) if f64 else (22, 18, 14))]
    ex("exact_pow2_mixed_d8", 8, combine([axis(8, {i: 1.0}) for i in range(3)], three),
       combine([axis(8, {i: 1.0, i + 3: t}) for i, t in enumerate(powers)], other), [atan(t) for t in powers])
    ex("exact_pow2_mixed_right_d8", 8, combine([axis(8, {i: 1.0}) for i in range(3)], three),
       combine([axis(8, {i: t, i + 3: 1.0}) for i, t in enumerate(powers)], other), [half - atan(t) for t in powers])
    return cases


def principal_angles():
    return dump(angle_cases("f64") + angle_cases("f32"))


# ---------------------------------------------------------------- singular values


def sv_case(name, scalar, cols):
    rnd = rounder(scalar)
    a = [[rnd(x) for x in c] for c in cols]
    rows, n = len(a[0]), len(a)
    with mp.workdps(300):
        e = exact(a)
        wide = n > rows
        if wide:
            e = [list(r) for r in zip(*e)]
        scale = max(abs(x) for x in flat(e))
        if scale == 0:
            sv = [mpf(0)] * len(e)
        else:
            sv = singular_values(e, scale, mpf(10) ** -120)[::-1]
            frob = mp.fsum(x * x for x in flat(e))
            assert abs(mp.fsum(s * s for s in sv) / frob - 1) < mpf(10) ** -250
            if len(e) <= 10:  # independent check
                other = sorted(mp.svd_r(mp.matrix(e).T, compute_uv=False), reverse=True)
                assert all(abs(x - y) < scale * mpf(10) ** -118 for x, y in zip(sv, other)), name
        values = texts(sv)
    return {"name": name, "scalar": scalar, "rows": rows, "cols": n, "a": flat(a), "singular_values": values}


def columns(rows, cols, f):
    return [[f(i, j) for i in range(rows)] for j in range(cols)]


def sv_cases(scalar):
    f64 = scalar == "f64"
    cases = []
    add = lambda name, cols: cases.append(sv_case(name, scalar, cols))
    rand = lambda name, r, c: uniform(generator("sv " + name), r, c)
    hilbert = lambda i, j: mpf(1) / (i + j + 1)
    add("hilbert_6x6", columns(6, 6, hilbert))
    add("hilbert_10x8", columns(10, 8, hilbert))
    for r, c in ((7, 7), (12, 5), (5, 12)):
        add(f"random_{r}x{c}", rand(f"{r}x{c}", r, c))
    x = [[1, -2, 3, 0, 2, 1, -1, 4, 2], [2, 1, 0, -3, 1, 1, 2, -1, 5]]
    w = [[1, 0], [0, 1], [1, 1], [2, -1], [-1, 3], [3, 2]]
    add("rank2_9x6", multiply(exact(x), exact(w)))
    add("ones_7x11", columns(7, 11, lambda i, j: 1))
    add("ones_30x30", columns(30, 30, lambda i, j: 1))
    add("zero_3x4", columns(3, 4, lambda i, j: 0))
    add("identity_5x5", columns(5, 5, lambda i, j: int(i == j)))
    graded = rand("graded", 20, 15)
    add("graded_columns_20x15", [[t * mpf(10) ** -j for t in c] for j, c in enumerate(graded)])
    graded = rand("graded square", 15, 15)
    add("graded_columns_15x15", [[t * mpf(10) ** -j for t in c] for j, c in enumerate(graded)])
    add("graded_rows_15x8", [[t * mpf(10) ** -i for i, t in enumerate(c)] for c in rand("graded rows", 15, 8)])
    for n in (10, 20):
        s, c = mp.sin(mpf("1.2")), mp.cos(mpf("1.2"))
        add(f"kahan_{n}x{n}", columns(n, n, lambda i, j: s ** i * (1 if i == j else -c if j > i else 0)))
    add("vandermonde_8x8", columns(8, 8, lambda i, j: (mpf(i + 1) / 8) ** j))
    add("vandermonde_12x6", columns(12, 6, lambda i, j: (mpf(i - 5) / 6) ** j))
    for e in ((140, -140, 300, -300) if f64 else (17, -17, 37, -30)):
        add(f"scale_1e{e}_6x4", [[t * mpf(10) ** e for t in c] for c in rand("scale", 6, 4)])
    add("one_by_one", [[mpf("-0.3")]])
    add("row_1x6", rand("row", 1, 6))
    add("column_6x1", rand("column", 6, 1))
    h8 = hadamard(8)
    add("hadamard_8x8", h8)
    add("repeated3_hadamard_8x4", [[s * t for t in c] for s, c in zip((3, 3, 3, 1), h8)])
    two = multiply(exact([[s * t for t in c] for s, c in zip((5, 5, 5, 2, 1, 1, 0, 0), h8)]), exact(h8))
    add("repeated3_rank6_8x8", two)
    add("repeated_pair_block_4x4", [[3, 4, 0, 0], [-4, 3, 0, 0], [0, 0, 5, 0], [0, 0, 0, 1]])
    for name, off in (("1e-9", "1e-9"), ("1e-20", "1e-20")):
        add(f"bidiagonal_off_{name}_8x8",
            columns(8, 8, lambda i, j: mpf(j + 1) / 3 if i == j else mpf(off) if j == i + 1 else 0))
    add("bidiagonal_equal_off_1e-12_6x6",
        columns(6, 6, lambda i, j: 1 if i == j else mpf("1e-12") if j == i + 1 else 0))
    add("bidiagonal_zero_diagonal_6x6",
        columns(6, 6, lambda i, j: (0 if i == 3 else i + 1) if i == j else mpf("0.5") if j == i + 1 else 0))
    return cases


def singular():
    return dump(sv_cases("f64") + sv_cases("f32"))


# ---------------------------------------------------------------- frontier


def frontier():
    cases = []
    alphas = [("1e-12", 1e-12), ("1e-6", 1e-6), ("0.3", 0.3), ("quarter_pi", math.pi / 4), ("1.2", 1.2),
              ("half_pi", math.pi / 2), ("2.0", 2.0), ("3.0", 3.0), ("pi_minus_1e-6", math.pi - 1e-6)]
    for (an, alpha), b in itertools.product(alphas, (1.0, 2.5, 1e-150, 1e150)):
        al, bb = mpf(alpha), mpf(b)
        si, co = mp.sin(al), mp.cos(al)
        points = []
        for t in (-1.0, -0.9, -0.3, 0.0, 0.2, 0.7, 0.999999999, 1.0):
            c = b * t + 0.0
            if abs(c) > b:
                continue
            x = mpf(c)
            root = mp.sqrt(bb * bb - x * x)
            points.append({"t": t, "c": c, "s": text(x * co + si * root),
                           "price": None if root == 0 else text(co - x * si / root)})
        keep, best = [], []
        if al <= mp.pi / 2:
            us = [0.0, 0.1, 0.5, 0.9, 0.999999, 1.0]
            edge = float(si * (1 + mpf("1e-10")))
            if edge < 1:
                us.insert(3, edge)
            for u in us:
                s = b * u
                if s > b:
                    continue
                y = mpf(s)
                cost = mpf(0) if y <= bb * si else y * co - si * mp.sqrt(bb * bb - y * y)
                keep.append({"u": u, "s": s, "cost": text(cost)})
            for f in (0.0, 0.01, 0.5, 0.99):
                kappa = float(bb * mpf(f) * co)
                x = mpf(kappa)
                best.append({"fraction": f, "kappa": kappa, "s_max": text(x * co + si * mp.sqrt(bb * bb - x * x))})
        need = []
        if si >= mpf("0.1"):
            for tc, ts in ((0.3, 0.4), (-0.2, 0.9), (1.0, 1.0)):
                c, s = b * tc, b * ts
                x, y = mpf(c), mpf(s)
                need.append({"c": c, "s": s, "budget": text(mp.sqrt(x * x - 2 * x * y * co + y * y) / si)})
        cases.append({
            "name": f"alpha_{an}_b_{b!r}", "alpha": alpha, "b": b, "sin_alpha": text(si), "cos_alpha": text(co),
            "area": text(mp.pi * bb * bb * si),
            "semi_axis_plus": text(bb * mp.sqrt(1 + co)), "semi_axis_minus": text(bb * mp.sqrt(1 - co)),
            "frontier": points, "preservation": keep, "max_safety": best, "required_budget": need,
        })
    return dump(cases)


# ---------------------------------------------------------------- tax


def tax_case(name, v, cols):
    v = [float(x) + 0.0 for x in v]
    cols = [[float(x) + 0.0 for x in c] for c in cols]
    d, p = len(v), len(cols)
    assert d <= 12 and p <= 6 and all(len(c) == d for c in cols)
    ev, ec = [mpf(x) for x in v], exact(cols)
    size = norm(ev)
    unit = [x / size for x in ev]
    clean = lambda x: mpf(0) if abs(x) < mpf(10) ** -60 else x

    def split(subset):
        basis = orthonormalize([ec[i] for i in subset], drop=True)
        rest = unit
        coords = [dot(q, unit) for q in basis]
        for q, w in zip(basis, coords):
            rest = axpy(-w, q, rest)
        return clean(norm(coords) if coords else mpf(0)), clean(norm(rest)), len(basis)

    full = tuple(range(p))
    share = {s: split(s)[0] ** 2 for r in range(p + 1) for s in itertools.combinations(full, r)}
    co, si, rank = split(full)
    assert abs(co * co + si * si - 1) < mpf(10) ** -100
    overlaps = [clean(dot(unit, c) / norm(c)) for c in ec]
    unique, shapley = [], []
    for i in full:
        rest = tuple(j for j in full if j != i)
        unique.append(clean(share[full] - share[rest]))
        total = mpf(0)
        for r in range(p):
            weight = mpf(math.factorial(r) * math.factorial(p - r - 1)) / math.factorial(p)
            for s in itertools.combinations(rest, r):
                total += weight * (share[tuple(sorted(s + (i,)))] - share[s])
        shapley.append(clean(total))
    assert abs(mp.fsum(shapley) - share[full]) < mpf(10) ** -100
    return {
        "name": name, "d": d, "p": p, "v": v, "columns": flat(cols), "rank": rank,
        "tau": text(co * co), "one_minus_tau": text(si * si), "alpha": text(mp.atan2(si, co)),
        "overlaps": texts(overlaps), "tau_i": texts([x * x for x in overlaps]),
        "unique": texts(unique), "shapley": texts(shapley),
    }


def tax():
    def rand(name, d, p):
        return [[float(x) for x in c] for c in uniform(generator("tax " + name), d, p)]

    def near(c, name, eps):
        w = rand(name, len(c), 1)[0]
        return [x + eps * y for x, y in zip(c, w)]

    def combo(cols, weights):
        return [sum(w * c[i] for w, c in zip(weights, cols)) for i in range(len(cols[0]))]

    cases = []
    add = lambda *args: cases.append(tax_case(*args))
    add("single_column_d2", [3, 4], [[1, 0]])
    c = rand("single", 5, 2)
    add("single_random_d5", c[0], c[1:])
    c = rand("generic", 8, 4)
    add("generic_d8_p3", c[0], c[1:])
    c = rand("six", 12, 7)
    add("generic_d12_p6", c[0], c[1:])
    add("orthogonal_columns_d8_p4", [1, 2, 3, 4, 5, 6, 7, 8], hadamard(8)[:4])
    dep = [[1, 2, 0, -1, 3, 1], [2, 0, 1, 1, -1, 2]]
    add("dependent_integers_d6_p4", [1, 1, 2, 0, 3, -1],
        [dep[0], dep[1], combo(dep, (1, 1)), combo(dep, (2, -3))])
    add("duplicate_columns_d6_p3", [1, -2, 2, 1, 0, 3], [dep[0], [-2 * x for x in dep[0]], dep[1]])
    c = rand("collinear", 8, 4)
    add("nearly_collinear_1e-6_d8_p3", c[0], [c[1], near(c[1], "collinear shift", 1e-6), c[2]])
    c = rand("inside", 10, 4)
    add("inside_up_to_1e-6_d10_p4", near(combo(c, (0.5, -1.0, 2.0, 0.25)), "inside shift", 1e-6), c)
    add("inside_exactly_d6_p3", combo(dep, (3, 2)), [dep[0], dep[1], [0, 0, 1, 0, 0, 1]])
    # v orthogonal to the integer columns up to a shift of 1e-6
    add("nearly_orthogonal_1e-6_d8_p3", near(hadamard(8)[7], "orthogonal shift", 1e-6), hadamard(8)[1:4])
    add("orthogonal_exactly_d8_p3", [2 * x for x in hadamard(8)[5]],
        [combo(hadamard(8)[:3], w) for w in ((1, 2, 0), (0, 1, -1), (3, 1, 1))])
    # suppressor: each column alone explains little, together nearly everything
    add("suppressor_d4_p2", [1, 0.001, 0.125, 0], [[1, 100, 0, 0], [0, 100, 0, 0]])
    c = rand("scales", 9, 5)
    add("column_scales_d9_p4", c[0], [[x * s for x in col] for col, s in zip(c[1:], (2.0 ** 400, 1.0, 2.0 ** -30, 2.0 ** -400))])
    add("collinear_and_inside_1e-6_d7_p5", near(combo(rand("both", 7, 3), (1.0, -0.5, 0.75)), "both shift", 1e-6),
        (lambda b: b + [near(b[0], "both near", 1e-6), near(b[1], "both near 2", 1e-6)])(rand("both", 7, 3)))
    return dump(cases)


# ---------------------------------------------------------------- distances


def distances():
    cases = []
    right = math.pi / 2
    for name, angles in (
        ("single_0.7", [0.7]),
        ("zeros", [0.0, 0.0, 0.0]),
        ("tiny_1e-12", [1e-12]),
        ("tiny_several", [1e-15, 1e-12, 1e-9, 1e-9]),
        ("equal_0.5_four", [0.5] * 4),
        ("generic_five", [0.1, 0.35, 0.6, 1.0, 1.4]),
        ("tiny_and_large", [1e-12, 1e-6, 0.3, 1.2]),
        ("near_right_1e-9", [0.2, right - 1e-9]),
        ("near_right_1e-15", [right - 1e-6, right - 1e-15]),
        ("f64_half_pi", [0.0, 0.5, right]),
        ("spaced_sixteen", [right * i / 17 for i in range(1, 17)]),
        ("zero_and_1e-8", [0.0, 0.0, 1e-8]),
    ):
        assert angles == sorted(angles)
        ts = [mpf(t) for t in angles]
        sin2 = mp.fsum(mp.sin(t) ** 2 for t in ts)
        prod = mp.fprod(mp.cos(t) for t in ts)
        top = max(ts)
        cases.append({
            "name": name, "angles": angles,
            "geodesic": text(mp.sqrt(mp.fsum(t * t for t in ts))),
            "chordal": text(mp.sqrt(sin2)),
            "projection": text(mp.sin(top)),
            "binet_cauchy": text(mp.sqrt(1 - prod * prod)),
            "fubini_study": text(mp.acos(prod)),
            "procrustes": text(2 * mp.sqrt(mp.fsum(mp.sin(t / 2) ** 2 for t in ts))),
            "martin": text(mp.sqrt(-2 * mp.log(prod))),
            "asimov": text(top),
            "spectral": text(2 * mp.sin(top / 2)),
        })
    return dump(cases)


# ---------------------------------------------------------------- main

FILES = {
    "distances.json": distances,
    "frontier.json": frontier,
    "tax.json": tax,
    "singular_values.json": singular,
    "principal_angles.json": principal_angles,
}


def main(argv):
    if argv not in ([], ["--check"]):
        print("usage: generate.py [--check]", file=sys.stderr)
        return 2
    different = 0
    for name, make in FILES.items():
        data = make().encode("ascii")
        path = HERE / name
        if not argv:
            path.write_bytes(data)
            print(f"wrote {name}: {len(data)} bytes, {data.count(chr(10).encode()) - 2} cases")
        elif not path.exists() or path.read_bytes() != data:
            print(f"{name}: differs")
            different = 1
        else:
            print(f"{name}: ok")
    return different


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
