#include "ngspice_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "gaincell/support/units.hpp"

namespace gaincell::sim {

namespace {

// The part of sharedspice.h that is used (ngspice manual, chapter 19.3); declared here because the library is opened at
// run time and its header need not be installed.
struct VectorInfo {
  char* name;
  int type;
  short flags;
  double* real;
  void* complex;
  int length;
};
using SendChar = int (*)(char*, int, void*);
using SendStat = int (*)(char*, int, void*);
using ControlledExit = int (*)(int, bool, bool, int, void*);
using BackgroundRunning = int (*)(bool, int, void*);

struct Api {
  int (*init)(SendChar, SendStat, ControlledExit, void*, void*, BackgroundRunning, void*) = nullptr;
  int (*command)(char*) = nullptr;
  int (*circuit)(char**) = nullptr;
  VectorInfo* (*vector)(char*) = nullptr;
  char* (*plot)() = nullptr;
  char** (*vectors)(char*) = nullptr;
  int (*no_startup_file)() = nullptr;  ///< newer than ngspice 39: may be missing
};
Api api;

/// What the callbacks record. ngspice leaves them by longjmp, so they own nothing and throw nothing.
struct Record {
  static constexpr std::size_t kSize = 1 << 20;
  char text[kSize];
  std::size_t used = 0;
  bool exited = false;
  void clear() noexcept { used = 0; }
};
Record record;

int onText(char* text, int, void*) noexcept {
  const std::size_t size = std::strlen(text);
  if (record.used + size + 1 > Record::kSize) return 0;
  std::memcpy(record.text + record.used, text, size);
  record.used += size;
  record.text[record.used++] = '\n';
  return 0;
}
int onStatus(char*, int, void*) noexcept {
  return 0;
}
int onExit(int, bool, bool, int, void*) noexcept {
  record.exited = true;
  return 0;
}
int onBackground(bool, int, void*) noexcept {
  return 0;
}

std::string recorded() {
  return {record.text, record.used};
}

/// The recorded lines that tell of trouble, without the simulator's own prefix.
std::string troubles() {
  static constexpr const char* kWords[] = {"error", "warning",   "fatal",  "timestep", "singular", "aborted", "unknown",
                                           "not ",  "undefined", "failed", "invalid",  "illegal",  "limit"};
  std::istringstream in(recorded());
  std::string line, out;
  while (std::getline(in, line)) {
    if (line.rfind("stderr ", 0) == 0) {
      line.erase(0, 7);
    } else {
      line.erase(0, line.rfind("stdout ", 0) == 0 ? 7 : 0);
      std::string low = line;
      std::transform(low.begin(), low.end(), low.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      if (std::none_of(std::begin(kWords), std::end(kWords),
                       [&](const char* w) { return low.find(w) != std::string::npos; }))
        continue;
    }
    if (out.size() < 8000) out += line + "\n";
  }
  return out;
}

template <class F>
void resolve(void* library, const char* name, F& function, bool optional = false) {
  function = reinterpret_cast<F>(dlsym(library, name));
  if (!function && !optional) throw std::runtime_error(fmt::format("the ngspice library has no function {}", name));
}

double cpuSeconds() {
  rusage u{};
  getrusage(RUSAGE_SELF, &u);
  const auto s = [](const timeval& t) { return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec); };
  return s(u.ru_utime) + s(u.ru_stime);
}

long residentKb() {
  std::ifstream in("/proc/self/statm");
  long size = 0, resident = 0;
  in >> size >> resident;
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

}  // namespace

NgspiceLibrary::NgspiceLibrary() {
  // The variable selects another build of the library, for example one with a faster matrix solver.
  const char* chosen = std::getenv("GAINCELL_LIBNGSPICE");
  const char* name = chosen && *chosen ? chosen : "libngspice.so.0";
  void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (!library) throw std::runtime_error(fmt::format("cannot open the ngspice library '{}' ({})", name, dlerror()));
  resolve(library, "ngSpice_Init", api.init);
  resolve(library, "ngSpice_Command", api.command);
  resolve(library, "ngSpice_Circ", api.circuit);
  resolve(library, "ngGet_Vec_Info", api.vector);
  resolve(library, "ngSpice_CurPlot", api.plot);
  resolve(library, "ngSpice_AllVecs", api.vectors);
  resolve(library, "ngSpice_nospiceinit", api.no_startup_file, true);
  if (api.no_startup_file) api.no_startup_file();
  api.init(onText, onStatus, onExit, nullptr, nullptr, onBackground, nullptr);
  record.clear();
  command("version -s");
  const std::string text = recorded();
  const auto at = text.find("ngspice-");
  if (at == std::string::npos) throw std::runtime_error("the ngspice library does not tell its version");
  version_ = text.substr(at, text.find_first_of(" \n", at) - at);
  command("set num_threads=1");
}

void NgspiceLibrary::command(const std::string& text) {
  std::string copy = text;  // the library writes into its argument
  api.command(copy.data());
}

bool NgspiceLibrary::parse(const protocol::RunRequest& request) {
  if (settings_ != request.settings) {
    for (const auto& s : settings_) command("unset " + s.substr(0, s.find('=')));
    for (const auto& s : request.settings) command("set " + s);
    settings_ = request.settings;
  }
  record.clear();
  std::vector<std::string> lines;
  std::istringstream in(request.text);
  for (std::string line; std::getline(in, line);) lines.push_back(std::move(line));
  std::vector<char*> pointers;
  pointers.reserve(lines.size() + 1);
  for (auto& line : lines) pointers.push_back(line.data());
  pointers.push_back(nullptr);
  selected_ = 0;
  api.circuit(pointers.data());
  // A refused deck leaves the previous circuit current, and `run` would run that one: any message counts.
  std::string text = recorded();
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (record.exited || text.find("error") != std::string::npos || text.find("can't find") != std::string::npos ||
      text.find("circuit: ") == std::string::npos)
    return false;
  circuits_.insert(circuits_.begin(), Circuit{request.id, {}});
  return true;
}

void NgspiceLibrary::select(std::uint64_t id) {
  if (id == selected_) return;
  const auto it = std::find_if(circuits_.begin(), circuits_.end(), [&](const Circuit& c) { return c.id == id; });
  command(fmt::format("setcirc {}", it - circuits_.begin() + 1));
  selected_ = id;
}

void NgspiceLibrary::set(const std::pair<std::string, std::string>& parameter, Altered& state, double value) {
  if (state.current == value) return;
  command(fmt::format("alter @{}[{}] = {}", parameter.first, parameter.second, support::formatNumber(value)));
  state.current = value;
}

bool NgspiceLibrary::alter(Circuit& circuit, const std::vector<Alter>& alters) {
  ++runs_;
  for (const auto& a : alters) {
    const auto key = std::make_pair(a.device, a.parameter);
    auto it = circuit.altered.find(key);
    if (it == circuit.altered.end()) {
      std::string name = fmt::format("@{}[{}]", a.device, a.parameter);
      const VectorInfo* info = api.vector(name.data());
      if (!info || !info->real || info->length != 1) {
        record.clear();
        std::string text =
            fmt::format("stderr Error: the circuit has no {} with parameter {} to alter", a.device, a.parameter);
        onText(text.data(), 0, nullptr);
        return false;
      }
      it = circuit.altered.emplace(key, Altered{info->real[0], info->real[0], 0}).first;
    }
    it->second.wanted_in = runs_;
    set(key, it->second, a.value);
  }
  for (auto& [key, state] : circuit.altered)
    if (state.wanted_in != runs_) set(key, state, state.nominal);
  return true;
}

std::uint64_t NgspiceLibrary::iterations() {
  record.clear();
  command("rusage totiter");
  const std::string text = recorded();
  const auto at = text.find("iterations = ");
  return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + 13, nullptr, 10);
}

void NgspiceLibrary::collect(protocol::RunReply& reply) {
  const char* plot = api.plot();
  if (!plot || std::strcmp(plot, "const") == 0) return;
  reply.plot = plot;
  for (char** v = api.vectors(reply.plot.data()); v && *v; ++v) {
    std::string name = reply.plot + "." + *v;
    const VectorInfo* info = api.vector(name.data());
    if (!info || !info->real) continue;
    reply.names.emplace_back(*v);
    reply.data.emplace_back(info->real, info->real + info->length);
  }
}

protocol::RunReply NgspiceLibrary::run(const protocol::RunRequest& request) {
  protocol::RunReply reply;
  const double start = cpuSeconds();
  record.clear();
  reply.stage = protocol::Stage::Refused;
  if (request.text.empty() || parse(request)) {
    select(request.id);
    Circuit& circuit =
        *std::find_if(circuits_.begin(), circuits_.end(), [&](const Circuit& c) { return c.id == request.id; });
    record.clear();
    if (alter(circuit, request.alters)) {
      reply.stage = protocol::Stage::Ran;
      command("run");
      reply.log = troubles();
      if (!record.exited) {
        collect(reply);
        reply.iterations = iterations();
      }
    } else {
      reply.log = troubles();
    }
    if (!record.exited) command("destroy all");
  } else {
    reply.log = troubles();
  }
  reply.poisoned = record.exited;
  reply.cpu_s = cpuSeconds() - start;
  reply.rss_kb = residentKb();
  return reply;
}

void NgspiceLibrary::drop(std::uint64_t id) {
  const auto it = std::find_if(circuits_.begin(), circuits_.end(), [&](const Circuit& c) { return c.id == id; });
  if (it == circuits_.end()) return;
  select(id);
  command("remcirc");
  selected_ = 0;
  circuits_.erase(it);
}

}  // namespace gaincell::sim
