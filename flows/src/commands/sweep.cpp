// gaincell sweep: one analysis of one circuit for a list of cases - variants, corners, anything that is a parameter -
// each over a list of draws, as one table.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "../lists.hpp"
#include "commands.hpp"
#include "gaincell/cells/generator.hpp"
#include "gaincell/sim/analysis.hpp"
#include "gaincell/support/csv.hpp"
#include "gaincell/support/parallel.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows {

using support::Error;
using support::ExitCode;

namespace {

using Assignments = std::vector<std::pair<std::string, std::string>>;

/// One row of the table.
struct Case {
  std::string name;
  Assignments assignments;
};

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t\r"), end = text.find_last_not_of(" \t\r");
  return begin == std::string::npos ? std::string() : text.substr(begin, end - begin + 1);
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (const auto& part : splitList(text, separator))
    if (!trimmed(part).empty()) parts.push_back(trimmed(part));
  return parts;
}

std::pair<std::string, std::string> assignment(const std::string& text, const std::string& where) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
    throw Error("SWP-0001", fmt::format("'{}' is not name=value", text), where,
                "write for example 'slow and cold: corner=ss, temp=0'");
  return {trimmed(text.substr(0, equals)), trimmed(text.substr(equals + 1))};
}

/// "NAME: a=1, b=2"; the assignments may be missing.
Case parseCase(const std::string& text, const std::string& where) {
  const auto colon = text.find(':');
  Case c{trimmed(text.substr(0, colon)), {}};
  if (c.name.empty()) throw Error("SWP-0002", "a case has no name", where, "write NAME: name=value, name=value");
  if (colon == std::string::npos) return c;
  for (const auto& part : split(text.substr(colon + 1), ',')) {
    auto one = assignment(part, where);
    for (const auto& other : c.assignments)
      if (other.first == one.first)
        throw Error("SWP-0008", fmt::format("'{}' is given twice in case '{}'", one.first, c.name), where,
                    "keep one of them");
    c.assignments.push_back(std::move(one));
  }
  return c;
}

std::vector<std::string> optionList(const CommandContext& context, const char* name) {
  return context.values.count(name) ? context.values[name].as<std::vector<std::string>>() : std::vector<std::string>{};
}

std::vector<Case> casesOf(const CommandContext& context) {
  std::vector<Case> cases;
  if (context.values.count("cases")) {
    const std::string file = context.values["cases"].as<std::string>();
    std::ifstream in(file);
    if (!in) throw Error("SWP-0003", "the file of cases cannot be read", file, "check its name");
    int number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      if (line = trimmed(line.substr(0, line.find('#'))); !line.empty())
        cases.push_back(parseCase(line, fmt::format("{}:{}", file, number)));
    }
  }
  for (const auto& text : optionList(context, "case")) cases.push_back(parseCase(text, "--case"));
  if (cases.empty())
    throw Error("SWP-0004", "there is no case", "gaincell sweep",
                "give --case 'NAME: name=value, ...' or --cases FILE");
  return cases;
}

/// Every combination of the values of all `--over NAME=a,b,c`.
std::vector<Assignments> drawsOf(const CommandContext& context) {
  std::vector<Assignments> draws{{}};
  for (const auto& text : optionList(context, "over")) {
    const auto [name, list] = assignment(text, "--over");
    std::vector<Assignments> longer;
    for (const auto& draw : draws)
      for (const auto& value : split(list, ',')) {
        longer.push_back(draw);
        longer.back().emplace_back(name, value);
      }
    draws = longer;
  }
  return draws;
}

/// One analysis with everything it needs.
struct Run {
  design::Design design;
  netlist::ParameterSet settings;
  pdk::Conditions conditions;
  std::uint64_t seed = 1;
};

std::uint64_t seedOf(const std::string& value, const std::string& where) {
  std::uint64_t seed = 0;
  const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), seed);
  if (fault == std::errc() && end == value.data() + value.size()) return seed;
  throw Error("SWP-0009", fmt::format("'{}' is no seed", value), where, "give a whole number from 0");
}

/// A value of the design beats the same of --set; it is then checked as if it had been given there.
void setValue(CommandContext& context, const std::string& path, const std::string& value) {
  auto& sets = context.common.sets;
  sets.erase(std::remove_if(sets.begin(), sets.end(), [&](const std::string& s) { return s.starts_with(path + "="); }),
             sets.end());
  sets.push_back(path + "=" + value);
}

