"""Writes layers.json: values and gradients, by PyTorch in double precision, of layers as the compiler puts them together, of options that the other
files leave out, and of activations far from 0. Run: python3 make-layers.py (made with torch 1.13; nothing here runs in the tests)."""

import json
import math
import os

import torch
import torch.nn.functional as F

from common import pack, rand, rotate

torch.manual_seed(6)
HERE = os.path.dirname(os.path.abspath(__file__))
cases = []


def away(t, *kinks):
    """Moves numbers at least 1/8 away from kinks."""
    for kink in kinks:
        t = torch.where((t - kink).abs() < 0.125, kink + 0.125 + (t - kink).abs(), t)
    return t


def distinct(*shape):
    """Numbers 1/16 apart, in random order: for maxima."""
    n = math.prod(shape)
    return ((torch.randperm(n).reshape(shape) - n / 2) / 16).double()


def case(op, name, options, f, fixed=(), **inputs):
    """`f` takes the inputs; gradients are of sum(output * cotangent), by what is floating and not fixed."""
    leaves = {key: value.clone().requires_grad_() if value.is_floating_point() and key not in fixed else value for key, value in inputs.items()}
    out = f(**leaves)
    entry = {"name": name, "op": op, "options": options, "inputs": {key: pack(value) for key, value in inputs.items()}, "output": pack(out)}
    if out.requires_grad:
        cotangent = rand(*out.shape) if out.dim() else torch.tensor(1.0)
        (out * cotangent).sum().backward()
        zero = lambda leaf: torch.zeros_like(leaf) if leaf.grad is None else leaf.grad
        entry["cotangent"] = pack(cotangent)
        entry["gradients"] = {key: pack(zero(leaf)) for key, leaf in leaves.items() if leaf.requires_grad}
    cases.append(entry)


for shape in [(3, 4), (2, 3, 4), (2, 2, 2, 4)]:
    case("dense", f"dense of rank {len(shape)}", None, lambda x, kernel, bias: x @ kernel + bias, x=rand(*shape), kernel=rand(4, 5), bias=rand(5))
case("dense", "dense of one number", None, lambda x, kernel, bias: x @ kernel + bias, x=rand(3, 1), kernel=rand(1, 1), bias=rand(1))
case("flatten", "flatten", None, lambda x: x.flatten(1), x=rand(2, 3, 2, 2))
case("globalAvgPool", "global_avg_pool", None, lambda x: x.mean((1, 2)), x=rand(2, 3, 4, 3))
case("first", "first", None, lambda x: x[:, 0], x=rand(2, 4, 3))
case("lastOf", "last", None, lambda x: x[:, -1], x=rand(2, 4, 3))
case("cast", "cast, f32 to i32", {"dtype": "i32"}, lambda x: x.trunc().int(), fixed=["x"], x=torch.tensor([[-2.75, -1.0, -0.5, 0.0], [0.5, 0.999, 1.0, 2.75]]))
case("cast", "cast, f32 to bool", {"dtype": "bool"}, lambda x: x != 0, fixed=["x"], x=torch.tensor([[-2.75, 0.0], [0.5, 1.0]]))
case("cast", "cast, i32 to f32", {"dtype": "f32"}, lambda x: x.double(), x=torch.tensor([[-3, 0], [7, 65537]]))
case("oneHot", "one_hot of rank 1", {"depth": 5}, lambda x: F.one_hot(x, 5).double(), x=torch.tensor([4, 0, 2]))
case("constant", "constant", {"value": 0.75}, lambda x: x + 0.75, x=rand(2, 3))
case("embedding", "embedding, an index of each row, rows that none reads", None, lambda indices, table: table[indices], indices=torch.tensor([3, 3, 0, 3, 6]), table=rand(7, 4))
case("unembed", "unembed", None, lambda x, table: x @ table.T, x=rand(2, 3, 4), table=rand(5, 4))
case("learned", "learned, once for each example", {"batch": 3}, lambda x: x.expand(3, 2, 4), x=rand(2, 4))
case("withoutBatch", "transpose without a batch", {"axes": [1, 0]}, lambda x: x.T, x=rand(3, 4))
case("learnedPositions", "learned_positions", None, lambda x, table: x + table, x=rand(2, 3, 4), table=rand(3, 4))
case("learnedPositions", "learned_positions, a shorter sequence", None, lambda x, table: x + table[:2], x=rand(2, 2, 4), table=rand(5, 4))
case("projectHeads", "heads projected", None, lambda x, kernel: torch.einsum("btd,dhs->bths", x, kernel), x=rand(2, 3, 4), kernel=rand(4, 2, 3))
case("mergeHeads", "heads merged", None, lambda x, kernel: torch.einsum("bths,hsd->btd", x, kernel), x=rand(2, 3, 2, 3), kernel=rand(2, 3, 4))


