#!/usr/bin/env bash
# The portable attention kernels and their test compiled for aarch64 (NEON) and run under emulation.
# usage: scripts/test-aarch64.sh        (needs g++-aarch64-linux-gnu, qemu-user, libhwy-dev, doctest-dev)
set -euo pipefail
source "$(dirname "$0")/common.sh"
cd "$root"
for tool in aarch64-linux-gnu-g++ qemu-aarch64; do
  command -v $tool >/dev/null || { echo "error: $tool is missing; apt-get install g++-aarch64-linux-gnu qemu-user" >&2; exit 1; }
done
out=build/aarch64
mkdir -p $out/include
# The headers alone of what does not depend on the processor.
for library in hwy doctest; do ln -sfn /usr/include/$library $out/include/$library; done
src=sim/attention/src
aarch64-linux-gnu-g++ -std=c++20 -O3 -ffp-contract=off -Wall -Wextra -Werror -DDOCTEST_CONFIG_IMPLEMENT_WITH_MAIN \
  -I $src -I fit/model/include -isystem $out/include -o $out/test_kernels \
  $src/kernel_generic.cpp $src/kernel_avx2.cpp $src/kernel_avx512.cpp tests/attention/test_kernels.cpp
qemu-aarch64 -L /usr/aarch64-linux-gnu $out/test_kernels
