// Runs gnuplot as a process of its own.

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "gaincell/support/error.hpp"
#include "plotting.hpp"

namespace gaincell::report {

namespace {

using support::Error;
namespace fs = std::filesystem;

/// What a posix_spawn needs, released on every path.
struct Actions {
  Actions() { posix_spawn_file_actions_init(&actions); }
  ~Actions() { posix_spawn_file_actions_destroy(&actions); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  posix_spawn_file_actions_t actions{};
};

/// Reads everything from a pipe until the other end closes it.
std::string drain(int fd) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t n = read(fd, buffer, sizeof buffer);
    if (n > 0) text.append(buffer, static_cast<std::size_t>(n));
    if (n == 0 || (n < 0 && errno != EINTR)) break;
  }
  close(fd);
  return text;
}

/// Runs gnuplot in `folder` and returns what it said; `status` as from waitpid.
std::string runGnuplot(const fs::path& folder, const std::string& script, const std::string& setting, int& status) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    throw Error("RPT-0005", "no pipe to gnuplot could be made", "", "close other programs");
  Actions spawn;
  posix_spawn_file_actions_addchdir_np(&spawn.actions, folder.c_str());
  posix_spawn_file_actions_addopen(&spawn.actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&spawn.actions, ends[1], 1);
  posix_spawn_file_actions_adddup2(&spawn.actions, ends[1], 2);
  std::string program = "gnuplot", plain = "-d", option = "-e", set = setting, file = script;
  char* arguments[] = {program.data(), plain.data(), option.data(), set.data(), file.data(), nullptr};
  pid_t pid = 0;
  const int failed = posix_spawnp(&pid, "gnuplot", &spawn.actions, nullptr, arguments, environ);
  close(ends[1]);
  if (failed != 0) {
    close(ends[0]);
    throw Error("RPT-0002", "gnuplot could not be started", "",
                "install it (Debian: apt-get install gnuplot-nox) and make sure it is on the PATH");
  }
  std::string said = drain(ends[0]);
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return said;
}

}  // namespace

void drawPlot(const Plot& plot, const fs::path& folder, support::Overwrite overwrite) {
  for (std::size_t i = 0; i < plot.panels.size(); ++i)
    support::writeFileAtomically(folder / dataName(plot, i), panelData(plot.panels[i]), overwrite);
  support::writeFileAtomically(folder / scriptName(plot), gnuplotScript(plot), overwrite);
  support::AtomicFile picture(folder / pictureName(plot), overwrite);
  int status = 0;
  const std::string out = fs::absolute(picture.temporary()).string();
  std::string escaped;
  for (const char c : out) escaped += c == '\'' ? std::string("''") : std::string(1, c);
  const std::string said = runGnuplot(folder, scriptName(plot), fmt::format("out = '{}'", escaped), status);
  // gnuplot warns about empty ranges and still returns 0; a plot without its curves is worse than none.
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || said.find("warning: Skipping") != std::string::npos)
    throw Error("RPT-0003", fmt::format("gnuplot failed: {}", said), (folder / scriptName(plot)).string(),
                "run gnuplot on this script by hand to see more");
  picture.commit();
}

}  // namespace gaincell::report
