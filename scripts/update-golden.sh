#!/bin/sh
# Accepts what the tests now produce as the golden files under tests/data/golden. Look at `git diff tests/data/golden` afterwards.
# usage: scripts/update-golden.sh [build folder]
set -e
root=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$root/build/release}
[ -d "$build" ] || { echo "no build folder $build: cmake --preset release && cmake --build build/release" >&2; exit 1; }
GAINCELL_UPDATE_GOLDEN=1 ctest --test-dir "$build" --output-on-failure -R '^(netlist|dialects)$'
git -C "$root" status --short tests/data/golden
