#!/usr/bin/env python3
"""Reference data for covariances with shrinkage and for the noise threshold.

Setup, output format and conventions are those of generate.py:

    python tests/oracle/whitening.py            # rewrite shrinkage.json and thresholds.json
    python tests/oracle/whitening.py --check    # regenerate in memory, exit 1 on any difference

shrinkage.json          {"cases": [...]}, each
    name, scalar, d, plus (d x n_plus), minus (d x n_minus, may be empty)   samples as columns
    samples, degrees        N = n_plus + n_minus, nu = N less the number of classes
    ledoit_wolf             intensity of Ledoit & Wolf 2004 of the N class-centred rows, from the dense d x d
                            S = X'X/N and the N matrices x x' - S, one by one
    oas                     intensity of Chen et al. 2010, eq. 23 as printed, from the dense S
    deviation               sqrt(tr(X'X/nu)/d)
    fixed                   the intensity rho of the following (exact)
    x                       a vector (exact)
    apply, inverse, whiten, colour   S_rho x, S_rho^-1 x, S_rho^-1/2 x, S_rho^1/2 x of the dense
                            S_rho = (1-rho) X'X/nu + rho tr(X'X/nu)/d I; LU solve and symmetric eigenvectors
    discriminant            unit S_rho^-1 (mean plus - mean minus); minus empty: of the mean of plus
    whitened                unit S_rho^-1/2 (the same difference)
    condition               2-norm condition number of S_rho (JSON number)

thresholds.json         {"cases": [...]}, each for one beta (f64, exact)
    name, beta, median (of the Marchenko-Pastur law, by quadrature of its density and a bracketed root), omega
"""

import sys
from pathlib import Path

from mpmath import mp, mpf

from generate import dump, exact, flat, generator, rounder, text, texts, uniform

HERE = Path(__file__).resolve().parent


def centred(cols):
    d, n = len(cols[0]), len(cols)
    mean = [mp.fsum(c[i] for c in cols) / n for i in range(d)]
    return [[c[i] - mean[i] for i in range(d)] for c in cols], mean


def frobenius(a):
    return mp.fsum(x * x for x in a)


def unit(x):
    norm = mp.sqrt(mp.fsum(v * v for v in x))
    return [v / norm for v in x]


def shrinkage_case(name, scalar, plus, minus, fixed, x):
    rnd = rounder(scalar)
    plus = [[rnd(v) for v in c] for c in plus]
    minus = [[rnd(v) for v in c] for c in minus]
    x = [rnd(v) for v in x]
    d = len(x)
    rows, mean = centred(exact(plus))
    classes = 1
    if minus:
        more, other = centred(exact(minus))
        rows = rows + more
        mean = [a - b for a, b in zip(mean, other)]
        classes = 2
    n = len(rows)
    nu = n - classes
    # dense second moments with divisor N
    s = mp.matrix(d, d)
    for i in range(d):
        for j in range(d):
            s[i, j] = mp.fsum(r[i] * r[j] for r in rows) / n
    trace = mp.fsum(s[i, i] for i in range(d))
    m = trace / d
    delta = mp.fsum((s[i, j] - (m if i == j else 0)) ** 2 for i in range(d) for j in range(d))
    beta = mp.fsum(mp.fsum((r[i] * r[j] - s[i, j]) ** 2 for i in range(d) for j in range(d)) for r in rows) / n ** 2
    squares = frobenius(s)
    if d == 1:
        lw = oas = mpf(0)
    else:
        lw = min(beta, delta) / delta
        oas = min(mpf(1), ((1 - mpf(2) / d) * squares + trace ** 2)
                  / ((n + 1 - mpf(2) / d) * (squares - trace ** 2 / d)))
    unbiased = s * (mpf(n) / nu)
    rho, mean_eigenvalue = mpf(fixed), trace * n / nu / d
    sigma = (1 - rho) * unbiased + rho * mean_eigenvalue * mp.eye(d)
    values, vectors = mp.eigsy(sigma)

    def power(v, f):
        along = vectors.T * mp.matrix(v)
        return list(vectors * mp.matrix([f(values[i]) * along[i] for i in range(d)]))

    inverse = list(mp.lu_solve(sigma, mp.matrix([mpf(v) for v in x])))
    return {
        "name": name, "scalar": scalar, "d": d, "plus": flat(plus), "minus": flat(minus),
        "samples": n, "degrees": nu,
        "ledoit_wolf": text(lw if lw > mpf(10) ** -60 else mpf(0)), "oas": text(oas),
        "deviation": text(mp.sqrt(mean_eigenvalue)), "fixed": fixed, "x": x,
        "apply": texts(list(sigma * mp.matrix([mpf(v) for v in x]))), "inverse": texts(inverse),
        "whiten": texts(power(x, lambda t: 1 / mp.sqrt(t))), "colour": texts(power(x, mp.sqrt)),
        "discriminant": texts(unit(list(mp.lu_solve(sigma, mp.matrix(mean))))),
        "whitened": texts(unit(power(mean, lambda t: 1 / mp.sqrt(t)))),
        "condition": float(max(values) / min(values)),
    }


