"""Writes norms.json: values and gradients of norms, products of activations, transposes and slices, and of the losses kl_normal and
contrastive, by PyTorch in double precision. Run: python3 make-norms.py (needs torch; nothing here runs in the tests)."""

import json
import os

import torch
import torch.nn.functional as F

from common import pack, rand

torch.manual_seed(2)
HERE = os.path.dirname(os.path.abspath(__file__))
cases = []


def case(name, op, inputs, options, f):
    """`f` takes the inputs and returns the output; gradients are of sum(output * cotangent)."""
    leaves = [t.clone().requires_grad_() for t in inputs]
    out = f(*leaves)
    cotangent = rand(*out.shape) if out.dim() else torch.tensor(1.0)
    (out * cotangent).sum().backward()
    cases.append({"name": name, "op": op, "inputs": [pack(t) for t in inputs], "options": options, "output": pack(out), "cotangent": pack(cotangent), "gradients": {str(i): pack(leaf.grad) for i, leaf in enumerate(leaves)}})


for shape in [(3, 6), (2, 3, 4), (2, 2, 3, 5)]:
    d = shape[-1]
    for epsilon in (1e-5, 0.25):
        case(f"layer_norm {list(shape)} epsilon {epsilon}", "layerNorm", [rand(*shape), rand(d), rand(d)], {"epsilon": epsilon}, lambda x, s, b, e=epsilon: F.layer_norm(x, (x.shape[-1],), s, b, e))
        case(f"rms_norm {list(shape)} epsilon {epsilon}", "rmsNorm", [rand(*shape), rand(d)], {"epsilon": epsilon}, lambda x, s, e=epsilon: x * torch.rsqrt(x.square().mean(-1, keepdim=True) + e) * s)
case("layer_norm far from 0", "layerNorm", [rand(3, 8) + 100, rand(8), rand(8)], {"epsilon": 1e-5}, lambda x, s, b: F.layer_norm(x, (8,), s, b, 1e-5))

for shape, groups in [((2, 3, 4, 6), 3), ((2, 5, 4), 2), ((3, 8), 2), ((2, 3, 3, 4), 1), ((2, 3, 2, 4), 4)]:
    c = shape[-1]
    case(f"group_norm {list(shape)}, {groups} groups", "groupNorm", [rand(*shape), rand(c), rand(c)], {"groups": groups, "epsilon": 1e-3}, lambda x, s, b, g=groups: F.group_norm(x.movedim(-1, 1), g, s, b, 1e-3).movedim(1, -1))

case("l2_normalize", "l2Normalize", [rand(3, 5)], {"epsilon": 1e-12}, lambda x: F.normalize(x, dim=-1))
case("l2_normalize of rank 3", "l2Normalize", [rand(2, 3, 4)], {"epsilon": 1e-12}, lambda x: F.normalize(x, dim=-1))
case("l2_normalize below epsilon", "l2Normalize", [rand(3, 4) / 64], {"epsilon": 1.0}, lambda x: x / torch.clamp(x.square().sum(-1, keepdim=True), min=1.0).sqrt())

case("product", "product", [rand(2, 3, 4), rand(2, 4, 5)], None, torch.matmul)
case("product of rank 4", "product", [rand(2, 3, 2, 4), rand(2, 3, 4, 3)], None, torch.matmul)
case("transpose", "transpose", [rand(2, 3, 4)], {"axes": [1, 0]}, lambda x: x.transpose(1, 2))
case("transpose of rank 4", "transpose", [rand(2, 3, 4, 2)], {"axes": [2, 0, 1]}, lambda x: x.permute(0, 3, 1, 2))
case("slice last", "slice", [rand(2, 3, 5)], {"axis": 1, "start": 1, "length": 3}, lambda x: x[:, :, 1:4])
case("slice first", "slice", [rand(2, 4, 3)], {"axis": 0, "start": 3, "length": 1}, lambda x: x[:, 3:4])

case("kl_normal", "klNormal", [rand(5, 3), rand(5, 3)], None, lambda m, v: torch.distributions.kl_divergence(torch.distributions.Normal(m, (v / 2).exp()), torch.distributions.Normal(torch.zeros_like(m), torch.ones_like(m))).sum(-1).mean())
case("kl_normal of positions", "klNormal", [rand(2, 3, 4), rand(2, 3, 4)], None, lambda m, v: torch.distributions.kl_divergence(torch.distributions.Normal(m, (v / 2).exp()), torch.distributions.Normal(torch.zeros_like(m), torch.ones_like(m))).sum(-1).mean())


def clip(a, b, temperature):
    scores = a @ b.T / temperature
    own = torch.arange(len(a))
    return (F.cross_entropy(scores, own) + F.cross_entropy(scores.T, own)) / 2


for rows, temperature in [(5, 1.0), (4, 0.125), (1, 0.5)]:
    case(f"contrastive, {rows} rows, temperature {temperature}", "contrastive", [rand(rows, 3), rand(rows, 3)], {"temperature": temperature}, lambda a, b, t=temperature: clip(a, b, t))
case("contrastive, products far apart", "contrastive", [rand(4, 3, low=-8, high=8), rand(4, 3, low=-8, high=8)], {"temperature": 0.125}, lambda a, b: clip(a, b, 0.125))

with open(os.path.join(HERE, "norms.json"), "w") as out:
    out.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
print(len(cases), "cases")
