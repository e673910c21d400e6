#!/usr/bin/env bash
# Installs what is missing, builds in release mode and runs the main job: `gaincell flow --quick`.
# usage: scripts/run-flow.sh [options of gaincell flow]        (default: --quick --out out/quick --force)
# BUILD_DIR chooses another build folder.
set -euo pipefail
source "$(dirname "$0")/common.sh"
"$root"/scripts/install-packages.sh "$root"/scripts/packages-run.txt
build=${BUILD_DIR:-$root/build/flow}
build_with release "$build" -DGAINCELL_WERROR="${WERROR:-OFF}" -DGAINCELL_BUILD_TESTS=OFF -DGAINCELL_BUILD_BENCH=OFF -- gaincell gaincell-spice-worker
[ $# -gt 0 ] || set -- --quick --out "$root/out/quick" --force
exec "$build"/bin/gaincell flow "$@"
