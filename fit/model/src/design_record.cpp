#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <set>

#include "gaincell/model/model.hpp"

namespace gaincell::model {

std::optional<double> DesignRecord::number(const std::string& path) const {
  const auto it = values.find(path);
  if (it == values.end()) return std::nullopt;
  char* end = nullptr;
  const double x = std::strtod(it->second.c_str(), &end);
  if (it->second.empty() || *end != '\0' || !std::isfinite(x)) return std::nullopt;
  return x;
}

std::vector<std::string> differences(const DesignRecord& a, const DesignRecord& b) {
  std::vector<std::string> out;
  if (a.hash == b.hash) return out;
  std::set<std::string> paths;
  if (!a.values.empty() && !b.values.empty())
    for (const auto* values : {&a.values, &b.values})
      for (const auto& [path, value] : *values) paths.insert(path);
  const auto of = [](const DesignRecord& d, const std::string& path) {
    const auto it = d.values.find(path);
    return it == d.values.end() ? std::string("-") : it->second;
  };
  for (const std::string& path : paths)
    if (of(a, path) != of(b, path)) out.push_back(fmt::format("{}: {} against {}", path, of(a, path), of(b, path)));
  if (out.empty())
    out.push_back(fmt::format("design: {} ({}) against {} ({})", a.name, a.shortHash(), b.name, b.shortHash()));
  return out;
}

}  // namespace gaincell::model
