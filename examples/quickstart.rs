//! The tax rate, its sign and its price, in memory, in twenty lines.
//!
//! `cargo run --release --example quickstart`

use alignment_tax::{Attribution, Budget, Direction, PreservationFrontier};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A safety direction and two capability directions of a representation space.
    let safety = Direction::from_slice(&[0.60_f64, -0.30, 0.74, 0.0])?;
    let arithmetic = Direction::from_slice(&[1.0, 0.0, 0.0, 0.0])?;
    let persuasion = Direction::from_slice(&[0.0, 1.0, 0.0, 0.2])?;

    // How large is the tax, and which capability pays it?
    let shares = Attribution::exact(&safety, &[arithmetic, persuasion])?;
    let tax = shares.total();
    println!(
        "tau = {:.3}, alpha = {:.1} degrees",
        tax.value(),
        tax.angle().to_degrees()
    );
    for (name, i) in [("arithmetic", 0), ("persuasion", 1)] {
        let (overlap, share) = (shares.overlaps()[i], shares.shapley()[i]);
        println!("{name:>11}: overlap {overlap:+.3}, Shapley share {share:.3}");
    }

    // What does safety cost, for shifts of length up to 2?
    let frontier = PreservationFrontier::new(tax, Budget::new(2.0)?);
    println!("free gain {:.3} of 2", frontier.free_gain());
    for s in [1.0, 1.5, 1.9, 2.0] {
        println!(
            "safety {s}: capability displaced by {:.3}",
            frontier.min_cost(s)?
        );
    }
    Ok(())
}
