"""Writes ragged.json: what PyTorch gives for sequences of unequal length, in double precision: LSTM and GRU over packed sequences (backwards by
its own bidirectional layers), attention with a mask of padding, means, last positions, losses and metrics over real positions, each example cut to
its length. Run: python3 make-ragged.py (made with torch 1.13; nothing here runs in the tests)."""

import json
import math
import os

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from common import pack, rand

F = torch.nn.functional
torch.manual_seed(3)
HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]


def real(t, lengths):
    return torch.arange(t)[None] < torch.tensor(lengths)[:, None]


def cut(x, lengths):
    """The real positions of all examples, one after the other."""
    return torch.cat([x[i, :n] for i, n in enumerate(lengths)])


def recurrent(op, lengths, reverse, x, kernel, recurrent, bias, recurrentBias=None, initial=None):
    """One direction of a bidirectional layer of PyTorch over packed sequences; the other direction has no weights of interest."""
    units, batch, t = recurrent.shape[0], x.shape[0], x.shape[1]
    layer = (torch.nn.LSTM if op == "lstm" else torch.nn.GRU)(x.shape[2], units, batch_first=True, bidirectional=True)
    suffix = "_reverse" if reverse else ""
    for name in NAMES:
        delattr(layer, name + suffix)
    zeros = torch.zeros(2 * units)
    second = 0 * bias if recurrentBias is None else torch.cat([zeros, recurrentBias])
    for name, value in zip(NAMES, [kernel.T, recurrent.T, bias, second]):
        setattr(layer, name + suffix, value)
    layer._flat_weights = [getattr(layer, name + end) for end in ["", "_reverse"] for name in NAMES]
    start = torch.zeros(batch, units) if initial is None else initial.expand(batch, units)
    h0 = torch.stack([start, start])
    packed = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    y, _ = layer(packed, h0 if op == "gru" else (h0, torch.zeros_like(h0)))
    y, _ = pad_packed_sequence(y, batch_first=True, total_length=t)
    return y[..., units:] if reverse else y[..., :units]