void apply(CommandContext& context, netlist::ParameterSet& settings, const Assignments& assignments,
           const std::string& where) {
  for (const auto& [name, value] : assignments) {
    if (name != "seed") refuseSeed(settings, name, where);
    if (name == "corner")
      context.common.corner = value;
    else if (name == "temp")
      context.common.temp_c = support::parseQuantity(value, "C", where);
    else if (name == "vdd")
      context.common.vdd = support::parseQuantity(value, "V", where);
    else if (name == "design")
      context.common.design = value;
    else if (name == "seed")
      context.common.seed = seedOf(value, where);
    else if (settings.has(name))
      settings.set(name, value, where);
    else
      setValue(context, name, value);  // says what there is when the name is unknown
  }
}

Run prepare(const CommandContext& context, const pdk::Pdk& pdk, const std::string& kind, const sim::Analysis& analysis,
            const Case& which, const Assignments& draw) {
  CommandContext own = context;
  const std::string where = fmt::format("case '{}'", which.name);
  try {
    netlist::ParameterSet settings = own.analysisSettings(pdk, kind, analysis.name);
    apply(own, settings, which.assignments, where);
    apply(own, settings, draw, "--over");
    return {own.loadDesign(pdk, kind), std::move(settings), own.conditions(pdk), own.common.seed};
  } catch (const Error& e) {
    if (e.where().starts_with(where)) throw;
    throw Error(e.id(), e.problem(), e.where().empty() ? where : fmt::format("{}: {}", where, e.where()), e.remedy());
  }
}

/// Figures of one case: mean and the value of largest magnitude over the draws.
struct Row {
  std::string name;
  std::vector<sim::Figure> figures;
  std::vector<double> largest;
};

Row summarize(const std::string& name, const std::vector<sim::AnalysisResult>& results) {
  Row row{name, results.front().figures, {}};
  for (std::size_t f = 0; f < row.figures.size(); ++f) {
    double sum = 0, largest = 0;
    for (const auto& result : results) {
      const double v = result.figure(row.figures[f].name);
      sum += v;
      if (!(std::fabs(v) <= std::fabs(largest))) largest = v;
    }
    row.figures[f].value = sum / static_cast<double>(results.size());
    row.largest.push_back(largest);
  }
  return row;
}

std::string shown(double value, const std::string& unit) {
  return unit.empty() ? fmt::format("{:.4g}", value) : support::formatSi(value, unit, 4);
}

