// Monte-Carlo throughput: the cell's I(V) with one and two workers in turn, and the memory of program and simulators
// over many samples.
//   bench_mc [samples [repeats]]      default 2000 samples three times; 20000 1 shows whether memory stays flat

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "gaincell/cells/designs.hpp"
#include "gaincell/montecarlo/montecarlo.hpp"

using namespace gaincell;
namespace fs = std::filesystem;

namespace {

double residentMb(const std::string& pid) {
  std::ifstream in("/proc/" + pid + "/statm");
  double size = 0, resident = 0;
  in >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

/// Simulator processes of this program, as process ids.
std::vector<std::string> simulators() {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string pid = entry.path().filename();
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream in(entry.path() / "stat");
    std::string number, command, state;
    pid_t parent = 0;
    if (in >> number >> command >> state >> parent && parent == getpid()) out.push_back(pid);
  }
  return out;
}

/// Follows the memory of this process and of its simulators while a run lasts.
class MemoryLog {
 public:
  struct Look {
    double program = 0, simulator = 0;  ///< MB; of the largest simulator
  };
  MemoryLog() : thread_([this] { watch(); }) {}
  ~MemoryLog() { end(); }
  std::vector<Look> end() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    return looks_;
  }

 private:
  void watch() {
    while (!stop_) {
      Look look{residentMb("self"), 0};
      for (const auto& pid : simulators()) look.simulator = std::max(look.simulator, residentMb(pid));
      if (look.simulator > 0) looks_.push_back(look);
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
  std::vector<Look> looks_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

/// The largest memory in each quarter of a run: flat when the last is not above the second (the first holds the start).
void printMemory(const std::vector<MemoryLog::Look>& looks) {
  if (looks.size() < 8) return;
  const std::size_t quarter = looks.size() / 4;
  for (const auto& [what, member] :
       {std::pair{"program", &MemoryLog::Look::program}, {"largest simulator", &MemoryLog::Look::simulator}}) {
    std::string text;
    for (std::size_t q = 0; q < 4; ++q) {
      double most = 0;
      for (std::size_t i = q * quarter; i < (q + 1) * quarter; ++i) most = std::max(most, looks[i].*member);
      text += fmt::format(" {:.1f}", most);
    }
    fmt::print("memory of the {}, MB, in the quarters of the last run:{}\n", what, text);
  }
}

double cpuSeconds() {
  double sum = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage u = {};
    getrusage(who, &u);
    for (const timeval& t : {u.ru_utime, u.ru_stime})
      sum += static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  }
  return sum;
}

struct Rate {
  double wall = 0, cpu = 0;  ///< samples per second, and per second of processor time of everything together
};

Rate rateOf(const montecarlo::StudyConfig& config, int jobs, const fs::path& dir) {
  montecarlo::RunOptions options;
  options.dir = dir;
  options.force = true;
  options.engine.jobs = jobs;
  options.engine.title = "";
  options.provenance = "{}";
  const double cpu = cpuSeconds();
  const auto start = std::chrono::steady_clock::now();
  const auto result = montecarlo::runStudy(config, {}, options);
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const auto n = static_cast<double>(result.report.run);
  return {n / wall, n / (cpuSeconds() - cpu)};
}

/// Samples and repeats from the command line. Exits with a message about words that are no positive number.
std::pair<std::uint64_t, int> sizes(int argc, char** argv) {
  std::array<std::uint64_t, 2> out{2000, 3};
  for (int k = 1; k < argc; ++k) {
    const std::string_view word = argv[k];
    const auto slot = static_cast<std::size_t>(k - 1);
    const char* end = word.data() + word.size();
    if (slot < out.size()) {
      const auto [stop, error] = std::from_chars(word.data(), end, out[slot]);
      if (error == std::errc() && stop == end && out[slot] > 0 && out[slot] <= 1'000'000) continue;
    }
    fmt::print(stderr, "error: '{}': usage is bench_mc [samples [repeats]], two numbers from 1 to 1000000\n", word);
    std::exit(1);
  }
  return {out[0], static_cast<int>(out[1])};
}

}  // namespace

int main(int argc, char** argv) {
  const auto [samples, repeats] = sizes(argc, argv);
  montecarlo::StudyConfig config;
  config.pdk = pdk::findPdk("gc28");
  config.kind = "gain-cell";
  config.analysis = "iv";
  config.design = cells::loadDesign("reference", config.pdk);
  config.settings = sim::analysis(config.kind, config.analysis).settings(config.pdk);
  config.conditions = {{"tt", 27, config.pdk.vdd}};
  config.samples = samples;
  std::string name = (fs::temp_directory_path() / "gaincell-bench-XXXXXX").string();
  const fs::path dir = mkdtemp(name.data());
  Rate best_one, best_two;
  std::vector<MemoryLog::Look> memory;
  const auto keepBest = [](Rate& best, const Rate& r) {
    best.wall = std::max(best.wall, r.wall);
    best.cpu = std::max(best.cpu, r.cpu);
  };
  for (int k = 0; k < repeats; ++k) {  // in turn and in both orders: whatever else the machine does then meets both
    Rate one, two;
    const auto runTwo = [&] {
      MemoryLog log;
      two = rateOf(config, 2, dir);
      memory = log.end();
    };
    if (k % 2 == 1) runTwo();
    one = rateOf(config, 1, dir);
    if (k % 2 == 0) runTwo();
    keepBest(best_one, one);
    keepBest(best_two, two);
    fmt::print("round {}: -j 1 {:.0f} samples/s, -j 2 {:.0f}, ratio {:.2f}\n", k + 1, one.wall, two.wall,
               two.wall / one.wall);
  }
  fmt::print("cell I(V), {} samples, best of {}: -j 1 {:.0f} samples/s, -j 2 {:.0f}, ratio {:.2f}\n", config.samples,
             repeats, best_one.wall, best_two.wall, best_two.wall / best_one.wall);
  fmt::print("per second of processor time, program and simulators together: {:.0f} and {:.0f} samples\n", best_one.cpu,
             best_two.cpu);
  printMemory(memory);
  fs::remove_all(dir);
}
