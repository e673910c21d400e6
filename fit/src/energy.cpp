#include "gaincell/fit/energy.hpp"

#include <algorithm>
#include <cmath>

#include "events.hpp"
#include "gaincell/fit/regression.hpp"

namespace gaincell::fit {

namespace {

// Published shares of a token and head that no table here holds.
constexpr double kDigital_J = 4e-9, kDac_J = 330e-12;
constexpr double kSubTiles = 16, kWritesPerToken = 128;

std::optional<double> meanOf(const std::optional<support::Table>& table, const char* column) {
  if (!table) return std::nullopt;
  std::vector<double> values;
  for (const double e : table->values(column))
    if (std::isfinite(e)) values.push_back(e);
  return values.empty() ? std::nullopt : std::optional(mean(values));
}

/// Mean over levels of the energy of the longest pulse.
std::optional<double> meanRead(const std::optional<support::Table>& table) {
  if (!table) return std::nullopt;
  const auto width = table->values("width_s"), energy = table->values("energy_J");
  const double longest = *std::max_element(width.begin(), width.end());
  std::vector<double> full;
  for (std::size_t i = 0; i < width.size(); ++i)
    if (width[i] > 0.99 * longest && std::isfinite(energy[i])) full.push_back(energy[i]);
  return full.empty() ? std::nullopt : std::optional(mean(full));
}

}  // namespace

std::optional<model::Energy> fitEnergy(const Inputs& in, const Options& options) {
  if (!in.read_energy && !in.write_energy && !in.relu_energy && !in.signed_energy) return std::nullopt;
  model::Energy e;
  e.write = meanOf(in.write_energy, "energy_J");
  e.read_per_cell = meanRead(in.read_energy);
  e.relu_converter_per_column_operation = meanOf(in.relu_energy, "total_J");
  e.signed_converter_per_column_operation = meanOf(in.signed_energy, "total_J");
  if (in.read_energy) {
    model::ReadEnergy r{
        differentValues(*in.read_energy, "v_storage_V"), differentValues(*in.read_energy, "width_s"), {}};
    if (const auto grid = meansBy(*in.read_energy, "v_storage_V", r.v_storage_V, "width_s", r.width_s, "energy_J")) {
      r.energy_J = *grid;
      e.read_by_level = std::move(r);
    }
  }
  if (in.write_energy) {
    model::WriteEnergy w{differentValues(*in.write_energy, "v_target_V"), {}};
    if (const auto grid = byLevel(*in.write_energy, "energy_J", w.level_V)) {
      w.energy_J = *grid;
      e.write_by_level = std::move(w);
    }
  }
  const double columns = options.rows, rows = options.rows;
  // Half the full-width energy: pulse widths are taken as uniform between none and the longest.
  const auto multiply = [&](const std::optional<double>& converter) -> std::optional<double> {
    if (!e.read_per_cell || !converter) return std::nullopt;
    return columns * (rows * *e.read_per_cell / 2 + *converter);
  };
  e.array1_multiply = multiply(e.relu_converter_per_column_operation);
  e.array2_multiply = multiply(e.signed_converter_per_column_operation);
  if (e.array1_multiply && e.array2_multiply) {
    e.per_array_multiply = (*e.array1_multiply + *e.array2_multiply) / 2;
    e.per_token = kSubTiles * (*e.array1_multiply + *e.array2_multiply) + kWritesPerToken * e.write.value_or(0) +
                  kDigital_J + kDac_J;
  }
  return e;
}

}  // namespace gaincell::fit
