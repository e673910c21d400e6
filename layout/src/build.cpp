#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "gaincell/layout/floorplan.hpp"
#include "gaincell/support/error.hpp"
#include "logic.hpp"

namespace gaincell::layout {

namespace {

using support::Error;

constexpr double kNm = 1e-9;
/// GDSII coordinates are 32-bit; 2 m of chip is far beyond use, so this also catches nonsense input early.
constexpr Nm kLargest = 2'000'000'000;

/// Equal blocks in a full grid.
struct Grid {
  int columns = 1, rows = 1;
  Nm width = 0, height = 0;  ///< of one
  Nm totalWidth() const { return columns * width; }
  Nm totalHeight() const { return rows * height; }
};

class Builder {
 public:
  explicit Builder(const FloorplanInput& input) : in_(input), logic_(logicGates(input.organisation)) {
    grid_ = static_cast<Nm>(std::llround(in_.rules.metal_pitch.value / kNm));
    channel_ = 10 * grid_;
  }

  Floorplan build() {
    leaves();
    tile();
    head();
    chip();
    figures();
    notes();
    return std::move(plan_);
  }

 private:
  Nm up(double metres) const {
    const double nm = metres / kNm;
    if (!(nm < static_cast<double>(kLargest)))
      throw Error("LAY-0004", "the chip would be larger than 2 m", "", "use fewer heads, tiles or cells");
    return std::max<Nm>(1, static_cast<Nm>(std::ceil(nm / static_cast<double>(grid_) - 1e-9))) * grid_;
  }
  static double metres(Nm nm) { return static_cast<double>(nm) * kNm; }

  /// The full grid of `count` blocks of `area`, at most `max_height` high, that is narrowest; near-square blocks win
  /// ties.
  Grid fit(int count, double area, Nm max_height) const {
    Grid best;
    double best_score = INFINITY;
    for (int rows = 1; rows <= count; ++rows) {
      const Nm height = max_height / rows / grid_ * grid_;
      if (count % rows != 0 || height < grid_) continue;
      const Grid grid{count / rows, rows, up(area / metres(height)), height};
      const double aspect = std::fabs(std::log(static_cast<double>(grid.width) / static_cast<double>(height)));
      const double score = static_cast<double>(grid.totalWidth()) * (1 + 0.05 * aspect);
      if (score >= best_score) continue;
      best_score = score;
      best = grid;
    }
    return best;
  }

  void add(const std::string& name, const std::string& title, Kind kind, Nm width, Nm height,
           const std::string& source) {
    if (width > kLargest || height > kLargest)
      throw Error("LAY-0007", fmt::format("the {} would be larger than 2 m", kindName(kind)), "",
                  "use fewer heads, tiles or cells");
    plan_.blocks.push_back({name, title, kind, width, height, {}, source});
  }
  static Placement at(const std::string& instance, const std::string& block, Nm x, Nm y, const Grid& grid) {
    return {instance, block, x, y, grid.columns, grid.rows, grid.width, grid.height};
  }

  /// Smallest rectangle on the grid with at least the area and sides within 1:1.6.
  std::pair<Nm, Nm> nearlySquare(double area) const {
    std::pair<Nm, Nm> best{};
    for (Nm height = up(std::sqrt(area / 1.6)); height <= up(std::sqrt(area)); height += grid_) {
      const std::pair<Nm, Nm> size{up(area / metres(height)), height};
      if (best.first == 0 || size.first * size.second <= best.first * best.second) best = size;
    }
    return best;
  }

