#include "check_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gaincell/cells/column.hpp"

namespace gaincell::flows {

using nlohmann::json;

namespace {

struct Quantity {
  const char* name;
  const char* title;
  const char* unit;
  const std::vector<ComparedPoint>* points;
  double full_scale;
};

std::vector<Quantity> quantities(const TileComparison& c) {
  return {{"s", "S, charge of array 1", "C", &c.s, c.full_scale_charge},
          {"phi", "phi, ReLU pulse", "s", &c.phi, c.full_scale_width},
          {"output", "output, from the transistors' phi", "s", &c.output, c.full_scale_width},
          {"chain", "output, from the model's own phi", "s", &c.chain, c.full_scale_width}};
}

std::string columnName(std::string form, const char* unit) {
  std::replace(form.begin(), form.end(), ' ', '_');
  return fmt::format("{}_{}", form, unit);
}

}  // namespace

TileCircuits tileCircuits(const CommandContext& context, const pdk::Pdk& pdk, int rows, int cols) {
  TileCircuits c{context.circuitParameters(pdk, "array"), context.circuitParameters(pdk, "column"),
                 context.circuitParameters(pdk, "column")};
  // One cell for both: what the columns are made of.
  cells::copyPrefixed(c.relu_column, "cell_", c.array);
  c.array.set("rows", rows);
  c.array.set("cols", cols);
  c.relu_column.set("rows", rows);
  c.relu_column.set("converter", "relu");
  c.signed_column.set("rows", cols);  // the tokens are the word lines of array 2
  c.signed_column.set("converter", "signed");
  return c;
}

json toJson(const TileComparison& c) {
  json j;
  for (const auto& q : quantities(c)) {
    json forms = json::array();
    for (std::size_t f = 0; f < c.forms.size(); ++f) {
      const Agreement a = agreementOf(*q.points, q.full_scale, f);
      forms.push_back({{"form", c.forms[f].name},
                       {"nrmse", a.nrmse},
                       {"max", a.max},
                       {"bias", a.bias},
                       {"r2", a.r2},
                       {"beyond_lsb", a.beyond_lsb}});
    }
    j[q.name] = {{"full_scale", q.full_scale}, {"unit", q.unit}, {"points", q.points->size()}, {"forms", forms}};
  }
  j["speed"] = {{"spice_multiply_cpu_s", c.spice_multiply_cpu_s},
                {"model_multiply_s", c.model_multiply_s},
                {"ratio", c.spice_multiply_cpu_s / c.model_multiply_s},
                {"spice_total_cpu_s", c.spice_cpu_s}};
  j["warnings"] = c.warnings;
  return j;
}

std::string toText(const TileComparison& c) {
  std::string text = "errors relative to full scale; every row adds one effect to the model\n";
  for (const auto& q : quantities(c)) {
    text += fmt::format("{} ({} points)\n  {:<16}{:>10}{:>10}{:>10}{:>10}{:>12}\n", q.title, q.points->size(), "",
                        "NRMSE", "max", "bias", "R2", "> 1 LSB");
    for (std::size_t f = 0; f < c.forms.size(); ++f) {
      const Agreement a = agreementOf(*q.points, q.full_scale, f);
      text += fmt::format("  {:<16}{:>9.3f}%{:>9.3f}%{:>9.3f}%{:>10.5f}{:>11.2f}%\n", c.forms[f].name, 100 * a.nrmse,
                          100 * a.max, 100 * a.bias, a.r2, 100 * a.beyond_lsb);
    }
  }
  text += fmt::format("one array multiply: {:.3g} s CPU in SPICE, {:.3g} s in the plain model, ratio {:.3g}\n",
                      c.spice_multiply_cpu_s, c.model_multiply_s, c.spice_multiply_cpu_s / c.model_multiply_s);
  for (const auto& w : c.warnings) text += "warning: " + w + "\n";
  return text;
}

std::map<std::string, support::Table> comparisonTables(const TileComparison& c) {
  std::map<std::string, support::Table> tables;
  for (const auto& q : quantities(c)) {
    support::Table t{{"operation", "index", columnName("spice", q.unit)}, {}};
    for (const auto& form : c.forms) t.columns.push_back(columnName(form.name, q.unit));
    for (const auto& p : *q.points) {
      std::vector<double> row = {static_cast<double>(p.operation), static_cast<double>(p.index), p.spice};
      row.insert(row.end(), p.model.begin(), p.model.end());
      t.addRow(row);
    }
    tables[q.name] = std::move(t);
  }
  return tables;
}

}  // namespace gaincell::flows
