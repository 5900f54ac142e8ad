//! The Rust side of the race against NumPy and SciPy: answers requests on standard input,
//! one a line, each with the seconds that one call took. `race.py` beside it asks.
//!
//! Timed here, inside a process that stays, so that neither start nor files are in it; a turn is
//! calls one after the other for some milliseconds, as it is for the rival.

use std::collections::HashMap;
use std::io::BufRead;
use std::time::Instant;

use alignment_tax::io::read_npy;
use alignment_tax::{Moments, MonteCarlo, PrincipalAngles, Real, Samples, Subspace, TaxBootstrap};
use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::{Accum, Mat, MatRef, Par};
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use serde_json::{Value, json};
use std::hint::black_box;

/// Calls to a turn at least, the fastest of which counts, and the seconds they fill at least: a core that has
/// just been woken takes a millisecond to its full speed. `race.py` does the same.
const CALLS: usize = 3;
const TURN: f64 = 0.005;

/// The matrices of one scalar, by name, and the subspaces of those that are bases.
struct Shelf<T> {
    matrices: HashMap<String, DMatrix<T>>,
    subspaces: HashMap<String, Subspace<T>>,
}

impl<T: Peer> Shelf<T> {
    fn new() -> Self {
        Self {
            matrices: HashMap::new(),
            subspaces: HashMap::new(),
        }
    }

    fn matrix(&self, name: &str) -> &DMatrix<T> {
        &self.matrices[name]
    }

    fn answer(&mut self, words: &[&str]) -> Value {
        match *words {
            ["load", name, path] => {
                let matrix = read_npy::<T>(path).expect("an array");
                self.matrices.insert(name.to_owned(), matrix);
                json!({})
            }
            ["basis", name, path] => {
                let basis = read_npy::<T>(path).expect("an array");
                let subspace = Subspace::from_orthonormal(&basis).expect("orthonormal");
                self.subspaces.insert(name.to_owned(), subspace);
                json!({})
            }
            ["angles", a, b] => {
                let (a, b) = (self.matrix(a), self.matrix(b));
                timed_angles(|| PrincipalAngles::from_columns(a, b))
            }
            ["prepared", a, b] => {
                let (a, b) = (&self.subspaces[a], &self.subspaces[b]);
                timed_angles(|| PrincipalAngles::between(a, b))
            }
            ["moments", x] => {
                let x = self.matrix(x);
                let mut moments = Moments::new(x.ncols()).expect("fits in memory");
                moments.update(x).expect("finite");
                let ((), seconds) = turn(|| moments.update(x).expect("finite"));
                let covariance = moments.covariance().expect("samples");
                json!({"seconds": seconds, "trace": covariance.trace()})
            }
            ["product", x] => {
                let x = self.matrix(x).map(Real::to_double);
                let mut s = Mat::<f64>::zeros(x.ncols(), x.ncols());
                let x = MatRef::from_column_major_slice(x.as_slice(), x.nrows(), x.ncols());
                let mut add = || {
                    triangular::matmul(
                        s.as_mut(),
                        BlockStructure::TriangularLower,
                        Accum::Add,
                        x.transpose(),
                        BlockStructure::Rectangular,
                        x,
                        BlockStructure::Rectangular,
                        1.0,
                        Par::Seq,
                    );
                };
                add();
                let ((), seconds) = turn(add);
                json!({"seconds": seconds})
            }
            ["bootstrap", x, q, replicates] => {
                let samples = Samples::new(self.matrix(x)).expect("samples");
                let q = Subspace::from_orthonormal(self.matrix(q)).expect("orthonormal");
                let run = MonteCarlo::new(replicates.parse().expect("a count")).expect("enough");
                let mut random = ChaCha8Rng::seed_from_u64(2026);
                let started = Instant::now();
                let bootstrap = TaxBootstrap::new(&samples, &q, &run, &mut random);
                let seconds = started.elapsed().as_secs_f64();
                let bootstrap = bootstrap.expect("resolved");
                let middle = bootstrap.replicates()[bootstrap.replicates().len() / 2];
                json!({"seconds": seconds, "median": middle, "deviation": bootstrap.standard_error()})
            }
            ["peak"] => json!({"flops": T::product(&[256, 384, 512], 6)}),
            // In some milliseconds, to be asked between calls.
            ["speed"] => json!({"flops": T::product(&[384], 4)}),
            _ => json!({"error": format!("no such request: {words:?}")}),
        }
    }
}

