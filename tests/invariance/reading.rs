//! A reading, a change of the data, and what the one becomes under the other.
//!
//! A reading is a table of numbers that the public API computes from a data set, with its law:
//! what runs along its two sides, and to which power each unit enters. A change is new
//! data together with the map that it makes of each side. So one checker holds every reading to
//! every change.

use alignment_tax::Real;
use nalgebra::{DMatrix, DVector};

/// What the entries of one side of a table stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// Places that mean the same whatever the data, or a single number.
    Fixed,
    /// Coordinates of a vector: they turn with the representation.
    Ambient,
    /// Coordinates one by one: they are named anew, but no rotation makes sense of them.
    Coordinate,
    /// The concepts of the capabilities.
    Capability,
    /// The same, each number changing its sign with that of the concept.
    Signed,
    /// The objectives with gradients, safety among them.
    Objective,
    /// The same, each number in units of that objective's metric, or of one over it.
    Metric,
    PerMetric,
    /// The rows of a list of shifts.
    Checkpoint,
    /// The widths of a scaling study.
    Width,
    /// The members of a list of p-values.
    Hypothesis,
}

/// The kinds of changes, for what a reading is exempt from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A unit that is a power of two, which leaves all digits.
    Unit,
    /// Any other unit.
    Scale,
    Rotation,
    Coordinates,
    Rows,
    Capabilities,
    Objectives,
    Signs,
    Basis,
    Widths,
    Hypotheses,
    Precision,
}

/// Exponents of the units in which a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Units {
    pub activations: i32,
    pub shift: i32,
    pub budget: i32,
    /// The slope of the safety objective, over and above what the axes say.
    pub safety: i32,
    /// The root of the metric.
    pub metric: i32,
    pub width: i32,
}

#[derive(Debug, Clone)]
pub struct Reading {
    pub name: String,
    pub value: DMatrix<f64>,
    pub axes: [Axis; 2],
    pub units: Units,
    /// Whether it changes its sign when plus and minus of safety are exchanged.
    pub odd: bool,
    /// Whether a power of two in a unit leaves the digits as they are.
    pub digits: bool,
    pub exempt: Vec<Kind>,
    /// The relative backward error of what computed it, by `tolerance`.
    pub error: f64,
}

impl Reading {
    pub fn activations(&mut self, exponent: i32) -> &mut Self {
        self.units.activations = exponent;
        self
    }

    pub fn shift(&mut self, exponent: i32) -> &mut Self {
        self.units.shift = exponent;
        self
    }

    pub fn budget(&mut self, exponent: i32) -> &mut Self {
        self.units.budget = exponent;
        self
    }

    pub fn safety_metric(&mut self, exponent: i32) -> &mut Self {
        self.units.safety = exponent;
        self
    }

    pub fn metric(&mut self, exponent: i32) -> &mut Self {
        self.units.metric = exponent;
        self
    }

    pub fn width(&mut self, exponent: i32) -> &mut Self {
        self.units.width = exponent;
        self
    }

    pub fn odd(&mut self) -> &mut Self {
        self.odd = true;
        self
    }

    /// Digits change with the unit, for the reason given.
    pub fn rounds(&mut self, _reason: &'static str) -> &mut Self {
        self.digits = false;
        self
    }

    /// The law of one kind of change does not hold, for the reason given.
    pub fn except(&mut self, kind: Kind, _reason: &'static str) -> &mut Self {
        self.exempt.push(kind);
        self
    }

    /// In place of that of its family.
    pub fn error(&mut self, relative: f64) -> &mut Self {
        self.error = relative;
        self
    }
}

/// Collects the readings of one family.
pub struct Reader {
    family: &'static str,
    error: f64,
    pub readings: Vec<Reading>,
}

impl Reader {
    pub fn new() -> Self {
        Self {
            family: "",
            error: 0.0,
            readings: Vec::new(),
        }
    }

    /// What follows belongs to this type of the API and has this relative backward error.
    pub fn family<T: Real>(&mut self, name: &'static str, error: T) {
        self.family = name;
        self.error = error.to_double();
    }

