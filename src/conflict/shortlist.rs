//! What a search keeps: the cheapest subset that resolves, and the subsets that nothing dominates.
//!
//! A search scores subsets in coordinates, each score with a bound on its error. Scores that differ
//! by less than their errors are tied, and of tied subsets the one with the smaller mean loss, then with
//! fewer capabilities, then first in the order of the candidates is kept. Whether a subset that may
//! resolve does is not left to the score: it is frozen from the vectors, once it is known that
//! it would be the cheapest. So what is kept as resolving does resolve.

use super::FrozenGoals;
use crate::objectives::Known;
use crate::{Error, Objectives, Real, tolerance};

/// What coordinates say of a subset.
#[derive(Debug, Clone, Copy)]
pub(super) struct Score {
    /// cosθ of the worst pair.
    worst: f64,
    cosine_error: f64,
    /// 1 − min √(1 − τⱼ), and the mean over the goals.
    loss: f64,
    mean: f64,
    loss_error: f64,
}

impl Score {
    /// From the Gram matrix of the residuals of n goals, its upper triangle row by row, and the
    /// weights ‖w‖₁ of each among unit columns; none where too little is left of a goal, so that a
    /// cosine is not known to within `unsettled`.
    pub(super) fn of(
        known: Known<f64>,
        unsettled: f64,
        gram: &[f64],
        weights: &[f64],
    ) -> Option<Self> {
        let n = weights.len();
        let (mut shortest, mut sum) = (f64::INFINITY, 0.0);
        let (mut turned, mut loss_error) = (0.0_f64, 0.0_f64);
        let mut at = 0;
        for (j, &weight) in weights.iter().enumerate() {
            let length = gram[at].sqrt();
            if length <= known.least(weight) {
                return None;
            }
            let angle = known.turned(weight, length);
            turned = turned.max(angle);
            loss_error = loss_error.max(angle * length);
            shortest = shortest.min(length);
            sum += length;
            at += n - j;
        }
        let cosine_error = tolerance::combination(turned, 2.0);
        if cosine_error > unsettled {
            return None;
        }
        let (mut worst, mut row) = (1.0_f64, 0);
        for i in 0..n {
            let mut column = row + n - i;
            for j in i + 1..n {
                worst = worst.min(gram[row + j - i] / (gram[row] * gram[column]).sqrt());
                column += n - j;
            }
            row += n - i;
        }
        Some(Self {
            worst,
            cosine_error,
            loss: 1.0 - shortest,
            mean: 1.0 - sum / n as f64,
            loss_error: tolerance::combination(loss_error, 1.0),
        })
    }

    /// Of goals that were frozen from scratch.
    pub(super) fn exactly<T: Real>(frozen: &FrozenGoals<T>) -> Self {
        let rounding = frozen.rounding().to_double();
        Self {
            worst: frozen.worst_cosine().to_double(),
            cosine_error: rounding,
            loss: frozen.safety_lost().to_double(),
            mean: frozen.mean_lost().to_double(),
            loss_error: rounding,
        }
    }

    /// Whether no pair fights, or may not by the error.
    pub(super) fn may_resolve(&self) -> bool {
        // Twice: the error of this score, and that of the number it stands for.
        self.worst >= -2.0 * self.cosine_error
    }

    pub(super) fn conflict(&self) -> f64 {
        (-self.worst).max(0.0)
    }

    pub(super) fn loss(&self) -> f64 {
        self.loss
    }
}

struct Entry {
    /// Ascending.
    members: Vec<usize>,
    score: Score,
}

/// Whether the first is the better choice where both leave the same conflict.
fn precedes((a, of_a): (&Score, &[usize]), (b, of_b): (&Score, &[usize])) -> bool {
    let tied = a.loss_error + b.loss_error;
    if (a.loss - b.loss).abs() > tied {
        return a.loss < b.loss;
    }
    if (a.mean - b.mean).abs() > tied {
        return a.mean < b.mean;
    }
    (of_a.len(), of_a) < (of_b.len(), of_b)
}

