"""Scores weights on the validation fields and on simulated tissue that training never saw.

    python evaluate.py --images ../../shared/images/nuclei_dsb2018 --weights run/final.pt
"""

import argparse
import itertools
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image

import simulate
from data import CANONICAL_DIAMETER, diameters, network_input, split
from instances import Rule, instances
from network import Network, unpack
from score import Score
from targets import RAYS

TISSUE_SEED = 77
TISSUE_FIELDS = 16


@torch.no_grad()
def predict(model, image: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Probabilities of foreground and depth, and rays, of a plane whose sides are padded to multiples of 16: means over
    the plane and its three mirror images, as `crates/alkaid-imaging/src/nuclei/views.rs` takes them."""
    height, width = image.shape
    padded = np.pad(image, ((0, -height % 16), (0, -width % 16)), mode="reflect" if min(height, width) > 16 else "edge")
    sums = None
    for down, across in itertools.product((1, -1), repeat=2):
        view = np.ascontiguousarray(network_input(padded)[:, ::down, ::across])
        foreground, depth, rays = unpack(model(torch.from_numpy(view)[None].to(memory_format=torch.channels_last)))
        said = [torch.sigmoid(foreground)[0].numpy(), torch.sigmoid(depth)[0].numpy(), rays[0].numpy()]
        said[2] = said[2][mirrored(down, across)]
        said = [answer[..., ::down, ::across] for answer in said]
        sums = said if sums is None else [total + answer for total, answer in zip(sums, said)]
    return tuple(np.ascontiguousarray(total / 4) for total in sums)


def mirrored(down: int, across: int) -> np.ndarray:
    """For every ray, its image in a mirrored plane; rays are counted from +x towards +y."""
    ray = np.arange(RAYS)
    if across < 0:
        ray = RAYS // 2 - ray
    return (ray if down > 0 else -ray) % RAYS


def at_scale(model, image: np.ndarray, scale: float):
    """The network's answers about a plane resampled by `scale`."""
    size = tuple(max(round(side * scale), 1) for side in image.shape)
    resized = np.asarray(Image.fromarray(image).resize(size[::-1], Image.Resampling.BILINEAR))
    return predict(model, resized), size


def finish(answers, size, shape, rule: Rule) -> np.ndarray:
    """Labels at the plane's own size."""
    labels = instances(*answers, rule)[: size[0], : size[1]]
    return cv2.resize(labels.astype(np.float32), shape[::-1], interpolation=cv2.INTER_NEAREST).astype(np.int32)


def typical(found: np.ndarray) -> float | None:
    """The diameter that half of the nuclear area exceeds."""
    if len(found) < 1:
        return None
    found = np.sort(found)
    weight = np.cumsum(found**2)
    return float(found[np.searchsorted(weight, weight[-1] / 2)])


def estimate(model, image: np.ndarray, rule: Rule) -> float:
    """Diameter from a first pass at full size, and once more where that was far off the network's scale."""
    scale = 1.0
    for _ in range(3):
        answers, size = at_scale(model, image, scale)
        found = typical(diameters(instances(*answers, rule)))
        if found is None:
            return CANONICAL_DIAMETER
        ratio = CANONICAL_DIAMETER / found
        if 0.8 < ratio < 1.25:
            return found / scale
        scale = float(np.clip(scale * ratio, 0.25, 3.0))
    return CANONICAL_DIAMETER / scale


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--images", type=Path, required=True)
    options.add_argument("--weights", type=Path, required=True)
    options.add_argument("--search", action="store_true", help="score a grid of rules too")
    options = options.parse_args()
    torch.set_num_threads(1)
    training, validation = split(options.images)
    pool = simulate.patches(validation)
    tissue = [simulate.field(np.random.default_rng((TISSUE_SEED, i)), pool) for i in range(TISSUE_FIELDS)]
    model = Network().to(memory_format=torch.channels_last).eval()
    saved = torch.load(options.weights)
    model.load_state_dict(saved.get("average", saved))

    rule = Rule()
    for title, fields, known in (("true diameter", validation, True), ("estimated", validation, False), ("tissue", tissue, True)):
        answers = []
        for field in fields:
            diameter = field.diameter if known else estimate(model, field.image, rule)
            answers.append(at_scale(model, field.image, float(np.clip(CANONICAL_DIAMETER / diameter, 0.25, 3.0))))
        rules = [rule]
        if options.search:
            grid = itertools.product((0.3, 0.4, 0.5, 0.6), (0.3, 0.4, 0.5, 0.6), (0.4, 0.5), (2, 4))
            rules += [Rule(depth, covered, foreground, reach) for depth, covered, foreground, reach in grid]
        for tried in rules:
            score = Score()
            for field, (answer, size) in zip(fields, answers):
                score.add(field.labels, finish(answer, size, field.labels.shape, tried))
            print(title, tried if options.search else "", score, flush=True)


if __name__ == "__main__":
    main()
