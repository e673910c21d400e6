#include <doctest/doctest.h>

#include <array>
#include <nlohmann/json.hpp>

#include "gaincell/layout/writers.hpp"
#include "gaincell/model/token_energy.hpp"
#include "gaincell/support/error.hpp"
#include "sample.hpp"

using namespace gaincell;
using namespace gaincell::layout;

TEST_CASE("areas of devices follow the stated formula") {
  const AreaRules rules = areaRules(1e-7, 1.3e-7, 3e-8, 4e-3, "test PDK", "");
  // One finger: (0.03 + 0.1 + 0.1) x (0.5 + 0.2) um^2.
  CHECK(transistorArea(rules, {"m", 0.5e-6, 30e-9, 1}) == doctest::Approx(0.23 * 0.7 * 1e-12));
  // Two fingers of 1 um exactly at the limit: (2 (0.03 + 0.1) + 0.1) x 1.2.
  CHECK(transistorArea(rules, {"m", 2e-6, 30e-9, 1}) == doctest::Approx(0.36 * 1.2 * 1e-12));
  CHECK(transistorArea(rules, {"m", 2e-6, 30e-9, 3}) == doctest::Approx(3 * 0.36 * 1.2 * 1e-12));
  // One finger more has one gate and one gap more: 0.13 um.
  CHECK(transistorArea(rules, {"m", 3e-6, 30e-9, 1}) == doctest::Approx(0.49 * 1.2 * 1e-12));
  // 2.92 pF at 4 fF/um^2 are 730 um^2.
  const BlockArea cap = blockArea(rules, blockOf("c", {}, {2.92e-12}));
  CHECK(cap.capacitors == doctest::Approx(730e-12));
  CHECK(cap.total == cap.capacitors);
  // One gate: 3 poly pitches x 9 tracks of 0.1 um, at 70 %.
  CHECK(logicArea(rules, 1) == doctest::Approx(0.39 * 0.9 / 0.7 * 1e-12));
}

TEST_CASE("capacitors lie over or beside the transistors") {
  AreaRules rules = areaRules(1e-7, 1.3e-7, 3e-8, 4e-3, "test PDK", "");
  const BlockDevices block = blockOf("b", {{0.5, 0.03}}, {4e-15});
  const BlockArea over = blockArea(rules, block);
  CHECK(over.total == doctest::Approx(1e-12));
  rules.capacitor_over_active = false;
  CHECK(blockArea(rules, block).total == doctest::Approx(1e-12 + 0.23 * 0.7e-12 / 0.7));
}

TEST_CASE("the floorplan is legal and its areas add up exactly, whatever the organisation") {
  for (const auto& size : std::vector<std::array<int, 4>>{
           {64, 64, 16, 12}, {1, 1, 1, 1}, {64, 16, 3, 5}, {7, 130, 17, 2}, {2, 1024, 1, 12}}) {
    const int rows = size[0], columns = size[1], tiles = size[2], heads = size[3];
    CAPTURE(rows);
    CAPTURE(columns);
    FloorplanInput in = sampleInput();
    in.organisation.rows = rows;
    in.organisation.columns = columns;
    in.organisation.tiles = tiles;
    in.organisation.heads = heads;
    const Floorplan plan = buildFloorplan(in);
    CHECK(violations(plan).empty());
    for (const Block& block : plan.blocks) {
      Nm sum = 0;
      for (const Share& share : breakdown(plan, block)) {
        CHECK(share.area > 0);
        sum += share.area;
      }
      CHECK(sum == block.area());
    }
    const Block& chip = plan.ofKind(Kind::Chip);
    for (const Share& share : breakdown(plan, chip))
      if (share.name == "gain-cell") CHECK(share.count == std::int64_t{2} * rows * columns * tiles * heads);
  }
}

