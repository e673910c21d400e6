#include <doctest/doctest.h>

#include "run_program.hpp"

namespace fs = std::filesystem;

namespace {
bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Bad input: exit 1, one message with an id, nothing on standard output.
void checkRefused(const std::vector<std::string>& args, const std::string& message) {
  const ProgramResult r = runProgram(args);
  CAPTURE(args.back());
  CAPTURE(r.err);
  CHECK(r.exit_code == 1);
  CHECK(contains(r.err, message));
  CHECK(contains(r.err, "gaincell: ["));
  CHECK(r.out.empty());
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path) << text;
}
}  // namespace

TEST_CASE("help is there for the program and for each command") {
  const ProgramResult all = runProgram({"--help"});
  CHECK(all.exit_code == 0);
  for (const char* command : {"flow", "netlist", "simulate", "config", "doctor"}) {
    CHECK(contains(all.out, command));
    const ProgramResult r = runProgram({command, "--help"});
    CHECK(r.exit_code == 0);
    CHECK(contains(r.out, "Usage: gaincell"));
    CHECK(contains(r.out, "Examples:"));
  }
  CHECK(runProgram({"--version"}).exit_code == 0);
}

TEST_CASE("bad input is refused with one clear message") {
  const fs::path dir = freshFolder("cli");
  checkRefused({"flaw"}, "there is no command 'flaw'");
  checkRefused({"flaw"}, "did you mean 'flow'?");
  checkRefused({"flow", "--quik"}, "did you mean '--quick'?");
  checkRefused({"netlist", "gain-cell", "--colour", "red"}, "--colour");
  checkRefused({"netlist", "gain-cel"}, "gain-cell");
  checkRefused({"netlist", "gain-cell", "--pdk", "gc27"}, "gc28");
  checkRefused({"netlist", "gain-cell", "--corner", "xx"}, "tt");
  checkRefused({"sweep", "gain-cell", "--analysis", "iv"}, "there is no case");
  checkRefused({"sweep", "gain-cell", "--analysis", "iv", "--case", "a: corner"}, "'corner' is not name=value");
  checkRefused({"sweep", "gain-cell", "--analysis", "iv", "--case", ": temp=0"}, "a case has no name");
  checkRefused({"sweep", "gain-cell", "--analysis", "iv", "--case", "a: corner=xx"}, "tt");
  checkRefused({"sweep", "gain-cell", "--analysis", "iv", "--case", "a: c_storge=1f"}, "did you mean 'cell.c_storage'");
  checkRefused({"sweep", "gain-cell", "--analysis", "iv", "--cases", (dir / "none.txt").string()}, "none.txt");
  checkRefused({"netlist", "gain-cell", "--temp", "900"}, "--temp");
  checkRefused({"netlist", "gain-cell", "--temp", "warm"}, "'warm' is not a number");
  checkRefused({"netlist", "gain-cell", "--vdd", "5"}, "--vdd");
  checkRefused({"netlist", "gain-cell", "--pdk-manifest", (dir / "none.json").string()}, "none.json");
  checkRefused({"netlist", "gain-cell", "--set", "cell.c_storage=1"}, "cell.c_storage");
  checkRefused({"netlist", "gain-cell", "--set", "cell.c_storge=10f"}, "did you mean 'cell.c_storage'");
  checkRefused({"netlist", "gain-cell", "--set", "cell.c_storage"}, "is not NAME=VALUE");
  checkRefused({"netlist", "gain-cell", "--dialect", "eldo"}, "ngspice");
  checkRefused({"netlist", "gain-cell", "-o", (dir / "missing" / "x.cir").string()}, "missing");
  checkRefused({"simulate", "gain-cell", "--analysis", "spectrum"}, "analyses are: iv");
  checkRefused({"flow"}, "--out");
  checkRefused({"flow", "--out", "/proc/gaincell"}, "cannot be written");
  checkRefused({"flow", "--quick", "--full", "--out", dir.string()}, "exclude each other");
  const fs::path limits = dir / "limits.json", out = dir / "flow";
  write(limits, R"({"schema": "gaincell-design/1", "extends": "lean", "limits": {"cell.iv.i_low": {}}})");
  checkRefused({"flow", "--quick", "--design", limits.string(), "--out", out.string()}, "limits.json");
  // A limit on what nobody measures would never be missed.
  write(limits, R"({"schema": "gaincell-design/1", "extends": "lean", "limits": {"cell.iv.i_lo": {"max": 1}}})");
  checkRefused({"flow", "--quick", "--design", limits.string(), "--out", out.string()},
               "did you mean 'cell.iv.i_low'?");
  CHECK_FALSE(fs::exists(out));
  fs::remove_all(dir);
}

