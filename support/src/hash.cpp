#include "gaincell/support/hash.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <fstream>
#include <iterator>

#include "gaincell/support/error.hpp"

namespace gaincell::support {

std::string sha256(std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

std::string sha256File(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error("HSH-0001", "cannot read the file", path.string(), "check that it exists and is readable");
  return sha256(std::string(std::istreambuf_iterator<char>(in), {}));
}

}  // namespace gaincell::support
