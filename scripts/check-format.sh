#!/usr/bin/env bash
# Fails when a C++ file is not formatted as .clang-format says. With --fix, formats it.
set -euo pipefail
cd "$(dirname "$0")/.."
mode=(--dry-run --Werror)
[ "${1:-}" = "--fix" ] && mode=(-i)
git ls-files '*.cpp' '*.hpp' '*.h' | xargs clang-format-14 "${mode[@]}"
