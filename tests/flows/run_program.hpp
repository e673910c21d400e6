#pragma once
// Runs the program as a user would and collects what it prints.

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

struct ProgramResult {
  int exit_code = -1;
  std::string out, err;
};

/// A fresh folder of this test's own.
inline std::filesystem::path freshFolder(const std::string& name) {
  const auto dir = std::filesystem::temp_directory_path() / ("gaincell_test_" + std::to_string(getpid()) + "_" + name);
  std::filesystem::remove_all(dir);
  std::filesystem::create_directories(dir);
  return dir;
}

inline std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

/// @param interrupt_after_s when positive, sends SIGINT to the program after this many seconds
inline ProgramResult runProgram(const std::vector<std::string>& args, double interrupt_after_s = 0,
                                const std::vector<std::pair<std::string, std::string>>& environment = {}) {
  const auto dir = freshFolder("io");
  const pid_t pid = fork();
  if (pid == 0) {
    const int out = open((dir / "out").c_str(), O_WRONLY | O_CREAT, 0600),
              err = open((dir / "err").c_str(), O_WRONLY | O_CREAT, 0600);
    const int in = open("/dev/null", O_RDONLY);
    dup2(in, 0);
    dup2(out, 1);
    dup2(err, 2);
    for (const auto& [key, value] : environment) setenv(key.c_str(), value.c_str(), 1);
    std::vector<char*> argv = {const_cast<char*>(GAINCELL_PROGRAM)};
    for (const auto& a : args) argv.push_back(const_cast<char*>(a.c_str()));
    argv.push_back(nullptr);
    execv(GAINCELL_PROGRAM, argv.data());
    _exit(127);
  }
  if (interrupt_after_s > 0) {
    usleep(static_cast<useconds_t>(interrupt_after_s * 1e6));
    kill(pid, SIGINT);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  ProgramResult r{WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), slurp(dir / "out"),
                  slurp(dir / "err")};
  std::filesystem::remove_all(dir);
  return r;
}
