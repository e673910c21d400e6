#!/usr/bin/env bash
# clang-tidy over all sources but the tests: any warning fails. What passed is remembered in BUILD_DIR/tidy and looked at again
# only when it, a header or .clang-tidy has changed; all of it takes about ten minutes on two cores.
# usage: scripts/tidy.sh [BUILD_DIR] [FILE...]        (needs a configured build folder)
set -euo pipefail
source "$(dirname "$0")/common.sh"
cd "$root"
build=${1:-$root/build/release}
[ $# -gt 0 ] && shift
[ -f "$build/compile_commands.json" ] || { echo "error: $build is not configured; run scripts/run-tests.sh first" >&2; exit 1; }
command -v clang-tidy-14 >/dev/null || { echo "error: clang-tidy-14 is missing; apt-get install clang-tidy-14" >&2; exit 1; }
export build passed="$build/tidy"
mkdir -p "$passed"
headers=$(git ls-files '*.hpp' '*.h' .clang-tidy | xargs cat | sha256sum)
export headers

check() {
  local key
  key=$passed/$(printf '%s %s' "$headers" "$1" | cat - "$1" | sha256sum | cut -c1-32)
  [ -e "$key" ] && return 0
  # The commands are gcc's: some of its options are unknown to clang. Standard error holds only how many warnings there were.
  clang-tidy-14 -p "$build" --quiet --warnings-as-errors='*' --extra-arg=-Wno-unknown-warning-option "$1" 2>/dev/null &&
    touch "$key"
}
export -f check

[ $# -gt 0 ] || mapfile -t all < <(git ls-files '*.cpp' | grep -v '^tests/')
[ $# -gt 0 ] && all=("$@")
printf '%s\0' "${all[@]}" | xargs -0 -n 1 -P "$jobs" bash -c 'check "$1"' _ || { echo "tidy.sh: clang-tidy has warnings" >&2; exit 1; }