    fn push(&mut self, name: &str, value: DMatrix<f64>, axes: [Axis; 2]) -> &mut Reading {
        self.readings.push(Reading {
            name: format!("{}::{name}", self.family),
            value,
            axes,
            units: Units::default(),
            odd: false,
            digits: true,
            exempt: Vec::new(),
            error: self.error,
        });
        self.readings.last_mut().expect("just pushed")
    }

    pub fn number<T: Real>(&mut self, name: &str, value: T) -> &mut Reading {
        self.numbers(name, &[value], Axis::Fixed)
    }

    /// A count, a verdict or an answer: none but the same will do.
    pub fn exactly(&mut self, name: &str, value: usize) -> &mut Reading {
        self.number(name, value as f64).error(0.0)
    }

    /// No entry where there is no number.
    pub fn optional<T: Real>(&mut self, name: &str, value: Option<T>) -> &mut Reading {
        let values: Vec<T> = value.into_iter().collect();
        self.numbers(name, &values, Axis::Fixed)
    }

    pub fn numbers<T: Real>(&mut self, name: &str, values: &[T], axis: Axis) -> &mut Reading {
        let entries = values.iter().map(|x| x.to_double());
        let table = DMatrix::from_iterator(values.len(), 1, entries);
        self.push(name, table, [axis, Axis::Fixed])
    }

    pub fn vector<T: Real>(&mut self, name: &str, value: &DVector<T>, axis: Axis) -> &mut Reading {
        self.numbers(name, value.as_slice(), axis)
    }

    pub fn table<T: Real>(
        &mut self,
        name: &str,
        value: &DMatrix<T>,
        rows: Axis,
        columns: Axis,
    ) -> &mut Reading {
        self.push(name, value.map(Real::to_double), [rows, columns])
    }

    /// QQᵀ, which does not depend on the basis.
    pub fn span<T: Real>(&mut self, name: &str, basis: &DMatrix<T>) -> &mut Reading {
        let basis = basis.map(Real::to_double);
        let projector = &basis * basis.transpose();
        self.push(name, projector, [Axis::Ambient, Axis::Ambient])
            .rounds("formed here, in another order for another shape")
    }
}

/// What a change does to the sides and to the units.
#[derive(Debug, Clone)]
pub struct Change {
    pub name: String,
    pub kind: Kind,
    /// The relative change of the data by rounding, in units of ε; zero where it is exact.
    pub rounding: f64,
    pub ambient: Option<DMatrix<f64>>,
    pub capability: Option<DMatrix<f64>>,
    pub capability_signs: Option<DMatrix<f64>>,
    pub objective: Option<DMatrix<f64>>,
    pub slopes: Option<Vec<f64>>,
    pub safety_slope: f64,
    pub checkpoint: Option<DMatrix<f64>>,
    pub widths: Option<DMatrix<f64>>,
    pub hypotheses: Option<DMatrix<f64>>,
    pub safety_sign: f64,
    /// The units.
    pub activations: f64,
    pub shift: f64,
    pub budget: f64,
    pub metric: f64,
    pub width: f64,
}

