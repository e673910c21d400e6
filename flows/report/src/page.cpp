#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <iterator>

#include "gaincell/support/units.hpp"
#include "html.hpp"
#include "plotting.hpp"

namespace gaincell::report {

namespace {

using spec::Outcome;
using spec::Verdict;

const char* badgeClass(Outcome outcome) {
  switch (outcome) {
    case Outcome::Pass:
      return "pass";
    case Outcome::Fail:
    case Outcome::Invalid:
      return "fail";
    case Outcome::Missing:
      return "warn";
    case Outcome::NotRun:
      break;
  }
  return "none";
}

/// Word and sign: the colour is not the only carrier.
std::string badge(Outcome outcome) {
  const char* sign = outcome == Outcome::Pass ? "✓" : outcome == Outcome::NotRun ? "–" : "✗";
  return fmt::format("<span class=\"badge {}\">{} {}</span>", badgeClass(outcome), sign, spec::outcomeName(outcome));
}

std::string limitText(const spec::Limit& limit) {
  const auto show = [&](double value) { return showQuantity(value, limit.unit); };
  if (limit.min && limit.max) return fmt::format("{} to {}", show(*limit.min), show(*limit.max));
  if (limit.min) return "≥ " + show(*limit.min);
  return limit.max ? "≤ " + show(*limit.max) : "";
}

class Page {
 public:
  Page(const ReportData& data, const std::map<std::string, std::string>& pictures) : data_(data), pictures_(pictures) {}

  std::string write() {
    put("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, "
        "initial-scale=1\">\n<title>{}</title>\n<style>{}</style>\n"
        "</head>\n<body>\n<a class=\"skip\" href=\"#verdict\">Skip to the verdict</a>\n<div class=\"page\">\n",
        escapeHtml(data_.title), styleSheet());
    header();
    contents();
    out_ += "<main>\n";
    what();
    trust();
    for (const Section& section : data_.sections) this->section(section);
    reproduce();
    provenance();
    out_ += "</main>\n</div>\n</body>\n</html>\n";
    return std::move(out_);
  }

 private:
  template <class... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  std::string conditions() const {
    const support::Provenance& p = data_.provenance;
    std::string text = p.pdk;
    const auto add = [&](const std::string& part) { text += (text.empty() || part.empty() ? "" : ", ") + part; };
    add(p.corner.empty() ? "" : p.corner + " corner");
    if (p.temp_c) add(fmt::format("{:g} °C", *p.temp_c));
    if (p.vdd_v) add(fmt::format("{:g} V supply", *p.vdd_v));
    return text;
  }

  void header() {
    put("<header>\n<h1>{}</h1>\n<p class=\"about\">{}. Gaincell {}, {}.</p>\n", escapeHtml(data_.title),
        escapeHtml(conditions()), escapeHtml(data_.provenance.program_version), escapeHtml(data_.provenance.date));
    std::array<int, 5> count{};
    for (const Verdict& v : data_.verdicts) ++count[static_cast<std::size_t>(v.outcome)];
    const auto of = [&](Outcome outcome) { return count[static_cast<std::size_t>(outcome)]; };
    const int judged = static_cast<int>(data_.verdicts.size()) - of(Outcome::NotRun);
    const int bad_checks = static_cast<int>(
        std::count_if(data_.checks.begin(), data_.checks.end(), [](const Check& c) { return !c.passed; }));
    const bool good = spec::met(data_.verdicts) && bad_checks == 0;
    const std::string state = judged == 0 && bad_checks == 0 ? "open" : good ? "all-met" : "not-met";
    put("<div id=\"verdict\" class=\"verdict {}\">\n<p class=\"big\">", state);
    if (judged == 0) {
      out_ += "No limit was judged in this run";
    } else {
      put("{} of {} limits met", of(Outcome::Pass), judged);
      if (of(Outcome::Fail)) put(", {} failed", of(Outcome::Fail));
      if (of(Outcome::Invalid)) put(", {} invalid", of(Outcome::Invalid));
      if (of(Outcome::Missing)) put(", {} not measured", of(Outcome::Missing));
    }
    out_ += ".</p>\n";
    if (!data_.checks.empty())
      put("<p>{} of {} checks of the numbers themselves passed.</p>\n", data_.checks.size() - bad_checks,
          data_.checks.size());
    if (of(Outcome::NotRun))
      put("<p>{} more limits belong to parts that this run did not include.</p>\n", of(Outcome::NotRun));
    out_ += "</div>\n</header>\n";
  }

