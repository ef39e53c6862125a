"""Writes ops.json and optimizers.json: values and gradients of layers, losses and metrics, and trajectories of optimizers, by PyTorch in
double precision. Run: python3 make.py (needs torch; nothing here runs in the tests)."""

import json
import math
import os

import torch
import torch.nn.functional as F

from common import pack, rand

torch.manual_seed(0)
HERE = os.path.dirname(os.path.abspath(__file__))
cases = []


def away(t, kink=0.0, by=0.05):
    """Moves numbers away from a kink."""
    return torch.where((t - kink).abs() < by, kink + by * 2 + 0 * t, t)


def case(name, op, inputs, options, f, differentiate=None):
    """`f` takes the inputs and returns the output; gradients are of sum(output * cotangent)."""
    which = [i for i, t in enumerate(inputs) if t.is_floating_point()] if differentiate is None else differentiate
    leaves = [t.clone().requires_grad_(i in which) if t.is_floating_point() else t for i, t in enumerate(inputs)]
    out = f(*leaves)
    entry = {"name": name, "op": op, "inputs": [pack(t) for t in inputs], "options": options, "output": pack(out)}
    if which:
        cotangent = rand(*out.shape) if out.dim() else torch.tensor(1.0)
        (out * cotangent).sum().backward()
        entry["cotangent"] = pack(cotangent)
        entry["gradients"] = {str(i): pack(leaves[i].grad) for i in which}
    cases.append(entry)


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def same_pad(size, kernel, stride, dilation=1):
    effective = (kernel - 1) * dilation + 1
    total = max(0, (math.ceil(size / stride) - 1) * stride + effective - size)
    return total // 2, total - total // 2


def conv(x, w, stride, padding, dilation, groups):
    x = nchw(x)
    if padding == "same":
        top, bottom = same_pad(x.shape[2], w.shape[0], stride[0], dilation[0])
        left, right = same_pad(x.shape[3], w.shape[1], stride[1], dilation[1])
        x = F.pad(x, (left, right, top, bottom))
    return nhwc(F.conv2d(x, w.permute(3, 2, 0, 1), stride=stride, dilation=dilation, groups=groups))


for name, x, w, options in [
    ("3x3 same", (2, 5, 6, 2), (3, 3, 2, 3), dict(stride=[1, 1], padding="same", dilation=[1, 1], groups=1)),
    ("3x3 valid", (2, 5, 6, 2), (3, 3, 2, 3), dict(stride=[1, 1], padding="valid", dilation=[1, 1], groups=1)),
    ("stride 2 same", (2, 5, 6, 2), (3, 3, 2, 3), dict(stride=[2, 2], padding="same", dilation=[1, 1], groups=1)),
    ("stride 2x1, 2x3 kernel", (1, 6, 5, 2), (2, 3, 2, 2), dict(stride=[2, 1], padding="same", dilation=[1, 1], groups=1)),
    ("1x1", (2, 3, 3, 3), (1, 1, 3, 4), dict(stride=[1, 1], padding="same", dilation=[1, 1], groups=1)),
    ("1x1 stride 2", (2, 4, 5, 3), (1, 1, 3, 2), dict(stride=[2, 2], padding="same", dilation=[1, 1], groups=1)),
    ("dilation 2 same", (1, 7, 6, 2), (3, 3, 2, 2), dict(stride=[1, 1], padding="same", dilation=[2, 2], groups=1)),
    ("dilation 2x3 valid", (1, 7, 8, 1), (3, 2, 1, 2), dict(stride=[1, 1], padding="valid", dilation=[2, 3], groups=1)),
    ("dilation 2 stride 2", (1, 8, 7, 1), (3, 3, 1, 2), dict(stride=[2, 2], padding="same", dilation=[2, 2], groups=1)),
    ("groups 2", (1, 4, 5, 4), (3, 3, 2, 4), dict(stride=[1, 1], padding="same", dilation=[1, 1], groups=2)),
]:
    case(f"conv2d {name}", "conv2d", [rand(*x), rand(*w)], options, lambda a, b, o=options: conv(a, b, o["stride"], o["padding"], o["dilation"], o["groups"]))

case("matmul", "matmul", [rand(3, 4), rand(4, 5)], None, lambda a, b: a @ b)
case("matmul of rank 3", "matmul", [rand(2, 3, 4), rand(4, 5)], None, lambda a, b: a @ b)
case("embedding", "embedding", [torch.tensor([[0, 2, 2], [4, 1, 0]]), rand(5, 3)], None, lambda i, t: t[i])


