#!/usr/bin/env bash
# A study on a real single-node Slurm: a shard is killed on the way and queued again; the merged results must be those of a
# local run, byte by byte. usage: slurm-run.sh GAINCELL_PROGRAM
set -euo pipefail
program=$1
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d /tmp/gaincell-slurm-XXXXXX)
cleanup() {
  "$here/slurm-single-node.sh" stop "$dir/node" || true
  rm -rf "$dir"
}
fail() {
  echo "FAILED: $1"
  tail -n 20 "$dir"/node/*.log "$dir"/run/slurm/*.log 2> /dev/null || true
  exit 1
}
trap cleanup EXIT
mkdir "$dir/node"
"$here/slurm-single-node.sh" start "$dir/node" || exit $?
. "$dir/node/env"

study=(mc gain-cell --analysis iv --samples "${SAMPLES:-900}" --seed 7 --quiet)
"$program" "${study[@]}" --run "$dir/local" -j 2 > /dev/null

# No such partition: one clear message, and the run can still be submitted afterwards.
if "$program" "${study[@]}" --run "$dir/run" --engine slurm --shards 3 --partition nosuch 2> "$dir/message"; then
  fail "an unknown partition was accepted"
fi
grep -q MCS-0071 "$dir/message" || fail "no clear message for an unknown partition: $(cat "$dir/message")"

"$program" "${study[@]}" --run "$dir/run" --engine slurm --shards 3 --partition test --resume

# Kills one shard's program once it has stored something.
killed=0
for _ in $(seq 600); do
  for pid in $(pgrep -f -- "--run $dir/run --resume --quiet" || true); do
    name=$(tr '\0' ' ' < "/proc/$pid/comm" 2> /dev/null || true)
    if [ "${name% }" = gaincell ] && [ -n "$(ls "$dir"/run/shards/*.sqlite 2> /dev/null)" ]; then
      kill -9 "$pid" && killed=1 && break 2
    fi
  done
  sleep 0.05
done
[ "$killed" = 1 ] || fail "no shard could be killed"

for _ in $(seq 1200); do
  [ -z "$(squeue -h)" ] && break
  sleep 0.1
done
[ -z "$(squeue -h)" ] || fail "the shards did not end: $(squeue)"
grep -q "queued again" "$dir"/run/slurm/shard-*.log || fail "the killed shard was not queued again"
"$program" mc status "$dir/run"
"$program" mc merge "$dir/run" > /dev/null || fail "the shards could not be merged"
for file in samples.csv statistics.json failures.csv; do
  cmp "$dir/local/$file" "$dir/run/$file" || fail "$file differs from the local run"
done
# Everything is there: nothing is submitted any more.
"$program" "${study[@]}" --run "$dir/run" --engine slurm --shards 3 --partition test --resume | grep -q "every shard is complete" ||
  fail "a complete run was submitted again"
echo "the cluster's results are the local ones"
