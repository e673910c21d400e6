#include <doctest/doctest.h>

#include "arrays.hpp"

using namespace array_test;

TEST_CASE("slices equal the whole array at 32 x 32 with mismatch") {
  const PathMismatch mismatch;
  auto set = arraySet(32, 32);
  set.set("write_wires", "no");  // they rest; without them the whole array takes half the time
  compareEngines(set, &mismatch);
}
