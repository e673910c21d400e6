#include <algorithm>
#include <cmath>

#include "formats.hpp"

namespace gaincell::exports {

namespace {

/// Half the change of the current at an entry, of the shorter neighboring interval: steep, but no discontinuity.
constexpr double kStep = 0.05;

/// An entry of an INL table in the direction of its pulse, SI.
struct Entry {
  double charge, width, error;
  bool free;  ///< the pulse is neither clamped nor empty
};

std::vector<Entry> entries(const model::Converter& c, double slope, double offset, double sign) {
  const double saturation = c.saturation_ns * 1e-9;
  std::vector<Entry> out;
  for (std::size_t i = 0; i < c.inl.charge_fC.size(); ++i) {
    const double charge = sign * c.inl.charge_fC[i] * 1e-15, line = offset + charge / slope;
    const double error = c.inl.error_ns[i] * 1e-9, width = std::clamp(line, 0.0, saturation) + error;
    out.push_back({charge, width, error, charge > 0 && line < saturation && width > 0 && width < 0.99 * saturation});
  }
  std::sort(out.begin(), out.end(), [](const Entry& a, const Entry& b) { return a.charge < b.charge; });
  return out;
}

/// Current that makes the width between two entries follow the line and their errors.
double currentBetween(const Entry& a, const Entry& b, double slope) {
  return 1 / (1 / slope + (b.error - a.error) / (b.charge - a.charge));
}

/// A current beyond these bounds belongs to no small error of a line.
bool plausible(double current, double slope) {
  return std::fabs(current / slope - 1) <= 0.5;
}

}  // namespace

Discharge discharge(const model::Converter& c, double slope, double offset, double sign) {
  Discharge line{{0}, {slope}, -offset * slope};
  const std::vector<Entry> table = entries(c, slope, offset, sign);
  const auto is_free = [](const Entry& e) { return e.free; };
  if (std::count_if(table.begin(), table.end(), is_free) < 3) return line;
  const auto first = static_cast<std::size_t>(std::find_if(table.begin(), table.end(), is_free) - table.begin());
  std::size_t last = first;
  while (last + 1 < table.size() && table[last + 1].free) ++last;
  // Between two entries of the table the width is a line and the current constant; at an entry it changes to the next.
  std::vector<double> currents;
  for (std::size_t i = first; i < last; ++i) {
    currents.push_back(currentBetween(table[i], table[i + 1], slope));
    if (!plausible(currents.back(), slope)) return line;
  }
  // Outside the free entries the table goes on into the clamped ones, up to where the line itself is clamped.
  const auto outside = [&](std::size_t a, std::size_t b, double otherwise) {
    const double current = currentBetween(table[a], table[b], slope);
    return plausible(current, slope) ? current : otherwise;
  };
  currents.insert(currents.begin(), first > 0 ? outside(first - 1, first, currents.front()) : currents.front());
  currents.push_back(last + 1 < table.size() ? outside(last, last + 1, currents.back()) : currents.back());
  Discharge out{{}, {}, table[first].charge - table[first].width * currents.front()};
  for (std::size_t i = first; i <= last; ++i) {
    const double before = i > 0 ? table[i].charge - table[i - 1].charge : table[i + 1].charge - table[i].charge;
    const double after = i + 1 < table.size() ? table[i + 1].charge - table[i].charge : before;
    const double step = kStep * std::min(before, after), at = table[i].charge;
    out.charge.insert(out.charge.end(), {at - step, at + step});
    out.current.insert(out.current.end(), {currents[i - first], currents[i - first + 1]});
  }
  return out;
}

double integrationCapacitance(const model::Converter& c) {
  return c.integration_capacitance_F.value_or((c.saturation_ns - c.offset_ns) * c.slope_fC_per_ns * 1e-15 / 0.1);
}

}  // namespace gaincell::exports
