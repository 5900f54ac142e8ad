//! The driver: mutates the inputs of `corpus/`, keeps those whose calls end in a way that no
//! other input has shown, and reports the first failure of each target.
//!
//! ```sh
//! cargo run --release --manifest-path fuzz/Cargo.toml                          # 20 seconds of all
//! cargo run --release --manifest-path fuzz/Cargo.toml -- all --inputs 10000000
//! cargo run --release --manifest-path fuzz/Cargo.toml -- svd --replay FILE
//! ```
//!
//! `--inputs` is shared out by the weights of the targets. `--seed` changes the mutations, and one
//! seed makes the same ones everywhere. `--keep` writes inputs with new outcomes to the corpus.

use std::cell::RefCell;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use alignment_tax_fuzz::{Outcome, TARGETS, Target};

/// An input may take this long, in a release build. A figure of scaling fits, which profiles the power law at
/// every width it draws, takes half a second by itself.
fn limit(target: &Target) -> Duration {
    Duration::from_secs(if target.name == "figures" { 5 } else { 1 })
}
/// An input that takes this long is a hang, and ends the run.
const HANG: Duration = Duration::from_secs(30);
/// Inputs kept in memory for one target.
const KEPT: usize = 4096;
/// Bytes of an input.
const LONGEST: usize = 512;

struct Options {
    target: String,
    inputs: Option<u64>,
    seed: u64,
    replay: Option<PathBuf>,
    keep: usize,
}

fn options() -> Result<Options, String> {
    let mut options = Options {
        target: "all".to_owned(),
        inputs: None,
        seed: 1,
        replay: None,
        keep: 0,
    };
    let mut words = env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        let number = |text: String| text.parse().map_err(|_| format!("{text} is no count"));
        match word.as_str() {
            "--inputs" => options.inputs = Some(number(value()?)?),
            "--seed" => options.seed = number(value()?)?,
            "--replay" => options.replay = Some(value()?.into()),
            "--keep" => options.keep = number(value()?)? as usize,
            name if name == "all" || TARGETS.iter().any(|t| t.name == name) => {
                options.target = word;
            }
            _ => {
                let names: Vec<_> = TARGETS.iter().map(|t| t.name).collect();
                return Err(format!(
                    "{word}? expected a target (all {}), --inputs N, --seed S, --replay FILE or --keep N",
                    names.join(" ")
                ));
            }
        }
    }
    Ok(options)
}

