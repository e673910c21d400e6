#include "document.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "quantity.hpp"

namespace gaincell::flows::comparison {

namespace {

using Row = std::vector<std::string>;

Row withLabels(Row row, const std::vector<Run>& runs) {
  for (const Run& run : runs) row.push_back(run.label);
  return row;
}

/// What a run is, in the words of its summary.
report::TextTable runTable(const std::vector<Run>& runs) {
  report::TextTable t{"The runs", {"run", "design", "process", "conditions", "size", "program", "date", "limits"}, {}};
  for (const Run& r : runs) {
    const support::Provenance& p = r.provenance;
    const auto missed = std::count_if(r.limits.begin(), r.limits.end(),
                                      [](const RunLimit& l) { return l.outcome != "pass" && l.outcome != "not run"; });
    t.rows.push_back({r.label, r.design(), p.pdk.empty() ? "unknown" : p.pdk,
                      fmt::format("{}, {}, {}", p.corner.empty() ? "unknown corner" : p.corner,
                                  p.temp_c ? fmt::format("{:g} C", *p.temp_c) : "unknown temperature",
                                  p.vdd_v ? fmt::format("{:g} V", *p.vdd_v) : "unknown supply"),
                      r.size, p.program_version.empty() ? "unknown" : p.program_version,
                      p.date.empty() ? "unknown" : p.date.substr(0, 10),
                      r.met        ? "met"
                      : missed > 0 ? fmt::format("{} missed", missed)
                                   : "not judged"});
  }
  return t;
}

void addDifferences(const Comparison& c, bool leaves, DocumentSection& section) {
  report::TextTable t{leaves ? "Values of the design" : "Conditions and origin", withLabels({"what"}, c.runs), {}};
  for (const Difference& d : c.differences) {
    if (d.leaf != leaves) continue;
    Row row{d.what};
    for (const auto& value : d.values) row.push_back(d.leaf ? leafText(d.what, value) : value);
    t.rows.push_back(std::move(row));
  }
  if (!t.rows.empty()) section.tables.push_back(std::move(t));
}

DocumentSection differenceSection(const Comparison& c) {
  DocumentSection section{"differences", "What differs between the runs", c.notes, {}};
  addDifferences(c, false, section);
  addDifferences(c, true, section);
  const bool all_known = std::all_of(c.runs.begin(), c.runs.end(), [](const Run& r) { return r.identity.has_value(); });
  if (c.differences.empty())
    section.text.push_back(all_known ? "Nothing: the same design, process, conditions, size, seed and program."
                                     : "Nothing that the summaries state.");
  return section;
}

std::string verdictText(const std::optional<RunLimit>& limit) {
  if (!limit) return "-";
  if (!limit->value) return limit->outcome;
  const auto margin = marginOf(*limit);
  return limit->outcome == "pass" && margin ? shareText(margin)
         : margin                           ? fmt::format("{}, {}", limit->outcome, shareText(margin))
                                            : limit->outcome;
}

/// One column when all runs have the same limit.
std::string limitsText(const LimitRow& row, const std::vector<Run>& runs) {
  std::vector<std::string> texts, labelled;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!row.runs[i]) continue;
    texts.push_back(limitText(*row.runs[i]));
    labelled.push_back(runs[i].label + ": " + texts.back());
  }
  const bool same = std::all_of(texts.begin(), texts.end(), [&](const std::string& t) { return t == texts.front(); });
  return same ? texts.front() : fmt::format("{}", fmt::join(labelled, "; "));
}

DocumentSection limitSection(const Comparison& c) {
  DocumentSection section{"limits",
                          "Limits and margins",
                          {"Each run is judged by the limits of its own design. The margin is what is left of the "
                           "limit, as a share of it: 0 % is "
                           "on the limit, less is beyond; of a range 100 % is its middle."},
                          {}};
  Row header{"measure", "limit"};
  for (const Run& run : c.runs) header.insert(header.end(), {run.label, "margin, " + run.label});
  report::TextTable t{"Limits", header, {}};
  const auto ran = [](const std::optional<RunLimit>& l) { return l && l->outcome != "not run"; };
  std::size_t left_out = 0;
  for (const LimitRow& row : c.limits) {
    if (std::none_of(row.runs.begin(), row.runs.end(), ran)) {
      ++left_out;
      continue;
    }
    Row cells{row.measure, limitsText(row, c.runs)};
    for (const auto& limit : row.runs)
      cells.insert(cells.end(), {limit ? quantityText(limit->value, row.unit) : "-", verdictText(limit)});
    t.rows.push_back(std::move(cells));
  }
  if (left_out)
    section.text.push_back(fmt::format("{} more limits belong to parts that none of these runs included.", left_out));
  if (!t.rows.empty()) section.tables = {std::move(t)};
  return section;
}

DocumentSection figureSection(const Comparison& c) {
  DocumentSection section{"figures",
                          "Figures",
                          {"Changes are relative to " + c.runs.front().label + ". \"-\": the run has no such figure."},
                          {}};
  Row header{"figure", c.runs.front().label};
  for (std::size_t i = 1; i < c.runs.size(); ++i) header.insert(header.end(), {c.runs[i].label, "change"});
  header.push_back("what");
  for (const FigureRow& f : c.figures) {
    if (section.tables.empty() || section.tables.back().caption != f.stage)
      section.tables.push_back({f.stage, header, {}});
    Row row{f.group + "/" + f.name, quantityText(f.values.front(), f.unit)};
    for (std::size_t i = 1; i < f.values.size(); ++i)
      row.insert(row.end(), {quantityText(f.values[i], f.unit), changeText(f.changes[i])});
    row.push_back(f.description);
    section.tables.back().rows.push_back(std::move(row));
  }
  if (section.tables.empty()) section.text.push_back("No figure changes by more than what was asked for.");
  return section;
}

