// One HTML file without scripts and without anything from elsewhere, in the style of the report.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "document.hpp"
#include "gaincell/report/embed.hpp"
#include "gaincell/support/parallel.hpp"

namespace gaincell::flows::comparison {

using report::escapeHtml;

namespace {

class Page {
 public:
  explicit Page(const Document& d) : document_(d) {}

  std::string write(const std::vector<report::Plot>& plots, const std::vector<std::string>& pictures) {
    const std::string title = escapeHtml(document_.title);
    put("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, "
        "initial-scale=1\">\n<title>{}</title>\n<style>{}td.long{{min-width:24em}}</style>\n"
        "</head>\n<body>\n<a class=\"skip\" href=\"#{}\">Skip to the tables</a>\n<div class=\"page\">\n"
        "<header>\n<h1>{}</h1>\n",
        title, report::styleSheet(), document_.sections.front().id, title);
    for (const auto& line : document_.text) put("<p>{}</p>\n", escapeHtml(line));
    put("<p class=\"about\">Made by <code>{}</code></p>\n</header>\n", escapeHtml(document_.command));
    contents(!plots.empty());
    out_ += "<main>\n";
    // What was run comes first, then what one sees, then every number.
    for (std::size_t i = 0; i < document_.sections.size(); ++i) {
      section(document_.sections[i]);
      if (i == after() && !plots.empty()) drawings(plots, pictures);
    }
    out_ += "</main>\n</div>\n</body>\n</html>\n";
    return std::move(out_);
  }

 private:
  template <class... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  /// The section behind which the plots come: that of the runs.
  std::size_t after() const {
    for (std::size_t i = 0; i < document_.sections.size(); ++i)
      if (document_.sections[i].id == "runs") return i;
    return 0;
  }

  void contents(bool plots) {
    out_ += "<nav aria-label=\"Contents\"><ul>\n";
    for (std::size_t i = 0; i < document_.sections.size(); ++i) {
      put("<li><a href=\"#{}\">{}</a></li>\n", document_.sections[i].id, escapeHtml(document_.sections[i].title));
      if (i == after() && plots) out_ += "<li><a href=\"#plots\">Key plots</a></li>\n";
    }
    out_ += "</ul></nav>\n";
  }

  void open(const std::string& id, const std::string& title) {
    put("<section id=\"{0}\" aria-labelledby=\"{0}-h\">\n<h2 id=\"{0}-h\">{1}</h2>\n", id, escapeHtml(title));
  }

  void section(const DocumentSection& s) {
    open(s.id, s.title);
    for (const auto& line : s.text) put("<p>{}</p>\n", escapeHtml(line));
    for (const auto& t : s.tables) table(t);
    out_ += "</section>\n";
  }

  void drawings(const std::vector<report::Plot>& plots, const std::vector<std::string>& pictures) {
    open("plots", "Key plots");
    for (std::size_t i = 0; i < plots.size(); ++i)
      put("<figure id=\"{0}\" aria-labelledby=\"{0}-h\">\n<h3 id=\"{0}-h\">{1}</h3>\n"
          "<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"{1}\">{2}</div>\n"
          "<figcaption><p>{3}</p></figcaption>\n</figure>\n",
          plots[i].id, escapeHtml(plots[i].title), pictures[i], escapeHtml(plots[i].caption));
    out_ += "</section>\n";
  }

  /// Tables may be wider than the page: each scrolls by itself and can be reached by the keyboard.
  void table(const report::TextTable& t) {
    put("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\">\n<table class=\"text\">\n"
        "<caption>{0}</caption>\n<thead><tr>",
        escapeHtml(t.caption));
    std::vector<const char*> css;
    for (std::size_t i = 0; i < t.header.size(); ++i) {
      const auto is_long = [&](const auto& row) { return row[i].size() > 60; };
      const bool wide = std::any_of(t.rows.begin(), t.rows.end(), is_long);
      css.push_back(i > 0 && isNumeric(t, i) ? " class=\"n\"" : i > 0 && wide ? " class=\"long\"" : "");
      put("<th scope=\"col\"{}>{}</th>", css.back(), escapeHtml(t.header[i]));
    }
    out_ += "</tr></thead>\n<tbody>\n";
    for (const auto& row : t.rows) {
      put("<tr><th scope=\"row\">{}</th>", escapeHtml(row[0]));
      for (std::size_t i = 1; i < row.size(); ++i) put("<td{}>{}</td>", css[i], escapeHtml(row[i]));
      out_ += "</tr>\n";
    }
    out_ += "</tbody>\n</table>\n</div>\n";
  }

  const Document& document_;
  std::string out_;
};

}  // namespace

std::string toHtml(const Document& document, const std::vector<report::Plot>& plots) {
  std::vector<std::string> pictures(plots.size());
  support::parallelFor(plots.size(), support::hardwareJobs(),
                       [&](std::size_t i) { pictures[i] = report::drawInline(plots[i]); });
  return Page(document).write(plots, pictures);
}

}  // namespace gaincell::flows::comparison
