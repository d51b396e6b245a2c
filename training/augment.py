"""Random views of fields: place, scale, turn, light, blur and noise. Every view depends on its seed alone."""

import cv2
import numpy as np
import torch

from data import CANONICAL_DIAMETER, Field, network_input
from targets import DX, DY, depth, rays

CROP = 192


def crop(rng: np.random.Generator, field: Field) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Image, labels and which pixels lie in the field, at a random scale about the network's."""
    target = CANONICAL_DIAMETER * np.exp(rng.uniform(-0.5, 0.5))
    scale = float(np.clip(target / field.diameter, 0.25, 4.0))
    stretch = np.exp(rng.normal(0, 0.06))
    turn = rng.integers(4) * np.pi / 2
    if rng.random() < 0.35:
        turn += rng.uniform(-np.pi / 4, np.pi / 4)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = rotation @ np.diag([scale * stretch * rng.choice((-1.0, 1.0)), scale / stretch])
    height, width = field.labels.shape
    # The centre stays far enough from the field's edge for the crop to be full where the field allows it.
    reach = 0.5 * CROP / scale
    centre = [rng.uniform(0, side) for side in (width, height)]
    if field.count and rng.random() < 0.8:
        pixels = np.flatnonzero(field.labels)
        y, x = divmod(int(pixels[rng.integers(len(pixels))]), width)
        centre = [x + rng.uniform(-reach, reach), y + rng.uniform(-reach, reach)]
    centre = [
        float(np.clip(place, min(reach, side / 2), max(side - reach, side / 2)))
        for place, side in zip(centre, (width, height))
    ]
    shift = CROP / 2 - matrix @ np.array(centre)
    affine = np.hstack([matrix, shift[:, None]])
    image = field.image
    if scale < 0.8:
        image = cv2.GaussianBlur(image, (0, 0), 0.4 / scale)
    size = (CROP, CROP)
    image = cv2.warpAffine(image, affine, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    labels = cv2.warpAffine(field.labels.astype(np.float32), affine, size, flags=cv2.INTER_NEAREST).astype(np.int32)
    inside = cv2.warpAffine(np.ones((height, width), np.float32), affine, size, flags=cv2.INTER_NEAREST)
    return image, labels, inside


def disturb(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Light and camera as they might have been."""
    side = image.shape[0]
    if rng.random() < 0.3:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.8))
    if rng.random() < 0.5:
        positive = np.maximum(image, 0.0)
        image = np.where(image > 0, positive ** rng.uniform(0.6, 1.6), image)
    if rng.random() < 0.3:
        coarse = rng.uniform(0.5, 1.2, (3, 3)).astype(np.float32)
        image = image * cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.2:
        image = image + rng.uniform(0, 0.5) * cv2.GaussianBlur(image, (0, 0), rng.uniform(10, 30))
    image = image * rng.uniform(0.6, 1.3) + rng.normal(0, 0.03)
    if rng.random() < 0.5:
        noise = rng.standard_normal(image.shape).astype(np.float32)
        if rng.random() < 0.3:
            noise = 2.0 * cv2.GaussianBlur(noise, (0, 0), 0.8)
        image = image + rng.uniform(0, 0.08) * noise
    return image.astype(np.float32)


class Views(torch.utils.data.Dataset):
    """View number i is always the same for one seed."""

    def __init__(self, fields: list[Field], simulated: list[Field], seed: int, start: int, length: int, share: float):
        self.fields, self.simulated = fields, simulated
        self.seed, self.start, self.length, self.share = seed, start, length, share
        weight = np.sqrt(np.array([min(max(field.count, 3), 150) for field in fields], float))
        self.cumulative = np.cumsum(weight / weight.sum())

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        rng = np.random.default_rng((self.seed, self.start + index))
        if rng.random() < self.share:
            field = self.simulated[rng.integers(len(self.simulated))]
        else:
            field = self.fields[min(int(np.searchsorted(self.cumulative, rng.random())), len(self.fields) - 1)]
        image, labels, inside = crop(rng, field)
        share, greatest = depth(labels)
        return (
            network_input(disturb(rng, image)),
            (labels > 0).astype(np.float32),
            share,
            greatest[::2, ::2].copy(),
            rays(labels, DY, DX),
            inside,
        )
