#!/usr/bin/env bash
# Builds the library against the oldest versions of its dependencies that Cargo.toml admits, in a
# copy, so that no lower bound is a wish.
#
#   scripts/check_minimal_versions.sh
#
# The resolver's option is not stable; RUSTC_BOOTSTRAP admits it. What dependencies ask of their own is
# theirs: only our direct ones are taken at their oldest.
set -euo pipefail
cd "$(dirname "$0")/.."

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z Cargo.toml src benches examples tests README.md | xargs -0 cp --parents -t "$copy"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}/minimal"
cd "$copy"
# The other members of the workspace stay behind.
sed -i '/^\[workspace\]/,/^$/d' Cargo.toml
RUSTC_BOOTSTRAP=1 cargo update --quiet -Z direct-minimal-versions
for set in "--all-features" "" "--no-default-features"; do
    # shellcheck disable=SC2086 # no argument for an empty set
    cargo check --quiet --lib $set
    printf 'builds with %s\n' "${set:-default features}"
done
