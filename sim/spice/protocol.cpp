#include "protocol.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "gaincell/support/parallel.hpp"

namespace gaincell::sim::protocol {

std::string pack(const Hello& m) {
  return Packer().number(m.ok).text(m.version).text(m.message).take();
}

Hello unpackHello(std::string_view bytes) {
  Unpacker in(bytes);
  Hello m;
  m.ok = in.number<bool>();
  m.version = in.text();
  m.message = in.text();
  return m;
}

std::string pack(const RunRequest& m) {
  Packer out;
  out.number(m.id).text(m.text).number(static_cast<std::uint64_t>(m.settings.size()));
  for (const auto& s : m.settings) out.text(s);
  out.number(static_cast<std::uint64_t>(m.alters.size()));
  for (const auto& a : m.alters) out.text(a.device).text(a.parameter).number(a.value);
  return out.take();
}

RunRequest unpackRunRequest(std::string_view bytes) {
  Unpacker in(bytes);
  RunRequest m;
  m.id = in.number<std::uint64_t>();
  m.text = in.text();
  for (auto n = in.number<std::uint64_t>(); n > 0; --n) m.settings.emplace_back(in.text());
  for (auto n = in.number<std::uint64_t>(); n > 0; --n) {
    Alter a;
    a.device = in.text();
    a.parameter = in.text();
    a.value = in.number<double>();
    m.alters.push_back(std::move(a));
  }
  return m;
}

std::string pack(const RunReply& m) {
  Packer out;
  out.number(m.stage).number(m.poisoned).text(m.plot).text(m.log).number(static_cast<std::uint64_t>(m.names.size()));
  for (std::size_t i = 0; i < m.names.size(); ++i) out.text(m.names[i]).doubles(m.data[i]);
  out.number(m.cpu_s).number(m.iterations).number(m.rss_kb);
  return out.take();
}

RunReply unpackRunReply(std::string_view bytes) {
  Unpacker in(bytes);
  RunReply m;
  m.stage = in.number<Stage>();
  m.poisoned = in.number<bool>();
  m.plot = in.text();
  m.log = in.text();
  for (auto n = in.number<std::uint64_t>(); n > 0; --n) {
    m.names.emplace_back(in.text());
    m.data.push_back(in.doubles());
  }
  m.cpu_s = in.number<double>();
  m.iterations = in.number<std::uint64_t>();
  m.rss_kb = in.number<long>();
  return m;
}

namespace {
bool sendAll(int fd, const char* data, std::size_t size) noexcept {
  while (size > 0) {
    const ssize_t n = ::send(fd, data, size, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    data += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}
}  // namespace

bool sendFrame(int fd, Type type, std::string_view payload) noexcept {
  const FrameHead head{kMagic, type, payload.size()};
  return sendAll(fd, reinterpret_cast<const char*>(&head), sizeof head) && sendAll(fd, payload.data(), payload.size());
}

namespace {
using Clock = std::chrono::steady_clock;

/// Reads exactly `size` bytes before the deadline.
class Receiver {
 public:
  Receiver(int fd, double deadline_s, bool interruptible)
      : fd_(fd),
        limited_(deadline_s >= 0),
        interruptible_(interruptible),
        deadline_(Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                     std::chrono::duration<double>(std::clamp(deadline_s, 0.0, 1e8)))) {}

  ReceiveStatus read(char* data, std::size_t size) {
    while (size > 0) {
      if (const auto status = wait(); status != ReceiveStatus::Ok) return status;
      const ssize_t n = ::recv(fd_, data, size, 0);
      if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (n <= 0) return ReceiveStatus::Closed;
      data += n;
      size -= static_cast<std::size_t>(n);
    }
    return ReceiveStatus::Ok;
  }

 private:
  ReceiveStatus wait() {
    while (true) {
      // The interrupt flag is set by a signal handler that may run on another thread, so it is looked at regularly.
      int ms = interruptible_ ? 50 : -1;
      if (limited_) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
        if (left <= 0) return ReceiveStatus::TimedOut;
        const int left_ms = static_cast<int>(std::min<long long>(left, 1000000000));
        ms = ms < 0 ? left_ms : std::min(ms, left_ms);
      }
      pollfd p{fd_, POLLIN, 0};
      const int ready = ::poll(&p, 1, ms);
      if (ready > 0) return ReceiveStatus::Ok;
      if (ready < 0 && errno != EINTR) return ReceiveStatus::Closed;
      if (interruptible_ && support::interruptRequested()) return ReceiveStatus::Interrupted;
    }
  }

  int fd_;
  bool limited_, interruptible_;
  Clock::time_point deadline_;
};
}  // namespace

Frame receiveFrame(int fd, double deadline_s, bool interruptible) {
  Receiver in(fd, deadline_s, interruptible);
  Frame frame;
  FrameHead head;
  frame.status = in.read(reinterpret_cast<char*>(&head), sizeof head);
  if (frame.status != ReceiveStatus::Ok) return frame;
  if (head.magic != kMagic || head.size > kMaxFrame)
    throw Garbled("the simulator worker sent something that is not a message");
  frame.type = head.type;
  frame.payload.resize(head.size);
  frame.status = in.read(frame.payload.data(), frame.payload.size());
  return frame;
}

}  // namespace gaincell::sim::protocol