  void contents() {
    out_ += "<nav aria-label=\"Contents\"><ul>\n<li><a href=\"#what\">What it is</a></li>\n";
    if (hasTrust()) out_ += "<li><a href=\"#trust\">Can it be trusted?</a></li>\n";
    for (const Section& s : data_.sections) put("<li><a href=\"#{}\">{}</a></li>\n", s.id, escapeHtml(s.title));
    out_ +=
        "<li><a href=\"#reproduce\">Reproduce</a></li>\n<li><a href=\"#provenance\">Provenance</a></li>\n</ul></nav>\n";
  }

  void what() {
    put("<section id=\"what\" aria-labelledby=\"what-h\">\n<h2 id=\"what-h\">{}</h2>\n", escapeHtml(data_.what_title));
    for (const std::string& paragraph : data_.what) put("<p>{}</p>\n", escapeHtml(paragraph));
    out_ += "</section>\n";
  }

  bool hasTrust() const { return !data_.checks.empty() || !data_.verdicts.empty(); }

  void trust() {
    if (!hasTrust()) return;
    out_ +=
        "<section id=\"trust\" aria-labelledby=\"trust-h\">\n<h2 id=\"trust-h\">Can these numbers be trusted?</h2>\n";
    if (!data_.checks.empty()) {
      out_ += "<ul class=\"checks\">\n";
      for (const Check& c : data_.checks) {
        put("<li><span class=\"badge {}\">{}</span> {}. <span class=\"note\">{}</span></li>\n",
            c.passed ? "pass" : "fail", c.passed ? "✓ holds" : "✗ fails", escapeHtml(c.label), escapeHtml(c.detail));
      }
      out_ += "</ul>\n";
    }
    verdictTable("Every limit that this run judged", false);
    const bool rest = std::any_of(data_.verdicts.begin(), data_.verdicts.end(),
                                  [](const Verdict& v) { return v.outcome == Outcome::NotRun; });
    if (rest) {
      out_ += "<details>\n<summary>Limits of parts that this run did not include</summary>\n";
      verdictTable("Limits not judged in this run", true);
      out_ += "</details>\n";
    }
    out_ += "</section>\n";
  }

  /// Tables may be wider than a phone: each scrolls by itself and can be reached by the keyboard.
  void openTable(const std::string& caption, const char* css = "") {
    put("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\">\n<table class=\"{1}\">\n"
        "<caption>{0}</caption>\n",
        escapeHtml(caption), css);
  }
  void closeTable() { out_ += "</tbody>\n</table>\n</div>\n"; }

  void verdictTable(const std::string& caption, bool not_run) {
    bool any = false;
    for (const Verdict& v : data_.verdicts) any = any || (v.outcome == Outcome::NotRun) == not_run;
    if (!any) return;
    openTable(caption, "limits");
    out_ +=
        "<thead><tr><th scope=\"col\">Result</th><th scope=\"col\">Figure</th><th scope=\"col\" "
        "class=\"n\">Measured</th>"
        "<th scope=\"col\" class=\"n\">Allowed</th><th scope=\"col\" class=\"n\">Paper</th><th "
        "scope=\"col\">Conditions</th>"
        "<th scope=\"col\">Source of the limit</th></tr></thead>\n<tbody>\n";
    for (const Verdict& v : data_.verdicts) {
      if ((v.outcome == Outcome::NotRun) != not_run) continue;
      const bool explain = v.outcome != Outcome::Pass && !v.reason.empty();
      put("<tr><td class=\"r\">{}</td><th scope=\"row\">{}{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td>"
          "<td class=\"n\">{}</td><td>{}</td><td>{}</td></tr>\n",
          badge(v.outcome), escapeHtml(v.limit.description),
          explain ? fmt::format("<br><span class=\"note\">{}</span>", escapeHtml(v.reason)) : "",
          v.value ? showQuantity(*v.value, v.limit.unit) : "–", limitText(v.limit),
          v.limit.paper ? showQuantity(*v.limit.paper, v.limit.unit) : "–", escapeHtml(v.limit.condition),
          escapeHtml(v.limit.source));
    }
    closeTable();
  }

  /// The verdict on a figure.
  const Verdict* verdictOf(const Figure& figure) const {
    for (const Verdict& v : data_.verdicts)
      if (v.limit.measure == figure.measure) return &v;
    return nullptr;
  }

