#include "comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

namespace gaincell::flows::comparison {

using nlohmann::json;

namespace {

constexpr const char* kUnknown = "unknown";

std::string orUnknown(const std::string& text) {
  return text.empty() ? kUnknown : text;
}

std::string quantity(const std::optional<double>& value, const char* unit) {
  return value ? fmt::format("{:g} {}", *value, unit) : kUnknown;
}

/// First letters of a hash tell two apart.
std::string shortHash(const std::string& hash) {
  return hash.empty() ? kUnknown : hash.substr(0, 8);
}

void addWhenDifferent(Comparison& c, const std::string& what, const std::function<std::string(const Run&)>& of) {
  Difference d{what, {}, false};
  for (const Run& run : c.runs) d.values.push_back(of(run));
  if (std::any_of(d.values.begin(), d.values.end(), [&](const std::string& v) { return v != d.values.front(); }))
    c.differences.push_back(std::move(d));
}

void addConditions(Comparison& c) {
  addWhenDifferent(c, "design", [](const Run& r) { return r.design(); });
  addWhenDifferent(c, "values of the design (hash)", [](const Run& r) {
    return shortHash(r.identity ? r.identity->design_hash : r.provenance.design_hash);
  });
  addWhenDifferent(c, "process", [](const Run& r) { return orUnknown(r.provenance.pdk); });
  addWhenDifferent(c, "files of the process (hash)", [](const Run& r) { return shortHash(r.provenance.pdk_hash); });
  addWhenDifferent(c, "corner", [](const Run& r) { return orUnknown(r.provenance.corner); });
  addWhenDifferent(c, "temperature", [](const Run& r) { return quantity(r.provenance.temp_c, "C"); });
  addWhenDifferent(c, "supply", [](const Run& r) { return quantity(r.provenance.vdd_v, "V"); });
  addWhenDifferent(c, "size of the run", [](const Run& r) { return r.size; });
  addWhenDifferent(c, "seed",
                   [](const Run& r) { return r.provenance.seed ? fmt::format("{}", *r.provenance.seed) : kUnknown; });
  addWhenDifferent(c, "program version", [](const Run& r) { return orUnknown(r.provenance.program_version); });
  addWhenDifferent(c, "simulator", [](const Run& r) { return orUnknown(r.provenance.simulator); });
}

/// Paths of the leaves in which some run differs from the first that states its design.
std::set<std::string> differingLeaves(const std::vector<Run>& runs) {
  const Run* first = nullptr;
  std::set<std::string> paths;
  for (const Run& run : runs) {
    if (!run.identity) continue;
    if (!first) first = &run;
    for (const std::string& line : design::differences(first->identity->values, run.identity->values))
      paths.insert(line.substr(0, line.find(':')));
  }
  return paths;
}

void addLeaves(Comparison& c) {
  for (const std::string& path : differingLeaves(c.runs)) {
    Difference d{path, {}, true};
    for (const Run& run : c.runs) {
      if (!run.identity) {
        d.values.push_back(kUnknown);
        continue;
      }
      const auto at = run.identity->values.find(path);
      d.values.push_back(at == run.identity->values.end() ? "-" : at->second);
    }
    c.differences.push_back(std::move(d));
  }
}

void addNotes(Comparison& c) {
  for (const Run& run : c.runs)
    if (!run.identity)
      c.notes.push_back(fmt::format(
          "{} does not state the values of its design (a run of an older program): they are unknown here.", run.label));
  const auto of_size = [&](const char* size) {
    return std::any_of(c.runs.begin(), c.runs.end(), [&](const Run& r) { return r.size == size; });
  };
  if (of_size("quick") && of_size("full"))
    c.notes.push_back(
        "Quick and full runs side by side: a quick run has smaller arrays and fewer samples, so figures of "
        "check, chain, macro and Monte-Carlo differ for that reason alone.");
  for (std::size_t i = 0; i < c.runs.size(); ++i)
    for (std::size_t k = i + 1; k < c.runs.size(); ++k)
      if (c.runs[i].hash == c.runs[k].hash)
        c.notes.push_back(fmt::format("{} and {} have the same summary to the last byte: one is a copy of the other.",
                                      c.runs[i].label, c.runs[k].label));
}

std::optional<double> changeOf(const std::optional<double>& first, const std::optional<double>& value) {
  if (!first || !value) return std::nullopt;
  if (*first == *value) return 0.0;
  if (*first == 0) return std::nullopt;
  return *value / *first - 1;
}

/// The unit belongs to the name: two runs that measure in different units cannot stand in one row.
void addFigures(Comparison& c) {
  for (std::size_t k = 0; k < c.runs.size(); ++k)
    for (const RunFigure& f : c.runs[k].figures) {
      auto row = std::find_if(c.figures.begin(), c.figures.end(), [&](const FigureRow& r) {
        return r.stage == f.stage && r.group == f.group && r.name == f.name && r.unit == f.unit;
      });
      if (row == c.figures.end()) {
        c.figures.push_back({f.stage, f.group, f.name, f.description, f.unit, {}, {}});
        row = c.figures.end() - 1;
        row->values.resize(c.runs.size());
      }
      row->values[k] = f.value;
    }
  for (FigureRow& row : c.figures)
    for (const auto& value : row.values) row.changes.push_back(changeOf(row.values.front(), value));
  // What only later runs have comes to its stage, not to the end.
  std::stable_sort(c.figures.begin(), c.figures.end(), [](const FigureRow& a, const FigureRow& b) {
    return std::tie(a.stage, a.group) < std::tie(b.stage, b.group);
  });
}

void addLimits(Comparison& c) {
  for (std::size_t k = 0; k < c.runs.size(); ++k)
    for (const RunLimit& limit : c.runs[k].limits) {
      auto row = std::find_if(c.limits.begin(), c.limits.end(),
                              [&](const LimitRow& r) { return r.measure == limit.measure && r.unit == limit.unit; });
      if (row == c.limits.end()) {
        c.limits.push_back({limit.measure, limit.description, limit.unit, {}});
        row = c.limits.end() - 1;
        row->runs.resize(c.runs.size());
      }
      if (row->description.empty()) row->description = limit.description;
      row->runs[k] = limit;
    }
}

json optionalJson(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? json(*value) : json(nullptr);
}

json listJson(const std::vector<std::optional<double>>& values) {
  json out = json::array();
  for (const auto& v : values) out.push_back(optionalJson(v));
  return out;
}

json limitJson(const std::optional<RunLimit>& limit) {
  if (!limit) return nullptr;
  return {{"value", optionalJson(limit->value)},
          {"min", optionalJson(limit->min)},
          {"typ", optionalJson(limit->typ)},
          {"max", optionalJson(limit->max)},
          {"margin", optionalJson(marginOf(*limit))},
          {"outcome", limit->outcome},
          {"reason", limit->reason},
          {"condition", limit->condition}};
}

}  // namespace

Comparison compareRuns(std::vector<Run> runs) {
  Comparison c;
  c.runs = std::move(runs);
  addConditions(c);
  addLeaves(c);
  addNotes(c);
  addFigures(c);
  addLimits(c);
  return c;
}

void keepChanges(Comparison& comparison, double share) {
  const auto quiet = [&](const FigureRow& row) {
    return std::all_of(row.changes.begin(), row.changes.end(),
                       [&](const auto& change) { return change && std::fabs(*change) <= share; });
  };
  auto& figures = comparison.figures;
  figures.erase(std::remove_if(figures.begin(), figures.end(), quiet), figures.end());
}

std::optional<double> marginOf(const RunLimit& limit) {
  if (!limit.value || !std::isfinite(*limit.value)) return std::nullopt;
  const double v = *limit.value;
  if (limit.min && limit.max) {
    const double half = (*limit.max - *limit.min) / 2;
    if (!(half > 0)) return std::nullopt;
    return 1 - std::fabs(v - (*limit.min + half)) / half;
  }
  const std::optional<double> bound = limit.max ? limit.max : limit.min;
  if (!bound || *bound == 0) return std::nullopt;
  return (limit.max ? *bound - v : v - *bound) / std::fabs(*bound);
}

json toJson(const Comparison& c) {
  json differences = json::array(), figures = json::array(), limits = json::array();
  for (const Difference& d : c.differences)
    differences.push_back({{"what", d.what}, {"design_leaf", d.leaf}, {"values", d.values}});
  for (const FigureRow& f : c.figures)
    figures.push_back({{"stage", f.stage},
                       {"group", f.group},
                       {"name", f.name},
                       {"unit", f.unit},
                       {"description", f.description},
                       {"values", listJson(f.values)},
                       {"changes", listJson(f.changes)}});
  for (const LimitRow& row : c.limits) {
    json runs = json::array();
    for (const auto& limit : row.runs) runs.push_back(limitJson(limit));
    limits.push_back(
        {{"measure", row.measure}, {"unit", row.unit}, {"description", row.description}, {"runs", std::move(runs)}});
  }
  return {{"schema", "gaincell-comparison/1"},
          {"runs", runsToJson(c.runs)},
          {"differences", differences},
          {"notes", c.notes},
          {"figures", figures},
          {"limits", limits}};
}

}  // namespace gaincell::flows::comparison
