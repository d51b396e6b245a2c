"""The development images: reading them, and which of them may be used for what.

`split.tsv` names the test fields. They are never opened here. Of the train fields, those whose file name hashes to 1
modulo 10 are the validation set: they choose thresholds and checkpoints and give no gradient.
"""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

# Median nucleus diameter, in pixels, at which the network works.
CANONICAL_DIAMETER = 24.0


@dataclass
class Field:
    """One image, normalised, with its labels (0 = background) and the median diameter of its nuclei in pixels."""

    name: str
    image: np.ndarray
    labels: np.ndarray
    diameter: float

    @property
    def count(self) -> int:
        return int(self.labels.max())


def normalise(image: np.ndarray) -> np.ndarray:
    """Puts the 1st percentile of a plane at 0 and its 99.8th at 1."""
    low, high = np.percentile(image, (1.0, 99.8))
    return ((image - low) / max(high - low, 1e-6)).astype(np.float32)


def network_input(normalised: np.ndarray) -> np.ndarray:
    """The network's two channels: the plane, and its logarithm in which faint nuclei stand out beside bright ones."""
    linear = np.clip(normalised, -0.5, 3.0)
    logarithm = np.log1p(20.0 * np.maximum(linear, 0.0)) / np.log(21.0)
    return np.stack([linear, logarithm]).astype(np.float32)


def diameters(labels: np.ndarray) -> np.ndarray:
    """Diameters of the discs with the nuclei's areas, in pixels."""
    areas = np.bincount(labels.ravel())[1:]
    return np.sqrt(4.0 * areas[areas > 0] / np.pi)


def read(folder: Path, name: str) -> Field:
    image = np.asarray(Image.open(folder / "images" / name)).astype(np.float32)
    labels = np.asarray(Image.open(folder / "labels" / name)).astype(np.int32)
    found = diameters(labels)
    return Field(name, normalise(image), labels, float(np.median(found)) if len(found) else CANONICAL_DIAMETER)


def split(folder: Path) -> tuple[list[Field], list[Field]]:
    """Training and validation fields, both out of the train split."""
    training, validation = [], []
    with open(folder / "split.tsv") as table:
        names = [row["filename"] for row in csv.DictReader(table, delimiter="\t") if row["split"] == "train"]
    for name in sorted(names):
        part = int(hashlib.sha256(name.encode()).hexdigest(), 16) % 10
        (validation if part == 1 else training).append(read(folder, name))
    return training, validation
