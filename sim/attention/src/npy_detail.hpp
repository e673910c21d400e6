#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "gaincell/attention/npz.hpp"

namespace gaincell::attention {

/// Reads and checks a .npy header through `read`; `available` bounds the bytes that may be there.
ArrayInfo readNpyHeader(const std::function<void(void*, std::size_t)>& read, std::uint64_t available,
                        const std::string& where);

/// One member of a zip archive, as its central directory describes it (checked against the local header).
struct ZipMember {
  std::string name;
  bool deflated = false;
  std::uint32_t crc = 0;
  std::uint64_t data = 0, packed = 0, size = 0;  ///< offset of the data, bytes in the archive, bytes unpacked
};

std::vector<ZipMember> readZipDirectory(const ByteSource& source);
std::unique_ptr<ArrayStream> openZipMember(std::shared_ptr<const ByteSource> source, const ZipMember& member);

}  // namespace gaincell::attention
