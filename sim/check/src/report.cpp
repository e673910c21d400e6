#include "gaincell/check/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "agreement.hpp"
#include "best_cubic.hpp"
#include "gaincell/cells/array.hpp"
#include "gaincell/cells/column.hpp"

namespace gaincell::check {

using nlohmann::json;

namespace {

struct Quantity {
  const char* name;
  const char* title;
  const char* unit;
  const std::vector<ComparedPoint>* points;
  double full_scale;
  Clip clip;
  bool counted = false;  ///< codes of the counter

  /// The last form that can change it.
  std::size_t lastForm(const TileComparison& c) const { return fullForm(c.forms) - (counted ? 0 : 1); }
  std::optional<BestCubic> best(const TileComparison& c) const {
    return bestCubic(*points, full_scale, clip, c.cubic_A);
  }
};

std::vector<Quantity> quantities(const TileComparison& c) {
  const double top = c.full_scale_width;
  return {{"s", "S, charge of array 1", "C", &c.s, c.full_scale_charge, {-INFINITY, INFINITY}},
          {"phi", "phi, ReLU pulse", "s", &c.phi, top, {0, top}},
          {"output", "output, from the transistors' phi", "s", &c.output, top, {-top, top}},
          {"chain", "output, from the model's own phi", "s", &c.chain, top, {-top, top}},
          {"code", "code of that output", "LSB", &c.code, static_cast<double>(c.top), {-INFINITY, INFINITY}, true}};
}

std::string columnName(const ModelForm& form, const char* unit) {
  std::string name = (form.leave_out ? "without_" : "") + form.name;
  std::transform(name.begin(), name.end(), name.begin(), [](char ch) { return ch == ' ' || ch == '-' ? '_' : ch; });
  return fmt::format("{}_{}", name, unit);
}

/// The plain form is the static cubic with the storage coupling.
std::string formTitle(const std::vector<ModelForm>& forms, std::size_t f) {
  if (f == plainForm(forms)) return f == 0 ? forms[f].name : "+ storage coupling: cubic";
  return (f == 0 ? "" : "+ ") + forms[f].name;
}

json number(double value) {
  return std::isfinite(value) ? json(value) : json();
}

json budgetJson(const TileComparison& c, const Quantity& q) {
  json budget = json::array();
  for (const BudgetEntry& e : errorBudget(c, *q.points, q.full_scale, q.counted))
    budget.push_back({{"effect", e.effect},
                      {"nrmse_before", e.nrmse_before},
                      {"nrmse_after", e.nrmse_after},
                      {"share", e.share},
                      {"nrmse_without", number(e.without)},
                      {"moves_lsb", number(e.moves * c.top)}});
  return budget;
}

json quantityJson(const TileComparison& c, const Quantity& q) {
  json forms = json::array();
  for (std::size_t f = 0; f < c.forms.size(); ++f) {
    const Agreement a = agreementOf(*q.points, q.full_scale, f, c.top);
    forms.push_back({{"form", c.forms[f].name},
                     {"leave_out", c.forms[f].leave_out},
                     {"nrmse", a.nrmse},
                     {"max", a.max},
                     {"bias", a.bias},
                     {"r2", number(a.r2)},
                     {"code_error", a.code_error},
                     {"beyond_lsb", a.beyond_lsb}});
  }
  const auto best = q.best(c);
  return {{"full_scale", q.full_scale},
          {"unit", q.unit},
          {"points", q.points->size()},
          {"forms", forms},
          {"budget", budgetJson(c, q)},
          {"best_cubic", best ? json{{"nrmse", best->nrmse}, {"coefficients_A", best->coefficients_A}} : json()},
          {"code_differences",
           {{"cubic", codeDifferences(*q.points, q.full_scale, plainForm(c.forms), c.top)},
            {"full", codeDifferences(*q.points, q.full_scale, fullForm(c.forms), c.top)}}}};
}

}  // namespace

json toJson(const TileComparison& c) {
  json j = {{"data", c.data}};
  j["plain_form"] = plainForm(c.forms);
  j["full_form"] = fullForm(c.forms);
  for (const auto& q : quantities(c)) j[q.name] = quantityJson(c, q);
  j["pairs"] = json::array();
  for (const EffectPair& p : c.pairs)
    j["pairs"].push_back({{"a", p.a}, {"b", p.b}, {"s_lsb", p.s * c.top}, {"chain_lsb", p.chain * c.top}});
  j["speed"] = {{"spice_multiply_cpu_s", c.spice_multiply_cpu_s},
                {"model_multiply_s", c.model_multiply_s},
                {"ratio", c.spice_multiply_cpu_s / c.model_multiply_s},
                {"spice_total_cpu_s", c.spice_cpu_s}};
  j["warnings"] = c.warnings;
  return j;
}

std::string toText(const TileComparison& c) {
  std::string text = fmt::format("{}; errors relative to full scale; every row adds one effect to the model\n", c.data);
  for (const auto& q : quantities(c)) {
    text +=
        fmt::format("{} ({} points, full scale {:.4g} {})\n  {:<24}{:>9}{:>10}{:>10}{:>10}{:>12}{:>10}\n", q.title,
                    q.points->size(), q.full_scale, q.unit, "", "NRMSE", "max", "bias", "R2", "codes off", "> 1 LSB");
    for (std::size_t f = 0; f <= q.lastForm(c); ++f) {
      const Agreement a = agreementOf(*q.points, q.full_scale, f, c.top);
      text += fmt::format("  {:<24}{:>8.3f}%{:>9.3f}%{:>9.3f}%{:>10.5f}{:>11.2f}%{:>9.2f}%\n", formTitle(c.forms, f),
                          100 * a.nrmse, 100 * a.max, 100 * a.bias, a.r2, 100 * a.code_error, 100 * a.beyond_lsb);
    }
    if (const auto best = q.best(c))
      text += fmt::format("  {:<24}{:>8.3f}%\n", "best cubic for these data", 100 * best->nrmse);
  }
  text += fmt::format("one array multiply: {:.3g} s CPU in SPICE, {:.3g} s in the plain model, ratio {:.3g}\n",
                      c.spice_multiply_cpu_s, c.model_multiply_s, c.spice_multiply_cpu_s / c.model_multiply_s);
  text += fmt::format("all simulations of this check: {:.1f} s CPU\n", c.spice_cpu_s);
  for (const auto& w : c.warnings) text += "warning: " + w + "\n";
  return text;
}

std::map<std::string, support::Table> comparisonTables(const TileComparison& c) {
  std::map<std::string, support::Table> tables;
  for (const auto& q : quantities(c)) {
    support::Table t{{"operation", "index", fmt::format("spice_{}", q.unit)}, {}};
    for (const auto& form : c.forms) t.columns.push_back(columnName(form, q.unit));
    for (const auto& p : *q.points) {
      std::vector<double> row = {static_cast<double>(p.operation), static_cast<double>(p.index), p.spice};
      row.insert(row.end(), p.model.begin(), p.model.end());
      t.addRow(row);
    }
    tables[q.name] = std::move(t);
    tables[std::string("columns_") + q.name] = columnMap(c, *q.points, q.full_scale);
  }
  tables["rows_s"] = rowMap(c);
  return tables;
}

json checkFigures(const json& comparison) {
  json figures;
  const std::size_t plain = comparison["plain_form"].get<std::size_t>(),
                    full = comparison["full_form"].get<std::size_t>();
  const auto put = [&](const std::string& name, const json& value, const std::string& description) {
    figures[name] = {{"value", value}, {"unit", ""}, {"description", description}};
  };
  const auto form = [&](const char* quantity, std::size_t f) { return comparison[quantity]["forms"][f]; };
  put("s_nrmse_cubic", form("s", plain)["nrmse"], "S, cubic model against SPICE: NRMSE of full scale");
  put("s_nrmse_extended", form("s", full)["nrmse"], "S, extended model against SPICE: NRMSE of full scale");
  put("output_nrmse_cubic", form("output", plain)["nrmse"], "output, cubic model against SPICE: NRMSE of full scale");
  put("output_nrmse_extended", form("output", full)["nrmse"],
      "output, extended model against SPICE: NRMSE of full scale");
  put("code_error_rate", form("output", plain)["beyond_lsb"], "output codes more than one LSB off, cubic model");
  put("code_differs", form("output", plain)["code_error"], "output codes that differ at all, cubic model");
  put("code_differs_extended", form("output", full)["code_error"], "output codes that differ at all, extended model");
  const auto best = [&](const char* quantity, const char* what) {
    const json& b = comparison[quantity]["best_cubic"];
    if (b.is_object())
      put(std::string(quantity) + "_nrmse_best_cubic", b["nrmse"],
          fmt::format("{}, cubic fitted to these very data: NRMSE of full scale", what));
  };
  best("s", "S");
  best("output", "output");
  put("code_nrmse_extended", form("code", full)["nrmse"],
      "output code, extended model with counter: NRMSE of full scale");
  put("phi_nrmse_cubic", form("phi", plain)["nrmse"], "phi, cubic model against SPICE: NRMSE of full scale");
  put("phi_nrmse_extended", form("phi", full)["nrmse"], "phi, extended model against SPICE: NRMSE of full scale");
  put("chain_nrmse_cubic", form("chain", plain)["nrmse"],
      "output through both arrays, cubic model: NRMSE of full scale");
  put("chain_nrmse_extended", form("chain", full)["nrmse"],
      "output through both arrays, extended model: NRMSE of full scale");
  put("speedup", comparison["speed"]["ratio"], "CPU time of one array multiply in SPICE over the plain model");
  return figures;
}

}  // namespace gaincell::check
