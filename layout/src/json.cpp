#include <nlohmann/json.hpp>

#include "gaincell/layout/writers.hpp"

namespace gaincell::layout {

namespace {

using nlohmann::json;

json toJson(const Figure& f) {
  return {
      {"name", f.name}, {"value", f.value}, {"unit", f.unit}, {"origin", originName(f.origin)}, {"source", f.source}};
}

double um(Nm nm) {
  return static_cast<double>(nm) / 1e3;
}
double um2(Nm nm2) {
  return static_cast<double>(nm2) / 1e6;
}

json toJson(const Block& block) {
  json children = json::array();
  for (const Placement& p : block.children) {
    children.push_back({{"instance", p.instance},
                        {"block", p.block},
                        {"x_um", um(p.x)},
                        {"y_um", um(p.y)},
                        {"columns", p.columns},
                        {"rows", p.rows},
                        {"pitch_x_um", um(p.pitch_x)},
                        {"pitch_y_um", um(p.pitch_y)}});
  }
  return {{"name", block.name},          {"title", block.title},          {"kind", kindName(block.kind)},
          {"width_um", um(block.width)}, {"height_um", um(block.height)}, {"area_um2", um2(block.area())},
          {"source", block.source},      {"children", children}};
}

json breakdownJson(const Floorplan& floorplan, const Block& block) {
  json list = json::array();
  for (const Share& s : breakdown(floorplan, block)) {
    list.push_back({{"name", s.name},
                    {"unused", s.unused},
                    {"count", s.count},
                    {"area_um2", um2(s.area)},
                    {"share", static_cast<double>(s.area) / static_cast<double>(block.area())}});
  }
  return list;
}

json energyJson(const Floorplan& floorplan, const Organisation& organisation, const EnergyInput& input) {
  json levels = json::array();
  const std::vector<Estimate> estimates = estimate(input, organisation, floorplan);
  for (const Estimate& e : estimates) {
    levels.push_back({{"level", e.level},
                      {"energy_per_token_J", e.energy},
                      {"latency_per_token_s", e.latency},
                      {"power_W", e.power},
                      {"power_density_W_per_m2", e.power_density}});
  }
  json gpus = json::array();
  const Estimate& chip = estimates.back();
  for (const Gpu& gpu : publishedGpus()) {
    gpus.push_back({{"name", gpu.name},
                    {"energy", toJson(gpu.energy)},
                    {"latency", toJson(gpu.latency)},
                    {"energy_ratio", gpu.energy.value / chip.energy},
                    {"latency_ratio", gpu.latency.value / chip.latency}});
  }
  // `count`: how often a head has it.
  json inputs = json::array();
  const auto add = [&](const std::vector<Figure>& figures, const char* of, int count) {
    for (const Figure& f : figures) {
      inputs.push_back(toJson(f));
      inputs.back()["of"] = of;
      inputs.back()["count"] = count;
    }
  };
  add(input.tile, "tile", organisation.tiles);
  add(input.head, "head", 1);
  return {{"inputs", inputs}, {"latency", toJson(input.latency)}, {"levels", levels}, {"gpus", gpus}};
}

}  // namespace

json toJson(const Floorplan& floorplan, const Organisation& o, const EnergyInput& energy) {
  json figures = json::array(), blocks = json::array(), comparisons = json::array(), shares = json::object();
  for (const Figure& f : floorplan.figures) figures.push_back(toJson(f));
  for (const Block& block : floorplan.blocks) blocks.push_back(toJson(block));
  for (const Kind kind : {Kind::Tile, Kind::Head, Kind::Chip})
    shares[kindName(kind)] = breakdownJson(floorplan, floorplan.ofKind(kind));
  for (const AreaComparison& c : compareAreas(floorplan, o))
    comparisons.push_back(
        {{"name", c.name}, {"area_um2", c.ours * 1e12}, {"published", toJson(c.published)}, {"note", c.note}});
  return {{"schema", "gaincell-floorplan/1"},
          {"organisation",
           {{"rows", o.rows},
            {"columns", o.columns},
            {"tiles", o.tiles},
            {"heads", o.heads},
            {"query_bits", o.query_bits},
            {"stored_bits", o.stored_bits},
            {"output_bits", o.output_bits}}},
          {"figures", figures},
          {"blocks", blocks},
          {"breakdown", shares},
          {"comparison", comparisons},
          {"energy", energyJson(floorplan, o, energy)},
          {"notes", floorplan.notes}};
}

}  // namespace gaincell::layout