impl Change {
    pub fn none(kind: Kind, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind,
            rounding: 0.0,
            ambient: None,
            capability: None,
            capability_signs: None,
            objective: None,
            slopes: None,
            safety_slope: 1.0,
            checkpoint: None,
            widths: None,
            hypotheses: None,
            safety_sign: 1.0,
            activations: 1.0,
            shift: 1.0,
            budget: 1.0,
            metric: 1.0,
            width: 1.0,
        }
    }

    /// The orthogonal map along one side, none where nothing moves.
    fn along(&self, axis: Axis) -> Vec<&DMatrix<f64>> {
        let maps: [&Option<DMatrix<f64>>; 2] = match axis {
            Axis::Fixed => [&None, &None],
            Axis::Ambient | Axis::Coordinate => [&self.ambient, &None],
            Axis::Capability => [&self.capability, &None],
            Axis::Signed => [&self.capability_signs, &self.capability],
            Axis::Objective | Axis::Metric | Axis::PerMetric => [&self.objective, &None],
            Axis::Checkpoint => [&self.checkpoint, &None],
            Axis::Width => [&self.widths, &None],
            Axis::Hypothesis => [&self.hypotheses, &None],
        };
        maps.into_iter().flatten().collect()
    }

    /// The units along one side, in the order of the changed data.
    fn factor(&self, axis: Axis, place: usize) -> f64 {
        match (&self.slopes, axis) {
            (Some(slopes), Axis::Metric) => slopes[place],
            (Some(slopes), Axis::PerMetric) => 1.0 / slopes[place],
            _ => 1.0,
        }
    }

    fn unit(&self, reading: &Reading) -> f64 {
        let units = &reading.units;
        let sign = if reading.odd { self.safety_sign } else { 1.0 };
        sign * self.activations.powi(units.activations)
            * self.shift.powi(units.shift)
            * self.budget.powi(units.budget)
            * self.safety_slope.powi(units.safety)
            * self.metric.powi(units.metric)
            * self.width.powi(units.width)
    }

    fn exempts(&self, reading: &Reading) -> bool {
        let bound_to_coordinates =
            self.kind == Kind::Rotation && reading.axes.contains(&Axis::Coordinate);
        bound_to_coordinates || reading.exempt.contains(&self.kind)
    }

    /// Whether the data keep their digits and the order of every sum.
    fn keeps_digits(&self) -> bool {
        self.kind == Kind::Unit && self.rounding == 0.0
    }

    /// What the reading becomes; an error where its law does not speak of this change.
    pub fn expected(&self, reading: &Reading) -> Result<DMatrix<f64>, Exempt> {
        if self.exempts(reading) {
            return Err(Exempt);
        }
        let [rows, columns] = reading.axes;
        let mut expected = reading.value.clone();
        for map in self.along(rows).into_iter().rev() {
            expected = map * expected;
        }
        for map in self.along(columns).into_iter().rev() {
            expected *= map.transpose();
        }
        for (at, x) in expected.as_mut_slice().iter_mut().enumerate() {
            *x *= self.unit_at(reading, at);
        }
        Ok(expected)
    }

    /// The unit of one entry, in the order of the changed data.
    fn unit_at(&self, reading: &Reading, at: usize) -> f64 {
        let (i, j) = (at % reading.value.nrows(), at / reading.value.nrows());
        let [rows, columns] = reading.axes;
        self.unit(reading) * self.factor(rows, i) * self.factor(columns, j)
    }

    /// Holds the reading of the changed data to that of the data: an error is a broken law, and
    /// false is one that does not speak of this change.
    ///
    /// The bound is that of forward errors, condition × backward error (Higham 2002, §1.6):
    /// `condition` is how far the reading moves for a relative change of the data, once for the
    /// rounding of the data by the change, and once for each time that the library computed it.
    pub fn check(&self, before: &Reading, after: &Reading, condition: f64) -> Result<bool, String> {
        let Ok(expected) = self.expected(before) else {
            return Ok(false);
        };
        let fail = |what: String| Err(format!("{} under {}: {what}", before.name, self.name));
        if expected.shape() != after.value.shape() {
            return fail(format!(
                "{:?} for {:?}",
                after.value.shape(),
                expected.shape()
            ));
        }
        let exact = self.keeps_digits() && before.digits;
        let bound = bound(before, after, condition, self.rounding);
        for (at, (&expected, &actual)) in expected.iter().zip(&after.value).enumerate() {
            let bound = if exact {
                0.0
            } else {
                bound * self.unit_at(before, at).abs()
            };
            let off = (actual - expected).abs();
            if actual != expected && (off > bound || off.is_nan()) {
                return fail(format!(
                    "{actual:e} at {at} for {expected:e}, off by {off:e}, bound {bound:e}"
                ));
            }
        }
        Ok(true)
    }
}

/// A law that does not speak of a change.
#[derive(Debug)]
pub struct Exempt;

/// How far two readings that are equal on paper may be apart.
pub fn bound(before: &Reading, after: &Reading, condition: f64, rounding: f64) -> f64 {
    // What the arithmetic after the last operation that the condition sees leaves of any digits.
    let last = before.value.amax() * (before.error + after.error);
    condition * (before.error + after.error + rounding) + last
}
