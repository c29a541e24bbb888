"""Prints what Tests/ParityTests/PANNsReferenceTests.swift expects: PANNs in PyTorch, in float64, from the paper
(Kong et al. 2020, section III and its published layers). Needs `pip install torch`.

Every tensor is made by a formula, so that nothing needs to be kept: see Tests/ParityTests/FormulaTensor.swift.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

BITS = (1 << 64) - 1
EMBEDDING, BINS, FRAMES, BATCH = 6, 35, 41, 2
DEPTHS = {  # kernel, convolutions of a block, channels of each block
    "PANNS_CNN6": (5, 1, [64, 128, 256, 512]),
    "PANNS_CNN10": (3, 2, [64, 128, 256, 512]),
    "PANNS_CNN14": (3, 2, [64, 128, 256, 512, 1024, 2048]),
}


def noise(path, count):
    """Multiples of 1/1024 in [-1, 1): splitmix64, seeded with FNV-1a of the path."""
    seed = 0xCBF29CE484222325
    for byte in path.encode():
        seed = (seed ^ byte) * 0x100000001B3 & BITS
    z = torch.arange(1, count + 1, dtype=torch.int64) * signed(0x9E3779B97F4A7C15) + signed(seed)
    z = (z ^ logical_shift(z, 30)) * signed(0xBF58476D1CE4E5B9)
    z = (z ^ logical_shift(z, 27)) * signed(0x94D049BB133111EB)
    return logical_shift(z ^ logical_shift(z, 31), 53).double() / 1024 - 1


def signed(number):
    return number - (1 << 64) if number >> 63 else number


def logical_shift(z, bits):
    return (z >> bits) & ((1 << 64 - bits) - 1)


def value(path, shape):
    u = noise(path, math.prod(shape)).reshape(shape)
    if len(shape) > 1:
        return u * 2.0 ** round(math.log2(math.sqrt(6 / math.prod(shape[1:]))))
    return 1 + u / 4 if path.endswith(("weight", "running_var")) else u / 16


class Block(nn.Module):
    def __init__(self, inputs, outputs, kernel, convolutions):
        super().__init__()
        self.convolutions = convolutions
        for number in range(1, convolutions + 1):
            conv = nn.Conv2d(inputs if number == 1 else outputs, outputs, kernel, padding=kernel // 2, bias=False)
            self.add_module(f"conv{number}", conv)
            self.add_module(f"bn{number}", nn.BatchNorm2d(outputs))

    def forward(self, x):
        for number in range(1, self.convolutions + 1):
            x = torch.relu(getattr(self, f"bn{number}")(getattr(self, f"conv{number}")(x)))
        return x


class PANNs(nn.Module):
    def __init__(self, kernel, convolutions, channels):
        super().__init__()
        self.bn0 = nn.BatchNorm2d(BINS)
        self.blocks = len(channels)
        for index, (inputs, outputs) in enumerate(zip([1, *channels], channels)):
            self.add_module(f"conv_block{index + 1}", Block(inputs, outputs, kernel, convolutions))
        self.fc1 = nn.Linear(channels[-1], channels[-1])
        self.linear = nn.Linear(channels[-1], EMBEDDING)

    def forward(self, x):  # [batch, frames, bins]
        x = self.bn0(x[:, None].transpose(1, 3)).transpose(1, 3)
        for index in range(self.blocks):
            x = getattr(self, f"conv_block{index + 1}")(x)
            if index < 5:
                x = F.avg_pool2d(x, 2)
        x = x.mean(dim=3)
        x = x.amax(dim=2) + x.mean(dim=2)
        return self.linear(torch.relu(self.fc1(x)))


for name, sizes in DEPTHS.items():
    network = PANNs(*sizes).double().eval()
    state = network.state_dict()
    for path, tensor in state.items():
        if not path.endswith("num_batches_tracked"):
            tensor.copy_(value(path, tuple(tensor.shape)))
    x = 2 * noise("x", BATCH * FRAMES * BINS).reshape(BATCH, FRAMES, BINS)
    x.requires_grad_()
    w = noise("w", BATCH * EMBEDDING).reshape(BATCH, EMBEDDING)
    embeddings = network(x)
    (embeddings * w).sum().backward()
    print(name, [float(f"{v:.9g}") for v in embeddings.flatten().tolist()])
    gradients = {"x": x.grad} | {path: parameter.grad for path, parameter in network.named_parameters()}
    for path in ["x", "bn0.weight", "conv_block1.conv1.weight", "conv_block2.conv1.weight", "fc1.bias"]:
        gradient = gradients[path].flatten()
        print(" ", path, [float(f"{v:.9g}") for v in [*gradient[:3].tolist(), gradient.norm().item()]])