std::string publishedText(const Published& p) {
  if (!p.value) return p.origin;
  return p.relation + (p.relation.empty() ? "" : " ") + quantityText(p.value, p.unit);
}

/// Texts that all runs share, said once; else each with its run.
std::string sharedText(const std::vector<std::string>& texts, const std::vector<Run>& runs) {
  if (std::all_of(texts.begin(), texts.end(), [&](const std::string& t) { return t == texts.front(); }))
    return texts.front();
  std::string out;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].empty()) continue;
    if (!out.empty()) out += out.back() == '.' ? " " : "; ";
    out += runs[i].label + ": " + texts[i];
  }
  return out;
}

std::string reasonText(const PaperRow& row, const std::vector<Run>& runs) {
  std::vector<std::string> reasons, notes;
  for (const PaperCell& cell : row.cells) {
    reasons.push_back(cell.reason);
    notes.push_back(cell.note);
  }
  const std::string note = sharedText(notes, runs);
  return sharedText(reasons, runs) + (note.empty() ? "" : " (" + note + ")");
}

report::TextTable paperTable(const PaperSection& section, const std::vector<Run>& runs) {
  Row header{"figure", "paper", "from"};
  for (const Run& run : runs) header.insert(header.end(), {run.label, "ratio"});
  header.push_back("why");
  report::TextTable t{section.published->title, header, {}};
  for (const PaperRow& row : section.rows) {
    const Published& p = *row.published;
    Row cells{p.what, publishedText(p), p.value ? p.origin : "-"};
    for (const PaperCell& cell : row.cells)
      cells.insert(cells.end(),
                   {quantityText(cell.value, p.unit), cell.ratio ? fmt::format("{:.3g}", *cell.ratio) : "-"});
    cells.push_back(reasonText(row, runs));
    t.rows.push_back(std::move(cells));
  }
  return t;
}

/// A reason that stands at every figure of a section is said once, above its table.
bool oneReason(const PaperSection& section) {
  if (section.published->reason.empty()) return false;
  for (const PaperRow& row : section.rows)
    for (const PaperCell& cell : row.cells)
      if (!cell.note.empty() || cell.reason != section.rows.front().cells.front().reason) return false;
  return true;
}

void dropLastColumn(report::TextTable& table) {
  table.header.pop_back();
  for (auto& row : table.rows) row.pop_back();
}

}  // namespace

bool isNumeric(const report::TextTable& t, std::size_t column) {
  bool any = false;
  for (const auto& row : t.rows) {
    const std::string& cell = row[column];
    if (cell.empty() || cell == "-" || cell == "same") continue;
    const char* begin = cell.c_str() + (cell.rfind("x ", 0) == 0 ? 2 : 0);
    char* end = nullptr;
    std::strtod(begin, &end);
    // Dates and versions begin with a number, but go on.
    if (end == begin || (*end != '\0' && *end != ' ')) return false;
    any = true;
  }
  return any;
}

Document documentOf(const Comparison& c, const std::string& command) {
  std::vector<std::string> labels;
  for (const Run& run : c.runs) labels.push_back(run.label);
  Document d{fmt::format("{} side by side", fmt::join(labels, ", ")), command, {}, {}};
  d.sections.push_back({"runs", "Runs", {}, {runTable(c.runs)}});
  d.sections.insert(d.sections.begin(), differenceSection(c));
  d.sections.push_back(limitSection(c));
  d.sections.push_back(figureSection(c));
  return d;
}

Document documentOf(const PaperComparison& c, const std::string& command) {
  Document d{"The paper's figures beside this project's", command, {}, {}};
  std::size_t figures = 0, with_value = 0;
  for (const PaperSection& s : c.sections)
    for (const PaperRow& row : s.rows) {
      ++figures;
      with_value +=
          std::any_of(row.cells.begin(), row.cells.end(), [](const PaperCell& cell) { return cell.value.has_value(); });
    }
  d.text = {
      "Published: " + c.published->paper + ".",
      fmt::format("Where a published figure comes from: {} Ratios are run over paper. \"-\": not there. Of {} figures, "
                  "{} have a counterpart in {}.",
                  c.published->origins, figures, with_value, c.runs.size() == 1 ? "the run" : "the runs")};
  d.sections.push_back({"runs", "Runs", {}, {runTable(c.runs)}});
  for (const PaperSection& s : c.sections) {
    DocumentSection section{s.published->id, s.published->title, {}, {}};
    std::string source = s.published->source;
    source.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(source.front())));
    section.text.push_back(source + ".");
    section.tables.push_back(paperTable(s, c.runs));
    if (oneReason(s)) {
      section.text.push_back(s.rows.front().cells.front().reason);
      dropLastColumn(section.tables.back());
    }
    d.sections.push_back(std::move(section));
  }
  return d;
}

}  // namespace gaincell::flows::comparison
