#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "gaincell/support/atomic_file.hpp"
#include "run_program.hpp"

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

auto lines(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

/// Bad input: exit 1, one message with an id, nothing on standard output.
void checkRefused(const std::vector<std::string>& args, const std::vector<std::string>& parts) {
  const ProgramResult r = runProgram(args);
  CAPTURE(args.back());
  CAPTURE(r.err);
  CHECK(r.exit_code == 1);
  for (const auto& part : parts) CHECK(contains(r.err, part));
  CHECK(contains(r.err, "gaincell: ["));
  CHECK(r.out.empty());
}

std::string output(const std::vector<std::string>& args) {
  const ProgramResult r = runProgram(args);
  CAPTURE(args.back());
  CAPTURE(r.err);
  CHECK(r.exit_code == 0);
  return r.out;
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

const json* named(const json& list, const char* key, const std::string& name) {
  const auto at = std::find_if(list.begin(), list.end(), [&](const json& j) { return j[key] == name; });
  return at == list.end() ? nullptr : &*at;
}

}  // namespace

TEST_CASE("design list names every process, installed or not") {
  const json all = json::parse(output({"design", "list", "--json"}))["processes"];
  const json* gc28 = named(all, "pdk", "gc28");
  REQUIRE(gc28);
  CHECK((*gc28)["default"] == "lean");
  for (const char* design : {"lean", "reference", "active", "write-io", "write-os"})
    CHECK(named((*gc28)["designs"], "name", design));
  CHECK((*named((*gc28)["designs"], "name", "reference"))["extends"] == "lean");
  CHECK(named(all, "pdk", "sky130A"));
  const std::string text = output({"design", "list"});
  CHECK(contains(text, "* lean"));
  CHECK(contains(text, "sg13g2\n    none"));
}

TEST_CASE("design show prints a design file; --effective where each value comes from") {
  const fs::path dir = freshFolder("show"), file = dir / "copy.json";
  const std::string text = output({"design", "show", "reference"});
  CHECK(contains(text, "\"schema\": \"gaincell-design/1\""));
  write(file, text);
  CHECK(output({"design", "diff", "reference", file.string()}) == "no differences\n");

  const std::string effective = output({"design", "show", "reference", "--effective", "--set", "cell.c_storage=9f"});
  const auto line = [&](const std::string& path) {
    const auto at = effective.find("\n" + path + " ");
    return at == std::string::npos ? std::string() : effective.substr(at + 1, effective.find('\n', at + 1) - at - 1);
  };
  CHECK(contains(line("cell.pair_n.l"), "200 nm"));
  CHECK(contains(line("cell.pair_n.l"), "design gc28/reference"));
  CHECK(contains(line("cell.pair_n.w"), "extended gc28/lean"));
  CHECK(contains(line("cell.c_storage"), "--set cell.c_storage=9f"));
  CHECK(contains(line("relu.line.c"), "array.rows"));
  CHECK(line("relu.amp.n.w").empty());

  const json j = json::parse(output({"design", "show", "lean", "--effective", "--all", "--json"}));
  const json* leaf = named(j["leaves"], "path", "cell.pair_n.w");
  REQUIRE(leaf);
  CHECK((*leaf)["value"].get<double>() == 100e-9);
  CHECK((*leaf)["unit"] == "m");
  CHECK((*named(j["leaves"], "path", "relu.amp.n.w"))["why"] == "relu.integrator is passive");
  // A shipped file can be read where the files of its process are missing.
  CHECK(contains(output({"design", "show", "sky130A/standard"}), "\"name\": \"standard\""));
  fs::remove_all(dir);
}

TEST_CASE("design diff: leaves and what follows from them") {
  const json all =
      json::parse(output({"design", "diff", "lean", "lean", "--set", "array.rows=32", "--json"}))["differences"];
  CHECK((*named(all, "name", "array.rows"))["b"] == "32");
  CHECK((*named(all, "name", "relu.line.c"))["what"] == "derived");
  CHECK_FALSE(named(all, "name", "cell.pair_n.w"));
  CHECK(contains(output({"design", "diff", "reference", "write-os"}), "cell.write_p"));
}

TEST_CASE("design new writes a file that states what differs, and passes the check") {
  const fs::path dir = freshFolder("new"), file = dir / "wide.json", second = dir / "second.json";
  output({"design", "new", "--from", "lean", "-o", file.string(), "--set", "cell.pair_n.w=150n"});
  const std::string text = slurp(file);
  CHECK(contains(text, "\"extends\": \"gc28/lean\""));
  CHECK(contains(text, "\"pair_n\": { \"w\": \"150n\" }"));
  CHECK(contains(text, "// "));
  CHECK(lines(text) < 25);
  CHECK(contains(output({"design", "check", file.string()}), "complete for process gc28"));
  output({"design", "new", "--from", file.string(), "-o", second.string()});
  CHECK(contains(slurp(second), "\"extends\": \"wide.json\""));
  CHECK(output({"design", "diff", file.string(), second.string()}) == "no differences\n");
  CHECK(output({"netlist", "gain-cell", "--design", second.string()}) ==
        output({"netlist", "gain-cell", "--set", "cell.pair_n.w=150n"}));

  checkRefused({"design", "new", "--from", "lean", "-o", file.string()}, {"exists already"});
  checkRefused({"design", "new", "--from", "lean"}, {"-o mine.json"});
  checkRefused({"design", "new", "--from", "lean", "-o", (dir / "mine").string()}, {"ends in .json"});
  fs::remove_all(dir);
}

TEST_CASE("every shipped design of the embedded process passes the check") {
  for (const char* design : {"lean", "reference", "active", "write-io", "write-os"}) {
    const json r = json::parse(output({"design", "check", design, "--json"}));
    CAPTURE(design);
    CHECK(r["faults"].empty());
  }
}

TEST_CASE("design check names all faults at once") {
  const fs::path dir = freshFolder("check"), file = dir / "bad.json";
  write(file, R"({ "schema": "gaincell-design/1", "extends": "lean",
    "cell": { "pair_n": { "w": "1n", "flavor": "n_hvt", "l": "10fC" }, "c_storge": 3, "write": 4 },
    "array": { "rows": "many", "cols": -4 }, "relus": {},
    "limits": { "cell.iv.i_lo": { "max": 1 }, "a": {}, "b": 3, "cell.iv.i_low": { "mx": 3 } } })");
  checkRefused(
      {"design", "check", file.string()},
      {"12 faults", "cell.pair_n.w = 1 nm is not allowed", "did you mean 'cell.pair_n.flavour'?", "'10fC'",
       "did you mean 'cell.c_storage'?", "'cell.write' is a branch", "'many'", "array.cols = -4", "'relus'",
       "nothing measures 'cell.iv.i_lo'", "the limit of 'a' allows nothing or everything", "limits.b", "'mx'"});
  const ProgramResult r = runProgram({"design", "check", file.string(), "--json"});
  CHECK(r.exit_code == 1);
  CHECK(json::parse(r.out)["faults"].size() == 12);
  // A fault of a circuit names the kinds that have it.
  write(file, R"({ "schema": "gaincell-design/1", "extends": "lean", "relu": { "c1": { "n": { "w": "20n" } } } })");
  checkRefused({"design", "check", file.string()},
               {"1 fault", "w = 20 nm is outside", "relu-converter", "column", "tile"});
  write(file, R"({ "schema": "gaincell-design/1", "pdk": "gc28", "cell": { "c_storage": "8f" } })");
  checkRefused({"design", "check", file.string()}, {"has no value for cell.pair_n.flavour"});
  fs::remove_all(dir);
}

