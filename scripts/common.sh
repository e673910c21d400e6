# Sourced by the other scripts: project root, number of jobs, compiler cache settings.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=$(nproc)
set -o pipefail  # a build that fails must not hide behind the reading of its output
# Paths relative to the root make cache entries valid for every build folder and clone.
export CCACHE_BASEDIR="${CCACHE_BASEDIR:-$root}" CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS="time_macros,include_file_mtime"

# build_progress: reads ninja's output and tells the share that is built: on one line of a terminal, else in tenths.
build_progress() {
  local line tenth=0 percent shown=0
  while IFS= read -r line; do
    [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
    percent=$((100 * BASH_REMATCH[1] / BASH_REMATCH[2]))
    if [ -t 2 ]; then
      printf '\r  built %3d %% (%d of %d)' "$percent" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" >&2
      shown=1
    elif [ $((percent / 10)) -gt $tenth ] && [ "${BASH_REMATCH[2]}" -gt 20 ]; then
      tenth=$((percent / 10))
      echo "  built ${tenth}0 %" >&2
    fi
  done
  [ $shown = 0 ] || echo >&2
}

# build_with PRESET FOLDER [cmake options] [-- build targets]: configures and builds; prints the log only on failure.
build_with() {
  local preset=$1 folder=$2 log
  shift 2
  local options=() targets=()
  while [ $# -gt 0 ] && [ "$1" != "--" ]; do options+=("$1"); shift; done
  [ $# -gt 0 ] && shift
  [ $# -gt 0 ] && targets=(--target "$@")
  log=$(mktemp)
  echo "building ($preset) in ${folder#"$root"/}" >&2
  if ! { cmake -S "$root" --preset "$preset" -B "$folder" "${options[@]}" &&
         cmake --build "$folder" -j "$jobs" "${targets[@]}"; } 2>&1 | tee "$log" | build_progress; then
    grep -E -A3 'error|Error|FAILED' "$log" | head -n 60 >&2
    echo "error: the build failed; the whole log is $log" >&2
    return 1
  fi
  rm -f "$log"
}