TEST_CASE("one stage of a flow: what it reads must be there; the report of nothing meets nothing") {
  const fs::path dir = freshFolder("stage"), out = dir / "flow";
  const ProgramResult fit = runProgram({"flow", "--quick", "--stage", "fit", "--out", out.string()});
  CHECK(fit.exit_code == 1);
  CHECK(fit.err.find("stage 'characterize'") != std::string::npos);
  const ProgramResult generate = runProgram({"flow", "--quick", "--stage", "generate", "--out", out.string()});
  CHECK(generate.exit_code == 0);
  CHECK(generate.out == "generate: done\n");
  CHECK(runProgram({"flow", "--quick", "--stage", "generate", "--out", out.string()}).out == "generate: up to date\n");
  CHECK(runProgram({"flow", "--quick", "--stage", "report", "--out", out.string()}).exit_code == 2);
  fs::remove_all(dir);
}

TEST_CASE("the settings file is checked with line or path") {
  const fs::path dir = freshFolder("config"), file = dir / "run.json";
  const auto refused = [&](const std::string& text, const std::string& message) {
    write(file, text);
    checkRefused({"netlist", "gain-cell", "--config", file.string()}, message);
  };
  refused("{ \"corner\": \"tt\",\n  \"temp\" 27 }", "run.json:2");
  refused("{ \"cornr\": \"tt\" }", "there is no setting 'cornr'");
  refused("{ \"circuits\": { \"gain-cell\": { \"c_storage\": \"1\" } } }", "put sizes into a design");
  refused("{ \"analyses\": { \"gain-cell\": { \"iv\": { \"levels\": [1] } } } }", "analyses.gain-cell.iv.levels");
  refused("{ \"commands\": { \"netlist\": { \"dialct\": \"cdl\" } } }", "commands.netlist.dialct");
  refused("[]", "one JSON object");
  checkRefused({"netlist", "gain-cell", "--config", (dir / "none.json").string()}, "none.json");

  write(file,
        "{ // comments are allowed\n \"design\": { \"schema\": \"gaincell-design/1\", \"extends\": \"lean\", "
        "\"cell\": { \"c_storage\": \"11f\" } } }");
  CHECK(contains(runProgram({"netlist", "gain-cell", "--config", file.string()}).out, "1.1e-14"));
  CHECK(contains(runProgram({"netlist", "gain-cell", "--config", file.string(), "--set", "cell.c_storage=12f"}).out,
                 "1.2e-14"));
  fs::remove_all(dir);
}

TEST_CASE("existing files are kept without --force") {
  const fs::path dir = freshFolder("force"), file = dir / "cell.cir";
  write(file, "mine");
  checkRefused({"netlist", "gain-cell", "-o", file.string()}, "--force");
  CHECK(slurp(file) == "mine");
  CHECK(runProgram({"netlist", "gain-cell", "-o", file.string(), "--force"}).exit_code == 0);
  CHECK(contains(slurp(file), ".subckt"));
  checkRefused({"flow", "--out", dir.string()}, "not empty");
  fs::remove_all(dir);
}
