#include "gaincell/layout/estimate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gaincell/model/token_energy.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::layout {

namespace {

namespace published = model::published;

constexpr double kNm2 = 1e-18;  ///< m^2 in a square nanometre

std::string paper(const std::string& detail) {
  return std::string(published::kSource) + ": " + detail;
}

double area(const Block& block) {
  return static_cast<double>(block.area()) * kNm2;
}

}  // namespace

EnergyInput publishedEnergy() {
  EnergyInput e;
  e.tile = {{"array 1 with ReLU converters", published::kArray1_J / published::kTiles, "J", Origin::Published,
             paper("1120 pJ per head and token over 16 sub-tiles")},
            {"array 2 with signed converters", published::kArray2_J / published::kTiles, "J", Origin::Published,
             paper("700 pJ per head and token over 16 sub-tiles")}};
  e.head = {{"write DACs", published::kDac_J, "J", Origin::Published, paper("330 pJ")},
            {"digital control and routing", published::kDigital_J, "J", Origin::Published, paper("4 nJ (113.7 mW)")}};
  e.latency = {"latency of attention per token", published::kToken_s, "s", Origin::Published,
               paper("65 ns with write and reset")};
  return e;
}

EnergyInput modelEnergy(const model::Model& m, const Organisation& o, const std::string& source) {
  const model::HeadSize head{o.rows, o.columns, o.tiles};
  const model::HeadEnergy energy = model::energyOf(m, head, model::fullToken(head));
  const auto refuse = [&](const std::string& why) {
    throw support::Error("LAY-0011", "no energy of a token from this model: " + why, source,
                         "characterise and fit what is missing, or leave the model out for the published figures");
  };
  if (!energy.complete) refuse(fmt::format("{}", fmt::join(energy.notes, "; ")));
  if (!m.timing_s.token) refuse("it does not say how long a token takes");
  EnergyInput out;
  for (const auto& part : energy.parts()) {
    const bool digital = part.key == "digital";
    Figure f{part.title, part.energy, "J", digital ? Origin::Published : Origin::Model,
             digital ? paper("4 nJ (113.7 mW) of a head with 64 elements and 1024 tokens")
                     : fmt::format("{}, events of a token times energy_J", source)};
    if (part.of_tiles) f.value /= o.tiles;
    (part.of_tiles ? out.tile : out.head).push_back(std::move(f));
  }
  out.latency = {"time of a token", *m.timing_s.token, "s", Origin::Model, source + ", timing_s/token"};
  return out;
}

std::vector<Estimate> estimate(const EnergyInput& input, const Organisation& organisation, const Floorplan& floorplan) {
  const auto sum = [](const std::vector<Figure>& figures) {
    double joule = 0;
    for (const Figure& f : figures) joule += f.value;
    return joule;
  };
  const double tile = sum(input.tile);
  const double head = tile * organisation.tiles + sum(input.head);
  const auto level = [&](const std::string& name, double energy, Kind kind) {
    // All tiles of a head and all heads work at the same time, so the latency is the same on every level.
    Estimate e{name, energy, input.latency.value, energy / input.latency.value, 0};
    e.power_density = e.power / area(floorplan.ofKind(kind));
    return e;
  };
  return {level("tile", tile, Kind::Tile), level("head", head, Kind::Head),
          level("chip", head * organisation.heads, Kind::Chip)};
}

const std::vector<Gpu>& publishedGpus() {
  static const std::vector<Gpu> gpus = [] {
    const std::string source = "measurements in the authors' public code: 12 heads, 1024 steps, head dimension 64";
    const auto gpu = [&](const std::string& name, double energy, double latency) {
      return Gpu{name,
                 {"energy per token", energy, "J", Origin::Published, source},
                 {"latency per token", latency, "s", Origin::Published, source}};
    };
    return std::vector<Gpu>{gpu("Nvidia RTX 4090", 7.178e-3, 22.37e-6), gpu("Nvidia Jetson Nano", 3.246e-3, 488.9e-6)};
  }();
  return gpus;
}

std::vector<AreaComparison> compareAreas(const Floorplan& floorplan, const Organisation& organisation) {
  const double cell = area(floorplan.ofKind(Kind::Cell));
  const double cells = 2.0 * organisation.rows * organisation.columns * organisation.tiles * cell;
  std::vector<AreaComparison> list;
  list.push_back({"gain cell",
                  cell,
                  {"6T cell, oxide semiconductor, worst case", 1e-12, "m^2", Origin::Published, paper("about 1 um^2")},
                  "An oxide-semiconductor write device needs no large storage capacitor; a silicon one does."});
  list.push_back({"arrays of a head",
                  cells,
                  {"KV crossbars of a head without control", 0.0157e-6, "m^2", Origin::Published, paper("0.0157 mm^2")},
                  "The published figure is 0.12 um^2 for each of its 131,072 cells, so it does not describe the 1 um^2 "
                  "worst-case cell; both are shown as published."});
  list.push_back(
      {"head",
       area(floorplan.ofKind(Kind::Head)),
       {"head with digital control", 0.5e-6, "m^2", Origin::Published, paper("0.5 mm^2")},
       "Integration capacitors in metal-oxide-metal make the difference; a denser capacitor, or less charge per "
       "converter, would shrink it in proportion."});
  return list;
}

}  // namespace gaincell::layout
