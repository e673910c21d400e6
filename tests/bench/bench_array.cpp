// One array multiply three ways in one run: slices on the worker pool, the whole array on a worker, and plain `ngspice
// -b` on the deck of the whole array. Prints CPU seconds, their ratios, and how far slices are from the whole.
//
//   bench_array [SIZE]          default 12 (about half a minute on an idle core)
//   bench_array SIZE sliced     slices only: wall time of a large multiply, e.g. bench_array 64 sliced

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "gaincell/cells/array.hpp"
#include "gaincell/cells/designs.hpp"
#include "gaincell/sim/array_engine.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/parallel.hpp"
#include "gaincell/support/random.hpp"

using namespace gaincell;

namespace {

sim::ArrayOperands randomOperands(int size, double vdd) {
  sim::ArrayOperands o;
  for (int i = 0; i < size; ++i) {
    const auto r = static_cast<std::uint64_t>(i);
    auto& row = o.stored.emplace_back();
    for (int j = 0; j < size; ++j)
      row.push_back(vdd / 7 * std::floor(8 * support::uniformDraw({1, r, 1, static_cast<std::uint64_t>(j)})));
    o.widths.push_back(1e-9 * std::floor(16 * support::uniformDraw({1, r, 2, 0})));
  }
  return o;
}

double childSeconds() {
  rusage u{};
  getrusage(RUSAGE_CHILDREN, &u);
  const auto s = [](const timeval& t) { return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec); };
  return s(u.ru_utime) + s(u.ru_stime);
}

/// CPU seconds of `ngspice -b` on the deck, negative when it made no result file.
double plainNgspice(const netlist::Deck& deck) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / "gaincell-bench-array";
  fs::create_directories(folder);
  const fs::path file = folder / "whole.cir", raw = folder / "whole.raw";
  fs::remove(raw);
  support::writeFileAtomically(file, sim::standaloneDeck({std::make_shared<netlist::Deck>(deck), {}, "", {}}),
                               support::Overwrite::Yes);
  const double before = childSeconds();
  const std::string command = "ngspice -b -r '" + raw.string() + "' '" + file.string() + "' >/dev/null 2>&1 </dev/null";
  (void)!std::system(command.c_str());  // the exit code says nothing
  const double used = childSeconds() - before;
  const bool made = fs::exists(raw);
  fs::remove_all(folder);
  return made ? used : -1;
}

}  // namespace

int main(int argc, char** argv) {
  const int size = argc > 1 ? std::atoi(argv[1]) : 12;
  const bool sliced_only = argc > 2 && std::string(argv[2]) == "sliced";
  const pdk::Pdk pdk = pdk::findPdk("gc28");
  design::Design design = cells::loadDesign("reference", pdk);
  design.set("array.rows", size, "bench_array");
  design.set("array.cols", size, "bench_array");
  constexpr auto kRole = cells::ArrayRole::Keys;
  // A column of fewer cells has as much less charge than the 64 its converter is for.
  const double full_scale = sim::arrayFullScale(design, kRole) * size / 64.0;
  sim::SimulatorOptions simulator_options;
  simulator_options.jobs = support::hardwareJobs();
  simulator_options.time_limit_s = 36000;
  sim::Simulator simulator(simulator_options);
  const netlist::ParameterSet none;
  const sim::AnalysisContext context{pdk, {}, design, none, simulator};
  const auto operands = randomOperands(size, 0.9);

  const auto start = std::chrono::steady_clock::now();
  const auto sliced = sim::runArray(context, kRole, operands, {});
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("%d x %d sliced: %.1f s wall on %d workers, %.1f s CPU, %llu iterations\n", size, size, wall,
              simulator_options.jobs, sliced.cpu_s, static_cast<unsigned long long>(sliced.iterations));
  std::printf("  %s\n", sliced.validity.statement.c_str());
  if (sliced_only) return 0;

  sim::ArrayOptions whole_options, bypass_options;
  whole_options.engine = sim::ArrayEngine::Whole;
  bypass_options.bypass = true;
  const auto worst = [&](const sim::ArrayRun& a, const sim::ArrayRun& b) {
    double d = 0;
    for (std::size_t j = 0; j < a.charge.size(); ++j) d = std::max(d, std::abs(a.charge[j] - b.charge[j]));
    return 100 * d / full_scale;
  };
  const auto bypass = sim::runArray(context, kRole, operands, bypass_options);
  const auto whole = sim::runArray(context, kRole, operands, whole_options);
  const double plain = plainNgspice(sim::arrayDecks(pdk, {}, design, kRole, operands, whole_options).front());
  std::printf("%-28s %12s %16s %22s\n", "way", "CPU s", "sliced = 1", "worst error, % of FS");
  std::printf("%-28s %12.2f %16.2f %22.4f\n", "sliced", sliced.cpu_s, 1.0, worst(sliced, whole));
  std::printf("%-28s %12.2f %16.2f %22.4f\n", "sliced, bypass", bypass.cpu_s, bypass.cpu_s / sliced.cpu_s,
              worst(bypass, whole));
  std::printf("%-28s %12.2f %16.2f %22s\n", "whole", whole.cpu_s, whole.cpu_s / sliced.cpu_s, "reference");
  if (plain >= 0)
    std::printf("%-28s %12.2f %16.2f\n", "ngspice -b, same deck", plain, plain / sliced.cpu_s);
  else
    std::printf("ngspice -b made no result (is the ngspice program installed?)\n");
  return plain >= 0 ? 0 : 1;
}
