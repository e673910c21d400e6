// gaincell doctor: what is installed, what is missing, what to do.

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "commands.hpp"

namespace gaincell::flows {

using support::ExitCode;

namespace {

struct Finding {
  std::string what, found, needed_for, remedy;
  bool ok = false, required = false;
};

/// Path of a program on PATH, or empty.
std::string findProgram(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::string list = path ? path : "";
  for (std::size_t from = 0; from <= list.size();) {
    const std::size_t end = std::min(list.find(':', from), list.size());
    const std::filesystem::path candidate = std::filesystem::path(list.substr(from, end - from)) / name;
    if (access(candidate.c_str(), X_OK) == 0) return candidate.string();
    from = end + 1;
  }
  return "";
}

Finding program(const std::string& name, const std::string& package, const std::string& needed_for, bool required) {
  const std::string path = findProgram(name);
  return {name, path.empty() ? "missing" : path, needed_for, "apt-get install " + package, !path.empty(), required};
}

Finding simulator() {
  Finding f{"libngspice", "", "every simulation", "apt-get install libngspice0", false, true};
  try {
    sim::Simulator s;
    f.found = s.simulatorVersion();
    f.ok = true;
  } catch (const support::Error& e) {
    f.found = e.problem();
    if (!e.remedy().empty()) f.remedy = e.remedy();
  }
  return f;
}

Finding embeddedPdk(const CommandContext& context) {
  Finding f{"PDK " + context.common.pdk_name, "", "every simulation", "see 'gaincell pdk list'", false, true};
  try {
    f.found = context.loadPdk().manifest.string();
    f.ok = true;
  } catch (const support::Error& e) {
    f.found = e.problem();
    f.remedy = e.remedy();
  }
  return f;
}

ExitCode run(const CommandContext& context) {
  const std::array findings = {
      simulator(),
      embeddedPdk(context),
      program("gnuplot", "gnuplot-nox", "plots of the report", true),
      program("ngspice", "ngspice", "running kept decks by hand", false),
      program("klayout", "klayout", "viewing the floorplan's GDS", false),
      program("chromium", "chromium", "the report's own test", false),
      program("sbatch", "slurm-wlm", "Monte-Carlo on a cluster", false),
  };
  bool ok = true;
  std::string text;
  nlohmann::json json = nlohmann::json::array();
  for (const auto& f : findings) {
    ok = ok && (f.ok || !f.required);
    text += fmt::format("  {:<9} {:<12} {}\n", f.ok ? "ok" : f.required ? "MISSING" : "optional", f.what, f.found);
    if (!f.ok) text += fmt::format("            needed for {}: {}\n", f.needed_for, f.remedy);
    json.push_back({{"what", f.what},
                    {"ok", f.ok},
                    {"required", f.required},
                    {"found", f.found},
                    {"needed_for", f.needed_for},
                    {"remedy", f.ok ? "" : f.remedy}});
  }
  context.print({{"version", support::version()}, {"ok", ok}, {"findings", json}},
                fmt::format("gaincell {}\n{}", support::version(), text));
  return ok ? ExitCode::Done : ExitCode::Error;
}

}  // namespace

Command doctorCommand() {
  return {"doctor",
          "what is installed, what is missing, what to do",
          "gaincell doctor",
          "  gaincell doctor\n  gaincell doctor --json\n",
          kNothing,
          [](po::options_description_easy_init) {},
          run};
}

}  // namespace gaincell::flows
