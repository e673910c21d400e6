#include <doctest/doctest.h>

#include "arrays.hpp"

using namespace array_test;

TEST_CASE("slices equal the whole array at 32 x 32 with mismatch") {
  const PathMismatch mismatch;
  auto design = arrayOf(32, 32);
  design.set("array.wire.write.r", 0, "test");  // they rest; without them the whole array takes half the time
  compareEngines(design, &mismatch);
}