def distinct(*shape):
    n = math.prod(shape)
    return ((torch.randperm(n).reshape(shape) - n / 2) / 32).double()


def pool(x, kind, size, stride, padding):
    x = nchw(x)
    pads = (0, 0, 0, 0)
    if padding == "same":
        top, bottom = same_pad(x.shape[2], size[0], stride[0])
        left, right = same_pad(x.shape[3], size[1], stride[1])
        pads = (left, right, top, bottom)
    if kind == "max":
        return nhwc(F.max_pool2d(F.pad(x, pads, value=-1e9), size, stride))
    total = F.avg_pool2d(F.pad(x, pads), size, stride, divisor_override=1)
    counts = F.avg_pool2d(F.pad(torch.ones_like(x), pads), size, stride, divisor_override=1)
    return nhwc(total / counts)


for kind in ("max", "avg"):
    for name, options in [
        ("2x2", dict(size=[2, 2], stride=[2, 2], padding="valid")),
        ("3x3 stride 2 same", dict(size=[3, 3], stride=[2, 2], padding="same")),
        ("3x2 stride 1 same", dict(size=[3, 2], stride=[1, 1], padding="same")),
        ("2x2 stride 2 same on odd", dict(size=[2, 2], stride=[2, 2], padding="same")),
    ]:
        case(f"{kind}_pool {name}", f"{kind}Pool", [distinct(2, 5, 7, 2)], options, lambda x, o=options, k=kind: pool(x, k, o["size"], o["stride"], o["padding"]))

for shape in [(6, 3), (2, 3, 2, 3)]:
    x, scale, bias, mean, variance = rand(*shape), rand(3), rand(3), rand(3), rand(3, low=0.5, high=2)
    axes = tuple(range(len(shape) - 1))

    def train(x, scale, bias, mean, variance):
        m = x.mean(axes)
        v = x.var(axes, unbiased=False)
        return (x - m) / torch.sqrt(v + 1e-3) * scale + bias

    def evaluate(x, scale, bias, mean, variance):
        return (x - mean) / torch.sqrt(variance + 1e-3) * scale + bias

    case(f"batch_norm train rank {len(shape)}", "batchNormTrain", [x, scale, bias, mean, variance], {"epsilon": 1e-3, "momentum": 0.9}, train, [0, 1, 2])
    case(f"batch_norm evaluate rank {len(shape)}", "batchNormEvaluate", [x, scale, bias, mean, variance], {"epsilon": 1e-3, "momentum": 0.9}, evaluate, [0, 1, 2])

x = away(rand(3, 8, low=-4, high=4))
for name, op, options, f in [
    ("relu", "relu", None, F.relu),
    ("leaky_relu", "leakyRelu", {"slope": 0.125}, lambda x: F.leaky_relu(x, 0.125)),
    ("elu", "elu", None, F.elu),
    ("gelu", "gelu", None, F.gelu),
    ("silu", "silu", None, F.silu),
    ("sigmoid", "sigmoid", None, torch.sigmoid),
    ("tanh", "tanh", None, torch.tanh),
    ("softplus", "softplus", None, F.softplus),
    ("softmax", "softmax", None, lambda x: F.softmax(x, -1)),
    ("exp", "exp", None, torch.exp),
    ("neg", "neg", None, torch.neg),
]:
    case(name, op, [x], options, f)
positive = rand(3, 8, low=0.25, high=3)
case("log", "log", [positive], None, torch.log)
case("sqrt", "sqrt", [positive], None, torch.sqrt)
case("pow of tensors", "pow", [positive, rand(3, 8)], None, torch.pow)
for power in (2, 3, 0.5, -1):
    case(f"pow {power}", "powNumber", [positive if power in (0.5, -1) else x], {"power": power}, lambda a, n=power: a**n)

for op, f in [("add", torch.add), ("sub", torch.sub), ("mul", torch.mul), ("div", torch.div)]:
    for a, b in [((2, 3, 4), (2, 3, 4)), ((2, 3, 4), (4,)), ((2, 3, 4), ()), ((1, 4), (3, 4)), ((2, 1), (2, 5)), ((2, 3, 1), (2, 1, 4)), ((2, 1, 4, 1), (2, 3, 1, 5))]:
        case(f"{op} {list(a)} {list(b)}", op, [rand(*a), rand(*b, low=0.5, high=2)], None, f)

