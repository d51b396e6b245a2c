"""Writes trained weights as the file that the program embeds, and a fixture that its forward pass must reproduce.

    python export.py --weights run/final.pt --out ../crates/alkaid-imaging/data/nuclei.weights \
        --fixture ../crates/alkaid-imaging/tests/data/nuclei-network.bin

`crates/alkaid-imaging/src/nuclei/weights.rs` describes the file. The fixture holds, as 32-bit floats, a 32 × 48 plane
(made by a formula, so that nothing is copied from an image), then the 40 answers of each of its 16 × 24 cells.
"""

import argparse
import struct
from pathlib import Path

import numpy as np
import torch
from torch import nn

from data import network_input
from network import Block, Conv, Network

FIXTURE = (32, 48)


def fused(conv: Conv) -> tuple[np.ndarray, np.ndarray, int]:
    """Weights, bias and stride of a convolution with its normalisation folded in."""
    layer, norm = conv
    factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    weight = layer.weight * factor[:, None, None, None]
    bias = norm.bias - norm.running_mean * factor
    return weight.detach().numpy(), bias.detach().numpy(), layer.stride[0]


def layers(model: Network):
    """Every convolution, in the order of the file."""

    def parts(module):
        if isinstance(module, Block):
            return [fused(module.first), fused(module.second)]
        if isinstance(module, Conv):
            return [fused(module)]
        assert isinstance(module, nn.Conv2d)
        return [(module.weight.detach().numpy(), module.bias.detach().numpy(), module.stride[0])]

    order = [model.stem, *model.down, *model.inner, *model.lateral, *model.outer[:2], model.outer[2], model.head, model.last]
    return [part for module in order for part in parts(module)]


def encode(found) -> bytes:
    data = b"ALKNUC01" + struct.pack("<H", len(found))
    for weight, bias, stride in found:
        outputs, inputs, kernel, _ = weight.shape
        data += struct.pack("<BBHH", kernel, stride, inputs, outputs)
        data += weight.transpose(2, 3, 1, 0).astype("<f2").tobytes() + bias.astype("<f4").tobytes()
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return data + struct.pack("<Q", value)


def rounded(model: Network) -> Network:
    """The network whose folded weights are those of the file, to the last bit of 16."""
    for module in model.modules():
        if isinstance(module, Conv):
            weight, bias, _ = fused(module)
            norm = module[1]
            module[0].weight.data = torch.from_numpy(weight.astype(np.float16).astype(np.float32))
            norm.running_mean.zero_()
            norm.running_var.fill_(1.0 - norm.eps)
            norm.weight.data.fill_(1.0)
            norm.bias.data = torch.from_numpy(bias)
    for module in [*model.lateral, model.last]:
        module.weight.data = module.weight.data.half().float()
    return model


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--weights", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--fixture", type=Path, required=True)
    options = options.parse_args()
    model = Network().eval()
    saved = torch.load(options.weights)
    model.load_state_dict(saved.get("average", saved))
    options.out.write_bytes(encode(layers(model)))

    y, x = np.mgrid[0 : FIXTURE[0], 0 : FIXTURE[1]].astype(np.float32)
    plane = np.exp(-((y - 15) ** 2 + (x - 14) ** 2) / 80) + 0.6 * np.exp(-((y - 18) ** 2 + 2 * (x - 33) ** 2) / 90)
    plane = (plane + 0.02 * np.sin(1.3 * y + 0.7 * x)).astype(np.float32)
    with torch.no_grad():
        answers = rounded(model)(torch.from_numpy(network_input(plane))[None])[0].numpy()
    options.fixture.parent.mkdir(parents=True, exist_ok=True)
    options.fixture.write_bytes(plane.astype("<f4").tobytes() + answers.transpose(1, 2, 0).astype("<f4").tobytes())


if __name__ == "__main__":
    main()
