"""Writes convolutions.json: values and gradients of convolutions, resize and pad, by PyTorch in double precision.
Run: python3 make-convolutions.py (needs torch; nothing here runs in the tests)."""

import json
import math
import os

import torch
import torch.nn.functional as F

from common import pack, rand

torch.manual_seed(4)
HERE = os.path.dirname(os.path.abspath(__file__))
cases = []


def case(name, op, shapes, options, f):
    """`f` takes the inputs; gradients are of sum(output * cotangent)."""
    leaves = [rand(*shape).requires_grad_() for shape in shapes]
    out = f(*leaves)
    cotangent = rand(*out.shape)
    (out * cotangent).sum().backward()
    gradients = [pack(leaf.grad) for leaf in leaves]
    cases.append({"name": f"{op} {name}", "op": op, "inputs": [pack(leaf) for leaf in leaves], "options": options, "output": pack(out), "cotangent": pack(cotangent), "gradients": gradients})


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def border(size, kernel, stride, dilation):
    """What `padding: same` adds before and after: the odd one is after."""
    total = max(0, (math.ceil(size / stride) - 1) * stride + (kernel - 1) * dilation + 1 - size)
    return total // 2, total - total // 2


def conv2d(x, w, stride, padding, dilation, groups):
    """w: [kh, kw, in / groups, out]."""
    x = nchw(x)
    if padding == "same":
        top, bottom = border(x.shape[2], w.shape[0], stride[0], dilation[0])
        left, right = border(x.shape[3], w.shape[1], stride[1], dilation[1])
        x = F.pad(x, (left, right, top, bottom))
    return nhwc(F.conv2d(x, w.permute(3, 2, 0, 1), stride=stride, dilation=dilation, groups=groups))


def conv1d(x, w, stride, padding, dilation, groups):
    """x: [n, t, in], w: [k, in / groups, out]."""
    x = x.permute(0, 2, 1)
    if padding == "same":
        x = F.pad(x, border(x.shape[2], w.shape[0], stride[0], dilation[0]))
    return F.conv1d(x, w.permute(2, 1, 0), stride=stride, dilation=dilation, groups=groups).permute(0, 2, 1)


def depthwise(x, w, stride, padding, dilation):
    """w: [kh, kw, c * multiplier]."""
    return conv2d(x, w[:, :, None, :], stride, padding, dilation, x.shape[3])


