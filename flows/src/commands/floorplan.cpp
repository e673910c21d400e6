// gaincell floorplan: area, energy and latency of tile, head and chip.

#include "../floorplan.hpp"
#include "../model_identity.hpp"

#include <fmt/format.h>

#include <iterator>

#include "commands.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows {

using support::Error;
using support::ExitCode;

namespace {

FloorplanSettings settingsOf(const CommandContext& context) {
  FloorplanSettings settings;
  const auto integer = [&](const char* name, int& value) {
    if (context.values.count(name)) value = context.values[name].as<int>();
  };
  integer("tiles", settings.organisation.tiles);
  integer("heads", settings.organisation.heads);
  const auto choice = [&](const char* name, const char* standard, const char* other) {
    const std::string text = context.values[name].as<std::string>();
    if (text != standard && text != other)
      throw Error("FPL-0002", fmt::format("'{}' is not possible here", text), fmt::format("--{}", name),
                  fmt::format("give {} or {}", standard, other));
    return text == other;
  };
  settings.published_cell = choice("cell", "generated", "published");
  settings.capacitor_over_active = !choice("capacitors", "over", "beside");
  return settings;
}

std::string warningText(const std::vector<std::string>& warnings) {
  std::string text;
  for (const auto& w : warnings) text += "warning: " + w + "\n";
  return text;
}

std::string summary(const FloorplanResult& result) {
  std::string text;
  auto to = std::back_inserter(text);
  const layout::Block& head = result.floorplan.ofKind(layout::Kind::Head);
  fmt::format_to(to, "{:<28}{:>12}{:>16}{:>9}\n", "in a head", "count", "area (um2)", "share");
  for (const layout::Share& s : layout::breakdown(result.floorplan, head)) {
    fmt::format_to(to, "{:<28}{:>12}{:>16.1f}{:>8.1f}%\n", s.name, s.count, static_cast<double>(s.area) / 1e6,
                   100.0 * static_cast<double>(s.area) / static_cast<double>(head.area()));
  }
  fmt::format_to(to, "\n{:<8}{:>14}{:>14}{:>16}{:>16}\n", "level", "area (mm2)", "energy/token", "latency/token",
                 "power");
  const std::vector<layout::Kind> kinds = {layout::Kind::Tile, layout::Kind::Head, layout::Kind::Chip};
  const auto levels = layout::estimate(result.energy, result.organisation, result.floorplan);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    fmt::format_to(to, "{:<8}{:>14.4f}{:>14}{:>16}{:>16}\n", levels[i].level,
                   static_cast<double>(result.floorplan.ofKind(kinds[i]).area()) / 1e12,
                   support::formatSi(levels[i].energy, "J"), support::formatSi(levels[i].latency, "s"),
                   support::formatSi(levels[i].power, "W"));
  }
  fmt::format_to(to, "\n{:<24}{:>14}{:>14}\n", "published beside ours", "ours (mm2)", "paper (mm2)");
  for (const layout::AreaComparison& c : layout::compareAreas(result.floorplan, result.organisation))
    fmt::format_to(to, "{:<24}{:>14.4g}{:>14.4g}\n", c.name, c.ours * 1e6, c.published.value * 1e6);
  for (const std::string& note : result.floorplan.notes) fmt::format_to(to, "\n{}\n", note);
  return text;
}

ExitCode run(const CommandContext& context) {
  if (context.common.out.empty())
    throw Error("FPL-0004", "no output folder was given", "gaincell floorplan", "add --out DIR");
  const pdk::Pdk pdk = context.loadPdk();
  const design::Design design = context.loadDesign(pdk);
  const pdk::Conditions conditions = context.conditions(pdk);
  FloorplanSettings settings = settingsOf(context);
  std::vector<std::string> warnings;
  if (context.values.count("model")) {
    settings.model = model::readModel(context.values["model"].as<std::string>());
    requireModelOf(context, *settings.model, design::identityOf(design, pdk, conditions), Part::Tile, warnings);
  }
  const FloorplanResult result = makeFloorplan(pdk, design, std::move(settings));
  const std::filesystem::path dir = context.outputFolder();
  const support::Provenance provenance = context.provenance(&pdk, &design);
  const std::vector<std::string> files = writeFloorplan(result, provenance, dir, context.overwrite());
  nlohmann::json json = layout::toJson(result.floorplan, result.organisation, result.energy);
  json["provenance"] = support::toJson(provenance);
  json["files"] = files;
  json["warnings"] = warnings;
  context.print(json,
                fmt::format("{}\n{}{}", summary(result), warningText(warnings), (dir / "floorplan.svg").string()));
  return ExitCode::Done;
}

}  // namespace

Command floorplanCommand() {
  return {"floorplan",
          "area, energy and latency of tile, head and chip",
          "gaincell floorplan [--model FILE] --out DIR [options]",
          "  gaincell floorplan --out out/floorplan\n"
          "  gaincell floorplan --model out/quick/model.json --out out/floorplan --json\n"
          "  gaincell floorplan --cell published --capacitors beside --out out/published\n"
          "  gaincell floorplan --set relu.c_int=1.5p --out out/small\n",
          kCircuits | kOut | kForce,
          [](po::options_description_easy_init add) {
            add("model", po::value<std::string>()->value_name("FILE"),
                "energies and latency from a model file (default: published figures)");
            add("cell", po::value<std::string>()->default_value("generated")->value_name("WHICH"),
                "generated: area from its devices; published: the paper's 1 um2 oxide-semiconductor cell");
            add("capacitors", po::value<std::string>()->default_value("over")->value_name("WHERE"),
                "over: in the metal above the transistors; beside: next to them");
            add("tiles", po::value<int>()->value_name("N"), "tiles of a head (default 16)");
            add("heads", po::value<int>()->value_name("N"), "heads of the chip (default 12)");
            addAnywayOption(add);
          },
          run};
}

}  // namespace gaincell::flows
