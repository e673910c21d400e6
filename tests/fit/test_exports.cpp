// Exports: what they say, and a real Verilog-A parser's opinion (ADMS) where it is installed.

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "../model/sample_model.hpp"
#include "gaincell/exports/exports.hpp"
#include "gaincell/model/evaluate.hpp"
#include "gaincell/model/inspect.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/csv.hpp"
#include "gaincell/support/error.hpp"

using namespace gaincell;

namespace {
/// Exit code of ADMS on a text.
int adms(const std::string& text) {
  const auto dir = std::filesystem::temp_directory_path() / "gaincell-adms-test";
  std::filesystem::create_directories(dir);
  support::writeFileAtomically(dir / "model.va", text, support::Overwrite::Yes);
  const int code =
      std::system(("cd '" + dir.string() + "' && admsXml -I/usr/include/adms model.va > adms.log 2>&1").c_str());
  std::filesystem::remove_all(dir);
  return code;
}

/// Number after `word` from `from` on.
double numberAfter(const std::string& text, const std::string& word, std::size_t from = 0) {
  const std::size_t at = text.find(word, from);
  if (at == std::string::npos) FAIL(word << " is not in " << text);
  return std::strtod(text.c_str() + at + word.size(), nullptr);
}

/// A at a charge in fC, by the conditions that a module's text sets `variable` with.
double dischargeCurrent(const std::string& module, const std::string& variable, double charge) {
  std::istringstream in(module);
  for (std::string line; std::getline(in, line);) {
    const std::size_t at = line.find(variable + " = ");
    if (at == std::string::npos) continue;
    if (line.find("if (") != std::string::npos && !(charge < numberAfter(line, " < ("))) continue;
    const double first = numberAfter(line, variable + " = ");
    const std::size_t slope = line.find("+(", at);
    if (slope == std::string::npos) return first;
    return first + numberAfter(line, "+(", at) * (charge - numberAfter(line, "-(", line.rfind('*')));
  }
  FAIL("no current of " << variable);
  return 0;
}

/// s that a module takes to bring a charge of its direction (fC) down to where its pulse ends.
double dischargeTime(const std::string& module, const std::string& variable, double charge, double end) {
  constexpr int kSteps = 4000;
  double time = 0;
  for (int k = 0; k < kSteps; ++k)
    time +=
        (charge - end) / kSteps * 1e-15 / dischargeCurrent(module, variable, end + (charge - end) * (k + 0.5) / kSteps);
  return time;
}

std::string moduleOf(const std::string& text, const std::string& name) {
  const std::size_t begin = text.find("module " + name), end = text.find("endmodule", begin);
  REQUIRE(begin != std::string::npos);
  return text.substr(begin, end - begin);
}
}  // namespace

TEST_CASE("the Verilog-A converters give the widths of line and INL table") {
  model::Model m = fullModel();
  m.relu_converter = model::Converter{};
  m.signed_converter = model::SignedConverter{};
  model::Converter &relu = *m.relu_converter, &both = m.signed_converter->positive;
  relu.slope_fC_per_ns = 20.1, relu.offset_ns = 0.1, relu.saturation_ns = 15, relu.s_sat_uA = 20;
  both.slope_fC_per_ns = 10.05, both.offset_ns = 0.12, both.saturation_ns = 15, both.s_sat_uA = 10;
  m.signed_converter->negative_slope_fC_per_ns = 9.9, m.signed_converter->negative_offset_ns = 0.08;
  for (int k = -20; k <= 20; ++k) {
    if (k >= 0) relu.inl.charge_fC.push_back(15.0 * k), relu.inl.error_ns.push_back(0.2 * std::sin(0.5 * k));
    both.inl.charge_fC.push_back(7.5 * k), both.inl.error_ns.push_back(k == 0 ? 0.0 : 0.13 * std::cos(0.4 * k));
  }
  const std::string text = exports::format("verilog-a").write(m);
  const exports::BlockNames names = exports::blockNames(m);
  const std::string of_relu = moduleOf(text, names.relu_converter), of_both = moduleOf(text, names.signed_converter);
  const auto end = [](const std::string& module, const char* pulse) {
    return 1e15 * numberAfter(module, "vmid+(", module.find(pulse));
  };
  double most = 0;
  for (double charge = 30; charge <= 270; charge += 7) {
    CAPTURE(charge);
    const double width = model::pulseWidth(relu, charge * 1e-15);
    most = std::max(most, std::fabs(width - (0.1 + charge / 20.1) * 1e-9));
    CHECK(std::fabs(dischargeTime(of_relu, "ip", charge, end(of_relu, "pos = ")) - width) < 0.01e-9);
    const double half = charge / 2 * 1e-15;
    CHECK(std::fabs(dischargeTime(of_both, "ip", charge / 2, end(of_both, "plus = ")) -
                    model::pulseWidth(*m.signed_converter, half)) < 0.01e-9);
    CHECK(std::fabs(-dischargeTime(of_both, "im", charge / 2, -end(of_both, "minus = ")) -
                    model::pulseWidth(*m.signed_converter, -half)) < 0.01e-9);
  }
  CHECK(most > 0.15e-9);  // what a line alone would miss
  if (std::system("command -v admsXml > /dev/null 2>&1") == 0) CHECK(adms(text) == 0);
}

TEST_CASE("every export states where it holds") {
  for (const auto& f : exports::formats())
    for (const auto& m : {model::paperModel(), fullModel()}) {
      const std::string text = f.write(m);
      CHECK(text.find("valid for stored voltages 0 to 0.9 V, pulses of 0 to 1.5e-08 s, 27 to 27 C") !=
            std::string::npos);
      for (const auto& note : m.validity.notes) CHECK(text.find(note) != std::string::npos);
    }
  CHECK_THROWS_AS(exports::format("vhdl"), support::Error);
}

