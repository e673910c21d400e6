#include <algorithm>
#include <cmath>

#include "formats.hpp"

namespace gaincell::exports {

Discharge discharge(const model::Converter& c, double slope, double offset, double sign, bool straight) {
  Discharge out{{0}, {slope}, -offset * slope};
  if (straight) return out;
  const double saturation = c.saturation_ns * 1e-9;
  // Charge and measured width where the pulse is neither clamped nor empty.
  std::vector<std::pair<double, double>> points;
  for (std::size_t i = 0; i < c.inl.charge_fC.size(); ++i) {
    const double charge = sign * c.inl.charge_fC[i] * 1e-15, line = offset + charge / slope;
    const double width = std::clamp(line, 0.0, saturation) + c.inl.error_ns[i] * 1e-9;
    if (charge > 0 && line < saturation && width > 0 && width < 0.99 * saturation) points.emplace_back(charge, width);
  }
  std::sort(points.begin(), points.end());
  if (points.size() < 3) return out;
  out.charge.clear();
  out.current.clear();
  for (std::size_t i = 1; i < points.size(); ++i) {
    const double dq = points[i].first - points[i - 1].first, dw = points[i].second - points[i - 1].second;
    // A table that is not a rising transfer, or bends by more than a half, is no small error of a line.
    if (!(dw > 0) || std::fabs(dq / dw / slope - 1) > 0.5) return {{0}, {slope}, -offset * slope};
    out.charge.push_back((points[i].first + points[i - 1].first) / 2);
    out.current.push_back(dq / dw);
  }
  out.threshold = points.front().first - points.front().second * out.current.front();
  return out;
}

double integrationCapacitance(const model::Converter& c) {
  return c.integration_capacitance_F.value_or((c.saturation_ns - c.offset_ns) * c.slope_fC_per_ns * 1e-15 / 0.1);
}

}  // namespace gaincell::exports
