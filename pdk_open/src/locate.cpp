#include "locate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "gaincell/pdk/pdk.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/suggest.hpp"

namespace gaincell::pdk {

namespace fs = std::filesystem;

namespace {

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nothing here changes the environment
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

/// Replaces "${NAME}" and a leading "~"; nothing when a variable is not set.
std::optional<std::string> expand(std::string text) {
  if (!text.empty() && text[0] == '~') {
    const auto home = environment("HOME");
    if (!home) return std::nullopt;
    text = *home + text.substr(1);
  }
  for (auto start = text.find("${"); start != std::string::npos; start = text.find("${")) {
    const auto end = text.find('}', start);
    if (end == std::string::npos) return std::nullopt;
    const auto value = environment(text.substr(start + 2, end - start - 2));
    if (!value) return std::nullopt;
    text = text.substr(0, start) + *value + text.substr(end + 1);
  }
  return text;
}

bool isFile(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

}  // namespace

fs::path locateRoot(const RootSearch& search, const std::string& pdk_name, const fs::path& manifest) {
  std::vector<std::string> candidates, tried;
  if (search.embedded) candidates.push_back(fs::absolute(manifest).parent_path().string());
  for (const auto& variable : search.variables)
    if (const auto value = environment(variable)) candidates.push_back(*value);
  for (const auto& folder : search.folders)
    if (const auto value = expand(folder)) candidates.push_back(*value);
  for (const auto& candidate : candidates) {
    std::vector<fs::path> roots;
    for (const auto& sub : search.subdirectories)
      if (const auto value = expand(sub)) roots.push_back(fs::path(candidate) / *value);
    roots.emplace_back(candidate);
    for (const auto& root : roots) {
      const fs::path probe = root / search.probe;
      if (isFile(probe)) return fs::absolute(root).lexically_normal();
      if (std::find(tried.begin(), tried.end(), probe.string()) == tried.end()) tried.push_back(probe.string());
    }
  }
  std::string variables;
  for (const auto& variable : search.variables)
    variables +=
        fmt::format("{}{} ({})", variables.empty() ? "" : ", ", variable, environment(variable) ? "set" : "not set");
  throw support::Error(
      "PDK-0003", fmt::format("the files of PDK '{}' were not found", pdk_name), manifest.string(),
      fmt::format("tried: {}{}", tried.empty() ? "nothing" : fmt::format("{}", fmt::join(tried, ", ")),
                  variables.empty() ? "" : fmt::format("; set {} to the folder holding {}", variables, search.probe)));
}

namespace {
/// Folders that may hold `share/gaincell/pdks`: those above the running program (bin/ or libexec/gaincell/ of the build
/// tree or of an installation), then what the build was configured with.
std::vector<fs::path> pdkFolderCandidates() {
  std::vector<fs::path> out;
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  if (!failed) {
    fs::path folder = program.parent_path();
    for (int up = 0; up < 4 && folder.has_relative_path(); ++up, folder = folder.parent_path())
      out.push_back(folder / "share/gaincell/pdks");
  }
  out.emplace_back(GAINCELL_PDKS_BUILD);
  out.emplace_back(GAINCELL_PDKS_INSTALLED);
  return out;
}
}  // namespace

fs::path pdkFolder() {
  const auto candidates = pdkFolderCandidates();
  for (const auto& folder : candidates) {
    std::error_code failed;
    if (fs::is_directory(folder, failed)) return folder;
  }
  std::vector<std::string> names;
  names.reserve(candidates.size());
  for (const auto& folder : candidates) names.push_back(folder.string());
  throw support::Error("PDK-0007", "the manifests shipped with the program were not found", "",
                       fmt::format("reinstall gaincell; tried: {}", fmt::join(names, ", ")));
}

std::vector<std::string> pdkNames() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(pdkFolder()))
    if (isFile(entry.path() / "manifest.json")) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

Pdk findPdk(const std::string& name) {
  const auto names = pdkNames();
  if (std::find(names.begin(), names.end(), name) == names.end())
    throw support::Error(
        "PDK-0002", fmt::format("there is no PDK '{}'", name), pdkFolder().string(),
        support::didYouMean(name, names,
                            fmt::format("PDKs are: {}; another one is given by its manifest (--pdk-manifest FILE)",
                                        fmt::join(names, ", "))));
  return readManifest(pdkFolder() / name / "manifest.json");
}

}  // namespace gaincell::pdk
