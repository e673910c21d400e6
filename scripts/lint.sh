#!/usr/bin/env bash
# Static checks: formatting, message ids, cppcheck, clang-tidy (needs a configured build folder).
# usage: scripts/lint.sh [BUILD_DIR]
set -euo pipefail
source "$(dirname "$0")/common.sh"
cd "$root"
build=${1:-$root/build/release}
scripts/check-format.sh
scripts/check-message-ids.sh
cppcheck -j "$jobs" --project="$build/compile_commands.json" --std=c++20 --enable=warning,portability \
  --inline-suppr --suppressions-list=.cppcheck-suppressions --suppress='*:*/build/*' --suppress='*:/usr/*' -i"$build" --error-exitcode=1 --quiet
git ls-files '*.cpp' | grep -v '^tests/' | xargs -n 4 -P "$jobs" clang-tidy-14 -p "$build" --quiet --warnings-as-errors='*' 2>/dev/null
