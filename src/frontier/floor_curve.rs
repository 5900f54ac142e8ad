//! One floor varied, the others as they are: safety against what one capability may lose.
//!
//! The curve rises and is concave (the optimum is a concave function of the floors), its
//! slope is the price, and it is smooth but for kinks of the price, where a floor starts
//! or stops to bind. Those are found by halving the step in which the set of binding
//! floors changed, again and again.

use super::pareto::drawable;
use super::{FloorOptimum, Floors, FrontierError};
use crate::Real;

/// A point of a [`FloorCurve`].
///
/// # Examples
/// See [`FloorCurve`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct FloorPoint<T> {
    /// ε, the loss that is tolerated.
    pub tolerated: T,
    /// s*(ε), the safety gain.
    pub gain: T,
    /// ds*/dε, the price there.
    pub price: T,
}

/// A tolerated loss at which the set of binding floors changes.
///
/// # Examples
/// See [`FloorCurve`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FloorKink<T> {
    /// ε.
    pub tolerated: T,
    /// Names of the floors that bind beyond it and not before.
    pub entering: Vec<String>,
    /// Names of the floors that bind before it and not beyond.
    pub leaving: Vec<String>,
}

/// The safety gain as a function of one tolerated loss.
///
/// # Units and shapes
/// From ε = 0 to the ε at which the floor stops to bind, where the price reaches zero; a
/// single point where it never binds.
///
/// # Accuracy
/// Points as [`FloorOptimum`]; a kink to √ε_machine of the length of the curve. A set that changes
/// and changes back within one step is not seen: take more points.
///
/// # Examples
/// ```
/// use alignment_tax::{Budget, Floors, Objectives};
/// use nalgebra::{DMatrix, dmatrix};
///
/// let gram: DMatrix<f64> = dmatrix![1.0, -0.6, -0.5; -0.6, 1.0, 0.5; -0.5, 0.5, 1.0];
/// let objectives = Objectives::from_gram(&["safety", "math", "code"], &gram)?;
/// let floors = Floors::uniform(&objectives, "safety", Budget::unit(), 0.3)?;
/// let curve = floors.trade_off("math", 33)?;
/// let (first, last) = (curve.points()[0].clone(), curve.points()[32].clone());
/// assert!(first.gain < last.gain && first.price > last.price);
/// // With little to lose in math, code is safe as well; then its floor binds too.
/// assert_eq!(curve.kinks()[0].entering, ["code"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FloorCurve<T> {
    points: Vec<FloorPoint<T>>,
    kinks: Vec<FloorKink<T>>,
}

impl<T: Real> FloorCurve<T> {
    pub(super) fn swept(floors: &Floors<T>, name: &str, n: usize) -> Result<Self, FrontierError> {
        drawable(n, 2)?;
        let lifted = floors.clone().with(name, T::from_double(f64::INFINITY))?;
        let i = floors.objectives.index(name)?;
        let end = -lifted.solve()?.changes()[i];
        let at = |loss: T| floors.clone().with(name, loss)?.solve();
        if end <= floors.objectives.embedding().noise * floors.budget {
            let point = Self::point(T::zero(), i, &at(T::zero())?);
            return Ok(Self {
                points: vec![point],
                kinks: Vec::new(),
            });
        }
        let mut points = Vec::with_capacity(n);
        let mut kinks = Vec::new();
        let mut before: Option<(T, Vec<usize>)> = None;
        for step in 0..n {
            let loss = end * T::from_double(step as f64 / (n - 1) as f64);
            let optimum = at(loss)?;
            points.push(Self::point(loss, i, &optimum));
            // At the very end the floor itself may bind or not.
            let mut members = optimum.members().to_vec();
            if step + 1 == n {
                members.retain(|&j| j != i);
                if before.as_ref().is_some_and(|(_, set)| set.contains(&i)) {
                    members.push(i);
                    members.sort_unstable();
                }
            }
            if let Some(from) = before {
                kinks_between(floors, &at, from, (loss, &members), end, &mut kinks)?;
            }
            before = Some((loss, members));
        }
        Ok(Self { points, kinks })
    }

    fn point(tolerated: T, i: usize, optimum: &FloorOptimum<T>) -> FloorPoint<T> {
        FloorPoint {
            tolerated,
            gain: optimum.gain(),
            price: optimum.prices()[i],
        }
    }

    /// The points, in the order of the losses.
    ///
    /// # Examples
    /// See [`FloorCurve`].
    #[must_use]
    pub fn points(&self) -> &[FloorPoint<T>] {
        &self.points
    }

    /// Where the set of binding floors changes, in the order of the losses.
    ///
    /// # Examples
    /// See [`FloorCurve`].
    #[must_use]
    pub fn kinks(&self) -> &[FloorKink<T>] {
        &self.kinks
    }
}

/// The changes between two losses; a bounded number, of which each is looked for from the one
/// before.
fn kinks_between<T: Real>(
    floors: &Floors<T>,
    at: &impl Fn(T) -> Result<FloorOptimum<T>, FrontierError>,
    (mut low, mut before): (T, Vec<usize>),
    (end_of_step, last): (T, &[usize]),
    end: T,
    kinks: &mut Vec<FloorKink<T>>,
) -> Result<(), FrontierError> {
    let width = T::machine_epsilon().sqrt() * end;
    let names = |of: &[usize], without: &[usize]| -> Vec<String> {
        let rest = of.iter().filter(|i| !without.contains(i));
        rest.map(|&i| floors.objectives.names()[i].clone())
            .collect()
    };
    for _ in 0..=2 * floors.objectives.len() {
        if before == last {
            break;
        }
        let (mut high, mut after) = (end_of_step, last.to_vec());
        while high - low > width {
            let middle = low + (high - low) * T::from_double(0.5);
            let members = at(middle)?.members().to_vec();
            if members == before {
                low = middle;
            } else {
                (high, after) = (middle, members);
            }
        }
        kinks.push(FloorKink {
            tolerated: high,
            entering: names(&after, &before),
            leaving: names(&before, &after),
        });
        (low, before) = (high, after);
    }
    Ok(())
}