  void figureTable(const Section& section) {
    if (section.figures.empty()) return;
    openTable(section.title + ": measured figures");
    out_ +=
        "<thead><tr><th scope=\"col\">Figure</th><th scope=\"col\" class=\"n\">Measured</th>"
        "<th scope=\"col\" class=\"n\">Paper</th><th scope=\"col\" class=\"n\">Allowed</th><th "
        "scope=\"col\">Result</th>"
        "<th scope=\"col\">Note</th></tr></thead>\n<tbody>\n";
    for (const Figure& f : section.figures) {
      const Verdict* v = verdictOf(f);
      const std::optional<double> paper = f.paper ? f.paper : v ? v->limit.paper : std::nullopt;
      put("<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
          "<td class=\"r\">{}</td><td>{}</td></tr>\n",
          escapeHtml(f.label), showQuantity(f.value, f.unit), paper ? showQuantity(*paper, f.unit) : "–",
          v ? limitText(v->limit) : "–", v ? badge(v->outcome) : "", escapeHtml(f.note));
    }
    closeTable();
  }

  void links(const std::vector<Link>& files, const std::string& of_what) {
    if (files.empty()) return;
    put("<ul class=\"files\" aria-label=\"Files: {}\">\n", escapeHtml(of_what));
    for (const Link& l : files) put("<li><a href=\"{}\">{}</a></li>\n", escapeHtml(l.href), escapeHtml(l.label));
    out_ += "</ul>\n";
  }

  void command(const std::string& text) {
    if (!text.empty()) put("<p>Made by <code>{}</code></p>\n", escapeHtml(text));
  }

  /// On a phone a plot keeps a size that can be read, and scrolls.
  void plot(const Plot& plot) {
    put("<figure id=\"{0}\" aria-labelledby=\"{0}-h\">\n<h3 id=\"{0}-h\">{1}</h3>\n"
        "<div class=\"wide\" role=\"group\" aria-label=\"{1}\">{2}</div>\n<figcaption>\n<p>{3}</p>\n",
        plot.id, escapeHtml(plot.title), pictures_.at(plot.id), escapeHtml(plot.caption));
    command(plot.command);
    std::vector<Link> files = {{"SVG", "plots/" + pictureName(plot)}};
    for (std::size_t i = 0; i < plot.panels.size(); ++i)
      files.push_back({plot.panels.size() == 1 ? "CSV" : fmt::format("CSV {}", i + 1), "plots/" + dataName(plot, i)});
    files.push_back({"gnuplot script", "plots/" + scriptName(plot)});
    files.insert(files.end(), plot.files.begin(), plot.files.end());
    links(files, plot.title);
    out_ += "</figcaption>\n</figure>\n";
  }

  void drawing(const Drawing& d) {
    put("<figure id=\"{0}\" aria-labelledby=\"{0}-h\">\n<h3 id=\"{0}-h\">{1}</h3>\n"
        "<div class=\"wide\" role=\"img\" tabindex=\"0\" aria-label=\"{2}\">\n{3}</div>\n<figcaption>\n<p>{4}</p>\n",
        d.id, escapeHtml(d.title), escapeHtml(d.alt), d.svg, escapeHtml(d.caption));
    command(d.command);
    links(d.files, d.title);
    out_ += "</figcaption>\n</figure>\n";
  }

  /// Figures stand at the right, below each other; "–" and nothing at all are none, but do not make a column text.
  static bool isNumeric(const TextTable& t, std::size_t column) {
    bool any = false;
    for (const auto& row : t.rows) {
      if (column >= row.size() || row[column].empty() || row[column] == "–") continue;
      const char first = row[column].front();
      if (!std::isdigit(static_cast<unsigned char>(first)) && first != '-') return false;
      any = true;
    }
    return any;
  }

  void table(const TextTable& t) {
    openTable(t.caption, "text");
    out_ += "<thead><tr>";
    std::vector<const char*> css;
    for (std::size_t i = 0; i < t.header.size(); ++i) {
      css.push_back(i > 0 && isNumeric(t, i) ? " class=\"n\"" : "");
      put("<th scope=\"col\"{}>{}</th>", css.back(), escapeHtml(t.header[i]));
    }
    out_ += "</tr></thead>\n<tbody>\n";
    for (const auto& row : t.rows) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (i == 0) {
          put("<tr><th scope=\"row\">{}</th>", escapeHtml(row[i]));
        } else {
          put("<td{}>{}</td>", i < css.size() ? css[i] : "", escapeHtml(row[i]));
        }
      }
      out_ += "</tr>\n";
    }
    closeTable();
  }

