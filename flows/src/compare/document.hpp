#pragma once
// A comparison as headings, paragraphs and tables of text: what the writers for people (text, Markdown, HTML) need to
// know.

#include <string>
#include <vector>

#include "comparison.hpp"
#include "gaincell/report/report.hpp"
#include "paper.hpp"

namespace gaincell::flows::comparison {

struct DocumentSection {
  std::string id, title;
  std::vector<std::string> text;
  std::vector<report::TextTable> tables;
};

struct Document {
  std::string title, command;
  std::vector<std::string> text;
  std::vector<DocumentSection> sections;
};

/// True for a column of numbers, which stands at the right.
bool isNumeric(const report::TextTable& table, std::size_t column);

Document documentOf(const Comparison& comparison, const std::string& command);
Document documentOf(const PaperComparison& comparison, const std::string& command);

std::string toText(const Document& document);
std::string toMarkdown(const Document& document);
/// One file with everything in it. `plots` come between the first section and the rest. @throws Error (RPT-0002..) of
/// gnuplot
std::string toHtml(const Document& document, const std::vector<report::Plot>& plots);

/// Tables of numbers for other programs; exact, SI units.
std::string toCsvText(const Comparison& comparison);
std::string toCsvText(const PaperComparison& comparison);

}  // namespace gaincell::flows::comparison
