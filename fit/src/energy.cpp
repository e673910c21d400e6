#include "gaincell/fit/energy.hpp"

#include <algorithm>
#include <cmath>

#include "events.hpp"
#include "gaincell/fit/converter.hpp"
#include "gaincell/fit/regression.hpp"
#include "gaincell/model/token_energy.hpp"

namespace gaincell::fit {

namespace {

std::optional<double> meanOf(const std::optional<support::Table>& table, const char* column) {
  if (!table) return std::nullopt;
  std::vector<double> values;
  for (const double e : table->values(column))
    if (std::isfinite(e)) values.push_back(e);
  return values.empty() ? std::nullopt : std::optional(mean(values));
}

/// Mean over all charges within the full scale, equally likely: the table's charges crowd where it bends.
std::optional<double> meanConversion(const std::optional<support::Table>& table, const model::BitLines* line) {
  if (!table) return std::nullopt;
  model::Converter c;
  addEnergy(c, *table);
  if (c.energy_J.empty()) return std::nullopt;
  const double low = c.energy_charge_fC.front(), high = c.energy_charge_fC.back();
  const double full = line != nullptr ? line->full_scale_fC : std::max(-low, high);
  const double from = std::max(low, -full), to = std::min(high, full);
  if (!(to > from)) return mean(c.energy_J);
  std::vector<double> charges{from};
  for (const double q : c.energy_charge_fC)
    if (q > from && q < to) charges.push_back(q);
  charges.push_back(to);
  double sum = 0;
  for (std::size_t i = 1; i < charges.size(); ++i)
    sum += 0.5 * (charges[i] - charges[i - 1]) *
           (model::conversionEnergy(c, charges[i - 1]) + model::conversionEnergy(c, charges[i]));
  return sum / (to - from);
}

/// Energies of reads on a bit line that integrates: simulated is one that a rail holds, and what the rail delivers
/// there is delivered by the converter that brings an integrating line back.
support::Table integratingReads(support::Table table) {
  const auto rail = std::find(table.columns.begin(), table.columns.end(), "bit_line_J");
  if (rail == table.columns.end()) return table;
  const auto from = static_cast<std::size_t>(rail - table.columns.begin());
  const std::size_t energy = table.column("energy_J");
  for (auto& row : table.rows) row[energy] -= row[from];
  return table;
}

/// Mean over levels of the energy of the longest pulse.
std::optional<double> meanRead(const support::Table& table) {
  const auto width = table.values("width_s"), energy = table.values("energy_J");
  const double longest = *std::max_element(width.begin(), width.end());
  std::vector<double> full;
  for (std::size_t i = 0; i < width.size(); ++i)
    if (width[i] > 0.99 * longest && std::isfinite(energy[i])) full.push_back(energy[i]);
  return full.empty() ? std::nullopt : std::optional(mean(full));
}

void addReads(const support::Table& held, model::Energy& e) {
  const support::Table table = integratingReads(held);
  e.read_per_cell = meanRead(table);
  model::ReadEnergy r{differentValues(table, "v_storage_V"), differentValues(table, "width_s"), {}};
  if (const auto grid = meansBy(table, "v_storage_V", r.v_storage_V, "width_s", r.width_s, "energy_J")) {
    r.energy_J = *grid;
    e.read_by_level = std::move(r);
  }
}

void addWrites(const support::Table& table, model::Energy& e) {
  model::WriteEnergy w{differentValues(table, "v_target_V"), {}};
  if (const auto grid = byLevel(table, "energy_J", w.level_V)) {
    w.energy_J = *grid;
    e.write_by_level = std::move(w);
  }
}

/// Linear between the points of x, which increase; the end values beyond.
double between(const std::vector<double>& x, const std::vector<double>& y, double at) {
  const auto upper = std::lower_bound(x.begin(), x.end(), at);
  if (upper == x.begin()) return y.front();
  if (upper == x.end()) return y.back();
  const auto i = static_cast<std::size_t>(upper - x.begin());
  return y[i - 1] + (y[i] - y[i - 1]) * (at - x[i - 1]) / (x[i] - x[i - 1]);
}

/// The mean counts the stored levels alone: between two of them a cell takes most, and none rests there.
void addRest(const support::Table& table, int levels, double vdd, model::Energy& e) {
  model::RestPower r;
  r.v_storage_V = differentValues(table, "v_storage_V");
  const auto grid = meansBy(table, "v_storage_V", r.v_storage_V, "v_storage_V", {0}, "power_W");
  if (!grid) return;
  for (const auto& row : *grid) r.power_W.push_back(row.front());
  for (int l = 0; l < levels; ++l) r.mean_W += between(r.v_storage_V, r.power_W, vdd * l / (levels - 1)) / levels;
  e.rest_by_level = std::move(r);
}

}  // namespace

std::optional<model::Energy> fitEnergy(const Inputs& in, const Options& options) {
  if (!in.read_energy && !in.write_energy && !in.relu_energy && !in.signed_energy) return std::nullopt;
  model::Energy e;
  e.write = meanOf(in.write_energy, "energy_J");
  const model::Conventions* hardware = in.conventions ? &*in.conventions : nullptr;
  e.relu_converter_per_column_operation = meanConversion(in.relu_energy, hardware ? &hardware->array1 : nullptr);
  e.signed_converter_per_column_operation = meanConversion(in.signed_energy, hardware ? &hardware->array2 : nullptr);
  if (in.read_energy) addReads(*in.read_energy, e);
  if (in.write_energy) addWrites(*in.write_energy, e);
  if (in.rest_power) addRest(*in.rest_power, options.levels, in.conditions.vdd_v, e);
  return e;
}

}  // namespace gaincell::fit
