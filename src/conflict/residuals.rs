//! What freezing leaves of two goals that are known through samples.
//!
//! Let M be the unbiased Gram matrix of the unnormalised vectors of two goals and of p
//! capabilities, A_i the inner products of goal i with the capabilities, Γ those among them.
//! The residuals of the goals have the inner products N_ij = M_ij − A_iᵀΓ⁻¹A_j. For any β₁, β₂,
//!
//!   N_ij = w_iᵀ M w_j − e_iᵀΓ⁻¹e_j,   w_i = (goal i) − Σ β_ik (capability k),   e_i = A_i − Γβ_i.
//!
//! At the true β the first part is linear in M, so unbiased, and e has mean zero: the bias of
//! the second is tr(Γ⁻¹ Cov(e_i, e_j)), and is put back, as it is taken off for τ. To first order the
//! error of N is that of the linear part, because N does not move with β there; what e adds to
//! the covariance is, for normal e with C_ij = Cov(e_i, e_j),
//!
//!   Cov(e_iᵀΓ⁻¹e_j, e_kᵀΓ⁻¹e_l) = tr(Γ⁻¹C_ki Γ⁻¹C_jl) + tr(Γ⁻¹C_li Γ⁻¹C_jk).

use nalgebra::{DMatrix, DVector, Matrix3};

use super::cosines::Cosines;
use super::probabilities::Joint;
use crate::estimate::{MeanGram, Products, Spread, Square, Weight, told};
use crate::{Error, OverlapEstimate, tolerance};

/// The functionals in order: M₁₂, M₁₁, M₂₂, then the same of N.
const PAIRS: [(usize, usize); 3] = [(0, 1), (0, 0), (1, 1)];

/// The inner products of what is left of the goals.
pub(super) struct Residuals {
    /// N, the bias of noise taken off.
    products: [[f64; 2]; 2],
    /// The covariances of M₁₂, M₁₁, M₂₂ and of the linear parts of N₁₂, N₁₁, N₂₂.
    spread: Spread,
    /// The covariances of e_iᵀΓ⁻¹e_j, in the same order.
    quadratic: Matrix3<f64>,
    /// Σ|w| of each residual among unit vectors.
    weights: [f64; 2],
}

impl Residuals {
    /// β by the inverse of the inner products among the capabilities.
    pub(super) fn of(gram: &MeanGram, among: &DMatrix<f64>) -> Self {
        let m = gram.value();
        let size = m.nrows();
        let p = size - 2;
        let beta: [DVector<f64>; 2] =
            std::array::from_fn(|i| among * m.view((2, i), (p, 1)).column(0));
        let w: [DVector<f64>; 2] = std::array::from_fn(|i| {
            DVector::from_fn(size, |k, _| match k {
                0 | 1 => f64::from(u8::from(k == i)),
                _ => -beta[i][k - 2],
            })
        });
        let mut functionals: Vec<Weight> = Vec::new();
        functionals.extend(PAIRS.map(|(i, j)| MeanGram::entry(size, i, j)));
        functionals.extend(PAIRS.map(|(i, j)| symmetric(&w[i], &w[j])));
        for w in &w {
            // e_k = ⟨w, capability k⟩.
            let unit = |k: usize| DVector::from_fn(size, |l, _| f64::from(u8::from(l == k)));
            functionals.extend((2..size).map(|k| symmetric(w, &unit(k))));
        }
        let spread = gram.spread(&functionals);
        // Γ⁻¹C_ij.
        let noise: [[DMatrix<f64>; 2]; 2] = std::array::from_fn(|i| {
            std::array::from_fn(|j| {
                let (row, column) = (6 + i * p, 6 + j * p);
                among * DMatrix::from_fn(p, p, |a, b| spread.covariance(row + a, column + b))
            })
        });
        let quadratic = Matrix3::from_fn(|a, b| {
            let ((i, j), (k, l)) = (PAIRS[a], PAIRS[b]);
            (&noise[k][i] * &noise[j][l]).trace() + (&noise[l][i] * &noise[j][k]).trace()
        });
        let products = std::array::from_fn(|i| {
            std::array::from_fn(|j| {
                let explained = m.view((2, i), (p, 1)).column(0).dot(&beta[j]);
                let bias = 0.5 * (noise[i][j].trace() + noise[j][i].trace());
                m[(i, j)] - explained + bias
            })
        });
        let weights = std::array::from_fn(|i| {
            let terms = (0..p).map(|k| beta[i][k].abs() * (m[(k + 2, k + 2)] / m[(i, i)]).sqrt());
            1.0 + terms.sum::<f64>()
        });
        Self {
            products,
            spread,
            quadratic,
            weights,
        }
    }