case("rotary", "rotary", {"base": 100}, lambda x: rotate(x, 100), x=rand(2, 3, 2, 4))
case("rotary", "rotary, far positions", {"base": 10000}, lambda x: rotate(x, 10000), x=rand(1, 40, 1, 4))
exact, farthest, positions = 3, 5, torch.arange(4)
behind = (positions[:, None] - positions[None, :]).clamp(min=0)
buckets = torch.where(behind < exact, behind, (exact + (torch.log(behind.clamp(min=1) / exact) / math.log(farthest / exact) * 3).long()).clamp(max=5))
case("relativeBias", "relative_bias, causal", {"length": 4, "causal": True, "maxDistance": 5}, lambda table: table[buckets].permute(2, 0, 1), table=rand(6, 2))


def attention(query, key, value, causal, bias=None):
    spread = lambda x: x.transpose(1, 2).repeat_interleave(query.shape[2] // key.shape[2], dim=1)
    scores = query.transpose(1, 2) @ spread(key).transpose(2, 3) / math.sqrt(query.shape[3])
    if bias is not None:
        scores = scores + bias
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[2:]).triu(1).bool(), -math.inf)
    return (scores.softmax(-1) @ spread(value)).transpose(1, 2)


case("attention", "attention, more keys than queries", {"causal": False}, lambda query, key, value: attention(query, key, value, False), query=rand(2, 2, 2, 3), key=rand(2, 3, 2, 3), value=rand(2, 3, 2, 3))
case("attention", "attention, causal, a bias for each example", {"causal": True}, lambda query, key, value, bias: attention(query, key, value, True, bias), query=rand(2, 3, 2, 2), key=rand(2, 3, 2, 2), value=rand(2, 3, 2, 2), bias=rand(2, 2, 3, 3))
case("attention", "attention, causal, groups, a score far above the others", {"causal": True}, lambda query, key, value: attention(query, key, value, True), query=rand(1, 3, 4, 2) * 8, key=rand(1, 3, 2, 2) * 8, value=rand(1, 3, 2, 2))

for kind in ("max", "avg"):
    for name, size, stride in [("2x3 stride 2, valid", (2, 3), (2, 2)), ("3x3 stride 1, valid", (3, 3), (1, 1)), ("2x2 stride 3, valid", (2, 2), (3, 3))]:
        pool = F.max_pool2d if kind == "max" else F.avg_pool2d
        case(f"{kind}Pool", f"{kind}_pool {name}", dict(size=size, stride=stride, padding="valid"), lambda x: pool(x.permute(0, 3, 1, 2), size, stride).permute(0, 2, 3, 1), x=distinct(1, 5, 6, 2))


def segmented(x, segments, epsilon, centered):
    """Statistics of each segment by itself; pairs of a segment and a number of positions."""
    own = torch.tensor([s for s, n in zip(segments[::2], segments[1::2]) for _ in range(n)])
    parts = torch.zeros_like(x)
    for segment in set(own.tolist()):
        at = own == segment
        part = x[..., at]
        part = part - part.mean(-1, keepdim=True) if centered else part
        parts = parts.index_put((torch.arange(x.shape[0])[:, None, None], torch.arange(x.shape[1])[None, :, None], at.nonzero()[:, 0][None, None]), part * torch.rsqrt(part.square().mean(-1, keepdim=True) + epsilon))
    return parts


