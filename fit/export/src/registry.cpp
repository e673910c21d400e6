#include <fmt/format.h>

#include "formats.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/hash.hpp"
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
    names += f.name;
    names += ", ";
  }
  throw support::Error("EXP-0001", fmt::format("there is no export format '{}'", name), "--format",
                       "choose one of: " + names + "npz, json");
}

namespace {

/// An identifier in SPICE and Verilog-A; what is left out of a name is in the hash.
std::string identifier(const std::string& name) {
  constexpr std::size_t kLongest = 32;
  std::string out;
  for (const char c : name.substr(0, kLongest)) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    out += plain ? c : '_';
  }
  return out;
}

/// Text must not end the comment it stands in.
std::string inOneLine(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r') c = ' ';
  return text;
}

/// Where and when the file was made does not change its blocks.
std::string contentHash(model::Model m) {
  m.provenance = {};
  m.provenance.date = "-";
  m.validity.notes.clear();
  return support::sha256(model::modelText(m)).substr(0, 8);
}

}  // namespace

BlockNames blockNames(const model::Model& m) {
  const std::string tail =
      fmt::format("_{}_{}", identifier(m.design ? m.design->name : m.conditions.pdk), contentHash(m));
  const auto name = [&](const char* block) { return fmt::format("gaincell_{}{}", block, tail); };
  return {name("cell"),     name("array_cell"),     name("word_line"),
          name("bit_line"), name("relu_converter"), name("signed_converter")};
}

std::vector<std::string> statement(const model::Model& m) {
  using support::formatNumber;
  std::vector<std::string> out;
  out.push_back(fmt::format("Gaincell model: {} corner {}, {} C, {} V", m.conditions.pdk, m.conditions.corner,
                            formatNumber(m.conditions.temp_c), formatNumber(m.conditions.vdd_v)));
  out.push_back(m.design ? fmt::format("design {}, hash {}", inOneLine(m.design->name), m.design->hash)
                         : std::string("design not stated: measured data or published figures"));
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
  out.emplace_back("charge that gives a positive output goes into the bit line");
  for (const auto& note : m.validity.notes) out.push_back("note: " + inOneLine(note));
  return out;
}

}  // namespace gaincell::exports
