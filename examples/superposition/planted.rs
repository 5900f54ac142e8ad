//! What is planted: safety and capabilities as combinations of features, with an overlap
//! that is known because features are orthogonal coordinates before any model packs them.
//!
//! A *concept* is a unit vector over features. With a = Aᵀs the inner products of safety s
//! and the capabilities A in feature space, the *planted* rate is the intrinsic one,
//! τ_I = aᵀG⁺a with G = AᵀA (theory §7.3): what the tax is where the embeddings of all
//! features are orthonormal. Capabilities that share a feature with safety are intrinsic,
//! the others incidental; m′ counts those.

use std::fmt;

use alignment_tax::{Direction, Error, Subspace, TaxRate};

/// A unit vector over features: feature and weight.
pub type Concept = Vec<(usize, f64)>;

/// The kinds of overlap that are planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Case {
    /// Five features, one of them safety: τ_I = 0, four incidental capabilities.
    Packing,
    /// Manipulation and persuasion share one of their two features: τ_I = ¼.
    Intrinsic,
    /// Safety shares two features with two capabilities that overlap, τ_I = 0.41, while
    /// Σγ² = 0.655; four incidental capabilities.
    Mixed,
    /// τ_I = 0, and one incidental capability for every eight hidden units.
    Proportional,
    /// τ_I = 0, one incidental capability, whose feature is active exactly when safety's is.
    Together,
}

