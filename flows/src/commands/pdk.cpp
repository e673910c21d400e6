// gaincell pdk list|show|check: which PDKs there are, what one holds, whether its devices do what it declares.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "gaincell/design/read.hpp"
#include "gaincell/devices/pdk_check.hpp"
#include "gaincell/support/units.hpp"

namespace gaincell::flows {

using support::ExitCode;
using support::formatSi;

namespace {

/// NaN has no JSON form: null.
nlohmann::json numberOrNull(double v) {
  return std::isfinite(v) ? nlohmann::json(v) : nlohmann::json(nullptr);
}

ExitCode list(const CommandContext& context) {
  nlohmann::json json = nlohmann::json::array();
  std::string text;
  for (const auto& name : pdk::pdkNames()) {
    try {
      const pdk::Pdk p = pdk::findPdk(name);
      std::vector<std::string> corners;
      for (const auto& c : p.corners) corners.push_back(c.name);
      text += fmt::format("  {:<10} {:<10} {}\n", name, "ready", p.title);
      json.push_back({{"name", name},
                      {"available", true},
                      {"title", p.title},
                      {"license", p.license},
                      {"vdd_V", p.vdd},
                      {"corners", corners},
                      {"root", p.root.string()}});
    } catch (const support::Error& e) {
      text += fmt::format("  {:<10} {:<10} {}\n  {:<21} {}\n", name, e.id() == "PDK-0008" ? "unusable" : "not found",
                          e.problem(), "", e.remedy());
      json.push_back({{"name", name}, {"available", false}, {"problem", e.problem()}, {"remedy", e.remedy()}});
    }
  }
  context.print({{"folder", pdk::pdkFolder().string()}, {"pdks", json}}, text);
  return ExitCode::Done;
}

nlohmann::json toJson(const pdk::Role& r) {
  return {{"device", r.device}, {"w_m", r.w}, {"l_m", r.l}};
}

ExitCode show(const CommandContext& context, const pdk::Pdk& p) {
  nlohmann::json json = {{"name", p.name},
                         {"title", p.title},
                         {"license", p.license},
                         {"vdd_V", p.vdd},
                         {"vdd_io_V", p.vdd_io},
                         {"temp_nom_C", p.temp_nom_c},
                         {"root", p.root.string()},
                         {"manifest", p.manifest.string()},
                         {"content_hash", p.content_hash}};
  std::string text =
      fmt::format("{}: {}\n  licence {}, supply {}, {} for thick oxide\n  manifest {}\n  cards    {}\n  hash     {}\n",
                  p.name, p.title, p.license, formatSi(p.vdd, "V"), formatSi(p.vdd_io, "V"), p.manifest.string(),
                  p.root.string(), p.content_hash);
  text += "corners (speed of n, p)\n";
  for (const auto& c : p.corners) {
    text += fmt::format("  {:<4} {:+d} {:+d}{}\n", c.name, c.speed_n, c.speed_p, c.random ? "  random" : "");
    json["corners"][c.name] = {
        {"speed_n", c.speed_n}, {"speed_p", c.speed_p}, {"random", c.random}, {"cards", c.cards}};
  }
  text += "devices                                      smallest W, L           largest V   mismatch\n";
  for (const auto& [flavour, d] : p.devices) {
    text += fmt::format("  {:<6} {:<34} {:>8}, {:<9}     {:<9}   {}\n", flavour, d.model, formatSi(d.w_min, "m"),
                        formatSi(d.l_min, "m"), formatSi(d.v_max, "V"),
                        d.vth_parameter.empty() ? "by the PDK's own random corner, or none"
                                                : fmt::format("A_VT {} mV um, A_beta {} % um per {}", d.avt * 1e9,
                                                              d.abeta * 1e8, d.per_device ? "device" : "pair"));
    json["devices"][flavour] = {{"model", d.model},          {"polarity", std::string(1, d.polarity)},
                                {"w_m", {d.w_min, d.w_max}}, {"l_m", {d.l_min, d.l_max}},
                                {"vmax_V", d.v_max},         {"avt_V_m", d.avt},
                                {"abeta_m", d.abeta}};
  }
  text += "roles\n";
  for (const auto& [name, r] : p.roles) {
    text += fmt::format("  {:<8} {:<6} W {:<9} L {}\n", name, r.device, formatSi(r.w, "m"), formatSi(r.l, "m"));
    json["roles"][name] = toJson(r);
  }
  json["designs"] = design::designNames(design::designFolder(p));
  json["default_design"] = p.default_design;
  text += "designs ('gaincell design list')\n";
  for (const auto& name : json["designs"])
    text += fmt::format("  {}{}\n", name.get<std::string>(), name == p.default_design ? ", the default" : "");
  if (json["designs"].empty()) text += "  none\n";
  context.print(json, text);
  return ExitCode::Done;
}

/// A figure in the unit people quote it in.
struct Shown {
  const char *figure, *title;
  double factor;
};
constexpr Shown kShown[] = {{"ion", "Ion uA/um", 1},        {"ioff", "Ioff nA/um", 1e3}, {"vth_lin", "Vth lin mV", 1e3},
                            {"vth_sat", "Vth sat mV", 1e3}, {"dibl", "DIBL mV/V", 1e3},  {"ss", "SS mV/dec", 1e3},
                            {"jg", "Jg A/cm2", 1e-4},       {"cgg", "Cgg fF/um", 1e9}};

std::string figureTable(const devices::PdkCheck& check) {
  std::string text = fmt::format("{:<7} {:<6} {:>4}", "flavour", "corner", "C");
  for (const auto& s : kShown) text += fmt::format(" {:>11}", s.title);
  for (const auto& f : check.figures) {
    text += fmt::format("\n{:<7} {:<6} {:>4}", f.flavour, f.corner, f.temp_c);
    for (const auto& s : kShown) text += fmt::format(" {:>11.4g}", devices::figureOf(f, s.figure) * s.factor);
  }
  text += '\n';
  return text;
}

const Shown& shown(const std::string& figure) {
  for (const auto& s : kShown)
    if (figure == s.figure) return s;
  return kShown[0];
}

std::string checkText(const devices::PdkCheck& check) {
  const auto verdict = [](bool pass) { return pass ? "ok" : "OUT OF SPEC"; };
  std::string text = figureTable(check);
  if (!check.comparisons.empty()) text += "\nagainst the declared figures (typical corner, 27 C)\n";
  for (const auto& c : check.comparisons) {
    const Shown& s = shown(c.figure);
    text +=
        fmt::format("  {:<6} {:<11} {:>10.4g}  declared {:>10.4g}  {:>+7.2f} %  {}\n", c.flavour, s.title,
                    c.measured * s.factor, c.declared * s.factor, 100 * (c.measured / c.declared - 1), verdict(c.pass));
  }
  text += "\ncorner  declared n, p   drive n, p over typical   trip of the inverter\n";
  for (const auto& c : check.corners)
    text += fmt::format("  {:<5}    {:+d} {:+d}            {:.3f}  {:.3f}          {:>+6.1f} mV   {}\n", c.corner,
                        c.declared_n, c.declared_p, c.drive_n, c.drive_p, 1e3 * c.trip_shift, verdict(c.pass));
  text += "\nhotter  Ion ratio  Ioff ratio  Vth mV/K\n";
  for (const auto& t : check.temperature)
    text += fmt::format("  {:<6}  {:>6.3f}  {:>10.4g}  {:>8.3f}   {}\n", t.flavour, t.ion_ratio, t.ioff_ratio,
                        1e3 * t.vth_per_kelvin, verdict(t.pass));
  for (const auto& r : check.remarks) text += fmt::format("note: {}\n", r);
  text += fmt::format("\nresult: {}\n", verdict(check.pass()));
  return text;
}

nlohmann::json checkJson(const pdk::Pdk& pdk, const devices::PdkCheck& check) {
  nlohmann::json json = {{"pdk", pdk.name}, {"pass", check.pass()}, {"remarks", check.remarks}};
  for (const auto& f : check.figures) {
    nlohmann::json entry = {{"flavour", f.flavour}, {"corner", f.corner}, {"temp_C", f.temp_c},
                            {"w_m", f.w},           {"l_m", f.l},         {"vdd_V", f.vdd}};
    for (const auto& [figure, key] : {std::pair{"ion", "ion_A_per_m"},
                                      {"ioff", "ioff_A_per_m"},
                                      {"vth_lin", "vth_lin_V"},
                                      {"vth_sat", "vth_sat_V"},
                                      {"dibl", "dibl_V_per_V"},
                                      {"ss", "ss_V_per_decade"},
                                      {"jg", "jg_A_per_m2"},
                                      {"cgg", "cgg_F_per_m"}})
      entry[key] = numberOrNull(devices::figureOf(f, figure));
    json["figures"].push_back(entry);
  }
  json["comparisons"] = nlohmann::json::array();
  for (const auto& c : check.comparisons)
    json["comparisons"].push_back({{"flavour", c.flavour},
                                   {"figure", c.figure},
                                   {"measured", numberOrNull(c.measured)},
                                   {"declared", c.declared},
                                   {"pass", c.pass}});
  for (const auto& c : check.corners)
    json["corners"].push_back({{"corner", c.corner},
                               {"declared_n", c.declared_n},
                               {"declared_p", c.declared_p},
                               {"drive_n", c.drive_n},
                               {"drive_p", c.drive_p},
                               {"trip_shift_V", c.trip_shift},
                               {"pass", c.pass}});
  for (const auto& t : check.temperature)
    json["temperature"].push_back({{"flavour", t.flavour},
                                   {"ion_ratio", numberOrNull(t.ion_ratio)},
                                   {"ioff_ratio", numberOrNull(t.ioff_ratio)},
                                   {"vth_V_per_K", numberOrNull(t.vth_per_kelvin)},
                                   {"pass", t.pass}});
  return json;
}

ExitCode check(const CommandContext& context, const pdk::Pdk& pdk) {
  devices::CheckOptions options;
  options.tolerance = context.values["tolerance"].as<double>();
  if (!(options.tolerance > 0 && options.tolerance < 1))
    throw support::Error("PDK-0030", fmt::format("a tolerance of {} makes no sense", options.tolerance), "--tolerance",
                         "give a relative deviation between 0 and 1, for example 0.03");
  sim::Simulator simulator(context.simulatorOptions());
  const auto result = devices::checkPdk(pdk, simulator, options);
  auto json = checkJson(pdk, result);
  auto provenance = context.provenance(&pdk);
  provenance.simulator = simulator.simulatorVersion();
  json["provenance"] = support::toJson(provenance);
  context.print(json, checkText(result));
  return result.pass() ? ExitCode::Done : ExitCode::OutOfSpec;
}

ExitCode run(const CommandContext& context) {
  const auto& words = context.positional;
  const std::string action = words.empty() ? "" : words[0];
  if (words.size() > (action == "list" ? 1U : 2U) || (action != "list" && action != "show" && action != "check"))
    throw support::Error(
        "PDK-0031",
        words.empty() ? "nothing was asked for" : fmt::format("cannot make sense of '{}'", fmt::join(words, " ")),
        "gaincell pdk", "write list, show [NAME] or check [NAME]");
  if (action == "list") return list(context);
  const pdk::Pdk pdk = words.size() == 2 ? pdk::findPdk(words[1]) : context.loadPdk();
  return action == "show" ? show(context, pdk) : check(context, pdk);
}

}  // namespace

Command pdkCommand() {
  return {"pdk",
          "which PDKs are there; what one holds; self-check of one by simulation",
          "gaincell pdk list | show [NAME] | check [NAME] [--tolerance R]",
          "  gaincell pdk list\n  gaincell pdk check gc28\n  PDK_ROOT=~/.ciel gaincell pdk show sky130A\n"
          "  gaincell pdk check --pdk-manifest my/manifest.json --json\n",
          kPdk | kJobs,
          [](po::options_description_easy_init add) {
            add("tolerance", po::value<double>()->default_value(0.03),
                "largest relative deviation of a declared figure");
          },
          run,
          true};
}

}  // namespace gaincell::flows
