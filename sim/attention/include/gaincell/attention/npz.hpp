#pragma once
/// @file
/// Strict reader and writer of numpy's .npy and .npz files (format: numpy.lib.format, versions 1.0 to 3.0; a .npz is a
/// zip archive of .npy members, stored or deflated, PKWARE APPNOTE 6.3.x). No pickle, no structured types. Data are
/// streamed: a member larger than memory can be read and written piece by piece.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gaincell/support/atomic_file.hpp"

namespace gaincell::attention {

/// Element types that are understood; all little-endian.
enum class ElementType { Float32, Float64, Int32, Int64, UInt8, UInt16 };

std::size_t elementSize(ElementType type) noexcept;
/// numpy's name of the type, "float32".
std::string elementName(ElementType type);

/// What a .npy header says, checked: known type, C order (or at most one dimension), a product of sizes that fits.
struct ArrayInfo {
  ElementType type = ElementType::Float32;
  std::vector<std::size_t> shape;
  std::size_t count() const noexcept;  ///< number of elements; cannot overflow after the checks of the reader
};

/// "(1, 12, 1024, 64)"
std::string shapeText(const std::vector<std::size_t>& shape);

/// Random access to bytes: a file, or memory (tests and fuzzing).
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size() const = 0;
  /// Reads exactly `bytes` from `offset`. @throws Error (NPZ-0001, NPZ-0024) when the source ends before.
  virtual void readAt(std::uint64_t offset, void* to, std::size_t bytes) const = 0;
  virtual const std::string& name() const = 0;  ///< for messages
};

/// @throws Error (NPZ-0002) when the file cannot be opened.
std::shared_ptr<const ByteSource> openFileSource(const std::filesystem::path& path);
std::shared_ptr<const ByteSource> memorySource(std::string bytes, std::string name = "memory");

/// Reads the elements of one array from front to back.
class ArrayStream {
 public:
  virtual ~ArrayStream() = default;
  const ArrayInfo& info() const noexcept { return info_; }
  /// Next `count` elements as they lie in the file. @throws Error (NPZ-0026..0028) when the data are truncated or
  /// damaged.
  void readRaw(void* to, std::size_t count);
  /// Next `count` elements as float32. @throws Error (NPZ-0029) when the array is neither float32 nor float64.
  void readFloats(float* to, std::size_t count);
  /// Checks that the whole array was read and that the checksum of the member fits (NPZ-0003).
  virtual void finish() = 0;

 protected:
  virtual void readBytes(void* to, std::size_t bytes) = 0;
  ArrayInfo info_;
  std::string where_;
  std::size_t read_ = 0;
};

/// An array in memory, converted to float32.
struct FloatArray {
  std::vector<std::size_t> shape;
  std::vector<float> values;
};

/// A set of named arrays: a .npz archive, or a folder of .npy files.
class ArrayFile {
 public:
  virtual ~ArrayFile() = default;
  /// Opens a .npz file, a folder that holds .npy files, or one .npy file (its array has the name of the file).
  static std::unique_ptr<ArrayFile> open(const std::filesystem::path& path);
  /// A .npz archive in memory. @throws Error (NPZ-0005..) when it is not a readable archive.
  static std::unique_ptr<ArrayFile> openArchive(std::shared_ptr<const ByteSource> source);

  virtual std::vector<std::string> names() const = 0;
  bool contains(std::string_view name) const;
  /// A stream over one array; several may be open at once. @throws Error (NPZ-0006) when there is none of that name.
  virtual std::unique_ptr<ArrayStream> stream(std::string_view name) const = 0;
  /// Whole array as float32 (from float32 or float64).
  FloatArray floats(std::string_view name) const;
  /// Whole array of integers (int32, int64, uint8, uint16) with its shape.
  std::vector<std::int64_t> integers(std::string_view name, std::vector<std::size_t>* shape = nullptr) const;
  const std::string& where() const noexcept { return where_; }

 protected:
  std::string where_;
};

/// A .npy file in memory. @throws Error (NPZ-0010..) when the header is wrong.
std::unique_ptr<ArrayStream> openNpy(std::shared_ptr<const ByteSource> source);

enum class Compression { Stored, Deflate };

/// Writes a .npz archive member by member. Nothing appears under the final name before commit().
class NpzWriter {
 public:
  NpzWriter(std::filesystem::path path, support::Overwrite overwrite = support::Overwrite::No,
            Compression compression = Compression::Stored);
  ~NpzWriter();
  NpzWriter(const NpzWriter&) = delete;
  NpzWriter& operator=(const NpzWriter&) = delete;

  /// Starts an array; its data follow by append() until all elements are there.
  void begin(std::string_view name, ElementType type, const std::vector<std::size_t>& shape);
  void append(const void* data, std::size_t bytes);
  /// begin() and append() in one call.
  void add(std::string_view name, std::span<const float> values, const std::vector<std::size_t>& shape);
  void add(std::string_view name, std::span<const std::int32_t> values, const std::vector<std::size_t>& shape);
  /// Comment of the archive, for the provenance: numpy passes it over, `unzip -z` and Python's zipfile show it. Left
  /// out when it is longer than the format allows (65535 bytes).
  void comment(std::string text);
  void commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Header of a .npy file (version 1.0, padded to a multiple of 64 bytes).
std::string npyHeader(ElementType type, const std::vector<std::size_t>& shape);

/// One array as a .npy file.
void writeNpy(const std::filesystem::path& path, std::span<const float> values, const std::vector<std::size_t>& shape,
              support::Overwrite overwrite = support::Overwrite::No);

}  // namespace gaincell::attention
