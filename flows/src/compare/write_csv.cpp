// CSV (RFC 4180): one line for each difference, figure, limit and margin, one column for each run.

#include <fmt/format.h>

#include "document.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows::comparison {

namespace {

std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

std::string field(const std::optional<double>& value) {
  return value ? support::formatNumber(*value) : "";
}

class Lines {
 public:
  template <class Text>
  Lines& add(const Text& text) {
    text_ += (at_start_ ? "" : ",") + field(text);
    at_start_ = false;
    return *this;
  }
  void end() {
    text_ += "\n";
    at_start_ = true;
  }
  std::string text() const { return text_; }

 private:
  std::string text_;
  bool at_start_ = true;
};

using std::string;

}  // namespace

string toCsvText(const Comparison& c) {
  Lines out;
  for (const char* name : {"part", "stage", "group", "name", "unit", "description"}) out.add(string(name));
  for (const Run& run : c.runs) out.add(run.label);
  out.end();
  const auto row = [&](const char* part, const string& stage, const string& group, const string& name,
                       const string& unit, const string& description, const auto& value) {
    out.add(string(part)).add(stage).add(group).add(name).add(unit).add(description);
    for (std::size_t i = 0; i < c.runs.size(); ++i) out.add(value(i));
    out.end();
  };
  for (const Difference& d : c.differences)
    row("difference", "", "", d.what, "", "", [&](std::size_t i) { return d.values[i]; });
  for (const FigureRow& f : c.figures)
    row("figure", f.stage, f.group, f.name, f.unit, f.description, [&](std::size_t i) { return f.values[i]; });
  for (const LimitRow& l : c.limits) {
    const auto of = [&](auto get) {
      return [&l, get](std::size_t i) { return l.runs[i] ? get(*l.runs[i]) : decltype(get(*l.runs[i])){}; };
    };
    const auto put = [&](const char* part, const string& unit, auto get) {
      row(part, "", "", l.measure, unit, l.description, of(get));
    };
    put("limit min", l.unit, [](const RunLimit& r) { return r.min; });
    put("limit max", l.unit, [](const RunLimit& r) { return r.max; });
    put("limit value", l.unit, [](const RunLimit& r) { return r.value; });
    put("limit margin", "", [](const RunLimit& r) { return marginOf(r); });
    put("limit outcome", "", [](const RunLimit& r) { return r.outcome; });
  }
  return out.text();
}

string toCsvText(const PaperComparison& c) {
  Lines out;
  for (const char* name : {"section", "source", "id", "what", "unit", "origin", "relation", "published"})
    out.add(string(name));
  for (const Run& run : c.runs) out.add(run.label).add("ratio, " + run.label).add("why, " + run.label);
  out.end();
  for (const PaperSection& s : c.sections)
    for (const PaperRow& r : s.rows) {
      const Published& p = *r.published;
      out.add(s.published->id).add(s.published->source).add(p.id).add(p.what).add(p.unit).add(p.origin);
      out.add(p.relation).add(p.value);
      for (const PaperCell& cell : r.cells)
        out.add(cell.value).add(cell.ratio).add(cell.note.empty() ? cell.reason : cell.reason + " (" + cell.note + ")");
      out.end();
    }
  return out.text();
}

}  // namespace gaincell::flows::comparison
