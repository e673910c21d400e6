#include <doctest/doctest.h>

#include <fmt/format.h>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "sample.hpp"

using namespace gaincell;
namespace fs = std::filesystem;

namespace {

/// The name of the browser's program, or empty.
std::string browser() {
  for (const char* name : {"chromium", "chromium-browser", "google-chrome"})
    if (std::system(fmt::format("command -v {} >/dev/null 2>&1", name).c_str()) == 0) return name;
  return "";
}

/// Opens the page at two widths in frames of one window and returns what probe.js found.
nlohmann::json look(const std::string& program, const fs::path& folder, const std::string& flags) {
  const auto write = [&](const char* name, const std::string& text) {
    support::writeFileAtomically(folder / name, text, support::Overwrite::Yes);
  };
  std::string page = support::readFile(folder / "report.html");
  const std::size_t end = page.find("</head>");
  REQUIRE(end != std::string::npos);
  page.insert(end,
              "<script>" + support::readFile(fs::path(GAINCELL_SOURCE_DIR) / "tests/report/probe.js") + "</script>");
  write("probed.html", page);
  write(
      "frames.html",
      "<!doctype html><title>frames</title><pre id=\"found\"></pre><script>const all=[];onmessage=e=>{all.push("
      "JSON.parse(e.data));document.getElementById('found').textContent='FOUND:'+JSON.stringify(all)+':FOUND'}</script>"
      "<iframe src=\"probed.html\" width=\"1280\" height=\"900\"></iframe>"
      "<iframe src=\"probed.html\" width=\"420\" height=\"900\"></iframe>");
  const std::string command = fmt::format(
      "cd '{0}' && timeout 120 {1} --headless=new --no-sandbox --disable-gpu --user-data-dir='{0}/profile' {2} "
      "--enable-logging=stderr --window-size=1900,1000 --virtual-time-budget=20000 --dump-dom frames.html >dom.html "
      "2>log.txt",
      folder.string(), program, flags);
  REQUIRE(std::system(command.c_str()) == 0);
  const std::string dom = support::readFile(folder / "dom.html");
  const std::size_t from = dom.find("FOUND:"), to = dom.find(":FOUND");
  REQUIRE(from != std::string::npos);
  REQUIRE(to != std::string::npos);
  std::string json = dom.substr(from + 6, to - from - 6);
  // The DOM is printed as HTML.
  for (const auto& [entity, plain] : {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}})
    for (std::size_t at = json.find(entity); at != std::string::npos; at = json.find(entity, at + 1))
      json.replace(at, std::string(entity).size(), plain);
  CHECK(support::readFile(folder / "log.txt").find(":CONSOLE") == std::string::npos);
  return nlohmann::json::parse(json);
}

void checkLooks(const nlohmann::json& seen, std::size_t plots) {
  CAPTURE(seen.dump());
  CHECK(seen["errors"].empty());
  CHECK(seen["plots"] == plots);
  CHECK(seen["svgs"] == plots + 1);
  CHECK(seen["overlaps"].empty());
  CHECK(seen["outside"].empty());
  CHECK(seen["empty"].empty());
  CHECK(seen["faint"].empty());
  CHECK(seen["page_overflow"].get<int>() <= 0);
  CHECK(seen["unnamed"] == 0);
  CHECK(seen["uncaptioned"] == 0);
  CHECK(seen["repeated_ids"] == 0);
  // One h1, and no level skipped on the way down.
  int last = 0, tops = 0;
  for (const int level : seen["headings"]) {
    CHECK(level <= last + 1);
    tops += level == 1;
    last = level;
  }
  CHECK(tops == 1);
}

}  // namespace

TEST_CASE("the report in a browser: pictures, no errors, no overlapping text, light and dark") {
  const std::string program = browser();
  if (program.empty()) {
    MESSAGE("skipped: no chromium is installed (Debian package chromium)");
    return;
  }
  const fs::path folder = fs::path(GAINCELL_BINARY_DIR) / "tests" / "report" / "browser";
  fs::remove_all(folder);
  fs::create_directories(folder);
  const report::ReportData data = sample::data();
  report::writeReport(data, folder);
  const std::size_t plots = data.sections[1].plots.size();
  const nlohmann::json light = look(program, folder, "--blink-settings=preferredColorScheme=1");
  REQUIRE(light.size() == 2);
  for (const nlohmann::json& seen : light) checkLooks(seen, plots);
  CHECK(std::min(light[0]["width"].get<int>(), light[1]["width"].get<int>()) == 420);
  CHECK(light[0]["background"] == "rgb(255, 255, 255)");

  const nlohmann::json dark = look(program, folder, "--blink-settings=preferredColorScheme=0");
  REQUIRE(dark.size() == 2);
  for (const nlohmann::json& seen : dark) checkLooks(seen, plots);
  CHECK(dark[0]["background"] == "rgb(20, 23, 27)");
  CHECK(dark[0]["foreground"] == "rgb(230, 232, 235)");
}
