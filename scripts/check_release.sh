#!/usr/bin/env bash
# What has to hold before a release, beyond .ci/run:
#
#   scripts/check_release.sh
#
# The version has its section in CHANGELOG.md and is that of CITATION.cff; `cargo publish --dry-run` packages and
# builds what would be uploaded; the oldest Rust that Cargo.toml declares compiles the library and its tests in
# three feature sets; docs.rs's build, with its nightly features, passes; the public API keeps the promises of
# the last tag. Toolchains are asked of rustup; what it does not have and cannot fetch is named at the end.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
notes=()

field() {
    sed -nE "s/^$1 = \"(.*)\"/\1/p" Cargo.toml | head -n 1
}

toolchain() {
    rustup run "$1" rustc --version >/dev/null 2>&1 ||
        rustup toolchain install "$1" --profile minimal >/dev/null 2>&1
}

version=$(field version)
rust=$(field rust-version)
printf -- '-- version %s\n' "$version"
grep -q "^## $version" CHANGELOG.md || { echo "CHANGELOG.md has no section for $version" >&2; exit 1; }
grep -q "^version: $version" CITATION.cff || { echo "CITATION.cff has another version" >&2; exit 1; }

printf -- '-- what would be published\n'
cargo publish --dry-run --locked --allow-dirty --quiet
printf 'cargo publish --dry-run: no objection\n'

printf -- '-- Rust %s\n' "$rust"
if toolchain "$rust"; then
    for set in "--all-features" "" "--no-default-features"; do
        # shellcheck disable=SC2086 # no argument for an empty set
        CARGO_TARGET_DIR="$CARGO_TARGET_DIR/msrv" cargo "+$rust" check --locked --quiet --lib --tests $set
        printf 'compiles with %s\n' "${set:-default features}"
    done
else
    notes+=("Rust $rust itself was not tried: rustup has no such toolchain and could not fetch it")
fi

printf -- '-- documentation as docs.rs builds it\n'
if toolchain nightly; then
    RUSTDOCFLAGS="--cfg docsrs -D warnings --html-in-header $PWD/docs/katex-header.html" \
        CARGO_TARGET_DIR="$CARGO_TARGET_DIR/docsrs" cargo +nightly doc --locked --quiet --no-deps --all-features
    printf 'no warning\n'
else
    notes+=("documentation was not built with nightly: rustup has no such toolchain and could not fetch it")
fi

printf -- '-- public API\n'
tag=$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null || true)
if [ -z "$tag" ]; then
    notes+=("no API to compare with: there is no tag v*")
elif command -v cargo-semver-checks >/dev/null; then
    cargo semver-checks --baseline-rev "$tag" --all-features
else
    notes+=("the API was not compared with $tag: cargo install --locked cargo-semver-checks")
fi

for note in ${notes[@]+"${notes[@]}"}; do printf 'note: %s\n' "$note"; done
printf 'ok\n'