TEST_CASE("a note cannot break out of its comment") {
  model::Model m = fullModel();
  m.validity.notes = {"first\n.control\nshell rm x"};
  const std::string text = exports::format("ngspice").write(m);
  CHECK(text.find("\n.control") == std::string::npos);
}

TEST_CASE("a Verilog-A parser accepts the modules, and does not accept everything") {
  if (std::system("command -v admsXml > /dev/null 2>&1") != 0) {
    MESSAGE("admsXml (Debian package adms) is not installed: the Verilog-A export is not parsed");
    return;
  }
  for (const auto& m : {model::paperModel(), fullModel()}) CHECK(adms(exports::format("verilog-a").write(m)) == 0);
  std::string broken = exports::format("verilog-a").write(fullModel());
  broken.replace(broken.find("ib = "), 5, "ic = ");
  CHECK(adms(broken) != 0);
}

TEST_CASE("blocks of different models have different names, valid in SPICE and Verilog-A") {
  const model::Model a = fullModel();
  const exports::BlockNames n = exports::blockNames(a);
  CHECK(n.cell.starts_with("gaincell_cell_lean_"));
  CHECK(n.cell.size() == std::string("gaincell_cell_lean_").size() + 8);
  CHECK(exports::blockNames(model::paperModel()).cell.starts_with("gaincell_cell_paper_"));
  // Who made the file, and when, changes nothing; whatever the blocks say does.
  model::Model b = a;
  b.provenance.command = "another", b.provenance.date = "2030-01-01T00:00:00Z";
  CHECK(exports::blockNames(b).cell == n.cell);
  b.conditions.corner = "ss";
  CHECK(exports::blockNames(b).cell != n.cell);
  b = a;
  b.cell.coefficients_uA[3] += 1e-3;
  CHECK(exports::blockNames(b).cell != n.cell);
  b = a;
  b.design->hash = "ffff0123";
  CHECK(exports::blockNames(b).relu_converter != n.relu_converter);
  b.design->name = "my design/3, \"wide\" and quite a bit longer than anyone needs";
  const std::string odd = exports::blockNames(b).cell;
  CHECK(odd.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string::npos);
  CHECK(odd.size() < 64);
  for (const char* format : {"ngspice", "verilog-a"}) {
    const std::string text = exports::format(format).write(a);
    for (const std::string& name : {n.cell, n.relu_converter, n.signed_converter})
      CHECK(text.find(name) != std::string::npos);
    CHECK(text.find("gaincell_cell(") == std::string::npos);
    CHECK(text.find("design lean, hash 0a1b2c3d4e5f") != std::string::npos);
    CHECK(text.find("corner tt, 27 C, 0.9 V") != std::string::npos);
  }
}

TEST_CASE("the csv export holds every value and reads as csv") {
  const std::string text = exports::format("csv").write(fullModel());
  std::size_t lines = 0;
  for (const char c : text) lines += c == '\n';
  CHECK(lines > model::flatten(fullModel()).size());
  CHECK(text.find("cell,coefficients_uA[3],46.05483778") != std::string::npos);
}

TEST_CASE("arrays carry the numbers with their shapes") {
  std::size_t found = 0;
  for (const auto& a : exports::arrays(fullModel())) {
    std::size_t n = 1;
    for (const std::size_t s : a.shape) n *= s;
    CHECK(n == a.values.size());
    if (a.name == "coefficients_uA") CHECK(a.values[1] == 13.61226063);
    found +=
        a.name == "coefficients_uA" || a.name == "covariance" || a.name == "relu_inl_error_ns" || a.name == "tau_s";
  }
  CHECK(found == 4);
}

TEST_CASE("diff names what changed and by how many sigmas") {
  const model::Model a = fullModel();
  model::Model b = a;
  CHECK(model::diff(a, a).empty());
  b.cell.coefficients_uA[1] += 0.1;  // standard error 0.02 each: 0.1 / (0.02 sqrt 2)
  b.retention->tau_s.high = 6e-3;
  b.grid.pop_back();
  const auto d = model::diff(a, b);
  REQUIRE(d.size() > 3);
  CHECK(d[0].path == "cell.coefficients_uA[1]");
  CHECK(d[0].sigmas.value() == doctest::Approx(0.1 / std::sqrt(8e-4)));
  CHECK(d[0].mismatch_sigmas.value() == doctest::Approx(0.2));
  CHECK(d[1].path == "retention.tau_s.high");
  CHECK(d[1].relative.value() == doctest::Approx(0.2));
  CHECK(d.back().b == "-");
  CHECK(model::describeForPeople(d).find("cell.coefficients_uA[1]") != std::string::npos);
  CHECK(model::describeForPeople(a).find("13.612") != std::string::npos);
}

TEST_CASE("what is shown to people names every section and its spread") {
  model::Model m = fullModel();
  m.relu_converter->mismatch->samples = 40;
  m.retention->exponential = false;
  const std::string text = model::describeForPeople(m);
  for (const char* part :
       {"that changes with the bit line", "mismatch of the whole curve", "not exponential", "time to 1/e", "at 85 C",
        "from 40 samples: sigma of gain 2 %, of offset 0.05 ns", "energy by charge", "sign threshold", "write\n",
        "settling, by level and previous", "feedthrough, by level and previous", "by level and width",
        "ReLU converter, one operation", "array multiply, mean of both", "token and head", "storage time"})
    CHECK_MESSAGE(text.find(part) != std::string::npos, std::string(part), " is not in\n", text);
  CHECK(model::describeForPeople(model::Model{}).find("write: not characterised") != std::string::npos);
}
