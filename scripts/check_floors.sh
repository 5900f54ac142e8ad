#!/usr/bin/env bash
# The import rule of ARCHITECTURE.md: a module of src/ names only modules of its
# own floor and of the floors below it.
#
#   scripts/check_floors.sh        prints who uses whom; exit 1 on an upward import
#
# Every `crate::` path outside comments counts, whether in a `use` or in line, and so
# does a `super::` that leaves the module. Types that lib.rs re-exports count for the
# module they come from. Cycles within a floor are allowed, and listed. A module that
# is not in the table below is an error: give it a floor.
set -euo pipefail
cd "$(dirname "$0")/.."

floors='
real       0
error      0
tolerance  0
linalg     0
monte_carlo 0
special    0
markup     0
direction  1
subspace   1
angles     1
estimate   1
objectives 1
metric     1
diagnose   2
tax        2
chance     2
conflict   2
audit      2
frontier   2
scaling    2
measure    3
io         4
plot       4
notebook   4
report     4
'

find src -name '*.rs' ! -path src/lib.rs | LC_ALL=C sort | FLOORS="$floors" xargs awk '
BEGIN {
    count = split(ENVIRON["FLOORS"], word)
    for (i = 1; i < count; i += 2) { floor[word[i]] = word[i + 1]; order[++modules] = word[i] }
    while ((getline line < "src/lib.rs") > 0) { sub(/\/\/.*/, "", line); root = root " " line }
    while (match(root, /pub use [a-z_]+::/)) {
        from = substr(root, RSTART + 8, RLENGTH - 10)
        root = substr(root, RSTART + RLENGTH)
        names = substr(root, 1, index(root, ";") - 1)
        while (match(names, /[A-Za-z_]+/)) {
            home[substr(names, RSTART, RLENGTH)] = from
            names = substr(names, RSTART + RLENGTH)
        }
    }
}

FNR == 1 {
    path = FILENAME
    sub(/^src\//, "", path)
    module = path
    sub(/[\/.].*/, "", module)
    top = (path == module ".rs" || path == module "/mod.rs")
    if (!(module in floor)) { fail(FILENAME ": module `" module "` has no floor") }
    present[module] = 1
    open_group = ""
}

{
    line = $0
    sub(/\/\/.*/, "", line)
    if (open_group != "") { line = open_group " " line; open_group = "" }
    # Leaving the module by way of its parent is a path from the root as well.
    gsub(/super::super::/, "crate::", line)
    if (top) {
        for (other in floor) { gsub("super::" other "::", "crate::" other "::", line) }
    }
    while ((at = index(line, "crate::")) > 0) {
        rest = substr(line, at + 7)
        if (substr(rest, 1, 1) != "{") {
            match(rest, /^[A-Za-z_]+/)
            uses(substr(rest, 1, RLENGTH))
            line = substr(rest, RLENGTH + 1)
            continue
        }
        depth = 0; name = ""; taken = 0; closed = 0
        for (i = 1; i <= length(rest); i++) {
            c = substr(rest, i, 1)
            if (c == "{") { depth++; continue }
            if (c == "}" && --depth == 0) { closed = i; break }
            if (depth != 1) { continue }
            if (c == ",") { if (name != "") { group[++taken] = name }; name = ""; skip = 0 }
            else if (c ~ /[A-Za-z_]/ && !skip) { name = name c }
            else if (name != "") { skip = 1 }
        }
        skip = 0
        if (!closed) { open_group = substr(line, at); line = ""; break }
        if (name != "") { group[++taken] = name }
        for (i = 1; i <= taken; i++) { uses(group[i]) }
        line = substr(rest, closed + 1)
    }
}

function fail(text) { print "error: " text; failed = 1 }

function uses(name,    target) {
    target = (name in home) ? home[name] : name
    if (!(target in floor)) { fail(FILENAME ":" FNR ": `crate::" name "` belongs to no module with a floor"); return }
    if (target == module) { return }
    edge[module, target] = 1
    if (floor[target] > floor[module]) {
        fail(FILENAME ":" FNR ": floor " floor[module] " (" module ") imports from floor " floor[target] " (" target ")")
    }
}

END {
    for (i = 1; i <= modules; i++) {
        m = order[i]
        if (!(m in present)) { fail("`" m "` is in the table but not in src/"); continue }
        list = ""
        for (j = 1; j <= modules; j++) { if ((m, order[j]) in edge) { list = list " " order[j] } }
        printf "floor %d  %-10s uses%s\n", floor[m], m, list == "" ? " nothing" : list
    }
    # Reachability within a floor.
    for (pair in edge) { split(pair, end, SUBSEP); if (floor[end[1]] == floor[end[2]]) { reach[pair] = 1 } }
    for (k = 1; k <= modules; k++) for (i = 1; i <= modules; i++) for (j = 1; j <= modules; j++)
        if ((order[i], order[k]) in reach && (order[k], order[j]) in reach) { reach[order[i], order[j]] = 1 }
    for (i = 1; i <= modules; i++) {
        m = order[i]
        if (m in listed || !((m, m) in reach)) { continue }
        list = ""
        for (j = i; j <= modules; j++) {
            n = order[j]
            if ((m, n) in reach && (n, m) in reach) { listed[n] = 1; list = list " " n }
        }
        print "cycle within floor " floor[m] ":" list
    }
    exit failed
}
' || exit 1
