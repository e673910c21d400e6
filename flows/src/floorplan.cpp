#include "floorplan.hpp"

#include <fmt/format.h>

#include "gaincell/cells/generator.hpp"
#include "gaincell/model/token_energy.hpp"
#include "gaincell/netlist/flatten.hpp"

namespace gaincell::flows {

using support::Error;
namespace fs = std::filesystem;

namespace {

/// Transistors and capacitors of a generated circuit.
layout::BlockDevices devicesOf(const pdk::Pdk& pdk, const design::Design& design, const std::string& kind) {
  const cells::Generator& generator = cells::generator(kind);
  netlist::Circuit circuit = pdk::emptyDeck(pdk, {pdk.corners.front().name, pdk.temp_nom_c, pdk.vdd}, kind).circuit;
  const std::string name = generator.define(pdk, design, circuit);
  circuit.add(netlist::Instance{"block", name, circuit.find(name)->ports, {}});
  layout::BlockDevices block;
  block.source = fmt::format("generator {} with design {} on {}", kind, design.name, pdk.name);
  for (const auto& m : netlist::flattenMosfets(circuit)) block.devices.push_back({m.path, m.w, m.l, m.m});
  for (const auto& p : netlist::flattenPassives(circuit))
    if (p.kind == 'c') block.capacitors.push_back(p.value);
  return block;
}

/// The chains that drive a word line and its complement: those of the ReLU converter, which drive array 2, drive array
/// 1 as well.
layout::BlockDevices wordLineDriver(const layout::BlockDevices& relu) {
  layout::BlockDevices driver;
  driver.source = "word-line chains of the " + relu.source;
  for (const layout::Device& device : relu.devices)
    if (device.name.find(".wl") != std::string::npos) driver.devices.push_back(device);
  return driver;
}

double layoutValue(const pdk::Pdk& pdk, const std::string& key) {
  const auto it = pdk.layout.values.find(key);
  if (it == pdk.layout.values.end())
    throw Error("FPL-0001", fmt::format("the PDK {} has no layout figure '{}'", pdk.name, key), pdk.manifest.string(),
                "add it under layout/values of the manifest, with unit and source");
  return it->second;
}

layout::AreaRules rulesOf(const pdk::Pdk& pdk) {
  const double gate = pdk.device(pdk.role("logic_n").device).l_min;
  layout::AreaRules rules = layout::areaRules(layoutValue(pdk, "metal_pitch"), layoutValue(pdk, "poly_pitch"), gate,
                                              layoutValue(pdk, "mom_capacitance"), pdk.name, pdk.layout.source);
  const auto source = [&](layout::Figure& figure, const char* key) { figure.source = pdk.layout.sources.at(key); };
  source(rules.metal_pitch, "metal_pitch");
  source(rules.poly_pitch, "poly_pitch");
  source(rules.mom_density, "mom_capacitance");
  return rules;
}

/// Those of the model, else the published ones, which stand for the paper's head alone.
layout::EnergyInput energyOf(const FloorplanSettings& settings) {
  const layout::Organisation& o = settings.organisation;
  if (settings.model)
    return layout::modelEnergy(
        *settings.model, o,
        "model file of design " + settings.model->design.value_or(model::DesignRecord{"unknown", "", {}}).name);
  namespace published = model::published;
  if (o.rows != published::kRows || o.columns != published::kColumns || o.tiles != published::kTiles)
    throw Error("FPL-0005",
                fmt::format("there are no published energies of a head of {} tiles of {} x {} cells", o.tiles, o.rows,
                            o.columns),
                "floorplan", "give the model of the design with --model FILE");
  return layout::publishedEnergy();
}

}  // namespace

FloorplanResult makeFloorplan(const pdk::Pdk& pdk, const design::Design& design, FloorplanSettings settings) {
  settings.organisation.rows = design.integer("array.rows");
  settings.organisation.columns = design.integer("array.cols");
  layout::FloorplanInput input;
  input.organisation = settings.organisation;
  input.rules = rulesOf(pdk);
  input.rules.capacitor_over_active = settings.capacitor_over_active;
  input.cell = devicesOf(pdk, design, "gain-cell");
  input.relu_converter = devicesOf(pdk, design, "relu-converter");
  input.signed_converter = devicesOf(pdk, design, "signed-converter");
  input.word_line_driver = wordLineDriver(input.relu_converter);
  if (settings.published_cell)
    input.cell_area = {"6T cell, oxide semiconductor, worst case", 1e-12, "m^2", layout::Origin::Published,
                       "Leroux, Manea et al., Nature Computational Science 5, 813-824 (2025): about 1 um^2"};
  // Sizes that are impossible are refused by the plan, before energies are looked for.
  const layout::Floorplan plan = layout::buildFloorplan(input);
  return {settings.organisation, plan, energyOf(settings)};
}

std::vector<std::string> writeFloorplan(const FloorplanResult& result, const support::Provenance& provenance,
                                        const fs::path& dir, support::Overwrite overwrite) {
  const layout::Floorplan& plan = result.floorplan;
  nlohmann::json json = layout::toJson(plan, result.organisation, result.energy);
  json["provenance"] = support::toJson(provenance);
  std::vector<std::pair<std::string, std::string>> files = {{"floorplan.json", json.dump(2) + "\n"},
                                                            {"floorplan.svg", layout::toSvg(plan)},
                                                            {"floorplan.gds", layout::toGds(plan, provenance.date)},
                                                            {"floorplan.lef", layout::toLef(plan)}};
  for (const layout::Kind kind : {layout::Kind::Tile, layout::Kind::Head, layout::Kind::Chip}) {
    const layout::Block& block = plan.ofKind(kind);
    files.emplace_back(block.name + ".def", layout::toDef(plan, block));
  }
  std::vector<std::string> names;
  for (const auto& [name, content] : files) {
    support::writeFileAtomically(dir / name, content, overwrite);
    names.push_back(name);
  }
  return names;
}

}  // namespace gaincell::flows
