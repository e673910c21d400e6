#include "given.hpp"

#include <fmt/format.h>

#include <cmath>

#include "gaincell/support/error.hpp"

namespace gaincell::sim {

std::optional<std::vector<std::vector<int>>> givenLevels(const AnalysisContext& context, const std::string& name,
                                                         int rows, int cols, int levels) {
  if (!context.data || !context.data->contains(name)) return std::nullopt;
  const support::Table& table = context.data->at(name);
  const auto refuse = [&](const std::string& what) {
    throw support::Error("MEA-0010", what, fmt::format("data '{}'", name),
                         fmt::format("give {} rows of {} level numbers, each 0 .. {}", rows,
                                     cols > 0 ? fmt::format("{}", cols) : std::string("one or more"), levels - 1));
  };
  if (table.rows.size() != static_cast<std::size_t>(rows))
    refuse(fmt::format("the table has {} rows", table.rows.size()));
  if (table.columns.empty() || (cols > 0 && table.columns.size() != static_cast<std::size_t>(cols)))
    refuse(fmt::format("the table has {} columns", table.columns.size()));
  std::vector<std::vector<int>> out;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    auto& row = out.emplace_back();
    for (std::size_t j = 0; j < table.columns.size(); ++j) {
      const double v = table.rows[i][j];
      if (!std::isfinite(v) || v != std::floor(v) || v < 0 || v > levels - 1)
        refuse(fmt::format("row {}, column {} holds {}", i + 1, j + 1, v));
      row.push_back(static_cast<int>(v));
    }
  }
  return out;
}

}  // namespace gaincell::sim
