#include "gaincell/report/report.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

#include "gaincell/support/error.hpp"
#include "gaincell/support/parallel.hpp"
#include "html.hpp"
#include "plotting.hpp"

namespace gaincell::report {

namespace {

using support::Error;
namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 5'000'000;

[[noreturn]] void inconsistent(const std::string& what, const std::string& where) {
  throw Error("RPT-0001", what, where, "this is a fault of the program that fills the report; please report it");
}

/// Ids the page itself uses.
const std::set<std::string> kReserved = {"verdict", "what", "trust", "reproduce", "provenance"};

class Checker {
 public:
  void check(const ReportData& data) {
    if (data.title.empty()) inconsistent("the report has no title", "report");
    links(data.files, "report");
    for (const Section& s : data.sections) {
      id(s.id, "section " + s.title);
      links(s.files, s.id);
      for (const Plot& p : s.plots) plot(p);
      for (const Drawing& d : s.drawings) drawing(d);
      for (const TextTable& t : s.tables)
        for (const auto& row : t.rows)
          if (row.size() != t.header.size()) inconsistent("a row has not as many cells as the header", t.caption);
    }
  }

 private:
  void id(const std::string& name, const std::string& where) {
    const bool well_formed =
        !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
    if (!well_formed) inconsistent(fmt::format("'{}' is no valid id", name), where);
    if (kReserved.contains(name) || !seen_.insert(name).second)
      inconsistent(fmt::format("the id '{}' is taken", name), where);
  }

  /// Links stay inside the report's folder, so that the folder can be moved and sent.
  static void links(const std::vector<Link>& files, const std::string& where) {
    for (const Link& l : files) {
      const fs::path path(l.href);
      bool inside = !l.href.empty() && path.is_relative() && l.href.find(':') == std::string::npos;
      for (const fs::path& part : path) inside = inside && part != "..";
      if (!inside) inconsistent(fmt::format("the link '{}' leaves the folder of the report", l.href), where);
    }
  }

  void plot(const Plot& p) {
    id(p.id, "plot " + p.title);
    links(p.files, p.id);
    if (p.panels.empty()) inconsistent("a plot needs at least one panel", p.id);
    if (p.alt.empty()) inconsistent("a plot needs a description for those who do not see it", p.id);
    for (const Panel& panel : p.panels) {
      if (panel.series.empty() == panel.bars.empty()) inconsistent("a panel has either series or bars", p.id);
      for (const Series& s : panel.series) {
        panel.data.column(s.x);
        panel.data.column(s.y);
        if (s.style == Style::Band) panel.data.column(s.y2);
      }
      for (const auto& row : panel.data.rows)
        if (row.size() != panel.data.columns.size())
          inconsistent("a row of the data has not as many values as columns", p.id);
      if (panel.bars.empty() && panel.data.rows.empty()) inconsistent("a panel has no data", p.id);
    }
  }

  void drawing(const Drawing& d) {
    id(d.id, "drawing " + d.title);
    links(d.files, d.id);
    if (d.svg.find("<svg") == std::string::npos || d.svg.find("viewBox") == std::string::npos)
      inconsistent("a drawing must be an <svg> element with a viewBox", d.id);
    if (d.svg.find("<script") != std::string::npos) inconsistent("a drawing must not contain scripts", d.id);
    if (d.alt.empty()) inconsistent("a drawing needs a description for those who do not see it", d.id);
  }

  std::set<std::string> seen_;
};

}  // namespace

ReportFiles writeReport(const ReportData& data, const fs::path& dir, support::Overwrite overwrite) {
  Checker().check(data);
  std::vector<const Plot*> plots;
  for (const Section& s : data.sections)
    for (const Plot& p : s.plots) plots.push_back(&p);
  const fs::path folder = dir / "plots";
  if (!plots.empty()) fs::create_directories(folder);
  support::parallelFor(plots.size(), support::hardwareJobs(),
                       [&](std::size_t i) { drawPlot(*plots[i], folder, overwrite); });

  ReportFiles files;
  std::map<std::string, std::string> pictures;
  for (const Plot* plot : plots) {
    files.plots.push_back(folder / pictureName(*plot));
    pictures[plot->id] = inlineSvg(support::readFile(files.plots.back()), plot->id, plot->alt);
  }
  const std::string html = pageHtml(data, pictures);
  if (html.size() > kMostBytes)
    throw Error("RPT-0004", fmt::format("the page would have {} bytes, {} are allowed", html.size(), kMostBytes),
                dir.string(), "leave out plots or draw fewer points");
  files.html = dir / "report.html";
  files.bytes = html.size();
  support::writeFileAtomically(files.html, html, overwrite);
  return files;
}

}  // namespace gaincell::report