TEST_CASE("no block is smaller than its contents need, and little is lost") {
  const FloorplanInput in = sampleInput();
  const Floorplan plan = buildFloorplan(in);
  const auto um2 = [&](const char* name) { return static_cast<double>(plan.block(name).area()) / 1e6; };
  CHECK(um2("gain_cell") >= 2.0);
  CHECK(um2("gain_cell") < 2.2);
  CHECK(um2("relu_converter") >= 740.0);  // 2.92 pF + 40 fF
  CHECK(um2("relu_converter") < 760.0);
  CHECK(um2("signed_converter") >= 490.0);
  const Block& head = plan.ofKind(Kind::Head);
  Nm unused = 0;
  for (const Share& share : breakdown(plan, head)) unused += share.unused ? share.area : 0;
  CHECK(static_cast<double>(unused) < 0.1 * static_cast<double>(head.area()));
}

TEST_CASE("a published cell area replaces the computed one") {
  FloorplanInput in = sampleInput();
  in.cell_area = {"6T cell", 1e-12, "m^2", Origin::Published, "paper"};
  const Floorplan plan = buildFloorplan(in);
  CHECK(plan.block("gain_cell").area() == 1'000'000);
  CHECK(plan.block("gain_cell").source == "paper");
}

TEST_CASE("illegal floorplans are noticed") {
  Floorplan plan = buildFloorplan(sampleInput());
  Block& tile = *std::find_if(plan.blocks.begin(), plan.blocks.end(), [](const Block& b) { return b.name == "tile"; });
  const auto count = [&] { return violations(plan).size(); };
  SUBCASE("overlap by one nanometre") {
    for (Placement& p : tile.children)
      if (p.instance == "relu") p.x -= 1;
    CHECK(count() == 2);  // the ReLU converters reach over both arrays' right edge
    CHECK(violations(plan)[0] == "tile/relu overlaps array_1");
    CHECK(violations(plan)[1] == "tile/relu overlaps array_2");
  }
  SUBCASE("outside by one nanometre") {
    tile.width -= 1;
    CHECK(count() >= 1);
  }
  SUBCASE("grid pitch below the block's size") {
    for (Placement& p : tile.children)
      if (p.instance == "relu") p.pitch_y -= 1;
    CHECK(count() == 1);
  }
  SUBCASE("repeated names") {
    tile.children.push_back(tile.children.front());
    CHECK(count() == 2);  // the name and the overlap
    plan.blocks.push_back(plan.blocks.back());
    CHECK(count() == 3);
  }
}

TEST_CASE("nonsense is refused") {
  const auto idOf = [](const FloorplanInput& in) -> std::string {
    try {
      buildFloorplan(in);
    } catch (const support::Error& e) {
      return e.id();
    }
    return "";
  };
  FloorplanInput in = sampleInput();
  in.organisation.tiles = 0;
  CHECK(idOf(in) == "LAY-0003");
  in = sampleInput();
  in.rules.mom_density.value = 0;
  CHECK(idOf(in) == "LAY-0005");
  in = sampleInput();
  in.rules.poly_pitch.value = 2e-8;
  CHECK(idOf(in) == "LAY-0008");
  in = sampleInput();
  in.relu_converter.devices[0].w = -1;
  CHECK(idOf(in) == "LAY-0001");
  in = sampleInput();
  in.relu_converter.capacitors.push_back(1e6);
  CHECK(idOf(in) == "LAY-0004");
}

