//! Cards of conflicts between goals, and of what to freeze so that they end.

use super::{Card, LIMITS, displayed};
use crate::markup::{Table, fixed, number, percent, signed, signed_interval};
use crate::{
    Confidence, Conflict, ConflictEstimate, ConflictVerdict, FreezePlan, FrozenGoals, Interval,
    Real, VerdictProbabilities,
};

displayed!(Conflict<T>, T; ConflictEstimate; VerdictProbabilities; FreezePlan<T>, T);

/// A verdict as a sentence.
fn sentence(verdict: ConflictVerdict) -> &'static str {
    match verdict {
        ConflictVerdict::Resolved => {
            "The goals fought, and with the capabilities frozen they no longer do."
        }
        ConflictVerdict::Mediated => "With the capabilities frozen the goals fight less.",
        ConflictVerdict::Unchanged => "The goals fight, and freezing makes no difference.",
        ConflictVerdict::Amplified => "With the capabilities frozen the goals fight more.",
        ConflictVerdict::Created => {
            "The goals did not fight, and with the capabilities frozen they do."
        }
        ConflictVerdict::NoConflict => {
            "The goals do not fight, with the capabilities frozen or not."
        }
    }
}

fn ends(interval: Interval) -> [f64; 2] {
    [interval.lower(), interval.upper()]
}

impl<T: Real> Conflict<T> {
    /// What a notebook shows: the verdict, both cosines, and what freezing costs each goal.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let b = self.frontier_before().budget().to_double();
        let [first, second] = self.free_gains().map(|g| g.to_double() / b);
        let mut card = Card::new(format!("Conflict of two goals: {}", self.verdict()))
            .with_sentence(sentence(self.verdict()))
            .with_row(
                "ρ, nothing frozen",
                signed(self.cosine_before().to_double(), 4),
                "overlap of the goals; below zero they fight",
            )
            .with_row(
                "cos θ, frozen",
                signed(self.cosine_after().to_double(), 4),
                "overlap of what is left of them",
            )
            .with_row(
                "free gains",
                format!("{} and {}", percent(first), percent(second)),
                "of the budget, of each goal alone with the capabilities frozen",
            );
        if let Ok([before, after]) = self.areas() {
            let share = after.to_double() / before.to_double();
            card = card.with_row(
                "achievable",
                percent(share),
                "of the pairs of gains that were possible with nothing frozen, by area",
            );
        }
        let card = card
            .with_note(
                "Of the directions as given; samples behind them move both cosines towards zero. \
                 ConflictEstimate has intervals.",
            )
            .with_note(LIMITS);
        #[cfg(feature = "plot")]
        let card = card.pictures(super::pictures::conflict(self));
        card
    }
}

impl ConflictEstimate {
    /// What a notebook shows: both cosines and their difference with 95 % intervals, and what
    /// those decide.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let level = Confidence::NINETY_FIVE;
        let (before, after) = (self.overlap_before(), self.overlap_after());
        let row = |value: f64, interval: Interval| {
            format!(
                "{} {}",
                signed(value, 3),
                signed_interval(ends(interval), 3)
            )
        };
        let sign = |interval: Interval, subject: &str| {
            if interval.upper() < 0.0 {
                format!("{subject} they fight")
            } else if interval.lower() >= 0.0 {
                format!("{subject} they do not fight")
            } else {
                format!("{subject} it is not decided whether they fight")
            }
        };
        let kept = self
            .taxes()
            .each_ref()
            .map(|tax| ends(tax.free_gain_interval(level)));
        let card = Card::new("Conflict of two goals, from samples")
            .with_sentence(format!(
                "{}; {}.",
                sign(before.interval(level), "With nothing frozen"),
                sign(after.interval(level), "with the capabilities frozen")
            ))
            .with_row(
                "ρ, nothing frozen",
                row(before.value(), before.interval(level)),
                "overlap of the goals, 95 % interval; below zero they fight",
            )
            .with_row(
                "cos θ, frozen",
                row(after.value(), after.interval(level)),
                "overlap of what is left of them",
            )
            .with_row(
                "cos θ - ρ",
                row(self.difference(), self.difference_interval(level)),
                "by how much freezing turns them towards each other",
            )
            .with_row(
                "on the estimates",
                self.likeliest().to_string(),
                "by how little soever: not a finding",
            )
            .with_row(
                "free gains",
                format!(
                    "{} to {} and {} to {}",
                    percent(kept[0][0]),
                    percent(kept[0][1]),
                    percent(kept[1][0]),
                    percent(kept[1][1])
                ),
                "of the budget, of each goal alone with the capabilities frozen",
            )
            .with_note(
                "How probable each verdict is, and whether one is decided, is VerdictProbabilities.",
            )
            .with_note(LIMITS);
        #[cfg(feature = "plot")]
        let card = card.pictures(super::pictures::conflict_estimate(self));
        card
    }
}

