#include "device_bench.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::pdk::tools {

namespace fs = std::filesystem;

namespace {

constexpr double kWidth = 1e-6;          // m
constexpr double kLinearDrain = 0.05;    // V, drain of the linear-region curve
constexpr double kGateStep = 0.005;      // V
constexpr double kLongGate = 1e-6;       // m, gate length for the tunnelling density: edges are negligible
constexpr double kProbeFrequency = 1e6;  // Hz, quasi-static

struct Curve {
  std::vector<double> vg, id;
};

/// One folder, removed at the end.
class Scratch {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "gaincell-calibrate-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw support::Error("PDK-0022", "no temporary folder can be made", name, "");
    path_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::vector<std::vector<double>> readColumns(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::vector<double>> rows;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::vector<double> row;
    for (double v = 0; words >> v;) row.push_back(v);
    if (!row.empty()) rows.push_back(std::move(row));
  }
  if (rows.empty())
    throw support::Error("PDK-0022", "ngspice gave no data", file.string(), "is the ngspice program installed?");
  return rows;
}

std::string benchDeck(const std::string& library_name, const BenchDevice& d) {
  const double sign = d.polarity == 'n' ? 1.0 : -1.0;
  const auto n = [](double v) { return support::formatNumber(v); };
  const std::string sweep = fmt::format("dc vg 0 {} {}", n(sign * d.vdd), n(sign * kGateStep));
  return fmt::format(
      "* device figures\n.lib '{0}.lib' tt\n.lib '{0}.lib' cards\n.temp 27\n.options gmin=1e-24 abstol=1e-24 "
      "reltol=1e-7\n"
      "vd d 0 0\nvg g 0 0 ac 1\nvh h 0 {1}\n"
      "m1 d g 0 0 {2} w={3} l={4}\nm2 0 h 0 0 {2} w={3} l={5}\n"
      ".control\nset wr_singlescale\nset numdgt=9\n"
      "alter vd={1}\n{6}\nwrdata sat.txt i(vd)\nalter vd={7}\n{6}\nwrdata lin.txt i(vd)\n"
      "alter vd=0\nalter vg={1}\nop\nwrdata gate.txt i(vh)\nac lin 1 {8} {8}\nwrdata cap.txt i(vg)\n.endc\n.end\n",
      library_name, n(sign * d.vdd), d.model, n(kWidth), n(d.l), n(kLongGate), sweep, n(sign * kLinearDrain),
      n(kProbeFrequency));
}

Curve curve(const fs::path& file) {
  Curve c;
  for (const auto& row : readColumns(file)) {
    c.vg.push_back(std::abs(row.at(0)));
    c.id.push_back(std::abs(row.at(1)));
  }
  return c;
}

/// Gate voltage at a current, linear in log current between sweep points.
double gateAt(const Curve& c, double current) {
  for (std::size_t i = 1; i < c.id.size(); ++i)
    if (c.id[i - 1] < current && c.id[i] >= current) {
      const double t = std::log(current / c.id[i - 1]) / std::log(c.id[i] / c.id[i - 1]);
      return c.vg[i - 1] + t * (c.vg[i] - c.vg[i - 1]);
    }
  throw support::Error("PDK-0022", fmt::format("the drain current never reaches {:.3g} A", current), "",
                       "the parameters are far off");
}

}  // namespace

std::map<std::string, double> measureFigures(const std::string& library, const std::string& library_name,
                                             const BenchDevice& device) {
  Scratch scratch;
  support::writeFileAtomically(scratch.path() / (library_name + ".lib"), library);
  support::writeFileAtomically(scratch.path() / "bench.cir", benchDeck(library_name, device));
  const std::string command = fmt::format("cd '{}' && ngspice -n -b bench.cir > log.txt 2>&1", scratch.path().string());
  if (std::system(command.c_str()) == -1)  // its exit status says nothing (ngspice -b): the data decide
    throw support::Error("PDK-0022", "the ngspice program could not be started", "", "install ngspice");
  const Curve sat = curve(scratch.path() / "sat.txt"), lin = curve(scratch.path() / "lin.txt");
  const double gate = std::abs(readColumns(scratch.path() / "gate.txt").at(0).at(1));
  const double ac = std::abs(readColumns(scratch.path() / "cap.txt").at(0).at(2));
  // Constant-current threshold: 100 nA times W/L (the usual criterion of the class).
  const double criterion = 1e-7 * kWidth / device.l;
  std::map<std::string, double> f;
  f["ion"] = sat.id.back() / kWidth;
  f["ioff"] = sat.id.front() / kWidth;
  f["vth_sat"] = gateAt(sat, criterion);
  f["vth_lin"] = gateAt(lin, criterion);
  f["dibl"] = (f["vth_lin"] - f["vth_sat"]) / (device.vdd - kLinearDrain);
  f["ss"] = gateAt(sat, criterion / 4) - gateAt(sat, criterion / 40);
  f["jg"] = gate / (kWidth * kLongGate);
  f["cgg"] = ac / (2 * M_PI * kProbeFrequency) / kWidth;
  return f;
}

std::string describeFigure(const std::string& figure) {
  static const std::map<std::string, std::string> names = {
      {"ion", "Ion (A/m)"},          {"ioff", "Ioff (A/m)"},
      {"vth_sat", "Vth at VDD (V)"}, {"vth_lin", "Vth at 50 mV (V)"},
      {"dibl", "DIBL (V/V)"},        {"ss", "swing (V/decade)"},
      {"jg", "Jg (A/m2)"},           {"cgg", "Cgg (F/m)"}};
  return names.at(figure);
}

}  // namespace gaincell::pdk::tools
