// Runs side by side and beside the paper: figures aligned, margins, reasons, files. The runs are small folders made
// here.

#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "../../flows/src/compare/comparison.hpp"
#include "../../flows/src/compare/document.hpp"
#include "../../flows/src/compare/paper.hpp"
#include "../../flows/src/compare/plots.hpp"
#include "../../flows/src/compare/quantity.hpp"
#include "compare_runs.hpp"
#include "gaincell/support/error.hpp"
#include "run_program.hpp"

namespace cmp = gaincell::flows::comparison;
using gaincell::support::Error;
using namespace compare_runs;

namespace {

/// The id of the error that `call` throws; "" when it throws none.
template <class Call>
std::string idOf(const Call& call, std::string* message = nullptr) {
  try {
    call();
  } catch (const Error& e) {
    if (message) *message = e.what();
    return e.id();
  }
  return "";
}

const cmp::Difference* difference(const cmp::Comparison& c, const std::string& what) {
  for (const auto& d : c.differences)
    if (d.what == what) return &d;
  return nullptr;
}

const cmp::PaperRow* paperRow(const cmp::PaperComparison& c, const std::string& id) {
  for (const auto& s : c.sections)
    for (const auto& row : s.rows)
      if (row.published->id == id) return &row;
  return nullptr;
}

/// Values of a line of CSV without quotes in it.
std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> out;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, ',');) out.push_back(field);
  return out;
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++n;
  return n;
}

}  // namespace

TEST_CASE("figures are aligned by stage, group, name and unit; what only one run has stands alone") {
  Folder folder("align");
  json other = summary();
  other["figures"]["characterize"]["gain-cell_iv"]["i_level_0"]["value"] = 5e-6;
  other["figures"]["characterize"]["gain-cell_iv"].erase("i_zero");
  other["figures"]["chain"]["tile_chain"]["token_time"] = figure(6e-8, "s");
  other["figures"]["converters"]["relu-converter_transfer"]["max_error_lsb"] = figure(1e-10, "s");
  const auto c =
      cmp::compareRuns({cmp::readRun(makeRun(folder, "a", summary())), cmp::readRun(makeRun(folder, "b", other))});
  std::map<std::string, cmp::FigureRow> rows;
  for (const auto& f : c.figures) rows[f.name + " " + f.unit] = f;
  CHECK(rows.size() == 6);
  CHECK(*rows["i_level_0 A"].values[0] == 4e-6);
  CHECK(*rows["i_level_0 A"].changes[1] == doctest::Approx(0.25));
  CHECK(*rows["i_zero A"].values[0] == 0);
  CHECK_FALSE(rows["i_zero A"].values[1]);
  CHECK_FALSE(rows["token_time s"].values[0]);
  CHECK(*rows["token_time s"].values[1] == 6e-8);
  CHECK_FALSE(rows["token_time s"].changes[1]);
  CHECK_FALSE(rows["max_error_lsb LSB"].values[1]);
  CHECK(*rows["max_error_lsb s"].values[1] == 1e-10);
  const std::string text = cmp::toText(cmp::documentOf(c, "gaincell compare a b"));
  CHECK(text.find("4 uA") != std::string::npos);
  CHECK(text.find("+25 %") != std::string::npos);
  CHECK(text.find("What differs") < text.find("Figures"));
}

TEST_CASE("margins: share of the limit that is left") {
  const auto limit = [](std::optional<double> min, std::optional<double> max, double v) {
    return cmp::marginOf({"m", "", "", "", min, {}, max, v, "pass", ""});
  };
  CHECK(*limit({}, 5e-9, 4e-9) == doctest::Approx(0.2));
  CHECK(*limit({}, 5e-9, 6e-9) == doctest::Approx(-0.2));
  CHECK(*limit(300.0, {}, 450) == doctest::Approx(0.5));
  CHECK(*limit(300.0, {}, 150) == doctest::Approx(-0.5));
  CHECK(*limit(9.0, 11.0, 10) == doctest::Approx(1));
  CHECK(*limit(9.0, 11.0, 10.75) == doctest::Approx(0.25));
  CHECK(*limit(9.0, 11.0, 9.25) == doctest::Approx(0.25));
  CHECK(*limit(9.0, 11.0, 12) == doctest::Approx(-1));
  CHECK(*limit(-11.0, -9.0, -9) == doctest::Approx(0).scale(1));
  CHECK_FALSE(limit({}, 0.0, 0));
  CHECK_FALSE(cmp::marginOf({"m", "", "", "", 1, {}, {}, {}, "missing", ""}));
}

