// The fast engine against the oracle, over the settings; equality of kernels, threads and streaming.
#include <functional>
#include <limits>

#include "gaincell/support/error.hpp"
#include "helpers.hpp"

using namespace gaincell::attention;
using namespace gaincell::attention::testing;

namespace {

struct Variant {
  std::string name;
  Shape shape;
  std::function<void(Settings&)> set;
};

std::vector<Variant> variants() {
  const Shape base{1, 2, 150, 64};
  return {
      {"standard", base, [](Settings& s) { s.decay = 1.6e-4; }},
      {"no decay", base, [](Settings&) {}},
      {"strong decay", base, [](Settings& s) { s.decay = 0.02; }},
      {"bf16", base,
       [](Settings& s) {
         s.decay = 1.6e-3;
         s.decay_mode = DecayMode::Bf16Qk;
       }},
      {"all orders once", base,
       [](Settings& s) {
         s.decay = 1.6e-3;
         s.decay_mode = DecayMode::AllOrdersOnce;
       }},
      {"window 100", base,
       [](Settings& s) {
         s.window = 100;
         s.decay = 1e-3;
       }},
      {"window 70, slot tiles", base,
       [](Settings& s) {
         s.window = 70;
         s.tiles = TileOrder::Slot;
         s.decay = 1e-3;
       }},
      {"window 37, slot tiles of 10", base,
       [](Settings& s) {
         s.window = 37;
         s.tile_columns = 10;
         s.tiles = TileOrder::Slot;
       }},
      {"tiles of 100", base,
       [](Settings& s) {
         s.tile_columns = 100;
         s.decay = 1e-3;
       }},
      {"tiles of 7, window 1", base,
       [](Settings& s) {
         s.tile_columns = 7;
         s.window = 1;
       }},
      {"counter grid", base,
       [](Settings& s) {
         s.output_grid = OutputGrid::Counter;
         s.decay = 1e-3;
       }},
      {"not quantized", base,
       [](Settings& s) {
         s.levels_q = s.levels_kv = s.levels_out = 0;
         s.decay = 1e-3;
       }},
      {"not quantized, no decay", base, [](Settings& s) { s.levels_q = s.levels_kv = s.levels_out = 0; }},
      {"other levels", base,
       [](Settings& s) {
         s.levels_q = 5;
         s.levels_kv = 6;
         s.levels_out = 64;
         s.decay = 1e-3;
       }},
      {"odd levels", base,
       [](Settings& s) {
         s.levels_kv = 7;
         s.decay = 1e-3;
       }},
      {"many levels", base,
       [](Settings& s) {
         s.levels_q = 64;
         s.levels_kv = 32;
         s.decay = 1e-3;
       }},
      {"two levels", base,
       [](Settings& s) {
         s.levels_q = s.levels_kv = 2;
         s.decay = 1e-3;
       }},
      {"linear, negative", base,
       [](Settings& s) {
         s.useLinearNetwork();
         s.sign = -1;
         s.decay = 1e-3;
       }},
      {"fifth order", base,
       [](Settings& s) {
         s.coefficients = {0.3, 14, -1, 30, 2, 11};
         s.decay = 1e-3;
       }},
      {"dimension 5",
       {2, 1, 33, 5},
       [](Settings& s) {
         s.decay = 1e-3;
         s.s_sat = 8;
       }},
      {"dimension 130",
       {1, 1, 70, 130},
       [](Settings& s) {
         s.decay = 1e-3;
         s.s_sat = 160;
       }},
      {"one token", {2, 3, 1, 64}, [](Settings& s) { s.decay = 1e-3; }},
      {"other voltages", base,
       [](Settings& s) {
         s.v_zero = 0.4;
         s.value_max = 1.0;
         s.stored_max = 1.1;
         s.decay = 1e-3;
       }},
      {"stored upside down, another supply", base,
       [](Settings& s) {
         s.v_zero = 0.6;
         s.stored_zero = 1.2;
         s.stored_max = 0;
         s.coefficients = {0.1, -9, 1, -20};
         s.decay = 1e-3;
       }},
  };
}

void checkClose(const Settings& s, const Intermediates& got, const Intermediates& want) {
  CHECK(largestDifference(got.q_q, want.q_q) < 1e-6);
  CHECK(largestDifference(got.k_q, want.k_q) < 1e-6);
  CHECK(largestDifference(got.v_q, want.v_q) < 1e-6);
  // The published tolerance is for scores of ordinary size; float32 rounding grows with them.
  double largest = 0;
  for (float x : want.s) largest = std::max(largest, static_cast<double>(std::abs(x)));
  CHECK(largestDifference(got.s, want.s) < std::max(2e-4, 2e-6 * largest));
  CHECK(largestDifference(got.phi, want.phi) < 2e-6);
  CHECK(largestDifference(got.tile_analog, want.tile_analog) < 2e-4);
  if (s.levels_out == 0) {
    CHECK(largestDifference(got.tile_sum, want.tile_sum) < 1e-4);
  } else if (s.output_grid == OutputGrid::PaperCode) {
    CHECK(compareTiles(want.tile_analog, got.tile_q, want.tile_q, s.out_sat, s.levels_out).wrong == 0);
  } else {
    CHECK(compareTiles(want.tile_analog, got.tile_q, want.tile_q, s.out_sat, 2 * (s.levels_out / 2 - 1) + 1).wrong ==
          0);
  }
}

}  // namespace

