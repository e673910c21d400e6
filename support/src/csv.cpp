#include "gaincell/support/csv.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <limits>
#include <set>

#include "gaincell/support/error.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::support {

namespace {
std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t' || s.back() == '\r')) s.remove_suffix(1);
  if (s.size() >= 2 && s.front() == '"' && s.back() == '"') s = s.substr(1, s.size() - 2);
  return s;
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t from = 0;;) {
    const std::size_t comma = line.find(',', from);
    fields.push_back(trimmed(line.substr(from, comma - from)));
    if (comma == std::string_view::npos) return fields;
    from = comma + 1;
  }
}

double field(std::string_view text, const std::string& where) {
  if (text.empty()) return std::numeric_limits<double>::quiet_NaN();
  try {
    return parseSpiceNumber(text);
  } catch (const Error&) {
    throw Error("CSV-0003", fmt::format("'{}' is not a number", text), where, "correct the field, or leave it empty");
  }
}

void readHeader(Table& table, std::string_view line, const std::string& where) {
  std::set<std::string_view> seen;
  for (std::string_view name : split(line)) {
    if (name.empty()) throw Error("CSV-0004", "a column has no name", where, "name every column in the first line");
    if (!seen.insert(name).second)
      throw Error("CSV-0005", fmt::format("two columns are named '{}'", name), where,
                  "give each column a name of its own");
    table.columns.emplace_back(name);
  }
}
}  // namespace

std::size_t Table::column(std::string_view name) const {
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i] == name) return i;
  throw Error("CSV-0001", fmt::format("there is no column '{}'", name), "",
              fmt::format("columns are: {}", fmt::join(columns, ", ")));
}

std::vector<double> Table::values(std::string_view name) const {
  const std::size_t c = column(name);
  std::vector<double> out;
  out.reserve(rows.size());
  for (const auto& row : rows) out.push_back(row[c]);
  return out;
}

void Table::addRow(std::vector<double> row) {
  if (row.size() != columns.size())
    throw Error("CSV-0002", fmt::format("a row of {} values for {} columns", row.size(), columns.size()));
  rows.push_back(std::move(row));
}

std::string toCsv(const Table& table, const std::vector<std::string>& comments) {
  std::string out;
  for (const auto& c : comments) out += "# " + c + "\n";
  out += fmt::format("{}\n", fmt::join(table.columns, ","));
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i) out += ',';
      if (!std::isnan(row[i])) out += formatNumber(row[i]);
    }
    out += '\n';
  }
  return out;
}

void writeCsv(const std::filesystem::path& path, const Table& table, Overwrite overwrite,
              const std::vector<std::string>& comments) {
  writeFileAtomically(path, toCsv(table, comments), overwrite);
}

Table parseCsv(std::string_view text, const std::string& where) {
  Table table;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const std::string place = fmt::format("{}:{}", where, number);
    if (table.columns.empty()) {
      readHeader(table, line, place);
      continue;
    }
    const auto fields = split(line);
    if (fields.size() != table.columns.size())
      throw Error("CSV-0006",
                  fmt::format("{} fields where the header has {} columns", fields.size(), table.columns.size()), place,
                  "give every line the same number of fields");
    std::vector<double> row;
    row.reserve(fields.size());
    for (std::string_view f : fields) row.push_back(field(f, place));
    table.rows.push_back(std::move(row));
  }
  if (table.columns.empty())
    throw Error("CSV-0007", "the file is empty", where, "the first line must name the columns");
  return table;
}

Table readCsv(const std::filesystem::path& path) {
  return parseCsv(readFile(path), path.string());
}

}  // namespace gaincell::support