for name, segments in [("all in one", [0, 6]), ("equal", [0, 2, 1, 2]), ("unequal", [0, 2, 1, 3]), ("scattered", [0, 2, 1, 1, 0, 1, 2, 1, 1, 1])]:
    d = sum(segments[1::2])
    # Two numbers less their mean, divided by their deviation, are nearly a sign: with a small epsilon no difference would see their slope.
    options = {"epsilon": 0.1, "segments": segments}
    case("layerNorm", f"layer_norm of segments, {name}", options, lambda x, scale, bias: segmented(x, segments, 0.1, True) * scale + bias, x=rand(2, 3, d), scale=rand(d), bias=rand(d))
    case("rmsNorm", f"rms_norm of segments, {name}", options, lambda x, scale: segmented(x, segments, 0.1, False) * scale, x=rand(2, 3, d), scale=rand(d))

for shape in [(6, 3), (2, 3, 2, 3)]:
    axes = tuple(range(len(shape) - 1))
    case("batchStatistics", f"batch_norm, what a batch records, rank {len(shape)}", None, lambda x: torch.cat([x.mean(axes), x.var(axes, unbiased=False)]), fixed=["x"], x=rand(*shape) + 2)

far = torch.tensor([[-200.0, -90.0, -60.0, -30.0, -12.0, -5.0], [5.0, 12.0, 30.0, 60.0, 80.0, 88.0]])
for name, f in [("relu", F.relu), ("leakyRelu", lambda x: F.leaky_relu(x, 0.125)), ("elu", F.elu), ("gelu", F.gelu), ("silu", F.silu), ("sigmoid", torch.sigmoid), ("tanh", torch.tanh), ("softplus", F.softplus)]:
    title = "".join("_" + c.lower() if c.isupper() else c for c in name)
    case(name, f"{title} far from 0", {"slope": 0.125} if name == "leakyRelu" else None, lambda x: f(x), x=far)
case("softmax", "softmax far from 0", None, lambda x: F.softmax(x, -1), x=far)
case("softmax", "softmax of rank 3", None, lambda x: F.softmax(x, -1), x=rand(2, 3, 5))
case("powNumber", "pow -2 of negative numbers", {"power": -2}, lambda x: x**-2, x=-rand(2, 3, low=0.5, high=2))
case("scalarLeft", "a number before a tensor", None, lambda x: (2 - x) * 3 + 4 / x, x=rand(2, 4, low=0.5, high=2))

prediction = away(rand(4, 3, low=-2, high=2), -1, 0, 1)
zeros = torch.zeros(4, 3)
case("mae", "mae away from 0", None, lambda a, b: F.l1_loss(a, b), fixed=["b"], a=prediction, b=zeros)
case("huber", "huber away from its kinks", {"delta": 1}, lambda a, b: F.huber_loss(a, b, delta=1.0), fixed=["b"], a=prediction, b=zeros)

