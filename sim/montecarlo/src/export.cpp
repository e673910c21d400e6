// From a store to tables and statistics.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "gaincell/montecarlo/montecarlo.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::montecarlo {

using nlohmann::json;
using support::Error;
namespace fs = std::filesystem;

namespace {
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kFixedColumns = 4;  // sample, condition, temp_C, vdd_V
constexpr std::size_t kWorst = 5;         // samples listed per figure

json finite(double v) {
  return std::isfinite(v) ? json(v) : json(nullptr);
}
json toJson(const Interval& i) {
  return {finite(i.low), finite(i.high)};
}

json toJson(const Summary& s) {
  json percentiles = json::object();
  for (const auto& [p, v] : s.percentiles) percentiles[fmt::format("{}", p)] = finite(v);
  return {{"count", s.count},
          {"missing", s.missing},
          {"mean", finite(s.mean)},
          {"mean_95", toJson(s.mean_interval)},
          {"sigma", finite(s.sigma)},
          {"sigma_95", toJson(s.sigma_interval)},
          {"skewness", finite(s.skewness)},
          {"excess_kurtosis", finite(s.excess_kurtosis)},
          {"min", finite(s.min)},
          {"max", finite(s.max)},
          {"percentiles", percentiles}};
}

json toJson(const Yield& y) {
  return {{"passed", y.passed},
          {"total", y.total},
          {"yield", finite(y.value)},
          {"clopper_pearson_95", toJson(y.clopper_pearson)},
          {"wilson_95", toJson(y.wilson)}};
}

json toJson(const Sensitivity& s) {
  if (!s.note.empty()) return {{"note", s.note}};
  json shares = json::array();
  for (const auto& share : s.shares)
    shares.push_back({{"instance", share.draw.instance},
                      {"parameter", share.draw.parameter},
                      {"share", share.share},
                      {"per_sigma", share.coefficient}});
  return {{"shares", shares}, {"unexplained", s.unexplained}};
}

/// The samples of one condition, column by column.
struct Block {
  std::vector<std::uint64_t> sample;
  std::vector<std::vector<double>> values;  ///< by figure
};

Block blockOf(const support::Table& samples, std::uint32_t condition, std::size_t figures) {
  Block b;
  b.values.resize(figures);
  for (const auto& row : samples.rows) {
    if (row[1] != condition) continue;
    b.sample.push_back(static_cast<std::uint64_t>(row[0]));
    for (std::size_t f = 0; f < figures; ++f) b.values[f].push_back(row[kFixedColumns + f]);
  }
  return b;
}

/// Distance from what is wanted, larger is worse: how far outside the limits (negative inside), or from the median in
/// sigmas.
std::vector<double> badness(const std::vector<double>& values, const Limit* limit) {
  const Summary s = summarize(values);
  double median = kNaN;
  for (const auto& [p, v] : s.percentiles)
    if (p == 50) median = v;
  const double scale = s.sigma > 0 ? s.sigma : 1;
  std::vector<double> out;
  for (const double v : values) {
    double bad = std::abs(v - median) / scale;
    if (limit) {
      bad = -std::numeric_limits<double>::infinity();
      if (limit->min) bad = std::max(bad, (*limit->min - v) / scale);
      if (limit->max) bad = std::max(bad, (v - *limit->max) / scale);
    }
    out.push_back(std::isfinite(v) ? bad : std::numeric_limits<double>::infinity());
  }
  return out;
}

json worstOf(const RunHeader& h, const Block& b, std::size_t figure, const Limit* limit, std::uint32_t condition) {
  const auto bad = badness(b.values[figure], limit);
  std::vector<std::size_t> order(bad.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t l, std::size_t r) { return bad[l] > bad[r]; });
  order.resize(std::min(order.size(), kWorst));
  json out = json::array();
  for (const std::size_t i : order) {
    json entry = {{"sample", b.sample[i]}, {"value", finite(b.values[figure][i])}};
    if (!h.rerun_command.empty()) {
      std::string command = fmt::format("{} --only-sample {}", h.rerun_command, b.sample[i]);
      if (h.conditions.size() > 1) command += fmt::format(" --only-condition {}", condition);
      entry["command"] = command;
    }
    out.push_back(std::move(entry));
  }
  return out;
}