TEST_CASE("energy and latency reproduce the published totals and ratios") {
  const FloorplanInput in = sampleInput();
  const Floorplan plan = buildFloorplan(in);
  const std::vector<Estimate> levels = estimate(publishedEnergy(), in.organisation, plan);
  REQUIRE(levels.size() == 3);
  CHECK(levels[0].energy == doctest::Approx(113.75e-12));
  CHECK(levels[1].energy == doctest::Approx(6.15e-9));
  CHECK(levels[2].energy == doctest::Approx(73.8e-9));
  for (const Estimate& e : levels) CHECK(e.latency == doctest::Approx(65e-9));
  CHECK(levels[1].power == doctest::Approx(6.15e-9 / 65e-9));
  // The paper's summary: x300 and x7000 in speed, x90,000 and x40,000 in energy.
  const std::vector<Gpu>& gpus = publishedGpus();
  CHECK(gpus[0].latency.value / levels[2].latency == doctest::Approx(344.15).epsilon(1e-3));
  CHECK(gpus[1].latency.value / levels[2].latency == doctest::Approx(7521.5).epsilon(1e-3));
  CHECK(gpus[0].energy.value / levels[2].energy == doctest::Approx(97263).epsilon(1e-3));
  CHECK(gpus[1].energy.value / levels[2].energy == doctest::Approx(43984).epsilon(1e-3));
}

TEST_CASE("energies of a model are counted for the organisation, the digital part stays the published one") {
  model::Model m = model::paperModel();
  m.energy_J = model::Energy{};
  m.energy_J->write = 2e-15;
  m.energy_J->read_per_cell = 10e-15;
  m.energy_J->relu_converter_per_column_operation = 400e-15;
  m.energy_J->signed_converter_per_column_operation = 300e-15;
  m.energy_J->rest_by_level = model::RestPower{1e-9, {0, 0.9}, {1e-9, 1e-9}};
  m.timing_s.token = 60e-9;
  FloorplanInput in = sampleInput();
  in.organisation.rows = 48, in.organisation.columns = 32, in.organisation.tiles = 20, in.organisation.heads = 3;
  const EnergyInput energy = modelEnergy(m, in.organisation, "m.json");
  const std::vector<Estimate> levels = estimate(energy, in.organisation, buildFloorplan(in));
  // 48 x 32 cells read for half a pulse in both arrays, 32 and 48 conversions, and a tile's share of the rest.
  CHECK(levels[0].energy == doctest::Approx(2 * 768 * 10e-15 + 32 * 400e-15 + 48 * 300e-15 + 3.2256e-12 / 20));
  CHECK(levels[1].energy == doctest::Approx(4854.6176e-12));
  CHECK(levels[2].energy == doctest::Approx(3 * 4854.6176e-12));
  CHECK(levels[1].latency == 60e-9);
  for (const Figure& f : energy.tile) CHECK(f.origin == Origin::Model);
  CHECK(energy.head.back().origin == Origin::Published);
  CHECK(energy.head.back().value == 4e-9);
  // Nothing published stands in for what a model lacks.
  model::Model broken = m;
  broken.energy_J->read_per_cell.reset();
  CHECK_THROWS_WITH_AS(modelEnergy(broken, in.organisation, "m.json"), doctest::Contains("is not in the model"),
                       support::Error);
  broken = m;
  broken.timing_s.token.reset();
  CHECK_THROWS_WITH_AS(modelEnergy(broken, in.organisation, "m.json"), doctest::Contains("how long a token takes"),
                       support::Error);
  const nlohmann::json inputs = toJson(buildFloorplan(in), in.organisation, energy)["energy"]["inputs"];
  double head = 0;
  for (const auto& i : inputs) head += i["value"].get<double>() * i["count"].get<int>();
  CHECK(head == doctest::Approx(levels[1].energy));
}

TEST_CASE("every number in the JSON names its source") {
  const FloorplanInput in = sampleInput();
  const nlohmann::json json = toJson(buildFloorplan(in), in.organisation, publishedEnergy());
  CHECK(json["schema"] == "gaincell-floorplan/1");
  REQUIRE(json["figures"].size() > 10);
  for (const auto& figure : json["figures"]) CHECK_FALSE(figure["source"].get<std::string>().empty());
  for (const auto& block : json["blocks"]) CHECK_FALSE(block["source"].get<std::string>().empty());
  for (const char* level : {"tile", "head", "chip"}) {
    double sum = 0;
    for (const auto& share : json["breakdown"][level]) sum += share["share"].get<double>();
    CHECK(sum == doctest::Approx(1.0));
  }
}
