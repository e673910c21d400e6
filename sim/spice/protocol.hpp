#pragma once
/// @file
/// What the simulator pool and its workers say to each other: length-prefixed messages over a socket pair. Both ends
/// are the same build on the same machine, so numbers travel as raw bytes.

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "gaincell/sim/simulator.hpp"

namespace gaincell::sim::protocol {

/// File descriptor of the socket in a worker.
inline constexpr int kWorkerFd = 3;

enum class Type : std::uint32_t {
  Hello = 1,  ///< worker -> pool, once: Hello
  Run,        ///< pool -> worker: RunRequest
  Result,     ///< worker -> pool: RunReply
  Drop,       ///< pool -> worker: the id of a deck that is not needed any more
};

/// First message of a worker.
struct Hello {
  bool ok = false;
  std::string version;  ///< "ngspice-39"
  std::string message;  ///< why libngspice cannot be used
};

/// A run. `text` is empty when the worker has already parsed deck `id`.
struct RunRequest {
  std::uint64_t id = 0;
  std::string text;
  std::vector<std::string> settings;
  std::vector<Alter> alters;
};

/// Stages a run can get through.
enum class Stage : std::uint8_t { Unknown, Refused, Ran };

/// What happened, unjudged.
struct RunReply {
  Stage stage = Stage::Unknown;
  bool poisoned = false;  ///< the library asked to be discarded
  std::string plot;       ///< "tran3"; empty when the run made none
  std::string log;        ///< messages that tell of trouble
  std::vector<std::string> names;
  std::vector<std::vector<double>> data;
  double cpu_s = 0;
  std::uint64_t iterations = 0;
  long rss_kb = 0;
};

/// A frame that is not one of ours.
struct Garbled : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Packer {
 public:
  template <class T>
  requires std::is_trivially_copyable_v<T> Packer& number(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  Packer& text(std::string_view value) {
    number(static_cast<std::uint64_t>(value.size()));
    bytes_.append(value);
    return *this;
  }
  Packer& doubles(const std::vector<double>& values) {
    return text({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double)});
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : bytes_(bytes) {}
  template <class T>
  requires std::is_trivially_copyable_v<T> T number() {
    T value;
    std::memcpy(&value, raw(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view text() { return raw(number<std::uint64_t>()); }
  std::vector<double> doubles() {
    const std::string_view bytes = text();
    std::vector<double> values(bytes.size() / sizeof(double));
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(double));
    return values;
  }

 private:
  std::string_view raw(std::uint64_t size) {
    if (size > bytes_.size()) throw Garbled("a message is shorter than it says");
    const std::string_view out = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return out;
  }
  std::string_view bytes_;
};

std::string pack(const Hello& message);
std::string pack(const RunRequest& message);
std::string pack(const RunReply& message);
Hello unpackHello(std::string_view bytes);
RunRequest unpackRunRequest(std::string_view bytes);
RunReply unpackRunReply(std::string_view bytes);

/// Head of every frame.
struct FrameHead {
  std::uint32_t magic = 0;
  Type type = Type::Hello;
  std::uint64_t size = 0;
};
inline constexpr std::uint32_t kMagic = 0x47435350;  // "GCSP"
/// Larger than any result that fits the memory limits; a larger size means garbage.
inline constexpr std::uint64_t kMaxFrame = std::uint64_t{1} << 36;

/// Sends a whole frame; false when the other end is gone.
bool sendFrame(int fd, Type type, std::string_view payload) noexcept;

enum class ReceiveStatus { Ok, Closed, TimedOut, Interrupted };
struct Frame {
  ReceiveStatus status = ReceiveStatus::Closed;
  Type type = Type::Hello;
  std::string payload;
};
/// Receives a whole frame. @param deadline_s seconds from now, negative: no limit. @param interruptible gives up when
/// the user interrupts. @throws Garbled.
Frame receiveFrame(int fd, double deadline_s, bool interruptible);

}  // namespace gaincell::sim::protocol