def transposed(x, w, stride, padding):
    """w: [kh, kw, in, out]. `same`: stride times as large, cut off as `same` of the other way adds."""
    y = F.conv_transpose2d(nchw(x), w.permute(2, 3, 0, 1), stride=stride)
    if padding == "same":
        wanted = [x.shape[1] * stride[0], x.shape[2] * stride[1]]
        top, left = [max(0, w.shape[i] - stride[i]) // 2 for i in (0, 1)]
        y = F.pad(y, (0, max(0, wanted[1] - y.shape[3]), 0, max(0, wanted[0] - y.shape[2])))
        y = y[:, :, top : top + wanted[0], left : left + wanted[1]]
    return nhwc(y)


def options(stride=(1, 1), padding="same", dilation=(1, 1), **more):
    return dict(stride=list(stride), padding=padding, dilation=list(dilation), **more)


for name, x, w, given in [
    ("groups 3 of several channels, stride 2", (2, 5, 6, 6), (3, 3, 2, 9), options((2, 2), groups=3)),
    ("groups 2, valid, dilation 2", (1, 6, 7, 4), (3, 2, 2, 2), options(padding="valid", dilation=(2, 2), groups=2)),
    ("groups as many as channels, two filters each", (2, 5, 4, 3), (3, 3, 1, 6), options(groups=3)),
    ("groups as many as channels, dilation 1x2", (1, 5, 6, 2), (2, 3, 1, 2), options(dilation=(1, 2), groups=2)),
]:
    case(name, "conv2d", [x, w], given, lambda a, b, o=given: conv2d(a, b, **o))

for name, x, w, given in [
    ("same", (2, 7, 3), (3, 3, 4), options((1,), dilation=(1,), groups=1)),
    ("valid, stride 2", (2, 8, 2), (3, 2, 3), options((2,), "valid", (1,), groups=1)),
    ("stride 3, kernel 4", (1, 10, 2), (4, 2, 2), options((3,), dilation=(1,), groups=1)),
    ("dilation 3", (1, 9, 2), (3, 2, 2), options((1,), dilation=(3,), groups=1)),
    ("dilation 2, valid", (2, 9, 1), (3, 1, 2), options((1,), "valid", (2,), groups=1)),
    ("groups 2", (2, 6, 4), (3, 2, 6), options((1,), dilation=(1,), groups=2)),
    ("groups as many as channels", (2, 6, 3), (5, 1, 3), options((2,), dilation=(1,), groups=3)),
    ("one position", (3, 1, 2), (3, 2, 2), options((1,), dilation=(1,), groups=1)),
]:
    case(name, "conv1d", [x, w], given, lambda a, b, o=given: conv1d(a, b, **o))

for name, x, w, given in [
    ("same", (2, 5, 6, 3), (3, 3, 3), options()),
    ("two filters each", (2, 5, 4, 3), (3, 3, 6), options()),
    ("three filters each, stride 2, valid", (1, 6, 7, 2), (3, 2, 6), options((2, 2), "valid")),
    ("stride 2 of an even image", (2, 6, 6, 2), (3, 3, 2), options((2, 2))),
    ("stride 1x2", (1, 5, 6, 2), (3, 3, 2), options((1, 2))),
    ("dilation 2", (1, 7, 6, 2), (3, 3, 2), options(dilation=(2, 2))),
    ("dilation 2x1, two filters each, valid", (1, 7, 6, 2), (3, 3, 4), options(padding="valid", dilation=(2, 1))),
    ("one channel", (2, 4, 5, 1), (3, 3, 4), options()),
]:
    case(name, "depthwiseConv2d", [x, w], given, lambda a, b, o=given: depthwise(a, b, **o))

for name, x, w, given in [
    ("2x2, stride 2", (2, 3, 4, 3), (2, 2, 3, 2), dict(stride=[2, 2], padding="same")),
    ("3x3, stride 2, same", (2, 3, 4, 2), (3, 3, 2, 3), dict(stride=[2, 2], padding="same")),
    ("4x4, stride 2, same", (1, 3, 3, 2), (4, 4, 2, 2), dict(stride=[2, 2], padding="same")),
    ("3x3, stride 2, valid", (1, 3, 4, 2), (3, 3, 2, 2), dict(stride=[2, 2], padding="valid")),
    ("3x3, stride 1, same", (1, 4, 3, 2), (3, 3, 2, 3), dict(stride=[1, 1], padding="same")),
    ("3x2, stride 1x3, valid", (2, 3, 3, 1), (3, 2, 1, 2), dict(stride=[1, 3], padding="valid")),
    ("2x2, stride 3, same", (1, 2, 3, 2), (2, 2, 2, 1), dict(stride=[3, 3], padding="same")),
]:
    case(name, "conv2dTranspose", [x, w], given, lambda a, b, o=given: transposed(a, b, **o))

for method, mode in [("nearest", dict(mode="nearest-exact")), ("bilinear", dict(mode="bilinear", align_corners=False))]:
    for name, x, size in [
        ("twice as large", (2, 3, 4, 2), [6, 8]),
        ("half as large", (2, 6, 4, 2), [3, 2]),
        ("3x5 to 7x4", (1, 3, 5, 2), [7, 4]),
        ("5x4 to 2x9", (2, 5, 4, 1), [2, 9]),
        ("of one pixel", (2, 1, 1, 3), [3, 2]),
        ("as it is", (1, 3, 2, 2), [3, 2]),
    ]:
        case(f"{name}, {method}", "resize", [x], dict(size=size, method=method), lambda a, s=size, m=mode: nhwc(F.interpolate(nchw(a), size=s, **m)))

for name, x, before, after, value in [
    ("of an image", (2, 3, 4, 2), [1, 2, 0], [1, 2, 0], 0),
    ("of an image, after alone", (2, 3, 2, 1), [0, 0, 0], [2, 1, 3], 0.5),
    ("of a sequence", (2, 4, 3), [3, 0], [0, 0], -1),
    ("of a vector", (3, 4), [1], [2], 0),
]:
    pads = [n for pair in reversed(list(zip(before, after))) for n in pair]
    case(name, "pad", [x], dict(before=before, after=after, value=value), lambda a, p=pads, v=value: F.pad(a, p, value=v))

with open(os.path.join(HERE, "convolutions.json"), "w") as out:
    out.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
print(len(cases), "cases")
