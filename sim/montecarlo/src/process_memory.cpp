#include "process_memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace gaincell::montecarlo {

long largestChildKb() {
  long largest = 0;
  const long page_kb = sysconf(_SC_PAGESIZE) / 1024;
  std::error_code ec;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ec)) {
    const std::string name = entry.path().filename();
    if (name.empty() || !std::isdigit(static_cast<unsigned char>(name[0]))) continue;
    std::ifstream stat(entry.path() / "stat"), statm(entry.path() / "statm");
    std::string line;
    std::getline(stat, line);
    const std::size_t close = line.rfind(')');  // the command's name may hold anything
    int parent = 0;
    char state = 0;
    if (close == std::string::npos || std::sscanf(line.c_str() + close + 1, " %c %d", &state, &parent) != 2) continue;
    long size = 0, resident = 0;
    if (parent == getpid() && statm >> size >> resident) largest = std::max(largest, resident * page_kb);
  }
  return largest;
}

}  // namespace gaincell::montecarlo
