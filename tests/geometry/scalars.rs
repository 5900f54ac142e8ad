//! The crate is open to other scalars: dual numbers give derivatives of τ and of a
//! cost, and f32 agrees with f64.

use crate::common::{direction, gaussian, rng};
use alignment_tax::{Direction, PrincipalAngles, Subspace, TaxRate, tolerance};
use nalgebra::DMatrix;

#[test]
fn single_precision_agrees_with_double() {
    let mut rng = rng(32);
    for (d, m) in [(3, 1), (40, 5), (600, 12)] {
        // Exact in f32, so that both scalars see the same input.
        let a32 = gaussian::<f32>(d, m, &mut rng);
        let v32 = direction::<f32>(d, &mut rng);
        let a64: DMatrix<f64> = a32.map(f64::from);
        let v64 = Direction::new(&v32.as_vector().map(f64::from)).expect("unit");
        let (c32, c64) = (
            Subspace::from_columns(&a32).expect("a span"),
            Subspace::from_columns(&a64).expect("a span"),
        );
        let (t32, t64) = (
            TaxRate::between(&v32, &c32).expect("one space"),
            TaxRate::between(&v64, &c64).expect("one space"),
        );
        let bound = f64::from(tolerance::angle::<f32>(m) * c32.condition_number());
        assert!((f64::from(t32.angle()) - t64.angle()).abs() <= bound);
        let b32 = Subspace::from_columns(&gaussian::<f32>(d, m, &mut rng)).expect("a span");
        let b64 = Subspace::from_orthonormal(
            &Subspace::from_columns(&b32.basis().map(f64::from))
                .expect("a span")
                .basis()
                .clone(),
        )
        .expect("orthonormal");
        let angles32 = PrincipalAngles::between(&c32, &b32).expect("angles");
        let angles64 = PrincipalAngles::between(&c64, &b64).expect("angles");
        for (x, y) in angles32.radians().iter().zip(angles64.radians()) {
            assert!((f64::from(*x) - y).abs() <= bound);
        }
    }
}

#[cfg(feature = "num-dual")]
mod dual {
    use super::*;
    use alignment_tax::{Attribution, Budget, PreservationFrontier};
    use num_dual::Dual64;

    fn constant(a: &DMatrix<f64>) -> DMatrix<Dual64> {
        a.map(Dual64::from)
    }

    /// dτ/dt along v + t·w, against a central difference and the closed form
    /// 2⟨Pv, w⟩ − 2τ⟨v, w⟩ at a unit v.
    #[test]
    fn derivative_of_the_rate() {
        let mut rng = rng(64);
        let (d, m) = (12, 3);
        let a = gaussian::<f64>(d, m, &mut rng);
        let v = direction::<f64>(d, &mut rng);
        let w = gaussian::<f64>(d, 1, &mut rng).column(0).into_owned();
        let c = Subspace::from_columns(&a).expect("a span");
        let rate = |t: f64| {
            let moved = Direction::new(&(v.as_vector() + &w * t)).expect("a direction");
            TaxRate::between(&moved, &c).expect("one space").value()
        };
        let h = f64::EPSILON.cbrt();
        let difference = (rate(h) - rate(-h)) / (2.0 * h);
        let inside = c.project(v.as_vector()).expect("finite");
        let closed = 2.0 * inside.dot(&w) - 2.0 * rate(0.0) * v.as_vector().dot(&w);

        let t = Dual64::from(0.0).derivative();
        let moved = nalgebra::DVector::from_fn(d, |i, _| {
            Dual64::from(v.as_vector()[i]) + t * Dual64::from(w[i])
        });
        let moved = Direction::new(&moved).expect("a direction");
        let span = Subspace::from_columns(&constant(&a)).expect("a span");
        let tau = TaxRate::between(&moved, &span).expect("one space").value();
        let scale = w.norm() * c.condition_number();
        assert!((tau.re - rate(0.0)).abs() <= tolerance::angle::<f64>(m) * scale);
        assert!((tau.eps - closed).abs() <= tolerance::angle::<f64>(m) * scale);
        assert!((tau.eps - difference).abs() <= 10.0 * h * h * scale * scale);
    }

    /// The cost of a safety level, differentiated through the whole path.
    #[test]
    fn derivative_of_the_cost_is_the_marginal_cost() {
        let v = Direction::from_slice(&[Dual64::from(0.6), Dual64::from(0.8)]).expect("unit");
        let c = Direction::from_slice(&[Dual64::from(1.0), Dual64::from(0.0)]).expect("unit");
        let shares = Attribution::exact(&v, &[c]).expect("shares");
        let budget = Budget::new(Dual64::from(2.0)).expect("positive");
        let frontier = PreservationFrontier::new(shares.total(), budget);
        for s in [1.7, 1.8, 1.95] {
            let cost = frontier
                .min_cost(Dual64::from(s).derivative())
                .expect("in reach");
            let marginal = frontier.marginal_cost(Dual64::from(s)).expect("finite");
            let steep = marginal.re * marginal.re;
            assert!((cost.eps - marginal.re).abs() <= tolerance::closed_form::<f64>() * steep);
        }
    }
}
