//! What is shown: cards, with their pictures, figures and a report, of whatever can be made.

use alignment_tax::plot::{
    CostFigure, Figure, FrontierFigure, MatrixFigure, PlotError, ScalingFigure, SharesFigure,
    SpectrumFigure, Theme,
};
use alignment_tax::report::Report;
use alignment_tax::{
    Attribution, Audit, Card, Conflict, FrontierPoint, FrozenGoals, IsotropicNull, ParetoFrontier,
    PreservationFrontier, PrincipalAngles, ScalingComparison, ScalingFit, TaxRate, TaxSpectrum,
};

use crate::draw::{Draw, Scalar};
use crate::goals::some_objectives;
use crate::scaling::{some_data, some_model};
use crate::spans::some_subspace;
use crate::statistics::some_confidence;
use crate::tax::{some_budget, some_direction, some_directions};

const TEXTS: [&str; 6] = ["a name", "", "<b>&\"'", "名前", "\u{1b}[0m\u{0}", "x"];

/// Numbers that a reader must never see.
fn shows_numbers(text: &str) {
    for bad in ["NaN", "\"inf", "\"-inf", " inf "] {
        assert!(!text.contains(bad), "{bad} in {text}");
    }
}

fn card_holds(card: &Card) {
    shows_numbers(&card.to_text());
    shows_numbers(&card.to_html());
}

fn drawn(draw: &mut Draw<'_>, figure: Result<Figure, PlotError>) {
    if let Some(figure) = draw.call("draw", figure) {
        shows_numbers(figure.svg());
        assert!(figure.width() > 0 && figure.height() > 0);
        shows_numbers(figure.title());
        shows_numbers(figure.description());
    }
}

pub fn figures<T: Scalar>(draw: &mut Draw<'_>) {
    let d = draw.size();
    let theme = [Theme::Light, Theme::Dark][draw.below(2)];
    let text = TEXTS[draw.below(TEXTS.len())];
    let confidence = some_confidence(draw);
    match draw.below(64) {
        0..=15 => {
            let Some(budget) = some_budget::<T>(draw) else {
                return;
            };
            let (Some(v), Some(s)) = (some_direction::<T>(draw, d), some_subspace::<T>(draw, d))
            else {
                return;
            };
            card_holds(&v.card());
            card_holds(&s.card());
            let tau = TaxRate::between(&v, &s).expect("of one space");
            card_holds(&tau.card());
            let frontier = PreservationFrontier::new(tau, budget);
            card_holds(&frontier.card());
            let figure = CostFigure::new(&frontier)
                .with_names(text, text)
                .with_title(text);
            drawn(draw, figure.draw(theme));
            let x = draw.share::<T>();
            let frontier = ParetoFrontier::from_overlap(-x, budget);
            let Some(frontier) = draw.call("from_overlap", frontier) else {
                return;
            };
            card_holds(&frontier.card());
            let point = FrontierPoint {
                capability: draw.scalar(),
                safety: draw.scalar(),
            };
            let figure = FrontierFigure::new(&frontier).with_point(text, point);
            drawn(draw, figure.draw(theme));
            let shift = draw.vector::<T>(d);
            let Some(audit) = draw.call("Audit", Audit::new(&shift, &v, &s)) else {
                return;
            };
            card_holds(&audit.card());
            let figure = FrontierFigure::new(&frontier)
                .with_update(text, &audit)
                .with_unit(text);
            drawn(draw, figure.draw(theme));
        }
        16..=31 => {
            let (Some(s), Some(t)) = (some_subspace::<T>(draw, d), some_subspace::<T>(draw, d))
            else {
                return;
            };
            let Some(angles) = draw.call("between", PrincipalAngles::between(&s, &t)) else {
                return;
            };
            card_holds(&angles.card());
            let isotropic = draw.call("of", IsotropicNull::of(&t));
            let mut figure = SpectrumFigure::from_angles(&angles).with_title(text);
            if let Some(null) = isotropic {
                figure = figure.with_isotropic(&null, confidence);
            }
            drawn(draw, figure.draw(theme));
            if let Some(spectrum) = draw.call("TaxSpectrum", TaxSpectrum::between(&s, &t)) {
                card_holds(&spectrum.card());
                drawn(draw, SpectrumFigure::from_tax(&spectrum).draw(theme));
            }
        }
        32..=42 => {
            let p = draw.below(6);
            let Some(v) = some_direction::<T>(draw, d) else {
                return;
            };
            let capabilities = some_directions::<T>(draw, d, p);
            let shares = Attribution::exact(&v, &capabilities);
            let Some(shares) = draw.call("exact", shares) else {
                return;
            };
            card_holds(&shares.card());
            let names = vec![text; capabilities.len()];
            let figure = SharesFigure::from_attribution(&names, &shares);
            if let Some(figure) = draw.call("from_attribution", figure) {
                drawn(draw, figure.draw(theme));
            }
        }
        43..=62 => {
            let n = 2 + draw.below(5);
            let Some(budget) = some_budget::<T>(draw) else {
                return;
            };
            let Some(objectives) = some_objectives::<T>(draw, n) else {
                return;
            };
            card_holds(&objectives.card());
            drawn(draw, MatrixFigure::gram(&objectives).draw(theme));
            let (goals, frozen) = (draw.some_names(n, 3), draw.some_names(n, 2));
            let found = FrozenGoals::new(&objectives, &goals, &frozen);
            if let Some(found) = draw.call("FrozenGoals", found) {
                drawn(draw, MatrixFigure::freezing(&found).draw(theme));
            }
            let pair = [draw.name(n), draw.name(n)];
            let conflict = Conflict::new(&objectives, pair, &frozen, budget);
            if let Some(conflict) = draw.call("Conflict", conflict) {
                let card = conflict.card();
                card_holds(&card);
                let report = Report::new(text).with_summary(text).section(text, card);
                shows_numbers(&report.to_html());
            }
        }
        _ => {
            let Some(data) = some_data(draw) else { return };
            let models: Vec<_> = (0..draw.below(3)).map(|_| some_model(draw)).collect();
            let figure = ScalingFigure::from_data(text, &data).with_confidence(confidence);
            drawn(draw, figure.draw(theme));
            let fit = ScalingFit::new(&data, some_model(draw));
            if let Some(fit) = draw.call("ScalingFit", fit) {
                card_holds(&fit.card());
                drawn(draw, ScalingFigure::from_fit(text, &fit).draw(theme));
            }
            let comparison = ScalingComparison::new(&data, &models);
            if let Some(comparison) = draw.call("ScalingComparison", comparison) {
                card_holds(&comparison.card());
                drawn(
                    draw,
                    ScalingFigure::from_comparison(&comparison).draw(theme),
                );
            }
        }
    }
}