TEST_CASE("names that are not there get the nearest right one") {
  const fs::path dir = freshFolder("names"), file = dir / "settings.json";
  checkRefused({"design", "shw"}, {"did you mean 'show'?"});
  checkRefused({"design"}, {"nothing was asked for"});
  checkRefused({"design", "diff", "lean"}, {"diff A B"});
  checkRefused({"design", "show", "leen"}, {"did you mean 'lean'?"});
  checkRefused({"design", "show", "none.json"}, {"there is no design file"});
  checkRefused({"netlist", "gain-cel"}, {"did you mean 'gain-cell'?"});
  checkRefused({"netlist", "gain-cell", "--rows", "8"}, {"there is no option '--rows'"});
  checkRefused({"netlist", "gain-cell", "--set", "pair_n.w=1u"}, {"did you mean 'cell.pair_n.w'?"});
  checkRefused({"netlist", "gain-cell", "--set", "cell.c_storage=10fC"}, {"'fC' is not understood"});
  checkRefused({"netlist", "gain-cell", "--set", "array.rows=8"}, {"does not depend on 'array.rows'", "array"});
  checkRefused({"netlist", "gain-cell", "--set", "cell.c_storage=9f", "--set", "cell.c_storage=8f"}, {"given twice"});
  checkRefused({"netlist", "column", "--set", "relu.amp.n.w=1u"}, {"relu.integrator is passive"});
  checkRefused({"simulate", "gain-cell", "--analysis", "ivv"}, {"did you mean 'iv'?"});
  checkRefused({"mc", "gain-cell", "--analysis", "iv", "--samples=-1", "--run", (dir / "run").string()},
               {"--samples", "whole number"});
  const auto refused = [&](const std::string& text, const std::vector<std::string>& parts) {
    write(file, text);
    checkRefused({"netlist", "gain-cell", "--config", file.string()}, parts);
  };
  refused(R"({ "cornr": "tt" })", {"settings.json", "did you mean 'corner'?"});
  refused(R"({ "seed": -1 })", {"settings.json: seed"});
  refused(R"({ "temp": "27V" })", {"settings.json: temp"});
  refused(R"({ "corner": "tt", "corner": "ss" })", {"settings.json", "corner"});
  refused(R"({ "commands": { "config": { "shcema": true } } })", {"commands.config.shcema", "did you mean 'schema'?"});
  refused(R"({ "analyses": { "gain-cell": { "iv": { "levles": 3 } } } })",
          {"analyses.gain-cell.iv.levles", "did you mean 'levels'?"});
  refused(R"({ "circuits": { "gain-cell": { "c_storage": "9f" } } })", {"put sizes into a design"});
  refused(R"({ "schema": "gaincell-design/1", "extends": "lean" })", {"--design"});
  refused(R"({ "design": { "schema": "gaincell-design/1", "extends": "lean", "cell": { "c_storge": 1 } } })",
          {"settings.json: cell.c_storge", "did you mean 'cell.c_storage'?"});
  fs::remove_all(dir);
}

