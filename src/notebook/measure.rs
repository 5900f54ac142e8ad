//! Cards of measurements, of their records, and of profiles over many layers.

use super::{Card, LIMITS, displayed};
use crate::markup::{
    Table, fixed, interval, level, number, p_value, percent, signed, signed_interval,
};
use crate::{Measurement, MeasurementRecord, Profile};

displayed!(Measurement; MeasurementRecord; Profile);

impl Measurement {
    /// What a notebook shows: that of its [`record`](Self::record), and with the feature `plot`
    /// what safety costs and who pays as pictures.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let card = self.record().card();
        #[cfg(feature = "plot")]
        let card = card.pictures(super::pictures::measurement(self));
        card
    }
}

impl MeasurementRecord {
    /// What a notebook shows: the rate with its interval, what chance would give, who pays and
    /// what safety costs.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let percent_of = level(self.confidence);
        let title = match &self.tax {
            Some(tax) => format!(
                "{}, {}: τ = {}, {percent_of} {}",
                self.safety,
                self.label,
                fixed(tax.estimate, 3),
                interval(tax.interval, 3)
            ),
            None => format!("{}, {}: τ is not resolved", self.safety, self.label),
        };
        let card = Card::new(title).with_sentence(self.finding());
        let card = match (&self.tax, &self.unresolved) {
            (Some(tax), _) => card
                .with_row(
                    "τ",
                    format!("{} {}", fixed(tax.estimate, 3), interval(tax.interval, 3)),
                    format!("the bias of noise taken off; {percent_of} interval"),
                )
                .with_row(
                    "angle α",
                    format!(
                        "{}° to {}°",
                        fixed(tax.angle_degrees[0], 1),
                        fixed(tax.angle_degrees[1], 1)
                    ),
                    "0° entangled, 90° free",
                )
                .with_row(
                    "free gain",
                    format!(
                        "{} to {}",
                        percent(tax.free_gain[0]),
                        percent(tax.free_gain[1])
                    ),
                    "of the budget, safety for nothing",
                ),
            (None, reason) => card.with_row("τ", "–", reason.as_deref().unwrap_or("not resolved")),
        };
        let chance = &self.chance;
        let mut card = card
            .with_row(
                "plug-in",
                fixed(self.plug_in, 3),
                "of the noisy directions: looks freer than it is",
            )
            .with_row(
                "chance",
                fixed(chance.random_safety.mean, 3),
                "mean τ of random safety directions of the same covariance",
            )
            .with_row(
                "p more entangled",
                p_value(chance.random_safety.p_entangled[0]),
                "than such a random direction",
            )
            .with_row(
                "p freer",
                p_value(chance.random_safety.p_freer[0]),
                "than such a random direction",
            );
        if let Some(null) = &chance.random_capabilities {
            card = card.with_row(
                "random capabilities",
                fixed(null.mean, 3),
                format!(
                    "mean τ; p = {} more entangled, {} freer",
                    p_value(null.p_entangled[0]),
                    p_value(null.p_freer[0])
                ),
            );
        }
        if let Some(p) = chance.concept {
            card = card.with_row(
                "p of no concept",
                p_value(p),
                "that its labels mean nothing",
            );
        }
        card = card.with_row(
            "data",
            format!("{} rows, {} units", self.samples.rows, self.samples.units),
            format!(
                "of the safety concept; d = {}, capabilities of rank {}, seed {}",
                self.dimension, self.rank, self.seed
            ),
        );
        if !self.massive.is_empty() {
            let shown: Vec<String> = self.massive.iter().take(5).map(usize::to_string).collect();
            card = card.with_row(
                "massive coordinates",
                shown.join(", "),
                format!("{} of them; angles may be theirs alone", self.massive.len()),
            );
        }
        if let Some((first, second, correlation)) = &self.worst_pair {
            let condition = match self.condition_number {
                Some(condition) => format!("condition number {}", number(condition)),
                None => "linearly dependent".to_owned(),
            };
            card = card.with_row(
                "most alike",
                signed(*correlation, 2),
                format!("{first} and {second}; {condition}"),
            );
        }
        let card = card.table(self.payers()).table(self.costs());
        let card = card
            .with_note(
            "Each p is of one test. Intervals are approximate and know of no dependence that units do not declare. \
             Shapley shares are of the plug-in τ and have no interval.",
        )
        .with_note(LIMITS);
        #[cfg(feature = "plot")]
        let card = card.pictures(super::pictures::record(self));
        card
    }

    /// In a sentence: more than chance, or not, and who pays for sure.
    fn finding(&self) -> String {
        let alpha = 1.0 - self.confidence;
        let chance = &self.chance.random_safety;
        let than = "than a random direction of the same covariance";
        let first = if self.tax.is_none() {
            "The samples do not resolve the signal.".to_owned()
        } else if chance.p_entangled[0] < alpha {
            format!("More entangled {than}.")
        } else if chance.p_freer[0] < alpha {
            format!("Freer {than}.")
        } else {
            format!("Neither shown to be more entangled {than}, nor freer.")
        };
        let decided = |wanted: fn(f64) -> bool| {
            let sure = self.capabilities.iter().filter(|c| {
                c.overlap
                    .as_ref()
                    .is_some_and(|o| o.p_adjusted < alpha && wanted(o.estimate))
            });
            sure.map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ")
        };
        let (taxed, helped) = (decided(|x| x < 0.0), decided(|x| x > 0.0));
        let mut text = first;
        if !taxed.is_empty() {
            text += &format!(" Safety lowers {taxed}.");
        }
        if !helped.is_empty() {
            text += &format!(" Safety raises {helped}.");
        }
        if taxed.is_empty() && helped.is_empty() && self.tax.is_some() {
            text += " No capability is shown to be lowered or raised.";
        }
        text
    }

    fn payers(&self) -> Table {
        let column = format!("{} interval", level(self.confidence));
        let mut table = Table::new(
            "Who pays: overlap below zero is a tax, above zero synergy",
            &[
                "capability",
                "overlap",
                &column,
                "p (Holm)",
                "Shapley",
                "units",
            ],
        );
        for c in &self.capabilities {
            let dash = || "–".to_owned();
            let (overlap, ends, p) = match &c.overlap {
                Some(o) => (
                    signed(o.estimate, 3),
                    signed_interval(o.interval, 3),
                    p_value(o.p_adjusted),
                ),
                None => (dash(), dash(), dash()),
            };
            let shapley = match c.shapley_standard_error {
                Some(error) => format!("{} ± {}", fixed(c.shapley, 3), fixed(error, 3)),
                None => fixed(c.shapley, 3),
            };
            table.push(vec![
                c.name.clone(),
                overlap,
                ends,
                p,
                shapley,
                c.samples.units.to_string(),
            ]);
        }
        table
    }

    fn costs(&self) -> Table {
        let column = format!("{} interval", level(self.confidence));
        let mut table = Table::new(
            "What safety costs, every displacement of a capability counted",
            &["safety gain", "share of the budget", "cost", &column],
        );
        for cost in self.tax.iter().flat_map(|tax| &tax.costs) {
            table.push(vec![
                number(cost.safety),
                percent(cost.safety / self.budget),
                fixed(cost.cost, 3),
                interval(cost.interval, 3),
            ]);
        }
        table
    }
}

