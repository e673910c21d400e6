#include "belonging.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "faults.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/json.hpp"

namespace gaincell::fit {

using support::Error;

namespace {

std::optional<std::string> stated(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<model::DesignRecord> statedDesign(const std::string& name, const std::string& hash) {
  if (hash.empty()) return std::nullopt;
  return model::DesignRecord{name.empty() ? "unnamed" : name, hash, {}};
}

}  // namespace

Belonging belongingOf(const support::Provenance& p) {
  return {
      stated(p.pdk), stated(p.pdk_hash), stated(p.corner), p.temp_c, p.vdd_v, statedDesign(p.design, p.design_hash)};
}

Belonging belongingOf(const GivenConditions& g) {
  return {g.pdk, std::nullopt, g.corner, g.temp_c, g.vdd_v, std::nullopt};
}

Belonging belongingOf(const Inputs& in) {
  const model::Conditions& c = in.conditions;
  Belonging b{c.pdk, stated(in.provenance.pdk_hash), c.corner, c.temp_c, c.vdd_v, in.design};
  if (!b.design) b.design = statedDesign(in.provenance.design, in.provenance.design_hash);
  return b;
}

std::optional<Belonging> readIdentity(const std::filesystem::path& folder) {
  const auto file = folder / "identity.json";
  if (!std::filesystem::exists(file)) return std::nullopt;
  const auto json = support::readJson(file);
  try {
    model::DesignRecord design{json.at("design"), json.at("design_hash"), json.at("values")};
    return Belonging{json.at("pdk").get<std::string>(),    stated(json.at("pdk_hash")),
                     json.at("corner").get<std::string>(), json.at("temp_c").get<double>(),
                     json.at("vdd_v").get<double>(),       std::move(design)};
  } catch (const nlohmann::json::exception& e) {
    throw Error(kBadIdentity, fmt::format("identity.json does not say what the tables belong to ({})", e.what()),
                file.string(), "simulate again, or remove the file and give the conditions");
  }
}

std::string firstDifference(const Belonging& a, const Belonging& b) {
  const auto differ = [](const auto& x, const auto& y) { return x && y && *x != *y; };
  const auto apart = [](const auto& x, const auto& y, double tolerance) {
    return x && y && std::fabs(*x - *y) > tolerance;
  };
  if (differ(a.pdk, b.pdk)) return fmt::format("process: {} against {}", *a.pdk, *b.pdk);
  if (differ(a.pdk_hash, b.pdk_hash))
    return fmt::format("files of process {}: {:.8} against {:.8}", a.pdk.value_or("?"), *a.pdk_hash, *b.pdk_hash);
  if (a.design && b.design)
    if (const auto all = model::differences(*a.design, *b.design); !all.empty())
      return all.front() + (all.size() > 1 ? fmt::format(", and {} more values of the design", all.size() - 1) : "");
  if (differ(a.corner, b.corner)) return fmt::format("corner: {} against {}", *a.corner, *b.corner);
  if (apart(a.temp_c, b.temp_c, 0.01)) return fmt::format("temperature: {} against {} C", *a.temp_c, *b.temp_c);
  if (apart(a.vdd_v, b.vdd_v, 1e-6)) return fmt::format("supply: {} against {} V", *a.vdd_v, *b.vdd_v);
  return "";
}

void complete(Belonging& to, const Belonging& more) {
  const auto fill = [](auto& x, const auto& y) {
    if (!x) x = y;
  };
  fill(to.pdk, more.pdk);
  fill(to.pdk_hash, more.pdk_hash);
  fill(to.corner, more.corner);
  fill(to.temp_c, more.temp_c);
  fill(to.vdd_v, more.vdd_v);
  fill(to.design, more.design);
}

void apply(const Belonging& s, Inputs& in) {
  if (s.pdk) in.conditions.pdk = *s.pdk;
  if (s.corner) in.conditions.corner = *s.corner;
  if (s.temp_c) in.conditions.temp_c = *s.temp_c;
  if (s.vdd_v) in.conditions.vdd_v = *s.vdd_v;
  if (s.pdk_hash) in.provenance.pdk_hash = *s.pdk_hash;
  // A record with values says more than one without.
  if (s.design && (!in.design || !s.design->values.empty())) in.design = s.design;
}

bool designUnstated(const Inputs& in) {
  return !in.provenance.pdk.empty() && !in.design && in.provenance.design_hash.empty();
}

}  // namespace gaincell::fit
