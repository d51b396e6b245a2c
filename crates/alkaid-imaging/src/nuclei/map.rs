//! Maps: what the network computes on, and the buffers that they take turns in.

use ndarray::ArrayView2;

/// `height` × `width` cells of `channels` values, with one cell of zeros on every side.
#[derive(Clone, Debug)]
pub struct Map {
    /// Rows without the border.
    pub height: usize,
    /// Columns without the border.
    pub width: usize,
    /// Values per cell.
    pub channels: usize,
    values: Vec<f32>,
}

impl Map {
    /// Zeros everywhere.
    #[must_use]
    pub fn zeros(height: usize, width: usize, channels: usize) -> Self {
        Self {
            height,
            width,
            channels,
            values: vec![0.0; (height + 2) * (width + 2) * channels],
        }
    }

    /// Two planes at full size, folded to eight channels at half size: channel `4 c + 2 dy + dx`.
    #[must_use]
    pub fn folded(planes: [ArrayView2<'_, f32>; 2]) -> Self {
        let (height, width) = planes[0].dim();
        let mut map = Self::zeros(height / 2, width / 2, 8);
        for y in 0..height / 2 {
            for x in 0..width / 2 {
                for (channel, value) in map.cell_mut(y, x).iter_mut().enumerate() {
                    let (plane, dy, dx) = (channel / 4, channel / 2 % 2, channel % 2);
                    *value = planes[plane][[2 * y + dy, 2 * x + dx]];
                }
            }
        }
        map
    }

    /// Values of the cell in row `y`, column `x`.
    #[must_use]
    pub fn cell(&self, y: usize, x: usize) -> &[f32] {
        let at = self.start(y, x);
        &self.values[at..at + self.channels]
    }

    /// As [`Self::cell`], to be changed.
    pub fn cell_mut(&mut self, y: usize, x: usize) -> &mut [f32] {
        let at = self.start(y, x);
        &mut self.values[at..at + self.channels]
    }

    /// Values of the cell in row `y`, column `x`, and of all that come after it.
    pub(super) fn starting_at(&self, y: usize, x: usize) -> &[f32] {
        &self.values[self.start(y, x)..]
    }

    /// As [`Self::starting_at`], of the cell one up and one to the left, which may be in the border.
    pub(super) fn starting_before(&self, y: usize, x: usize) -> &[f32] {
        &self.values[(y * (self.width + 2) + x) * self.channels..]
    }

    /// The rows without the border, each with its number.
    pub(super) fn rows_mut(&mut self) -> impl Iterator<Item = (usize, &mut [f32])> {
        let length = self.row_length();
        let border = self.channels;
        self.values
            .chunks_exact_mut(length)
            .skip(1)
            .take(self.height)
            .map(move |row| &mut row[border..length - border])
            .enumerate()
    }

    /// Adds a map of half the size, each of its cells to four of this one.
    pub(super) fn add_doubled(&mut self, coarse: &Self) {
        let channels = self.channels;
        for (y, row) in self.rows_mut() {
            for (x, cell) in row.chunks_exact_mut(channels).enumerate() {
                for (value, more) in cell.iter_mut().zip(coarse.cell(y / 2, x / 2)) {
                    *value += more;
                }
            }
        }
    }

    /// Values from one row to the next.
    pub(super) fn row_length(&self) -> usize {
        (self.width + 2) * self.channels
    }

    fn start(&self, y: usize, x: usize) -> usize {
        ((y + 1) * (self.width + 2) + x + 1) * self.channels
    }

    fn clear_border(&mut self) {
        let (length, border) = (self.row_length(), self.channels);
        for row in self.values.chunks_exact_mut(length) {
            row[..border].fill(0.0);
            row[length - border..].fill(0.0);
        }
        self.values[..length].fill(0.0);
        let last = self.values.len() - length;
        self.values[last..].fill(0.0);
    }
}

/// Buffers of maps that are done with: memory from the system is slow to get.
#[derive(Debug, Default)]
pub struct Spare(pub(super) Vec<Vec<f32>>);

impl Spare {
    /// A map whose border is zero and whose cells are whatever they were.
    pub(super) fn take(&mut self, height: usize, width: usize, channels: usize) -> Map {
        let length = (height + 2) * (width + 2) * channels;
        let fitting = |buffer: &&Vec<f32>| buffer.capacity() >= length;
        let size = self.0.iter().filter(fitting).map(Vec::capacity).min();
        let size = size.or_else(|| self.0.iter().map(Vec::capacity).max());
        let place = self
            .0
            .iter()
            .position(|buffer| Some(buffer.capacity()) == size);
        let mut values = place
            .map(|place| self.0.swap_remove(place))
            .unwrap_or_default();
        values.resize(length, 0.0);
        let mut map = Map {
            height,
            width,
            channels,
            values,
        };
        map.clear_border();
        map
    }

    /// Keeps the buffer of a map that is done with.
    pub fn give(&mut self, map: Map) {
        self.0.push(map.values);
    }
}
