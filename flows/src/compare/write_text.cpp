// Text and Markdown.

#include <fmt/format.h>

#include <algorithm>

#include "document.hpp"

namespace gaincell::flows::comparison {

namespace {

/// Letters as a terminal counts them: UTF-8 continuation bytes take no column.
std::size_t widthOf(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

std::string padded(const std::string& cell, std::size_t width, bool right) {
  const std::string space(width - std::min(width, widthOf(cell)), ' ');
  return right ? space + cell : cell + space;
}

std::string withoutEnd(std::string line) {
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line + "\n";
}

constexpr std::size_t kLongest = 60;  ///< of a cell in the middle of a line

void textTable(const report::TextTable& t, std::string& out) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < t.header.size(); ++i) {
    widths.push_back(widthOf(t.header[i]));
    for (const auto& row : t.rows) widths.back() = std::max(widths.back(), std::min(widthOf(row[i]), kLongest));
  }
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text = "  ";
    for (std::size_t i = 0; i < cells.size(); ++i) text += padded(cells[i], widths[i], i > 0 && isNumeric(t, i)) + "  ";
    out += withoutEnd(text);
  };
  line(t.header);
  for (const auto& row : t.rows) line(row);
}

std::string escapedCell(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '<') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

void markdownTable(const report::TextTable& t, std::string& out) {
  std::string rule = "|";
  out += "|";
  for (std::size_t i = 0; i < t.header.size(); ++i) {
    out += " " + escapedCell(t.header[i]) + " |";
    rule += i > 0 && isNumeric(t, i) ? " ---: |" : " --- |";
  }
  out += "\n" + rule + "\n";
  for (const auto& row : t.rows) {
    out += "|";
    for (const auto& cell : row) out += " " + escapedCell(cell) + " |";
    out += "\n";
  }
}

}  // namespace

std::string toText(const Document& d) {
  std::string out = d.title + "\n";
  for (const auto& line : d.text) out += line + "\n";
  for (const DocumentSection& s : d.sections) {
    out += "\n" + s.title + "\n";
    for (const auto& line : s.text) out += "  " + line + "\n";
    for (const auto& t : s.tables) {
      if (t.caption != s.title) out += fmt::format("\n {}\n", t.caption);
      textTable(t, out);
    }
  }
  return out;
}

std::string toMarkdown(const Document& d) {
  std::string out = fmt::format("# {}\n\nMade by `{}`; do not edit.\n", d.title, d.command);
  for (const auto& line : d.text) out += "\n" + line + "\n";
  for (const DocumentSection& s : d.sections) {
    out += "\n## " + s.title + "\n";
    for (const auto& line : s.text) out += "\n" + line + "\n";
    for (const auto& t : s.tables) {
      if (s.tables.size() > 1) out += "\n### " + t.caption + "\n";
      out += "\n";
      markdownTable(t, out);
    }
  }
  return out;
}

}  // namespace gaincell::flows::comparison
