// What is done with run folders: status, export, merge, salvage, plot.

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gaincell/montecarlo/slurm.hpp"
#include "gaincell/report/plots.hpp"
#include "gaincell/sim/simulator.hpp"
#include "gaincell/support/units.hpp"
#include "mc_command.hpp"

namespace gaincell::flows {

using support::Error;
using support::ExitCode;
namespace fs = std::filesystem;
namespace mc = montecarlo;

namespace {

std::string duration(double s) {
  if (s < 1) return fmt::format("{:.2g} s", s);
  if (s < 120) return fmt::format("{:.0f} s", s);
  return s < 7200 ? fmt::format("{:.0f} min", s / 60) : fmt::format("{:.1f} h", s / 3600);
}

}  // namespace

std::string mcEstimateText(const mc::Estimate& e, int jobs) {
  return fmt::format(
      "{} samples to run on {} workers: about {}, {:.0f} MB of memory at first "
      "(a simulator that has grown to {:.0f} MB is replaced), {:.1f} MB on disk",
      e.tasks, jobs, duration(e.seconds), e.memory_bytes / 1e6,
      1024e-6 * static_cast<double>(sim::SimulatorOptions{}.recycle_above_rss_kb), e.store_bytes / 1e6);
}

namespace {

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

}  // namespace

ExitCode mcReport(const CommandContext& c, const mc::StudyResult& r, const fs::path& dir) {
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

fs::path mcFolderOf(const CommandContext& c) {
  if (c.positional.size() == 2) return c.positional[1];
  if (c.values.count("run")) return c.values["run"].as<std::string>();
  throw Error("FLW-0065", "no run folder was given", "gaincell mc " + c.positional.at(0),
              "add the folder that --run named");
}

ExitCode mcExport(const CommandContext& c, const fs::path& dir) {
  const fs::path out = c.common.out.empty() ? dir : c.outputFolder();
  const mc::RunStore store = mc::RunStore::open(mc::RunFolder{dir}.store(), mc::RunStore::Mode::Read);
  const auto result = mc::collect(store, mcLimitsOf(c));
  mc::exportRun(result, store, out);
  return mcReport(c, result, out);
}

ExitCode mcStatus(const CommandContext& c) {
  const auto s = mc::statusOf(mcFolderOf(c));
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

ExitCode mcMerge(const CommandContext& c) {
  const fs::path dir = mcFolderOf(c);
  mc::merge({dir}, c.values.count("partial") > 0);
  return mcExport(c, dir);
}

ExitCode mcSalvage(const CommandContext& c) {
  const mc::RunFolder folder{mcFolderOf(c)};
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

namespace {
/// "i_level_0" as the name of a plot.
std::string plotName(const std::string& figure, std::size_t condition, std::size_t conditions) {
  std::string name = figure;
  for (char& letter : name)
    letter = letter == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return conditions > 1 ? fmt::format("{}-condition-{}", name, condition) : name;
}

void requireFigures(const std::vector<std::string>& wanted, const mc::RunHeader& header) {
  std::string known;
  for (const auto& f : header.preflight.figures) known += (known.empty() ? "" : ", ") + f.name;
  for (const auto& name : wanted)
    if (std::none_of(header.preflight.figures.begin(), header.preflight.figures.end(),
                     [&](const auto& f) { return f.name == name; }))
      throw Error("FLW-0191", fmt::format("the study measures no figure '{}'", name), "--figure", "figures: " + known);
}
}  // namespace

ExitCode mcPlot(const CommandContext& c) {
  const fs::path dir = mcFolderOf(c), out = (c.common.out.empty() ? dir : c.outputFolder()) / "plots";
  const mc::RunStore store = mc::RunStore::open(mc::RunFolder{dir}.store(), mc::RunStore::Mode::Read);
  const auto limits = mcLimitsOf(c);
  const auto result = mc::collect(store, limits);
  const auto wanted = mcListOf(c, "figure");
  requireFigures(wanted, result.header);
  fs::create_directories(out);
  nlohmann::json json = nlohmann::json::array();
  std::string text;
  const auto& h = result.header;
  for (std::size_t at = 0; at < h.conditions.size(); ++at)
    for (const auto& figure : h.preflight.figures) {
      if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), figure.name) == wanted.end()) continue;
      report::Spread spread;
      spread.name = figure.name;
      spread.unit = figure.unit;
      spread.title = fmt::format("{}, {} {} C {} V", figure.description, h.conditions[at].corner,
                                 h.conditions[at].temp_c, h.conditions[at].vdd);
      const std::size_t column = result.samples.column(mc::columnName(figure));
      for (const auto& row : result.samples.rows)
        if (row[1] == static_cast<double>(at)) spread.values.push_back(row[column]);
      spread.histogram = mc::histogram(spread.values);
      spread.quantiles = mc::qqTable(spread.values);
      for (const auto& limit : limits)
        if (limit.figure == figure.name) spread.min = limit.min, spread.max = limit.max;
      if (spread.quantiles.rows.size() < 3) {
        text += fmt::format("{}: too few good samples for a plot\n", figure.name);
        continue;
      }
      const auto file = report::writePlot(report::spreadPlot(spread, plotName(figure.name, at, h.conditions.size())),
                                          out, support::Overwrite::Yes);
      json.push_back(file.string());
      text += file.string() + "\n";
    }
  c.print({{"plots", json}}, text);
  return ExitCode::Done;
}

}  // namespace gaincell::flows
