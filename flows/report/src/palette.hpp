#pragma once
/// @file
/// Colours of curves. In the page they are variables, so that each theme has its own set; the light one is also what
/// the separate SVG files use. Each stands out from its background by at least 3:1 (WCAG 2.1, 1.4.11).

#include <array>
#include <cstddef>

namespace gaincell::report {

struct PaletteColor {
  int r, g, b;       ///< on a light ground
  const char* dark;  ///< on a dark ground
};

inline constexpr std::array<PaletteColor, 8> kPalette = {{{11, 98, 168, "#6db3f2"},
                                                          {194, 87, 12, "#f2a365"},
                                                          {15, 123, 79, "#62c99a"},
                                                          {138, 63, 160, "#d29be6"},
                                                          {192, 39, 58, "#f28b94"},
                                                          {13, 127, 140, "#5fcbd6"},
                                                          {122, 90, 46, "#cfae7c"},
                                                          {95, 103, 114, "#aab2bd"}}};
/// Grid lines and axes.
inline constexpr PaletteColor kGridColor = {200, 204, 210, "#3a4048"}, kAxisColor = {128, 136, 144, "#8b949e"};

}  // namespace gaincell::report