TEST_CASE("what differs: conditions, leaves by path, and what is unknown is said") {
  Folder folder("differs");
  json other = summary(), old = summary();
  other["identity"]["values"] = {
      {"cell.pair_n.w", "1.5e-07"}, {"relu.lsb_charge", "2e-14"}, {"write.reference.r", "50"}};
  other["identity"]["design_hash"] = "h2";
  other["provenance"]["corner"] = "ss";
  other["provenance"]["temp_c"] = 85.0;
  other["size"] = "full";
  old.erase("identity");
  old["provenance"].erase("design");
  old["provenance"].erase("design_hash");
  const auto c =
      cmp::compareRuns(cmp::readRuns({makeRun(folder, "a", summary()).string(), makeRun(folder, "b", other).string(),
                                      makeRun(folder, "old", old).string()}));
  using Values = std::vector<std::string>;
  REQUIRE(difference(c, "cell.pair_n.w"));
  CHECK(difference(c, "cell.pair_n.w")->values == Values{"1e-07", "1.5e-07", "unknown"});
  CHECK(difference(c, "cell.pair_n.w")->leaf);
  REQUIRE(difference(c, "write.reference.r"));
  CHECK(difference(c, "write.reference.r")->values == Values{"-", "50", "unknown"});
  CHECK_FALSE(difference(c, "relu.lsb_charge"));
  CHECK_FALSE(difference(c, "supply"));
  REQUIRE(difference(c, "corner"));
  CHECK(difference(c, "corner")->values == Values{"tt", "ss", "tt"});
  CHECK(difference(c, "temperature")->values == Values{"27 C", "85 C", "27 C"});
  CHECK(difference(c, "design")->values == Values{"lean", "lean", "unknown"});
  // The first run is the one that states nothing: the others are still compared.
  const auto turned = cmp::compareRuns({c.runs[2], c.runs[0], c.runs[1]});
  REQUIRE(difference(turned, "cell.pair_n.w"));
  CHECK(difference(turned, "cell.pair_n.w")->values == Values{"unknown", "1e-07", "1.5e-07"});
  const std::string text = cmp::toText(cmp::documentOf(c, "c"));
  CHECK(text.find("old does not state the values of its design") != std::string::npos);
  CHECK(text.find("Quick and full runs side by side") != std::string::npos);
  CHECK(text.find("150 nm") != std::string::npos);
}

TEST_CASE("a copy of a run is told, and runs that do not differ say so") {
  Folder folder("copy");
  const auto runs = cmp::readRuns({makeRun(folder, "a", summary()).string(), makeRun(folder, "b", summary()).string()});
  const auto c = cmp::compareRuns(runs);
  CHECK(c.differences.empty());
  const std::string text = cmp::toText(cmp::documentOf(c, "c"));
  CHECK(text.find("one is a copy of the other") != std::string::npos);
  CHECK(text.find("Nothing: the same design") != std::string::npos);
}

TEST_CASE("folders that hold no finished run are refused by file and remedy") {
  Folder folder("refused");
  std::string message;
  CHECK(idOf([&] { cmp::readRun(folder.path / "nowhere"); }, &message) == "CMP-0001");
  CHECK(message.find("nowhere") != std::string::npos);
  fs::create_directories(folder.path / "empty");
  CHECK(idOf([&] { cmp::readRun(folder.path / "empty"); }, &message) == "CMP-0002");
  CHECK(message.find("empty/summary.json is missing") != std::string::npos);
  CHECK(message.find("gaincell flow --quick --out") != std::string::npos);

  // A flow that runs anew still has the summary of the run before.
  const fs::path stale = makeRun(folder, "stale", summary());
  CHECK(idOf([&] { cmp::readRun(stale); }) == "");
  write(stale / "stages" / "fit.json", "{}");
  CHECK(idOf([&] { cmp::readRun(stale); }, &message) == "CMP-0002");
  CHECK(message.find("stages/report.json is missing") != std::string::npos);
  CHECK(message.find("--resume") != std::string::npos);
  write(stale / "stages" / "report.json", "{}");
  CHECK(idOf([&] { cmp::readRun(stale); }) == "");
  CHECK(cmp::readRun(stale / "summary.json").figures.size() == 4);

  json bad = summary();
  bad["schema"] = "gaincell-model/1";
  CHECK(idOf([&] { cmp::readRun(makeRun(folder, "schema", bad)); }, &message) == "CMP-0003");
  CHECK(message.find("gaincell-model/1") != std::string::npos);
  bad = summary();
  bad["figures"]["characterize"] = 5;
  CHECK(idOf([&] { cmp::readRun(makeRun(folder, "shape", bad)); }) == "CMP-0003");
  bad = summary();
  bad["verdict"].erase("measures");
  CHECK(idOf([&] { cmp::readRun(makeRun(folder, "verdict", bad)); }) == "CMP-0003");
  write(folder.path / "list" / "summary.json", "[1]");
  CHECK(idOf([&] { cmp::readRun(folder.path / "list"); }) == "CMP-0003");

  const std::string a = makeRun(folder, "a", summary()).string();
  CHECK(idOf([&] { cmp::readRuns({a, a + "/../a/"}); }) == "CMP-0004");
}

