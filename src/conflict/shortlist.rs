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