bool wanted(const std::vector<std::string>& names, const std::string& name) {
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

std::string textTable(const std::vector<Row>& rows, const std::vector<std::string>& names) {
  std::string text;
  for (const auto& row : rows) {
    text += row.name + "\n";
    for (std::size_t f = 0; f < row.figures.size(); ++f) {
      const auto& figure = row.figures[f];
      if (wanted(names, figure.name))
        text += fmt::format("  {:<28} mean {:>12}   largest {:>12}  {}\n", figure.name,
                            shown(figure.value, figure.unit), shown(row.largest[f], figure.unit), figure.description);
    }
  }
  return text;
}

/// One line per case and figure, for a spreadsheet.
std::string csvOf(const std::vector<Row>& rows, const std::string& origin) {
  std::string text = "# " + origin + "\ncase,figure,unit,mean,largest\n";
  for (const auto& row : rows)
    for (std::size_t f = 0; f < row.figures.size(); ++f)
      text += fmt::format("\"{}\",{},{},{:.9g},{:.9g}\n", row.name, row.figures[f].name, row.figures[f].unit,
                          row.figures[f].value, row.largest[f]);
  return text;
}

nlohmann::json jsonOf(const std::vector<Row>& rows) {
  nlohmann::json out = nlohmann::json::array();
  for (const auto& row : rows) {
    nlohmann::json figures = nlohmann::json::array();
    for (std::size_t f = 0; f < row.figures.size(); ++f)
      figures.push_back({{"name", row.figures[f].name},
                         {"unit", row.figures[f].unit},
                         {"mean", row.figures[f].value},
                         {"largest", row.largest[f]},
                         {"description", row.figures[f].description}});
    out.push_back({{"case", row.name}, {"figures", figures}});
  }
  return out;
}

/// All runs, each on a worker of its own: a small deck is one job and would leave the other processors idle.
std::vector<sim::AnalysisResult> simulateAll(const CommandContext& context, const pdk::Pdk& pdk,
                                             const sim::Analysis& analysis, const std::vector<Run>& runs) {
  std::vector<sim::AnalysisResult> results(runs.size());
  sim::SimulatorOptions options = context.simulatorOptions();
  options.jobs = 1;
  support::parallelFor(runs.size(), context.common.jobs, [&](std::size_t i) {
    support::throwIfInterrupted();
    sim::Simulator simulator(options);
    sim::AnalysisContext one{pdk, runs[i].conditions, runs[i].design, runs[i].settings, simulator};
    one.seed = runs[i].seed;
    results[i] = analysis.run(one);
  });
  return results;
}

void checkNames(const std::vector<std::string>& names, const std::vector<sim::Figure>& figures) {
  for (const auto& name : names) {
    const auto same = [&](const sim::Figure& f) { return f.name == name; };
    if (std::any_of(figures.begin(), figures.end(), same)) continue;
    std::vector<std::string> known;
    known.reserve(figures.size());
    for (const auto& f : figures) known.push_back(f.name);
    throw Error("SWP-0005", fmt::format("there is no figure '{}'", name), "--figures",
                fmt::format("figures are {}", fmt::join(known, ", ")));
  }
}

ExitCode run(const CommandContext& context) {
  if (context.positional.size() != 1 || !context.values.count("analysis"))
    throw Error("SWP-0006", "give one circuit kind and --analysis NAME", "gaincell sweep",
                "'gaincell simulate --help' lists the analyses");
  const pdk::Pdk pdk = context.loadPdk();
  const std::string kind = context.positional[0];
  cells::generator(kind);
  const sim::Analysis& analysis = sim::analysis(kind, context.values["analysis"].as<std::string>());
  const auto cases = casesOf(context);
  const auto draws = drawsOf(context);
  // Every case is checked before the first one is simulated.
  std::vector<Run> runs;
  for (const auto& which : cases)
    for (const auto& draw : draws) runs.push_back(prepare(context, pdk, kind, analysis, which, draw));
  const std::filesystem::path dir = context.common.out.empty() ? std::filesystem::path() : context.outputFolder();

  const auto results = simulateAll(context, pdk, analysis, runs);
  std::vector<std::string> names;
  if (context.values.count("figures")) names = split(context.values["figures"].as<std::string>(), ',');
  checkNames(names, results.front().figures);
  std::vector<Row> rows;
  for (std::size_t c = 0; c < cases.size(); ++c) {
    const auto begin = results.begin() + static_cast<std::ptrdiff_t>(c * draws.size());
    rows.push_back(summarize(cases[c].name, {begin, begin + static_cast<std::ptrdiff_t>(draws.size())}));
  }
  const nlohmann::json provenance = support::toJson(context.provenance(&pdk));
  const nlohmann::json summary{{"kind", kind},
                               {"analysis", analysis.name},
                               {"cases", jsonOf(rows)},
                               {"draws", draws.size()},
                               {"provenance", provenance}};
  if (!dir.empty()) {
    const std::string stem = fmt::format("{}_{}_sweep", kind, analysis.name);
    support::writeFileAtomically(dir / (stem + ".csv"), csvOf(rows, provenance.dump()), context.overwrite());
    support::writeFileAtomically(dir / (stem + ".json"), summary.dump(2) + "\n", context.overwrite());
  }
  context.print(summary, textTable(rows, names));
  return ExitCode::Done;
}

}  // namespace

Command sweepCommand() {
  return {"sweep",
          "one analysis over a list of cases: any value of the design, corners",
          "gaincell sweep KIND --analysis NAME --case 'NAME: name=value, ...' [options]",
          "  gaincell sweep column --analysis mac --cases examples/variants.txt --figures energy_array,gain\n"
          "  gaincell sweep tile --analysis chain --set array.rows=4 --set array.cols=4 --case tt --case 'ss: "
          "corner=ss' "
          "--over seed=1,2,3\n"
          "\nA case sets values of the design (cell.pair_n.w=80n) or chooses one (design=reference), settings of the "
          "analysis, and\n"
          "corner, temp, vdd and seed. Each is run with every\n"
          "combination of the --over lists; the table holds the mean and the value of largest magnitude.\n",
          kCircuits | kSeed | kJobs | kOut | kForce,
          [](po::options_description_easy_init add) {
            add("analysis", po::value<std::string>()->value_name("NAME"), "which analysis");
            add("case", po::value<std::vector<std::string>>()->value_name("CASE"),
                "'NAME: name=value, name=value' (repeatable)");
            add("cases", po::value<std::string>()->value_name("FILE"), "file of cases, one a line; # begins a comment");
            add("over", po::value<std::vector<std::string>>()->value_name("NAME=A,B"),
                "run each case with each of these values (repeatable: every combination)");
            add("figures", po::value<std::string>()->value_name("A,B"), "figures to print (default: all)");
            add("with", po::value<std::vector<std::string>>()->value_name("NAME=VALUE"),
                "a setting of the analysis, in every case (repeatable)");
            add("time-limit", po::value<double>()->value_name("S"), "seconds per simulation run (default 600)");
          },
          run,
          true};
}

}  // namespace gaincell::flows
