#!/usr/bin/env python3
"""How large is the shift of a system prompt, and where does it point? Prints Markdown tables.

    python inspect_shift.py

Needs numpy and safetensors (versions in ../smollm2/make_activations.py). The
shift of a prompt is the mean of after - before over all texts. Directions are
differences of the *train* means in ../smollm2/activations, which share no text
and no template with the texts here. Raw geometry: no whitening, no centring.

  |shift|  norm of the mean shift
  |pair|   mean norm of plus - minus within a pair, condition `before`
  |text|   mean norm of the shift of a single text
  spread   norm of the standard error of the mean shift, from the six means per
           concept (sd over concepts / sqrt(6), all coordinates together)
  cos      cosine of the mean shifts of the two prompts
  diff     norm of mean(after_safety - after_control)
"""
import csv
import pathlib

import numpy as np
from safetensors.numpy import load_file

HERE = pathlib.Path(__file__).resolve().parent
FILES = [(10, "mean"), (18, "mean"), (26, "mean"), (18, "last")]
CONCEPTS = ["refusal", "manipulation", "honesty", "persuasion", "arithmetic", "code"]
SHIFTS = ("after_safety", "after_control")


def unit(v):
    return v / np.linalg.norm(v)


def load(folder, layer, pooling):
    t = load_file(folder / "activations" / f"layer{layer}.{pooling}.safetensors")
    return {k: v.astype(np.float64) for k, v in t.items()}


def main():
    rows, cosines, names = [], {}, []
    for layer, pooling in FILES:
        t, shipped = load(HERE, layer, pooling), load(HERE.parent / "smollm2", layer, pooling)
        per_text = {s: {c: np.concatenate([t[f"{s}.{c}.{q}"] - t[f"before.{c}.{q}"] for q in ("plus", "minus")])
                        for c in CONCEPTS} for s in SHIFTS}
        mean = {s: np.concatenate(list(per_text[s].values())).mean(0) for s in SHIFTS}
        pair = np.mean([np.linalg.norm(t[f"before.{c}.plus"] - t[f"before.{c}.minus"], axis=1) for c in CONCEPTS])
        both = mean["after_safety"] - mean["after_control"]
        cells = [f"{layer}, {pooling}", f"{pair:.1f}"]
        for s in SHIFTS:
            text = np.mean([np.linalg.norm(x, axis=1).mean() for x in per_text[s].values()])
            means = np.stack([x.mean(0) for x in per_text[s].values()])
            spread = np.sqrt(means.var(0, ddof=1).sum() / len(means))
            cells += [f"{np.linalg.norm(mean[s]):.1f}", f"{text:.1f}", f"{spread:.1f}"]
        cells += [f"{unit(mean[SHIFTS[0]]) @ unit(mean[SHIFTS[1]]):.3f}", f"{np.linalg.norm(both):.1f}"]
        rows.append(cells)
        names = sorted({k.split(".")[0] for k in shipped})
        for c in names:
            v = unit(shipped[f"{c}.train.plus"].mean(0) - shipped[f"{c}.train.minus"].mean(0))
            cosines[c, layer, pooling] = [v @ unit(x) for x in (*mean.values(), both)]

    print("| layer, pooling | \\|pair\\| | safety \\|shift\\| | \\|text\\| | spread | control \\|shift\\| | \\|text\\| | spread | cos | diff |")
    print("|---|" + "--:|" * 9)
    for cells in rows:
        print("| " + " | ".join(cells) + " |")

    print("\nCosines with train directions: safety shift / control shift / their difference\n")
    print("| concept |" + "".join(f" {layer}, {pooling} |" for layer, pooling in FILES))
    print("|---|" + "--:|" * len(FILES))
    for c in names:
        print(f"| {c} |" + "".join(" " + " / ".join(f"{x:+.2f}" for x in cosines[(c, *f)]) + " |" for f in FILES))

    print("\nOutputs: mean of `before`, then mean change (standard error over the six templates of a concept and side)\n")
    print("| concept | side | logprob | safety | control | margin | safety | control |")
    print("|---|---|" + "--:|" * 6)
    tables = {}
    for metric in ("logprob", "margin"):
        with open(HERE / f"{metric}.tsv", encoding="utf-8", newline="") as f:
            tables[metric] = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    for c in CONCEPTS:
        for side in ("plus", "minus"):
            cells = []
            for table in tables.values():
                here = [r for r in table if r["concept"] == c and r["side"] == side]
                cells.append(f"{np.mean([float(r['before']) for r in here]):.2f}")
                for s in SHIFTS:
                    groups = {}
                    for r in here:
                        groups.setdefault(r["template"], []).append(float(r[s]) - float(r["before"]))
                    means = [np.mean(g) for g in groups.values()]
                    cells.append(f"{np.mean(sum(groups.values(), [])):+.2f} ({np.std(means, ddof=1) / len(means) ** 0.5:.2f})")
            print(f"| {c} | {side} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
