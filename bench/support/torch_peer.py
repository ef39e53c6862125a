# A worker of the step benchmark: the same models in PyTorch on one thread. Takes the model's name as its argument; answers each line of
# standard input, a number of steps, with the milliseconds that they took, of the clock and of the processor.

import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(0)
name = sys.argv[1]
if name.startswith("cnn"):
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(784, 10))
else:
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10))
if name.endswith("sgd"):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
else:
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
images = [torch.rand(128, 1, 28, 28) for _ in range(5)]
labels = [torch.randint(0, 10, (128,)) for _ in range(5)]
loss_of = nn.CrossEntropyLoss()

print("ready", flush=True)
done = 0
for line in sys.stdin:
    start, used = time.perf_counter(), time.process_time()
    for _ in range(int(line)):
        optimizer.zero_grad()
        loss = loss_of(model(images[done % 5]), labels[done % 5])
        loss.backward()
        optimizer.step()
        loss.item()
        done += 1
    print((time.perf_counter() - start) * 1000, (time.process_time() - used) * 1000, flush=True)