def shrinkage():
    cases = []

    def add(name, d, n_plus, n_minus, fixed, scale=1.0, tweak=None, scalars=("f64", "f32")):
        for scalar in scalars:
            gen = generator("shrinkage " + name)
            plus = uniform(gen, d, n_plus)
            minus = uniform(gen, d, n_minus)
            # a difference of means, and coordinates of unequal spread
            plus = [[(v + (1 if i == 0 else 0)) * mpf(2) ** (-(i % 3)) for i, v in enumerate(c)] for c in plus]
            minus = [[v * mpf(2) ** (-(i % 3)) for i, v in enumerate(c)] for c in minus]
            if tweak:
                plus, minus = tweak(plus), tweak(minus)
            plus = [[v * mpf(scale) for v in c] for c in plus]
            minus = [[v * mpf(scale) for v in c] for c in minus]
            x = [v * mpf(scale) for v in uniform(gen, d, 1)[0]]
            cases.append(shrinkage_case(name, scalar, plus, minus, fixed, x))

    def constant(cols):
        return [[mpf("0.75") if i == 1 else v for i, v in enumerate(c)] for c in cols]

    add("one_class_n5_d3", 3, 5, 0, 0.125)
    add("one_class_n4_d8", 8, 4, 0, 0.25)
    add("one_class_n2_d2", 2, 2, 0, 0.5)
    add("one_class_n2_d6", 6, 2, 0, 0.5)
    add("one_class_n3_d1", 1, 3, 0, 0.5)
    add("one_class_n40_d5", 5, 40, 0, 0.0)
    add("two_classes_n6_n4_d3", 3, 6, 4, 0.0625)
    add("two_classes_n3_n5_d12", 12, 3, 5, 0.125)
    add("two_classes_n1_n2_d4", 4, 1, 2, 0.5)
    add("two_classes_n20_n20_d4_bare", 4, 20, 20, 0.0)
    add("two_classes_n4_n4_d8_sphere", 8, 4, 4, 1.0)
    add("constant_coordinate_n4_n4_d5", 5, 4, 4, 0.125, tweak=constant)
    add("constant_coordinate_n9_d4", 4, 9, 0, 0.125, tweak=constant)
    add("huge_n4_n4_d6", 6, 4, 4, 0.125, 2.0 ** 664, scalars=("f64",))
    add("minute_n4_n4_d6", 6, 4, 4, 0.125, 2.0 ** -664, scalars=("f64",))
    return dump(cases)


def thresholds():
    cases = []
    for name, beta in (("square", 1.0), ("half", 0.5), ("quarter", 0.25), ("three_quarters", 0.75), ("tenth", 0.1),
                       ("hundredth", 0.01), ("gradients_64_of_4096", 64 / 4096), ("nearly_square", 0.999),
                       ("below_the_switch", 0.2499), ("above_the_switch", 0.2501), ("tiny", 1e-6), ("minute", 1e-12)):
        b = mpf(beta)
        low, high = (1 - mp.sqrt(b)) ** 2, (1 + mp.sqrt(b)) ** 2
        # t = centre - radius cos(phi) takes the roots out of the density; sin(phi)^2 over t is written with
        # half-angles, so that it has its limit at phi = 0 for beta = 1
        centre, radius = 1 + b, 2 * mp.sqrt(b)
        with mp.workdps(60):
            def density(phi):
                half = mp.sin(phi / 2)
                if half == 0:
                    return mp.mpf(2) / mp.pi if b == 1 else mpf(0)
                gap = (low / half ** 2) + 2 * radius
                return 2 / mp.pi * 4 * mp.cos(phi / 2) ** 2 / gap

            share = lambda phi: mp.quad(density, [0, phi / 8, phi / 2, phi]) - mpf("0.5")
            phi = mp.findroot(share, (mpf("0.3"), mpf("2.8")), solver="anderson", tol=mpf(10) ** -50)
            median = centre - radius * mp.cos(phi)
            assert low < median < high
            root = mp.sqrt(b * b + 14 * b + 1)
            omega = mp.sqrt(2 * (b + 1) + 8 * b / (b + 1 + root)) / mp.sqrt(median)
        cases.append({"name": name, "beta": beta, "median": text(median), "omega": text(omega)})
    return dump(cases)


FILES = {"shrinkage.json": shrinkage, "thresholds.json": thresholds}


def main(argv):
    if argv not in ([], ["--check"]):
        print("usage: whitening.py [--check]", file=sys.stderr)
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