  void leaves() {
    const bool given = in_.cell_area.value > 0;
    cell_area_ = given ? BlockArea{} : blockArea(in_.rules, in_.cell);
    const auto [w, h] = nearlySquare(given ? in_.cell_area.value : cell_area_.total);
    add("gain_cell", "6T gain cell", Kind::Cell, w, h, given ? in_.cell_area.source : describe(cell_area_));
    const Block cell = plan_.blocks.back();
    const Organisation& o = in_.organisation;
    const auto array = [&, width = w, height = h](const std::string& name, const std::string& title, int word_lines,
                                                  int bit_lines) {
      add(name, title, Kind::Array, bit_lines * width, word_lines * height,
          fmt::format("{} word lines x {} bit lines of cells", word_lines, bit_lines));
      plan_.blocks.back().children.push_back(at("cells", cell.name, 0, 0, {bit_lines, word_lines, width, height}));
    };
    array("array_k", "Array 1 (keys)", o.rows, o.columns);
    array("array_v", "Array 2 (values)", o.columns, o.rows);
    driver_area_ = blockArea(in_.rules, in_.word_line_driver);
    relu_area_ = blockArea(in_.rules, in_.relu_converter);
    signed_area_ = blockArea(in_.rules, in_.signed_converter);
  }

  static std::string describe(const BlockArea& a) {
    return fmt::format("{}: {} transistors {:.3f} µm², capacitors {:.4g} pF {:.3f} µm²", a.source, a.device_count,
                       a.transistors * 1e12, a.capacitance * 1e12, a.capacitors * 1e12);
  }
  std::string describeLogic(const Figure& gates) const {
    return fmt::format("{:.0f} NAND2 gates: {}", gates.value, gates.source);
  }

  struct Banks {
    Grid relu, readout, counters, dacs;
    Nm split = 0;  ///< y of the channel between them
    Nm upperWidth() const { return readout.totalWidth() + counters.totalWidth() + dacs.totalWidth(); }
    Nm width() const { return std::max(relu.totalWidth(), upperWidth()); }
  };

  /// Converters, counters and DACs right of the arrays: ReLU converters below, the rest above. The height of the
  /// channel between them is searched for the narrowest tile.
  Banks banks(Nm total_height) const {
    const Organisation& o = in_.organisation;
    const Nm usable = total_height - channel_;
    const Nm step = std::max<Nm>(grid_, usable / 200 / grid_ * grid_);
    Banks best;
    for (Nm split = grid_; split < usable; split += step) {
      Banks b;
      b.split = split;
      b.relu = fit(o.columns, relu_area_.total, split);
      b.readout = fit(o.rows, signed_area_.total, usable - split);
      b.counters = fit(o.rows, logicArea(in_.rules, logic_.counter.value), usable - split);
      b.dacs = fit(o.rows, logicArea(in_.rules, logic_.write_dac.value), usable - split);
      const bool all = b.relu.width > 0 && b.readout.width > 0 && b.counters.width > 0 && b.dacs.width > 0;
      if (all && (best.split == 0 || b.width() < best.width())) best = b;
    }
    return best;
  }

  /// Drivers and array 1, above them decoders and array 2, on their right the converters.
  void tile() {
    const Nm cell_height = plan_.block("gain_cell").height;
    const Block array_k = plan_.block("array_k"), array_v = plan_.block("array_v");
    const Grid drivers{1, in_.organisation.rows, up(driver_area_.total / metres(cell_height)), cell_height};
    const double decoder_area = logicArea(in_.rules, logic_.decoder.value);
    const Nm left = std::max(drivers.width, up(decoder_area / metres(array_v.height)));
    const Nm decoder_height = std::min(array_v.height, up(decoder_area / metres(left)));
    const Nm upper = array_k.height + channel_, height = upper + array_v.height;
    const Nm right = left + std::max(array_k.width, array_v.width);
    const Banks b = banks(height);
    add("word_line_driver", "Word-line driver", Kind::WordLineDriver, drivers.width, drivers.height,
        describe(driver_area_));
    add("relu_converter", "ReLU converter", Kind::ReluConverter, b.relu.width, b.relu.height, describe(relu_area_));
    add("signed_converter", "Signed converter", Kind::SignedConverter, b.readout.width, b.readout.height,
        describe(signed_area_));
    add("counter", "Counter and sign", Kind::Counter, b.counters.width, b.counters.height,
        describeLogic(logic_.counter));
    add("write_dac", "Write DAC", Kind::WriteDac, b.dacs.width, b.dacs.height, describeLogic(logic_.write_dac));
    add("write_decoder", "Write-column decoders", Kind::Decoder, left, decoder_height, describeLogic(logic_.decoder));
    add("tile", "Sub-tile", Kind::Tile, right + b.width(), height,
        "arrays above each other, converters on their right; channels of ten metal pitches");
    std::vector<Placement>& children = plan_.blocks.back().children;
    children.push_back(at("drivers", "word_line_driver", left - drivers.width, 0, drivers));
    children.push_back({"array_1", "array_k", left, 0});
    children.push_back({"decoders", "write_decoder", 0, upper});
    children.push_back({"array_2", "array_v", left, upper});
    children.push_back(at("relu", "relu_converter", right, 0, b.relu));
    Nm x = right;
    const auto next = [&](const std::string& instance, const std::string& block, const Grid& grid) {
      children.push_back(at(instance, block, x, b.split + channel_, grid));
      x += grid.totalWidth();
    };
    next("signed", "signed_converter", b.readout);
    next("counters", "counter", b.counters);
    next("dacs", "write_dac", b.dacs);
  }

