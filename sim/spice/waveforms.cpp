#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "gaincell/sim/simulator.hpp"
#include "gaincell/support/error.hpp"

namespace gaincell::sim {

namespace {
bool sameName(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// Index i of the interval [x[i], x[i+1]] that holds t; x has at least two points.
std::size_t interval(const std::vector<double>& x, double t) {
  const auto it = std::upper_bound(x.begin(), x.end(), t);
  const auto i = static_cast<std::size_t>(it - x.begin());
  return std::clamp<std::size_t>(i, 1, x.size() - 1) - 1;
}

double interpolate(const std::vector<double>& x, const std::vector<double>& y, double t) {
  if (x.size() < 2 || t <= x.front()) return y.front();
  if (t >= x.back()) return y.back();
  const std::size_t i = interval(x, t);
  const double dx = x[i + 1] - x[i];
  return dx > 0 ? y[i] + (y[i + 1] - y[i]) * ((t - x[i]) / dx) : y[i + 1];
}
}  // namespace

void Waveforms::add(std::string name, std::vector<double> values) {
  names_.push_back(std::move(name));
  data_.push_back(std::move(values));
}

bool Waveforms::has(std::string_view name) const {
  return std::any_of(names_.begin(), names_.end(), [&](const std::string& n) { return sameName(n, name); });
}

const std::vector<double>& Waveforms::operator[](std::string_view name) const {
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (sameName(names_[i], name)) return data_[i];
  throw support::Error("SIM-0001", fmt::format("the simulation saved no vector '{}'", name), "",
                       fmt::format("saved are: {}", fmt::join(names_, ", ")));
}

double Waveforms::at(std::string_view name, double t) const {
  return interpolate((*this)["time"], (*this)[name], t);
}

double Waveforms::integral(std::string_view name, double t0, double t1) const {
  if (t1 < t0) return -integral(name, t1, t0);
  const auto& x = (*this)["time"];
  const auto& y = (*this)[name];
  double sum = 0, from = t0, value = interpolate(x, y, t0);
  for (auto i = static_cast<std::size_t>(std::upper_bound(x.begin(), x.end(), t0) - x.begin());
       i < x.size() && x[i] < t1; ++i) {
    sum += 0.5 * (value + y[i]) * (x[i] - from);
    from = x[i];
    value = y[i];
  }
  return sum + 0.5 * (value + interpolate(x, y, t1)) * (t1 - from);
}

std::vector<double> Waveforms::crossings(std::string_view name, double level, bool rising, double t0, double t1) const {
  const auto& x = (*this)["time"];
  const auto& y = (*this)[name];
  std::vector<double> out;
  for (std::size_t i = 1; i < x.size(); ++i) {
    const double a = rising ? y[i - 1] - level : level - y[i - 1];
    const double b = rising ? y[i] - level : level - y[i];
    if (!(a < 0 && b >= 0)) continue;
    const double t = x[i - 1] + (x[i] - x[i - 1]) * (a / (a - b));
    if (t >= t0 && t <= t1) out.push_back(t);
  }
  return out;
}

std::string_view outcomeName(OutcomeKind kind) noexcept {
  switch (kind) {
    case OutcomeKind::Ok:
      return "ok";
    case OutcomeKind::DeckError:
      return "deck error";
    case OutcomeKind::NonConvergence:
      return "no convergence";
    case OutcomeKind::Incomplete:
      return "incomplete";
    case OutcomeKind::NotFinite:
      return "not finite";
    case OutcomeKind::TimedOut:
      return "timed out";
    case OutcomeKind::Crashed:
      return "crashed";
    case OutcomeKind::Interrupted:
      return "interrupted";
  }
  return "unknown";
}

SimulationFailed::SimulationFailed(OutcomeKind kind, const std::string& message, const std::string& tag)
    : Error("SIM-0002", fmt::format("simulation {} ({})", outcomeName(kind), message), tag,
            "keep the decks (--keep-decks) and run this one with 'ngspice -b' to look closer"),
      kind_(kind) {}

const Waveforms& Outcome::orThrow(const std::string& tag) const {
  if (kind == OutcomeKind::Interrupted) throw support::Interrupted();
  if (!ok()) throw SimulationFailed(kind, message, tag);
  return waves;
}

}  // namespace gaincell::sim