impl Profile {
    /// What a notebook shows: a line for each measurement, with p-values adjusted for their
    /// number.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let n = self.measurements().len();
        let plural = if n == 1 { "" } else { "s" };
        let card = Card::new(format!("Profile of {n} measurement{plural}"))
            .with_sentence(findings(self))
            .table(overview(self))
            .with_note("p-values are against random safety directions of the same covariance, adjusted for the number of measurements by Benjamini and Hochberg.")
            .with_note(LIMITS);
        #[cfg(feature = "plot")]
        let card = card.pictures(super::pictures::profile(self));
        card
    }
}

/// How many of the measurements are more than chance, or less.
fn findings(profile: &Profile) -> String {
    let n = profile.measurements().len();
    let alpha = profile
        .measurements()
        .first()
        .map_or(0.05, |m| 1.0 - m.record().confidence);
    let below = |p: Result<crate::Adjusted, crate::Error>| {
        p.map_or(0, |p| {
            p.benjamini_hochberg()
                .iter()
                .filter(|p| **p < alpha)
                .count()
        })
    };
    let resolved = profile
        .measurements()
        .iter()
        .filter(|m| m.tax().is_ok())
        .count();
    let some = |count: usize, word: &str| match count {
        0 => format!("none is shown to be {word}"),
        1 => format!("1 is {word}"),
        many => format!("{many} are {word}"),
    };
    format!(
        "{resolved} of {n} resolved; {} than random directions of the same covariance, {}.",
        some(below(profile.entangled()), "more entangled"),
        some(below(profile.freer()), "freer")
    )
}

/// A line for each measurement.
fn overview(profile: &Profile) -> Table {
    let confidence = profile
        .measurements()
        .first()
        .map_or(0.95, |m| m.record().confidence);
    let column = format!("{} interval", level(confidence));
    let mut table = Table::new(
        "Tax rate of each measurement",
        &[
            "safety",
            "label",
            "units",
            "plug-in",
            "τ",
            &column,
            "chance",
            "p entangled",
            "p freer",
        ],
    );
    let adjusted = |p: Result<crate::Adjusted, crate::Error>| {
        p.map_or_else(|_| Vec::new(), |p| p.benjamini_hochberg().to_vec())
    };
    let (entangled, freer) = (adjusted(profile.entangled()), adjusted(profile.freer()));
    let at = |p: &[f64], i: usize| p.get(i).map_or_else(|| "–".to_owned(), |p| p_value(*p));
    for (i, measured) in profile.measurements().iter().enumerate() {
        let record = measured.record();
        let (tau, ends) = match &record.tax {
            Some(tax) => (fixed(tax.estimate, 3), interval(tax.interval, 3)),
            None => ("–".to_owned(), "not resolved".to_owned()),
        };
        table.push(vec![
            record.safety.clone(),
            record.label.clone(),
            record.samples.units.to_string(),
            fixed(record.plug_in, 3),
            tau,
            ends,
            fixed(record.chance.random_safety.mean, 3),
            at(&entangled, i),
            at(&freer, i),
        ]);
    }
    table
}
