#include "tile_setup.hpp"

#include <fmt/format.h>

#include "gaincell/cells/array.hpp"
#include "gaincell/design/conventions.hpp"
#include "gaincell/model/conventions.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::check {

using support::Error;

design::Design sizedFor(design::Design design, cells::ConverterKind kind, const Grid& stored) {
  const double lines = static_cast<double>(stored.size()), columns = static_cast<double>(stored.front().size());
  const bool keys = kind == cells::ConverterKind::Relu;
  design.set("array.rows", keys ? lines : columns, "tile data");
  design.set("array.cols", keys ? columns : lines, "tile data");
  return design;
}

void requireTile(const TileData& data) {
  const auto fail = [](const std::string& what) {
    throw Error("CHK-0002", what, "tile data",
                "give keys [row][token], values [token][output], queries [operation][row]");
  };
  if (data.keys.empty() || data.values.empty() || data.queries.empty()) fail("a tile needs keys, values and queries");
  for (const auto& row : data.keys)
    if (row.size() != data.values.size())
      fail(fmt::format("{} tokens in the keys, {} in the values", row.size(), data.values.size()));
  for (const auto& query : data.queries)
    if (query.size() != data.keys.size()) fail(fmt::format("{} inputs for {} rows", query.size(), data.keys.size()));
}

void requireComparable(const model::Model& m) {
  if (!m.relu_converter || !m.signed_converter)
    throw Error("CHK-0003", "the model has no converters", "model",
                "fit it with the transfer tables of both converters");
  const model::Conventions& c = model::requireConventions(m);
  if (c.positive_charge != model::SignConvention::IntoBitLine || c.mirrored != design::kMirrored)
    throw Error("CHK-0005", "the converters of the model count another direction of charge than those of the design",
                "model, $.conventions", "compare with a model that was fitted to simulations of the design");
}

model::Model modelOfTile(const model::Model& model, const pdk::Pdk& pdk, const design::Design& design,
                         const TileData& data) {
  model::Model out = model;
  const double bit_c = cells::arrayWire(pdk, design).bit_c;
  const auto fit = [&](model::BitLines& lines, std::size_t cells) {
    if (lines.capacitance_F > 0) lines.capacitance_F += (static_cast<double>(cells) - lines.cells) * bit_c;
    lines.cells = static_cast<int>(cells);
  };
  fit(out.conventions->array1, data.keys.size());
  fit(out.conventions->array2, data.values.size());
  return out;
}

Grid storedOf(const Grid& values, const design::Design& design, double vdd) {
  Grid out = values;
  for (auto& row : out)
    for (double& x : row) x = design::storedWeight(design, x, vdd);
  return out;
}

Grid pulsesOf(const TileData& data, const design::Design& design) {
  Grid widths;
  for (const auto& query : data.queries) {
    widths.emplace_back();
    for (const int q : query) widths.back().push_back(q * design::pulseLsb(design));
  }
  return widths;
}

}  // namespace gaincell::check
