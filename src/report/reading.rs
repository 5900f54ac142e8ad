//! What the words and numbers of a report mean, for a reader who has not read the paper.

/// Each word and what it says, in the order in which a reader meets them.
pub(super) const READING: [(&str, &str); 13] = [
    (
        "safety, capability",
        "Directions in the space of a layer's activations. Each is what its samples contrast, oriented so that plus \
         is safer, or more capable.",
    ),
    (
        "tax rate τ",
        "The squared cosine of the angle between the safety direction and the span of the capabilities: the share \
         of the direction that lies within them. 0 is free, 1 is fully entangled.",
    ),
    (
        "plug-in",
        "τ of the noisy directions as they are. Noise points away from the capabilities, so that it is too small, \
         the more so the fewer the samples.",
    ),
    (
        "interval",
        "The values of τ that a test does not reject; it covers the true one about as often as it says where \
         docs/calibration.md has simulated it, failures included.",
    ),
    (
        "not resolved",
        "The samples do not tell a mean from zero. No number is given, because none would mean anything.",
    ),
    (
        "units",
        "Independent samples. Pairs written from one template count as one.",
    ),
    (
        "chance",
        "The mean τ of random safety directions that have the covariance of the activations. Activations are far \
         from isotropic, so that chance is far above m/d.",
    ),
    (
        "p entangled, p freer",
        "How often such a random direction is at least as entangled, or as free. Large values show nothing, neither \
         that there is a tax nor that there is none.",
    ),
    (
        "overlap",
        "The cosine between safety and one capability. Below zero, a step of safety lowers the capability: a tax. \
         Above zero it raises it: synergy.",
    ),
    (
        "Shapley",
        "The capability's share of the plug-in τ. Shares add up; they have no interval.",
    ),
    (
        "budget B",
        "The length of the longest shift of the activations that an update is allowed.",
    ),
    (
        "free gain",
        "The safety that a budget buys without moving any capability, B sin α with τ = cos²α.",
    ),
    (
        "cost, price",
        "The least displacement of the capabilities at a gain in safety, and what one more unit of safety costs \
         there.",
    ),
];

/// What no number here can tell (theory §9.2).
pub(super) const LIMITS: [&str; 5] = [
    "The theory is first order and linear: it speaks of small shifts, and large ones may do something else.",
    "It is of a population average: one text may gain where the average loses.",
    "It is silent on what \"safe\" means. A direction is what its samples contrast, wording and tone included.",
    "Neither an interval nor a p-value knows of dependence between samples that their units do not declare.",
    "What a metric of the model will lose follows only where directions are that metric's gradients; differences \
     of means forecast it well in some settings and badly in others.",
];
