//! From bytes to numbers, matrices and names.
//!
//! The first eight bytes of an input seed a generator that goes on where its bytes end, so that
//! a short input is a whole one and changing a byte changes one decision. Ordinary numbers
//! dominate, because a NaN is refused at the first check and then nothing is tested.

use alignment_tax::Real;
use nalgebra::{DMatrix, DVector};

/// The ends of a scalar's range.
pub trait Scalar: Real + std::fmt::LowerExp + 'static {
    /// Magnitudes whose squares or cubes leave the range, at both ends.
    const EXTREME: [Self; 8];
    /// Neither a number nor finite.
    const NON_FINITE: [Self; 3];
    /// A little, next to one.
    const SMALL: [Self; 4];
}

impl Scalar for f64 {
    const EXTREME: [Self; 8] = [
        1e150,
        1e-150,
        1e200,
        1e-200,
        Self::MAX,
        Self::MIN_POSITIVE,
        5e-324,
        1e-310,
    ];
    const NON_FINITE: [Self; 3] = [Self::NAN, Self::INFINITY, Self::NEG_INFINITY];
    const SMALL: [Self; 4] = [Self::EPSILON, 1e-8, 1e-12, 1e-5];
}

impl Scalar for f32 {
    const EXTREME: [Self; 8] = [
        1e19,
        1e-19,
        1e25,
        1e-25,
        Self::MAX,
        Self::MIN_POSITIVE,
        1e-45,
        1e-39,
    ];
    const NON_FINITE: [Self; 3] = [Self::NAN, Self::INFINITY, Self::NEG_INFINITY];
    const SMALL: [Self; 4] = [Self::EPSILON, 1e-4, 1e-6, 1e-3];
}

/// Which classes of numbers a matrix is made of.
#[derive(Clone, Copy)]
enum Palette {
    Ordinary,
    Integers,
    Finite,
    Anything,
}

/// What is left of an input, and what the calls made of it so far.
pub struct Draw<'a> {
    bytes: &'a [u8],
    state: u64,
    palette: Palette,
    /// A hash of the names of all calls with their outcomes.
    pub signature: u64,
    /// Calls that succeeded.
    pub ok: u64,
    /// Calls that were refused.
    pub refused: u64,
}

const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

impl<'a> Draw<'a> {
    #[must_use]
    pub fn new(input: &'a [u8]) -> Self {
        let (seed, bytes) = input.split_at(input.len().min(8));
        let state = seed.iter().fold(0, |s, &b| s << 8 | u64::from(b));
        Self {
            bytes,
            state,
            palette: Palette::Ordinary,
            signature: 0xcbf2_9ce4_8422_2325,
            ok: 0,
            refused: 0,
        }
    }

