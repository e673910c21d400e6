#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <new>
#include <sstream>

#include "gaincell/flows/command.hpp"
#include "gaincell/sim/analysis.hpp"
#include "gaincell/support/parallel.hpp"
#include "gaincell/support/progress.hpp"
#include "gaincell/support/suggest.hpp"
#include "gaincell/support/units.hpp"
#include "quantities.hpp"

namespace gaincell::flows {

using support::Error;
using support::ExitCode;

namespace {

/// Name under which Boost.Program_options keeps the words that are not options.
constexpr const char* kPositional = "positional";
constexpr std::uint64_t kMostJobs = 1024;

}  // namespace

po::options_description commonOptions(unsigned uses) {
  po::options_description d("Common options", 120);
  auto add = d.add_options();
  add("help,h", "this help");
  add("config", po::value<std::string>()->value_name("FILE"),
      "settings file (JSON, comments allowed); 'gaincell config' prints one");
  if (uses & kDesign) {
    add("design", po::value<std::string>()->value_name("NAME"),
        "design by name (lean, gc28/reference) or file (mine.json); 'gaincell design list'");
    add("set", po::value<std::vector<std::string>>()->value_name("PATH=VALUE"),
        "a value of the design, for example cell.pair_n.w=150n (repeatable); 'gaincell design show' lists the paths");
  }
  if (uses & kPdk) {
    add("pdk", po::value<std::string>()->value_name("NAME"),
        "process by name (default: the design's, else gc28); 'gaincell pdk list'");
    add("pdk-manifest", po::value<std::string>()->value_name("FILE"), "process by its manifest file");
  }
  if (uses & kConditions) {
    add("corner", po::value<std::string>()->value_name("C"), "process corner: tt ss ff sf fs (default tt)");
    add("temp", po::value<std::string>()->value_name("C"), "temperature in degrees Celsius (default 27)");
    add("vdd", po::value<std::string>()->value_name("V"), "supply voltage (default: the process's)");
  }
  if (uses & kSeed) add("seed", po::value<std::string>()->value_name("N"), "seed of every random draw (default 1)");
  if (uses & kJobs)
    add("jobs,j", po::value<std::string>()->value_name("N"), "worker processes (default: number of processors)");
  add("json", "one JSON document on standard output");
  add("quiet", "no progress");
  if (uses & kForce) add("force", "overwrite existing results");
  if (uses & kOut) add("out", po::value<std::string>()->value_name("DIR"), "output folder");
  return d;
}

namespace {

std::string overview() {
  std::string text = fmt::format(
      "gaincell {}: gain-cell arrays for in-memory attention, from transistors to models\n\nUsage: gaincell COMMAND "
      "[options]\n\n"
      "Commands:\n",
      support::version());
  for (const auto& c : commands()) text += fmt::format("  {:<11} {}\n", c.name, c.summary);
  return text + "\n'gaincell COMMAND --help' explains a command, with examples.\n";
}

const Command* findCommand(const std::string& name) {
  for (const auto& c : commands())
    if (c.name == name) return &c;
  return nullptr;
}

Error unknownSetting(const SettingsFile& settings, const std::string& command, const std::string& section,
                     const std::string& key, const po::options_description& known) {
  std::vector<std::string> names;
  for (const auto& option : known.options()) names.push_back(option->long_name());
  return Error("CFG-0007", fmt::format("'{}' is not an option of 'gaincell {}'", key, command),
               settings.where(section, key),
               support::didYouMean(key, names, fmt::format("see 'gaincell {} --help'", command)));
}

/// A design or manifest is looked for beside the settings file that names it.
bool namesFile(const std::string& section, const std::string& key, const std::string& value) {
  return section.empty() && ((key == "design" && value.ends_with(".json")) || key == "pdk-manifest");
}

/// Values of the settings file as if they had been given as options; stored after the command line, so they lose to it.
/// A file serves many commands: what one of them does not use is passed over, what none knows is refused.
po::parsed_options fromSettings(const SettingsFile& settings, const std::string& command,
                                const po::options_description& known) {
  po::parsed_options parsed(&known);
  const auto take = [&](const std::string& section) {
    for (const auto& [key, value] : settings.section(section)) {
      const po::option_description* d = known.find_nothrow(key, false);
      if (!d && section.empty()) continue;
      if (!d) throw unknownSetting(settings, command, section, key, known);
      const bool is_switch = d->semantic()->max_tokens() == 0;
      if (is_switch && value == "false") continue;
      const std::string text =
          namesFile(section, key, value) ? (settings.path().parent_path() / value).string() : value;
      parsed.options.emplace_back(key, is_switch ? std::vector<std::string>{} : std::vector<std::string>{text});
    }
  };
  take("");
  take("commands." + command);
  return parsed;
}

template <class T>
T valueOr(const po::variables_map& values, const char* name, T fallback) {
  return values.count(name) ? values[name].as<T>() : fallback;
}

double numberOption(const po::variables_map& values, const char* name, const char* unit) {
  return support::parseQuantity(values[name].as<std::string>(), unit, fmt::format("--{}", name));
}

CommonOptions commonFrom(const po::variables_map& values) {
  CommonOptions c;
  c.pdk_name = valueOr<std::string>(values, "pdk", "");
  c.pdk_manifest = valueOr<std::string>(values, "pdk-manifest", "");
  c.design = valueOr<std::string>(values, "design", "");
  c.sets = valueOr<std::vector<std::string>>(values, "set", {});
  c.corner = valueOr<std::string>(values, "corner", c.corner);
  if (values.count("temp")) c.temp_c = numberOption(values, "temp", "C");
  if (values.count("vdd")) c.vdd = numberOption(values, "vdd", "V");
  if (values.count("seed")) c.seed = countOf(values, "seed", c.seed);
  c.jobs = static_cast<int>(countOf(values, "jobs", static_cast<std::uint64_t>(support::hardwareJobs()), 1, kMostJobs));
  c.json = values.count("json") > 0;
  c.quiet = values.count("quiet") > 0;
  c.force = values.count("force") > 0;
  c.out = valueOr<std::string>(values, "out", "");
  c.config = valueOr<std::string>(values, "config", "");
  return c;
}

/// Every section of a command, not only of the one that runs: a file serves many of them.
void checkCommands(const SettingsFile& settings) {
  std::vector<std::string> names;
  for (const auto& c : commands()) names.push_back(c.name);
  for (const auto& name : settings.sections("commands")) {
    const Command* command = findCommand(name);
    if (!command)
      throw Error("CFG-0010", fmt::format("there is no command '{}'", name), settings.where("commands", name),
                  support::didYouMean(name, names, "'gaincell --help' lists the commands"));
    po::options_description known;
    command->options(known.add_options());
    known.add(commonOptions(command->uses));
    const std::string section = "commands." + name;
    for (const auto& [key, value] : settings.section(section))
      if (!known.find_nothrow(key, false)) throw unknownSetting(settings, name, section, key, known);
  }
}

/// Name, unit or word; a range may depend on the process and is checked where the setting is used.
void checkSetting(netlist::ParameterSet set, const std::string& key, const std::string& value,
                  const std::string& where) {
  refuseSeed(set, key, where);
  const auto& all = set.declared();
  const auto at = std::find_if(all.begin(), all.end(), [&](const netlist::Parameter& p) { return p.name == key; });
  if (at != all.end() && at->kind != netlist::ParameterKind::Choice)
    support::parseQuantity(value, at->unit, where);
  else
    set.set(key, value, where);
}

/// Names of settings are the same for every process.
void checkAnalyses(const SettingsFile& settings) {
  for (const auto& kind : settings.sections("analyses")) {
    const auto& all = sim::analyses();
    const bool known = std::any_of(all.begin(), all.end(), [&](const sim::Analysis& a) { return a.kind == kind; });
    auto names = settings.sections("analyses." + kind);
    if (!known && names.empty()) names.emplace_back();  // refused below
    for (const auto& name : names) {
      const std::string section = "analyses." + kind + "." + name;
      try {
        const auto set = sim::analysis(kind, name).settings(pdk::findPdk("gc28"));
        for (const auto& [key, value] : settings.section(section))
          checkSetting(set, key, value, settings.where(section, key));
      } catch (const Error& e) {
        throw Error(e.id(), e.problem(), e.where().empty() ? settings.where("analyses", kind) : e.where(), e.remedy());
      }
    }
  }
}

/// Numbers that the command at hand may not use.
void checkNumbers(const SettingsFile& settings) {
  for (const auto& [key, value] : settings.section("")) {
    const std::string where = settings.where("", key);
    if (key == "seed") countFrom(value, where);
    if (key == "jobs") countFrom(value, where, 1, kMostJobs);
    if (key == "temp") support::parseQuantity(value, "C", where);
    if (key == "vdd") support::parseQuantity(value, "V", where);
  }
}

void printHelp(const Command& command, const po::options_description& own) {
  fmt::print("{}\n\nUsage: {}\n\n", command.summary, command.usage);
  std::ostringstream text;
  text << own << "\n" << commonOptions(command.uses);
  fmt::print("{}\nExamples:\n{}\n", text.str(), command.examples);
}

Error unknownOption(const po::unknown_option& e, const Command& command, const po::options_description& known) {
  const std::string given = e.get_option_name();
  std::vector<std::string> names;
  for (const auto& option : known.options())
    if (option->long_name() != kPositional) names.push_back("--" + option->long_name());
  return Error("FLW-0038", fmt::format("there is no option '{}'", given), "gaincell " + command.name,
               support::didYouMean(given, names, fmt::format("'gaincell {} --help' lists the options", command.name)));
}

ExitCode runCommand(const Command& command, const std::vector<std::string>& args, const std::string& command_line) {
  po::options_description own(fmt::format("Options of {}", command.name), 120), all, hidden;
  command.options(own.add_options());
  hidden.add_options()(kPositional, po::value<std::vector<std::string>>());
  all.add(own).add(commonOptions(command.uses)).add(hidden);
  po::positional_options_description positional;
  positional.add(kPositional, -1);

  CommandContext context;
  context.command_line = command_line;
  const auto style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
  try {
    const auto parsed = po::command_line_parser(args).options(all).positional(positional).style(style).run();
    for (const auto& option : parsed.options)
      if (option.string_key != kPositional) context.typed.insert(option.string_key);
    po::store(parsed, context.values);
  } catch (const po::unknown_option& e) {
    throw unknownOption(e, command, all);
  }
  if (context.values.count("help")) {
    printHelp(command, own);
    return ExitCode::Done;
  }
  if (context.values.count("config")) {
    context.settings = SettingsFile(context.values["config"].as<std::string>());
    checkCommands(context.settings);
    checkAnalyses(context.settings);
    checkNumbers(context.settings);
    po::options_description known;
    known.add(own).add(commonOptions(command.uses));
    po::store(fromSettings(context.settings, command.name, known), context.values);
  }
  po::notify(context.values);
  context.common = commonFrom(context.values);
  if (context.values.count(kPositional))
    context.positional = context.values[kPositional].as<std::vector<std::string>>();
  if (!command.words && !context.positional.empty())
    throw Error("FLW-0033", fmt::format("'{}' is not expected here", context.positional[0]), "gaincell " + command.name,
                fmt::format("'gaincell {} --help' lists the options", command.name));
  support::setProgressMode(context.common.quiet ? support::ProgressMode::Quiet : support::ProgressMode::Auto);
  return command.run(context);
}

std::string quoted(const std::string& word) {
  const bool plain = !word.empty() && word.find_first_not_of(
                                          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                          "-_=./,:+@%") == std::string::npos;
  return plain ? word : "'" + word + "'";
}

constexpr const char* kNoOutput =
    "[FLW-0092] standard output cannot be written\n  free space where it goes, or keep its reader running";

int fail(const std::string& message) {
  fmt::print(stderr, "gaincell: {}\n", message);
  return static_cast<int>(ExitCode::Error);
}

int interrupted(const std::string& resume) {
  fmt::print(stderr, "gaincell: interrupted; what was finished is kept\n");
  if (!resume.empty()) fmt::print(stderr, "  to resume: {}\n", resume);
  return static_cast<int>(ExitCode::Interrupted);
}

Error unknownCommand(const std::string& given) {
  std::vector<std::string> names;
  for (const auto& c : commands()) names.push_back(c.name);
  return Error("FLW-0002", fmt::format("there is no command '{}'", given), "",
               support::didYouMean(given, names, "'gaincell --help' lists the commands"));
}

int dispatch(const std::vector<std::string>& words, const std::string& command_line) {
  if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    fmt::print("{}", overview());
    return words.empty() ? static_cast<int>(ExitCode::Error) : 0;
  }
  if (words[0] == "--version") {
    fmt::print("gaincell {}\n", support::version());
    return 0;
  }
  const Command* command = findCommand(words[0]);
  if (!command) throw unknownCommand(words[0]);
  const std::vector<std::string> args(words.begin() + 1, words.end());
  try {
    return static_cast<int>(runCommand(*command, args, command_line));
  } catch (const po::error& e) {
    return fail(fmt::format("[FLW-0003] {}\n  'gaincell {} --help' lists the options", e.what(), command->name));
  }
}

}  // namespace

int runProgram(int argc, char** argv) {
  support::installInterruptHandler();
  std::vector<std::string> words(argv + 1, argv + argc);
  std::string command_line = "gaincell";
  for (const auto& w : words) command_line += " " + quoted(w);
  try {
    const int code = dispatch(words, command_line);
    return std::fflush(stdout) == 0 && std::ferror(stdout) == 0 ? code : fail(kNoOutput);
  } catch (const support::Interrupted& e) {
    return interrupted(e.resumeCommand());
  } catch (const Error& e) {
    if (support::interruptRequested()) return interrupted("");
    return fail(e.what());
  } catch (const std::bad_alloc&) {
    return fail("[FLW-0090] out of memory\n  use a smaller size, or fewer worker processes (-j)");
  } catch (const std::exception& e) {
    if (std::ferror(stdout) != 0) return fail(kNoOutput);
    return fail(
        fmt::format("[FLW-0091] {}\n  this should not happen: please report it with the command line", e.what()));
  }
}

}  // namespace gaincell::flows
