// gaincell mc: Monte-Carlo studies, on this machine or on a Slurm cluster, and what is done with their run folders.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "gaincell/cells/generator.hpp"
#include "gaincell/montecarlo/montecarlo.hpp"
#include "gaincell/montecarlo/slurm.hpp"
#include "gaincell/sim/analysis.hpp"
#include "gaincell/support/parallel.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows {

using support::Error;
using support::ExitCode;
namespace fs = std::filesystem;
namespace mc = montecarlo;

namespace {

template <class T>
T given(const CommandContext& c, const char* name, T fallback) {
  return c.values.count(name) ? c.values[name].as<T>() : fallback;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    if (end > at) out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

double numberOf(const std::string& text, const char* option) {
  try {
    return support::parseSpiceNumber(text);
  } catch (const Error& e) {
    throw Error(e.id(), e.problem(), option, e.remedy());
  }
}

/// --corners, --temps and --vdds span a grid; without them the one condition of the common options.
std::vector<pdk::Conditions> conditionsOf(const CommandContext& c, const pdk::Pdk& pdk) {
  const pdk::Conditions one = c.conditions(pdk);
  std::vector<pdk::Conditions> out;
  const auto list = [&](const char* name, const std::string& fallback) {
    return split(given<std::string>(c, name, fallback), ',');
  };
  for (const auto& corner : list("corners", one.corner))
    for (const auto& temp : list("temps", support::formatNumber(one.temp_c)))
      for (const auto& vdd : list("vdds", support::formatNumber(one.vdd))) {
        CommandContext at = c;  // checked as if it had been given alone
        at.common.corner = corner;
        at.common.temp_c = numberOf(temp, "--temps");
        at.common.vdd = numberOf(vdd, "--vdds");
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

mc::StudyConfig configOf(const CommandContext& c) {
  mc::StudyConfig s;
  s.pdk = c.loadPdk();
  s.kind = c.positional.at(0);
  cells::generator(s.kind);
  if (!c.values.count("analysis"))
    throw Error("FLW-0062", "no analysis was given", "gaincell mc",
                "add --analysis NAME; 'gaincell simulate --help' lists them");
  s.analysis = c.values["analysis"].as<std::string>();
  sim::analysis(s.kind, s.analysis);
  s.circuit = c.circuitParameters(s.pdk, s.kind);
  for (const char* name : {"rows", "cols"})
    if (c.values.count(name)) s.circuit.set(name, c.values[name].as<std::string>(), fmt::format("--{}", name));
  s.settings = c.analysisSettings(s.pdk, s.kind, s.analysis);
  s.conditions = conditionsOf(c, s.pdk);
  s.variation = variationOf(c);
  s.sampling = mc::samplingFromName(given<std::string>(c, "sampling", "random"));
  s.seed = c.common.seed;
  s.samples = given<std::uint64_t>(c, "samples", 100);
  if (c.values.count("keep")) s.keep_tables = split(c.values["keep"].as<std::string>(), ',');
  return s;
}

/// Options that say where and how a run is made, not what is simulated; with the number of values each takes.
const std::vector<std::pair<std::string, int>> kRunOptions = {{"--run", 1},
                                                              {"--resume", 0},
                                                              {"--engine", 1},
                                                              {"--shards", 1},
                                                              {"--partition", 1},
                                                              {"--time", 1},
                                                              {"--mem", 1},
                                                              {"--sbatch", 1},
                                                              {"--wait", 0},
                                                              {"--dry-run", 0},
                                                              {"--on-failure", 1},
                                                              {"--retries", 1},
                                                              {"--jobs", 1},
                                                              {"-j", 1},
                                                              {"--force", 0},
                                                              {"--json", 0},
                                                              {"--quiet", 0},
                                                              {"--limit", 1},
                                                              {"--keep-decks", 1},
                                                              {"--only-sample", 1},
                                                              {"--only-condition", 1},
                                                              {"--shard", 1},
                                                              {"--time-limit", 1}};

/// The words of this process's command line without the named options.
std::vector<std::string> wordsWithout(const std::vector<std::string>& dropped) {
  std::vector<std::string> words, out;
  std::string bytes = support::readFile("/proc/self/cmdline");
  for (std::size_t at = 0; at < bytes.size(); at += words.back().size() + 1) words.push_back(bytes.c_str() + at);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto option = std::find_if(kRunOptions.begin(), kRunOptions.end(), [&](const auto& o) {
      return words[i] == o.first || words[i].starts_with(o.first + "=") ||
             (o.first == "-j" && words[i].starts_with("-j"));
    });
    const bool drop =
        option != kRunOptions.end() && std::find(dropped.begin(), dropped.end(), option->first) != dropped.end();
    if (!drop) {
      out.push_back(words[i]);
    } else if (words[i] == option->first) {
      i += static_cast<std::size_t>(option->second);
    }
  }
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& w : words) {
    const bool plain = !w.empty() && w.find_first_of(" \t\n'\"\\$`&|;<>()*?[]{}~#!") == std::string::npos;
    out += (out.empty() ? "" : " ") + (plain ? w : "'" + w + "'");
  }
  return out;
}

/// The command that runs one sample again, whatever way the run was made.
std::string rerunCommand() {
  std::vector<std::string> all;
  for (const auto& o : kRunOptions) all.push_back(o.first);
  auto words = wordsWithout(all);
  words[0] = "gaincell";
  return joined(words);
}

std::string resumeCommand() {
  auto words = wordsWithout({"--resume", "--force"});
  words[0] = "gaincell";
  return joined(words) + " --resume";
}

mc::EngineOptions engineOf(const CommandContext& c) {
  mc::EngineOptions e;
  e.jobs = c.common.jobs;
  e.on_failure = mc::onFailureFromName(given<std::string>(c, "on-failure", "retry"));
  e.retries = given<std::uint32_t>(c, "retries", e.retries);
  if (c.values.count("shard")) {
    const auto parts = split(c.values["shard"].as<std::string>(), '/');
    if (parts.size() != 2) throw Error("FLW-0063", "a shard is I/N", "--shard", "for example --shard 0/8");
    const double i = numberOf(parts[0], "--shard"), n = numberOf(parts[1], "--shard");
    if (!(n >= 1 && n <= 1e5 && i >= 0 && i < n && std::floor(i) == i && std::floor(n) == n))
      throw Error("FLW-0064", "there is no such shard", "--shard", "0/8 is the first of eight");
    e.shard = static_cast<std::uint64_t>(i);
    e.shards = static_cast<std::uint64_t>(n);
  }
  return e;
}

std::vector<mc::Limit> limitsOf(const CommandContext& c) {
  std::vector<mc::Limit> out;
  if (c.values.count("limit"))
    for (const auto& text : c.values["limit"].as<std::vector<std::string>>()) out.push_back(mc::limitFromText(text));
  return out;
}

std::string duration(double s) {
  if (s < 1) return fmt::format("{:.2g} s", s);
  if (s < 120) return fmt::format("{:.0f} s", s);
  return s < 7200 ? fmt::format("{:.0f} min", s / 60) : fmt::format("{:.1f} h", s / 3600);
}

std::string estimateText(const mc::Estimate& e, int jobs) {
  return fmt::format("{} samples to run on {} workers: about {}, {:.0f} MB of memory, {:.1f} MB on disk", e.tasks, jobs,
                     duration(e.seconds), e.memory_bytes / 1e6, e.store_bytes / 1e6);
}

nlohmann::json statisticsSummary(const mc::StudyResult& r) {
  return {{"statistics", nlohmann::json::parse(r.statistics)},
          {"good", r.report.good},
          {"failed", r.report.failed},
          {"total", r.report.total}};
}

std::string statisticsText(const mc::StudyResult& r) {
  const auto json = nlohmann::json::parse(r.statistics);
  std::string text;
  for (const auto& at : json["conditions"]) {
    text += fmt::format("{} {} C {} V, {} samples:\n  {:<24} {:>13} {:>13} {:>13} {:>13}\n",
                        at["corner"].get<std::string>(), at["temp_C"].get<double>(), at["vdd_V"].get<double>(),
                        at["samples"].get<std::size_t>(), "figure", "mean", "sigma", "min", "max");
    for (const auto& f : r.header.preflight.figures) {
      const auto& s = at["figures"][f.name];
      const auto number = [&](const char* key) {
        return s[key].is_null() ? std::string("-") : support::formatSi(s[key].get<double>(), f.unit, 4);
      };
      text += fmt::format("  {:<24} {:>13} {:>13} {:>13} {:>13}\n", f.name, number("mean"), number("sigma"),
                          number("min"), number("max"));
    }
    for (const auto& y : at["yield"]["limits"])
      text += fmt::format("  yield {}: {}/{} = {:.4g} %, at 95 % confidence {:.4g} .. {:.4g} %\n",
                          y["figure"].get<std::string>(), y["passed"].get<std::size_t>(), y["total"].get<std::size_t>(),
                          100 * y["yield"].get<double>(), 100 * y["clopper_pearson_95"][0].get<double>(),
                          100 * y["clopper_pearson_95"][1].get<double>());
  }
  return text;
}

/// Out of spec when a limit was given and a sample misses it; that some samples failed is the weightier news.
ExitCode exitCodeOf(const mc::StudyResult& r) {
  if (r.report.failed > 0) return ExitCode::PartialFailure;
  for (const auto& at : nlohmann::json::parse(r.statistics)["conditions"]) {
    const auto& all = at["yield"]["all"];
    if (!all.is_null() && all["passed"] != all["total"]) return ExitCode::OutOfSpec;
  }
  return ExitCode::Done;
}

ExitCode report(const CommandContext& c, const mc::StudyResult& r, const fs::path& dir) {
  std::string text = statisticsText(r);
  if (r.report.failed > 0)
    text +=
        fmt::format("{} of {} samples failed: {}\n", r.report.failed, r.report.total, (dir / "failures.csv").string());
  text += fmt::format("results in {}\n", dir.string());
  auto json = statisticsSummary(r);
  json["run"] = dir.string();
  c.print(json, text);
  return exitCodeOf(r);
}

// --- run folders ----------------------------------------------------------------------------------------------------
fs::path folderOf(const CommandContext& c) {
  if (c.positional.size() == 2) return c.positional[1];
  if (c.values.count("run")) return c.values["run"].as<std::string>();
  throw Error("FLW-0065", "no run folder was given", "gaincell mc " + c.positional.at(0),
              "add the folder that --run named");
}

ExitCode exportFolder(const CommandContext& c, const fs::path& dir) {
  const fs::path out = c.common.out.empty() ? dir : c.outputFolder();
  const mc::RunStore store = mc::RunStore::open(mc::RunFolder{dir}.store(), mc::RunStore::Mode::Read);
  const auto result = mc::collect(store, limitsOf(c));
  mc::exportRun(result, store, out);
  return report(c, result, out);
}

ExitCode status(const CommandContext& c) {
  const auto s = mc::statusOf(folderOf(c));
  nlohmann::json json = {{"good", s.good}, {"failed", s.failed}, {"total", s.total}, {"failures", s.failures}};
  json["shards"] = nlohmann::json::array();
  std::string text = fmt::format("{} of {} samples done, {} failed\n", s.good, s.total, s.failed);
  for (const auto& [kind, count] : s.failures) text += fmt::format("  {}: {}\n", kind, count);
  for (const auto& shard : s.shards) {
    json["shards"].push_back({{"shard", shard.index},
                              {"good", shard.good},
                              {"failed", shard.failed},
                              {"total", shard.total},
                              {"note", shard.note}});
    text += fmt::format("  shard {}: {} of {} done, {} failed{}\n", shard.index, shard.good, shard.total, shard.failed,
                        shard.note.empty() ? "" : " (" + shard.note + ")");
  }
  c.print(json, text);
  return ExitCode::Done;
}

ExitCode merge(const CommandContext& c) {
  const fs::path dir = folderOf(c);
  mc::merge({dir}, c.values.count("partial") > 0);
  return exportFolder(c, dir);
}

ExitCode salvageRun(const CommandContext& c) {
  const mc::RunFolder folder{folderOf(c)};
  const mc::RunLock lock(folder.lock());
  const auto r = mc::salvage(folder.store(), folder.header());
  c.print(
      {{"recovered", r.recovered}, {"missing", r.missing}, {"damaged", r.damaged.string()}},
      fmt::format(
          "{} intact samples recovered, {} missing; the damaged store is kept as {}\nresume the run to simulate what "
          "is missing\n",
          r.recovered, r.missing, r.damaged.string()));
  return ExitCode::Done;
}

// --- studies --------------------------------------------------------------------------------------------------------
ExitCode onlySample(const CommandContext& c, mc::Study& study) {
  const auto preflight = study.preflight();
  const mc::Task task{given<std::uint32_t>(c, "only-condition", 0), c.values["only-sample"].as<std::uint64_t>()};
  if (task.condition >= study.conditions().size())
    throw Error("FLW-0066", fmt::format("there is no condition {}", task.condition), "--only-condition",
                "conditions count from 0");
  const auto record = study.worker()->evaluate(task);
  nlohmann::json json = {
      {"sample", task.sample}, {"condition", task.condition}, {"failure", record.failure}, {"message", record.message}};
  std::string text = fmt::format("sample {} at condition {}{}\n", task.sample, task.condition,
                                 record.ok() ? "" : fmt::format(": {} ({})", record.failure, record.message));
  for (std::size_t i = 0; i < record.values.size(); ++i) {
    const auto& f = preflight.figures[i];
    json["figures"][f.name] = record.values[i];
    text += fmt::format("  {:<24} {:>13}\n", f.name, support::formatSi(record.values[i], f.unit, 6));
  }
  c.print(json, text);
  return record.ok() ? ExitCode::Done : ExitCode::PartialFailure;
}

ExitCode dryRun(const CommandContext& c, mc::Study& study) {
  const auto preflight = study.preflight();
  const std::size_t tasks = mc::tasksOf(study.samples(), study.conditions().size()).size();
  const auto e = mc::estimateRun(preflight, tasks, c.common.jobs, study.conditions().size());
  nlohmann::json json = {{"samples", tasks},
                         {"seconds", e.seconds},
                         {"memory_bytes", e.memory_bytes},
                         {"store_bytes", e.store_bytes},
                         {"draws", nlohmann::json::array()}};
  std::string text =
      estimateText(e, c.common.jobs) + "\nwhat varies (declared sigma, sigma of the first 1000 samples):\n";
  for (const auto& d : study.checkDraws(1000)) {
    json["draws"].push_back(
        {{"instance", d.path}, {"parameter", d.parameter}, {"sigma", d.declared}, {"realised", d.realised}});
    if (json["draws"].size() <= 50)
      text += fmt::format("  {:<32} {:<12} {:>11.4g} {:>11.4g}\n", d.path, d.parameter, d.declared, d.realised);
  }
  if (json["draws"].size() > 50) text += fmt::format("  ... {} in all (--json lists them)\n", json["draws"].size());
  c.print(json, text + "nothing was written\n");
  return ExitCode::Done;
}

ExitCode onCluster(const CommandContext& c, mc::Study& study, const mc::RunOptions& run) {
  mc::SlurmOptions o;
  o.shards = given<std::uint64_t>(c, "shards", 4);
  o.partition = given<std::string>(c, "partition", "");
  o.time = given<std::string>(c, "time", "");
  o.memory_mb = given<std::string>(c, "mem", "");
  o.jobs = c.values.count("jobs") ? c.common.jobs : 1;
  if (c.values.count("sbatch")) o.sbatch = c.values["sbatch"].as<std::vector<std::string>>();
  o.command = wordsWithout({"--engine", "--shards", "--partition", "--time", "--mem", "--sbatch", "--wait", "--resume",
                            "--force", "--jobs", "-j", "--run", "--json", "--quiet"});
  o.command[0] = fs::read_symlink("/proc/self/exe").string();
  for (const auto& word : {std::string("--run"), fs::absolute(run.dir).string(), std::string("--resume"),
                           std::string("--quiet"), fmt::format("-j{}", o.jobs)})
    o.command.push_back(word);
  const std::string job = mc::startSlurm(study, run, o);
  const std::string dir = run.dir.string();
  if (!c.values.count("wait")) {
    c.print(
        {{"job", job}, {"shards", o.shards}, {"run", dir}},
        job.empty()
            ? fmt::format("every shard is complete; 'gaincell mc merge {}' collects them\n", dir)
            : fmt::format("job {} with {} shards submitted\n'gaincell mc status {}' shows how far it is, 'gaincell mc "
                          "merge {}' collects the results\n",
                          job, o.shards, dir, dir));
    return ExitCode::Done;
  }
  if (!job.empty()) mc::waitForJob(job, "shards");
  return merge(c);
}

ExitCode runStudy(const CommandContext& c) {
  const auto limits = limitsOf(c);  // refused before anything is simulated
  const mc::EngineOptions engine = engineOf(c);
  const std::string where = given<std::string>(c, "engine", "local");
  if (where != "local" && where != "slurm")
    throw Error("FLW-0067", fmt::format("there is no engine '{}'", where), "--engine", "choose local or slurm");
  mc::StudyConfig config = configOf(c);
  const auto pdk = config.pdk;
  const auto study = mc::analysisStudy(std::move(config), c.simulatorOptions());
  if (c.values.count("only-sample")) return onlySample(c, *study);
  if (c.values.count("dry-run")) return dryRun(c, *study);
  if (!c.values.count("run")) throw Error("FLW-0068", "no run folder was given", "gaincell mc", "add --run DIR");
  mc::RunOptions run;
  run.dir = c.values["run"].as<std::string>();
  run.resume = c.values.count("resume") > 0;
  run.force = c.common.force;
  run.engine = engine;
  run.engine.title = "samples";
  run.limits = limits;
  run.provenance = support::toJson(c.provenance(&pdk)).dump();
  run.rerun_command = rerunCommand();
  run.before_start = [&](const mc::Preflight& p, const mc::Estimate& e) {
    for (const auto& w : p.warnings) fmt::print(stderr, "warning: {}\n", w);
    if (!c.common.quiet && e.tasks > 0) fmt::print(stderr, "{}\n", estimateText(e, c.common.jobs));
  };
  try {
    if (where == "slurm") return onCluster(c, *study, run);
    const auto result = mc::runStudy(*study, run);
    if (engine.shards == 1) return report(c, result, run.dir);
    c.print({{"good", result.report.good}, {"failed", result.report.failed}},
            fmt::format("shard {}/{}: {} good, {} failed\n", engine.shard, engine.shards, result.report.good,
                        result.report.failed));
    return result.report.failed > 0 ? ExitCode::PartialFailure : ExitCode::Done;
  } catch (const support::Interrupted&) {
    throw support::Interrupted(resumeCommand());
  }
}

ExitCode run(const CommandContext& c) {
  if (c.positional.empty())
    throw Error("FLW-0060", "give a circuit kind, or status, export, merge or salvage", "gaincell mc",
                "see 'gaincell mc --help'");
  const std::string& what = c.positional[0];
  if (what == "status") return status(c);
  if (what == "export") return exportFolder(c, folderOf(c));
  if (what == "merge") return merge(c);
  if (what == "salvage") return salvageRun(c);
  if (c.positional.size() != 1)
    throw Error("FLW-0069", fmt::format("'{}' is one word too many", c.positional[1]), "gaincell mc",
                "give one circuit kind");
  return runStudy(c);
}

void addOptions(po::options_description_easy_init add) {
  const auto text = [&](const char* name, const char* value, const char* help) {
    add(name, po::value<std::string>()->value_name(value), help);
  };
  const auto list = [&](const char* name, const char* value, const char* help) {
    add(name, po::value<std::vector<std::string>>()->value_name(value), help);
  };
  text("analysis", "NAME", "which analysis ('gaincell simulate --help' lists them)");
  add("samples", po::value<std::uint64_t>()->value_name("N"), "number of samples (default 100)");
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
  add("retries", po::value<std::uint32_t>()->value_name("N"), "further attempts of a failed sample (default 2)");
  add("time-limit", po::value<double>()->value_name("S"), "seconds per simulation of a sample (default 600)");
  add("dry-run", "preflight, estimate and what would vary; nothing is written");
  add("only-sample", po::value<std::uint64_t>()->value_name("K"), "simulate this one sample and print its figures");
  add("only-condition", po::value<std::uint32_t>()->value_name("C"), "its condition in the grid (default 0)");
  list("set", "NAME=VALUE", "a parameter of the circuit (repeatable)");
  list("with", "NAME=VALUE", "a setting of the analysis (repeatable)");
  text("rows", "N", "number of rows (word lines)");
  text("cols", "N", "number of columns (bit lines)");
  text("keep-decks", "DIR", "keep the exact standalone deck of every simulation there");
  text("engine", "E", "local (default) or slurm");
  add("shards", po::value<std::uint64_t>()->value_name("N"),
      "slurm: parts of the run, one array task each (default 4)");
  text("partition", "P", "slurm: partition");
  text("time", "T", "slurm: time limit of a shard, as sbatch takes it");
  text("mem", "MB", "slurm: memory of a shard, as sbatch takes it");
  list("sbatch", "OPTION", "slurm: a further option for sbatch, for example --sbatch=--account=lab (repeatable)");
  add("wait", "slurm: wait for the shards and merge them");
  text("shard", "I/N", "simulate only this part (used by the batch script)");
  add("partial", "merge: accept that samples are missing");
}

}  // namespace

Command mcCommand() {
  return {"mc",
          "Monte-Carlo studies that can be interrupted, resumed and spread over a cluster",
          "gaincell mc KIND --analysis NAME --samples N --run DIR [options]\n"
          "       gaincell mc status|export|merge|salvage DIR",
          "  gaincell mc gain-cell --analysis iv --samples 1000 --run runs/iv\n"
          "  gaincell mc gain-cell --analysis iv --samples 1000 --run runs/iv --resume\n"
          "  gaincell mc gain-cell --analysis retention --samples 200 --variation both --corners tt,ss,ff --temps "
          "27,85 \\\n"
          "      --limit tau_high=4m: --run runs/retention\n"
          "  gaincell mc gain-cell --analysis iv --samples 100000 --run /shared/iv --engine slurm --shards 64 "
          "--partition long\n"
          "  gaincell mc merge /shared/iv\n",
          addOptions,
          run};
}

}  // namespace gaincell::flows
