// Against vectors made by the authors' model code, and against a trained transformer's layers.
#include <fstream>
#include <nlohmann/json.hpp>

#include "gaincell/support/atomic_file.hpp"
#include "helpers.hpp"

using namespace gaincell::attention;
using namespace gaincell::attention::testing;
namespace fs = std::filesystem;

namespace {

Settings settingsOf(const nlohmann::json& j) {
  Settings s;
  const auto levels = [&](const char* key) { return j.at(key).is_null() ? 0 : j.at(key).get<int>(); };
  s.levels_q = levels("levels_input");
  s.levels_kv = levels("levels_weights");
  s.levels_out = levels("levels_output");
  s.decay = j.at("decay_factor");
  s.decay_mode = j.at("decay_variant") == "eval" ? DecayMode::Exact : DecayMode::Bf16Qk;
  s.window = j.at("sliding_window");
  if (j.at("name").get<std::string>().find("linear") != std::string::npos) s.useLinearNetwork();
  return s;
}

/// Rows of a [B,H,T,N] array (or [B,H,n,T,D] with n groups) that a case holds.
std::vector<float> pickRows(const std::vector<float>& all, std::size_t groups, std::size_t tokens, std::size_t row,
                            const std::vector<std::int64_t>& rows) {
  std::vector<float> out;
  for (std::size_t g = 0; g < groups; ++g)
    for (auto r : rows) {
      const auto at = all.begin() + static_cast<std::ptrdiff_t>((g * tokens + static_cast<std::size_t>(r)) * row);
      out.insert(out.end(), at, at + static_cast<std::ptrdiff_t>(row));
    }
  return out;
}

void checkAgainst(const ArrayFile& f, const Settings& s, const Data& d, const Intermediates& m,
                  const std::vector<float>& out) {
  const std::size_t t = d.shape.tokens, n = d.shape.sequences(), tiles = tileCount(s, t);
  std::vector<std::int64_t> rows;
  if (f.contains("rows")) {
    rows = f.integers("rows");
  } else {
    for (std::size_t i = 0; i < t; ++i) rows.push_back(static_cast<std::int64_t>(i));
  }
  if (f.contains("q_q")) {
    CHECK(largestDifference(m.q_q, f.floats("q_q").values) < 1e-6);
    CHECK(largestDifference(m.k_q, f.floats("k_q").values) < 1e-6);
    CHECK(largestDifference(m.v_q, f.floats("v_q").values) < 1e-6);
  }
  CHECK(largestDifference(pickRows(m.s, n, t, t, rows), f.floats("S").values) < 2e-4);
  CHECK(largestDifference(pickRows(m.phi, n, t, t, rows), f.floats("phi_S").values) < 2e-6);
  const auto analog = f.floats("tile_analog").values;
  CHECK(largestDifference(pickRows(m.tile_analog, n * tiles, t, d.shape.dimension, rows), analog) < 2e-4);
  const auto tile_q = pickRows(m.tile_q, n * tiles, t, d.shape.dimension, rows);
  double allowed = 2e-5;
  if (s.levels_out > 0) {
    const auto codes = compareTiles(analog, tile_q, f.floats("tile_q").values, s.out_sat, s.levels_out);
    CHECK(codes.wrong == 0);
    // A tie moves a sum by a step; everything else must agree.
    const auto want = f.floats("tile_sum").values;
    std::size_t moved = 0;
    for (std::size_t i = 0; i < want.size(); ++i) moved += std::abs(m.tile_sum[i] - want[i]) > 1e-5F;
    if (rows.size() == t) {
      CHECK(moved <= codes.differ);
    } else {
      CHECK(moved <= 103);  // near ties of the whole case, as its description counts them
    }
    if (moved > 0) allowed = 2.0 / (s.levels_out - 1) * 4;
  } else {
    CHECK(largestDifference(m.tile_sum, f.floats("tile_sum").values) < 1e-4);
    allowed = 2e-4;
  }
  CHECK(largestDifference(out, f.floats("out").values) < allowed);
}

void runCase(const fs::path& npz) {
  CAPTURE(npz.string());
  const auto f = ArrayFile::open(npz);
  const auto json = nlohmann::json::parse(gaincell::support::readFile(fs::path(npz).replace_extension(".json")));
  Settings s = settingsOf(json);
  const Data d = dataOf(*f);
  const Scalers scalers = scalersOf(*f);
  for (Kernel kernel : availableKernels()) {
    CAPTURE(kernelName(kernel));
    s.kernel = kernel;
    Intermediates m;
    const auto out = outputOf(s, scalers, d, &m);
    checkAgainst(*f, s, d, m, out);
  }
  if (d.shape.tokens > 200 || d.shape.sequences() > 1) return;  // the oracle takes its time
  Intermediates m;
  std::vector<float> out(d.q.size());
  referenceRun(s, scalers, d.shape, d.q, d.k, d.v, out, &m);
  checkAgainst(*f, s, d, m, out);
}

std::size_t runFolder(const fs::path& folder) {
  std::vector<fs::path> files;
  if (fs::is_directory(folder))
    for (const auto& e : fs::directory_iterator(folder))
      if (e.path().extension() == ".npz" && e.path().filename().string().starts_with("t")) files.push_back(e.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) runCase(file);
  return files.size();
}

}  // namespace

TEST_CASE("vectors of the authors' code in the project") {
  CHECK(runFolder(fs::path(GAINCELL_TEST_DATA) / "attention") >= 4);
}

TEST_CASE("all vectors, where they are present") {
  const fs::path folder = fs::path(GAINCELL_SHARED) / "vectors";
  if (!fs::is_directory(folder)) {
    MESSAGE("skipped: no " << folder.string());
    return;
  }
  CHECK(runFolder(folder) >= 10);
}
