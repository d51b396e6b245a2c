"""The network: residual blocks at 1/2, 1/4, 1/8 and 1/16 of the plane, and a way back up by addition.

In: two channels at full size, folded to eight at half size. Out, at half size: 4 × foreground and 4 × depth (the four
pixels of each cell, as logits) and 32 rays (in units of `RAY_UNIT` pixels).
"""

import torch
from torch import nn
from torch.nn import functional as F

from targets import RAYS

RAY_UNIT = 8.0
WIDTHS = (32, 64, 96, 96)


class Conv(nn.Sequential):
    """3 × 3 convolution and batch normalisation, which are one convolution in the exported weights."""

    def __init__(self, before: int, after: int, stride: int = 1):
        super().__init__(
            nn.Conv2d(before, after, 3, stride, 1, bias=False),
            nn.BatchNorm2d(after),
        )


class Block(nn.Module):
    """relu(x + conv(relu(conv(x))))"""

    def __init__(self, width: int):
        super().__init__()
        self.first = Conv(width, width)
        self.second = Conv(width, width)

    def forward(self, x):
        return F.relu(x + self.second(F.relu(self.first(x))))


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        a, b, c, d = WIDTHS
        self.stem = Conv(8, a)
        self.down = nn.ModuleList([Conv(a, b, 2), Conv(b, c, 2), Conv(c, d, 2)])
        self.inner = nn.ModuleList([Block(a), Block(b), Block(c), Block(d)])
        self.lateral = nn.ModuleList([nn.Conv2d(b, a, 1), nn.Conv2d(c, b, 1), nn.Conv2d(d, c, 1)])
        self.outer = nn.ModuleList([Block(a), Block(b), Conv(c, c)])
        self.head = Conv(a, 48)
        self.last = nn.Conv2d(48, 8 + RAYS, 1)

    def forward(self, x):
        x = F.relu(self.stem(F.pixel_unshuffle(x, 2)))
        levels = [self.inner[0](x)]
        for down, inner in zip(self.down, self.inner[1:]):
            levels.append(inner(F.relu(down(levels[-1]))))
        x = levels[3]
        for level in (2, 1, 0):
            up = F.interpolate(self.lateral[level](x), scale_factor=2, mode="nearest")
            x = self.outer[level](levels[level] + up)
            if level == 2:
                x = F.relu(x)
        return self.last(F.relu(self.head(x)))


def unpack(output: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Foreground and depth logits at full size, and rays in pixels at half size."""
    foreground = F.pixel_shuffle(output[:, 0:4], 2)[:, 0]
    depth = F.pixel_shuffle(output[:, 4:8], 2)[:, 0]
    return foreground, depth, output[:, 8:] * RAY_UNIT
