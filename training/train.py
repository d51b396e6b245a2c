"""Trains the network. The rate rises over the first steps, stays, and falls to nothing over the last share of them;
what is kept is the running average of the weights.

    python train.py --images ../../shared/images/nuclei_dsb2018 --out run --steps 5000
"""

import argparse
import time
from copy import deepcopy
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import begin
import simulate
from augment import Views
from data import split
from network import Network, unpack

BATCH = 8
RATE = 2e-3
WARM_UP = 200
SIMULATED_FIELDS = 200
SIMULATED_SHARE = 0.3
SETTLING_VIEWS = 64


def loss(output, foreground, depth, greatest, rays, inside):
    """Cross-entropy of foreground and depth, and the rays' error as a share of the nucleus's radius."""
    says_foreground, says_depth, says_rays = unpack(output.float())
    weight = inside / inside.sum()
    of_foreground = (F.binary_cross_entropy_with_logits(says_foreground, foreground, reduction="none") * weight).sum()
    # The entropy of the target is taken off, so that a perfect answer costs nothing.
    of_depth = F.binary_cross_entropy_with_logits(says_depth, depth, reduction="none")
    floor = F.binary_cross_entropy(depth, depth, reduction="none")
    of_depth = ((of_depth - floor) * weight).sum()
    reliable = depth[:, ::2, ::2] * inside[:, ::2, ::2]
    error = (says_rays - rays).abs().mean(1) / (greatest + 1.0)
    of_rays = (error * reliable).sum() / reliable.sum().clamp(min=1.0)
    return of_foreground, of_depth, of_rays


def rate(step: int, steps: int, decay: int) -> float:
    return RATE * min((step + 1) / WARM_UP, 1.0, max((steps - step) / decay, 0.0))


@torch.no_grad()
def follow(average, model, step):
    """Moves the average towards the model; a short memory at first, 500 steps later."""
    keep = min(0.998, (step + 1) / (step + 10))
    for mean, value in zip(average.state_dict().values(), model.state_dict().values()):
        if mean.dtype.is_floating_point:
            mean.lerp_(value, 1.0 - keep)
        else:
            mean.copy_(value)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--images", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--steps", type=int, default=5000)
    options.add_argument("--decay", type=int, default=1200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--begin", type=Path, help="weights of the program to go on from, in place of random ones")
    options.add_argument("--resume", type=Path, help="the latest.pt of a run that was cut off")
    options = options.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)

    training, validation = split(options.images)
    pool = simulate.patches(training)
    tissue = [simulate.field(np.random.default_rng((options.seed, i)), pool) for i in range(SIMULATED_FIELDS)]
    print(f"{len(training)} training, {len(validation)} validation, {len(tissue)} simulated fields", flush=True)

    model = Network().to(memory_format=torch.channels_last)
    if options.begin:
        views = Views(training, tissue, options.seed, 0, SETTLING_VIEWS, SIMULATED_SHARE)
        model = begin.load(options.begin, torch.stack([torch.from_numpy(views[i][0]) for i in range(SETTLING_VIEWS)])).train()
    average = deepcopy(model)
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=1e-2)
    first = 0
    if options.resume:
        saved = torch.load(options.resume)
        model.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        optimiser.load_state_dict(saved["optimiser"])
        first = saved["step"]
    views = Views(
        training, tissue, options.seed, first * BATCH, (options.steps - first) * BATCH, SIMULATED_SHARE
    )
    loader = torch.utils.data.DataLoader(views, BATCH, num_workers=1, prefetch_factor=6)
    sums, began = np.zeros(3), time.time()
    for step, (image, *truth) in enumerate(loader, first):
        for group in optimiser.param_groups:
            group["lr"] = rate(step, options.steps, options.decay)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            output = model(image.to(memory_format=torch.channels_last))
        parts = loss(output, *truth)
        optimiser.zero_grad(set_to_none=True)
        (parts[0] + 2.0 * parts[1] + 0.5 * parts[2]).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        follow(average, model, step)
        sums += [part.item() for part in parts]
        if (step + 1) % 100 == 0:
            print(
                f"step {step + 1} foreground {sums[0] / 100:.4f} depth {sums[1] / 100:.4f} "
                f"rays {sums[2] / 100:.4f} {(time.time() - began) / 100:.2f} s a step",
                flush=True,
            )
            sums, began = np.zeros(3), time.time()
        if (step + 1) % 250 == 0 or step + 1 == options.steps:
            state = {
                "model": model.state_dict(),
                "average": average.state_dict(),
                "optimiser": optimiser.state_dict(),
                "step": step + 1,
            }
            torch.save(state, options.out / "latest.tmp")
            (options.out / "latest.tmp").rename(options.out / "latest.pt")
    torch.save(average.state_dict(), options.out / "final.pt")


if __name__ == "__main__":
    main()
