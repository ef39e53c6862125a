"""What the scripts that write references share. All compute with PyTorch in double precision."""

import torch

torch.set_default_dtype(torch.float64)


def pack(t):
    """A tensor for JSON, with nine digits of each number."""
    if t.dtype == torch.bool:
        return {"shape": list(t.shape), "dtype": "bool", "data": t.int().flatten().tolist()}
    if not t.is_floating_point():
        return {"shape": list(t.shape), "dtype": "int32", "data": t.flatten().tolist()}
    return {"shape": list(t.shape), "dtype": "float32", "data": [float(f"{v:.9g}") for v in t.detach().flatten().tolist()]}


def rand(*shape, low=-1.5, high=1.5):
    """Numbers that float32 holds exactly, so that both sides start from the same."""
    t = torch.rand(shape) * (high - low) + low
    return (t * 1024).round() / 1024


def rotate(x, base):
    """x [b, t, h, s], as in GPT-NeoX: x cos + rotate_half(x) sin."""
    t, s = x.shape[1], x.shape[3]
    angles = torch.arange(t)[:, None] * base ** (-2 * torch.arange(s // 2) / s)
    both = torch.cat([angles, angles], -1)[None, :, None]
    half = torch.cat([-x[..., s // 2:], x[..., : s // 2]], -1)
    return x * both.cos() + half * both.sin()