TEST_CASE("labels tell runs apart that have the same name") {
  Folder folder("labels");
  json second = summary();
  second["size"] = "full";
  const auto runs =
      cmp::readRuns({makeRun(folder, "x/run", summary()).string(), makeRun(folder, "y/run", second).string(),
                     makeRun(folder, "z/other", summary()).string()});
  CHECK(runs[0].label != runs[1].label);
  CHECK(runs[0].label.find("x/run") != std::string::npos);
  CHECK(runs[2].label == "other");
}

TEST_CASE("a threshold keeps what changes by more, and what a run lacks") {
  Folder folder("above");
  json other = summary();
  other["figures"]["characterize"]["gain-cell_iv"]["i_level_0"]["value"] = 4.1e-6;    // + 2.5 %
  other["figures"]["converters"]["relu-converter_transfer"]["slope"]["value"] = 4e4;  // - 20 %
  other["figures"]["characterize"]["gain-cell_iv"].erase("i_zero");
  auto c = cmp::compareRuns({cmp::readRun(makeRun(folder, "a", summary())), cmp::readRun(makeRun(folder, "b", other))});
  cmp::keepChanges(c, 0.1);
  std::set<std::string> names;
  for (const auto& f : c.figures) names.insert(f.name);
  CHECK(names == std::set<std::string>{"slope", "i_zero"});
}

TEST_CASE("CSV and JSON give exact numbers") {
  Folder folder("csv");
  json other = summary();
  other["figures"]["characterize"]["gain-cell_iv"]["i_level_0"]["value"] = 1.0 / 3;
  const auto c = cmp::compareRuns(
      cmp::readRuns({makeRun(folder, "a", summary()).string(), makeRun(folder, "b,\"c", other).string()}));
  std::istringstream csv(cmp::toCsvText(c));
  std::string line;
  std::getline(csv, line);
  CHECK(line == "part,stage,group,name,unit,description,a,\"b,\"\"c\"");
  std::map<std::string, std::vector<std::string>> rows;
  while (std::getline(csv, line)) {
    const auto fields = split(line);
    REQUIRE(fields.size() >= 7);
    rows[fields[0] + " " + fields[3]] = fields;
  }
  CHECK(std::stod(rows["figure i_level_0"][7]) == 1.0 / 3);
  CHECK(std::stod(rows["limit margin cell.write.settle_max"][6]) == doctest::Approx(-0.2));
  CHECK(rows["limit outcome cell.write.settle_max"][6] == "fail");
  const json j = cmp::toJson(c);
  CHECK(j["schema"] == "gaincell-comparison/1");
  CHECK(j["runs"][0]["identity"]["values"]["array.rows"] == "64");
  bool found = false;
  for (const auto& f : j["figures"])
    if (f["name"] == "i_level_0") found = f["values"][1].get<double>() == 1.0 / 3;
  CHECK(found);
}