/// The draws of the samples of a block, made anew from the seed.
std::vector<std::vector<double>> drawsOf(const RunHeader& h, const Block& b) {
  const json id = json::parse(h.identity);
  if (!id.contains("seed") || !id.contains("sampling")) return {};
  const DrawSource source(id["seed"], samplingFromName(id["sampling"].get<std::string>()), h.samples,
                          h.preflight.draws);
  std::vector<std::vector<double>> z(b.sample.size());
  for (std::size_t i = 0; i < z.size(); ++i)
    for (const auto& draw : h.preflight.draws) z[i].push_back(source.normal(b.sample[i], draw));
  return z;
}

/// Beyond this many numbers the regression is left out: its matrix would not fit the memory of a small machine.
constexpr std::size_t kMaxRegression = 20'000'000;

json yieldsOf(const RunHeader& h, const Block& b, const std::vector<Limit>& limits,
              const std::vector<std::size_t>& figure_of) {
  json list = json::array();
  std::vector<bool> all(b.sample.size(), true);
  for (std::size_t l = 0; l < limits.size(); ++l) {
    std::size_t passed = 0;
    for (std::size_t i = 0; i < b.sample.size(); ++i) {
      const bool pass = limits[l].passes(b.values[figure_of[l]][i]);
      passed += pass;
      all[i] = all[i] && pass;
    }
    json entry = toJson(yieldOf(passed, h.samples));  // a sample that is not there has not passed
    entry["figure"] = limits[l].figure;
    entry["min"] = limits[l].min ? json(*limits[l].min) : json(nullptr);
    entry["max"] = limits[l].max ? json(*limits[l].max) : json(nullptr);
    list.push_back(std::move(entry));
  }
  const auto passed = static_cast<std::size_t>(std::count(all.begin(), all.end(), true));
  return {{"limits", list}, {"all", limits.empty() ? json(nullptr) : toJson(yieldOf(passed, h.samples))}};
}

json correlationsOf(const RunHeader& h, const Block& b) {
  json out = json::object();
  for (std::size_t i = 0; i < b.values.size(); ++i)
    for (std::size_t j = 0; j < b.values.size(); ++j)
      out[h.preflight.figures[i].name][h.preflight.figures[j].name] = finite(correlation(b.values[i], b.values[j]));
  return out;
}

json tableJson(const support::Table& t) {
  json out = json::object();
  for (const auto& c : t.columns) out[c] = t.values(c);
  return out;
}
}  // namespace

std::string columnName(const FigureInfo& f) {
  std::string unit;
  for (const char c : f.unit) unit += c == '/' ? std::string("_per_") : std::string(1, c);
  return unit.empty() ? f.name : f.name + "_" + unit;
}

json statisticsOf(const RunHeader& h, const support::Table& samples, const std::vector<Limit>& limits) {
  const auto& figures = h.preflight.figures;
  std::vector<std::size_t> figure_of;
  for (const auto& limit : limits) {
    const auto found =
        std::find_if(figures.begin(), figures.end(), [&](const auto& f) { return f.name == limit.figure; });
    if (found == figures.end()) {
      std::string known;
      for (const auto& f : figures) known += (known.empty() ? "" : ", ") + f.name;
      throw Error("MCS-0051", fmt::format("the study measures no figure '{}'", limit.figure), "--limit",
                  "figures: " + known);
    }
    figure_of.push_back(static_cast<std::size_t>(found - figures.begin()));
  }
  json conditions = json::array();
  for (std::uint32_t c = 0; c < h.conditions.size(); ++c) {
    const Block b = blockOf(samples, c, figures.size());
    const bool regress = h.preflight.draws.size() * b.sample.size() <= kMaxRegression;
    const auto z = regress ? drawsOf(h, b) : std::vector<std::vector<double>>{};
    json by_name = json::object();
    for (std::size_t f = 0; f < figures.size(); ++f) {
      const auto limit = std::find(figure_of.begin(), figure_of.end(), f);
      json entry = toJson(summarize(b.values[f]));
      entry["unit"] = figures[f].unit;
      entry["description"] = figures[f].description;
      const auto& nominal = h.preflight.nominal;
      entry["nominal"] = c < nominal.size() && f < nominal[c].size() ? finite(nominal[c][f]) : json(nullptr);
      entry["histogram"] = tableJson(histogram(b.values[f]));
      entry["sensitivity"] = regress && !z.empty() ? toJson(sensitivity(h.preflight.draws, z, b.values[f]))
                                                   : json{{"note", "too many draws for a regression"}};
      entry["worst"] =
          worstOf(h, b, f,
                  limit == figure_of.end() ? nullptr : &limits[static_cast<std::size_t>(limit - figure_of.begin())], c);
      by_name[figures[f].name] = std::move(entry);
    }
    conditions.push_back({{"corner", h.conditions[c].corner},
                          {"temp_C", h.conditions[c].temp_c},
                          {"vdd_V", h.conditions[c].vdd},
                          {"samples", b.sample.size()},
                          {"figures", by_name},
                          {"correlation", correlationsOf(h, b)},
                          {"yield", yieldsOf(h, b, limits, figure_of)}});
  }
  return {{"study", json::parse(h.identity)}, {"samples", h.samples}, {"conditions", conditions}};
}

