#pragma once
// Golden files: a text is compared with the file kept under tests/data/golden. With GAINCELL_UPDATE_GOLDEN=1 in the
// environment (scripts/update-golden.sh) the file is written instead.

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "gaincell/support/atomic_file.hpp"

namespace gaincell::tests {

inline void checkGolden(const std::string& name, const std::string& text) {
  const std::filesystem::path file = std::filesystem::path(GAINCELL_TEST_DATA) / "golden" / name;
  if (std::getenv("GAINCELL_UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(file.parent_path());
    support::writeFileAtomically(file, text, support::Overwrite::Yes);
    return;
  }
  REQUIRE_MESSAGE(std::filesystem::exists(file), file.string(), " is missing: run scripts/update-golden.sh");
  const std::string kept = support::readFile(file);
  if (text == kept) return;
  // What was found goes beside the build, so that both can be compared.
  const std::filesystem::path found = std::filesystem::path(GAINCELL_BINARY_DIR) / "golden-found" / name;
  std::filesystem::create_directories(found.parent_path());
  support::writeFileAtomically(found, text, support::Overwrite::Yes);
  FAIL_CHECK("differs from its golden file; compare: diff ", file.string(), " ", found.string(),
             "  and accept with scripts/update-golden.sh");
}

}  // namespace gaincell::tests
