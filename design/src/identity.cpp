#include "gaincell/design/identity.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "gaincell/support/error.hpp"

namespace gaincell::design {

Identity identityOf(const Design& design, const pdk::Pdk& pdk, const pdk::Conditions& conditions) {
  return {design.name, design.hash(), design.values(), pdk.name, pdk.content_hash, conditions};
}

namespace {

bool below(const std::string& path, const std::vector<std::string>& branches) {
  return branches.empty() || std::any_of(branches.begin(), branches.end(), [&](const std::string& b) {
           return path == b || path.rfind(b + ".", 0) == 0;
         });
}

std::map<std::string, std::string> filtered(const std::map<std::string, std::string>& values,
                                            const std::vector<std::string>& branches) {
  std::map<std::string, std::string> out;
  for (const auto& [path, value] : values)
    if (below(path, branches)) out.emplace(path, value);
  return out;
}

}  // namespace

std::vector<std::string> differences(const Identity& a, const Identity& b, May may,
                                     const std::vector<std::string>& branches) {
  std::vector<std::string> out;
  if (a.pdk != b.pdk)
    out.push_back(fmt::format("process: {} against {}", a.pdk, b.pdk));
  else if (!a.pdk_hash.empty() && !b.pdk_hash.empty() && a.pdk_hash != b.pdk_hash)
    out.push_back(fmt::format("files of process {}: {:.8} against {:.8}", a.pdk, a.pdk_hash, b.pdk_hash));
  if (may != May::DifferInConditions) {
    const auto &x = a.conditions, &y = b.conditions;
    if (x.corner != y.corner) out.push_back(fmt::format("corner: {} against {}", x.corner, y.corner));
    if (std::fabs(x.temp_c - y.temp_c) > 1e-9)
      out.push_back(fmt::format("temperature: {} against {} C", x.temp_c, y.temp_c));
    if (std::fabs(x.vdd - y.vdd) > 1e-9) out.push_back(fmt::format("supply: {} against {} V", x.vdd, y.vdd));
  }
  if (a.design_hash != b.design_hash)
    for (auto& d : differences(filtered(a.values, branches), filtered(b.values, branches))) out.push_back(std::move(d));
  return out;
}

void requireSame(const Identity& a, const std::string& what_a, const Identity& b, const std::string& what_b, May may,
                 const std::vector<std::string>& branches) {
  const auto all = differences(a, b, may, branches);
  if (all.empty()) return;
  constexpr std::size_t kShown = 4;
  const std::vector<std::string> first(all.begin(),
                                       all.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, all.size())));
  throw support::Error("DSG-0020",
                       fmt::format("{} ({}) and {} ({}) do not belong together", what_a, a.design, what_b, b.design),
                       fmt::format("{}{}", fmt::join(first, "; "),
                                   all.size() > kShown ? fmt::format("; and {} more", all.size() - kShown) : ""),
                       "use the one made for the other, or take them together on purpose with --anyway");
}

nlohmann::json toJson(const Identity& i) {
  return {{"design", i.design},
          {"design_hash", i.design_hash},
          {"values", i.values},
          {"pdk", i.pdk},
          {"pdk_hash", i.pdk_hash},
          {"corner", i.conditions.corner},
          {"temp_c", i.conditions.temp_c},
          {"vdd_v", i.conditions.vdd}};
}

Identity identityFromJson(const nlohmann::json& j) {
  Identity i;
  i.design = j.at("design").get<std::string>();
  i.design_hash = j.at("design_hash").get<std::string>();
  i.values = j.at("values").get<std::map<std::string, std::string>>();
  i.pdk = j.at("pdk").get<std::string>();
  i.pdk_hash = j.at("pdk_hash").get<std::string>();
  i.conditions = {j.at("corner").get<std::string>(), j.at("temp_c").get<double>(), j.at("vdd_v").get<double>()};
  return i;
}

}  // namespace gaincell::design