/// Those of both scalars.
struct Shelves {
    single: Shelf<f32>,
    double: Shelf<f64>,
}

impl Shelves {
    fn answer(&mut self, request: &[&str]) -> Value {
        match *request {
            ["f32", ref call @ ..] => self.single.answer(call),
            ["f64", ref call @ ..] => self.double.answer(call),
            ["bandwidth"] => json!({"bytes": bandwidth()}),
            _ => json!({"error": "f32, f64 or bandwidth"}),
        }
    }
}

/// What the last call of a turn returns, and the seconds that the fastest took.
fn turn<O>(mut work: impl FnMut() -> O) -> (O, f64) {
    let begun = Instant::now();
    let (mut calls, mut fastest) = (0, f64::INFINITY);
    loop {
        let started = Instant::now();
        let made = black_box(work());
        fastest = fastest.min(started.elapsed().as_secs_f64());
        calls += 1;
        if calls >= CALLS && begun.elapsed().as_secs_f64() >= TURN {
            return (made, fastest);
        }
    }
}

fn timed_angles<T: Real, E: std::fmt::Debug>(
    angles: impl Fn() -> Result<PrincipalAngles<T>, E>,
) -> Value {
    let (angles, seconds) = turn(angles);
    let angles = angles.expect("angles");
    let radians: Vec<f64> = angles.radians().iter().map(|t| t.to_double()).collect();
    json!({"seconds": seconds, "radians": radians})
}

/// A scalar with a fastest product to compare with.
trait Peer: Real {
    /// Flops per second of the fastest square product of so many of each of some sizes, on one thread.
    fn product(sizes: &[usize], times: usize) -> f64;
}

macro_rules! peer {
    ($scalar:ty) => {
        impl Peer for $scalar {
            fn product(sizes: &[usize], times: usize) -> f64 {
                let mut best: f64 = 0.0;
                for &n in sizes {
                    let a = Mat::<$scalar>::from_fn(n, n, |i, j| ((i * 7 + j) % 11) as $scalar);
                    let mut c = Mat::<$scalar>::zeros(n, n);
                    for _ in 0..times {
                        let started = Instant::now();
                        let (to, from) = (c.as_mut(), a.as_ref());
                        matmul(to, Accum::Replace, from, from, 1.0, Par::Seq);
                        let flops = 2.0 * (n as f64).powi(3);
                        best = best.max(flops / started.elapsed().as_secs_f64());
                    }
                }
                best
            }
        }
    };
}

peer!(f32);
peer!(f64);

/// Bytes per second that one thread reads and writes, copying what no cache holds.
fn bandwidth() -> f64 {
    let from = vec![1.0_f64; 1 << 24];
    let mut to = from.clone();
    let best = (0..5).map(|_| {
        let started = Instant::now();
        black_box(&mut to).copy_from_slice(black_box(&from));
        started.elapsed().as_secs_f64()
    });
    2.0 * 8.0 * from.len() as f64 / best.fold(f64::INFINITY, f64::min)
}

fn main() {
    if !std::env::args().any(|argument| argument == "--serve") {
        println!("peers: run `python3 benches/peers/race.py`, which asks this program");
        return;
    }
    let mut shelves = Shelves {
        single: Shelf::new(),
        double: Shelf::new(),
    };
    // Kept, as a user's are: the memory of new threads is fresh with every request.
    let mut pools = HashMap::new();
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("text");
        let words: Vec<&str> = line.split(' ').collect();
        let answer = match *words {
            // The same on so many threads, whatever the environment says.
            ["on", threads, ref request @ ..] => pools
                .entry(threads.to_owned())
                .or_insert_with(|| pool(threads))
                .install(|| shelves.answer(request)),
            ref request => shelves.answer(request),
        };
        println!("{answer}");
    }
}

fn pool(threads: &str) -> rayon::ThreadPool {
    let threads = threads.parse().expect("a count");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build().expect("threads")
}
