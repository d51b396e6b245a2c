"""Simulated tissue: what cell-culture images do not show. Overlap with summed light, several depths of focus, haze,
uneven background, autofluorescent granules, crowding and low contrast, from the texture of real training nuclei and
from smooth random shapes. Where two nuclei overlap, a pixel belongs to the one in which it lies deeper.
"""

import cv2
import numpy as np

from data import CANONICAL_DIAMETER, Field, normalise
from targets import boxes, depth


def patches(fields: list[Field]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Nuclei of at least 18 pixels, not touching the image's edge: light above its surroundings, and mask."""
    found = []
    for field in fields:
        height, width = field.labels.shape
        for label, (y0, y1, x0, x1) in boxes(field.labels):
            if y0 < 2 or x0 < 2 or y1 > height - 2 or x1 > width - 2 or min(y1 - y0, x1 - x0) < 14:
                continue
            mask = (field.labels[y0:y1, x0:x1] == label).astype(np.float32)
            if mask.sum() < 250:
                continue
            light = field.image[y0:y1, x0:x1] * mask
            level = light.sum() / mask.sum()
            if level > 0.05:
                found.append((np.pad(light / level, 2), np.pad(mask, 2)))
    return found


def smooth_shape(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A star-shaped outline of a few low harmonics, with chromatin-like texture."""
    size = 64
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) - size / 2 + 0.5
    angle, radius = np.arctan2(y, x), np.hypot(y, x)
    outline = np.full_like(angle, 21.0)
    for harmonic, strength in ((2, 0.16), (3, 0.07), (4, 0.04), (5, 0.03)):
        outline += 21.0 * rng.normal(0, strength) * np.cos(harmonic * angle + rng.uniform(0, 2 * np.pi))
    mask = (radius < np.clip(outline, 8, 30)).astype(np.float32)
    texture = np.zeros_like(mask)
    for sigma, strength in ((1.5, 0.12), (4.0, 0.18), (10.0, 0.15)):
        noise = cv2.GaussianBlur(rng.standard_normal((size, size)).astype(np.float32), (0, 0), sigma)
        texture += strength * rng.uniform(0.3, 1.5) * noise / noise.std()
    return np.clip(1.0 + texture, 0.2, 3.0) * mask, mask


def nucleus(rng: np.random.Generator, pool, diameter: float) -> tuple[np.ndarray, np.ndarray]:
    """Light and mask of one nucleus of about this diameter, turned, mirrored and stretched at random."""
    light, mask = smooth_shape(rng) if rng.random() < 0.4 else pool[rng.integers(len(pool))]
    scale = diameter / np.sqrt(4.0 * mask.sum() / np.pi)
    stretch = np.exp(rng.normal(0, 0.12))
    turn = rng.uniform(0, 2 * np.pi)
    mirror = rng.choice((-1.0, 1.0))
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = scale * rotation @ np.diag([stretch * mirror, 1.0 / stretch])
    size = int(np.ceil(np.abs(matrix).sum(axis=1).max() * max(mask.shape))) + 2
    shift = size / 2 - matrix @ (np.array(mask.shape[::-1]) / 2)
    affine = np.hstack([matrix, shift[:, None]])
    light = cv2.warpAffine(light, affine, (size, size), flags=cv2.INTER_LINEAR)
    mask = cv2.warpAffine(mask, affine, (size, size), flags=cv2.INTER_LINEAR)
    return light, mask > 0.5


def field(rng: np.random.Generator, pool, size: int = 448, name: str = "simulated") -> Field:
    """One field of simulated tissue at the network's scale."""
    margin = 48
    side = size + 2 * margin
    light = np.zeros((side, side), np.float32)
    best = np.zeros((side, side), np.float32)
    labels = np.zeros((side, side), np.int32)
    occupied = np.zeros((side, side), bool)
    crowding = rng.uniform(0.15, 0.75)
    spread = rng.uniform(0.1, 0.35)
    overlap = rng.uniform(0.05, 0.4)
    focus = rng.uniform(0.3, 1.8)
    uneven = rng.uniform(0.1, 0.5)
    count = 0
    for _ in range(1500):
        if occupied.mean() > crowding:
            break
        diameter = CANONICAL_DIAMETER * np.exp(rng.normal(0, spread))
        part, mask = nucleus(rng, pool, float(np.clip(diameter, 10, 56)))
        height, width = mask.shape
        if height >= side or mask.sum() < 40:
            continue
        y, x = rng.integers(0, side - height), rng.integers(0, side - width)
        window = (slice(y, y + height), slice(x, x + width))
        if (occupied[window] & mask).sum() > overlap * mask.sum():
            continue
        count += 1
        share, _ = depth(mask.astype(np.int32))
        wins = mask & (share >= best[window])
        best[window][wins] = share[wins]
        labels[window][wins] = count
        occupied[window] |= mask
        # A nucleus away from the focal plane is blurred; a cut one is thin and faint.
        sigma = abs(rng.normal(0, focus))
        strength = np.exp(rng.normal(0, uneven))
        blurred = np.zeros_like(light[max(y - 8, 0) : y + height + 8, max(x - 8, 0) : x + width + 8])
        top, left = min(y, 8), min(x, 8)
        blurred[top : top + height, left : left + width] = part * strength
        if sigma > 0.3:
            blurred = cv2.GaussianBlur(blurred, (0, 0), sigma)
        light[max(y - 8, 0) : y + height + 8, max(x - 8, 0) : x + width + 8] += blurred
    light = optics(rng, light)
    inner = slice(margin, margin + size)
    labels = np.ascontiguousarray(labels[inner, inner])
    return Field(name, normalise(light[inner, inner]), connected(labels), CANONICAL_DIAMETER)


def optics(rng: np.random.Generator, light: np.ndarray) -> np.ndarray:
    """Haze, uneven background, granules, the microscope's blur and the camera's noise."""
    side = light.shape[0]
    haze = cv2.GaussianBlur(light, (0, 0), rng.uniform(12, 40))
    light = light + rng.uniform(0.0, 0.9) * haze
    coarse = rng.uniform(0, 1, (4, 4)).astype(np.float32)
    light = light + rng.uniform(0.0, 0.6) * cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
    fibres = cv2.GaussianBlur(rng.standard_normal((side, side)).astype(np.float32), (0, 0), rng.uniform(3, 9))
    light = light + rng.uniform(0.0, 0.08) * fibres / fibres.std()
    if rng.random() < 0.5:
        for _ in range(rng.integers(1, 60)):
            y, x = rng.integers(4, side - 4, 2)
            light[y - 1 : y + 2, x - 1 : x + 2] += rng.uniform(0.3, 3.0)
    light = cv2.GaussianBlur(light, (0, 0), rng.uniform(0.5, 1.6))
    light = light * np.exp(rng.normal(0, 0.25) * np.linspace(-1, 1, side, dtype=np.float32))
    photons = 10.0 ** rng.uniform(1.3, 3.0)
    return (rng.poisson(np.maximum(light, 0) * photons) / photons + rng.normal(0, 0.02, light.shape)).astype(np.float32)


def connected(labels: np.ndarray) -> np.ndarray:
    """Keeps the largest piece of every nucleus and drops pieces under 30 pixels; labels are renumbered."""
    result = np.zeros_like(labels)
    count = 0
    for label, (y0, y1, x0, x1) in boxes(labels):
        _, pieces, statistics, _ = cv2.connectedComponentsWithStats(
            (labels[y0:y1, x0:x1] == label).astype(np.uint8), connectivity=4
        )
        largest = 1 + int(np.argmax(statistics[1:, cv2.CC_STAT_AREA]))
        if statistics[largest, cv2.CC_STAT_AREA] >= 30:
            count += 1
            result[y0:y1, x0:x1][pieces == largest] = count
    return result
