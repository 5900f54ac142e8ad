//! The tax rate, how sure it is, its sign and its price, in memory, in twenty lines.
//!
//! `cargo run --release --example quickstart`

use alignment_tax::{Budget, Confidence, Evidence, PreservationBand, Samples, TaxEstimate};
use nalgebra::dmatrix;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Activations, one sample a row: pairs that differ in the concept, plus and minus.
    let honest = dmatrix![2.9_f64, 0.2, 0.0; 3.1, -0.1, 0.3; 3.0, 0.3, 0.1; 2.8, 0.1, 0.2];
    let deceptive = dmatrix![0.1_f64, 1.9, 0.1; 0.0, 2.1, 0.2; 0.2, 2.0, 0.0; 0.1, 1.8, 0.1];
    let fluent = dmatrix![0.0_f64, 2.0, 0.1; 0.3, 1.8, 0.0; 0.1, 2.1, 0.2; 0.2, 1.9, 0.1];
    let clumsy = dmatrix![0.2_f64, 0.1, 0.0; 0.1, 0.0, 0.1; 0.0, 0.2, 0.0; 0.1, 0.1, 0.2];
    let honesty = Samples::paired(&honest, &deceptive)?;
    let fluency = Samples::paired(&fluent, &clumsy)?;

    // How large is the tax, how sure is that, and does honesty cost fluency?
    let tax = TaxEstimate::new(Evidence::Sampled(&honesty), &[Evidence::Sampled(&fluency)])?;
    let level = Confidence::NINETY_FIVE;
    println!("tau {:.3}, 95 % {:.3}", tax.value(), tax.interval(level));
    for overlap in tax.overlaps() {
        println!("overlap {:+.3}", overlap.value());
        println!("p {:.4}", overlap.p_value(0.0)?);
    }

    // What does safety cost, for shifts of length up to 2?
    let band = PreservationBand::new(&tax, Budget::new(2.0)?, level);
    println!("free gain {:.2} of 2", band.free_gain());
    println!("all of it costs {:.2}", band.min_cost(2.0)?);
    Ok(())
}