TEST_CASE("beside the paper: value, ratio and reason") {
  Folder folder("paper");
  const fs::path dir = makeRun(folder, "a", summary());
  write(dir / "floorplan.json",
        R"({"comparison": [{"name": "head", "area_um2": 1e6}, {"name": "gain cell", "area_um2": 2.5}]})");
  write(dir / "model.json", R"({"cell": {"coefficients_uA": [0.1, -20, 0, -92.10967556]}})");
  const auto c = cmp::comparePaper({cmp::readRun(dir)});
  // 10 uA are published; the verdict of this run has 4.5 uA.
  const auto* low = paperRow(c, "cell.i_low");
  REQUIRE(low);
  CHECK(*low->cells[0].value == 4.5e-6);
  CHECK(*low->cells[0].ratio == doctest::Approx(0.45));
  CHECK(low->cells[0].reason.find("20 fC") != std::string::npos);  // the leaf of this run's design
  // 15 ns over 5e4 s/C are 0.3 pC; 80 uA times 15 ns are 1.2 pC.
  CHECK(*paperRow(c, "relu.full_scale")->cells[0].value == doctest::Approx(0.3e-12));
  CHECK(*paperRow(c, "relu.full_scale")->cells[0].ratio == doctest::Approx(0.25));
  // The authors count current out of the bit line: the sign turns.
  CHECK(*paperRow(c, "cell.c3")->cells[0].ratio == doctest::Approx(2));
  CHECK(*paperRow(c, "area.cell")->cells[0].value == doctest::Approx(2.5e-12));
  CHECK(*paperRow(c, "area.cell")->cells[0].ratio == doctest::Approx(2.5));
  CHECK(*paperRow(c, "signals.supply")->cells[0].ratio == 1);
  CHECK(paperRow(c, "signals.supply")->cells[0].reason == "equal");
  // Not in this run, and not in any run.
  CHECK_FALSE(paperRow(c, "energy.total")->cells[0].value);
  CHECK(paperRow(c, "energy.total")->cells[0].reason.find("did not measure") != std::string::npos);
  CHECK_FALSE(paperRow(c, "table1.public.piqa_accuracy")->cells[0].value);
  CHECK(*paperRow(c, "table1.public.piqa_accuracy")->published->value == 62.89);
  // Measured, but in another unit than the published one: no number to put there.
  json old = summary();
  old["verdict"]["measures"].push_back(verdict("relu.transfer.error_max", "s", nullptr, 1.5e-10, 1e-10));
  CHECK(*paperRow(cmp::comparePaper({cmp::readRun(makeRun(folder, "old", old))}), "relu.error")->cells[0].value == 0.1);
}

TEST_CASE("an unknown design is said to be unknown, not left blank") {
  Folder folder("unknown");
  json old = summary();
  old.erase("identity");
  old["provenance"].erase("design");
  const auto c = cmp::comparePaper(cmp::readRuns({makeRun(folder, "a", old).string()}));
  CHECK(paperRow(c, "cell.i_low")->cells[0].reason.find("an unknown value per LSB") != std::string::npos);
  CHECK(cmp::toMarkdown(cmp::documentOf(c, "c")).find("| a | unknown | gc28 |") != std::string::npos);
}

TEST_CASE("published figures: all that the paper prints, each once, each with a reason for every run") {
  // Counted by hand: table 1 has five models and eight columns.
  std::map<std::string, std::size_t> sizes;
  for (const auto& s : cmp::publishedFigures().sections) sizes[s.id] = s.figures.size();
  CHECK(sizes.at("tasks") == 40);
  for (const char* id :
       {"current", "decay", "relu", "signed", "floorplan", "training", "accuracy", "latency", "energy"})
    CHECK(sizes.count(id) == 1);
  Folder folder("all");
  const auto c = cmp::comparePaper({cmp::readRun(makeRun(folder, "a", summary()))});
  for (const auto& s : c.sections)
    for (const auto& row : s.rows) {
      INFO(row.published->id);
      CHECK_FALSE(row.cells[0].reason.empty());
      CHECK(row.cells[0].reason.find('{') == std::string::npos);
    }
  // Parts of the published energy, from ../shared/hardware.md: 1120 + 700 pJ, 4 nJ, 330 pJ against 6.1 nJ.
  double sum = 0;
  for (const char* id : {"energy.array1", "energy.array2", "energy.digital", "energy.dac"})
    sum += *paperRow(c, id)->published->value;
  CHECK(sum == doctest::Approx(6.15e-9));
  CHECK(*paperRow(c, "energy.tile1")->published->value * 16 ==
        doctest::Approx(*paperRow(c, "energy.array1")->published->value));
}

TEST_CASE("slips in the published figures are errors") {
  const std::string head =
      R"({"schema": "gaincell-published/1", "paper": "p", "origins": "o", "sections": [{"id": "s", "title": "S", "source": "f", "figures": [)";
  const std::string good = R"({"id": "a", "what": "w", "value": 1, "unit": "A", "origin": "paper"})";
  const auto id = [&](const std::string& figures) {
    return idOf([&] { cmp::parsePublished(head + figures + "]}]}", "test"); });
  };
  CHECK(id(good) == "");
  CHECK(id(good + "," + good) == "CMP-0008");
  CHECK(id(R"({"id": "a", "what": "w", "value": "1", "unit": "A", "origin": "paper"})") == "CMP-0008");
  CHECK(id(R"({"id": "a", "what": "w", "value": 1, "unit": "A", "origin": "paper", "why": "x"})") == "CMP-0008");
  CHECK(id(R"({"id": "a", "what": "w", "value": 1, "unit": "A", "origin": "paper", "reasons": {"diffres": "x"}})") ==
        "CMP-0008");
  CHECK(id(R"({"id": "a", "value": 1, "unit": "A", "origin": "paper"})") == "CMP-0008");
}

