// Any bytes as .npz and as .npy: read completely, or refused with an error of the project. Anything else is a finding.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gaincell/attention/npz.hpp"
#include "gaincell/support/error.hpp"

using namespace gaincell::attention;

namespace {

void readAll(ArrayStream& stream) {
  std::vector<unsigned char> data(1 << 12);
  const std::size_t size = elementSize(stream.info().type);
  for (std::size_t left = stream.info().count(); left > 0;) {
    const std::size_t n = left < data.size() / size ? left : data.size() / size;
    stream.readRaw(data.data(), n);
    left -= n;
  }
  stream.finish();
}

template <typename Body>
void refusing(Body body) {
  try {
    body();
  } catch (const gaincell::support::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto source = memorySource(std::string(reinterpret_cast<const char*>(data), size));
  refusing([&] { readAll(*openNpy(source)); });
  refusing([&] {
    const auto archive = ArrayFile::openArchive(source);
    for (const auto& name : archive->names()) refusing([&] { readAll(*archive->stream(name)); });
  });
  return 0;
}
