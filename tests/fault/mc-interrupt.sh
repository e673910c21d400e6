#!/usr/bin/env bash
# Ctrl-C of `gaincell mc`: exit code 3, and the command it prints finishes the run with the results of an undisturbed one.
# usage: mc-interrupt.sh GAINCELL_PROGRAM
set -euo pipefail
program=$1
PATH=$(dirname "$program"):$PATH
dir=$(mktemp -d /tmp/gaincell-interrupt-XXXXXX)
trap 'rm -rf "$dir"' EXIT
study=(mc gain-cell --analysis iv --samples 1500 --seed 3 --quiet)
"$program" "${study[@]}" --run "$dir/clean" > /dev/null
"$program" "${study[@]}" --run "$dir/run" > /dev/null 2> "$dir/message" &
pid=$!
for _ in $(seq 400); do
  [ -f "$dir/run/run.sqlite" ] && break
  sleep 0.05
done
sleep 0.3
kill -INT $pid
code=0
wait $pid || code=$?
[ $code = 3 ] || { echo "FAILED: exit code $code, not 3"; cat "$dir/message"; exit 1; }
command=$(sed -n 's/.*to resume: //p' "$dir/message")
echo "resuming with: $command"
[ ! -f "$dir/run/samples.csv" ] || { echo "FAILED: results were written by an interrupted run"; exit 1; }
eval "$command" > /dev/null
cmp "$dir/clean/samples.csv" "$dir/run/samples.csv"
cmp "$dir/clean/statistics.json" "$dir/run/statistics.json"
# The command of a worst sample gives the stored value.
worst=$(python3 -c "
import json
w = json.load(open('$dir/run/statistics.json'))['conditions'][0]['figures']['i_zero']['worst'][0]
print(w['value']); print(w['command'])")
again=$(eval "$(tail -n 1 <<< "$worst") --json" | python3 -c "import json, sys; print(json.load(sys.stdin)['figures']['i_zero'])")
[ "$(head -n 1 <<< "$worst")" = "$again" ] || { echo "FAILED: the worst sample is $worst, alone it is $again"; exit 1; }
# Another seed is another study.
if "$program" mc gain-cell --analysis iv --samples 1500 --seed 4 --quiet --run "$dir/run" --resume 2> "$dir/message"; then exit 1; fi
grep -q MCS-0035 "$dir/message"
echo "interrupted, resumed, and the same"