TEST_CASE("config: short, complete, and with the effect of what was chosen") {
  const fs::path dir = freshFolder("settings"), file = dir / "run.json";
  const auto roundTrip = [&](const std::vector<std::string>& options) {
    for (const bool full : {false, true}) {
      std::vector<std::string> config = {"config"}, plain = {"netlist", "column"};
      config.insert(config.end(), options.begin(), options.end());
      if (full) config.emplace_back("--full");
      plain.insert(plain.end(), options.begin(), options.end());
      const std::string text = output(config);
      CHECK(lines(text) <= (full ? 350 : 60));
      write(file, text);
      CHECK(output({"netlist", "column", "--config", file.string()}) == output(plain));
    }
  };
  roundTrip({});
  roundTrip({"--design", "reference", "--corner", "ss"});
  roundTrip({"--design", "active", "--vdd", "0.85"});
  roundTrip({"--set", "cell.pair_n.w=150n", "--set", "array.rows=32"});
  roundTrip({"--design", "write-os", "--temp", "85"});
  CHECK(contains(output({"config", "--set", "cell.pair_n.w=150n"}), "\"pair_n\": { \"w\": \"150n\" }"));

  // Another design in the printed file has its effect.
  std::string text = output({"config"});
  const auto at = text.find("gc28/lean");
  REQUIRE(at != std::string::npos);
  write(file, text.replace(at, 9, "gc28/reference"));
  CHECK(output({"netlist", "gain-cell", "--config", file.string()}) ==
        output({"netlist", "gain-cell", "--design", "reference"}));
  // What a settings file says is kept.
  write(
      file,
      R"({ "corner": "ff", "analyses": { "gain-cell": { "iv": { "points_per_interval": 9 } } }, "commands": { "netlist": { "dialect": "cdl" } } })");
  const std::string kept = output({"config", "--config", file.string()});
  CHECK(contains(kept, "\"corner\": \"ff\""));
  CHECK(contains(kept, "\"points_per_interval\": 9"));
  CHECK(contains(kept, "\"dialect\": \"cdl\""));

  const json schema = json::parse(output({"config", "--schema"}));
  CHECK(schema["properties"]["design"]["anyOf"][1]["properties"]["cell"]["properties"].contains("pair_n"));
  CHECK(schema["properties"]["commands"]["properties"].contains("flow"));
  checkRefused({"config", "--schema", "--full"}, {"exclude each other"});
  fs::remove_all(dir);
}

