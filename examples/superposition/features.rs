//! The world: sparse features.
//!
//! Each of n features is active with probability 2^(−k), and then uniform on [0, 1)
//! (Elhage et al. 2022). Which are active is drawn 64 at a time, as the conjunction of k
//! random words, so that no transcendental function takes part and equal seeds give equal
//! samples on any machine. A *follower* is active exactly when its leader is, with a value
//! of its own: that is how two features come to occur together.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt};

/// Bits to a word.
const WORD: usize = 64;

/// A sparse vector: the active features in ascending order, with their values.
pub type Sample = Vec<(usize, f32)>;

/// The law of the features.
#[derive(Debug, Clone)]
pub struct Features {
    words: usize,
    halvings: u32,
    /// Leader and follower.
    followers: Vec<(usize, usize)>,
}

impl Features {
    /// So many times 64 features, each active with probability 2^(−halvings).
    pub fn new(words: usize, halvings: u32) -> Self {
        Self {
            words,
            halvings,
            followers: Vec::new(),
        }
    }

    /// The second feature of each pair is active exactly when the first is.
    pub fn with_followers(self, followers: Vec<(usize, usize)>) -> Self {
        Self { followers, ..self }
    }

    /// n.
    pub fn count(&self) -> usize {
        self.words * WORD
    }

    /// The probability that a feature is active.
    pub fn probability(&self) -> f64 {
        f64::from(self.halvings).exp2().recip()
    }

    /// The variance of each feature: p/3 − p²/4.
    pub fn variance(&self) -> f64 {
        let p = self.probability();
        p / 3.0 - p * p / 4.0
    }

    /// One sample.
    pub fn draw(&self, rng: &mut ChaCha8Rng) -> Sample {
        let mut active: Vec<u64> = (0..self.words)
            .map(|_| (0..self.halvings).fold(u64::MAX, |word, _| word & rng.next_u64()))
            .collect();
        for &(leader, follower) in &self.followers {
            let bit = active[leader / WORD] >> (leader % WORD) & 1;
            let word = &mut active[follower / WORD];
            *word = *word & !(1 << (follower % WORD)) | bit << (follower % WORD);
        }
        members(&active).map(|i| (i, rng.random())).collect()
    }

    /// Two samples that agree in a random half of the features and are independent in the
    /// others: a pair of prompts about the same thing.
    pub fn draw_pair(&self, rng: &mut ChaCha8Rng) -> [Sample; 2] {
        let shared: Vec<u64> = (0..self.words).map(|_| rng.next_u64()).collect();
        let is_shared = |i: usize| shared[i / WORD] >> (i % WORD) & 1 == 1;
        let common = self.draw(rng);
        [(); 2].map(|()| {
            let own = self.draw(rng);
            let mut sample: Sample = common
                .iter()
                .filter(|(i, _)| is_shared(*i))
                .chain(own.iter().filter(|(i, _)| !is_shared(*i)))
                .copied()
                .collect();
            sample.sort_unstable_by_key(|(i, _)| *i);
            sample
        })
    }
}

/// The positions of the bits that are set.
fn members(words: &[u64]) -> impl Iterator<Item = usize> {
    words.iter().enumerate().flat_map(|(w, &word)| {
        std::iter::successors((word != 0).then_some(word), |&rest| {
            let rest = rest & (rest - 1);
            (rest != 0).then_some(rest)
        })
        .map(move |rest| w * WORD + rest.trailing_zeros() as usize)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    const DRAWS: usize = 4000;

    /// Five standard errors of a share p of so many trials.
    fn within(p: f64, trials: usize) -> f64 {
        5.0 * (p * (1.0 - p) / trials as f64).sqrt()
    }

    #[test]
    fn as_many_are_active_as_the_law_says_and_values_have_its_moments() {
        let features = Features::new(2, 3);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let samples: Vec<Sample> = (0..DRAWS).map(|_| features.draw(&mut rng)).collect();
        let trials = DRAWS * features.count();
        let active: Vec<f64> = samples
            .iter()
            .flatten()
            .map(|(_, x)| f64::from(*x))
            .collect();
        let share = active.len() as f64 / trials as f64;
        assert!((share - 0.125).abs() < within(0.125, trials), "{share}");
        let (sum, squares) = active
            .iter()
            .fold((0.0, 0.0), |(s, q), x| (s + x, q + x * x));
        let mean = sum / trials as f64;
        let variance = squares / trials as f64 - mean * mean;
        assert!((variance / features.variance() - 1.0).abs() < 0.02);
        assert!(samples.iter().all(|s| s.is_sorted_by_key(|(i, _)| *i)));
    }

    #[test]
    fn a_follower_is_active_exactly_when_its_leader_is() {
        let features = Features::new(2, 2).with_followers(vec![(3, 70)]);
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let mut together = 0;
        for _ in 0..DRAWS {
            let sample = features.draw(&mut rng);
            let has = |i: usize| sample.iter().any(|(j, _)| *j == i);
            assert_eq!(has(3), has(70));
            together += usize::from(has(3));
        }
        let share = together as f64 / DRAWS as f64;
        assert!((share - 0.25).abs() < within(0.25, DRAWS), "{share}");
    }

    #[test]
    fn pairs_agree_in_half_of_their_features() {
        let features = Features::new(4, 2);
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let (mut equal, mut all) = (0, 0);
        for _ in 0..DRAWS {
            let [a, b] = features.draw_pair(&mut rng);
            equal += a.iter().filter(|x| b.contains(x)).count();
            all += a.len();
        }
        let share = equal as f64 / all as f64;
        assert!((share - 0.5).abs() < within(0.5, all), "{share}");
    }
}
