#pragma once
// The physical side of one chip: what its cells and converters drew, and how they respond.
#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "gaincell/attention/physics.hpp"
#include "gaincell/attention/settings.hpp"
#include "gaincell/model/evaluate.hpp"
#include "held.hpp"

namespace gaincell::attention {

struct Plane;

/// Where a conversion happens: indices for draws.
struct ConversionSite {
  std::size_t batch = 0, head = 0, token = 0;
};

class Chip {
 public:
  Chip(const Physics& physics, const Settings& settings, std::size_t heads, std::size_t dimension, std::size_t window);

  /// Current polynomial of one cell in the stored deviation y, uA/V^k, mismatch and coupling included; order:
  /// size of Settings::coefficients. @param y0 the deviation it stores, at which a drawn curve holds exactly
  /// @param out that many values
  void cell(Array array, std::size_t head, std::size_t slot, std::size_t row, double y0, double* out) const;
  /// The same of all rows of a slot: out [order][dimension], from deviations y0 [dimension].
  void cells(Array array, std::size_t head, std::size_t slot, const double* y0, double* out) const;
  /// Draws of a head, once; thread-safe.
  void prepareHead(std::size_t head) const;

  /// Stored voltage after writing `wanted` over a cell that held `previous` (levels; -1: freshly discharged).
  double stored(double wanted, int level, int previous, Array array, const ConversionSite& site, std::size_t row) const;

  /// Value of a plane for a cell with that current polynomial and stored deviation y0.
  float planeValue(const Plane& plane, const double* polynomial, double y0) const;

  /// phi of a column whose bit line got that charge. @param slot physical column, @param key token index (noise)
  float relu(double current, const ConversionSite& site, std::size_t slot, std::size_t key) const;
  /// z in [-1, 1] (beyond the clamps only by the converter's own saturation).
  float output(double current, const ConversionSite& site, std::size_t tile, std::size_t element) const;
  /// What array 2 gets of a phi pulse: a word line plays none that is too short.
  float played(float phi) const noexcept { return phi < shortest_ ? 0.0F : phi; }
  const Line& line(Array array) const noexcept { return physics_.line[static_cast<std::size_t>(array)]; }

  /// Converters respond as in the plain model: no noise, no load on the line, no response of their own.
  bool plainConversion() const noexcept;
  /// Cell currents are the (drawn) polynomial alone: neither leakage nor further terms.
  bool plainCells() const noexcept;
  const Physics& physics() const noexcept { return physics_; }
  const std::optional<HeldVoltages>& held() const noexcept { return held_; }  ///< with Physics::held

 private:
  struct HeadDraws {
    std::once_flag once;
    std::vector<float> deviation[2];                      ///< [slot][row][variable]
    std::vector<model::ConverterDeviation> relu, output;  ///< [slot], [tile][element]
  };
  void addMismatch(const float* draw, double y0, double* out) const;
  void drawCells(std::size_t head) const;
  void drawConverters(std::size_t head) const;
  ConversionSite shifted(ConversionSite site) const;

  Physics physics_;
  std::optional<HeldVoltages> held_;
  std::vector<double> nominal_;
  std::size_t dimension_, window_;
  std::size_t tiles_;  ///< of the window
  double sign_, v_zero_, s_sat_, out_sat_, pulse_s_;
  float shortest_;
  mutable std::vector<std::unique_ptr<HeadDraws>> heads_;
};

}  // namespace gaincell::attention
