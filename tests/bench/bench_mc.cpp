// Monte-Carlo throughput: the cell's I(V) with one and two workers in one run, and the memory of the simulator over
// many samples.
//   bench_mc [samples]      default 2000; 20000 shows whether memory stays flat

#include <fmt/format.h>
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>

#include "gaincell/cells/generator.hpp"
#include "gaincell/montecarlo/montecarlo.hpp"

using namespace gaincell;

namespace {

double samplesPerSecond(const montecarlo::StudyConfig& config, int jobs, const std::filesystem::path& dir) {
  montecarlo::RunOptions options;
  options.dir = dir;
  options.force = true;
  options.engine.jobs = jobs;
  options.provenance = "{}";
  const auto result = montecarlo::runStudy(config, {}, options);
  return static_cast<double>(result.report.run) / result.report.seconds;
}

/// Largest resident memory of any child process so far, kB; only ended children count.
long childrenPeakKb() {
  rusage usage = {};
  getrusage(RUSAGE_CHILDREN, &usage);
  return usage.ru_maxrss;
}

}  // namespace

int main(int argc, char** argv) {
  montecarlo::StudyConfig config;
  config.pdk = pdk::findPdk("gc28");
  config.kind = "gain-cell";
  config.analysis = "iv";
  config.circuit = cells::generator(config.kind).parameters(config.pdk);
  config.settings = sim::analysis(config.kind, config.analysis).settings(config.pdk);
  config.conditions = {{"tt", 27, config.pdk.vdd}};
  std::string name = (std::filesystem::temp_directory_path() / "gaincell-bench-XXXXXX").string();
  const std::filesystem::path dir = mkdtemp(name.data());
  config.samples = 200;
  samplesPerSecond(config, 1, dir);
  const long small_kb = childrenPeakKb();
  config.samples = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2000;
  const double one = samplesPerSecond(config, 1, dir), two = samplesPerSecond(config, 2, dir);
  fmt::print("cell I(V), {} samples: {:.0f} samples/s with one worker, {:.0f} with two, ratio {:.2f}\n", config.samples,
             one, two, two / one);
  fmt::print("simulator memory after {} samples: {:.2f} times that after 200 samples\n", config.samples,
             static_cast<double>(childrenPeakKb()) / static_cast<double>(small_kb));
  std::filesystem::remove_all(dir);
}
