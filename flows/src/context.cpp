#include <fmt/format.h>
#include <fmt/ranges.h>

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "gaincell/cells/designs.hpp"
#include "gaincell/design/read.hpp"
#include "gaincell/flows/command.hpp"
#include "gaincell/sim/analysis.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows {

using support::Error;
namespace fs = std::filesystem;

namespace {

/// "name=value" of a repeatable option.
std::pair<std::string, std::string> assignmentOf(const std::string& text, const char* option, const char* example) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
    throw Error("FLW-0006", fmt::format("'{}' is not NAME=VALUE", text), fmt::format("--{}", option),
                fmt::format("write for example --{} {}", option, example));
  return {text.substr(0, equals), text.substr(equals + 1)};
}

std::vector<std::pair<std::string, std::string>> assignments(const std::vector<std::string>& texts, const char* option,
                                                             const char* example) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& text : texts) {
    out.push_back(assignmentOf(text, option, example));
    for (std::size_t i = 0; i + 1 < out.size(); ++i)
      if (out[i].first == out.back().first)
        throw Error("FLW-0017", fmt::format("'{}' is given twice", out.back().first), fmt::format("--{}", option),
                    "keep one of them");
  }
  return out;
}

/// The designs that names without a process mean, before the process is known.
fs::path folderOf(const CommonOptions& common) {
  if (!common.pdk_manifest.empty()) return fs::path(common.pdk_manifest).parent_path() / "designs";
  return pdk::pdkFolder() / (common.pdk_name.empty() ? "gc28" : common.pdk_name) / "designs";
}

std::optional<design::Chain> givenChain(const CommandContext& context) {
  const fs::path folder = folderOf(context.common);
  if (context.common.design.empty() && context.values.count("design"))
    throw Error("FLW-0114", "the design's name is empty", "--design", "'gaincell design list' shows what there is");
  if (!context.common.design.empty()) return design::readChain(context.common.design, folder);
  if (!context.settings.designDocument().empty())
    return design::readChainText(context.settings.designDocument(), context.settings.path().string(), folder);
  return std::nullopt;
}

}  // namespace

std::optional<design::Chain> CommandContext::givenDesign() const {
  return givenChain(*this);
}

pdk::Pdk CommandContext::loadPdk() const {
  if (!common.pdk_manifest.empty()) {
    if (!common.pdk_name.empty())
      throw Error("FLW-0018", "--pdk and --pdk-manifest exclude each other", "", "give one of them");
    return pdk::readManifest(common.pdk_manifest);
  }
  const auto chain = givenChain(*this);
  if (!common.pdk_name.empty()) {
    if (chain) cells::requireProcess(*chain, common.pdk_name);  // before its files are looked for
    return pdk::findPdk(common.pdk_name);
  }
  return pdk::findPdk(chain && !chain->pdk.empty() ? chain->pdk : "gc28");
}

void CommandContext::requireUsed(const std::string& action, const std::set<std::string>& used) const {
  static const std::set<std::string> kOfAll = {"help", "config", "json", "quiet"};
  std::vector<std::string> names;
  names.reserve(used.size());
  for (const auto& name : used) names.push_back("--" + name);
  for (const auto& name : typed)
    if (!used.count(name) && !kOfAll.count(name))
      throw Error("FLW-0108", fmt::format("'{}' does not use --{}", action, name), "gaincell " + action,
                  names.empty() ? "leave it away" : fmt::format("it uses {}", fmt::join(names, ", ")));
}

design::Design CommandContext::loadDesign(const pdk::Pdk& pdk) const {
  const auto chain = givenChain(*this);
  design::Design design = chain ? cells::loadDesign(*chain, pdk) : cells::loadDesign("", pdk);
  const auto sets = assignments(common.sets, "set", "cell.pair_n.w=150n");
  const auto originOf = [](const auto& set) { return fmt::format("--set {}={}", set.first, set.second); };
  for (const auto& set : sets) design.set(set.first, set.second, originOf(set));
  // After all of them: a choice may stand behind the value that needs it.
  for (const auto& set : sets)
    if (const design::Leaf* leaf = design.schema().find(set.first))
      if (const std::string why = design.whyInactive(*leaf); !why.empty())
        throw Error("FLW-0019", fmt::format("nothing reads '{}' in this design: {}", set.first, why), originOf(set),
                    "set that as well, or leave this away");
  design.requireComplete();
  return design;
}

design::Design CommandContext::loadDesign(const pdk::Pdk& pdk, const std::string& kind) const {
  design::Design design = loadDesign(pdk);
  if (common.sets.empty()) return design;
  const auto read = cells::leavesOf(kind, pdk, design);
  for (const auto& [path, value] : assignments(common.sets, "set", "cell.pair_n.w=150n")) {
    const design::Leaf* leaf = design.schema().find(path);
    if (!leaf || !leaf->in_circuits || read.count(path)) continue;
    throw Error("FLW-0016", fmt::format("a {} does not depend on '{}'", kind, path),
                fmt::format("--set {}={}", path, value),
                fmt::format("kinds that do: {}", fmt::join(cells::kindsReading(path, pdk, design), ", ")));
  }
  return design;
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

support::Provenance CommandContext::provenance(const pdk::Pdk* pdk, const design::Design* design) const {
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
  if (design) {
    p.design = design->name;
    p.design_hash = design->hash();
  }
  return p;
}

void CommandContext::print(const nlohmann::json& json, const std::string& text) const {
  if (common.json)
    fmt::print("{}\n", json.dump(2));
  else
    fmt::print("{}{}", text, text.empty() || text.back() == '\n' ? "" : "\n");
}

netlist::ParameterSet CommandContext::analysisSettings(const pdk::Pdk& pdk, const std::string& kind,
                                                       const std::string& name) const {
  netlist::ParameterSet set = sim::analysis(kind, name).settings(pdk);
  settings.apply("analyses." + kind + "." + name, set);
  if (values.count("with"))
    for (const auto& [key, value] :
         assignments(values["with"].as<std::vector<std::string>>(), "with", "points_per_interval=9")) {
      const std::string where = fmt::format("--with {}={}", key, value);
      refuseSeed(set, key, where);
      set.set(key, value, where);
    }
  return set;
}

double CommandContext::timeLimit() const {
  const double limit = values["time-limit"].as<double>();
  if (!(limit > 0) || !std::isfinite(limit))
    throw Error("FLW-0111", fmt::format("a simulation cannot run for {} s at most", limit), "--time-limit",
                "give seconds above 0");
  return limit;
}

sim::SimulatorOptions CommandContext::simulatorOptions() const {
  sim::SimulatorOptions o;
  o.jobs = common.jobs;
  if (values.count("time-limit")) o.time_limit_s = timeLimit();
  if (!values.count("keep-decks")) return o;
  o.keep_decks = values["keep-decks"].as<std::string>();
  std::error_code ec;
  fs::create_directories(o.keep_decks, ec);
  if (!fs::is_directory(o.keep_decks, ec))
    throw Error("FLW-0113", "the folder of the decks cannot be made",
                fmt::format("--keep-decks {}", o.keep_decks.string()), "give a folder that can be written");
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