def attention(lengths, causal, query, key, value, bias=None):
    t, u, size = key.shape[1], query.shape[1], query.shape[3]
    heads, groups = query.shape[2], key.shape[2]
    mask = real(t, lengths)[:, None, None, :].expand(-1, heads, u, t)
    if causal:
        mask = mask & torch.ones(u, t, dtype=torch.bool).tril()
    scores = torch.zeros(mask.shape).masked_fill(~mask, -math.inf)
    if bias is not None:
        scores = scores + bias
    spread = lambda x: x.transpose(1, 2).repeat_interleave(heads // groups, dim=1)
    products = query.transpose(1, 2) @ spread(key).transpose(2, 3) / math.sqrt(size)
    return (torch.softmax(products + scores, -1) @ spread(value)).transpose(1, 2)


def mean(lengths, axes, x):
    """Axes of the example, its positions among them: of each example, cut to its length."""
    return torch.stack([x[i, :n].mean(axes) for i, n in enumerate(lengths)])


def last(lengths, x):
    return torch.stack([x[i, n - 1] for i, n in enumerate(lengths)])


def kl(logits, target):
    return F.kl_div(F.log_softmax(logits, -1), target, reduction="batchmean")


def kl_normal(mean, log_variance):
    return torch.distributions.kl_divergence(torch.distributions.Normal(mean, (log_variance / 2).exp()), torch.distributions.Normal(0.0, 1.0)).sum(-1).mean()


LOSSES = {
    "crossEntropy": lambda a, b, smoothing: F.cross_entropy(a.flatten(0, -2), b.flatten(), label_smoothing=smoothing),
    "binaryCrossEntropy": F.binary_cross_entropy_with_logits,
    "mse": F.mse_loss,
    "mae": F.l1_loss,
    "huber": lambda a, b, delta: F.huber_loss(a, b, delta=delta),
    "kl": lambda a, b: kl(a.flatten(0, -2), b.flatten(0, -2)),
    "klNormal": kl_normal,
}

cases = []


def case(name, op, lengths, options, run, inputs, fixed=(), positions=False):
    leaves = {key: value if key in fixed or not value.is_floating_point() else value.clone().requires_grad_() for key, value in inputs.items()}
    out = run(**leaves)
    cotangent = rand(*out.shape)
    if positions:  # What stands at padding is no result.
        cotangent = cotangent * real(out.shape[1], lengths).reshape(*out.shape[:2], *[1] * (out.dim() - 2))
    (out * cotangent).sum().backward()
    cases.append({
        "name": name, "op": op, "lengths": lengths, "options": options, "positions": positions, "inputs": {key: pack(value) for key, value in inputs.items()},
        "output": pack(out), "cotangent": pack(cotangent), "gradients": {key: pack(leaf.grad) for key, leaf in leaves.items() if leaf.requires_grad},
    })


for op, gates in [("lstm", 4), ("gru", 3)]:
    for name, (t, inputs, units), lengths, initial in [
        ("", (5, 3, 4), [3, 5, 1, 4], None),
        ("initial of each", (4, 2, 3), [4, 1, 2], (3, 3)),
        ("initial of all", (3, 2, 2), [1, 3], (2,)),
        ("one step", (1, 2, 2), [1, 1], None),
    ]:
        for reverse in [False, True]:
            given = {"x": rand(len(lengths), t, inputs), "kernel": rand(inputs, gates * units), "recurrent": rand(units, gates * units), "bias": rand(gates * units)}
            if op == "gru":
                given["recurrentBias"] = rand(units)
            if initial is not None:
                given["initial"] = rand(*initial)
            title = f"{op} {name} {'reverse' if reverse else ''}".replace("  ", " ").strip()
            case(title, op, lengths, {"reverse": reverse}, lambda **leaves: recurrent(op, lengths, reverse, **leaves), given, positions=True)

for name, lengths, causal, (u, t, heads, groups), bias, itself in [
    ("self", [4, 1, 3], False, (4, 4, 2, 2), None, True),
    ("self, causal", [2, 4, 1], True, (4, 4, 2, 2), None, True),
    ("self, bias of all", [1, 3], False, (3, 3, 2, 2), (2, 3, 3), True),
    ("self, causal, bias of each, grouped heads", [3, 2], True, (3, 3, 4, 2), (2, 4, 3, 3), True),
    ("cross", [5, 1, 3], False, (2, 5, 2, 2), None, False),
    ("cross, bias, one group", [2, 4], False, (3, 4, 3, 1), (3, 3, 4), False),
]:
    given = {"query": rand(len(lengths), u, heads, 2), "key": rand(len(lengths), t, groups, 2), "value": rand(len(lengths), t, groups, 2)}
    if bias is not None:
        given["bias"] = rand(*bias)
    case(f"attention, {name}", "attention", lengths, {"causal": causal}, lambda **leaves: attention(lengths, causal, **leaves), given, positions=itself)

for name, axes, shape in [("positions", [0], (5, 3)), ("numbers", [0], (5,)), ("positions and features", [0, 1], (5, 3)), ("first and last of three", [0, 2], (5, 2, 3)), ("all three", [0, 1, 2], (5, 2, 3))]:
    lengths = [2, 5, 1]
    case(f"mean, {name}", "mean", lengths, {"axes": axes}, lambda x: mean(lengths, axes, x), {"x": rand(3, *shape)})
for shape in [(5, 3), (5,), (5, 2, 3)]:
    lengths = [2, 5, 1]
    case(f"last of {len(shape)} axes", "last", lengths, {}, lambda x: last(lengths, x), {"x": rand(3, *shape)})

lengths = [3, 1, 4]
logits = rand(3, 4, 5, low=-3, high=3)
labels = torch.randint(0, 5, (3, 4))
deep = torch.randint(0, 5, (3, 4, 2))
numbers, targets = rand(3, 4, 2), rand(3, 4, 2)
shares = torch.softmax(rand(3, 4, 5), -1)
shares = (shares * 2**20).round() / 2**20
for name, op, options, given, fixed in [
    ("cross_entropy", "crossEntropy", {"smoothing": 0.0}, (logits, labels), []),
    ("cross_entropy, smoothed", "crossEntropy", {"smoothing": 0.125}, (logits, labels), []),
    ("cross_entropy of two labels a position", "crossEntropy", {"smoothing": 0.0}, (rand(3, 4, 2, 5), deep), []),
    ("binary_cross_entropy", "binaryCrossEntropy", {}, (rand(3, 4, low=-3, high=3), rand(3, 4, low=0, high=1)), []),
    ("binary_cross_entropy of vectors", "binaryCrossEntropy", {}, (rand(3, 4, 2, low=-3, high=3), rand(3, 4, 2, low=0, high=1)), []),
    ("mse", "mse", {}, (numbers, targets), []),
    ("mse of numbers", "mse", {}, (rand(3, 4), rand(3, 4)), []),
    ("mae", "mae", {}, (numbers, targets), []),
    ("huber", "huber", {"delta": 0.75}, (numbers, targets), []),
    ("kl", "kl", {}, (logits, shares), ["b"]),
    ("kl_normal", "klNormal", {}, (numbers, targets), []),
]:
    case(name, op, lengths, options, lambda a, b: LOSSES[op](cut(a, lengths), cut(b, lengths), **options), {"a": given[0], "b": given[1]}, fixed)

# Metrics by their definitions, of the rows of real positions.
flat, truth = cut(logits, lengths), cut(labels, lengths)
guess = flat.argmax(-1)
single, signs = rand(3, 4, 1), torch.randint(0, 2, (3, 4))
counts = lambda c: (((guess == c) & (truth == c)).sum().item(), (guess == c).sum().item() + (truth == c).sum().item())
per_class = {c: 2 * counts(c)[0] / counts(c)[1] for c in range(5) if counts(c)[1] > 0}
metrics = [
    ("accuracy", {}, logits, labels, (guess == truth).double().mean().item()),
    ("accuracy", {}, single, signs, ((cut(single, lengths)[:, 0] > 0).long() == cut(signs, lengths)).double().mean().item()),
    ("topK", {"k": 2}, logits, labels, (flat.topk(2).indices == truth[:, None]).any(-1).double().mean().item()),
    ("f1", {"average": "macro", "ignore": -1}, logits, labels, sum(per_class.values()) / len(per_class)),
    ("f1", {"average": "macro", "ignore": 0}, logits, labels, sum(v for c, v in per_class.items() if c != 0) / len([c for c in per_class if c != 0])),
    ("f1", {"average": "micro", "ignore": -1}, logits, labels, (guess == truth).double().mean().item()),
    ("perplexity", {}, logits, labels, F.cross_entropy(flat, truth).exp().item()),
]

with open(os.path.join(HERE, "ragged.json"), "w") as file:
    json.dump({"cases": cases, "metrics": [{"op": op, "lengths": lengths, "options": options, "logits": pack(a), "labels": pack(b), "value": v} for op, options, a, b, v in metrics]}, file, separators=(",", ":"))
    file.write("\n")
