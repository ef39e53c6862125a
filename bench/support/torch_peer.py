# A worker of the step benchmark: the models in PyTorch. Takes the model's name, the number of threads and the device, `cpu` or `cuda`, as its
# arguments; answers each line of standard input, a number of steps, with the milliseconds that they took, of the clock and of the processor (of
# all threads). Nothing waits for a GPU within the steps of a line, as in usual training; the time ends when it is done with all of them.

import sys
import time

try:
    import torch
except ModuleNotFoundError:
    sys.exit(f"{sys.executable} has no torch")
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
name, threads, device = sys.argv[1:]
torch.set_num_threads(int(threads))
is_gpu = device == "cuda"
if is_gpu:
    if not torch.cuda.is_available():
        sys.exit(f"PyTorch {torch.__version__} of {sys.executable} finds no CUDA device")
    # Float32 all through, as in the others: tensor cores would round factors to ten bits.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
# So small that weights stay where they started: see models/sizes.ts.
RATE = 1e-6


def mlp(*sizes):
    layers = [nn.Flatten()]
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        layers.append(nn.Linear(inputs, outputs))
        if i < len(sizes) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)


def norm_conv(inputs, outputs, size=3, stride=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, size, stride=stride, padding=size // 2, bias=False), nn.BatchNorm2d(outputs))


def cnn(*widths):
    layers = []
    for inputs, outputs in zip((1,) + widths, widths):
        layers += [norm_conv(inputs, outputs), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(49 * widths[-1], 10))


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = norm_conv(inputs, outputs, stride=stride)
        self.second = norm_conv(outputs, outputs)
        self.around = None if inputs == outputs else norm_conv(inputs, outputs, 1, stride)

    def forward(self, x):
        y = self.second(F.relu(self.first(x)))
        return F.relu((x if self.around is None else self.around(x)) + y)


def resnet8():
    return nn.Sequential(norm_conv(3, 16), nn.ReLU(), Residual(16, 16, 1), Residual(16, 32, 2), Residual(32, 64, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm_1, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query, self.key, self.value, self.result = (nn.Linear(width, width) for _ in range(4))
        self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x, mask):
        batch, length, width = x.shape
        y = self.norm_1(x)
        query, key, value = (part(y).view(batch, length, self.heads, -1).transpose(1, 2) for part in (self.query, self.key, self.value))
        if is_gpu and hasattr(F, "scaled_dot_product_attention"):
            mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        else:
            mixed = F.softmax(query @ key.transpose(-2, -1) * (width / self.heads) ** -0.5 + mask, -1) @ value
        x = x + self.result(mixed.transpose(1, 2).reshape(batch, length, width))
        return x + self.narrow(F.relu(self.wide(self.norm_2(x))))


class Transformer(nn.Module):
    def __init__(self, blocks=2, width=128, heads=4, length=64, vocabulary=256):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Parameter(torch.randn(length, width) * 0.02)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(blocks))
        self.norm, self.logits = nn.LayerNorm(width), nn.Linear(width, vocabulary)
        self.register_buffer("mask", torch.full((length, length), -1e9).triu(1))

    def forward(self, x):
        x = self.tokens(x) + self.positions
        for block in self.blocks:
            x = block(x, self.mask)
        return self.logits(self.norm(x)).flatten(0, 1)


def images(batch, side, channels):
    return lambda: (torch.rand(batch, channels, side, side), torch.randint(0, 10, (batch,)))


def tokens(batch, length):
    return lambda: (torch.randint(0, 256, (batch, length)), torch.randint(0, 256, (batch * length,)))


def points():
    return torch.randn(32, 8), torch.randn(32, 1)


MODELS = {
    "mlp": (lambda: mlp(784, 256, 256, 10), images(128, 28, 1)),
    "large_mlp": (lambda: mlp(784, 1024, 1024, 1024, 10), images(128, 28, 1)),
    "tiny_mlp": (lambda: mlp(8, 32, 32, 1), points),
    "cnn": (lambda: cnn(32, 64), images(64, 28, 1)),
    "cnn_128": (lambda: cnn(32, 64), images(128, 28, 1)),
    "resnet8": (resnet8, images(64, 32, 3)),
    "transformer": (Transformer, tokens(16, 64)),
    "gpu_mlp": (lambda: mlp(784, 4096, 4096, 4096, 10), images(1024, 28, 1)),
    "gpu_cnn": (lambda: cnn(256, 512), images(256, 28, 1)),
    "gpu_transformer": (lambda: Transformer(4, 768, 12, 256), tokens(8, 256)),
    "small_mlp_adam": (lambda: mlp(784, 128, 128, 10), images(128, 28, 1)),
    "small_mlp_sgd": (lambda: mlp(784, 128, 128, 10), images(128, 28, 1)),
    "small_cnn_adam": (lambda: cnn(8, 16), images(128, 28, 1)),
}

build, draw = MODELS[name]
model = build().to(device)
if name.endswith("sgd"):
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=0.9)
else:
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
loss_of = nn.MSELoss() if name == "tiny_mlp" else nn.CrossEntropyLoss()
batches = [draw() for _ in range(5)]
if is_gpu:
    # Each step sends its own, without waiting for it.
    batches = [[part.pin_memory() for part in batch] for batch in batches]

print(f"ready {torch.cuda.get_device_name()} (PyTorch {torch.__version__}, CUDA {torch.version.cuda})" if is_gpu else "ready", flush=True)
done = 0
for line in sys.stdin:
    start, used = time.perf_counter(), time.process_time()
    losses = []
    for _ in range(int(line)):
        x, y = (part.to(device, non_blocking=True) for part in batches[done % 5])
        optimizer.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        optimizer.step()
        if is_gpu:
            losses.append(loss.detach())
        else:
            loss.item()
        done += 1
    if is_gpu:
        torch.stack(losses).tolist()
        torch.cuda.synchronize()
    print((time.perf_counter() - start) * 1000, (time.process_time() - used) * 1000, flush=True)
