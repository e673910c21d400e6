// Any text as a model file: read, or refused with an error of the project.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gaincell/attention/model_input.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/support/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto model = gaincell::model::parseModel({reinterpret_cast<const char*>(data), size}, "fuzz");
    std::vector<std::string> warnings;
    gaincell::attention::settingsFromModel(model, warnings);
  } catch (const gaincell::support::Error&) {
  }
  return 0;
}