impl Case {
    pub const ALL: [Self; 5] = [
        Self::Packing,
        Self::Intrinsic,
        Self::Mixed,
        Self::Proportional,
        Self::Together,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Packing => "packing",
            Self::Intrinsic => "intrinsic",
            Self::Mixed => "mixed",
            Self::Proportional => "proportional",
            Self::Together => "together",
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Hidden units to an incidental capability in [`Case::Proportional`].
const UNITS_TO_A_CAPABILITY: usize = 8;

/// One safety concept with its capabilities; its features belong to no other problem.
#[derive(Debug, Clone)]
pub struct Problem {
    pub case: Case,
    /// Which one of its case.
    pub set: usize,
    pub safety: Concept,
    pub intrinsic: Vec<Concept>,
    incidental: Vec<Concept>,
}

impl Problem {
    /// The capabilities that a model of width d is asked about: all, but of
    /// [`Case::Proportional`] as many as belong to d.
    pub fn capabilities(&self, width: usize) -> impl Iterator<Item = &Concept> {
        self.intrinsic
            .iter()
            .chain(&self.incidental[..self.incidental_count(width)])
    }

    /// m′.
    pub fn incidental_count(&self, width: usize) -> usize {
        match self.case {
            Case::Proportional => (width / UNITS_TO_A_CAPABILITY).min(self.incidental.len()),
            _ => self.incidental.len(),
        }
    }

    /// τ_I, from feature space.
    pub fn planted(&self) -> Result<f64, Error> {
        if self.intrinsic.is_empty() {
            return Ok(0.0);
        }
        let concepts = || self.intrinsic.iter().chain([&self.safety]);
        let last = concepts().flatten().map(|(i, _)| *i).max().unwrap_or(0);
        let direction = |concept: &Concept| {
            let mut coordinates = vec![0.0; last + 1];
            concept.iter().for_each(|(i, a)| coordinates[*i] = *a);
            Direction::from_slice(&coordinates)
        };
        let shared = self.intrinsic.iter().map(direction);
        let span = Subspace::from_directions(&shared.collect::<Result<Vec<_>, _>>()?)?;
        Ok(TaxRate::between(&direction(&self.safety)?, &span)?.value())
    }
}

/// All problems, laid out over the first features.
#[derive(Debug, Clone)]
pub struct Plan {
    pub problems: Vec<Problem>,
    /// How many features they take.
    pub features: usize,
}

impl Plan {
    /// So many problems of each case, but one of [`Case::Proportional`], with enough
    /// capabilities for the largest width.
    pub fn new(sets: usize, largest_width: usize) -> Self {
        let mut plan = Self {
            problems: Vec::new(),
            features: 0,
        };
        for case in Case::ALL {
            let sets = if case == Case::Proportional { 1 } else { sets };
            for set in 0..sets {
                let problem = plan.problem(case, set, largest_width);
                plan.problems.push(problem);
            }
        }
        plan
    }

    fn problem(&mut self, case: Case, set: usize, largest_width: usize) -> Problem {
        let half = 0.5_f64.sqrt();
        let mut incidental = 0;
        let (safety, intrinsic) = match case {
            Case::Packing => {
                incidental = 4;
                (vec![(self.feature(), 1.0)], vec![])
            }
            Case::Intrinsic => {
                let [influence, deceit, candour] = [(); 3].map(|()| self.feature());
                let manipulation = vec![(influence, half), (deceit, half)];
                (manipulation, vec![vec![(influence, half), (candour, half)]])
            }
            Case::Mixed => {
                incidental = 4;
                let [f, g, own] = [(); 3].map(|()| self.feature());
                let safety = vec![(f, 0.5), (g, 0.4), (own, 0.59_f64.sqrt())];
                (safety, vec![vec![(f, 1.0)], vec![(f, half), (g, half)]])
            }
            Case::Proportional => {
                incidental = largest_width / UNITS_TO_A_CAPABILITY;
                (vec![(self.feature(), 1.0)], vec![])
            }
            Case::Together => {
                incidental = 1;
                (vec![(self.feature(), 1.0)], vec![])
            }
        };
        Problem {
            case,
            set,
            safety,
            intrinsic,
            incidental: (0..incidental)
                .map(|_| vec![(self.feature(), 1.0)])
                .collect(),
        }
    }

    fn feature(&mut self) -> usize {
        self.features += 1;
        self.features - 1
    }

    /// Leader and follower of each problem of [`Case::Together`].
    pub fn followers(&self) -> Vec<(usize, usize)> {
        let together = self.problems.iter().filter(|p| p.case == Case::Together);
        together
            .map(|p| (p.safety[0].0, p.incidental[0][0].0))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn planted_rates_are_those_worked_out_by_hand() {
        for problem in Plan::new(2, 64).problems {
            let expected = match problem.case {
                Case::Intrinsic => 0.25,
                // The span of f and f + g is that of f and g: 0.5² + 0.4².
                Case::Mixed => 0.41,
                _ => 0.0,
            };
            let planted = problem.planted().unwrap();
            assert!(
                (planted - expected).abs() < 1e-14,
                "{}: {planted}",
                problem.case
            );
        }
    }

    #[test]
    fn the_sum_of_squares_is_not_the_planted_rate_where_capabilities_overlap() {
        let plan = Plan::new(1, 8);
        let mixed = plan
            .problems
            .iter()
            .find(|p| p.case == Case::Mixed)
            .unwrap();
        let overlap = |c: &Concept| -> f64 {
            let of = |i: usize| {
                mixed
                    .safety
                    .iter()
                    .find(|(j, _)| *j == i)
                    .map_or(0.0, |x| x.1)
            };
            c.iter().map(|(i, a)| a * of(*i)).sum()
        };
        let sum: f64 = mixed.intrinsic.iter().map(|c| overlap(c).powi(2)).sum();
        assert!((sum - 0.655).abs() < 1e-14, "{sum}");
    }

    #[test]
    fn concepts_are_unit_vectors_and_problems_share_no_feature() {
        let plan = Plan::new(3, 128);
        let mut taken = BTreeSet::new();
        for problem in &plan.problems {
            let mut own = BTreeSet::new();
            for concept in problem.capabilities(128).chain([&problem.safety]) {
                let square: f64 = concept.iter().map(|(_, a)| a * a).sum();
                assert!((square - 1.0).abs() < 1e-15);
                own.extend(concept.iter().map(|(i, _)| *i));
            }
            assert!(taken.is_disjoint(&own));
            taken.extend(own);
        }
        assert_eq!(taken, (0..plan.features).collect());
    }

    #[test]
    fn capabilities_grow_with_the_width_where_they_are_to() {
        let plan = Plan::new(1, 128);
        for (width, expected) in [(8, 1), (64, 8), (128, 16)] {
            for problem in &plan.problems {
                let count = problem.incidental_count(width);
                match problem.case {
                    Case::Proportional => assert_eq!(count, expected),
                    Case::Packing | Case::Mixed => assert_eq!(count, 4),
                    Case::Intrinsic => assert_eq!(count, 0),
                    Case::Together => assert_eq!(count, 1),
                }
            }
        }
    }
}