# Losses times weights of rows, over the count of rows; and with lengths, of real positions.
weights, lengths = rand(4, low=0, high=3), torch.tensor([2, 3, 1, 3])
logits, labels, shares = rand(4, 3, 5, low=-3, high=3), torch.randint(0, 5, (4, 3)), torch.softmax(rand(4, 3, 5), -1).float().double()
numbers, targets = away(rand(4, 3, low=-2, high=2), -1, 0, 1), torch.zeros(4, 3)
smooth_labels = lambda a, b: F.cross_entropy(a.flatten(0, 1), b.flatten(), label_smoothing=0.125, reduction="none").reshape(4, 3)
normal = lambda m, v: ((m.square() + v.exp() - 1 - v) / 2).sum(-1)
for op, options, terms, a, b in [
    ("crossEntropy", {"smoothing": 0.125}, smooth_labels, logits, labels),
    ("binaryCrossEntropy", None, lambda a, b: F.binary_cross_entropy_with_logits(a, b, reduction="none"), rand(4, 3, low=-3, high=3), rand(4, 3, low=0, high=1)),
    ("mse", None, lambda a, b: (a - b) ** 2, numbers, targets),
    ("mae", None, lambda a, b: (a - b).abs(), numbers, targets),
    ("huber", {"delta": 1}, lambda a, b: F.huber_loss(a, b, delta=1.0, reduction="none"), numbers, targets),
    ("kl", None, lambda a, b: F.kl_div(F.log_softmax(a, -1), b, reduction="none").sum(-1), logits, shares),
    ("klNormal", None, normal, rand(4, 3, 2), rand(4, 3, 2)),
]:
    title = "".join("_" + c.lower() if c.isupper() else c for c in op)
    fixed = [] if op == "klNormal" else ["b"]
    case(op, f"{title}, weighted", options, lambda a, b, weights: (terms(a, b) * weights[:, None]).mean(), fixed=[*fixed, "weights"], a=a, b=b, weights=weights)
    real = torch.arange(3)[None] < lengths[:, None]
    case(op, f"{title}, weighted, of sequences", options, lambda a, b, weights, lengths: (terms(a, b) * weights[:, None])[real].sum() / real.sum(), fixed=[*fixed, "weights"], a=a, b=b, weights=weights, lengths=lengths)
a, b = rand(4, 3), rand(4, 3)


def contrastive(a, b, weights):
    scores, own = a @ b.T / 0.5, torch.arange(4)
    terms = (F.cross_entropy(scores, own, reduction="none") + F.cross_entropy(scores.T, own, reduction="none")) / 2
    return (terms * weights).mean()


case("contrastive", "contrastive, weighted", {"temperature": 0.5}, contrastive, fixed=["weights"], a=a, b=b, weights=weights)

lengths = torch.tensor([2, 4, 1])
real = (torch.arange(4)[None] < lengths[:, None])[..., None]
for name, f in [("log", torch.log), ("sqrt", torch.sqrt), ("reciprocal", torch.reciprocal)]:
    case("onesForPadding", f"{name} of a sequence", {"then": name}, lambda x, lengths: f(torch.where(real, x, torch.ones_like(x))), x=rand(3, 4, 2, low=0.5, high=2), lengths=lengths)
case("withoutPadding", "zeros for padding", None, lambda x, lengths: torch.where(real, x, torch.zeros_like(x)), x=rand(3, 4, 2), lengths=lengths)
order = torch.tensor([[1, 0, 2, 3], [3, 2, 1, 0], [0, 1, 2, 3]])
case("reversedWithin", "real positions in reverse", None, lambda x, lengths: torch.stack([row[at] for row, at in zip(x, order)]), x=rand(3, 4, 2), lengths=lengths)
case("where", "where and comparisons", None, lambda x: torch.where(x <= 0, x**2, x), x=away(rand(3, 5), 0))
case("mix", "mix, a share of each copy", None, lambda copies, p: torch.einsum("k,kio->io", p, copies), fixed=["p"], copies=rand(3, 2, 4), p=rand(3, low=0, high=1))
case("mix", "mix, a share of each copy and output", None, lambda copies, p: torch.einsum("ko,kio->io", p, copies), fixed=["p"], copies=rand(3, 2, 4), p=rand(3, 4, low=0, high=1))
case("mix", "mix of filters", None, lambda copies, p: torch.einsum("ko,khwio->hwio", p, copies), fixed=["p"], copies=rand(2, 3, 2, 2, 3), p=rand(2, 3, low=0, high=1))

with open(os.path.join(HERE, "layers.json"), "w") as out:
    out.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
print(len(cases), "cases")
