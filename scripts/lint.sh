#!/usr/bin/env bash
# Static checks: formatting, message ids, cppcheck; with --tidy also clang-tidy (scripts/tidy.sh).
# usage: scripts/lint.sh [--tidy] [BUILD_DIR]        (needs a configured build folder)
set -euo pipefail
source "$(dirname "$0")/common.sh"
cd "$root"
tidy=no
[ "${1:-}" = "--tidy" ] && { tidy=yes; shift; }
build=${1:-$root/build/release}
scripts/check-format.sh
scripts/check-message-ids.sh
cppcheck -j "$jobs" --project="$build/compile_commands.json" --std=c++20 --enable=warning,portability \
  --inline-suppr --suppressions-list=.cppcheck-suppressions --suppress='*:*/build/*' --suppress='*:/usr/*' --error-exitcode=1 --quiet
[ "$tidy" = no ] || scripts/tidy.sh "$build"