    /// `SplitMix64`.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn byte(&mut self) -> u8 {
        let drawn = self.next().to_le_bytes()[0];
        match self.bytes.split_first() {
            Some((&byte, rest)) => {
                self.bytes = rest;
                byte
            }
            None => drawn,
        }
    }

    pub fn word(&mut self) -> u64 {
        u64::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    /// From 0 up to, without, `n`, of at most 256 values.
    pub fn below(&mut self, n: usize) -> usize {
        usize::from(self.byte()) % n
    }

    /// Once in `n` times.
    pub fn rarely(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    /// 1 to 6, and now and then more, so that blocked kernels have something to do.
    pub fn size(&mut self) -> usize {
        match self.byte() {
            0..=247 => 1 + self.below(6),
            248..=253 => 7 + self.below(14),
            _ => 20 + self.below(21),
        }
    }

    /// A count that somebody may pass where it is compared with something.
    pub fn count(&mut self) -> usize {
        match self.byte() {
            0..=239 => self.below(12),
            240..=247 => usize::MAX,
            248..=251 => 1 << 32,
            _ => self.word() as usize,
        }
    }

    /// A new choice of the classes of numbers that follow.
    pub fn deal(&mut self) {
        self.palette = match self.byte() {
            0..=169 => Palette::Ordinary,
            170..=199 => Palette::Integers,
            200..=243 => Palette::Finite,
            _ => Palette::Anything,
        };
    }

    pub fn number<T: Scalar>(&mut self) -> T {
        let class = self.byte();
        let sign = |draw: &mut Self, x: T| if draw.byte() & 1 == 0 { x } else { -x };
        match (self.palette, class) {
            (Palette::Integers, _) | (_, 200..=219) => T::from_double(self.below(7) as f64 - 3.0),
            (Palette::Ordinary, _) | (_, 0..=199) => {
                let raw = [self.byte(), self.byte(), self.byte(), 0];
                T::from_double(f64::from(u32::from_le_bytes(raw)) / f64::from(1 << 22) - 2.0)
            }
            (_, 220..=223) => sign(self, T::zero()),
            (_, 224..=229) => {
                let x = T::SMALL[self.below(4)];
                sign(self, x)
            }
            (Palette::Finite, _) | (_, 230..=245) => {
                let x = T::EXTREME[self.below(8)];
                sign(self, x)
            }
            (Palette::Anything, _) => T::NON_FINITE[self.below(3)],
        }
    }

    /// A number by itself, of any class in one of eight cases.
    pub fn scalar<T: Scalar>(&mut self) -> T {
        self.palette = match self.byte() {
            0..=219 => Palette::Ordinary,
            220..=239 => Palette::Finite,
            _ => Palette::Anything,
        };
        self.number()
    }

    /// Mostly from 0 to 1, both ends included.
    pub fn share<T: Scalar>(&mut self) -> T {
        match self.byte() {
            0..=199 => {
                let raw = [self.byte(), self.byte(), self.byte(), 0];
                T::from_double(f64::from(u32::from_le_bytes(raw)) / f64::from(1 << 24))
            }
            200..=209 => T::zero(),
            210..=219 => T::one(),
            220..=229 => T::one() - T::machine_epsilon(),
            230..=236 => T::SMALL[self.below(4)],
            _ => self.scalar(),
        }
    }

    /// Mostly above 0.
    pub fn positive<T: Scalar>(&mut self) -> T {
        let x: T = self.scalar();
        if self.rarely(16) { x } else { x.abs() }
    }

    pub fn numbers<T: Scalar>(&mut self, n: usize) -> Vec<T> {
        self.deal();
        (0..n).map(|_| self.number()).collect()
    }

    pub fn vector<T: Scalar>(&mut self, n: usize) -> DVector<T> {
        DVector::from_vec(self.numbers(n))
    }

    pub fn counts(&mut self, n: usize) -> Vec<usize> {
        if self.rarely(8) {
            (0..n).map(|_| self.count()).collect()
        } else {
            (0..n).map(|_| self.below(5)).collect()
        }
    }

    /// A matrix, often of a structure that makes an algorithm stumble.
    pub fn matrix<T: Scalar>(&mut self, rows: usize, columns: usize) -> DMatrix<T> {
        self.deal();
        let mut a = DMatrix::from_fn(rows, columns, |_, _| self.number());
        if rows == 0 || columns == 0 {
            return a;
        }
        let structure = self.byte();
        let (from, to) = (self.below(columns), self.below(columns));
        match structure {
            0..=127 => {}
            // One column again, with a factor, and with a little of another.
            128..=151 => {
                let factor = if self.byte() & 1 == 0 {
                    T::one()
                } else {
                    self.number()
                };
                let noise = if self.byte() & 1 == 0 {
                    T::zero()
                } else {
                    T::SMALL[self.below(4)]
                };
                let column = a.column(from) * factor;
                for i in 0..rows {
                    let kept = a[(i, to)];
                    a[(i, to)] = column[i] + kept * noise;
                }
            }
            152..=159 => a.column_mut(to).fill(T::zero()),
            160..=167 => {
                let row = self.below(rows);
                a.row_mut(row).fill(T::zero());
            }
            168..=175 => {
                let x = self.number();
                a.fill(x);
            }
            // Rank one.
            176..=187 => {
                let (u, v) = (a.column(0).into_owned(), a.row(0).into_owned());
                a = u * v;
            }
            // Symmetric, and AᵀA-like.
            188..=199 if rows == columns => {
                for j in 0..columns {
                    for i in 0..j {
                        a[(i, j)] = a[(j, i)];
                    }
                }
            }
            200..=215 if rows == columns => a = a.tr_mul(&a),
            216..=235 => a = orthonormal(&a),
            // All at one end of the range.
            236..=247 => {
                let scale = T::EXTREME[self.below(8)];
                a *= scale;
            }
            // A spread of scales among the columns.
            _ => {
                for j in 0..columns {
                    let scale = if self.byte() & 1 == 0 {
                        T::one()
                    } else {
                        T::EXTREME[self.below(4)]
                    };
                    a.column_mut(j).scale_mut(scale);
                }
            }
        }
        a
    }

    /// Symmetric with a unit diagonal in most cases: what a Gram matrix of directions is.
    pub fn gram<T: Scalar>(&mut self, n: usize) -> DMatrix<T> {
        match self.byte() {
            0..=223 => {
                let d = self.size();
                let mut a = self.matrix::<T>(d, n);
                for mut column in a.column_iter_mut() {
                    let norm = column.norm();
                    if norm > T::zero() && norm.is_finite() {
                        column.unscale_mut(norm);
                    }
                }
                let mut gram = a.tr_mul(&a);
                for i in 0..n {
                    for j in 0..i {
                        gram[(i, j)] = gram[(j, i)];
                    }
                }
                if self.rarely(8) {
                    let scales: Vec<T> = (0..n).map(|_| self.number::<T>().abs()).collect();
                    gram = DMatrix::from_fn(n, n, |i, j| scales[i] * gram[(i, j)] * scales[j]);
                }
                gram
            }
            224..=239 => {
                let x = self.share::<T>();
                DMatrix::from_fn(n, n, |i, j| if i == j { T::one() } else { -x })
            }
            _ => self.matrix(n, n),
        }
    }

    /// Names, distinct and not empty in most cases.
    pub fn names(&mut self, n: usize) -> Vec<&'static str> {
        let mut names: Vec<_> = (0..n).map(|i| NAMES[i % NAMES.len()]).collect();
        if self.rarely(24) && n > 0 {
            let i = self.below(n);
            names[i] = ["", "a", "z", "\u{0}<&>\"", "naïve\n"][self.below(5)];
        }
        names
    }

    /// Some of the names of `n` objectives, in any order, seldom one that there is not.
    pub fn some_names(&mut self, n: usize, most: usize) -> Vec<&'static str> {
        let picks = self.below(most + 1);
        let mut pool: Vec<_> = NAMES[..n.min(NAMES.len())].to_vec();
        let mut names = Vec::new();
        for _ in 0..picks {
            if pool.is_empty() {
                break;
            }
            let i = self.below(pool.len());
            names.push(if self.rarely(32) {
                pool[i]
            } else {
                pool.swap_remove(i)
            });
        }
        if self.rarely(64) {
            names.push("z");
        }
        names
    }

    /// A name that there is, mostly.
    pub fn name(&mut self, n: usize) -> &'static str {
        if self.rarely(64) {
            return "z";
        }
        NAMES[self.below(n.clamp(1, NAMES.len()))]
    }

    /// What is left of the input, as it is.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.bytes)
    }
}

/// Gram–Schmidt twice; columns that vanish stay zero.
fn orthonormal<T: Scalar>(a: &DMatrix<T>) -> DMatrix<T> {
    let mut q = a.clone();
    for j in 0..q.ncols() {
        for _ in 0..2 {
            for i in 0..j {
                let overlap = q.column(i).dot(&q.column(j));
                let other = q.column(i) * overlap;
                q.column_mut(j).zip_apply(&other, |x, y| *x -= y);
            }
            let norm = q.column(j).norm();
            if norm > T::zero() && norm.is_finite() {
                q.column_mut(j).unscale_mut(norm);
            }
        }
    }
    q
}
