#pragma once
/// @file
/// Tables of numbers with named columns, and their CSV form. Column names end in their unit ("v_storage_V").

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "gaincell/support/atomic_file.hpp"

namespace gaincell::support {

/// A table of doubles; every row has columns.size() values. A missing value is NaN and is written as an empty field.
struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<double>> rows;

  /// Index of a column. @throws Error (CSV-0001) naming the column and those that exist.
  std::size_t column(std::string_view name) const;
  /// All values of a column.
  std::vector<double> values(std::string_view name) const;
  /// @throws Error (CSV-0002) when the number of values is wrong.
  void addRow(std::vector<double> row);
};

/// CSV text: one header line, shortest exact numbers, '\n' line ends. Lines of `comments` come first, each after "# ".
std::string toCsv(const Table& table, const std::vector<std::string>& comments = {});
void writeCsv(const std::filesystem::path& path, const Table& table, Overwrite overwrite = Overwrite::No,
              const std::vector<std::string>& comments = {});

/// Reads what toCsv writes, and numeric CSV of other tools (comma-separated, '#' comments, quoted header names).
/// @throws Error (CSV-0003..) with file and line for ragged rows, non-numeric fields, duplicate or empty names.
Table readCsv(const std::filesystem::path& path);
Table parseCsv(std::string_view text, const std::string& where);

}  // namespace gaincell::support
