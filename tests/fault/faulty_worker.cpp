// A simulator worker that misbehaves: it passes messages between the pool and the real worker until a run whose number
// is due.
//   GAINCELL_TEST_FAULT   hang | crash | garbage | poison | nan
//   GAINCELL_TEST_RUNS    numbers of the runs at which it does, "5,9,20", counted over all workers
//   GAINCELL_TEST_COUNTER file that counts the runs
//   GAINCELL_TEST_WORKER  the real worker

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include "protocol.hpp"

namespace {

using namespace gaincell::sim;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// Appends a byte and returns how many there were: the number of this run.
long nextRun() {
  const int fd = ::open(environment("GAINCELL_TEST_COUNTER").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  struct stat info = {};
  if (fd < 0 || ::write(fd, "x", 1) != 1 || ::fstat(fd, &info) != 0) ::_exit(90);
  ::close(fd);
  return static_cast<long>(info.st_size);
}

bool due(long run) {
  return fmt::format(",{},", environment("GAINCELL_TEST_RUNS")).find(fmt::format(",{},", run)) != std::string::npos;
}

/// Ends the process or sends a wrong answer.
void misbehave(const std::string& how, int pool) {
  if (how == "hang") ::pause();
  if (how == "crash") ::raise(SIGSEGV);
  if (how == "garbage") {
    const std::string text = "Error: this is not a message\n\n\n\n\n\n\n\n\n\n\n\n\n\n";
    if (::write(pool, text.data(), text.size()) < 0) ::_exit(91);
    ::pause();
  }
  if (how == "poison") {  // an answer in good form whose data cannot be
    protocol::RunReply reply;
    reply.stage = protocol::Stage::Ran;
    reply.poisoned = true;
    reply.plot = "dc1";
    reply.log = "Fatal error: the library gave up";
    reply.names = {"v(x)"};
    reply.data = {{std::numeric_limits<double>::quiet_NaN()}};
    protocol::sendFrame(pool, protocol::Type::Result, protocol::pack(reply));
  }
}

/// The real worker's answer with a number in it that is none.
bool spoil(int real, int pool) {
  const auto frame = protocol::receiveFrame(real, -1, false);
  if (frame.status != protocol::ReceiveStatus::Ok) return false;
  protocol::RunReply reply = protocol::unpackRunReply(frame.payload);
  for (auto& vector : reply.data)
    if (!vector.empty()) vector[vector.size() / 2] = std::numeric_limits<double>::quiet_NaN();
  return protocol::sendFrame(pool, frame.type, protocol::pack(reply));
}

int startReal() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) ::_exit(92);
  if (::fork() == 0) {
    if (::dup2(ends[1], protocol::kWorkerFd) < 0) ::_exit(93);
    ::close(ends[0]);
    const std::string program = environment("GAINCELL_TEST_WORKER");
    ::execl(program.c_str(), program.c_str(), static_cast<char*>(nullptr));
    ::_exit(94);
  }
  ::close(ends[1]);
  return ends[0];
}

bool pass(int from, int to) {
  const auto frame = protocol::receiveFrame(from, -1, false);
  return frame.status == protocol::ReceiveStatus::Ok && protocol::sendFrame(to, frame.type, frame.payload);
}

}  // namespace

int main() {
  const int pool = ::dup(protocol::kWorkerFd);
  const int real = startReal();
  if (!pass(real, pool)) return 1;  // the greeting
  for (;;) {
    const auto request = protocol::receiveFrame(pool, -1, false);
    if (request.status != protocol::ReceiveStatus::Ok) return 0;
    const bool run = request.type == protocol::Type::Run;
    const std::string fault = run && due(nextRun()) ? environment("GAINCELL_TEST_FAULT") : "";
    if (!fault.empty() && fault != "nan") {
      misbehave(fault, pool);
      continue;
    }
    if (!protocol::sendFrame(real, request.type, request.payload)) return 1;
    if (run && !(fault.empty() ? pass(real, pool) : spoil(real, pool))) return 1;
  }
}
