#include "paper.hpp"

#include <fmt/format.h>

#include <cmath>

#include "gaincell/support/json.hpp"
#include "quantity.hpp"

namespace gaincell::flows::comparison {

using nlohmann::json;

namespace {

/// The part of `text` behind `prefix`, when it begins so.
std::optional<std::string> after(const std::string& text, const std::string& prefix) {
  if (text.rfind(prefix, 0) != 0) return std::nullopt;
  return text.substr(prefix.size());
}

/// One step into a document: a key, an index, or KEY=VALUE for the element of a list.
const json* step(const json& at, const std::string& name) {
  if (at.is_object()) {
    const auto found = at.find(name);
    return found == at.end() ? nullptr : &*found;
  }
  if (!at.is_array()) return nullptr;
  const std::size_t equals = name.find('=');
  if (equals == std::string::npos) {
    const bool index = !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
    const std::size_t i = index ? std::stoul(name) : at.size();
    return i < at.size() ? &at[i] : nullptr;
  }
  for (const auto& element : at)
    if (element.is_object() && element.value(name.substr(0, equals), json()) == name.substr(equals + 1))
      return &element;
  return nullptr;
}

const json* walk(const json& document, const std::string& path) {
  const json* at = &document;
  for (std::size_t begin = 1; at && begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    at = step(*at, path.substr(begin, end - begin));
    begin = end + 1;
  }
  return at;
}

const RunFigure* figureOf(const Run& run, const std::string& path) {
  for (const RunFigure& f : run.figures)
    if (f.stage + "/" + f.group + "/" + f.name == path) return &f;
  return nullptr;
}

const RunLimit* limitOf(const Run& run, const std::string& measure) {
  for (const RunLimit& limit : run.limits)
    if (limit.measure == measure) return &limit;
  return nullptr;
}

const std::string* leafOf(const Run& run, const std::string& path) {
  if (!run.identity) return nullptr;
  const auto at = run.identity->values.find(path);
  return at == run.identity->values.end() ? nullptr : &at->second;
}

}  // namespace

const json* RunFigures::file(const std::string& name) {
  const auto known = files_.find(name);
  if (known != files_.end()) return &known->second;
  const auto path = run_.dir / name;
  std::error_code ec;
  if (!std::filesystem::exists(path, ec)) return nullptr;
  return &(files_[name] = json(support::readJson(path)));
}

std::optional<RunFigures::Found> RunFigures::find(const std::string& at) {
  if (const auto path = after(at, "figure:")) {
    const RunFigure* f = figureOf(run_, *path);
    if (!f || !f->value) return std::nullopt;
    return Found{*f->value, f->unit};
  }
  if (const auto measure = after(at, "limit:")) {
    const RunLimit* limit = limitOf(run_, *measure);
    if (!limit || !limit->value) return std::nullopt;
    return Found{*limit->value, limit->unit};
  }
  if (const auto path = after(at, "leaf:")) {
    const std::string* value = leafOf(run_, *path);
    const auto number = value ? numberOf(*value) : std::nullopt;
    if (!number) return std::nullopt;
    return Found{*number, std::nullopt};
  }
  const std::size_t hash = at.find('#');
  const json* document = hash == std::string::npos ? nullptr : file(at.substr(0, hash));
  const json* value = document ? walk(*document, at.substr(hash + 1)) : nullptr;
  if (!value || !value->is_number()) return std::nullopt;
  return Found{value->get<double>(), std::nullopt};
}

std::string RunFigures::placeholder(const std::string& name) {
  const support::Provenance& p = run_.provenance;
  if (name == "design") return run_.design() == "unknown" ? "this design" : run_.design();
  if (name == "pdk") return p.pdk.empty() ? "an unknown process" : p.pdk;
  if (name == "corner") return p.corner.empty() ? "unknown" : p.corner;
  if (name == "temp") return p.temp_c ? fmt::format("{:g} C", *p.temp_c) : "unknown";
  if (name == "vdd") return p.vdd_v ? fmt::format("{:g} V", *p.vdd_v) : "unknown";
  if (const auto path = after(name, "leaf:")) {
    const std::string* value = leafOf(run_, *path);
    return value ? leafText(*path, *value) : "an unknown value";
  }
  if (const auto path = after(name, "figure:")) {
    const RunFigure* f = figureOf(run_, *path);
    return f && f->value ? quantityText(f->value, f->unit) : "an unknown value";
  }
  const auto value = find(name);
  return value ? quantityText(value->value, value->unit.value_or("")) : "an unknown value";
}

std::string RunFigures::fill(const std::string& text) {
  std::string out;
  std::size_t at = 0;
  for (std::size_t open = text.find('{'); open != std::string::npos; open = text.find('{', at)) {
    const std::size_t close = text.find('}', open);
    if (close == std::string::npos) break;
    out.append(text, at, open - at).append(placeholder(text.substr(open + 1, close - open - 1)));
    at = close + 1;
  }
  return out.append(text, at);
}

namespace {

std::string reasonOf(const Published& p, const std::string& of_section, const PaperCell& cell) {
  const auto given = [&](const char* when) {
    const auto at = p.reasons.find(when);
    return at == p.reasons.end() ? std::string() : at->second;
  };
  if (!cell.value) {
    if (!given("missing").empty()) return given("missing");
    if (!of_section.empty()) return of_section;
    return p.sources.empty() ? "No part of a run measures it." : "This run did not measure it.";
  }
  if (!p.value) return of_section.empty() ? "No number to compare with." : of_section;
  if (!given("any").empty()) return given("any");
  const bool agrees = *cell.value == *p.value || (cell.ratio && std::fabs(*cell.ratio - 1) <= p.tolerance);
  if (agrees) return *cell.value == *p.value ? "equal" : fmt::format("agrees within {:g} %", 100 * p.tolerance);
  return given("differs").empty() ? of_section : given("differs");
}

PaperCell cellOf(const Published& p, const std::string& of_section, RunFigures& figures) {
  PaperCell cell;
  for (const Source& source : p.sources) {
    const auto found = figures.find(source.at);
    if (!found || (source.numerator && found->value == 0)) continue;
    // An older run may have measured the same in another unit; a factor or numerator changes the unit on purpose.
    const bool as_is = source.factor == 1 && !source.numerator;
    if (as_is && found->unit && *found->unit != p.unit) continue;
    cell.value = source.numerator ? *source.numerator / found->value : source.factor * found->value;
    cell.note = source.note;
    break;
  }
  if (cell.value && p.value && *p.value != 0) cell.ratio = *cell.value / *p.value;
  cell.reason = figures.fill(reasonOf(p, of_section, cell));
  return cell;
}

}  // namespace

PaperComparison comparePaper(std::vector<Run> runs, const PublishedFile& published) {
  PaperComparison out{std::move(runs), &published, {}};
  std::vector<RunFigures> of_runs;
  for (const Run& run : out.runs) of_runs.emplace_back(run);
  for (const PublishedSection& section : published.sections) {
    PaperSection rows{&section, {}};
    for (const Published& p : section.figures) {
      PaperRow row{&p, {}};
      for (RunFigures& figures : of_runs) row.cells.push_back(cellOf(p, section.reason, figures));
      rows.rows.push_back(std::move(row));
    }
    out.sections.push_back(std::move(rows));
  }
  return out;
}

json toJson(const PaperComparison& comparison) {
  const auto optional = [](const std::optional<double>& v) { return v ? json(*v) : json(nullptr); };
  json figures = json::array();
  for (const PaperSection& section : comparison.sections)
    for (const PaperRow& row : section.rows) {
      const Published& p = *row.published;
      json cells = json::array();
      for (const PaperCell& c : row.cells)
        cells.push_back(
            {{"value", optional(c.value)}, {"ratio", optional(c.ratio)}, {"note", c.note}, {"reason", c.reason}});
      figures.push_back({{"section", section.published->id},
                         {"source", section.published->source},
                         {"id", p.id},
                         {"what", p.what},
                         {"unit", p.unit},
                         {"published", optional(p.value)},
                         {"relation", p.relation},
                         {"origin", p.origin},
                         {"runs", std::move(cells)}});
    }
  return {{"schema", "gaincell-paper-comparison/1"},
          {"paper", comparison.published->paper},
          {"runs", runsToJson(comparison.runs)},
          {"figures", std::move(figures)}};
}

}  // namespace gaincell::flows::comparison
