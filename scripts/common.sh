# Sourced by the other scripts: project root, number of jobs, compiler cache settings.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=$(nproc)
# Paths relative to the root make cache entries valid for every build folder and clone.
export CCACHE_BASEDIR="${CCACHE_BASEDIR:-$root}" CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS="time_macros,include_file_mtime"

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
         cmake --build "$folder" -j "$jobs" "${targets[@]}"; } >"$log" 2>&1; then
    grep -E -A3 'error|Error|FAILED' "$log" | head -n 60 >&2
    echo "error: the build failed; the whole log is $log" >&2
    return 1
  fi
  rm -f "$log"
}
