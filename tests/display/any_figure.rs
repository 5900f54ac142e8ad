//! What any valid input may do to a figure.

use alignment_tax::plot::{
    CostFigure, FrontierFigure, MatrixFigure, ScalingFigure, SharesFigure, SpectrumFigure,
};
use alignment_tax::{
    Attribution, Budget, Confidence, Direction, FrontierPoint, IsotropicNull, Objectives,
    ParetoFrontier, PreservationFrontier, PrincipalAngles, ScalingData, ScalingFit, ScalingModel,
    TaxRate,
};
use proptest::prelude::*;

use crate::common::properties;
use crate::seen::{both, directions};

/// Numbers in [−1, 1] with the hard ones planted.
fn overlap() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -1.0..=1.0_f64,
        1 => prop::sample::select(vec![0.0, 1.0, -1.0, 1e-12, -1e-12, 1.0 - 1e-12, -1.0 + 1e-12, 1e-300]),
    ]
}

fn budget() -> impl Strategy<Value = f64> {
    prop_oneof![
        3 => 1e-3..1e3_f64,
        1 => (-300..=300_i32).prop_map(|e| 10.0_f64.powi(e)),
        1 => prop::sample::select(vec![2.0_f64.powi(-1022), 2.0_f64.powi(1022), 1e-12]),
    ]
}

proptest! {
    #![proptest_config(properties(16))]

    #[test]
    fn any_frontier(overlap in overlap(), b in budget(), name in ".{0,60}", c in -2.0..2.0_f64, s in -2.0..2.0_f64) {
        let frontier = ParetoFrontier::from_overlap(overlap, Budget::new(b).unwrap()).unwrap();
        let point = FrontierPoint { capability: 0.9 * c * b, safety: 0.9 * s * b };
        both(|theme| {
            FrontierFigure::new(&frontier).with_names(name.clone(), "code").with_point(name.clone(), point).draw(theme)
        });
        let small = ParetoFrontier::from_overlap(overlap as f32, Budget::unit()).unwrap();
        both(|theme| FrontierFigure::new(&small).draw(theme));
    }

    #[test]
    fn any_cost(overlap in overlap(), b in budget()) {
        let v = Direction::from_slice(&[overlap, (1.0 - overlap * overlap).sqrt()]).unwrap();
        let c = Direction::from_slice(&[1.0, 0.0]).unwrap();
        let frontier = PreservationFrontier::new(TaxRate::single(&v, &c).unwrap(), Budget::new(b).unwrap());
        both(|theme| CostFigure::new(&frontier).draw(theme));
        // As good as orthogonal, and as good as the same.
        for slice in [[1.0, 1e-200], [1e-200, 1.0]] {
            let v = Direction::from_slice(&slice).unwrap();
            let frontier = PreservationFrontier::new(TaxRate::single(&v, &c).unwrap(), Budget::new(b).unwrap());
            both(|theme| CostFigure::new(&frontier).draw(theme));
        }
    }

    #[test]
    fn any_spectrum(mut radians in prop::collection::vec(0.0..=std::f64::consts::FRAC_PI_2, 1..60), tiny in any::<bool>()) {
        radians.sort_by(f64::total_cmp);
        if tiny {
            radians[0] = 1e-12;
        }
        let angles = PrincipalAngles::from_radians(&radians).unwrap();
        let null = IsotropicNull::new(100, 1 + radians.len()).unwrap();
        both(|theme| SpectrumFigure::from_angles(&angles).with_isotropic(&null, Confidence::NINETY_FIVE).draw(theme));
    }

    #[test]
    fn any_shares(n in 1..12_usize, seed in any::<u64>(), scale in prop::sample::select(vec![1.0, 1e-6, 1e-12]), name in ".{0,80}") {
        let mut all = directions(n + 1, 14, seed);
        // Safety almost or quite apart from all of them.
        let mut v: Vec<f64> = all[0].as_vector().iter().map(|x| x * scale).collect();
        v.push(1.0);
        all[0] = Direction::from_slice(&v).unwrap();
        for c in &mut all[1..] {
            let mut longer: Vec<f64> = c.as_vector().iter().copied().collect();
            longer.push(0.0);
            *c = Direction::from_slice(&longer).unwrap();
        }
        let shares = Attribution::exact(&all[0], &all[1..]).unwrap();
        let figure = SharesFigure::from_attribution(&vec![name.as_str(); n], &shares).unwrap();
        both(|theme| figure.draw(theme));
    }

    #[test]
    fn any_matrix(n in 1..20_usize, seed in any::<u64>(), name in "[^\\s\\p{C}]{1,60}") {
        let vectors = directions(n, 24, seed);
        let names: Vec<String> = (0..n).map(|i| format!("{name}{i}")).collect();
        let named: Vec<(&str, &Direction<f64>)> = names.iter().map(String::as_str).zip(&vectors).collect();
        let objectives = Objectives::from_directions(&named).unwrap();
        both(|theme| MatrixFigure::gram(&objectives).draw(theme));
    }

    #[test]
    fn any_scaling(first in 1..200_usize, rates in prop::collection::vec(0.0..=1.0_f64, 3..9), error in -7..0_i32) {
        let widths: Vec<usize> = (0..rates.len()).map(|i| first << i).collect();
        let errors = vec![10.0_f64.powi(error); rates.len()];
        let data = ScalingData::from_errors(&widths, &rates, &errors).unwrap();
        both(|theme| ScalingFigure::from_data("measured", &data).draw(theme));
        for model in [ScalingModel::Constant, ScalingModel::InverseWidth] {
            let fit = ScalingFit::new(&data, model).unwrap();
            both(|theme| ScalingFigure::from_fit("fitted", &fit).draw(theme));
        }
    }
}
