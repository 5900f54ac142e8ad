//! What the errors say.

use alignment_tax::{
    Attribution, Budget, Contrast, Direction, Error, FrontierError, FrontierPoint, Metric, Moments,
    ParetoFrontier, PrincipalAngles, RankRule, Subspace, TaxRate,
};
use nalgebra::{DMatrix, dmatrix};

use crate::common::{rng, subspace};
use crate::shared::axis;

/// Each variant names the argument, what was expected and what came.
#[test]
fn messages_say_what_where_and_what_to_do() {
    let v = axis::<f64>(2, 0);
    let unit = Budget::<f64>::unit();
    let frontier = ParetoFrontier::from_overlap(-0.5, unit).expect("an overlap");
    let line = ParetoFrontier::from_overlap(1.0, unit).expect("an overlap");
    let same = dmatrix![0.1, 0.2];
    let table: Vec<(Result<(), FrontierError>, &[&str])> = vec![
        (
            said(Subspace::from_columns(&dmatrix![1.0, 2.0; 3.0, f64::NAN])),
            &[
                "`columns`",
                "non-finite",
                "NaN",
                "row 1",
                "column 1",
                "must be finite",
            ],
        ),
        (
            said(Direction::from_slice(&[f64::NEG_INFINITY])),
            &["`vector`", "-inf", "row 0", "column 0"],
        ),
        (
            said(Subspace::from_pca(
                &DMatrix::<f64>::zeros(0, 3),
                RankRule::Numerical,
            )),
            &[
                "`samples`",
                "empty",
                "0 × 3",
                "at least one row and one column",
            ],
        ),
        (
            said(Subspace::from_columns(&dmatrix![1.0, 0.0; 0.0, 0.0])),
            &["`columns`", "zero", "column 1", "no direction"],
        ),
        (
            said(TaxRate::between(&v, &subspace(3, 1, &mut rng(0)))),
            &["`safety`", "has 2 coordinates", "expected 3"],
        ),
        (
            said(Budget::new(-2.5)),
            &["`budget`", "-2.5", "expected", "positive"],
        ),
        (
            said(Attribution::exact(&v, &vec![v.clone(); 17])),
            &[
                "`number of capabilities`",
                "is 17",
                "from 1 to 16",
                "Attribution::sampled",
            ],
        ),
        (
            said(Subspace::from_columns_with(
                &dmatrix![1.0; 0.0],
                RankRule::Fixed(2),
            )),
            &["`fixed rank`", "is 2", "from 1 to 1", "min(d, k)"],
        ),
        (
            said(Subspace::from_columns_with(
                &dmatrix![1.0, 0.0; 0.0, 1.0],
                RankRule::GavishDonoho,
            )),
            &[
                "`columns`",
                "Gavish and Donoho",
                "one variance",
                "from_leading_singular",
            ],
        ),
        (
            said(Subspace::from_orthonormal(&dmatrix![1.0, 0.5; 0.0, 1.0])),
            &[
                "`basis`",
                "not orthonormal",
                "columns 0 and 1",
                "5e-1",
                "orthonormalises",
            ],
        ),
        (
            said(Subspace::from_projector(&dmatrix![1.0, 0.5; 0.0, 0.0])),
            &["`projector`", "not symmetric", "(1, 0)", "(0, 1)", "5e-1"],
        ),
        (
            said(Subspace::from_projector(&dmatrix![0.5])),
            &[
                "`projector`",
                "not a projector",
                "2.5e-1",
                "row 0",
                "column 0",
            ],
        ),
        (
            said(TaxRate::from_gram(&dmatrix![1.0, 2.0; 2.0, 1.0], 0)),
            &[
                "`gram`",
                "not positive semidefinite",
                "-1e0",
                "no set of vectors",
            ],
        ),
        (
            said(Metric::full(&dmatrix![1.0, 2.0; 2.0, 1.0])),
            &[
                "`metric`",
                "not positive definite",
                "smallest eigenvalue is -",
                "unit diagonal",
                "add to the diagonal",
            ],
        ),
        (
            said(Moments::new(2).and_then(|mut m| m.update(&dmatrix![1.0, 0.0; 0.0, -1e200]))),
            &[
                "`batch`",
                "-1e200",
                "row 1, column 1",
                "up to 2.9",
                "squares",
                "rescale",
            ],
        ),
        (
            said(Contrast::new(&same, &same).and_then(|c| c.mean_difference())),
            &["`difference of means`", "vanishes", "0e0", "noise"],
        ),
        (
            said(PrincipalAngles::between(
                &Subspace::<f64>::trivial(2).expect("d = 2"),
                &subspace(2, 1, &mut rng(0)),
            )),
            &["`left`", "{0}", "no principal angles"],
        ),
        (
            frontier.safety_at(-1.5).map(drop),
            &[
                "capability change",
                "-1.5",
                "out of reach",
                "budget 1",
                "[-1.0, 1.0]",
            ],
        ),
        (
            frontier.price_at(1.0).map(drop),
            &["price", "capability change 1", "infinite", "budget 1"],
        ),
        (
            line.required_budget(FrontierPoint {
                capability: 0.0,
                safety: 0.25,
            })
            .map(drop),
            &["no budget", "safety gain 0.25", "one line"],
        ),
        (
            frontier.safety_at(f64::NAN).map(drop),
            &["`capability change`", "NaN", "finite"],
        ),
    ];
    for (result, pieces) in table {
        let message = result.expect_err("each of them is refused").to_string();
        for piece in pieces {
            assert!(
                message.contains(piece),
                "{piece:?} is missing in {message:?}"
            );
        }
    }
}

fn said<X>(result: Result<X, Error>) -> Result<(), FrontierError> {
    result.map(drop).map_err(FrontierError::from)
}
