// gaincell-spice-worker: one process, one libngspice. Started by the simulator pool with a socket as file descriptor 3;
// not meant to be started by hand.

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <thread>

#include "ngspice_library.hpp"

namespace {

using namespace gaincell::sim;
namespace protocol = gaincell::sim::protocol;

/// Ends the process as soon as the other end of the socket is gone, also in the middle of a run: a pool that was killed
/// leaves no simulator behind. (PR_SET_PDEATHSIG would fire when the THREAD that started the worker ends.)
void watchParent() {
  std::thread([] {
    while (true) {
      pollfd p{protocol::kWorkerFd, POLLRDHUP, 0};
      if (::poll(&p, 1, -1) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL))) _exit(0);
    }
  }).detach();
}

/// Nothing of the user's surroundings may change a result or be changed by one.
void isolate() {
  for (const char* name :
       {"SPICE_LIB_DIR", "SPICE_EXEC_DIR", "SPICE_HELP_DIR", "SPICE_EDITOR", "SPICE_ASCIIRAWFILE", "SPICE_NEWS",
        "SPICE_OPTIONS", "NGSPICE_INPUT_DIR", "NGSPICE_MEAS_PRECISION", "OMP_NUM_THREADS", "OMP_WAIT_POLICY"})
    unsetenv(name);
  // Start-up files are looked for in HOME, in the working directory and in SPICE_SCRIPTS.
  setenv("HOME", "/nonexistent", 1);
  setenv("USERPROFILE", "/nonexistent", 1);
  setenv("SPICE_SCRIPTS", "/nonexistent", 1);
  setenv("LC_ALL", "C", 1);
  // A private working directory that is already unlinked: nothing can be found in it, nothing can be left in it.
  const char* tmp = std::getenv("TMPDIR");
  std::string folder = fmt::format("{}/gaincell-worker-XXXXXX", tmp && *tmp ? tmp : "/tmp");
  if (mkdtemp(folder.data()) == nullptr || chdir(folder.c_str()) != 0 || rmdir(folder.c_str()) != 0) {
    if (chdir("/") != 0) _exit(70);
  }
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  prctl(PR_SET_NAME, "gaincell-spice");
}

int serve() {
  std::unique_ptr<NgspiceLibrary> library;
  protocol::Hello hello;
  try {
    library = std::make_unique<NgspiceLibrary>();
    hello.ok = true;
    hello.version = library->version();
  } catch (const std::exception& e) {
    hello.message = e.what();
  }
  if (!protocol::sendFrame(protocol::kWorkerFd, protocol::Type::Hello, protocol::pack(hello)) || !hello.ok) return 1;
  while (true) {
    const auto frame = protocol::receiveFrame(protocol::kWorkerFd, -1, false);
    if (frame.status != protocol::ReceiveStatus::Ok) return 0;
    if (frame.type == protocol::Type::Drop) {
      library->drop(protocol::Unpacker(frame.payload).number<std::uint64_t>());
    } else if (frame.type == protocol::Type::Run) {
      const auto reply = library->run(protocol::unpackRunRequest(frame.payload));
      if (!protocol::sendFrame(protocol::kWorkerFd, protocol::Type::Result, protocol::pack(reply))) return 0;
    } else {
      return 1;
    }
  }
}

}  // namespace

int main() {
  if (fcntl(protocol::kWorkerFd, F_GETFD) < 0) {
    std::fprintf(stderr, "gaincell-spice-worker is started by the gaincell program, not by hand.\n");
    return 1;
  }
  watchParent();
  isolate();
  int code = 1;
  try {
    code = serve();
  } catch (const std::exception&) {
    // The pool sees the closed socket and calls it a crash.
  }
  _exit(code);  // the library's own clean-up at exit has crashed before; nothing is lost without it
}
