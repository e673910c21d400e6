#include <fmt/format.h>

#include <cstdio>

#include "gaincell/support/error.hpp"
#include "html.hpp"
#include "palette.hpp"
#include "plotting.hpp"

namespace gaincell::report {

namespace {

void replaceAll(std::string& text, const std::string& from, const std::string& to) {
  std::string out;
  std::size_t at = 0;
  for (std::size_t hit = text.find(from); hit != std::string::npos; hit = text.find(from, at)) {
    out.append(text, at, hit - at).append(to);
    at = hit + from.size();
  }
  text = out.append(text, at);
}

/// Removes everything from `open` up to and including `close`.
void removeBetween(std::string& text, const std::string& open, const std::string& close) {
  const std::size_t from = text.find(open);
  const std::size_t to = from == std::string::npos ? from : text.find(close, from);
  if (to != std::string::npos) text.erase(from, to + close.size() - from);
}

std::string variableOf(int r, int g, int b) {
  const auto is = [&](const PaletteColor& c) { return c.r == r && c.g == g && c.b == b; };
  for (std::size_t i = 0; i < kPalette.size(); ++i)
    if (is(kPalette[i])) return fmt::format("var(--c{})", i);
  if (is(kGridColor)) return "var(--grid)";
  if (is(kAxisColor)) return "var(--axis)";
  if (r == 0 && g == 0 && b == 0) return "currentColor";
  return "";
}

/// rgb(...) of the palette becomes a variable of the page.
std::string withVariables(const std::string& text) {
  std::string out;
  std::size_t at = 0;
  for (std::size_t hit = text.find("rgb("); hit != std::string::npos; hit = text.find("rgb(", at)) {
    const std::size_t end = text.find(')', hit);
    int r = -1, g = -1, b = -1;
    std::sscanf(text.c_str() + hit, "rgb( %d , %d , %d", &r, &g, &b);
    const std::string variable = variableOf(r, g, b);
    if (end == std::string::npos) break;
    out.append(text, at, hit - at).append(variable.empty() ? text.substr(hit, end + 1 - hit) : variable);
    at = end + 1;
  }
  return out.append(text, at);
}

}  // namespace

std::string inlineSvg(const std::string& svg, const std::string& prefix, const std::string& alt) {
  const std::size_t start = svg.find("<svg"), open_end = svg.find('>', start);
  const std::size_t box = svg.find("viewBox=\"", start);
  if (start == std::string::npos || open_end == std::string::npos || box > open_end)
    throw support::Error("RPT-0006", "gnuplot wrote no SVG with a viewBox", prefix, "use gnuplot 5.2 or newer");
  const std::string view = svg.substr(box, svg.find('"', box + 9) + 1 - box);
  std::string body = svg.substr(open_end + 1);
  removeBetween(body, "<title>", "</title>");
  removeBetween(body, "<desc>", "</desc>");
  removeBetween(body, "<rect x=\"0\" y=\"0\"", "/>");  // the ground
  removeBetween(body, "<filter id='textbox'", "</filter>");
  removeBetween(body, "<filter id='greybox'", "</filter>");
  body = withVariables(body);
  replaceAll(body, "xlink:href='#", "href='#" + prefix + "-");
  replaceAll(body, "id='", "id='" + prefix + "-");
  replaceAll(body, "id=\"", "id=\"" + prefix + "-");
  replaceAll(body, "url(#", "url(#" + prefix + "-");
  replaceAll(body, "\"black\"", "\"currentColor\"");
  replaceAll(body, "color=\"#FFFFFF\"", "color=\"currentColor\"");
  replaceAll(body, "font-family=\"sans-serif\" ", "");
  replaceAll(body, " stroke-linecap=\"butt\" stroke-linejoin=\"miter\"", "");
  return fmt::format("<svg class=\"plot\" role=\"img\" aria-label=\"{}\" {}>{}", escapeHtml(alt), view, body);
}

}  // namespace gaincell::report