thread_local! {
    static MESSAGE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The input at work, for the watchdog: since when, in milliseconds, and which.
static SINCE: AtomicU64 = AtomicU64::new(u64::MAX);
static AT_WORK: Mutex<(&str, Vec<u8>)> = Mutex::new(("", Vec::new()));

/// The outcome and the time it took, or what was said by the panic.
fn attempt(target: &Target, input: &[u8], start: Instant) -> Result<(Outcome, Duration), String> {
    if let Ok(mut at_work) = AT_WORK.lock() {
        at_work.0 = target.name;
        at_work.1.clear();
        at_work.1.extend_from_slice(input);
    }
    SINCE.store(start.elapsed().as_millis() as u64, Ordering::SeqCst);
    let begun = Instant::now();
    let outcome = catch_unwind(AssertUnwindSafe(|| target.run(input)));
    let taken = begun.elapsed();
    SINCE.store(u64::MAX, Ordering::SeqCst);
    match outcome {
        Ok(outcome) => Ok((outcome, taken)),
        Err(_) => Err(MESSAGE.with(RefCell::take)),
    }
}

/// The processor time of this process, to a hundredth of a second, so that others at work do not make an input slow;
/// the time since the start where the system does not tell.
fn spent(start: Instant) -> Duration {
    let ticks = || {
        let stat = fs::read_to_string("/proc/self/stat").ok()?;
        // The second field is a name in parentheses, which may contain anything; utime and stime are the 14th and 15th.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let [user, system]: [u64; 2] =
            [fields.get(11)?.parse().ok()?, fields.get(12)?.parse().ok()?];
        Some(Duration::from_millis(10 * (user + system)))
    };
    ticks().unwrap_or_else(|| start.elapsed())
}

/// As [`attempt`], but too slow is a failure as well, if a second try takes as long of the processor.
fn judge(target: &Target, input: &[u8], start: Instant) -> Result<Outcome, String> {
    let (outcome, taken) = attempt(target, input, start)?;
    let limit = limit(target);
    if taken > limit {
        let begun = spent(start);
        attempt(target, input, start)?;
        let again = spent(start).saturating_sub(begun);
        if again > limit {
            return Err(format!("slow: {taken:?}, then {again:?}, limit {limit:?}"));
        }
    }
    Ok(outcome)
}

fn watch(start: Instant) {
    thread::spawn(move || {
        loop {
            thread::sleep(Duration::from_millis(500));
            let since = SINCE.load(Ordering::SeqCst);
            let now = start.elapsed().as_millis() as u64;
            if since != u64::MAX && now.saturating_sub(since) > HANG.as_millis() as u64 {
                if let Ok(at_work) = AT_WORK.lock() {
                    let path = save(at_work.0, "hang", &at_work.1);
                    println!("{}: hangs; replay: {}", at_work.0, replay(at_work.0, &path));
                }
                process::abort();
            }
        }
    });
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, &b| {
        (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn save(target: &str, kind: &str, input: &[u8]) -> PathBuf {
    let folder = folder().join("failures");
    let path = folder.join(format!("{target}-{kind}-{:016x}", hash(input)));
    if let Err(error) = fs::create_dir_all(&folder).and_then(|()| fs::write(&path, input)) {
        eprintln!("{}: {error}", path.display());
    }
    path
}

fn replay(target: &str, path: &Path) -> String {
    format!(
        "cargo run --release --manifest-path fuzz/Cargo.toml -- {target} --replay {}",
        path.display()
    )
}

struct Mutator(u64);

impl Mutator {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// A fresh input one time in four; otherwise a kept one, changed in a few places.
    fn input(&mut self, kept: &[Vec<u8>]) -> Vec<u8> {
        if kept.is_empty() || self.below(4) == 0 {
            let length = 8 + self.below(40);
            return (0..length).map(|_| self.next() as u8).collect();
        }
        let mut input = kept[self.below(kept.len())].clone();
        for _ in 0..1 + self.below(4) {
            let at = self.below(input.len() + 1);
            match self.below(8) {
                // Another tail of random numbers.
                0 => {
                    for byte in input.iter_mut().take(8) {
                        *byte = self.next() as u8;
                    }
                }
                1 => input.truncate(at),
                2 => input.insert(at, self.next() as u8),
                3 if at < input.len() => {
                    input.remove(at);
                }
                4 => {
                    let other = &kept[self.below(kept.len())];
                    let from = self.below(other.len() + 1);
                    input.truncate(at);
                    input.extend_from_slice(&other[from..]);
                }
                5 if at < input.len() => input[at] ^= 1 << self.below(8),
                _ if at < input.len() => input[at] = self.next() as u8,
                _ => input.extend((0..8).map(|_| self.next() as u8)),
            }
        }
        input.truncate(LONGEST);
        input
    }
}

/// Cuts and zeroes what the failure does not need.
fn minimised(target: &Target, mut input: Vec<u8>, start: Instant) -> Vec<u8> {
    let fails = |input: &[u8]| attempt(target, input, start).is_err();
    let end = Instant::now() + Duration::from_secs(5);
    let mut step = input.len() / 2;
    while step > 0 && Instant::now() < end {
        while input.len() > step && fails(&input[..input.len() - step]) {
            input.truncate(input.len() - step);
        }
        step /= 2;
    }
    for i in 0..input.len() {
        if Instant::now() > end {
            break;
        }
        let kept = std::mem::take(&mut input[i]);
        if kept != 0 && !fails(&input) {
            input[i] = kept;
        }
    }
    input
}

/// Runs one target and says what came of it; `false` where it failed.
fn fuzz(target: &Target, inputs: u64, options: &Options, start: Instant) -> bool {
    let corpus = folder().join("corpus").join(target.name);
    let mut paths: Vec<PathBuf> = fs::read_dir(&corpus)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .collect();
    paths.sort();
    let mut queue: Vec<Vec<u8>> = paths
        .iter()
        .rev()
        .filter_map(|p| fs::read(p).ok())
        .collect();
    let given = queue.len();
    let mut mutator = Mutator(options.seed ^ hash(target.name.as_bytes()));
    let mut seen = HashSet::new();
    let mut kept: Vec<Vec<u8>> = Vec::new();
    let mut fresh: Vec<Vec<u8>> = Vec::new();
    let mut failed: HashSet<String> = HashSet::new();
    let (mut ok, mut refused) = (0, 0);
    let begun = Instant::now();
    let mut total = 0;
    for _ in 0..inputs.max(given as u64) {
        total += 1;
        let from_corpus = queue.pop();
        let mutated = from_corpus.is_none();
        let input = from_corpus.unwrap_or_else(|| mutator.input(&kept));
        match judge(target, &input, start) {
            Ok(outcome) => {
                ok += outcome.ok;
                refused += outcome.refused;
                if seen.insert(outcome.signature) {
                    if mutated && fresh.len() < options.keep {
                        fresh.push(input.clone());
                    }
                    if kept.len() < KEPT {
                        kept.push(input);
                    } else {
                        let i = mutator.below(KEPT);
                        kept[i] = input;
                    }
                }
            }
            Err(message) => {
                // One report for each place; the numbers in a message differ.
                let place: String = message
                    .chars()
                    .filter(|c| !c.is_ascii_digit())
                    .take(70)
                    .collect();
                if failed.insert(place) {
                    let input = minimised(target, input, start);
                    let message = judge(target, &input, start).err().unwrap_or(message);
                    let path = save(target.name, "failure", &input);
                    println!(
                        "{}: {message}\n  replay: {}",
                        target.name,
                        replay(target.name, &path)
                    );
                }
                if failed.len() >= 16 {
                    break;
                }
            }
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{:<20} {total:>9} inputs, {ok:>10} calls accepted, {refused:>9} refused, {:>6} outcomes, {:>8.0} inputs a second, {} failures",
        target.name,
        seen.len(),
        total as f64 / seconds,
        failed.len(),
    );
    if !fresh.is_empty() {
        let written = fs::create_dir_all(&corpus).and_then(|()| {
            fresh.iter().try_for_each(|input| {
                fs::write(corpus.join(format!("{:016x}", hash(input))), input)
            })
        });
        if let Err(error) = written {
            eprintln!("{}: {error}", corpus.display());
        }
    }
    failed.is_empty()
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    std::panic::set_hook(Box::new(|info| {
        MESSAGE.with(|message| *message.borrow_mut() = info.to_string());
    }));
    let start = Instant::now();
    watch(start);
    let chosen: Vec<&Target> = TARGETS
        .iter()
        .filter(|t| options.target == "all" || t.name == options.target)
        .collect();
    if let Some(path) = &options.replay {
        let input = match fs::read(path) {
            Ok(input) => input,
            Err(error) => {
                eprintln!("{}: {error}", path.display());
                return ExitCode::from(2);
            }
        };
        let mut good = true;
        for target in chosen {
            match judge(target, &input, start) {
                Ok(outcome) => println!(
                    "{}: {} accepted, {} refused",
                    target.name, outcome.ok, outcome.refused
                ),
                Err(message) => {
                    println!("{}: {message}", target.name);
                    good = false;
                }
            }
        }
        return ExitCode::from(u8::from(!good));
    }
    let weights: u64 = chosen.iter().map(|t| u64::from(t.weight)).sum();
    let inputs = options.inputs.unwrap_or(weights * 2000);
    let mut good = true;
    for target in chosen {
        let share = inputs * u64::from(target.weight) / weights;
        good &= fuzz(target, share.max(1), &options, start);
    }
    ExitCode::from(u8::from(!good))
}