TEST_CASE("key plots: a curve of each run, missing files named; one page with nothing from elsewhere") {
  Folder folder("plots");
  const fs::path a = makeRun(folder, "a", summary()), b = makeRun(folder, "b<i>", summary());
  for (const auto& dir : {a, b})
    write(dir / "data" / "gain-cell_iv_iv.csv", "v_storage_V,i_bl_A\n0,1e-5\n0.45,0\n0.9,-1e-5\n");
  write(a / "data" / "gain-cell_retention_decay.csv",
        "v_start_V,t_s,v_storage_V\n0,0,0\n0,0.001,0.1\n0.9,0,0.9\n0.9,0.001,0.8\n");
  const auto c = cmp::compareRuns(cmp::readRuns({a.string(), b.string()}));
  const auto key = cmp::keyPlots(c);
  REQUIRE(key.plots.size() == 3);
  CHECK(key.plots[0].id == "margins");
  CHECK(key.plots[1].panels[0].series.size() == 2);
  CHECK(key.plots[2].panels[0].series.size() == 2);  // both rails of a
  CHECK(key.missing.size() == 5);
  const std::string html = cmp::toHtml(cmp::documentOf(c, "gaincell compare a b"), key.plots);
  CHECK(count(html, "<svg") == 3);
  CHECK(html.find("b&lt;i&gt;") != std::string::npos);
  CHECK(html.find("<i>") == std::string::npos);
  CHECK(html.find("&lt;= 5 ns") != std::string::npos);
  for (const char* outside : {"http://", "https://", "<script", "<link", "@import"}) {
    // gnuplot's name spaces are names, not places to load from
    INFO(outside);
    CHECK(count(html, outside) ==
          count(html, std::string("xmlns:xlink=\"") + outside) + count(html, std::string("xmlns=\"") + outside));
  }
  CHECK(html.find("prefers-color-scheme:dark") != std::string::npos);
  CHECK(count(html, "<caption>") == count(html, "<table"));
  const auto paper = cmp::keyPlots(cmp::comparePaper(cmp::readRuns({a.string()})));
  CHECK(paper.plots[0].panels[0].series.size() == 2);  // the paper's cubic and the run's
}

TEST_CASE("the command: exit codes, files, and what it refuses") {
  Folder folder("command");
  json other = summary();
  other["size"] = "full";
  const std::string a = makeRun(folder, "a", summary()).string(), b = makeRun(folder, "b", other).string();
  const auto run = [](std::vector<std::string> args) {
    args.insert(args.begin(), "compare");
    return runProgram(args);
  };
  const auto refused = [&](const std::vector<std::string>& args, const std::string& id) {
    const auto r = run(args);
    INFO(id << " " << r.err);
    CHECK(r.exit_code == 1);
    CHECK(r.err.find(id) != std::string::npos);
  };
  refused({}, "CMP-0005");
  refused({a}, "CMP-0005");
  refused({"--paper"}, "CMP-0005");
  refused({a, a}, "CMP-0004");
  refused({a, (folder.path / "c").string()}, "CMP-0001");
  refused({a, b, "--format", "htlm"}, "CMP-0006");
  refused({a, b, "--format", "csv", "--json"}, "CMP-0007");
  refused({a, b, "--above", "-1"}, "CMP-0009");
  refused({a, "--paper", "--above", "5"}, "CMP-0010");

  // A limit is missed in both runs: the comparison is done all the same.
  const auto text = run({a, b});
  CHECK(text.exit_code == 0);
  CHECK(text.out.rfind("a, b side by side", 0) == 0);
  CHECK(json::parse(run({a, b, "--json"}).out)["schema"] == "gaincell-comparison/1");
  CHECK(json::parse(run({a, "--paper", "--json"}).out)["schema"] == "gaincell-paper-comparison/1");

  const fs::path page = folder.path / "page.md";
  CHECK(run({a, "--paper", "-o", page.string()}).exit_code == 0);
  CHECK(slurp(page).rfind("# The paper's figures", 0) == 0);
  CHECK(slurp(page).find("gaincell compare") != std::string::npos);
  refused({a, "--paper", "-o", page.string()}, "FIL-0001");
  CHECK(run({a, b, "-o", page.string(), "--format", "csv", "--force"}).exit_code == 0);
  CHECK(slurp(page).rfind("part,stage", 0) == 0);
}
