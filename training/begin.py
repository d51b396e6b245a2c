"""Reads the program's weights back into a network that can be trained further.

In the file, every convolution has its normalisation folded in. Here each normalisation is set so that a convolution says
the same as before on the views it is shown.
"""

import struct
from pathlib import Path

import numpy as np
import torch

from network import Block, Conv, Network


def order(model: Network):
    """Every convolution, with its normalisation where it has one, in the order of the file."""
    modules = [
        model.stem, *model.down, *model.inner, *model.lateral, *model.outer[:2], model.outer[2], model.head, model.last
    ]
    for module in modules:
        if isinstance(module, Block):
            yield module.first
            yield module.second
        else:
            yield module


def decode(path: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Weights (outputs, inputs, kernel, kernel) and biases of the file's convolutions."""
    data = path.read_bytes()
    if data[:8] != b"ALKNUC01":
        raise SystemExit(f"{path}: not a file of weights that export.py wrote")
    (count,) = struct.unpack_from("<H", data, 8)
    place, found = 10, []
    for _ in range(count):
        kernel, _, inputs, outputs = struct.unpack_from("<BBHH", data, place)
        place += 6
        number = kernel * kernel * inputs * outputs
        weight = np.frombuffer(data, "<f2", number, place).astype(np.float32)
        place += 2 * number
        bias = np.frombuffer(data, "<f4", outputs, place)
        place += 4 * outputs
        found.append((weight.reshape(kernel, kernel, inputs, outputs).transpose(3, 2, 0, 1).copy(), bias.copy()))
    return found


@torch.no_grad()
def load(path: Path, views: torch.Tensor) -> Network:
    """A network with the weights of `path`; `views` (number, 2, height, width) set its normalisations."""
    model = Network().to(memory_format=torch.channels_last).eval()
    for module, (weight, bias) in zip(order(model), decode(path), strict=True):
        if not isinstance(module, Conv):
            module.weight.copy_(torch.from_numpy(weight))
            module.bias.copy_(torch.from_numpy(bias))
            continue
        module[0].weight.copy_(torch.from_numpy(weight))
        module[1].bias.copy_(torch.from_numpy(bias))
        module[1].running_var.fill_(1.0 - module[1].eps)

    def settle(norm, inputs, _):
        """Puts the spread and mean of what comes in into the normalisation's own factors; what comes out is the same."""
        (found,) = inputs
        variance, mean = torch.var_mean(found, (0, 2, 3), correction=0)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_(torch.sqrt(variance + norm.eps))
        norm.bias.add_(mean)

    hooks = [m[1].register_forward_hook(settle) for m in order(model) if isinstance(m, Conv)]
    model(views.to(memory_format=torch.channels_last))
    for hook in hooks:
        hook.remove()
    return model
