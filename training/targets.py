"""What the network learns to say about a pixel, computed from labels.

* foreground: the pixel belongs to a nucleus
* depth: distance to the edge of its nucleus, as a share of the nucleus's greatest distance (0 at the edge, 1 inside)
* rays: distance to the edge of its nucleus in `RAYS` directions, on a grid of every second pixel, in pixels
"""

import cv2
import numba
import numpy as np

RAYS = 32
_ANGLES = 2.0 * np.pi * np.arange(RAYS) / RAYS
DY = np.sin(_ANGLES).astype(np.float32)
DX = np.cos(_ANGLES).astype(np.float32)


@numba.njit(cache=True)
def rays(labels, dy, dx):
    """(RAYS, height / 2, width / 2): how far a nucleus reaches from each cell's centre; 0 outside nuclei."""
    height, width = labels.shape
    result = np.zeros((len(dy), height // 2, width // 2), np.float32)
    for i in range(height // 2):
        for j in range(width // 2):
            label = labels[2 * i, 2 * j]
            if label == 0:
                continue
            for k in range(len(dy)):
                reach = 0.0
                while True:
                    reach += 0.5
                    y = int(np.floor(2 * i + 1.0 + reach * dy[k]))
                    x = int(np.floor(2 * j + 1.0 + reach * dx[k]))
                    if y < 0 or x < 0 or y >= height or x >= width or labels[y, x] != label:
                        break
                result[k, i, j] = reach - 0.25
    return result


def depth(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Depth of every pixel, and the greatest distance of its nucleus in pixels (1 outside)."""
    share = np.zeros(labels.shape, np.float32)
    greatest = np.ones(labels.shape, np.float32)
    padded = np.pad(labels, 1)
    for label, (y0, y1, x0, x1) in boxes(labels):
        window = (slice(y0, y1), slice(x0, x1))
        inside = (padded[y0 : y1 + 2, x0 : x1 + 2] == label).astype(np.uint8)
        distance = cv2.distanceTransform(inside, cv2.DIST_L2, 5)[1:-1, 1:-1]
        mask = inside[1:-1, 1:-1] > 0
        top = distance.max()
        share[window][mask] = distance[mask] / top
        greatest[window][mask] = top
    return share, greatest


def boxes(labels: np.ndarray):
    """Bounding boxes (y0, y1, x0, x1), half open, of every label that is present."""
    found = _boxes(labels, int(labels.max()))
    for label in range(1, len(found)):
        if found[label, 1] > 0:
            yield label, found[label]


@numba.njit(cache=True)
def _boxes(labels, top):
    result = np.zeros((top + 1, 4), np.int64)
    result[:, 0] = labels.shape[0]
    result[:, 2] = labels.shape[1]
    for y in range(labels.shape[0]):
        for x in range(labels.shape[1]):
            box = result[labels[y, x]]
            box[0] = min(box[0], y)
            box[1] = max(box[1], y + 1)
            box[2] = min(box[2], x)
            box[3] = max(box[3], x + 1)
    return result