TEST_CASE("every kernel agrees with the oracle for every setting") {
  for (const auto& v : variants()) {
    CAPTURE(v.name);
    Settings s;
    v.set(s);
    const Data d = randomData(v.shape);
    const Scalers scalers = usefulScalers(v.shape.heads);
    Intermediates want;
    std::vector<float> reference(d.q.size());
    referenceRun(s, scalers, d.shape, d.q, d.k, d.v, reference, &want);
    // The case must exercise something: a fair share of phi above zero and below one.
    const auto active = std::count_if(want.phi.begin(), want.phi.end(), [](float x) { return x > 0 && x < 1; });
    CHECK(active > static_cast<std::ptrdiff_t>(v.shape.tokens / 20));
    for (Kernel kernel : availableKernels()) {
      CAPTURE(kernelName(kernel));
      s.kernel = kernel;
      Intermediates got;
      outputOf(s, scalers, d, &got);
      checkClose(s, got, want);
    }
  }
}

TEST_CASE("threads and streaming change no bit") {
  for (const auto& v : variants()) {
    CAPTURE(v.name);
    Settings s;
    v.set(s);
    if (s.window == 0) s.window = 64;
    const Data d = randomData(v.shape, 11);
    const Scalers scalers = usefulScalers(v.shape.heads);
    const auto whole = outputOf(s, scalers, d);
    Intermediates all;  // who asks for them takes other ways through the second multiply
    CHECK(outputOf(s, scalers, d, &all) == whole);
    s.threads = 3;
    CHECK(outputOf(s, scalers, d) == whole);
    std::vector<float> streamed(whole.size());
    const Engine engine(s, scalers, d.shape.heads, d.shape.dimension);
    for (std::size_t n = 0; n < d.shape.sequences(); ++n) {
      Stream stream(engine, n % d.shape.heads, n / d.shape.heads);
      for (std::size_t t = 0; t < d.shape.tokens; ++t) {
        const std::size_t at = n * d.shape.perSequence() + t * d.shape.dimension;
        stream.push(&d.q[at], &d.k[at], &d.v[at], &streamed[at]);
      }
    }
    CHECK(streamed == whole);
  }
}

