"""Writes recurrent.json: values and gradients of LSTM and GRU by PyTorch's own layers, and trajectories of Adagrad, RMSprop (PyTorch's) and
Lion (its formula, written out), in double precision. Run: python3 make-recurrent.py (needs torch; nothing here runs in the tests)."""

import json
import os

import torch

from common import pack, rand

torch.manual_seed(1)
HERE = os.path.dirname(os.path.abspath(__file__))


def run(op, x, kernel, recurrent, bias, recurrent_bias, initial, reverse):
    units = recurrent.shape[0]
    layer = (torch.nn.LSTM if op == "lstm" else torch.nn.GRU)(x.shape[2], units, batch_first=True)
    for name in ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]:
        delattr(layer, name)
    layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0 = kernel.T, recurrent.T, bias
    zeros = torch.zeros(2 * units)
    layer.bias_hh_l0 = 0 * bias if recurrent_bias is None else torch.cat([zeros, recurrent_bias])
    layer._flat_weights = [layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0]
    h0 = torch.zeros(1, x.shape[0], units) if initial is None else (initial.expand(x.shape[0], units))[None].contiguous()
    given = x.flip(1) if reverse else x
    y, _ = layer(given, h0 if op == "gru" else (h0, torch.zeros_like(h0)))
    return y.flip(1) if reverse else y


layers = []
for op, gates in [("lstm", 4), ("gru", 3)]:
    for name, (batch, length, inputs, units), initial, reverse in [
        ("", (2, 5, 3, 4), None, False),
        ("reverse", (2, 5, 3, 4), None, True),
        ("initial", (3, 4, 2, 3), (3, 3), False),
        ("one initial for all, reverse", (3, 3, 2, 2), (2,), True),
        ("one step, one unit", (1, 1, 1, 1), None, False),
    ]:
        tensors = {"x": rand(batch, length, inputs), "kernel": rand(inputs, gates * units), "recurrent": rand(units, gates * units), "bias": rand(gates * units)}
        if op == "gru":
            tensors["recurrentBias"] = rand(units)
        if initial is not None:
            tensors["initial"] = rand(*initial)
        leaves = {key: value.clone().requires_grad_() for key, value in tensors.items()}
        out = run(op, leaves["x"], leaves["kernel"], leaves["recurrent"], leaves["bias"], leaves.get("recurrentBias"), leaves.get("initial"), reverse)
        cotangent = rand(*out.shape)
        (out * cotangent).sum().backward()
        layers.append({
            "name": f"{op} {name}".strip(), "op": op, "reverse": reverse, "inputs": {key: pack(value) for key, value in tensors.items()},
            "output": pack(out), "cotangent": pack(cotangent), "gradients": {key: pack(leaf.grad) for key, leaf in leaves.items()},
        })


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, algorithm 2."""

    def __init__(self, params, **options):
        super().__init__(params, options)

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            b1, b2 = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                update = (b1 * m + (1 - b1) * p.grad).sign()
                p.sub_(group["lr"] * (update + group["weight_decay"] * p))
                m.mul_(b2).add_(p.grad, alpha=1 - b2)


trajectories = []
for name, options, make in [
    ("adagrad", dict(epsilon=1e-10), lambda p: torch.optim.Adagrad(p, lr=0.1, eps=1e-10)),
    ("adagrad", dict(epsilon=1e-2), lambda p: torch.optim.Adagrad(p, lr=0.1, eps=1e-2)),
    ("rmsprop", dict(alpha=0.99, epsilon=1e-8, momentum=0), lambda p: torch.optim.RMSprop(p, lr=0.1)),
    ("rmsprop", dict(alpha=0.9, epsilon=1e-3, momentum=0.8), lambda p: torch.optim.RMSprop(p, lr=0.1, alpha=0.9, eps=1e-3, momentum=0.8)),
    ("lion", dict(betas=[0.9, 0.99], weightDecay=0, decay="kernels"), lambda p: Lion(p, lr=0.1, betas=(0.9, 0.99), weight_decay=0)),
    ("lion", dict(betas=[0.8, 0.95], weightDecay=0.3, decay="kernels"), lambda p: Lion(p, lr=0.1, betas=(0.8, 0.95), weight_decay=0.3)),
]:
    start, a, b = rand(2, 3), rand(2, 3, low=0.5, high=2), rand(2, 3)
    w = start.clone().requires_grad_()
    optimizer = make([w])
    steps = []
    for _ in range(12):
        optimizer.zero_grad()
        (0.5 * a * w**2 + b * w).sum().backward()
        optimizer.step()
        steps.append([float(f"{v:.9g}") for v in w.detach().flatten().tolist()])
    trajectories.append({"name": name, "options": dict(lr=0.1, **options), "start": pack(start), "a": pack(a), "b": pack(b), "steps": steps})

with open(os.path.join(HERE, "recurrent.json"), "w") as file:
    json.dump({"layers": layers, "trajectories": trajectories}, file, indent=None, separators=(",", ":"))
    file.write("\n")