pub(super) struct Shortlist<'a, T> {
    /// Goals first, then candidates.
    objectives: &'a Objectives<T>,
    goals: usize,
    resolver: Option<(Entry, FrozenGoals<T>)>,
    /// Subsets that fight: by loss, ascending, each with less conflict than the one before.
    front: Vec<Entry>,
    /// What beat the last subset that was beaten: the next is much like it, and this saves
    /// looking for a rival. Once beaten itself it still beats what it beat.
    rival: Option<Score>,
}

impl<'a, T: Real> Shortlist<'a, T> {
    pub(super) fn new(objectives: &'a Objectives<T>, goals: usize) -> Self {
        Self {
            objectives,
            goals,
            resolver: None,
            front: Vec::new(),
            rival: None,
        }
    }

    /// Whether a subset, and all that contain it, cost more than one that resolves.
    pub(super) fn is_beaten(&self, score: &Score) -> bool {
        self.resolver.as_ref().is_some_and(|(entry, _)| {
            score.loss - entry.score.loss > score.loss_error + entry.score.loss_error
        })
    }

    /// A subset, its members ascending.
    pub(super) fn offer(&mut self, members: &[usize], score: &Score) -> Result<(), Error> {
        if score.may_resolve() {
            let better = self.resolver.as_ref().is_none_or(|(entry, _)| {
                precedes((score, members), (&entry.score, &entry.members))
            });
            if !better {
                return Ok(());
            }
            let Some(frozen) = self.frozen(members)? else {
                return Ok(());
            };
            if !frozen.fights() {
                let kept = |entry: &Entry| entry.score.loss < score.loss;
                self.front.retain(kept);
                self.resolver = Some((entry(members, score), frozen));
                return Ok(());
            }
        }
        if !self.is_beaten(score) {
            self.offer_to_front(members, score);
        }
        Ok(())
    }

    fn offer_to_front(&mut self, members: &[usize], score: &Score) {
        if let Some(rival) = &self.rival
            && rival.loss <= score.loss
            && rival.conflict() + rival.cosine_error + score.cosine_error < score.conflict()
        {
            return;
        }
        // Of those that lose no more the last has the least conflict.
        let cheaper = self.front.partition_point(|x| {
            x.score.loss <= score.loss + x.score.loss_error + score.loss_error
        });
        if let Some(rival) = cheaper.checked_sub(1).map(|i| &mut self.front[i]) {
            let tied = rival.score.cosine_error + score.cosine_error;
            if rival.score.conflict() <= score.conflict() + tied {
                let same = rival.score.conflict() >= score.conflict() - tied
                    && precedes((score, members), (&rival.score, &rival.members));
                if same {
                    // The place of the rival, so that ties do not wander.
                    rival.members = members.to_vec();
                    rival.score.mean = score.mean;
                }
                self.rival = Some(rival.score);
                return;
            }
        }
        self.front
            .retain(|x| x.score.loss < score.loss || x.score.conflict() < score.conflict());
        let place = self.front.partition_point(|x| x.score.loss < score.loss);
        self.front.insert(place, entry(members, score));
    }

