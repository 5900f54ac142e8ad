//! §9 Auditing a real update.

use alignment_tax::{Audit, Real, tolerance};
use nalgebra::DVector;

use crate::common::{gaussian, rng};
use crate::shared::{both, planted, t};

fn four_parts_of_a_shift<T: Real>() {
    let (d, alpha) = (24, 0.9_f64);
    let bound = tolerance::orthonormality::<T>(d);
    let (v, c) = planted::<T>(d, 4, alpha, 91);
    let mut rng = rng(911);
    let inside = |x: &DVector<T>| c.project(x).expect("finite");
    let w = inside(v.as_vector()).normalize();
    let u = c.reject(v.as_vector()).expect("finite").normalize();
    let any = gaussian::<T>(d, 1, &mut rng).column(0).into_owned();
    let in_vain = inside(&any);
    let in_vain = (&in_vain - &w * w.dot(&in_vain)).normalize();
    let unseen = &any - inside(&any);
    let unseen = (&unseen - &u * u.dot(&unseen)).normalize();
    for [free, paid, idle, waste] in [
        [2.0, 1.0, 3.0, 4.0],
        [-1.0, 0.5, 0.0, 2.0],
        [1.0, -0.5, 1.0, 0.0],
    ] {
        let delta = &u * t::<T>(free)
            + &w * t::<T>(paid)
            + &in_vain * t::<T>(idle)
            + &unseen * t::<T>(waste);
        let audit = Audit::new(&delta, &v, &c).expect("finite");
        let length = (free * free + paid * paid + idle * idle + waste * waste).sqrt();
        let gain = alpha.sin() * free + alpha.cos() * paid;
        let most = alpha.cos() * paid + alpha.sin() * free.hypot(waste);
        for (ours, truth) in [
            (audit.length(), length),
            (audit.free(), free),
            (audit.paid(), paid),
            (audit.idle(), idle),
            (audit.waste(), waste),
            (audit.safety(), gain),
            (audit.capability(), paid.hypot(idle)),
            (audit.attainable(), most),
        ] {
            assert!(
                (ours - t(truth)).abs() <= bound * t(2.0 * length),
                "{ours} {truth}"
            );
        }
        // Efficiency is 1 where all that left 𝒞 went along u, and below it elsewhere.
        let best = &u * t::<T>(free.hypot(waste)) + &w * t::<T>(paid) + &in_vain * t::<T>(idle);
        let best = Audit::new(&best, &v, &c).expect("finite");
        let accepted = bound * t(2.0 * length / most);
        assert!((best.efficiency().expect("attainable") - T::one()).abs() <= accepted);
        assert!((best.attainable() - audit.attainable()).abs() <= bound * t(2.0 * length));
        if waste > 0.0 || free < 0.0 {
            assert!(audit.efficiency().expect("attainable") < t(0.99));
        }
        // No shift of that length and that displacement gains more.
        let outside = delta.norm_squared() - inside(&delta).norm_squared();
        for _ in 0..50 {
            let other = gaussian::<T>(d, 1, &mut rng).column(0).into_owned();
            let other = (&other - inside(&other)).normalize() * outside.sqrt();
            let gain = v.as_vector().dot(&(inside(&delta) + other));
            assert!(gain <= audit.attainable() + bound * t(2.0 * length));
        }
    }
}
both!(t9_1_four_parts_of_a_shift, four_parts_of_a_shift);