    /// What is left of goal j must be told from zero.
    pub(super) fn left(
        &self,
        gram: &MeanGram,
        j: usize,
        units: Option<usize>,
    ) -> Result<(), Error> {
        let whole = gram.value()[(j, j)];
        let squared = self.products[j][j];
        let weights = self.weights[j];
        let rounding = tolerance::combination(f64::EPSILON, weights * weights);
        if squared.abs() <= rounding * whole {
            let argument = [
                "what is left of the first goal",
                "what is left of the second goal",
            ];
            return Err(Error::Unresolved {
                argument: argument[j],
                norm: (squared.max(0.0) / whole).sqrt(),
                tolerance: rounding.sqrt(),
            });
        }
        let Some(units) = units else { return Ok(()) };
        let at = 4 + j;
        let degenerate = self.spread.degenerate[(at, at)].max(0.0);
        told(&Square {
            argument: "what is left of goals",
            index: j,
            units,
            squared,
            linear: (self.spread.jackknife[(at, at)] - 2.0 * degenerate).max(0.0),
            quadratic: degenerate + self.quadratic[(1 + j, 1 + j)],
        })
    }

    /// (A, s, γ) of the goals and of what is left of them.
    fn triples(&self, gram: &MeanGram) -> [[f64; 3]; 2] {
        let m = gram.value();
        [
            PAIRS.map(|at| m[at]),
            PAIRS.map(|(i, j)| self.products[i][j]),
        ]
    }

    /// ρ and cosθ, with the units behind the goals and behind everything.
    pub(super) fn cosines(
        &self,
        gram: &MeanGram,
        goals: Option<usize>,
        all: Option<usize>,
    ) -> Cosines {
        let [before, after] = self.triples(gram);
        let products = |x: [f64; 3], quadratic| Products {
            between: x[0],
            squares: [x[1], x[2]],
            quadratic,
        };
        let count = |units: Option<usize>| units.unwrap_or(usize::MAX);
        let exact = products(before, Matrix3::zeros());
        let rest = products(after, self.quadratic);
        let gradient = [slope(before).map(|x| -x), slope(after)].concat();
        let g = nalgebra::Vector3::from(slope(after));
        let variance = self.spread.variance(0, &gradient) + g.dot(&(self.quadratic * g));
        // Where both cosines are the same function of the samples only rounding is left.
        let alone = |first: usize| self.spread.variance(first, &gradient[first..first + 3]);
        let lost = tolerance::combination(f64::EPSILON, alone(0) + alone(3));
        let variance = if variance <= lost { 0.0 } else { variance };
        let lengths = self.weights[0]
            * self.weights[1]
            * (before[1] / after[1]).sqrt()
            * (before[2] / after[2]).sqrt();
        Cosines {
            before: OverlapEstimate::of(&exact, &self.spread, 0, count(goals)),
            after: OverlapEstimate::of(&rest, &self.spread, 3, count(all)),
            error: variance.sqrt(),
            units: count(all),
            rounding: tolerance::combination(f64::EPSILON, lengths),
            margin: 0.0,
        }
    }

    /// The law of all six, in units of the lengths.
    pub(super) fn joint(&self, gram: &MeanGram, units: Option<usize>) -> Result<Joint, Error> {
        let triples = self.triples(gram);
        let scales = triples
            .map(|[_, s, gamma]| [(s * gamma).sqrt(), s, gamma])
            .concat();
        let centre = std::array::from_fn(|i| triples[i / 3][i % 3] / scales[i]);
        let scaled =
            |a: &DMatrix<f64>| DMatrix::from_fn(6, 6, |i, j| a[(i, j)] / scales[i] / scales[j]);
        let (jackknife, degenerate) = (
            scaled(&self.spread.jackknife),
            scaled(&self.spread.degenerate),
        );
        let mut quadratic = DMatrix::zeros(6, 6);
        quadratic
            .view_mut((3, 3), (3, 3))
            .copy_from(&self.quadratic);
        Joint::new(centre, jackknife, degenerate, scaled(&quadratic), units)
    }
}

/// The functional xᵀMy.
fn symmetric(x: &DVector<f64>, y: &DVector<f64>) -> Weight {
    (x * y.transpose() + y * x.transpose()) * 0.5
}

/// The derivative of A/√(s γ).
fn slope([a, s, gamma]: [f64; 3]) -> [f64; 3] {
    let length = (s * gamma).sqrt();
    let cosine = (a / length).clamp(-1.0, 1.0);
    [length.recip(), -0.5 * cosine / s, -0.5 * cosine / gamma]
}
