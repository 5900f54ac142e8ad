#!/usr/bin/env python3
"""What scikit-learn says of the samples in shrinkage.json: a witness that is nobody's reading of the papers.

    python -m venv /tmp/oracle-venv
    /tmp/oracle-venv/bin/pip install scikit-learn==1.9.1 numpy==2.4.6
    /tmp/oracle-venv/bin/python tests/oracle/scikit_learn.py            # rewrite scikit_learn.json
    /tmp/oracle-venv/bin/python tests/oracle/scikit_learn.py --check    # compare to 1e-12, exit 1 on a difference

scikit_learn.json       {"cases": [...]}, each
    name, scalar            of the case in shrinkage.json
    ledoit_wolf, oas        intensities of sklearn.covariance.ledoit_wolf and oas of the class-centred rows,
                            assume_centered=True, after scaling by a power of two to about unit size

scikit-learn's oas leaves out two terms 2/d of the paper's equation 23 (its own comment says so).
"""

import json
import sys
from pathlib import Path

import numpy as np
from sklearn.covariance import ledoit_wolf, oas

HERE = Path(__file__).resolve().parent


def rows(case):
    blocks = []
    for side in ("plus", "minus"):
        if case[side]:
            x = np.array(case[side], dtype=float).reshape(-1, case["d"])
            x = x * 2.0 ** -np.floor(np.log2(np.abs(x).max()))
            blocks.append(x)
    scale = [np.abs(np.array(case[side], dtype=float)).max() for side in ("plus", "minus") if case[side]]
    power = [2.0 ** (np.floor(np.log2(s)) - np.floor(np.log2(scale[0]))) for s in scale]
    return np.vstack([p * x - (p * x).mean(0) for p, x in zip(power, blocks)])


def answers():
    cases = json.loads((HERE / "shrinkage.json").read_text())["cases"]
    out = []
    for case in cases:
        x = rows(case)
        out.append({
            "name": case["name"], "scalar": case["scalar"],
            "ledoit_wolf": float(ledoit_wolf(x, assume_centered=True)[1]),
            "oas": float(oas(x, assume_centered=True)[1]),
        })
    return out


def main(argv):
    path = HERE / "scikit_learn.json"
    new = answers()
    if not argv:
        path.write_text('{"cases":[\n' + ",\n".join(json.dumps(c, separators=(",", ":")) for c in new) + "\n]}\n")
        print(f"wrote {path.name}: {len(new)} cases")
        return 0
    old = json.loads(path.read_text())["cases"]
    same = len(old) == len(new) and all(
        a["name"] == b["name"] and a["scalar"] == b["scalar"]
        and all(abs(a[k] - b[k]) <= 1e-12 for k in ("ledoit_wolf", "oas"))
        for a, b in zip(old, new)
    )
    print(f"{path.name}: {'ok' if same else 'differs'}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