  /// Columns x rows of a block with channels, as near to square as the count allows.
  Grid square(int count, const Block& block, Nm extra_height) const {
    Grid best;
    double best_score = INFINITY;
    for (int columns = 1; columns <= count; ++columns) {
      if (count % columns != 0) continue;
      const Grid grid{columns, count / columns, block.width + channel_, block.height + channel_};
      const double score = std::fabs(
          std::log(static_cast<double>(grid.totalWidth()) / static_cast<double>(grid.totalHeight() + extra_height)));
      if (score >= best_score) continue;
      best_score = score;
      best = grid;
    }
    return best;
  }

  /// Tiles in a near-square grid above a strip of adders and control.
  void head() {
    const Organisation& o = in_.organisation;
    const Block tile = plan_.block("tile");
    const double adder_area = logicArea(in_.rules, logic_.adder.value);
    const double control_area = logicArea(in_.rules, logic_.control.value);
    const Grid tiles = square(o.tiles, tile, 0);
    const Nm width = tiles.totalWidth() - channel_;
    // Snapping makes blocks a little larger than their area, so the strip grows until both fit side by side.
    Nm strip = up((adder_area * o.rows + control_area) / metres(width));
    Grid adders = fit(o.rows, adder_area, strip);
    while (adders.columns < 1 || adders.totalWidth() == 0 ||
           adders.totalWidth() + up(control_area / metres(strip)) > width) {
      strip += grid_;
      adders = fit(o.rows, adder_area, strip);
    }
    add("adder", "Adder", Kind::Adder, adders.width, adders.height, describeLogic(logic_.adder));
    const Nm control_width = width - adders.totalWidth();
    add("control", "Control and registers", Kind::Control, control_width, up(control_area / metres(control_width)),
        describeLogic(logic_.control));
    add("head", "Head", Kind::Head, width, strip + tiles.totalHeight(),
        "tiles in a grid above the digital strip, channels of ten metal pitches");
    Block& head = plan_.blocks.back();
    head.children.push_back(at("adders", "adder", 0, 0, adders));
    head.children.push_back({"control", "control", adders.totalWidth(), 0});
    head.children.push_back(at("tiles", "tile", 0, strip + channel_, tiles));
  }

  void chip() {
    const Block head = plan_.block("head");
    const Grid heads = square(in_.organisation.heads, head, 0);
    add("chip", "Chip", Kind::Chip, heads.totalWidth() - channel_, heads.totalHeight() - channel_,
        "heads in a grid; no pads, no host interface");
    plan_.blocks.back().children.push_back(at("heads", "head", 0, 0, heads));
  }