TEST_CASE("a stream that takes several tokens at a time gives what it gives one by one") {
  for (const double decay : {0.0, 1e-3}) {
    for (const TileOrder tiles : {TileOrder::Absolute, TileOrder::Slot}) {
      Settings s;
      s.decay = decay;
      s.tiles = tiles;
      s.window = 100;
      s.threads = 2;
      const Data d = randomData({1, 1, 700, 16});
      const auto whole = outputOf(s, usefulScalers(1), d);
      const Engine engine(s, usefulScalers(1), 1, 16);
      Stream stream(engine, 0, 0, 250);
      std::vector<float> out(whole.size());
      for (std::size_t n = 0; const std::size_t count : {1, 62, 2, 250, 0, 64, 129, 192}) {
        stream.push(count, &d.q[n * 16], &d.k[n * 16], &d.v[n * 16], &out[n * 16]);
        n += count;
        CHECK(stream.position() == n);
      }
      CHECK(stream.position() == 700);
      CHECK(out == whole);
      CHECK_THROWS_AS(stream.push(251, d.q.data(), d.k.data(), d.v.data(), out.data()), gaincell::support::Error);
    }
  }
}

TEST_CASE("integer levels give the same bits on every kernel") {
  Settings s;
  s.decay = 1.6e-4;
  const Data d = randomData({1, 2, 200, 64});
  s.kernel = Kernel::Generic;
  const auto want = outputOf(s, usefulScalers(2), d);
  for (Kernel kernel : availableKernels()) {
    s.kernel = kernel;
    CHECK(outputOf(s, usefulScalers(2), d) == want);
  }
}

TEST_CASE("levels are the quotient of a division, rounded to even, to the bit on every kernel") {
  for (int levels : {2, 3, 6, 7, 8, 16, 100, 256}) {
    Settings s;
    s.levels_kv = levels;
    const auto step = static_cast<float>(s.value_max / (levels - 1));
    Data d{{1, 1, 0, 64}, {}, {}, {}};
    for (int n = 0; n < levels - 1; ++n) {  // the 64 floats about every tie
      float x = (static_cast<float>(n) + 0.5F) * step;
      for (int i = 0; i < 32; ++i) x = std::nextafter(x, 0.0F);
      for (int i = 0; i < 64; ++i, x = std::nextafter(x, 1.0F)) d.k.push_back(x);
    }
    d.shape.tokens = d.k.size() / 64;
    d.q = d.v = d.k;
    for (Kernel kernel : availableKernels()) {
      CAPTURE(kernelName(kernel));
      s.kernel = kernel;
      Intermediates m;
      outputOf(s, Scalers::identity(1), d, &m);
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < d.k.size(); ++i) wrong += m.k_q[i] != step * std::nearbyint(d.k[i] / step);
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("a saturated tile reads 32/31 on the paper's grid and 1 on the counter's") {
  Settings s;
  Scalers scalers = Scalers::identity(1);
  const Shape shape{1, 1, 64, 64};
  const std::vector<float> one(64 * 64, 1.0F);
  std::vector<float> out(64 * 64);
  Engine(s, scalers, 1, 64).run(shape, one, one, one, out);
  CHECK(out.back() == static_cast<float>(2.0 / 31) * 16.0F);
  s.output_grid = OutputGrid::Counter;
  Engine(s, scalers, 1, 64).run(shape, one, one, one, out);
  CHECK(out.back() == 1.0F);
}

TEST_CASE("bad input is refused with its place") {
  using gaincell::support::Error;
  Settings s;
  Data d = randomData({1, 2, 10, 8});
  std::vector<float> out(d.q.size());
  const Engine engine(s, {}, 2, 8);
  d.k[8 * 10 + 9] = std::numeric_limits<float>::infinity();
  try {
    engine.run(d.shape, d.q, d.k, d.v, out);
    FAIL("infinity was accepted");
  } catch (const Error& e) {
    CHECK(e.where() == "k[0, 1, 1, 1]");
  }
  d.k[8 * 10 + 9] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS(engine.run(d.shape, d.q, d.k, d.v, out), Error);
  CHECK_THROWS_AS(engine.run({1, 2, 9, 8}, d.q, d.k, d.v, out), Error);
  CHECK_THROWS_AS(Engine(s, usefulScalers(3), 2, 8), Error);
  s.levels_kv = 1;
  CHECK_THROWS_AS(Engine(s, {}, 2, 8), Error);
}
