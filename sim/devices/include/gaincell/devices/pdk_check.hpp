#pragma once
/// @file
/// Device figures of a PDK by simulation, and the self-check of a PDK against what its manifest declares.

#include <map>
#include <string>
#include <vector>

#include "gaincell/pdk/pdk.hpp"
#include "gaincell/sim/simulator.hpp"

namespace gaincell::devices {

/// Figures of one flavour. For p devices voltages and currents are magnitudes. NaN: could not be measured.
///
/// Definitions (the usual ones of compact-model extraction, e.g. ITRS PIDS tables):
/// - vth: gate voltage at the constant current 100 nA x W/L, at drain VDD (`vth_sat`) and 50 mV (`vth_lin`)
/// - dibl: (vth_lin - vth_sat) / (VDD - 50 mV)
/// - ss: swing of the decade below 25 nA x W/L at drain VDD: under the threshold, above junction and drain leakage
/// - jg: gate current at gate VDD, drain = source = body = 0, of a 1 um long gate (edges are negligible), per area
/// - cgg: charge that a 10 mV ramp of the gate about VDD takes, drain = source = body = 0, over 10 mV and W
struct DeviceFigures {
  std::string flavour, corner;
  double temp_c = 27;
  double w = 0, l = 0, vdd = 0;     ///< m, m, V
  double ion = 0, ioff = 0;         ///< A per metre of width
  double vth_lin = 0, vth_sat = 0;  ///< V
  double dibl = 0, ss = 0;          ///< V/V, V/decade
  double jg = 0;                    ///< A/m2
  double cgg = 0;                   ///< F per metre of width
};

/// A measured figure beside the declared one.
struct Comparison {
  std::string flavour, figure;  ///< "n_svt", "ion"
  double measured = 0, declared = 0;
  bool pass = false;
};

/// A corner's speed as measured: n and p on-currents against tt (from one operating point holding both devices) and the
/// shift of the trip voltage of an inverter whose input is its output.
struct CornerSpeed {
  std::string corner;
  int declared_n = 0, declared_p = 0;
  double drive_n = 1, drive_p = 1;  ///< on-current over that of tt
  double trip_shift = 0;            ///< V against tt
  bool pass = false;
};

/// Response of a flavour to a rise from 27 C to the hot temperature.
struct TemperatureResponse {
  std::string flavour;
  double ion_ratio = 1, ioff_ratio = 1;  ///< hot over 27 C
  double vth_per_kelvin = 0;             ///< V/K, of vth_sat
  bool pass = false;
};

struct CheckOptions {
  double tolerance = 0.03;  ///< relative, of a declared figure
  double hot_c = 85;        ///< C
};

struct PdkCheck {
  std::vector<DeviceFigures>
      figures;  ///< every flavour at every non-random corner at 27 C, then at tt and the hot temperature
  std::vector<Comparison> comparisons;
  std::vector<CornerSpeed> corners;
  std::vector<TemperatureResponse> temperature;
  std::vector<std::string> remarks;  ///< what could not be measured or is not declared
  bool pass() const;
};

/// Figures of all flavours at one corner and temperature, in the order of Pdk::devices. @throws Error (SIM-0002) when a
/// simulation fails.
std::vector<DeviceFigures> measureDevices(const pdk::Pdk& pdk, const std::string& corner, double temp_c,
                                          sim::Simulator& simulator);

/// Rules of the check:
/// - declared figures within the tolerance at tt, 27 C
/// - each corner's on-currents differ from tt by more than 1 % in the declared direction (less than 1 % where typical),
///   and the trip voltage moves towards the faster device
/// - hot: Ioff rises; for flavours with declared figures |Vth| falls and Ion goes the way declared, where it is (cards
/// of
///   other PDKs may have a threshold that rises: FreePDK45's thick-oxide devices do; that is a remark)
PdkCheck checkPdk(const pdk::Pdk& pdk, sim::Simulator& simulator, const CheckOptions& options = {});

/// Value of a figure by its manifest name ("ion" ...). @throws Error (DEV-0001) for an unknown name.
double figureOf(const DeviceFigures& figures, const std::string& name);

}  // namespace gaincell::devices
