//! Other inner products.

use alignment_tax::{Covector, Direction, Metric, ShrunkCovariance, Vector};
use nalgebra::DVector;

use crate::check;
use crate::draw::{Draw, Scalar};
use crate::statistics::some_shrinkage;

pub fn metric<T: Scalar>(draw: &mut Draw<'_>) {
    let d = draw.size();
    let n = draw.size();
    let made = match draw.below(7) {
        0 => {
            let d = if draw.rarely(16) { 0 } else { d };
            draw.call("identity", Metric::<T>::identity(d))
        }
        1 => {
            let x = draw.vector::<T>(d).map(|x| x.abs());
            draw.call("diagonal", Metric::diagonal(&x))
        }
        2 => {
            let a = draw.gram::<T>(d);
            draw.call("full", Metric::full(&a))
        }
        3 => {
            let x = draw.vector::<T>(d).map(|x| x.abs());
            let factor = draw.matrix::<T>(d, n);
            draw.call("low_rank", Metric::low_rank(&x, &factor))
        }
        kind => {
            let (samples, shrinkage) = (draw.matrix::<T>(n, d), some_shrinkage(draw));
            match kind {
                4 => {
                    let covariance = ShrunkCovariance::from_samples(&samples, shrinkage);
                    draw.call("covariance", covariance)
                        .and_then(|c| draw.call("from_covariance", Metric::from_covariance(&c)))
                }
                5 => draw.call("fisher", Metric::fisher(&samples, shrinkage)),
                _ => draw.call("causal", Metric::causal(&samples, shrinkage)),
            }
        }
    };
    let Some(metric) = made else { return };
    let metric = if draw.rarely(4) {
        metric.dual()
    } else {
        metric
    };
    let kappa = metric.condition_number();
    assert!(kappa >= T::one(), "κ = {kappa}");
    let d = metric.dimension();
    let (x, y) = (draw.numbers::<T>(d), draw.vector::<T>(d));
    let (Some(x), Some(y)) = (
        draw.call("Vector", Vector::from_slice(&x)),
        draw.call("Covector", Covector::new(&y)),
    ) else {
        return;
    };
    let _ = draw.call("Vector::new", Vector::new(y.coordinates()));
    let _ = draw.call(
        "Covector::from_slice",
        Covector::from_slice(x.coordinates().as_slice()),
    );
    if let Some(z) = draw.call("pair", y.pair(&x)) {
        check::is_finite("pairing", z);
    }
    let finite = |what: &str, z: Option<DVector<T>>| {
        if let Some(z) = z {
            check::finite(what, z.iter());
        }
    };
    let lowered = draw.call("lower", metric.lower(&x));
    finite("lowered", lowered.map(|z| z.coordinates().clone()));
    let raised = draw.call("raise", metric.raise(&y));
    finite("raised", raised.map(|z| z.coordinates().clone()));
    finite(
        "whitened",
        draw.call("whiten_vector", metric.whiten_vector(&x)),
    );
    finite(
        "whitened",
        draw.call("whiten_covector", metric.whiten_covector(&y)),
    );
    let many = [y.clone(), y.clone()];
    if let Some(z) = draw.call("whiten_covectors", metric.whiten_covectors(&many)) {
        check::finite("whitened", z.iter());
    }
    let unit = |what: &str, v: Option<Direction<T>>| {
        if let Some(v) = v {
            let off = (v.as_vector().norm() - T::one()).abs();
            check::within(
                what,
                off,
                T::zero(),
                alignment_tax::tolerance::orthonormality(d),
            );
        }
    };
    unit(
        "vector",
        draw.call("vector_direction", metric.vector_direction(&x)),
    );
    unit(
        "covector",
        draw.call("covector_direction", metric.covector_direction(&y)),
    );
    let back = draw.call("unwhiten_shift", metric.unwhiten_shift(x.coordinates()));
    finite("shift", back.map(|z| z.coordinates().clone()));
    for z in [
        draw.call("length", metric.length(&x)),
        draw.call("dual_length", metric.dual_length(&y)),
    ]
    .into_iter()
    .flatten()
    {
        check::is_finite("length", z);
        assert!(z >= T::zero());
    }
}
