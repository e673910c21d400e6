#!/usr/bin/env bash
# Installs what is missing, builds everything in release mode and runs the tests.
# usage: scripts/run-tests.sh [options of ctest]      e.g. -L quick, -LE 'long|fault', -R attention
# BUILD_DIR and PRESET (release, asan, debug, coverage) choose another build; TARGETS limits what is built.
set -euo pipefail
source "$(dirname "$0")/common.sh"
"$root"/scripts/install-packages.sh "$root"/scripts/packages-run.txt "$root"/scripts/packages-test.txt
preset=${PRESET:-release}
build=${BUILD_DIR:-$root/build/$preset}
# shellcheck disable=SC2086  # TARGETS is a list of words
build_with "$preset" "$build" -DGAINCELL_WERROR="${WERROR:-OFF}" -- ${TARGETS:-}
exec ctest --test-dir "$build" --output-on-failure -j "$jobs" "$@"
