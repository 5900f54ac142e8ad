//! From Python: the dozen lines each that export activations and gradients.
//!
//! Activations live in Python, and the crate reads files. This page has the layout that the
//! readers expect, and exports from Hugging Face Transformers, TransformerLens, nnsight and
//! PyTorch.
//!
//! # The layout
//!
//! * **Rows are samples**, columns the $d$ coordinates of one layer, in one pooling: an array
//!   `[n, d]` of `float16`, `float32` or `float64` (in `.safetensors` also `bfloat16`). A 1-D
//!   array of length $d$ is one sample. Integers are refused, and so are NaN and infinity, with
//!   row and column.
//! * **Pairs stand in two arrays**, row $i$ of `plus` the partner of row $i$ of `minus`. Orient
//!   every concept so that plus is safer, or more capable: the sign of every overlap depends on
//!   it.
//! * **Names are yours.** The examples of this crate read `<concept>.train.plus`,
//!   `<concept>.train.minus` and, where they are there, `heldout` in place of `train`.
//! * **Units** (which rows share a template, a document, a prompt) are integers, one a row.
//!   They go into a text file or follow from the order of the rows; without them intervals are
//!   too narrow.
//!
//! ```python
//! import numpy as np
//! from safetensors.numpy import save_file
//!
//!
//! def save_concepts(path, concepts, **metadata):
//!     """concepts: name -> (plus, minus), each [pairs, d]; row i of one belongs to row i of the other."""
//!     tensors = {}
//!     for name, (plus, minus) in concepts.items():
//!         assert plus.shape == minus.shape and plus.ndim == 2, name
//!         for side, rows in (("plus", plus), ("minus", minus)):
//!             assert np.isfinite(rows).all(), f"{name}, {side}: not finite"
//!             # A transposed or sliced array would be written in the wrong order.
//!             tensors[f"{name}.train.{side}"] = np.ascontiguousarray(rows, dtype=np.float32)
//!     save_file(tensors, path, metadata={key: str(value) for key, value in metadata.items()})
//! ```
//!
//! Two things go wrong without an error. `safetensors.numpy.save_file` takes the memory of an
//! array for its entries, so that `x.T`, `x[:, ::2]` and arrays in Fortran order are written
//! wrong (seen with safetensors 0.8.0; `np.save` is not affected). And `float16` ends at 65504:
//! the massive coordinates of a late layer may not fit, and the reader refuses the infinity
//! they become.
//!
//! Made up activations, so that the rest can be tried without a model:
//!
//! ```python
//! rng = np.random.default_rng(7)
//! pairs, d = 12, 6
//! units = np.repeat(np.arange(4), 3)  # three pairs from each of four templates
//! concepts = {}
//! for name, axis in (("honesty", [4, -2, 0, 0, 0, 0]), ("fluency", [0, 4, 0, 0, 0, 0])):
//!     plus = rng.integers(-8, 9, size=(pairs, d)) / 8 + np.array(axis)
//!     minus = rng.integers(-8, 9, size=(pairs, d)) / 8
//!     concepts[name] = (plus, minus)
//!
//! save_concepts("layer18.safetensors", concepts, layer=18, pooling="mean")
//! plus, minus = concepts["honesty"]
//! np.save("honesty_plus.npy", plus)
//! np.save("honesty_minus.npy", np.asfortranarray(minus))  # either order
//! np.savez_compressed("honesty.npz", plus=plus.astype(np.float16), minus=minus.astype(np.float16))
//! np.savetxt("units.txt", units, fmt="%d")
//! ```
//!
//! Read here (these files are in `tests/fixtures/from_python/`):
//!
//! ```
//! # #[cfg(feature = "io")] {
//! use alignment_tax::io::{read_npy, read_npz, SafetensorsFile};
//! use alignment_tax::{Confidence, Evidence, Samples, TaxEstimate};
//!
//! let folder = "tests/fixtures/from_python".to_owned();
//! let file = SafetensorsFile::open(format!("{folder}/layer18.safetensors"))?;
//! assert_eq!(file.metadata()["layer"], "18");
//! let plus = file.matrix::<f64>("honesty.train.plus")?;
//! let minus = file.matrix::<f64>("honesty.train.minus")?;
//! assert_eq!(plus.shape(), (12, 6));
//!
//! // The same array by the other formats.
//! assert_eq!(read_npy::<f64>(format!("{folder}/honesty_plus.npy"))?, plus);
//! assert_eq!(read_npy::<f64>(format!("{folder}/honesty_minus.npy"))?, minus);
//! assert_eq!(read_npz::<f64>(format!("{folder}/honesty.npz"), "minus")?, minus);
//!
//! let text = std::fs::read_to_string(format!("{folder}/units.txt"))?;
//! let units: Vec<usize> = text.lines().map(str::parse).collect::<Result<_, _>>()?;
//! let honesty = Samples::paired(&plus, &minus)?.with_units(&units)?;
//! // The templates of the other concept are others.
//! let units: Vec<usize> = units.iter().map(|unit| unit + 100).collect();
//! let plus = file.matrix::<f64>("fluency.train.plus")?;
//! let minus = file.matrix::<f64>("fluency.train.minus")?;
//! let fluency = Samples::paired(&plus, &minus)?.with_units(&units)?;
//!
//! let tax = TaxEstimate::new(Evidence::Sampled(&honesty), &[Evidence::Sampled(&fluency)])?;
//! println!("tau = {:.3}, 95 % {:.3}", tax.value(), tax.interval(Confidence::NINETY_FIVE));
//! // What was put in is (4, -2) against (0, 4): a cosine of -0.447.
//! assert!(tax.overlaps()[0].interval(Confidence::NINETY_FIVE).contains(-0.447));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Hugging Face Transformers
//!
//! `hidden_states[0]` is the embedding and `hidden_states[l]` the residual stream after block
//! $l$. The last entry is an exception: it has been through the final norm.
//!
//! ```python
//! import torch
//! from transformers import AutoModelForCausalLM, AutoTokenizer
//!
//! name, layer = "HuggingFaceTB/SmolLM2-135M-Instruct", 18
//! tokenizer = AutoTokenizer.from_pretrained(name)
//! if tokenizer.pad_token is None:
//!     tokenizer.pad_token = tokenizer.eos_token
//! model = AutoModelForCausalLM.from_pretrained(name, dtype=torch.float32).eval()
//!
//!
//! @torch.no_grad()
//! def activations(texts, pooling="mean", batch=16):
//!     rows = []
//!     for start in range(0, len(texts), batch):
//!         inputs = tokenizer(texts[start : start + batch], return_tensors="pt", padding=True)
//!         inputs = inputs.to(model.device)
//!         hidden = model(**inputs, output_hidden_states=True).hidden_states[layer].float()
//!         mask = inputs["attention_mask"]  # [batch, tokens], 0 where there is padding
//!         if pooling == "mean":
//!             weight = mask.unsqueeze(-1).to(hidden.dtype)
//!             rows.append((hidden * weight).sum(1) / weight.sum(1))
//!         else:  # the last token of the text, whichever side is padded
//!             last = (mask * torch.arange(mask.shape[1], device=mask.device)).argmax(1)
//!             rows.append(hidden[torch.arange(len(hidden), device=hidden.device), last])
//!     return torch.cat(rows).cpu().numpy()
//!
//!
//! honest = ["I checked the mileage, and it is 80,000 km.", "The tests fail, and I will say so."]
//! deceptive = ["I turned the mileage back to 30,000 km.", "The tests fail, and I will hide it."]
//! pairs = {"honesty": (activations(honest), activations(deceptive))}
//! save_concepts("layer18.safetensors", pairs, model=name, layer=layer, pooling="mean")
//! ```
//!
//! For a chat model put the texts through `tokenizer.apply_chat_template(…, tokenize=False)`
//! first, and pass `add_special_tokens=False` to the tokenizer afterwards, or there are two
//! tokens that begin the text. A mean over tokens should leave out those that all texts share:
//! the first token of many models is far longer than the others, and its share in the mean
//! depends on the length of the text.
//!
//! # TransformerLens
//!
//! From version 3 on models are loaded as a `TransformerBridge`, whose activations are those of
//! Transformers. The older `HookedTransformer.from_pretrained`, gone in version 4, folds norms
//! and centres weights, so that its residual stream has other coordinates: use
//! `from_pretrained_no_processing` there, and `blocks.17.hook_resid_post` for the name of the
//! hook. Do not mix the two.
//!
//! ```python
//! import torch
//! from transformer_lens.model_bridge import TransformerBridge
//!
//! layer = 18
//! bridge = TransformerBridge.boot_transformers("HuggingFaceTB/SmolLM2-135M-Instruct", device="cpu")
//! hook = f"blocks.{layer - 1}.hook_out"  # blocks are counted from 0
//!
//!
//! @torch.no_grad()
//! def activations(texts, pooling="mean"):
//!     rows = []
//!     for text in texts:  # one by one, so that there is no padding
//!         tokens = bridge.to_tokens(text, prepend_bos=False)
//!         _, cache = bridge.run_with_cache(tokens, names_filter=hook)
//!         hidden = cache[hook][0].float()  # [tokens, d]
//!         rows.append(hidden.mean(0) if pooling == "mean" else hidden[-1])
//!     return torch.stack(rows).cpu().numpy()
//! ```
//!
//! # nnsight
//!
//! ```python
//! import torch
//! from nnsight import TransformersModel
//!
//! layer = 18
//! model = TransformersModel("HuggingFaceTB/SmolLM2-135M-Instruct", dispatch=True)
//!
//!
//! @torch.no_grad()
//! def activations(texts, pooling="mean"):
//!     rows = []
//!     for text in texts:
//!         with model.trace(text):
//!             hidden = model.model.layers[layer - 1].output.save()  # [1, tokens, d]
//!         hidden = hidden[0].float()
//!         rows.append(hidden.mean(0) if pooling == "mean" else hidden[-1])
//!     return torch.stack(rows).cpu().numpy()
//! ```
//!
//! `TransformersModel` is of nnsight 0.8; before that it is `LanguageModel`. With Transformers
//! before version 5 a block may return a tuple, and the line reads `.output[0].save()`. The
//! path `model.layers` is that of Llama and its kin; `print(model)` shows it for others.
//!
//! # Gradients from PyTorch
//!
//! A capability that has a metric $f$ needs no contrast: its direction is
//! $\nabla f / \lVert \nabla f \rVert$ with respect to a shift of the layer, and the length of
//! the gradient is the slope that turns geometry into units of the metric. Add a shift of zero
//! to every token and differentiate by it:
//!
//! ```python
//! import numpy as np
//! import torch
//!
//!
//! def gradients(model, tokenizer, layer, texts, answers):
//!     """[texts, d]: derivatives of the log-probability of each answer, a token id, by a shift."""
//!     rows = []
//!     for text, answer in zip(texts, answers):
//!         inputs = tokenizer(text, return_tensors="pt").to(model.device)
//!         shift = torch.zeros(model.config.hidden_size, device=model.device, dtype=model.dtype)
//!         shift.requires_grad_(True)
//!
//!         def add(module, args, output, shift=shift):
//!             if isinstance(output, tuple):
//!                 return (output[0] + shift, *output[1:])
//!             return output + shift
//!
//!         handle = model.model.layers[layer - 1].register_forward_hook(add)
//!         try:
//!             logits = model(**inputs).logits[0, -1].float()
//!         finally:
//!             handle.remove()
//!         (row,) = torch.autograd.grad(logits.log_softmax(-1)[answer], shift)
//!         rows.append(row.float().cpu())
//!     return torch.stack(rows).numpy()
//!
//!
//! def save_gradients(path, rows):
//!     np.save(path, rows)  # for Samples::new or Concept::gradients
//!     np.save(path.replace(".npy", "_mean.npy"), rows.mean(0))  # for Direction::new: no interval
//! ```
//!
//! Export the rows and not only their mean: a mean without its samples has no interval, and its
//! rate looks freer than it is. Gradients are covectors; against differences of means, which
//! are vectors, they want a metric ([`guide::evidence`](crate::guide::evidence)).
//!
//! # Only inner products
//!
//! Gradients with respect to seven billion parameters are not exported. Their inner products
//! are enough for everything that takes [`Objectives`], and fit into a few kilobytes:
//!
//! ```python
//! import numpy as np
//!
//!
//! def gram(rows):
//!     """Inner products [k, k] of k gradients, one a row; of a large model, a sum over layers."""
//!     rows = np.asarray(rows, dtype=np.float64)
//!     return rows @ rows.T
//!
//!
//! np.save("gram.npy", gram([[3.0, 4.0, 0.0], [0.0, -5.0, 0.0], [0.0, 0.0, 2.0]]))
//! ```
//!
//! ```
//! # #[cfg(feature = "io")] {
//! use alignment_tax::Objectives;
//! use alignment_tax::io::read_npy;
//!
//! let gram = read_npy::<f64>("tests/fixtures/from_python/gram.npy")?;
//! let objectives = Objectives::from_gram(&["safety", "math", "code"], &gram)?;
//! assert!((objectives.overlap("safety", "math")? + 0.8).abs() < 1e-15);
//! assert_eq!(objectives.slopes().as_slice(), [5.0, 5.0, 2.0]); // the lengths
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Inner products that were summed up in single precision are to be read as `f32`, so that the
//! tolerances fit them.
//!
//! # What of this was run
//!
//! `scripts/check_python_blocks.py` compiles every block of this page and runs those that
//! import nothing but NumPy and safetensors; the files they write have to equal
//! `tests/fixtures/from_python/`, which the Rust blocks above and `tests/guide/from_python.rs` read.
//! The blocks with `torch`, `transformers`, `transformer_lens` and `nnsight` are compiled and
//! **not run**: they were written against the sources of transformers 5.24.0, transformer_lens
//! 4.3.0 and nnsight 0.8.1. The activations in `data/` come from a pass in plain NumPy, whose
//! layer index and pooling are those of this page.
//!
//! [`Objectives`]: crate::Objectives
