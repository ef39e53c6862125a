"""Writes attention.json: values and gradients of attention by PyTorch's MultiheadAttention, of grouped heads, rotary features and biases by
distance written out, and buckets of distances as in T5, in double precision. Run: python3 make-attention.py (needs torch; nothing here runs
in the tests)."""

import json
import math
import os

import torch

from common import pack, rand, rotate

torch.manual_seed(1)
HERE = os.path.dirname(os.path.abspath(__file__))


def multihead(x, memory, w, heads, causal, bias):
    """torch.nn.MultiheadAttention with kernels [in, heads, size] and [heads, size, out]."""
    d, m = x.shape[2], memory.shape[2]
    layer = torch.nn.MultiheadAttention(d, heads, kdim=m, vdim=m, batch_first=True, bias=True)
    for name in ["in_proj_bias", "q_proj_weight", "k_proj_weight", "v_proj_weight", "in_proj_weight"]:
        if name in layer._parameters:
            del layer._parameters[name]
            setattr(layer, name, None)
    layer._qkv_same_embed_dim = False
    layer.q_proj_weight, layer.k_proj_weight, layer.v_proj_weight = [w[f"{n}.kernel"].reshape(-1, d).T for n in ["query", "key", "value"]]
    layer.in_proj_bias = torch.cat([w[f"{n}.bias"].reshape(-1) for n in ["query", "key", "value"]])
    del layer.out_proj._parameters["weight"], layer.out_proj._parameters["bias"]
    layer.out_proj.weight, layer.out_proj.bias = w["out.kernel"].reshape(-1, d).T, w["out.bias"]
    u, t = x.shape[1], memory.shape[1]
    mask = torch.zeros(u, t)
    if causal:
        mask = mask.masked_fill(torch.ones(u, t).triu(1).bool(), -math.inf)
    mask = mask.expand(x.shape[0] * heads, u, t)
    if bias is not None:
        mask = mask + bias.repeat(x.shape[0], 1, 1)
    return layer(x, memory, memory, attn_mask=mask, need_weights=False)[0]


def by_hand(x, memory, w, heads, causal, bias, groups, base):
    q, k, v = [torch.einsum("btd,dhs->bths", of, w[f"{n}.kernel"]) + w[f"{n}.bias"] for n, of in [("query", x), ("key", memory), ("value", memory)]]
    if base is not None:
        q, k = rotate(q, base), rotate(k, base)
    k, v = [y.repeat_interleave(heads // groups, 2) for y in [k, v]]
    scores = torch.einsum("bihs,bjhs->bhij", q, k) / math.sqrt(q.shape[3])
    if bias is not None:
        scores = scores + bias
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[2:]).triu(1).bool(), -math.inf)
    return torch.einsum("bhij,bjhs,hsd->bid", scores.softmax(-1), v, w["out.kernel"]) + w["out.bias"]


layers = []
for name, kind, (batch, u, t, d, m, heads, groups), causal, with_bias, base in [
    ("self", "self", (2, 4, 4, 6, 6, 2, 2), False, False, None),
    ("self, causal", "self", (2, 5, 5, 6, 6, 3, 3), True, False, None),
    ("self, bias", "self", (2, 4, 4, 4, 4, 2, 2), False, True, None),
    ("self, causal, bias", "self", (2, 4, 4, 4, 4, 2, 2), True, True, None),
    ("self, one head, one position", "self", (1, 1, 1, 2, 2, 1, 1), True, False, None),
    ("cross", "cross", (2, 3, 5, 6, 4, 2, 2), False, False, None),
    ("cross, bias", "cross", (2, 3, 5, 6, 4, 2, 2), False, True, None),
    ("self, two groups of heads, causal", "self", (2, 4, 4, 8, 8, 4, 2), True, False, None),
    ("self, one group of heads, bias", "self", (2, 3, 3, 6, 6, 3, 1), False, True, None),
    ("cross, two groups of heads", "cross", (2, 3, 5, 8, 4, 4, 2), False, False, None),
    ("self, rotary, causal", "self", (2, 5, 5, 8, 8, 2, 2), True, False, 10000.0),
    ("self, rotary of another base, groups", "self", (2, 5, 5, 8, 8, 2, 1), False, False, 100.0),
]:
    size = d // heads
    tensors = {"x": rand(batch, u, d)}
    if kind == "cross":
        tensors["memory"] = rand(batch, t, m)
    for n, inputs, count in [("query", d, heads), ("key", m, groups), ("value", m, groups)]:
        tensors[f"{n}.kernel"], tensors[f"{n}.bias"] = rand(inputs, count, size), rand(count, size)
    tensors["out.kernel"], tensors["out.bias"] = rand(heads, size, d), rand(d)
    if with_bias:
        tensors["bias"] = rand(heads, u, t)
    leaves = {key: value.clone().requires_grad_() for key, value in tensors.items()}
    memory = leaves.get("memory", leaves["x"])
    hand = by_hand(leaves["x"], memory, leaves, heads, causal, leaves.get("bias"), groups, base)
    out = hand
    if groups == heads and base is None:
        out = multihead(leaves["x"], memory, leaves, heads, causal, leaves.get("bias"))
        assert (out - hand).abs().max() < 1e-12, name
    cotangent = rand(*out.shape)
    (out * cotangent).sum().backward()
    layers.append({
        "name": name, "kind": kind, "causal": causal, "base": base, "inputs": {key: pack(value) for key, value in tensors.items()},
        "output": pack(out), "cotangent": pack(cotangent), "gradients": {key: pack(leaf.grad) for key, leaf in leaves.items()},
    })


def bucket(relative, bidirectional, buckets, farthest):
    """As in T5 (mesh_tensorflow, transformers): relative is the position that is read minus the one that reads."""
    found = torch.zeros_like(relative)
    if bidirectional:
        buckets //= 2
        found += (relative > 0).long() * buckets
        relative = relative.abs()
    else:
        relative = -torch.min(relative, torch.zeros_like(relative))
    exact = buckets // 2
    large = exact + (torch.log(relative.float() / exact) / math.log(farthest / exact) * (buckets - exact)).long()
    large = torch.min(large, torch.full_like(large, buckets - 1))
    return found + torch.where(relative < exact, relative, large)


distances = torch.arange(-300, 301)
buckets = [{"causal": causal, "buckets": count, "maxDistance": farthest, "of": bucket(distances, not causal, count, farthest).tolist()} for causal, count, farthest in [(False, 32, 128), (True, 32, 128), (False, 8, 20), (True, 6, 50)]]

table = rand(8, 3)
leaf = table.clone().requires_grad_()
positions = torch.arange(7)
bias = leaf[bucket(positions[None, :] - positions[:, None], True, 8, 20)].permute(2, 0, 1)
cotangent = rand(*bias.shape)
(bias * cotangent).sum().backward()
relative = {"table": pack(table), "length": 7, "maxDistance": 20, "output": pack(bias), "cotangent": pack(cotangent), "gradient": pack(leaf.grad)}

with open(os.path.join(HERE, "attention.json"), "w") as file:
    json.dump({"layers": layers, "distances": [-300, 300], "buckets": buckets, "relative": relative}, file)
    file.write("\n")
