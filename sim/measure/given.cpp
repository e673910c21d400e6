#include "given.hpp"

#include <fmt/format.h>

#include <cmath>

#include "gaincell/design/conventions.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::sim {

namespace {

/// What a table may hold: `levels` numbers from 0, or values from 0 to `highest` in as many equal steps.
struct Allowed {
  int levels;
  double highest;
  const char* what;  ///< "stored voltages"

  std::string text(DataForm form) const {
    if (form == DataForm::Values)
      return fmt::format("values of the network, 0 to {:g} in steps of {:.6g}", highest, highest / (levels - 1));
    return fmt::format("levels of the {}, 0 to {}", form == DataForm::WeightLevels ? "weights" : what, levels - 1);
  }
};

constexpr double kNear = 0.01;  // of a step: digits that a file leaves away

std::optional<int> levelOf(double number, DataForm form, const Allowed& allowed) {
  const double level = form == DataForm::Values ? number / allowed.highest * (allowed.levels - 1) : number;
  const double tolerance = form == DataForm::Values ? kNear : 0;
  if (!std::isfinite(level) || std::fabs(level - std::round(level)) > tolerance) return std::nullopt;
  if (std::round(level) < 0 || std::round(level) > allowed.levels - 1) return std::nullopt;
  return static_cast<int>(std::lround(level));
}

LevelTable levels(const GivenData& given, const std::string& name, int rows, int cols, const Allowed& allowed) {
  const support::Table& table = given.table;
  const std::string where = given.file.empty() ? fmt::format("data '{}'", name) : given.file;
  const auto refuse = [&](const std::string& what) {
    throw support::Error(
        "MEA-0010", what, where,
        fmt::format("'{}' takes {} rows of {} numbers: {}", name, rows,
                    cols > 0 ? fmt::format("{}", cols) : std::string("one or more"), allowed.text(given.form)));
  };
  if (table.rows.size() != static_cast<std::size_t>(rows))
    refuse(fmt::format("the table has {} rows", table.rows.size()));
  if (table.columns.empty() || (cols > 0 && table.columns.size() != static_cast<std::size_t>(cols)))
    refuse(fmt::format("the table has {} columns", table.columns.size()));
  LevelTable out;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    auto& row = out.emplace_back();
    for (std::size_t j = 0; j < table.columns.size(); ++j) {
      const auto level = levelOf(table.rows[i][j], given.form, allowed);
      if (!level)
        refuse(fmt::format("row {}, column {} ('{}') holds {}", i + 1, j + 1, table.columns[j], table.rows[i][j]));
      row.push_back(*level);
    }
  }
  return out;
}

const GivenData* find(const AnalysisContext& context, const std::string& name) {
  return context.data && context.data->contains(name) ? &context.data->at(name) : nullptr;
}

}  // namespace

std::optional<LevelTable> givenStored(const AnalysisContext& context, const std::string& name, int rows, int cols) {
  const GivenData* given = find(context, name);
  if (!given) return std::nullopt;
  const design::Design& design = context.design;
  LevelTable out =
      levels(*given, name, rows, cols, {design::storedLevels(design), design::kHighestWeight, "stored voltage"});
  if (given->form != DataForm::StoredLevels)
    for (auto& row : out)
      for (int& level : row) level = design::mirroredLevel(design, level);
  return out;
}

std::optional<LevelTable> givenPulses(const AnalysisContext& context, const std::string& name, int rows, int cols) {
  const GivenData* given = find(context, name);
  if (!given) return std::nullopt;
  if (given->form == DataForm::WeightLevels)
    throw support::Error("MEA-0010", fmt::format("'{}' are pulses, not weights", name), given->file,
                         fmt::format("give them as levels:{0} (LSB) or values:{0} (0 to 1)", name));
  return levels(*given, name, rows, cols, {design::topPulse(context.design) + 1, 1.0, "pulse in LSB"});
}

}  // namespace gaincell::sim
