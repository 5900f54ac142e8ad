//! §8 Other inner products and budgets.

use alignment_tax::{
    Budget, Covector, Metric, OptimalShift, Real, Shrinkage, Subspace, TaxRate, Vector, tolerance,
};
use nalgebra::{DMatrix, DVector};

use crate::common::{direction, gaussian, rng};
use crate::shared::{both, budget, t};

fn vectors_and_covectors_whiten_oppositely<T: Real>() {
    let mut rng = rng(81);
    let (d, m) = (8, 2);
    let b = gaussian::<T>(d, 2 * d, &mut rng);
    let dense = &b * b.transpose();
    let metric = Metric::full(&dense).expect("definite");
    let bound = tolerance::covariance::<T>(d, d) * metric.condition_number() * t(4.0);
    let w = gaussian::<T>(d, 1, &mut rng).column(0).into_owned();
    let c = gaussian::<T>(d, m, &mut rng);
    // δ maximises ⟨w, δ⟩ under δᵀMδ ≤ B² and Cᵀδ = 0. By Lagrange, without any whitening:
    // δ ∝ M⁻¹(w − Cλ), λ = (CᵀM⁻¹C)⁻¹CᵀM⁻¹w.
    let inverse = dense.clone().try_inverse().expect("definite");
    let gram = c.transpose() * &inverse * &c;
    let lambda = gram.try_inverse().expect("independent") * c.transpose() * &inverse * &w;
    let along = &inverse * (&w - &c * lambda);
    let length = along.dot(&(&dense * &along)).sqrt();
    let truth = along * (t::<T>(2.0) / length);

    let gradient = |x: nalgebra::DVectorView<'_, T>| Covector::new(x).expect("finite");
    let safety = gradient(w.as_view());
    let capabilities: Vec<Covector<T>> = c.column_iter().map(gradient).collect();
    let v = metric.covector_direction(&safety).expect("not zero");
    let white = metric.whiten_covectors(&capabilities).expect("in range");
    let span = Subspace::from_columns(&white).expect("a span");
    let best = OptimalShift::at_cost(&v, &span, budget(2.0), T::zero()).expect("in reach");
    let ours = metric.unwhiten_shift(best.delta()).expect("in range");
    let condition = metric.condition_number() * span.condition_number();
    assert!((ours.coordinates() - &truth).norm() <= bound * condition * truth.norm());
    // The tax rate of the covectors is that of the theory with G = CᵀM⁻¹C; as vectors they
    // have another.
    let right = TaxRate::between(&v, &span).expect("one space").value();
    let x = metric
        .vector_direction(&Vector::new(&w).expect("finite"))
        .expect("not zero");
    let columns: Vec<DVector<T>> = c
        .column_iter()
        .map(|x| {
            metric
                .whiten_vector(&Vector::new(x).expect("finite"))
                .expect("in range")
        })
        .collect();
    let wrong = Subspace::from_columns(&DMatrix::from_columns(&columns)).expect("a span");
    let wrong = TaxRate::between(&x, &wrong).expect("one space").value();
    assert!((right - wrong).abs() > t(0.01), "{right} {wrong}");
    let free = v.as_vector().dot(best.delta()) / t(2.0);
    assert!((free * free - (T::one() - right)).abs() <= bound);
}
both!(
    t8_1_vectors_and_covectors_whiten_oppositely,
    vectors_and_covectors_whiten_oppositely
);

/// A softmax over 40 tokens, its Fisher information exact by rows √(n·p_y)·∇log p(y): the
/// divergence of shifts on the budget is ε·(1 + O(√ε)).
#[test]
fn t8_2_divergence_budget() {
    let mut rng = rng(82);
    let (n, d) = (40, 5);
    let unembedding = gaussian::<f64>(n, d, &mut rng);
    let h = gaussian::<f64>(d, 1, &mut rng).column(0).into_owned();
    let softmax = |h: &DVector<f64>| {
        let logits = &unembedding * h;
        let weights = logits.map(|x| (x - logits.max()).exp());
        &weights / weights.sum()
    };
    let p = softmax(&h);
    let mean = unembedding.transpose() * &p;
    let rows = DMatrix::from_fn(n, d, |y, j| {
        (n as f64 * p[y]).sqrt() * (unembedding[(y, j)] - mean[j])
    });
    let fisher = Metric::fisher(&rows, Shrinkage::Fixed(0.0)).expect("definite");
    let white = direction::<f64>(d, &mut rng);
    let miss = |epsilon: f64| {
        let b = Budget::from_kl(epsilon).expect("positive").value();
        let shift = fisher
            .unwhiten_shift(&(white.as_vector() * b))
            .expect("in range");
        let q = softmax(&(&h + shift.coordinates()));
        let kl: f64 = p.iter().zip(&q).map(|(p, q)| p * (p / q).ln()).sum();
        (kl / epsilon - 1.0).abs()
    };
    // A hundredth of ε is a tenth of the miss, up to the next order.
    let (coarse, fine) = (miss(1e-4), miss(1e-6));
    assert!(coarse < 0.05, "{coarse}");
    assert!((0.08..0.125).contains(&(fine / coarse)), "{coarse} {fine}");
}
