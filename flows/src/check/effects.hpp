#pragma once
/// @file
/// The behavioral side of the check: the charge of a bit line and the pulse of its converter, each physical effect a
/// switch.

#include <optional>
#include <string>
#include <vector>

#include "gaincell/model/model.hpp"

namespace gaincell::flows {

using Grid = std::vector<std::vector<double>>;

/// What the model knows beyond a static cubic and straight converters. All on: the full model.
struct Effects {
  bool storage_coupling = false;  ///< the read gate moves the stored voltage: I(y) -> I((1 + k) y)
  bool higher_order = false;      ///< polynomial of the extended form instead of the cubic
  bool edge_charge = false;       ///< charge per pulse, whatever its width
  bool conductance = false;       ///< the integrating line moves, and the cells' current with it
  bool wire_drop = false;         ///< resistance of the bit line, through the conductance
  bool leakage = false;           ///< the stored voltage decays until it is read
  bool write_error = false;       ///< the write leaves another voltage than the wanted one
  bool mismatch = false;          ///< the drawn devices of each cell
  bool converter_line = false;    ///< slope, offset and saturation of the fitted converters
  bool converter_inl = false;     ///< and their integral nonlinearity
  bool quantization = false;      ///< the counter reads the output pulse; charges and pulses come before it
};

/// A form of the model.
struct ModelForm {
  std::string name;  ///< the effect it adds, or leaves out
  Effects effects;
  bool leave_out = false;  ///< the full model without one effect; else: the form before with one effect more
};

/// What of a run can be modelled.
struct KnownEffects {
  bool write_error = false, mismatch = false;
};

/// A static cubic, then one effect more per form up to the full model ("+ effect"), then the full model without each
/// ("without effect"). Effects the model file does not have are left out.
std::vector<ModelForm> modelForms(const model::Model& model, const KnownEffects& known);
/// Index of the plain published form (cubic of the transient charge, ideal converters) and of the full model.
std::size_t plainForm(const std::vector<ModelForm>& forms);
std::size_t fullForm(const std::vector<ModelForm>& forms);

/// Deviations of one cell's drawn devices, A/V^k about v_zero: to be added to the current of the cubic, of the extended
/// form.
struct CellDeviation {
  std::vector<double> cubic, extended;
};

/// An array as the model sees it.
struct ModelArray {
  Grid wanted;                                        ///< V, [row][column]
  Grid stored;                                        ///< V, what the model expects the write to leave; empty: `wanted`
  std::vector<std::vector<CellDeviation>> deviation;  ///< [row][column]; empty: nominal devices
  double line_capacitance = 0;                        ///< F, that integrates on the bit line
  double wire_r = 0;                                  ///< ohm per element of the bit line
  double hold = 0;                                    ///< s, from the write to the middle of the read
};

/// Where a bit line ends.
enum class BitLine { Held, Integrating };

class BehavioralTile {
 public:
  /// @param full_charge C of the longest pulse, of the ideal converters. @param full_width s, that pulse
  BehavioralTile(const model::Model& model, double full_charge_relu, double full_charge_signed, double full_width)
      : model_(model), full_relu_(full_charge_relu), full_signed_(full_charge_signed), top_(full_width) {}

  /// Charge into the bit line of a column (C). `widths` are those of the word lines, s.
  double charge(const Effects& on, const ModelArray& array, std::size_t column, const std::vector<double>& widths,
                BitLine end) const;
  /// What one cell alone gives into a held line (C).
  double cellCharge(const Effects& on, const ModelArray& array, std::size_t row, std::size_t column,
                    double width) const;
  double phi(const Effects& on, double charge) const;     ///< s
  double output(const Effects& on, double charge) const;  ///< s, signed
  /// What (V - v_zero)^k A, k = 0 .. 3, in the place of every cell's current would give (C): a cubic's charge is its
  /// coefficients times these.
  std::vector<double> powers(const ModelArray& array, std::size_t column, const std::vector<double>& widths) const;

 private:
  struct CellState {
    double current = 0, edge = 0;                   ///< A, C at the reference bit-line voltage
    double conductance = 0, conductance_slope = 0;  ///< S, S/V: what the current loses with the bit line's distance
  };
  CellState cell(const Effects& on, const ModelArray& array, std::size_t row, std::size_t column) const;

  const model::Model& model_;
  double full_relu_, full_signed_, top_;
};

}  // namespace gaincell::flows
