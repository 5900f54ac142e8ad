//! Tolerances at sizes at which every term of their formulas counts: a bound that is wrong would pass
//! or refuse what it should not, and the tests that use it would follow it.

use alignment_tax::tolerance;

const E: f64 = f64::EPSILON;

/// The formulas of their documentation, worked out by hand.
#[test]
fn tolerances_are_their_formulas() {
    for (what, found, expected) in [
        ("rank", tolerance::rank(3, 7), 7.0 * E),
        ("rank", tolerance::rank(9, 2), 9.0 * E),
        ("orthonormality", tolerance::orthonormality(9), 48.0 * E),
        ("angle", tolerance::angle(9), 24.0 * E),
        ("angle of nothing", tolerance::angle(0), 8.0 * E),
        ("symmetry", tolerance::symmetry(3), 48.0 * E),
        ("eigenvalue", tolerance::eigenvalue(3), 48.0 * E),
        // ⌈log₂ 101⌉ = 7, ⌈log₂ 4097⌉ = 13.
        ("mean_difference", tolerance::mean_difference(100), 76.0 * E),
        (
            "mean_difference",
            tolerance::mean_difference(4096),
            100.0 * E,
        ),
        ("scatter", tolerance::scatter(3), 1030.0 * E),
        ("closed_form", tolerance::closed_form(), 16.0 * E),
        ("covariance", tolerance::covariance(2, 18), 24.0 * E),
        ("beta_tail", tolerance::beta_tail(6), 1030.0 * E),
        ("tie", tolerance::tie(3), 48.0 * E),
        ("coordinates", tolerance::coordinates(9, 3.0), 144.0),
        ("combination", tolerance::combination(3.0, 5.0), 240.0),
        ("residual", tolerance::residual(3.0, 5.0), 960.0),
        ("gain", tolerance::gain(3), 192.0 * E),
        ("rotations", tolerance::rotations(3), 6.0 * E),
    ] {
        assert_eq!(found, expected, "{what}");
    }
    // They know the scalar they are of.
    let single = f64::from(f32::EPSILON);
    assert_eq!(f64::from(tolerance::rank::<f32>(3, 7)), 7.0 * single);
    assert_eq!(f64::from(tolerance::gain::<f32>(3)), 192.0 * single);
}
