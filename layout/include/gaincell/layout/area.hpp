#pragma once
/// @file
/// Areas of blocks from the sizes of their devices. Every number that enters names its source.

#include <cstdint>
#include <string>
#include <vector>

namespace gaincell::layout {

/// Where a number comes from.
enum class Origin {
  Published,   ///< printed in the paper or its published summary
  Pdk,         ///< layout or device data of the PDK's manifest
  Circuit,     ///< sizes of the generated circuit
  Model,       ///< a model file
  Simulation,  ///< simulated whole, with everything that belongs to it
  Assumption,  ///< chosen here, with the reason in the source text
};
const char* originName(Origin origin);

/// A number with unit (SI; "" for pure numbers) and source.
struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  Origin origin = Origin::Assumption;
  std::string source;
};

/// Nanometre: the database unit. Areas in nm^2 fit 64 bits up to 3 m, so all sums are exact.
using Nm = std::int64_t;

struct Device {
  std::string name;     ///< path in the generated circuit
  double w = 0, l = 0;  ///< m
  int m = 1;
};

/// The content of one block, as flattened from the generated circuit by the caller.
struct BlockDevices {
  std::vector<Device> devices;
  std::vector<double> capacitors;  ///< F; drawn capacitors only, no wire parasitics
  std::string source;              ///< "generator relu-converter, default sizes"
};

/// What turns sizes into area.
struct AreaRules {
  Figure metal_pitch, poly_pitch, gate_length;  ///< m
  Figure mom_density;                           ///< F/m^2
  Figure finger_width;                          ///< m, widest finger
  Figure analog_utilization, digital_utilization;
  Figure tracks;                      ///< height of a standard cell in metal pitches
  bool capacitor_over_active = true;  ///< the capacitor's metal lies above the block's own transistors

  std::vector<const Figure*> all() const;
};

/// Rules with the sources of everything that is assumed here filled in; the PDK's four figures come from the caller.
/// @param layout_source the manifest's own words about its layout figures
AreaRules areaRules(double metal_pitch, double poly_pitch, double gate_length, double mom_density,
                    const std::string& pdk, const std::string& layout_source);

/// Area of a transistor's diffusion, gates and spacing, m^2:
/// (n (L + g) + g) (W/n + 2 p) m with n fingers of at most finger_width, contacted gap g = poly pitch - gate length,
/// and one metal pitch p of clearance on both ends of the gate.
double transistorArea(const AreaRules& rules, const Device& device);

struct BlockArea {
  double transistors = 0;  ///< m^2, divided by the utilization
  double capacitors = 0;   ///< m^2
  double total = 0;        ///< max of both with capacitors over active, else the sum
  std::size_t device_count = 0;
  double capacitance = 0;  ///< F
  std::string source;
};
/// @throws Error (LAY-0001) for sizes that are not positive and finite.
BlockArea blockArea(const AreaRules& rules, const BlockDevices& block);

/// Area of digital logic given in two-input NAND gates (3 poly pitches x tracks metal pitches each), m^2.
double logicArea(const AreaRules& rules, double gates);

}  // namespace gaincell::layout