impl VerdictProbabilities {
    /// What a notebook shows: the probability of each verdict, and the one that is decided at 95 %.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let mut table = Table::new(
            "Probability of each verdict on freezing",
            &["verdict", "probability", "Monte Carlo error"],
        );
        for verdict in ConflictVerdict::ALL {
            table.push(vec![
                verdict.to_string(),
                percent(self.probability(verdict)),
                percent(self.standard_error(verdict)),
            ]);
        }
        let decided = self.decided(Confidence::NINETY_FIVE);
        let title = match decided {
            Some(verdict) => format!("Verdict on freezing: {verdict}"),
            None => "Verdict on freezing: not decided".to_owned(),
        };
        let undetermined = self.undetermined();
        let card = Card::new(title).with_sentence(match decided {
            Some(verdict) => sentence(verdict),
            None => "At 95 % no verdict is beyond doubt, however probable the likeliest is.",
        });
        let card = if undetermined > 0.0 {
            card.with_row(
                "undetermined",
                percent(undetermined),
                "of the replicates had no cosine",
            )
        } else {
            card
        };
        card.with_row(
            "replicates",
            self.replicates().to_string(),
            "of the parametric bootstrap",
        )
        .table(table)
        .with_note(LIMITS)
    }
}

impl<T: Real> FreezePlan<T> {
    /// What a notebook shows: what to freeze, what that costs, and the alternatives that no other
    /// beats.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let goals = self.unfrozen().goals().join(", ");
        let names = |frozen: &FrozenGoals<T>| match frozen.frozen() {
            [] => "nothing".to_owned(),
            some => some.join(", "),
        };
        let row = |label: String, frozen: Option<&FrozenGoals<T>>| match frozen {
            Some(f) => vec![
                label,
                f.verdict().to_string(),
                fixed(f.conflict_left().to_double(), 3),
                percent(f.safety_lost().to_double()),
            ],
            None => vec![label, "no goal left".into(), "–".into(), "–".into()],
        };
        let head = ["frozen", "verdict", "conflict left", "safety lost"];
        let mut pareto = Table::new("Choices that no other beats in conflict and loss", &head);
        for frozen in self.pareto() {
            pareto.push(row(names(frozen), Some(frozen)));
        }
        let mut singles = Table::new("Each candidate frozen alone", &head);
        for (name, frozen) in self.singles() {
            singles.push(row(name.to_owned(), frozen));
        }
        let (title, saying) = match self.best() {
            Some(best) if best.frozen().is_empty() => (
                "Freeze nothing".to_owned(),
                format!("The goals {goals} do not fight as it is."),
            ),
            Some(best) => (
                format!("Freeze {}", names(best)),
                format!(
                    "That ends every conflict among {goals}, and costs the goal that is hit hardest {} of its gain.",
                    percent(best.safety_lost().to_double())
                ),
            ),
            None => (
                "No choice ends the conflict".to_owned(),
                match self.near_misses().first() {
                    Some(near) => format!(
                        "The nearest is to freeze {}, which leaves {} of conflict among {goals}.",
                        names(near),
                        number(near.conflict_left().to_double())
                    ),
                    None => format!("Among {goals}."),
                },
            ),
        };
        let card = Card::new(title)
            .with_sentence(saying)
            .with_row("search", self.method().to_string(), "")
            .with_row(
                "nothing frozen",
                fixed(self.unfrozen().conflict_left().to_double(), 3),
                "conflict of the worst pair, the negative of its cosine",
            )
            .table(pareto)
            .table(singles)
            .with_note(
                "Of the directions as given: a search over noisy directions finds something by chance; \
                 ask ConflictEstimate of what it finds.",
            )
            .with_note(LIMITS);
        #[cfg(feature = "plot")]
        let card = card.pictures(super::pictures::plan(self));
        card
    }
}