  void section(const Section& s) {
    put("<section id=\"{0}\" aria-labelledby=\"{0}-h\">\n<h2 id=\"{0}-h\">{1}</h2>\n", s.id, escapeHtml(s.title));
    for (const std::string& paragraph : s.text) put("<p>{}</p>\n", escapeHtml(paragraph));
    for (const Drawing& d : s.drawings) drawing(d);
    for (const Plot& p : s.plots) plot(p);
    figureTable(s);
    for (const TextTable& t : s.tables) table(t);
    command(s.command);
    links(s.files, s.title);
    out_ += "</section>\n";
  }

  void reproduce() {
    out_ +=
        "<section id=\"reproduce\" aria-labelledby=\"reproduce-h\">\n<h2 id=\"reproduce-h\">How to reproduce each "
        "figure</h2>\n<p>All but the first are for the folder of this page.</p>\n";
    openTable("Commands that make each part again");
    out_ += "<thead><tr><th scope=\"col\">What</th><th scope=\"col\">Command</th></tr></thead>\n<tbody>\n";
    const auto row = [&](const std::string& what, const std::string& line) {
      if (!line.empty())
        put("<tr><th scope=\"row\">{}</th><td><code>{}</code></td></tr>\n", escapeHtml(what), escapeHtml(line));
    };
    row("This page", data_.provenance.command);
    for (const auto& [what, line] : data_.reproduce) row(what, line);
    for (const Section& s : data_.sections) {
      row(s.title, s.command);
      for (const Drawing& d : s.drawings) row(d.title, d.command);
      for (const Plot& p : s.plots) row(p.title, p.command);
    }
    closeTable();
    links(data_.files, "data");
    out_ += "</section>\n";
  }

  void provenance() {
    const support::Provenance& p = data_.provenance;
    out_ += "<section id=\"provenance\" aria-labelledby=\"provenance-h\">\n<h2 id=\"provenance-h\">Provenance</h2>\n";
    openTable("Where these results come from");
    out_ += "<thead><tr><th scope=\"col\">What</th><th scope=\"col\">Value</th></tr></thead>\n<tbody>\n";
    const auto row = [&](const char* what, const std::string& value) {
      if (!value.empty()) put("<tr><th scope=\"row\">{}</th><td><code>{}</code></td></tr>\n", what, escapeHtml(value));
    };
    row("Program", "gaincell " + p.program_version);
    row("Date", p.date);
    row("Command", p.command);
    row("PDK", p.pdk);
    row("PDK content hash (SHA-256)", p.pdk_hash);
    row("Simulator", p.simulator);
    row("Conditions", conditions());
    row("Seed", p.seed ? fmt::format("{}", *p.seed) : "");
    closeTable();
    out_ += "</section>\n";
  }

  const ReportData& data_;
  const std::map<std::string, std::string>& pictures_;
  std::string out_;
};

}  // namespace

std::string escapeHtml(const std::string& text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string showQuantity(double value, const std::string& unit) {
  if (std::isnan(value)) return "not measured";
  // Prefixes do not apply to steps, squared units, percentages and temperatures.
  if (unit.starts_with("LSB")) return fmt::format("{:.4g} {}", value, unit);
  if (unit.empty()) return fmt::format("{:.4g}", value);
  if (unit == "m^2")
    return value >= 1e-8 ? fmt::format("{:.4g} mm²", value * 1e6) : fmt::format("{:.4g} µm²", value * 1e12);
  if (unit == "%" || unit == "degC") return fmt::format("{:.4g} {}", value, unit == "%" ? "%" : "°C");
  std::string text = support::formatSi(value, unit, 4);
  const std::size_t space = text.find(' ');
  // "u" is a prefix only when something follows it that is the unit itself.
  if (space != std::string::npos && text.compare(space + 1, std::string::npos, "u" + unit) == 0)
    text.replace(space + 1, 1, "µ");
  return text;
}

std::string pageHtml(const ReportData& data, const std::map<std::string, std::string>& pictures) {
  return Page(data, pictures).write();
}

}  // namespace gaincell::report