StudyResult collect(const RunStore& store, const std::vector<Limit>& limits) {
  StudyResult result;
  result.header = store.header();
  const auto& h = result.header;
  result.samples.columns = {"sample", "condition", "temp_C", "vdd_V"};
  for (const auto& f : h.preflight.figures) result.samples.columns.push_back(columnName(f));
  store.forEach([&](const SampleRecord& r) {
    const double sample = static_cast<double>(r.task.sample), condition = r.task.condition;
    const auto& at = h.conditions.at(r.task.condition);
    std::vector<double> row = {sample, condition, at.temp_c, at.vdd};
    row.insert(row.end(), r.values.begin(), r.values.end());
    row.resize(result.samples.columns.size(), kNaN);
    result.samples.addRow(std::move(row));
    ++(r.ok() ? result.report.good : result.report.failed);
    for (const auto& [name, table] : r.tables) {
      auto& all = result.tables[name];
      if (all.columns.empty()) {
        all.columns = {"sample", "condition"};
        all.columns.insert(all.columns.end(), table.columns.begin(), table.columns.end());
      }
      for (const auto& values : table.rows) {
        std::vector<double> line = {sample, condition};
        line.insert(line.end(), values.begin(), values.end());
        all.addRow(std::move(line));
      }
    }
  });
  result.report.total = h.samples * h.conditions.size();
  result.statistics = statisticsOf(h, result.samples, limits).dump(1) + "\n";
  return result;
}

namespace {
std::string quotedField(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c == '\n' ? ' ' : c);
  return out + "\"";
}
}  // namespace

void exportRun(const StudyResult& result, const RunStore& store, const fs::path& dir) {
  // What decides the numbers, and nothing that differs between two ways of getting them: the files are to be compared.
  const std::string origin = "study " + result.header.identity;
  std::string conditions;
  for (std::size_t c = 0; c < result.header.conditions.size(); ++c) {
    const auto& at = result.header.conditions[c];
    conditions += fmt::format("{}condition {}: {} {} C {} V", c ? "; " : "", c, at.corner, at.temp_c, at.vdd);
  }
  const std::vector<std::string> comments = {origin, conditions};
  support::writeCsv(dir / "samples.csv", result.samples, support::Overwrite::Yes, comments);
  for (const auto& [name, table] : result.tables)
    support::writeCsv(dir / fmt::format("sample_{}.csv", name), table, support::Overwrite::Yes, comments);
  std::string failures = "sample,condition,kind,message\n";
  store.forEach([&](const SampleRecord& r) {
    if (!r.ok())
      failures +=
          fmt::format("{},{},{},{}\n", r.task.sample, r.task.condition, quotedField(r.failure), quotedField(r.message));
  });
  support::writeFileAtomically(dir / "failures.csv", failures, support::Overwrite::Yes);
  support::writeFileAtomically(dir / "statistics.json", result.statistics, support::Overwrite::Yes);
}

}  // namespace gaincell::montecarlo