    /// Whether a candidate is no combination of some others.
    pub(super) fn is_independent(&self, of: &[usize], candidate: usize) -> Result<bool, Error> {
        let frozen: Vec<usize> = of.iter().map(|&i| self.goals + i).collect();
        match self
            .objectives
            .residuals(&[self.goals + candidate], &frozen)
        {
            Ok(_) => Ok(true),
            Err(Error::Dependent { .. }) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Frozen from what the objectives were made of; none where too little is left of a goal.
    pub(super) fn frozen(&self, members: &[usize]) -> Result<Option<FrozenGoals<T>>, Error> {
        let frozen: Vec<usize> = members.iter().map(|&i| self.goals + i).collect();
        match FrozenGoals::of(self.objectives, self.goals, &frozen) {
            Ok(frozen) => Ok(Some(frozen).filter(|x| x.rounding() <= tolerance::unsettled::<T>())),
            Err(Error::Dependent { .. }) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// The cheapest that resolves, and the Pareto set by safety lost, ascending: dominance decided anew by
    /// what freezing gives.
    pub(super) fn finished(self) -> Result<Finished<T>, Error> {
        let mut all = Vec::with_capacity(self.front.len() + 1);
        for entry in &self.front {
            all.extend(self.frozen(&entry.members)?);
        }
        let best = self.resolver.map(|(_, frozen)| frozen);
        if let Some(best) = &best {
            all.retain(|x: &FrozenGoals<T>| x.fights() && x.safety_lost() < best.safety_lost());
        }
        let by = |a: T, b: T| a.partial_cmp(&b).unwrap_or(std::cmp::Ordering::Equal);
        all.sort_by(|a, b| {
            by(a.safety_lost(), b.safety_lost()).then(by(a.conflict_left(), b.conflict_left()))
        });
        let mut pareto: Vec<FrozenGoals<T>> = Vec::with_capacity(all.len() + 1);
        for x in all {
            if pareto
                .last()
                .is_none_or(|last| x.conflict_left() < last.conflict_left())
            {
                pareto.push(x);
            }
        }
        pareto.extend(best.clone());
        Ok(Finished { best, pareto })
    }
}

/// What a search found.
pub(super) struct Finished<T> {
    pub(super) best: Option<FrozenGoals<T>>,
    pub(super) pareto: Vec<FrozenGoals<T>>,
}

fn entry(members: &[usize], score: &Score) -> Entry {
    Entry {
        members: members.to_vec(),
        score: *score,
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, dmatrix};
    use rand::rngs::ChaCha8Rng;
    use rand::{RngExt, SeedableRng};

    use super::*;

    /// Of a subset that fights by so much.
    fn score(loss: f64, conflict: f64, error: f64) -> Score {
        Score {
            worst: -conflict,
            cosine_error: error,
            loss,
            mean: loss,
            loss_error: error,
        }
    }

    /// Two goals and six candidates. The first resolves and costs the second goal 1 − √(5/9), the second costs it
    /// as much and the third takes more of the first goal, but neither resolves. The others touch no goal, and
    /// the sixth depends on the fifth.
    fn objectives() -> Objectives<f64> {
        let vectors = dmatrix![
            1.0, -1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0;
            0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0;
            2.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0;
            1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0;
            0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0;
            0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, -2.0
        ];
        let names = ["g0", "g1", "c0", "c1", "c2", "c3", "c4", "c5"];
        Objectives::from_gradients(&names, &vectors).expect("columns")
    }

    /// Whichever pair of four goals is worst.
    #[test]
    fn a_score_is_what_freezing_from_scratch_gives() {
        for (a, b) in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)] {
            let gram = DMatrix::<f64>::from_fn(5, 5, |i, j| match (i.min(j), i.max(j)) {
                (i, j) if i == j => 1.0,
                (i, j) if (i, j) == (a, b) => -0.5,
                (i, 4) => 0.1 + 0.1 * i as f64,
                _ => 0.1,
            });
            let all = Objectives::from_gram(&["a", "b", "c", "d", "e"], &gram).expect("a Gram");
            let frozen = FrozenGoals::of(&all, 4, &[4]).expect("something is left");
            let (kept, cosines) = (frozen.free_shares(), frozen.cosines_after());
            let pairs = (0..4).flat_map(|i| (i..4).map(move |j| (i, j)));
            let products: Vec<f64> = pairs
                .map(|(i, j)| cosines[(i, j)] * kept[i] * kept[j])
                .collect();
            let ours = Score::of(Known::Vectors(f64::EPSILON), 1e-4, &products, &[1.0; 4]);
            let (ours, truth) = (ours.expect("settled"), Score::exactly(&frozen));
            let close = tolerance::closed_form::<f64>();
            for (x, y) in [
                (ours.worst, truth.worst),
                (ours.loss, truth.loss),
                (ours.mean, truth.mean),
            ] {
                assert!((x - y).abs() <= close, "{a} {b}: {ours:?} {truth:?}");
            }
        }
    }

    #[test]
    fn a_cosine_that_is_not_settled_has_no_score() {
        // 16·2·1e-8 over the length is at most 1e-4 down to 0.0032, where the length itself is well known.
        for (length, settled) in [(1.0, true), (4e-3, true), (3e-3, false), (1e-4, false)] {
            let products = [length * length, 0.0, 1.0];
            let found = Score::of(Known::Vectors(1e-8), 1e-4, &products, &[1.0; 2]);
            assert_eq!(found.is_some(), settled, "{length}");
        }
    }

    #[test]
    fn ties_go_by_the_mean_the_number_and_the_order() {
        let of = |loss, mean| Score {
            mean,
            ..score(loss, 0.0, 0.01)
        };
        let cases: [[(Score, &[usize]); 2]; 4] = [
            [(of(0.3, 0.9), &[0, 1]), (of(0.4, 0.1), &[0])],
            [(of(0.4, 0.1), &[0, 1]), (of(0.385, 0.3), &[0])],
            [(of(0.4, 0.315), &[5]), (of(0.385, 0.3), &[0, 1])],
            [(of(0.4, 0.315), &[0, 3]), (of(0.385, 0.3), &[1, 2])],
        ];
        for [first, second] in &cases {
            assert!(precedes((&first.0, first.1), (&second.0, second.1)));
            assert!(!precedes((&second.0, second.1), (&first.0, first.1)));
            assert!(!precedes((&first.0, first.1), (&first.0, first.1)));
        }
    }

    /// Loss, conflict and members of what is kept of subsets that fight, offered in any order: by loss, ascending,
    /// whatever nothing else beats, and of equals the first choice.
    #[test]
    fn the_front_is_what_nothing_dominates() {
        let all = objectives();
        let random = &mut ChaCha8Rng::seed_from_u64(16);
        for _ in 0..200 {
            let offers: Vec<(u32, u32, Vec<usize>)> = (0..25)
                .map(|_| {
                    let set = random.random_range(1..32);
                    let members = (0..5).filter(|i| set >> i & 1 == 1).collect();
                    (
                        random.random_range(0..8),
                        random.random_range(1..9),
                        members,
                    )
                })
                .collect();
            let mut list = Shortlist::new(&all, 2);
            for (loss, conflict, members) in &offers {
                let score = score(f64::from(*loss) / 8.0, f64::from(*conflict) / 8.0, 1e-9);
                list.offer(members, &score).expect("an offer");
            }
            let mut expected: Vec<&(u32, u32, Vec<usize>)> = offers
                .iter()
                .filter(|x| {
                    !offers
                        .iter()
                        .any(|y| y.0 <= x.0 && y.1 <= x.1 && (y.0, y.1) != (x.0, x.1))
                })
                .collect();
            expected.sort_by_key(|x| (x.0, x.2.len(), &x.2));
            expected.dedup_by_key(|x| x.0);
            let kept: Vec<(f64, f64, &[usize])> = list
                .front
                .iter()
                .map(|x| {
                    (
                        8.0 * x.score.loss,
                        8.0 * x.score.conflict(),
                        x.members.as_slice(),
                    )
                })
                .collect();
            let expected: Vec<(f64, f64, &[usize])> = expected
                .iter()
                .map(|x| (f64::from(x.0), f64::from(x.1), x.2.as_slice()))
                .collect();
            assert_eq!(kept, expected, "{offers:?}");
        }
    }

    /// What differs by no more than both errors is one place of the front, which the better choice takes.
    #[test]
    fn ties_on_the_front_share_a_place() {
        let all = objectives();
        let kept = |offers: &[(&[usize], f64, f64)]| {
            let mut list = Shortlist::new(&all, 2);
            for &(members, loss, conflict) in offers {
                let score = score(loss, conflict, 0.01);
                list.offer(members, &score).expect("an offer");
            }
            let front = list.front.iter();
            front
                .map(|x| (x.members.clone(), x.score.loss, x.score.conflict()))
                .collect::<Vec<_>>()
        };
        // By its loss, by its conflict, and where another has been beaten in between.
        let first: (&[usize], f64, f64) = (&[0, 1], 0.105, 0.5);
        let place = |members: &[usize]| vec![(members.to_vec(), 0.105, 0.5)];
        assert_eq!(kept(&[first, (&[2], 0.09, 0.5)]), place(&[2]));
        assert_eq!(kept(&[first, (&[2], 0.2, 0.485)]), place(&[0, 1]));
        assert_eq!(kept(&[first, (&[2], 0.105, 0.485)]), place(&[2]));
        let beaten: (&[usize], f64, f64) = (&[3], 0.2, 0.8);
        assert_eq!(kept(&[first, beaten, (&[2], 0.106, 0.505)]), place(&[2]));
        // Not what is only fewer.
        assert_eq!(kept(&[first, (&[2], 0.105, 0.6)]), place(&[0, 1]));
    }

    #[test]
    fn what_costs_more_than_a_resolver_beyond_both_errors_is_beaten() {
        let all = objectives();
        let mut list = Shortlist::new(&all, 2);
        let worse = score(0.75, 0.5, 0.125);
        assert!(!list.is_beaten(&worse));
        list.offer(&[0], &score(0.25, 0.0, 0.125))
            .expect("an offer");
        assert!(list.resolver.is_some());
        assert!(list.is_beaten(&worse));
        assert!(!list.is_beaten(&score(0.4, 0.5, 0.125)));
        assert!(!list.is_beaten(&score(0.2, 0.5, 0.125)));
    }

    #[test]
    fn what_depends_on_others_is_told() {
        let all = objectives();
        let list = Shortlist::new(&all, 2);
        for (of, independent) in [(&[4, 0], false), (&[3, 0], true), (&[1, 2], true)] {
            assert_eq!(list.is_independent(of, 5), Ok(independent), "{of:?}");
        }
        assert_eq!(list.is_independent(&[1, 4], 5), Ok(false));
    }

    /// Scores that promise more than freezing gives.
    #[test]
    fn dominance_is_decided_anew_in_the_end() {
        let all = objectives();
        let of = |i: usize| FrozenGoals::of(&all, 2, &[2 + i]).expect("something is left");
        assert!(!of(0).fights() && of(1).fights() && of(2).fights());
        assert_eq!(of(0).safety_lost(), of(1).safety_lost());
        assert!(of(2).safety_lost() > of(0).safety_lost());
        let kept = |offers: &[(usize, Score)]| {
            let mut list = Shortlist::new(&all, 2);
            for (i, score) in offers {
                list.offer(&[*i], score).expect("an offer");
            }
            let found = list.finished().expect("a result").pareto;
            found
                .iter()
                .map(|x| x.frozen().join(" "))
                .collect::<Vec<_>>()
        };
        let resolver = (0, score(0.5, 0.0, 1e-9));
        for i in [1, 2] {
            assert_eq!(kept(&[resolver, (i, score(0.1, 0.5, 1e-9))]), ["c0"]);
        }
        // Two that leave all as it is.
        assert_eq!(of(3).conflict_left(), of(4).conflict_left());
        let both = [(3, score(0.1, 0.5, 1e-9)), (4, score(0.2, 0.4, 1e-9))];
        assert_eq!(kept(&both), ["c3"]);
    }
}
