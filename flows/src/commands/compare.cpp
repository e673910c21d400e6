// gaincell compare: finished runs of the flow side by side, or beside the paper.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "../compare/comparison.hpp"
#include "../compare/document.hpp"
#include "../compare/paper.hpp"
#include "../compare/plots.hpp"
#include "commands.hpp"
#include "gaincell/support/suggest.hpp"

namespace gaincell::flows {

using support::Error;
using support::ExitCode;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string>& formats() {
  static const std::vector<std::string> all = {"text", "csv", "markdown", "html"};
  return all;
}

std::string optionText(const CommandContext& context, const char* name) {
  return context.values.count(name) ? context.values[name].as<std::string>() : "";
}

/// --format, else what the name of the file says, else text.
std::string formatOf(const CommandContext& context, const std::string& file) {
  std::string given = optionText(context, "format");
  if (!given.empty()) {
    if (std::find(formats().begin(), formats().end(), given) == formats().end())
      throw Error("CMP-0006", fmt::format("there is no format '{}'", given), "--format",
                  support::didYouMean(given, formats(), fmt::format("give one of {}", fmt::join(formats(), ", "))));
    return given;
  }
  const std::string end = fs::path(file).extension().string();
  return end == ".csv" ? "csv" : end == ".html" || end == ".htm" ? "html" : end == ".md" ? "markdown" : "text";
}

double thresholdOf(const CommandContext& context) {
  const double percent = context.values["above"].as<double>();
  if (!(percent >= 0 && percent <= 1e6))
    throw Error("CMP-0009", fmt::format("{} is no percentage from 0 up", percent), "--above", "give for example 5");
  return percent / 100;
}

template <class Side>
std::string written(const Side& side, const std::string& format, const std::string& command,
                    std::vector<std::string>& missing) {
  if (format == "csv") return comparison::toCsvText(side);
  comparison::Document document = comparison::documentOf(side, command);
  if (format == "markdown") return comparison::toMarkdown(document);
  if (format == "text") return comparison::toText(document);
  const comparison::KeyPlots key = comparison::keyPlots(side);
  missing = key.missing;
  for (const auto& file : missing) document.text.push_back(fmt::format("Not drawn: {} is missing.", file));
  return comparison::toHtml(document, key.plots);
}

template <class Side>
ExitCode give(const CommandContext& context, const Side& side) {
  const std::string file = optionText(context, "output"), format = formatOf(context, file);
  if (context.common.json && file.empty() && !optionText(context, "format").empty())
    throw Error("CMP-0007", "--json and --format both want the standard output", "gaincell compare",
                "leave one of them away, or add -o FILE");
  nlohmann::json json = comparison::toJson(side);
  if (file.empty() && context.common.json) {
    context.print(json, "");
    return ExitCode::Done;
  }
  std::vector<std::string> missing;
  const std::string text = written(side, format, context.command_line, missing);
  if (file.empty()) {
    fmt::print("{}", text);
    return ExitCode::Done;
  }
  support::writeFileAtomically(file, text, context.overwrite());
  json["file"] = file;
  json["not_drawn"] = missing;
  context.print(json,
                fmt::format("{}: {} run{} as {}", file, side.runs.size(), side.runs.size() == 1 ? "" : "s", format));
  return ExitCode::Done;
}

ExitCode run(const CommandContext& context) {
  const bool paper = context.values.count("paper") > 0;
  if (context.positional.size() < (paper ? 1u : 2u))
    throw Error("CMP-0005", paper ? "no run was given" : "a comparison needs two runs or more", "gaincell compare",
                "give the --out folders of finished flows; one of them is enough with --paper");
  if (paper && context.values.count("above"))
    throw Error("CMP-0010", "--above has no meaning beside the paper", "gaincell compare", "leave it away");
  std::vector<comparison::Run> runs = comparison::readRuns(context.positional);
  if (paper) return give(context, comparison::comparePaper(std::move(runs)));
  comparison::Comparison side = comparison::compareRuns(std::move(runs));
  if (context.values.count("above")) comparison::keepChanges(side, thresholdOf(context));
  return give(context, side);
}

}  // namespace

Command compareCommand() {
  return {"compare",
          "finished runs of the flow side by side, or beside the paper",
          "gaincell compare RUN RUN... [options]",
          "  gaincell compare out/lean out/reference\n"
          "  gaincell compare out/tt out/ss out/ff --above 10\n"
          "  gaincell compare out/before out/after -o comparison.html\n"
          "  gaincell compare out/lean out/reference --format csv -o figures.csv\n"
          "  gaincell compare out/lean --paper\n"
          "  gaincell compare out/lean out/reference --paper --format markdown -o docs/paper.md --force\n",
          kForce,
          [](po::options_description_easy_init add) {
            add("paper", "every published figure beside the runs', with ratio and reason");
            add("format", po::value<std::string>()->value_name("NAME"),
                "text, csv, markdown or html (default: by the name of the file, else text)");
            add("output,o", po::value<std::string>()->value_name("FILE"), "file to write (default: standard output)");
            add("above", po::value<double>()->value_name("PERCENT"),
                "only figures that change by more than this against the first run, or that a run lacks");
          },
          run,
          true};
}

}  // namespace gaincell::flows
