"""From the network's answers to labels: the same steps as `crates/alkaid-imaging/src/nuclei/instances.rs`.

Cells of the half-size grid propose star-shaped outlines, the deepest first. A proposal is taken if it is not mostly
covered by those taken before it. Pixels then go to the proposal that covers them where the foreground agrees, and
foreground within reach of a nucleus joins it.
"""

from dataclasses import dataclass

import numba
import numpy as np

from targets import DX, DY


@dataclass(frozen=True)
class Rule:
    """Least depth of a proposal; greatest covered share; least foreground; reach of growth and least area in pixels."""

    depth: float = 0.65
    covered: float = 0.25
    foreground: float = 0.5
    reach: int = 3
    area: int = 30


def instances(foreground: np.ndarray, depth: np.ndarray, rays: np.ndarray, rule: Rule) -> np.ndarray:
    """Labels at full size from probabilities at full size and rays (RAYS, height / 2, width / 2)."""
    height, width = depth.shape
    score = depth.reshape(height // 2, 2, width // 2, 2).mean((1, 3))
    cells = np.flatnonzero(score > rule.depth)
    order = cells[np.argsort(-score.ravel()[cells], kind="stable")]
    labels = _propose(order, rays, foreground, DY, DX, rule.covered, rule.foreground, rule.area)
    _grow(labels, foreground, rule.foreground, rule.reach)
    return labels


@numba.njit(cache=True)
def _propose(order, rays, foreground, dy, dx, covered, least, area):
    height, width = foreground.shape
    labels = np.zeros((height, width), np.int32)
    taken = np.zeros((height, width), np.uint8)
    count = 0
    sides = len(dy)
    ys = np.zeros(sides)
    xs = np.zeros(sides)
    for cell in order:
        i, j = divmod(cell, width // 2)
        if taken[2 * i, 2 * j] and taken[2 * i + 1, 2 * j + 1]:
            continue
        for k in range(sides):
            reach = max(rays[k, i, j], 0.5)
            ys[k] = 2 * i + 1.0 + reach * dy[k]
            xs[k] = 2 * j + 1.0 + reach * dx[k]
        top = max(int(np.floor(ys.min())), 0)
        bottom = min(int(np.ceil(ys.max())), height)
        total = 0
        free = 0
        kept = 0
        # Two passes over the outline's rows: count, then paint.
        for painting in range(2):
            if painting and (total - free > covered * total or kept < area):
                break
            if painting:
                count += 1
            for y in range(top, bottom):
                crossings = np.zeros(sides)
                found = 0
                line = y + 0.5
                for k in range(sides):
                    y0, y1 = ys[k], ys[(k + 1) % sides]
                    if (y0 <= line) != (y1 <= line):
                        crossings[found] = xs[k] + (line - y0) / (y1 - y0) * (xs[(k + 1) % sides] - xs[k])
                        found += 1
                inner = np.sort(crossings[:found])
                for pair in range(found // 2):
                    left = max(int(np.ceil(inner[2 * pair] - 0.5)), 0)
                    right = min(int(np.ceil(inner[2 * pair + 1] - 0.5)), width)
                    for x in range(left, right):
                        if painting:
                            if not taken[y, x]:
                                taken[y, x] = 1
                                if foreground[y, x] >= least:
                                    labels[y, x] = count
                        else:
                            total += 1
                            if not taken[y, x]:
                                free += 1
                                if foreground[y, x] >= least:
                                    kept += 1
    return labels


@numba.njit(cache=True)
def _grow(labels, foreground, least, reach):
    height, width = labels.shape
    for _ in range(reach):
        before = labels.copy()
        for y in range(height):
            for x in range(width):
                if before[y, x] or foreground[y, x] < least:
                    continue
                if y > 0 and before[y - 1, x]:
                    labels[y, x] = before[y - 1, x]
                elif x > 0 and before[y, x - 1]:
                    labels[y, x] = before[y, x - 1]
                elif x + 1 < width and before[y, x + 1]:
                    labels[y, x] = before[y, x + 1]
                elif y + 1 < height and before[y + 1, x]:
                    labels[y, x] = before[y + 1, x]


@numba.njit(cache=True)
def watershed(foreground, depth, least, floor, area):
    """Foreground flooded from the deepest pixel down. Two basins stay apart when both have risen by `floor` or more."""
    height, width = depth.shape
    parent = np.full(height * width, -1, np.int64)
    top = np.zeros(height * width)
    size = np.zeros(height * width, np.int64)
    flat = depth.ravel()
    cells = np.flatnonzero(foreground.ravel() >= least)
    order = cells[np.argsort(-flat[cells])]
    for cell in order:
        y, x = divmod(cell, width)
        best = -1
        for step in range(9):
            a, b = y + step // 3 - 1, x + step % 3 - 1
            if a < 0 or b < 0 or a >= height or b >= width or parent[a * width + b] < 0:
                continue
            root = a * width + b
            while parent[root] != root:
                parent[root] = parent[parent[root]]
                root = parent[root]
            if best < 0:
                best = root
            elif root != best:
                low, high = (root, best) if top[root] < top[best] else (best, root)
                if top[low] - flat[cell] < floor or size[low] < area:
                    parent[low] = high
                    size[high] += size[low]
                    best = high
                elif top[root] > top[best]:
                    best = root
        if best < 0:
            best = cell
            top[cell] = flat[cell]
        parent[cell] = best
        size[best] += 1
    labels = np.zeros((height, width), np.int32)
    names = np.zeros(height * width, np.int32)
    count = 0
    for cell in order:
        root = cell
        while parent[root] != root:
            root = parent[root]
        if size[root] < area:
            continue
        if names[root] == 0:
            count += 1
            names[root] = count
        labels[cell // width, cell % width] = names[root]
    return labels
