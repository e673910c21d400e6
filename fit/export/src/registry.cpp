#include <fmt/format.h>

#include "formats.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::exports {

const std::vector<Format>& formats() {
  static const std::vector<Format> all = {ngspice(), verilogA(), csv()};
  return all;
}

const Format& format(const std::string& name) {
  std::string names;
  for (const Format& f : formats()) {
    if (f.name == name) return f;
    names += f.name + ", ";
  }
  throw support::Error("EXP-0001", fmt::format("there is no export format '{}'", name), "--format",
                       "choose one of: " + names + "npz, json");
}

std::vector<std::string> statement(const model::Model& m) {
  using support::formatNumber;
  std::vector<std::string> out;
  out.push_back(fmt::format("Gaincell model: {} corner {}, {} C, {} V", m.conditions.pdk, m.conditions.corner,
                            formatNumber(m.conditions.temp_c), formatNumber(m.conditions.vdd_v)));
  out.push_back(fmt::format("made by gaincell {} on {}: {}", m.provenance.program_version, m.provenance.date,
                            m.provenance.command));
  out.push_back(
      fmt::format("valid for stored voltages {} to {} V, pulses of {} to {} s, {} to {} C, supplies {} to {} V",
                  formatNumber(m.validity.v_storage_V[0]), formatNumber(m.validity.v_storage_V[1]),
                  formatNumber(m.validity.pulse_width_s[0]), formatNumber(m.validity.pulse_width_s[1]),
                  formatNumber(m.validity.temp_c[0]), formatNumber(m.validity.temp_c[1]),
                  formatNumber(m.validity.vdd_V[0]), formatNumber(m.validity.vdd_V[1])));
  out.push_back(
      m.cell.mismatch_curve
          ? "nominal devices at the conditions above; a deviation drawn by `gaincell model sample` can be given to "
            "each "
            "cell where the format has parameters for it; process and temperature are not in this export"
          : "nominal devices at the conditions above; mismatch, process and temperature are not in this export");
  for (const auto& note : m.validity.notes) {
    std::string line = note;
    for (char& c : line)
      if (c == '\n' || c == '\r') c = ' ';  // a note must not end the comment
    out.push_back("note: " + line);
  }
  return out;
}

}  // namespace gaincell::exports
