#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "gaincell/support/error.hpp"
#include "sample.hpp"

using namespace gaincell;
namespace fs = std::filesystem;

namespace {

fs::path freshFolder(const char* name) {
  const fs::path folder = fs::path(GAINCELL_BINARY_DIR) / "tests" / "report" / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

std::size_t countOf(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

std::string errorOf(const report::ReportData& data) {
  try {
    report::writeReport(data, freshFolder("refused"));
  } catch (const support::Error& e) {
    return e.id();
  }
  return "";
}

}  // namespace

TEST_CASE("a report is one page without anything from elsewhere, with every plot inside and beside it") {
  const fs::path folder = freshFolder("page");
  const report::ReportData data = sample::data();
  const report::ReportFiles files = report::writeReport(data, folder);
  const std::string html = support::readFile(files.html);
  CHECK(html.size() == files.bytes);
  CHECK(files.bytes < 2'000'000);
  const std::size_t plots = data.sections[1].plots.size();
  CHECK(files.plots.size() == plots);
  CHECK(countOf(html, "<svg class=\"plot\"") == plots);
  for (const report::Plot& p : data.sections[1].plots) {
    CAPTURE(p.id);
    CHECK(fs::exists(folder / "plots" / (p.id + ".svg")));
    CHECK(fs::exists(folder / "plots" / (p.id + ".gp")));
    CHECK(support::readCsv(folder / "plots" / (p.id + ".csv")).rows.size() > 1);
    CHECK(html.find("<figure id=\"" + p.id + "\"") != std::string::npos);
  }
  for (const char* loads : {"<script", "<link", "src=", "url(http", "@import", "href=\"http"})
    CHECK(html.find(loads) == std::string::npos);
  // Texts stay texts.
  CHECK(html.find("<tags>") == std::string::npos);
  CHECK(html.find("&lt;tags&gt;, &quot;quotes&quot; &amp; ampersands") != std::string::npos);
  CHECK(html.find("column &lt;0&gt; &amp; 'others'") != std::string::npos);
}

TEST_CASE("the page says first what passed") {
  const fs::path folder = freshFolder("verdict");
  report::ReportData data = sample::data();
  data.sections.clear();
  const std::string html = support::readFile(report::writeReport(data, folder).html);
  CHECK(html.find("4 of 6 limits met, 1 failed, 1 not measured") != std::string::npos);
  CHECK(html.find("1 of 2 checks of the numbers themselves passed") != std::string::npos);
  CHECK(html.find("limits met") < html.find("What is this cell?"));
  CHECK(html.find("550 nA is above the maximum of 400 nA") != std::string::npos);
  data.verdicts.clear();
  data.checks.clear();
  CHECK(support::readFile(report::writeReport(data, folder, support::Overwrite::Yes).html)
            .find("No limit was judged in this run") != std::string::npos);
}

TEST_CASE("ids of all pictures are unique and references lead to them") {
  const fs::path folder = freshFolder("ids");
  const std::string html = support::readFile(report::writeReport(sample::data(), folder).html);
  std::set<std::string> ids;
  for (const char* quote : {"\"", "'"}) {
    const std::string start = std::string(" id=") + quote;
    for (std::size_t at = html.find(start); at != std::string::npos; at = html.find(start, at + 1)) {
      const std::size_t from = at + start.size();
      const std::string id = html.substr(from, html.find(quote[0], from) - from);
      CAPTURE(id);
      CHECK(ids.insert(id).second);
    }
  }
  for (const char* quote : {"\"", "'"}) {
    const std::string start = std::string("href=") + quote + "#";
    for (std::size_t at = html.find(start); at != std::string::npos; at = html.find(start, at + 1)) {
      const std::size_t from = at + start.size();
      const std::string id = html.substr(from, html.find(quote[0], from) - from);
      CAPTURE(id);
      REQUIRE(ids.contains(id));
    }
  }
}

TEST_CASE("every sector of a pie has the colour of its key") {
  const fs::path folder = freshFolder("pie");
  report::writeReport(sample::data(), folder);
  const std::string picture = support::readFile(folder / "plots" / "energy.svg");
  // Swatch and sector; the default colours of gnuplot are none of the palette.
  for (const char* color : {"rgb( 11,  98, 168)", "rgb(194,  87,  12)", "rgb( 95, 103, 114)"})
    CHECK_MESSAGE(countOf(picture, std::string("fill = '") + color) == 2, color);
}

TEST_CASE("nothing is overwritten unasked") {
  const fs::path folder = freshFolder("again");
  report::ReportData data = sample::data();
  report::writeReport(data, folder);
  CHECK_THROWS_AS(report::writeReport(data, folder), support::Error);
  data.title = "Second";
  CHECK(support::readFile(report::writeReport(data, folder, support::Overwrite::Yes).html).find("<title>Second<") !=
        std::string::npos);
}

TEST_CASE("inconsistent data is refused") {
  report::ReportData data = sample::data();
  report::Section& curves = data.sections[1];
  SUBCASE("repeated id") {
    curves.plots[1].id = "iv";
  }
  SUBCASE("id of the page itself") {
    curves.plots[1].id = "trust";
  }
  SUBCASE("id with markup") {
    curves.plots[1].id = "a\"b";
  }
  SUBCASE("no description") {
    curves.plots[0].alt.clear();
  }
  SUBCASE("link to elsewhere") {
    data.files.push_back({"x", "../secret"});
  }
  SUBCASE("absolute link") {
    data.files.push_back({"x", "/etc/passwd"});
  }
  SUBCASE("link to a site") {
    data.files.push_back({"x", "https://example.org"});
  }
  SUBCASE("ragged text table") {
    curves.tables[0].rows[0].push_back("3");
  }
  SUBCASE("ragged data") {
    curves.plots[0].panels[0].data.rows[0].pop_back();
  }
  SUBCASE("empty panel") {
    curves.plots[0].panels[0].data.rows.clear();
  }
  SUBCASE("script in a drawing") {
    data.sections[0].drawings[0].svg += "<script>";
  }
  CHECK(errorOf(data) == "RPT-0001");
}

TEST_CASE("texts cannot become gnuplot commands, and failures of gnuplot are reported") {
  report::ReportData data = sample::data();
  report::Section& curves = data.sections[1];
  curves.plots.resize(1);
  const fs::path victim = freshFolder("quotes") / "made";
  const std::string evil = "a' ; system('touch " + victim.string() + "') ; '\nsystem('touch " + victim.string() + "')";
  curves.plots[0].panels[0].x_label = evil;
  curves.plots[0].panels[0].series[0].label = evil;
  curves.plots[0].title = "two\nlines";
  report::writeReport(data, freshFolder("quoted"));
  CHECK_FALSE(fs::exists(victim));
  // Nothing to draw: gnuplot refuses.
  for (auto& row : curves.plots[0].panels[0].data.rows) std::fill(row.begin(), row.end(), NAN);
  CHECK(errorOf(data) == "RPT-0003");
}
