#pragma once
/// @file
/// What a model says, in SI: currents, charges, decay, pulse widths, draws, interpolation over conditions.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gaincell/model/model.hpp"

namespace gaincell::model {

/// Coefficients in A/V^k, with the sign of `convention` whatever the model stores.
std::array<double, 4> coefficients(const Cell& cell, SignConvention convention);

/// Bit-line current at stored voltage v (V), in A, sign as the model stores it. No domain check: see requireInside.
double current(const Cell& cell, double v);

/// Charge of one pulse of `width` s in C, sign as the model stores it: the extended form where there is one, else the
/// cubic.
/// @param v_bit_line V; ignored when the conductance was not characterised
double charge(const Cell& cell, double v, double width, double v_bit_line);

/// Stored voltage after `t` s from v0: exponential, towards the end voltage of the nearer rail, where that holds; else
/// the leakage curve is integrated.
double decayed(const Retention& retention, double v0, double t);

/// The retention that holds at a temperature: as simulated, or between its temperatures. There the current into the
/// node at every voltage (and 1/tau of every rail) is taken to be a part that does not depend on temperature, as
/// tunnelling, plus one that follows Arrhenius, as channel leakage does; the two neighbours and the next temperature
/// determine both. Where only two temperatures are known, all of it follows Arrhenius.
/// `levels` are those of that temperature.
/// @throws Error MDL-0010 outside the simulated temperatures, or when no others are known than the retention's own
Retention retentionAt(const Retention& retention, double temp_c);

/// A retention as one temperature among others.
RetentionAtTemperature asTemperature(const Retention& retention, double temp_c);

/// Time until a voltage v0 has moved by `drift` V; none when not within `window` s.
std::optional<double> timeToDrift(const Retention& retention, double v0, double drift, double window);

/// Time until the distance from where the decay tends has fallen to 1/e, from each rail: tau_s where the decay is
/// exponential, else what the leakage curve says.
PerRail timeToOneOverE(const Retention& retention);

/// What one converter differs by from the nominal one, as Converter::mismatch draws it.
struct ConverterDeviation {
  double gain = 0, offset_ns = 0;                    ///< pulse per charge, relative; ns
  double negative_gain = 0, negative_offset_ns = 0;  ///< of a signed converter's other sign
};

/// Output pulse width in s for a charge in C: the line clamped to [0, saturation], the INL table's error added, pulses
/// below the shortest gone; never negative.
double pulseWidth(const Converter& converter, double charge, const ConverterDeviation& deviation = {});
/// Signed width in s: negative for charges below the sign threshold.
double pulseWidth(const SignedConverter& converter, double charge, const ConverterDeviation& deviation = {});
/// A converter whose pulse is the charge over the full scale, clamped. @param full_scale_fC of the longest pulse
Converter idealConverter(double full_scale_fC, double longest_ns);
SignedConverter idealSignedConverter(double full_scale_fC, double longest_ns);

/// Decay per token (lambda = token time / mean tau of both rails): V - V_end shrinks by exp(-lambda).
/// @throws Error MDL-0010 when the model has no retention or does not say its token time
double decayPerToken(const Model& model);

/// The section at these conditions: exact, or interpolated between the points of the grid.
/// @throws Error MDL-0011 when the corner is not in the file or the point lies outside the grid
Section at(const Model& model, const std::string& corner, double temp_c, double vdd_v);

/// @throws Error MDL-0012 when `v` (V) or `width` (s) lies outside the validity of the model
void requireInside(const Model& model, double v, double width);

/// Draws from a joint distribution; draw (seed, sample, instance) is always the same. Cheap to call, set-up once.
class Sampler {
 public:
  explicit Sampler(const JointDistribution& distribution);
  std::size_t size() const noexcept { return distribution_.names.size(); }
  /// @param out size() values of x (deviations, in the units of the distribution)
  void draw(std::uint64_t seed, std::uint64_t sample, std::uint64_t instance, double* out) const;

 private:
  JointDistribution distribution_;
  std::vector<double> root_;  ///< row-major; root times its transpose is the covariance
};

/// Draws whole-curve deviations: polynomial coefficients to be added to those of the nominal current.
class CurveSampler {
 public:
  explicit CurveSampler(const CurveVariation& variation) : variation_(variation), scores_(variation.scores) {}
  std::size_t components() const noexcept { return variation_.components_uA.size(); }
  std::size_t size() const noexcept { return variation_.components_uA.front().size(); }
  /// @param out size() coefficients, uA/V^k about v_zero_V, sign as the model stores it
  void draw(std::uint64_t seed, std::uint64_t sample, std::uint64_t instance, double* out) const;
  /// The scores alone. @param out components() values
  void drawScores(std::uint64_t seed, std::uint64_t sample, std::uint64_t instance, double* out) const {
    scores_.draw(seed, sample, instance, out);
  }

 private:
  CurveVariation variation_;
  Sampler scores_;
};

/// x of a normal z, and back.
double inverseTransform(const Transform& transform, double z);
double applyTransform(const Transform& transform, double x);

}  // namespace gaincell::model
