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
  checkRefused({"sweep", "gain-cell", "--analysis", "iv", "--case", "a: c_storge=1f"}, "did you mean 'c_storage'");
  checkRefused({"sweep", "gain-cell", "--analysis", "iv", "--cases", (dir / "none.txt").string()}, "none.txt");
  checkRefused({"netlist", "gain-cell", "--temp", "900"}, "--temp");
  checkRefused({"netlist", "gain-cell", "--temp", "warm"}, "'warm' is not a number");
  checkRefused({"netlist", "gain-cell", "--vdd", "5"}, "--vdd");
  checkRefused({"netlist", "gain-cell", "--pdk-manifest", (dir / "none.json").string()}, "none.json");
  checkRefused({"netlist", "gain-cell", "--set", "c_storage=1"}, "c_storage");
  checkRefused({"netlist", "gain-cell", "--set", "c_storge=10f"}, "did you mean 'c_storage'");
  checkRefused({"netlist", "gain-cell", "--set", "c_storage"}, "name=value");
  checkRefused({"netlist", "gain-cell", "--dialect", "eldo"}, "ngspice");
  checkRefused({"netlist", "gain-cell", "-o", (dir / "missing" / "x.cir").string()}, "missing");
  checkRefused({"simulate", "gain-cell", "--analysis", "spectrum"}, "iv");
  checkRefused({"flow"}, "--out");
  checkRefused({"flow", "--out", "/proc/gaincell"}, "cannot be written");
  checkRefused({"flow", "--quick", "--full", "--out", dir.string()}, "exclude each other");
  const fs::path limits = dir / "limits.json", out = dir / "flow";
  write(limits, R"({"schema": "gaincell-spec/1", "name": "x", "limits": [{"measure": "a"}]})");
  checkRefused({"flow", "--quick", "--spec", limits.string(), "--out", out.string()}, "limits.json");
  // A scope nobody measures would never be missed.
  std::ofstream(limits) << R"({"schema": "gaincell-spec/1", "name": "x", "limits": [{"measure": "m", "description": "d",
    "unit": "", "max": 1, "scope": "cel", "source": "s"}]})";
  checkRefused({"flow", "--quick", "--spec", limits.string(), "--out", out.string()}, "scopes are: cell,");
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
  CHECK(runProgram({"flow", "--quick", "--stage", "report", "--spec", "default", "--out", out.string()}).exit_code ==
        2);
  fs::remove_all(dir);
}

TEST_CASE("the design file is checked with line or path") {
  const fs::path dir = freshFolder("config"), file = dir / "design.json";
  const auto refused = [&](const std::string& text, const std::string& message) {
    write(file, text);
    checkRefused({"netlist", "gain-cell", "--config", file.string()}, message);
  };
  refused("{ \"corner\": \"tt\",\n  \"temp\" 27 }", "design.json:2");
  refused("{ \"cornr\": \"tt\" }", "there is no design key 'cornr'");
  refused("{ \"circuits\": { \"gain-cell\": { \"c_storage\": \"1\" } } }", "circuits.gain-cell.c_storage");
  refused("{ \"circuits\": { \"gain-cell\": { \"c_storage\": [1] } } }", "circuits.gain-cell.c_storage");
  refused("{ \"commands\": { \"netlist\": { \"dialct\": \"cdl\" } } }", "commands.netlist.dialct");
  refused("[]", "one JSON object");
  checkRefused({"netlist", "gain-cell", "--config", (dir / "none.json").string()}, "none.json");

  write(file, "{ // comments are allowed\n \"circuits\": { \"gain-cell\": { \"c_storage\": \"11f\" } } }");
  CHECK(contains(runProgram({"netlist", "gain-cell", "--config", file.string()}).out, "1.1e-14"));
  CHECK(contains(runProgram({"netlist", "gain-cell", "--config", file.string(), "--set", "c_storage=12f"}).out,
                 "1.2e-14"));
  fs::remove_all(dir);
}

TEST_CASE("the printed design file is a valid design file") {
  const fs::path dir = freshFolder("default_config"), file = dir / "design.json";
  write(file, runProgram({"config"}).out);
  const ProgramResult plain = runProgram({"netlist", "gain-cell"}),
                      configured = runProgram({"netlist", "gain-cell", "--config", file.string()});
  CHECK(configured.exit_code == 0);
  CHECK(plain.out == configured.out);
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