TEST_CASE("subcircuits of two designs share no name, and every call finds its own") {
  const auto words = [](const std::string& design) {
    std::istringstream in(output(
        {"netlist", "array", "--subcircuit", "--design", design, "--set", "array.rows=2", "--set", "array.cols=2"}));
    std::set<std::string> defined, called;
    for (std::string line, word, last; std::getline(in, line);) {
      std::istringstream parts(line);
      parts >> word;
      if (word == ".subckt" && parts >> word) defined.insert(word);
      if (word[0] != 'X' && word[0] != 'x') continue;
      while (parts >> word && !contains(word, "=")) last = word;
      called.insert(last);
    }
    for (const auto& name : called) CHECK(defined.count(name) == 1);
    CHECK(called.size() + 1 == defined.size());
    return defined;
  };
  const auto lean = words("lean"), reference = words("reference");
  CHECK(lean.size() > 2);
  for (const auto& name : lean) CHECK(reference.count(name) == 0);
}

TEST_CASE("an option that the action does not use is refused") {
  checkRefused({"design", "list", "--set", "cell.pair_n.w=1u"}, {"FLW-0108", "'design list' does not use --set"});
  checkRefused({"design", "show", "--from", "lean"}, {"FLW-0108", "--from"});
  checkRefused({"design", "show", "lean", "--design", "reference"}, {"FLW-0109", "'lean' and --design"});
  checkRefused({"design", "show", "--all"}, {"FLW-0110"});
  checkRefused({"design", "show", "--design", ""}, {"FLW-0114"});
  checkRefused({"model", "show", "paper", "--format", "csv"}, {"FLW-0108", "--format"});
  checkRefused({"netlist", "gain-cell", "--parameters", "-o", "p.txt"}, {"FLW-0108", "--output"});
  checkRefused({"simulate", "gain-cell", "--analysis", "iv", "--model", "m.json"}, {"MAC-0008", "--fidelity"});
  checkRefused({"simulate", "gain-cell", "--analysis", "iv", "--time-limit", "nan"}, {"FLW-0111"});
  checkRefused({"netlist", "gain-cell", "--design", "gc28/lean", "--pdk", "sky130A"}, {"CEL-0030", "gc28"});
}

TEST_CASE("files that name files: a design beside its settings, on its own base, printed by config") {
  const fs::path dir = freshFolder("beside"), design = dir / "wide.json", settings = dir / "run.json";
  output({"design", "new", "--from", "lean", "-o", design.string(), "--set", "cell.pair_n.w=150n"});
  checkRefused({"design", "new", "--from", design.string(), "-o", design.string(), "--force"}, {"FLW-0112"});
  CHECK(contains(output({"config", "--design", design.string(), "--set", "cell.c_storage=10f"}), "wide.json"));
  const std::string wide = output({"netlist", "gain-cell", "--design", design.string()});
  write(settings, R"({ "design": "wide.json" })");
  CHECK(output({"netlist", "gain-cell", "--config", settings.string()}) == wide);
  CHECK(json::parse(output({"config", "--json"}))["design"] == "gc28/lean");

  // Each line that 'new' suggests takes effect by uncommenting it.
  const fs::path plain = dir / "plain.json", all = dir / "all.json";
  output({"design", "new", "--from", "lean", "-o", plain.string()});
  std::string text = gaincell::support::readFile(plain);
  int suggested = 0;
  for (auto at = text.find("//   \""); at != std::string::npos; at = text.find("//   \""), ++suggested)
    text.erase(at, 5);
  CHECK(suggested == 4);
  write(all, text);
  CHECK(contains(output({"design", "check", all.string()}), "complete"));
  fs::remove_all(dir);
}

TEST_CASE("netlist --parameters lists what the kind reads") {
  const json j = json::parse(output({"netlist", "gain-cell", "--parameters", "--set", "cell.pair_n.w=150n", "--json"}));
  const json* leaf = named(j["leaves"], "path", "cell.pair_n.w");
  REQUIRE(leaf);
  CHECK((*leaf)["value"].get<double>() == 150e-9);
  CHECK_FALSE(named(j["leaves"], "path", "array.rows"));
  CHECK(contains(output({"netlist", "array", "--parameters"}), "array.rows"));
}
