#include "worker_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "gaincell/support/error.hpp"

namespace gaincell::sim {

namespace {
/// Parsed decks a worker keeps. A 64-row column takes 2-3 MB and 0.03 s to parse, so few are enough.
constexpr std::size_t kDecksPerWorker = 16;
/// Seconds a worker may take to open libngspice and greet.
constexpr double kGreetingLimit = 60;
}  // namespace

void throwMissing(const std::string& what, const std::string& remedy) {
  throw support::Error("SIM-0003", what, "", remedy);
}

std::filesystem::path findWorker(const std::filesystem::path& chosen) {
  namespace fs = std::filesystem;
  constexpr const char* kName = "gaincell-spice-worker";
  std::error_code ec;
  std::vector<fs::path> places;
  if (!chosen.empty()) {
    places = {chosen};
  } else {
    const fs::path here = fs::read_symlink("/proc/self/exe", ec).parent_path();
    places = {here / kName, here / "../libexec/gaincell" / kName, fs::path(GAINCELL_WORKER_BUILD_DIR) / kName,
              fs::path(GAINCELL_WORKER_INSTALL_DIR) / kName};
  }
  std::string looked;
  for (const auto& p : places) {
    if (::access(p.c_str(), X_OK) == 0 && fs::is_regular_file(p, ec)) return fs::absolute(p);
    looked += (looked.empty() ? "" : ", ") + p.string();
  }
  throwMissing(fmt::format("the simulator worker program was not found (looked for {})", looked),
               "install or build gaincell completely: the program needs gaincell-spice-worker");
}

void WorkerProcess::start(const std::filesystem::path& program) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::system_error(errno, std::generic_category(), "socketpair");
  const std::string path = program.string();
  const char* const argv[] = {path.c_str(), nullptr};
  pid_ = ::fork();
  if (pid_ == 0) {
    // Only async-signal-safe calls: the caller may have threads.
    ::setpgid(0, 0);  // Ctrl-C at the terminal is for the program, not for its workers
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int s : {SIGINT, SIGTERM, SIGPIPE, SIGHUP}) ::signal(s, SIG_DFL);
    if (ends[1] == protocol::kWorkerFd)
      ::fcntl(ends[1], F_SETFD, 0);
    else if (::dup2(ends[1], protocol::kWorkerFd) < 0)
      ::_exit(71);
    for (const int fd : {0, 1, 2}) {
      const int null = ::open("/dev/null", O_RDWR);
      if (null < 0 || (null != fd && ::dup2(null, fd) < 0)) ::_exit(71);
      if (null > protocol::kWorkerFd) ::close(null);
    }
    ::close_range(protocol::kWorkerFd + 1, ~0U, 0);
    ::execv(path.c_str(), const_cast<char* const*>(argv));
    ::_exit(72);
  }
  const int error = errno;
  ::close(ends[1]);
  fd_ = ends[0];
  if (pid_ < 0) {
    ::close(fd_);
    fd_ = -1;
    throw std::system_error(error, std::generic_category(), "fork");
  }
}

WorkerProcess::WorkerProcess(const std::filesystem::path& program) {
  start(program);
  protocol::Hello hello;
  try {
    const auto frame = protocol::receiveFrame(fd_, kGreetingLimit, false);
    if (frame.status == protocol::ReceiveStatus::Ok && frame.type == protocol::Type::Hello)
      hello = protocol::unpackHello(frame.payload);
    else
      hello.message = fmt::format("the worker {} did not start", program.string());
  } catch (const protocol::Garbled& e) {
    hello.message = fmt::format("{} is not a simulator worker: {}", program.string(), e.what());
  }
  if (!hello.ok) {
    const std::string end_of_it = epitaph();
    throwMissing(
        fmt::format("{} ({})", hello.message, end_of_it),
        "install the ngspice library (Debian and Ubuntu: package libngspice0), or name one in GAINCELL_LIBNGSPICE");
  }
  version_ = hello.version;
}

WorkerProcess::~WorkerProcess() {
  end();
}

void WorkerProcess::end() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);  // it holds nothing worth an orderly end
  while (::waitpid(pid_, &wait_status_, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

std::string WorkerProcess::epitaph() {
  // A worker that died on its own is about to be reapable; one that lives is killed.
  for (int i = 0; pid_ >= 0 && i < 50; ++i) {
    const pid_t done = ::waitpid(pid_, &wait_status_, WNOHANG);
    if (done == pid_) {
      pid_ = -1;
    } else {
      ::poll(nullptr, 0, 2);
    }
  }
  end();
  if (WIFSIGNALED(wait_status_))
    return fmt::format("signal {}, {}", WTERMSIG(wait_status_), ::strsignal(WTERMSIG(wait_status_)));
  return fmt::format("exit code {}", WEXITSTATUS(wait_status_));
}

bool WorkerProcess::alive() const noexcept {
  pollfd p{fd_, POLLIN | POLLRDHUP, 0};  // an idle worker has nothing to say: anything readable is its end
  return ::poll(&p, 1, 0) == 0;
}

bool WorkerProcess::knows(std::uint64_t deck) const {
  return std::find(decks_.begin(), decks_.end(), deck) != decks_.end();
}

void WorkerProcess::forget(std::uint64_t deck) {
  const auto it = std::find(decks_.begin(), decks_.end(), deck);
  if (it == decks_.end()) return;
  decks_.erase(it);
  protocol::sendFrame(fd_, protocol::Type::Drop, protocol::Packer().number(deck).take());
}

WorkerProcess::Answer WorkerProcess::run(protocol::RunRequest request, const std::string& text, double time_limit_s) {
  ++runs_;
  const std::uint64_t id = request.id;
  if (knows(id)) {
    decks_.erase(std::find(decks_.begin(), decks_.end(), id));
  } else {
    request.text = text;
    if (decks_.size() >= kDecksPerWorker) forget(decks_.front());
  }
  decks_.push_back(id);
  Answer answer;
  if (!protocol::sendFrame(fd_, protocol::Type::Run, protocol::pack(request))) return answer;
  const auto frame = protocol::receiveFrame(fd_, time_limit_s, true);
  answer.status = frame.status;
  if (frame.status != protocol::ReceiveStatus::Ok) return answer;
  if (frame.type != protocol::Type::Result) throw protocol::Garbled("the simulator worker sent a message out of turn");
  answer.reply = protocol::unpackRunReply(frame.payload);
  return answer;
}

}  // namespace gaincell::sim