  void figures() {
    if (in_.cell_area.value > 0) plan_.figures.push_back(in_.cell_area);
    for (const Figure* figure : in_.rules.all()) plan_.figures.push_back(*figure);
    const auto device = [&](const std::string& name, const BlockArea& area) {
      if (area.total <= 0) return;
      plan_.figures.push_back({name + ", transistor area", area.transistors, "m^2", Origin::Circuit, describe(area)});
      plan_.figures.push_back({name + ", drawn capacitance", area.capacitance, "F", Origin::Circuit, area.source});
    };
    device("gain cell", cell_area_);
    device("word-line driver", driver_area_);
    device("ReLU converter", relu_area_);
    device("signed converter", signed_area_);
    for (const Figure& gates : {logic_.write_dac, logic_.counter, logic_.decoder, logic_.adder, logic_.control})
      plan_.figures.push_back(gates);
    plan_.figures.push_back({"routing channel", metres(channel_), "m", Origin::Assumption,
                             "ten metal pitches between rows of blocks; other wiring runs over them"});
  }

  void notes() {
    const Block& tile = plan_.block("tile");
    Nm converters = 0;
    for (const Share& s : breakdown(plan_, tile))
      if (s.name == kindName(Kind::ReluConverter) || s.name == kindName(Kind::SignedConverter)) converters += s.area;
    const double share = 100.0 * static_cast<double>(converters) / static_cast<double>(tile.area());
    plan_.notes.push_back(
        fmt::format("Converters take {:.0f} % of a tile. Their integration capacitors set their size: {:.3g} pF and "
                    "{:.3g} pF at {:.3g} "
                    "fF/µm² are {:.0f} and {:.0f} µm² each, against {:.0f} and {:.0f} µm² of transistors.",
                    share, relu_area_.capacitance * 1e12, signed_area_.capacitance * 1e12,
                    in_.rules.mom_density.value * 1e3, relu_area_.capacitors * 1e12, signed_area_.capacitors * 1e12,
                    relu_area_.transistors * 1e12, signed_area_.transistors * 1e12));
    plan_.notes.push_back(
        in_.rules.capacitor_over_active
            ? "Capacitors are counted as lying in the metal above their own transistors: a block is as "
              "large as the larger of the two. Its wiring must then stay below the capacitor's metals."
            : "Capacitors are counted beside the transistors: a block is as large as both together.");
    plan_.notes.push_back(
        "This is an area budget, not a layout: no block has been drawn, no design rule checked, and no pads, clock "
        "tree, "
        "references or host interface are included.");
  }

  FloorplanInput in_;
  LogicGates logic_;
  Nm grid_ = 1, channel_ = 0;
  BlockArea cell_area_, driver_area_, relu_area_, signed_area_;
  Floorplan plan_;
};

void checkInput(const FloorplanInput& input) {
  const Organisation& o = input.organisation;
  const auto range = [](int value, int low, int high, const char* what) {
    if (value < low || value > high)
      throw Error("LAY-0003", fmt::format("{} is {}", what, value), "", fmt::format("allowed are {} to {}", low, high));
  };
  range(o.rows, 1, 1024, "the number of rows");
  range(o.columns, 1, 1024, "the number of columns");
  range(o.tiles, 1, 1024, "the number of tiles");
  range(o.heads, 1, 1024, "the number of heads");
  range(o.query_bits, 1, 8, "the number of query bits");
  range(o.stored_bits, 1, 8, "the number of stored bits");
  range(o.output_bits, 2, 16, "the number of output bits");
  for (const Figure* figure : input.rules.all()) {
    if (!std::isfinite(figure->value) || figure->value <= 0)
      throw Error("LAY-0005", fmt::format("{} is {} {}", figure->name, figure->value, figure->unit), figure->source,
                  "it must be positive");
  }
  const double pitch = input.rules.metal_pitch.value;
  if (input.rules.poly_pitch.value <= input.rules.gate_length.value || std::llround(pitch / kNm) < 1)
    throw Error("LAY-0008", "the pitches of the layout rules do not fit each other", input.rules.metal_pitch.source,
                "the poly pitch must exceed the gate length and the metal pitch must be at least 1 nm");
}

}  // namespace

Floorplan buildFloorplan(const FloorplanInput& input) {
  checkInput(input);
  Floorplan plan = Builder(input).build();
  const std::vector<std::string> found = violations(plan);
  if (!found.empty())
    throw Error("LAY-0009", fmt::format("the floorplan is not legal: {}", found.front()), "",
                "please report this input");
  return plan;
}

}  // namespace gaincell::layout
