// Perplexities of a trained transformer, its layers' signals, and the adaptation.
#include "gaincell/attention/adapt.hpp"
#include "gaincell/attention/language_model.hpp"
#include "gaincell/attention/physics.hpp"
#include "gaincell/support/error.hpp"
#include "helpers.hpp"

using namespace gaincell::attention;
using namespace gaincell::attention::testing;
namespace fs = std::filesystem;

namespace {

const fs::path kFolder = fs::path(GAINCELL_SHARED) / "lm";

bool present() {
  if (fs::is_directory(kFolder)) return true;
  MESSAGE("skipped: no " << kFolder.string());
  return false;
}

Settings layerSettings() {
  Settings s;
  s.window = 256;
  s.decay = 1.6e-4;
  return s;
}

void checkLayer(const ArrayFile& f, std::size_t with_scores) {
  const Settings s = layerSettings();
  const Data d = dataOf(f);
  Intermediates m;
  const auto out = outputOf(s, scalersOf(f), d, &m);
  const std::size_t each = with_scores * d.shape.heads * d.shape.tokens * d.shape.tokens;
  const auto part = [each](const std::vector<float>& v) {
    return std::vector<float>(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(each));
  };
  CHECK(largestDifference(part(m.s), f.floats("S").values) < 2e-4);
  CHECK(largestDifference(part(m.phi), f.floats("phi").values) < 2e-6);
  // Codes may move by one step at rounding ties only.
  const auto want = f.floats("tile_sum").values;
  std::size_t moved = 0;
  for (std::size_t i = 0; i < want.size(); ++i) moved += std::abs(m.tile_sum[i] - want[i]) > 1e-4F;
  CHECK(moved <= 8);  // of 65536
  if (moved == 0) CHECK(largestDifference(out, f.floats("out").values) < 1e-4);
}

}  // namespace

TEST_CASE("the layers of a trained transformer") {
  if (!present()) return;
  for (const char* name : {"qkv_layer0.npz", "qkv_layer1.npz", "qkv_layer2.npz"}) {
    CAPTURE(name);
    checkLayer(*ArrayFile::open(kFolder / name), 1);
  }
}

TEST_CASE("perplexities") {
  if (!present()) return;
  const auto m = LanguageModel::load(kFolder);
  const auto tokens = LanguageModel::readTokens(kFolder / "val_tokens.npy");
  const auto with = [&](const Settings& s, const char* set) { return m.perplexity(tokens, s, m.scalers(set), 2); };
  Settings linear = layerSettings();
  linear.useLinearNetwork();
  CHECK(with(linear, "lin") == doctest::Approx(17.270).epsilon(2e-4));
  linear.window = 128;
  CHECK(with(linear, "lin") == doctest::Approx(17.315).epsilon(2e-4));
  CHECK(with(layerSettings(), "lin") == doctest::Approx(21.551).epsilon(2e-4));
  CHECK(with(layerSettings(), "adapted") == doctest::Approx(18.570).epsilon(2e-4));
  const auto scalers = m.scalers("lin");
  const double none = m.perplexity(
      tokens,
      [&](std::size_t l, const Shape& shape, const auto&, const auto&, const auto&, std::vector<float>& out) {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = scalers[l].b_o[i / shape.perSequence()];
      },
      2);
  CHECK(none == doctest::Approx(49.18).epsilon(5e-4));
}

TEST_CASE("adaptation of the network arrives at the stored scalers") {
  if (!present()) return;
  const auto m = LanguageModel::load(kFolder);
  const auto tokens = LanguageModel::readTokens(kFolder / "calib_tokens.npy");
  const auto r = adapt([&](const Scalers& s) { return m.statistics(tokens, layerSettings(), split(s, m.heads()), 2); },
                       joined(m.targets()), joined(m.scalers("lin")));
  const auto want = joined(m.scalers("adapted"));
  CHECK(r.iterations <= 8);
  CHECK(largestDifference(r.scalers.a_o, want.a_o) < 2e-3);
  CHECK(largestDifference(r.scalers.b_o, want.b_o) < 2e-3);
  CHECK(largestDifference(r.scalers.a_k, want.a_k) < 2e-3);
}

TEST_CASE("adaptation trace of a layer") {
  const fs::path file = fs::path(GAINCELL_SHARED) / "vectors" / "adapt_t256_h4_from_linear.npz";
  if (!fs::exists(file)) {
    MESSAGE("skipped: no " << file.string());
    return;
  }
  const auto f = ArrayFile::open(file);
  const auto row = [&](const std::vector<float>& v, std::size_t p, std::size_t part) {
    const auto at = v.begin() + static_cast<std::ptrdiff_t>((p * 4 + part) * 4);
    return std::vector<float>(at, at + 4);
  };
  const Data d = dataOf(*f);
  SignalStatistics target;
  const auto a = f->floats("a_trace").values, b = f->floats("b_trace").values;
  const auto std_target = f->floats("target_std").values, mean_target = f->floats("target_mean").values;
  for (std::size_t p = 0; p < 4; ++p) {
    const auto s = row(std_target, 0, p), mean = row(mean_target, 0, p);
    target.std.emplace_back(s.begin(), s.end());
    target.mean.emplace_back(mean.begin(), mean.end());
  }
  const auto scalersAt = [&](std::size_t n) {
    return Scalers{row(a, n, 0), row(b, n, 0), row(a, n, 1), row(b, n, 1),
                   row(a, n, 2), row(b, n, 2), row(a, n, 3), row(b, n, 3)};
  };
  Settings s;
  s.decay = 1.6e-4;
  s.decay_mode = DecayMode::Bf16Qk;
  const Forward forward = layerForward(s, d.shape, d.q, d.k, d.v);
  const auto r = adapt(forward, target, scalersAt(0));
  CHECK(r.iterations == 5);
  REQUIRE(r.scaler_trace.size() == 6);
  const auto std_trace = f->floats("std_trace").values;
  for (std::size_t n = 0; n < 6; ++n) {
    const Scalers want = scalersAt(n);
    CHECK(largestDifference(r.scaler_trace[n].a_o, want.a_o) < 2e-4);
    CHECK(largestDifference(r.scaler_trace[n].b_o, want.b_o) < 2e-4);
    CHECK(largestDifference(r.scaler_trace[n].a_k, want.a_k) < 1e-5);
    CHECK(largestDifference(r.scaler_trace[n].b_v, want.b_v) < 1e-5);
    for (std::size_t h = 0; n < 5 && h < 4; ++h)
      CHECK(r.trace[n].std[3][h] == doctest::Approx(static_cast<double>(row(std_trace, n, 3)[h])).epsilon(1e-3));
  }
  CHECK(adapt(forward, target, Scalers::identity(4)).iterations == 9);
  AdaptOptions few;
  few.iterations = 2;
  CHECK_THROWS_AS(adapt(forward, target, Scalers::identity(4), few), gaincell::support::Error);
}