case("reshape", "reshape", [rand(2, 3, 4)], {"shape": [2, 6]}, lambda x: x.reshape(2, 2, 6))
case("concat last", "concat", [rand(2, 3, 2), rand(2, 3, 4)], {"axis": -1}, lambda *p: torch.cat(p, -1))
case("concat first", "concat", [rand(2, 3, 2), rand(2, 1, 2), rand(2, 2, 2)], {"axis": 0}, lambda *p: torch.cat(p, 1))
case("one_hot", "oneHot", [torch.tensor([[0, 2], [1, 1]])], {"depth": 3}, lambda i: F.one_hot(i, 3).double(), [])
case("mean over space", "mean", [rand(2, 3, 4, 2)], {"axes": [0, 1]}, lambda x: x.mean((1, 2)))
case("mean last", "mean", [rand(2, 3, 4)], {"axes": [-1]}, lambda x: x.mean(-1))
case("mean of all", "mean", [rand(2, 3, 4)], {"axes": [0, 1]}, lambda x: x.mean((1, 2)))

logits = rand(5, 4, low=-3, high=3)
labels = torch.tensor([0, 3, 1, 1, 2])
for smoothing in (0, 0.1):
    case(f"cross_entropy smoothing {smoothing}", "crossEntropy", [logits, labels], {"smoothing": smoothing}, lambda x, y, s=smoothing: F.cross_entropy(x, y, label_smoothing=s))
case("cross_entropy of sequences", "crossEntropy", [rand(2, 3, 4), torch.tensor([[0, 1, 3], [2, 2, 0]])], {"smoothing": 0}, lambda x, y: F.cross_entropy(x.reshape(6, 4), y.reshape(6)))
case("cross_entropy far apart", "crossEntropy", [torch.tensor([[80.0, -80.0], [-60.0, 60.0]]), torch.tensor([1, 1])], {"smoothing": 0}, F.cross_entropy)
targets = rand(5, 4, low=0, high=1)
binary_logits = logits.clone()
binary_logits[0, 0] = 0.0
case("binary_cross_entropy", "binaryCrossEntropy", [binary_logits, targets], None, F.binary_cross_entropy_with_logits, [0])
prediction, target = rand(5, 2), rand(5, 2)
case("mse", "mse", [prediction, target], None, F.mse_loss, [0])
case("mse of a column", "mse", [rand(5, 1), rand(5)], None, lambda p, t: F.mse_loss(p[:, 0], t), [0])
case("mae", "mae", [prediction, target], None, F.l1_loss, [0])
case("huber", "huber", [prediction, target], {"delta": 0.75}, lambda p, t: F.huber_loss(p, t, delta=0.75), [0])
q = F.softmax(rand(5, 4), -1).float().double()
q[0] = torch.tensor([0.0, 0.25, 0.75, 0.0])
case("kl", "kl", [logits, q], None, lambda x, t: F.kl_div(F.log_softmax(x, -1), t, reduction="batchmean"), [0])

with open(os.path.join(HERE, "ops.json"), "w") as out:
    out.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")

trajectories = []
for name, options, make in [
    ("sgd", dict(momentum=0, nesterov=False), lambda p, o: torch.optim.SGD(p, lr=0.1)),
    ("sgd", dict(momentum=0.9, nesterov=False), lambda p, o: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
    ("sgd", dict(momentum=0.9, nesterov=True), lambda p, o: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True)),
    ("adam", dict(betas=[0.9, 0.999], epsilon=1e-8), lambda p, o: torch.optim.Adam(p, lr=0.1, betas=(0.9, 0.999), eps=1e-8)),
    ("adam", dict(betas=[0.8, 0.95], epsilon=1e-3), lambda p, o: torch.optim.Adam(p, lr=0.1, betas=(0.8, 0.95), eps=1e-3)),
    ("adamw", dict(betas=[0.9, 0.999], epsilon=1e-8, weightDecay=0.05), lambda p, o: torch.optim.AdamW(p, lr=0.1, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.05)),
]:
    w = rand(2, 3).requires_grad_()
    start = pack(w)
    # A convex quadratic with a linear term: sum a w^2 / 2 + b w.
    a, b = rand(2, 3, low=0.25, high=2), rand(2, 3)
    optimizer = make([w], options)
    steps = []
    for _ in range(12):
        optimizer.zero_grad()
        (a * w * w / 2 + b * w).sum().backward()
        optimizer.step()
        steps.append(pack(w)["data"])
    trajectories.append({"name": name, "options": {"lr": 0.1, **options}, "start": start, "a": pack(a), "b": pack(b), "steps": steps})
with open(os.path.join(HERE, "optimizers.json"), "w") as out:
    out.write("[\n" + ",\n".join(json.dumps(t) for t in trajectories) + "\n]\n")
print(len(cases), "cases", len(trajectories), "trajectories")
