#include <doctest/doctest.h>

#include "run_program.hpp"

namespace fs = std::filesystem;

TEST_CASE("a generated netlist runs by itself in plain ngspice") {
  const fs::path dir = freshFolder("netlist"), file = dir / "cell.cir";
  REQUIRE(runProgram({"netlist", "gain-cell", "-o", file.string()}).exit_code == 0);
  const std::string raw = (dir / "cell.raw").string();
  const std::string command = "cd " + dir.string() + " && ngspice -b -r " + raw + " cell.cir > log 2>&1";
  [[maybe_unused]] const int status = std::system(command.c_str());  // ngspice -b may return 1 on a complete run
  CAPTURE(slurp(dir / "log"));
  CHECK(fs::exists(raw));
  CHECK(slurp(dir / "log").find("rror") == std::string::npos);
  fs::remove_all(dir);
}

TEST_CASE("an interrupted flow exits with 3 and the printed command resumes it") {
  const fs::path dir = freshFolder("interrupt");
  const std::string out = (dir / "flow").string();
  const ProgramResult r = runProgram({"flow", "--quick", "--out", out}, 1.0);
  CAPTURE(r.err);
  CHECK(r.exit_code == 3);
  CHECK(r.err.find("--resume") != std::string::npos);
  CHECK_FALSE(fs::exists(dir / "flow" / "report.html"));
  fs::remove_all(dir);
}
