#include "events.hpp"

#include <algorithm>
#include <cmath>

namespace gaincell::fit {

namespace {

std::size_t nearest(const std::vector<double>& list, double x) {
  const auto closer = [x](double a, double b) { return std::fabs(a - x) < std::fabs(b - x); };
  return static_cast<std::size_t>(std::min_element(list.begin(), list.end(), closer) - list.begin());
}

}  // namespace

std::optional<Grid> meansBy(const support::Table& table, const std::string& row, const std::vector<double>& rows,
                            const std::string& column, const std::vector<double>& columns, const std::string& value) {
  const std::size_t r = table.column(row), c = table.column(column), v = table.column(value);
  if (rows.empty() || columns.empty()) return std::nullopt;
  Grid sum(rows.size(), std::vector<double>(columns.size(), 0.0)), count = sum;
  for (const auto& line : table.rows) {
    if (!std::isfinite(line[v])) continue;
    const std::size_t i = nearest(rows, line[r]), j = nearest(columns, line[c]);
    sum[i][j] += line[v];
    count[i][j] += 1;
  }
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < columns.size(); ++j) {
      if (!(count[i][j] > 0)) return std::nullopt;
      sum[i][j] /= count[i][j];
    }
  return sum;
}

std::vector<double> differentValues(const support::Table& table, const std::string& column) {
  std::vector<double> out = table.values(column);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace gaincell::fit
