//! Cards of directions, subspaces, the angles between them, and named objectives.

use super::{Card, displayed};
use crate::markup::{Table, fixed, line, number, percent, signed};
use crate::{Direction, Objectives, PrincipalAngles, RankRule, Real, Subspace};

/// Coordinates and pairs that are named.
const NAMED: usize = 5;
/// A Gram matrix is written out up to this size.
const WRITTEN_OUT: usize = 8;

displayed!(Direction<T>, T; Subspace<T>, T; PrincipalAngles<T>, T; Objectives<T>, T);

impl<T: Real> Direction<T> {
    /// What a notebook shows: how many coordinates carry it, and which most.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let squares: Vec<f64> = self
            .as_vector()
            .iter()
            .map(|x| x.to_double().powi(2))
            .collect();
        let fourth: f64 = squares.iter().map(|s| s * s).sum();
        let mut order: Vec<usize> = (0..squares.len()).collect();
        order.sort_by(|&i, &j| squares[j].total_cmp(&squares[i]));
        let mut table = Table::new(
            "Largest coordinates",
            &["coordinate", "entry", "share of the square"],
        );
        for &i in order.iter().take(NAMED) {
            let entry = self.as_vector()[i].to_double();
            table.push(vec![i.to_string(), signed(entry, 4), percent(squares[i])]);
        }
        Card::new(format!("Direction in {} dimensions", squares.len()))
            .with_row("length", "1", "a unit vector; its sign counts")
            .with_row(
                "participation",
                number(1.0 / fourth),
                "as many coordinates as would carry it if they carried it equally",
            )
            .table(table)
    }
}

impl<T: Real> Subspace<T> {
    /// What a notebook shows: dimension, and the singular values that decided it.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let (m, d) = (self.dimension(), self.ambient_dimension());
        let card = Card::new(format!("Subspace of dimension {m} in {d}"));
        if m == 0 {
            return card.with_sentence("The trivial subspace: every direction is free of it.");
        }
        let rule = match self.rank_rule() {
            RankRule::Numerical => "numerical rank".to_owned(),
            RankRule::Relative(t) => format!("above {} of the largest", number(t.to_double())),
            RankRule::Energy(share) => {
                format!("{} of the squared length", percent(share.to_double()))
            }
            RankRule::Fixed(k) => format!("the first {k}"),
            RankRule::GavishDonoho => "above the noise (Gavish and Donoho)".to_owned(),
        };
        let sigma = self.singular_values();
        let largest = sigma.iter().fold(0.0, |l: f64, s| l.max(s.to_double()));
        let mut table = Table::new(
            "Singular values that decided the dimension",
            &["", "value", "of the largest", "kept"],
        );
        for (i, s) in sigma.iter().enumerate() {
            let s = s.to_double();
            let kept = if i < m { "yes" } else { "no" };
            let share = if largest > 0.0 { s / largest } else { 0.0 };
            table.push(vec![
                (i + 1).to_string(),
                number(s),
                number(share),
                kept.to_owned(),
            ]);
        }
        card.with_row("rank rule", rule, "which singular values count")
            .with_row(
                "condition number",
                number(self.condition_number().to_double()),
                "of what spans it; large where directions are nearly dependent",
            )
            .with_row(
                "chance",
                number(m as f64 / d as f64),
                "m/d, the mean tax rate of a uniformly random direction",
            )
            .table(table)
    }
}

impl<T: Real> PrincipalAngles<T> {
    /// What a notebook shows: every angle with its tax rate cos²θ.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let n = self.radians().len();
        let card = Card::new(format!(
            "{n} principal angle{}",
            if n == 1 { "" } else { "s" }
        ));
        let mut table = Table::new(
            "From the nearest pair of directions to the farthest",
            &["", "angle", "cos", "cos²"],
        );
        for (j, (angle, cosine)) in self.radians().iter().zip(self.cosines().iter()).enumerate() {
            let cosine = cosine.to_double();
            table.push(vec![
                (j + 1).to_string(),
                format!("{}°", number(angle.to_double().to_degrees())),
                fixed(cosine, 4),
                fixed(cosine * cosine, 4),
            ]);
        }
        let least = self.radians()[0].to_double().to_degrees();
        let most = self.radians()[n - 1].to_double().to_degrees();
        let card = card
            .with_sentence(format!(
                "From {}° to {}°: 0° is a shared direction, 90° none in common.",
                number(least),
                number(most)
            ))
            .table(table);
        #[cfg(feature = "plot")]
        let card = card.pictures(super::pictures::angles(self));
        card
    }
}

impl<T: Real> Objectives<T> {
    /// What a notebook shows: the overlaps of all pairs, or the extreme ones of many.
    ///
    /// # Examples
    /// See [`Card`].
    #[must_use]
    pub fn card(&self) -> Card {
        let names: Vec<String> = self.names().iter().map(|n| line(n)).collect();
        let n = names.len();
        let gram = self.gram();
        let entry = |i: usize, j: usize| gram[(i, j)].to_double();
        let mut pairs: Vec<(usize, usize)> = (0..n)
            .flat_map(|i| (i + 1..n).map(move |j| (i, j)))
            .collect();
        pairs.sort_by(|&(i, j), &(k, l)| entry(i, j).total_cmp(&entry(k, l)));
        let named = |&(i, j): &(usize, usize)| {
            format!("{} and {} ({})", names[i], names[j], signed(entry(i, j), 3))
        };
        let mut card = Card::new(format!("{n} objectives of rank {}", self.rank()));
        if let (Some(least), Some(most)) = (pairs.first(), pairs.last()) {
            card = card
                .with_row(
                    "most opposed",
                    named(least),
                    "below zero, what helps one hurts the other",
                )
                .with_row("most alike", named(most), "");
        }
        if n <= WRITTEN_OUT {
            let mut head = vec![""];
            head.extend(names.iter().map(String::as_str));
            let mut table = Table::new("Inner products of the unit objectives", &head);
            for (i, name) in names.iter().enumerate() {
                let cells = (0..n).map(|j| signed(entry(i, j), 3));
                table.push(std::iter::once(name.clone()).chain(cells).collect());
            }
            card = card.table(table);
        } else {
            let mut table = Table::new(
                "The most opposed pairs and the most alike",
                &["pair", "inner product"],
            );
            let extremes = pairs.iter().take(NAMED);
            for pair in extremes.chain(pairs.iter().skip(pairs.len() - NAMED)) {
                let (i, j) = *pair;
                table.push(vec![
                    format!("{} and {}", names[i], names[j]),
                    signed(entry(i, j), 3),
                ]);
            }
            card = card.table(table);
        }
        let slopes = self.slopes();
        if slopes.iter().any(|s| s.to_double() != 1.0) {
            let mut table = Table::new(
                "Slopes: change of the metric for a shift of length one",
                &["objective", "slope"],
            );
            for (name, slope) in names.iter().zip(slopes.iter()) {
                table.push(vec![name.clone(), number(slope.to_double())]);
            }
            card = card.table(table);
        }
        #[cfg(feature = "plot")]
        let card = card.pictures(super::pictures::objectives(self));
        card
    }
}
