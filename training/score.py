"""How well labels agree with the truth: matches at an intersection over union, F1 and average precision."""

from dataclasses import dataclass, field

import numpy as np

THRESHOLDS = np.round(np.arange(0.5, 1.0, 0.05), 2)


def ious(truth: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Intersection over union of every true (row) with every found nucleus (column)."""
    rows, columns = int(truth.max()) + 1, int(found.max()) + 1
    joint = np.bincount(truth.ravel().astype(np.int64) * columns + found.ravel(), minlength=rows * columns)
    joint = joint.reshape(rows, columns).astype(float)
    union = joint.sum(1, keepdims=True) + joint.sum(0, keepdims=True) - joint
    return (joint / np.maximum(union, 1))[1:, 1:]


def matches(iou: np.ndarray, threshold: float) -> int:
    """Greatest overlap first, each nucleus once."""
    rows, columns = np.nonzero(iou >= threshold)
    order = np.argsort(-iou[rows, columns], kind="stable")
    used_rows, used_columns, count = set(), set(), 0
    for place in order:
        if rows[place] not in used_rows and columns[place] not in used_columns:
            used_rows.add(rows[place])
            used_columns.add(columns[place])
            count += 1
    return count


@dataclass
class Score:
    """Sums over fields, at `THRESHOLDS`."""

    matched: np.ndarray = field(default_factory=lambda: np.zeros(len(THRESHOLDS)))
    true: int = 0
    found: int = 0

    def add(self, truth: np.ndarray, found: np.ndarray):
        iou = ious(truth, found)
        self.matched += [matches(iou, threshold) for threshold in THRESHOLDS]
        self.true += int((np.bincount(truth.ravel())[1:] > 0).sum())
        self.found += int((np.bincount(found.ravel())[1:] > 0).sum())

    @property
    def f1(self) -> np.ndarray:
        return 2 * self.matched / max(self.true + self.found, 1)

    @property
    def average_precision(self) -> float:
        return float((self.matched / np.maximum(self.true + self.found - self.matched, 1)).mean())

    def __str__(self):
        return f"F1@0.5 {self.f1[0]:.4f} F1@0.75 {self.f1[5]:.4f} AP {self.average_precision:.4f} ({self.true} true, {self.found} found)"
