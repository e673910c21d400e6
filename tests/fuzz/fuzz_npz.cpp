// Any bytes as .npz and as .npy: read completely, or refused with an error of the project. Anything else is a finding.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gaincell/attention/npz.hpp"
#include "gaincell/support/error.hpp"

using namespace gaincell::attention;

namespace {

/// Deflate packs zeros a thousandfold, and any number of members may lie on the same bytes: an input of a few kB could
/// keep the reader busy for minutes. All that is new is reached well before this many bytes.
constexpr std::size_t kMost = std::size_t{1} << 19;

void readAll(ArrayStream& stream, std::size_t& budget) {
  std::vector<unsigned char> data(1 << 12);
  const std::size_t size = elementSize(stream.info().type);
  for (std::size_t left = stream.info().count(); left > 0;) {
    const std::size_t n = left < data.size() / size ? left : data.size() / size;
    if (n * size > budget) return;
    budget -= n * size;
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
  std::size_t budget = kMost;
  refusing([&] { readAll(*openNpy(source), budget); });
  refusing([&] {
    const auto archive = ArrayFile::openArchive(source);
    for (const auto& name : archive->names()) refusing([&] { readAll(*archive->stream(name), budget); });
  });
  return 0;
}
