// The report's section on area, energy and latency, from floorplan.json and floorplan.svg.

#include <fmt/format.h>

#include <algorithm>

#include "gaincell/report/plots.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/units.hpp"
#include "report_sections.hpp"

namespace gaincell::flows {

using nlohmann::json;

namespace {

report::Plot areaPlot(const json& plan) {
  std::vector<report::Bar> bars;
  double unused = 0;
  for (const json& share : plan["breakdown"]["head"]) {
    const double mm2 = share["area_um2"].get<double>() / 1e6;
    if (share["unused"].get<bool>()) {
      unused += mm2;
    } else if (share["share"].get<double>() >= 0.01) {
      bars.push_back({share["name"].get<std::string>(), mm2, 0,
                      fmt::format("{:.3f} mm², {:.1f} %", mm2, 100 * share["share"].get<double>())});
    }
  }
  bars.push_back({"channels, unused", unused, 7, fmt::format("{:.3f} mm²", unused)});
  std::stable_sort(bars.begin(), bars.end(), [](const auto& a, const auto& b) { return a.value > b.value; });
  report::Plot plot = report::barPlot("area", "Area of a head", "area (mm²)", bars);
  plot.caption = "Blocks of at least 1 % of the head. Capacitors decide the size of the converters.";
  return plot;
}

report::Plot energyPlot(const json& plan) {
  std::vector<report::Bar> bars;
  const json& inputs = plan["energy"]["inputs"];
  const auto jouleOf = [](const json& input) { return input["value"].get<double>() * input["count"].get<double>(); };
  double total = 0;
  for (const json& input : inputs) total += jouleOf(input);
  int color = 0;
  for (const json& input : inputs) {
    const double joule = jouleOf(input);
    const bool published = input["origin"] == "published";
    bars.push_back({input["name"].get<std::string>(), joule * 1e9, published ? 7 : color++,
                    fmt::format("{}, {:.0f} %{}", support::formatSi(joule, "J"), 100 * joule / total,
                                published ? " (paper)" : "")});
  }
  report::Plot plot = report::piePlot("energy-head", "Energy of one token in one head", "energy (nJ)", bars);
  plot.caption =
      "Arrays and converters: simulated here. Marked (paper): published, because this project does not generate the "
      "block.";
  return plot;
}

/// This chip beside the published GPU measurements.
report::Plot gpuPlot(const json& plan, const std::string& id, const std::string& title, const char* field, double scale,
                     const char* unit, const char* axis) {
  const json& chip = plan["energy"]["levels"].back();
  const std::string own = fmt::format("{}_per_token_{}", field, unit);
  std::vector<report::Bar> bars = {
      {"this chip, 12 heads", chip[own].get<double>() * scale, 0, support::formatSi(chip[own].get<double>(), unit)}};
  for (const json& gpu : plan["energy"]["gpus"]) {
    const double value = gpu[field]["value"].get<double>();
    bars.push_back({gpu["name"].get<std::string>(), value * scale, 1,
                    fmt::format("{}, x {:.0f}", support::formatSi(value, unit),
                                gpu[fmt::format("{}_ratio", field)].get<double>())});
  }
  bars[0].label = fmt::format("this chip, {} heads", plan["organisation"]["heads"].get<int>());
  report::Plot plot = report::barPlot(id, title, axis, bars, true);
  plot.caption = "GPU figures as published: 12 heads, 1024 steps, attention only. The axis is logarithmic.";
  return plot;
}

}  // namespace

report::Section floorplanSection(const ReportSource& s) {
  const json plan = json::parse(support::readFile(s.context.dir() / "floorplan.json"));
  report::Section section = namedSection("chip", "Area, energy and latency of tile, head and chip");
  section.command = "gaincell floorplan --model model.json --out floorplan";
  for (const json& note : plan["notes"]) section.text.push_back(note.get<std::string>());
  for (const json& c : plan["comparison"]) {
    report::Figure f;
    f.measure = "floorplan." + c["name"].get<std::string>();
    f.label = "Area: " + c["name"].get<std::string>();
    f.value = c["area_um2"].get<double>() * 1e-12;
    f.unit = "m^2";
    f.paper = c["published"]["value"].get<double>();
    f.note = c["note"].get<std::string>();
    section.figures.push_back(std::move(f));
  }
  for (const json& level : plan["energy"]["levels"]) {
    report::Figure f;
    f.label = fmt::format("Energy per token: {}", level["level"].get<std::string>());
    f.measure = "floorplan.energy." + level["level"].get<std::string>();
    f.value = level["energy_per_token_J"].get<double>();
    f.unit = "J";
    if (level["level"] == "head") f.paper = 6.1e-9;  // the paper's own sum of its parts, 6.15 nJ
    section.figures.push_back(std::move(f));
  }
  report::Drawing drawing;
  drawing.id = "floorplan";
  drawing.title = "Floorplan";
  drawing.svg = support::readFile(s.context.dir() / "floorplan.svg");
  drawing.alt = "Floorplan of a sub-tile, a head and the chip, with a table of block sizes and areas";
  drawing.caption = "Every level to its own scale. Colours are those of the table.";
  drawing.command = section.command;
  drawing.files = {{"SVG", "floorplan.svg"},       {"JSON", "floorplan.json"},      {"GDS", "floorplan.gds"},
                   {"LEF", "floorplan.lef"},       {"DEF of the tile", "tile.def"}, {"DEF of the head", "head.def"},
                   {"DEF of the chip", "chip.def"}};
  section.drawings.push_back(std::move(drawing));
  section.plots = {areaPlot(plan), energyPlot(plan),
                   gpuPlot(plan, "gpu-latency", "Latency of a token beside GPUs", "latency", 1e9, "s", "latency (ns)"),
                   gpuPlot(plan, "gpu-energy", "Energy of a token beside GPUs", "energy", 1e9, "J", "energy (nJ)")};
  for (report::Plot& plot : section.plots) plot.command = section.command;
  return section;
}

}  // namespace gaincell::flows
