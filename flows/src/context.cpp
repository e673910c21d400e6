#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "gaincell/cells/generator.hpp"
#include "gaincell/flows/command.hpp"
#include "gaincell/sim/analysis.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows {

using support::Error;
namespace fs = std::filesystem;

namespace {
/// "name=value" or "KIND/name=value" options, checked by the set they go into. Assignments to other kinds are passed
/// over.
void applyAssignments(const po::variables_map& values, const char* option, const std::string& kind,
                      bool is_default_kind, netlist::ParameterSet& set) {
  if (!values.count(option)) return;
  for (const auto& text : values[option].as<std::vector<std::string>>()) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error("FLW-0006", fmt::format("'{}' is not name=value", text), fmt::format("--{}", option),
                  fmt::format("write for example --{} c_storage=10f", option));
    std::string name = text.substr(0, equals);
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos ? !is_default_kind : name.substr(0, slash) != kind) continue;
    if (slash != std::string::npos) name = name.substr(slash + 1);
    set.set(name, text.substr(equals + 1), fmt::format("--{} {}", option, text));
  }
}
}  // namespace

pdk::Pdk CommandContext::loadPdk() const {
  return common.pdk_manifest.empty() ? pdk::findPdk(common.pdk_name) : pdk::readManifest(common.pdk_manifest);
}

pdk::Conditions CommandContext::conditions(const pdk::Pdk& pdk) const {
  pdk::Conditions c{common.corner, common.temp_c, common.vdd.value_or(pdk.vdd)};
  pdk.corner(c.corner);  // refuses an unknown corner by name
  if (!(c.temp_c >= -55.0 && c.temp_c <= 150.0))
    throw Error("FLW-0007", fmt::format("{} C is outside -55 .. 150 C", c.temp_c), "--temp",
                "the device models hold only there");
  if (!(c.vdd >= 0.5 * pdk.vdd && c.vdd <= 1.2 * pdk.vdd))
    throw Error("FLW-0008", fmt::format("{} V is outside {:.3g} .. {:.3g} V", c.vdd, 0.5 * pdk.vdd, 1.2 * pdk.vdd),
                "--vdd", "the device models hold only near the nominal supply");
  return c;
}

support::Provenance CommandContext::provenance(const pdk::Pdk* pdk) const {
  support::Provenance p;
  p.command = command_line;
  p.seed = common.seed;
  p.date = support::utcNow();
  if (pdk) {
    p.pdk = pdk->name;
    p.pdk_hash = pdk->content_hash;
    p.corner = common.corner;
    p.temp_c = common.temp_c;
    p.vdd_v = common.vdd.value_or(pdk->vdd);
  }
  return p;
}

void CommandContext::print(const nlohmann::json& json, const std::string& text) const {
  if (common.json)
    fmt::print("{}\n", json.dump(2));
  else
    fmt::print("{}{}", text, text.empty() || text.back() == '\n' ? "" : "\n");
}

netlist::ParameterSet CommandContext::circuitParameters(const pdk::Pdk& pdk, const std::string& kind) const {
  netlist::ParameterSet set = cells::generator(kind).parameters(pdk);
  design.apply("circuits." + kind, set);
  applyAssignments(values, "set", kind, default_kind.empty() || default_kind == kind, set);
  return set;
}

netlist::ParameterSet CommandContext::analysisSettings(const pdk::Pdk& pdk, const std::string& kind,
                                                       const std::string& name) const {
  netlist::ParameterSet set = sim::analysis(kind, name).settings(pdk);
  design.apply("analyses." + kind + "." + name, set);
  applyAssignments(values, "with", kind, true, set);
  return set;
}

sim::SimulatorOptions CommandContext::simulatorOptions() const {
  sim::SimulatorOptions o;
  o.jobs = common.jobs;
  if (values.count("time-limit")) o.time_limit_s = values["time-limit"].as<double>();
  if (values.count("keep-decks")) o.keep_decks = values["keep-decks"].as<std::string>();
  return o;
}

fs::path CommandContext::outputFolder() const {
  if (common.out.empty()) throw Error("FLW-0004", "no output folder was given", "", "add --out DIR");
  fs::path dir = common.out;
  std::error_code ec;
  if (fs::exists(dir, ec) && !fs::is_directory(dir, ec))
    throw Error("FLW-0005", "the output folder is a file", dir.string(), "give another name to --out");
  if (fs::exists(dir, ec) && !fs::is_empty(dir, ec) && !common.force)
    throw Error("FLW-0009", "the output folder is not empty", dir.string(),
                "give another folder to --out, or allow overwriting with --force");
  fs::create_directories(dir, ec);
  if (ec || access(dir.c_str(), W_OK) != 0)
    throw Error("FLW-0010", "the output folder cannot be written", dir.string(),
                "check its permissions, or give another folder to --out");
  return dir;
}

}  // namespace gaincell::flows
