#!/usr/bin/env bash
# Fails when two source files share an error message id ("NET-0003"): an id must lead to one place. Several throws of the same error
# within one file may share theirs.
set -euo pipefail
cd "$(dirname "$0")/.."
duplicates=$(git ls-files '*.cpp' | grep -v '^tests/' | while read -r file; do
  grep -vE 'id\(\) [!=]=' "$file" | grep -ohE '"[A-Z]{3,4}-[0-9]{4}"|"\[[A-Z]{3,4}-[0-9]{4}\]' | grep -oE '[A-Z]{3,4}-[0-9]{4}' | sort -u || true
done | sort | uniq -d)
[ -z "$duplicates" ] || { echo "message ids used in more than one file:" $duplicates; exit 1; }
