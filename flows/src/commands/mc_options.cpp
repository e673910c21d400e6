// Options of `gaincell mc`.

#include <fmt/format.h>

#include <algorithm>

#include "../lists.hpp"
#include "../quantities.hpp"
#include "gaincell/cells/generator.hpp"
#include "gaincell/sim/analysis.hpp"
#include "gaincell/support/units.hpp"
#include "mc_command.hpp"

namespace gaincell::flows {

using support::Error;
namespace mc = montecarlo;

namespace {

/// --corners, --temps and --vdds span a grid; without them the one condition of the common options.
std::vector<pdk::Conditions> conditionsOf(const CommandContext& c, const pdk::Pdk& pdk) {
  const pdk::Conditions one = c.conditions(pdk);
  std::vector<pdk::Conditions> out;
  const auto list = [&](const char* name, const std::string& fallback) {
    return splitList(given<std::string>(c, name, fallback), ',');
  };
  for (const auto& corner : list("corners", one.corner))
    for (const auto& temp : list("temps", support::formatNumber(one.temp_c)))
      for (const auto& vdd : list("vdds", support::formatNumber(one.vdd))) {
        CommandContext at = c;  // checked as if it had been given alone
        at.common.corner = corner;
        at.common.temp_c = support::parseQuantity(temp, "C", "--temps");
        at.common.vdd = support::parseQuantity(vdd, "V", "--vdds");
        out.push_back(at.conditions(pdk));
      }
  return out;
}

mc::VariationOptions variationOf(const CommandContext& c) {
  const std::string what = given<std::string>(c, "variation", "local");
  if (what != "local" && what != "global" && what != "both")
    throw Error("FLW-0061", fmt::format("there is no variation '{}'", what), "--variation",
                "choose local, global or both");
  mc::VariationOptions v;
  v.local = what != "global";
  v.global = what != "local";
  v.np_correlation = given(c, "np-correlation", v.np_correlation);
  v.wire_r_sigma = given(c, "wire-r-sigma", v.wire_r_sigma);
  v.wire_c_sigma = given(c, "wire-c-sigma", v.wire_c_sigma);
  v.capacitor_sigma = given(c, "capacitor-sigma", v.capacitor_sigma);
  return v;
}

}  // namespace

mc::StudyConfig mcConfigOf(const CommandContext& c) {
  mc::StudyConfig s;
  s.pdk = c.loadPdk();
  s.kind = c.positional.at(0);
  cells::generator(s.kind);
  if (!c.values.count("analysis"))
    throw Error("FLW-0062", "no analysis was given", "gaincell mc",
                "add --analysis NAME; 'gaincell simulate --help' lists them");
  s.analysis = c.values["analysis"].as<std::string>();
  sim::analysis(s.kind, s.analysis);
  s.design = c.loadDesign(s.pdk, s.kind);
  s.settings = c.analysisSettings(s.pdk, s.kind, s.analysis);
  s.conditions = conditionsOf(c, s.pdk);
  s.variation = variationOf(c);
  s.sampling = mc::samplingFromName(given<std::string>(c, "sampling", "random"));
  s.seed = c.common.seed;
  s.samples = countOf(c.values, "samples", 100, 1, 1'000'000'000);
  s.time_limit_s = c.values.count("time-limit") ? c.timeLimit() : 0.0;
  s.keep_tables = mcListOf(c, "keep");
  return s;
}

mc::EngineOptions mcEngineOf(const CommandContext& c) {
  mc::EngineOptions e;
  e.jobs = c.common.jobs;
  e.on_failure = mc::onFailureFromName(given<std::string>(c, "on-failure", "retry"));
  e.retries = static_cast<std::uint32_t>(countOf(c.values, "retries", e.retries, 0, 1000));
  if (c.values.count("shard")) {
    const auto parts = splitList(c.values["shard"].as<std::string>(), '/');
    if (parts.size() != 2) throw Error("FLW-0063", "a shard is I/N", "--shard", "for example --shard 0/8");
    e.shards = countFrom(parts[1], "--shard", 1, 100'000);
    e.shard = countFrom(parts[0], "--shard", 0, 100'000);
    if (e.shard >= e.shards) throw Error("FLW-0064", "there is no such shard", "--shard", "0/8 is the first of eight");
  }
  return e;
}

std::vector<mc::Limit> mcLimitsOf(const CommandContext& c) {
  std::vector<mc::Limit> out;
  if (c.values.count("limit"))
    for (const auto& text : c.values["limit"].as<std::vector<std::string>>()) out.push_back(mc::limitFromText(text));
  return out;
}

std::vector<std::string> mcListOf(const CommandContext& c, const char* name) {
  return c.values.count(name) ? splitList(c.values[name].as<std::string>(), ',') : std::vector<std::string>();
}

void addMcOptions(po::options_description_easy_init add) {
  const auto text = [&](const char* name, const char* value, const char* help) {
    add(name, po::value<std::string>()->value_name(value), help);
  };
  const auto list = [&](const char* name, const char* value, const char* help) {
    add(name, po::value<std::vector<std::string>>()->value_name(value), help);
  };
  text("analysis", "NAME", "which analysis ('gaincell simulate --help' lists them)");
  text("samples", "N", "number of samples (default 100)");
  text("run", "DIR", "run folder");
  add("resume", "continue the run in the folder; only what is missing is simulated");
  text("variation", "WHAT", "local (mismatch, default), global (process) or both");
  text("sampling", "HOW", "random (default), lhs (Latin hypercube) or sobol (scrambled Sobol)");
  text("corners", "C,C", "grid of corners, instead of --corner");
  text("temps", "T,T", "grid of temperatures in degrees Celsius, instead of --temp");
  text("vdds", "V,V", "grid of supply voltages, instead of --vdd");
  add("np-correlation", po::value<double>()->value_name("R"),
      "correlation of n and p process spread, 0..1 (default 0.5)");
  add("wire-r-sigma", po::value<double>()->value_name("S"),
      "relative process spread of wire resistance (default 0.05)");
  add("wire-c-sigma", po::value<double>()->value_name("S"),
      "relative process spread of wire capacitance (default 0.05)");
  add("capacitor-sigma", po::value<double>()->value_name("S"),
      "relative process spread of capacitors (default 0.0333)");
  list("limit", "NAME=MIN:MAX", "specification of a figure, for the yield (repeatable; either end may be empty)");
  text("keep", "TABLE,..", "tables of the analysis to keep of every sample, for example iv");
  text("on-failure", "POLICY", "retry (default), skip or abort");
  text("retries", "N", "further attempts of a failed sample (default 2)");
  add("time-limit", po::value<double>()->value_name("S"),
      "seconds a sample may take, all its simulations together (default: 20 times the nominal one, at least 600)");
  add("dry-run", "preflight, estimate and what would vary; nothing is written");
  text("only-sample", "K", "simulate this one sample and print its figures");
  text("only-condition", "C", "its condition in the grid (default 0)");
  list("with", "NAME=VALUE", "a setting of the analysis (repeatable)");
  text("keep-decks", "DIR", "keep the exact standalone deck of every simulation there");
  text("engine", "E", "local (default) or slurm");
  text("shards", "N", "slurm: parts of the run, one array task each (default 4)");
  text("partition", "P", "slurm: partition");
  text("time", "T", "slurm: time limit of a shard, as sbatch takes it");
  text("mem", "MB", "slurm: memory of a shard, as sbatch takes it");
  list("sbatch", "OPTION", "slurm: a further option for sbatch, for example --sbatch=--account=lab (repeatable)");
  text("figure", "NAME,..", "plot: only these figures");
  add("wait", "slurm: wait for the shards and merge them");
  text("shard", "I/N", "simulate only this part (used by the batch script)");
  add("partial", "merge: accept that samples are missing");
}

}  // namespace gaincell::flows
