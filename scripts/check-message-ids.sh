#!/usr/bin/env bash
# Fails when two places of the sources share an error message id ("NET-0003"): an id must lead to one place.
set -euo pipefail
cd "$(dirname "$0")/.."
duplicates=$(git ls-files '*.cpp' | grep -v '^tests/' | xargs grep -ohE '(Error\(|fail\(|warn\()[^"]{0,40}"[A-Z]{3,4}-[0-9]{4}"|"\[[A-Z]{3,4}-[0-9]{4}\]' |
  grep -oE '[A-Z]{3,4}-[0-9]{4}' | sort | uniq -d)
[ -z "$duplicates" ] || { echo "message ids used in more than one place:" $duplicates; exit 1; }
