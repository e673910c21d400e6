#!/bin/sh
# Fuzzes the readers of foreign files (libFuzzer, address and undefined-behaviour sanitizers; needs clang++).
#   scripts/fuzz.sh [SECONDS] [READER...]      600 seconds for each of npz and model unless said otherwise
# New inputs are gathered under build/fuzz/work/READER; a finding stops the script and leaves its input beside them.
# MERGE=1 afterwards adds a small set of inputs that reach something new to tests/fuzz/corpus/READER/found, 1 kB at most
# each; they are replayed by the tests with any compiler (ctest -R fuzz_replay).
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-600}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- npz model
build=build/fuzz

cmake -S . -B $build -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=RelWithDebInfo -DGAINCELL_BUILD_FUZZ=ON \
  -DGAINCELL_BUILD_BENCH=OFF "-DCMAKE_CXX_FLAGS=-O1 -g1 -fsanitize=fuzzer-no-link,address,undefined" >/dev/null
for reader; do cmake --build $build --target "fuzz_$reader"; done
for reader; do
  seeds=tests/fuzz/corpus/$reader
  work=$build/work/$reader
  mkdir -p "$work/inputs"
  # 4 GiB of memory and 25 s for one input count as findings, as do sanitizer reports and unexpected exceptions.
  $build/bin/fuzz_"$reader" -max_total_time="$seconds" -max_len=65536 -rss_limit_mb=4096 -timeout=25 \
    -print_final_stats=1 -artifact_prefix="$work/" "$work/inputs" "$seeds" 2>"$work/log" || {
    tail -40 "$work/log" >&2
    echo "fuzz.sh: fuzz_$reader has a finding, see $work" >&2
    exit 1
  }
  grep -E '^Done|stat::(number_of_executed_units|peak_rss_mb)|cov:.*DONE' "$work/log" | sed "s/^/$reader: /"
  if [ "${MERGE:-0}" = 1 ]; then
    mkdir -p "$work/small" "$seeds/found"
    $build/bin/fuzz_"$reader" -set_cover_merge=1 -max_len=1024 "$work/small" "$seeds" "$work/inputs" 2>>"$work/log"
    find "$work/small" -type f -size -1025c -exec cp {} "$seeds/found/" \;
  fi
done
