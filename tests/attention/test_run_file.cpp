// From file to file: bounded memory, streaming in pieces, nothing left behind after an error.
#include <unistd.h>

#include <fstream>
#include <limits>

#include "gaincell/attention/c_api.h"
#include "gaincell/attention/npz.hpp"
#include "gaincell/attention/run_file.hpp"
#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"
#include "helpers.hpp"

// gcc defines a macro, clang answers a question.
#if defined(__SANITIZE_ADDRESS__)
#define GAINCELL_TEST_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GAINCELL_TEST_ASAN
#endif
#endif

using namespace gaincell::attention;
using namespace gaincell::attention::testing;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() : path(fs::temp_directory_path() / ("gaincell_run_" + std::to_string(::getpid()))) {
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

/// q, k, v of the same pseudo-random tokens for every sequence, written piece by piece.
void writeInput(const fs::path& path, const Shape& s, Compression compression) {
  const Data d = randomData({1, 1, s.tokens, s.dimension});
  NpzWriter w(path, gaincell::support::Overwrite::Yes, compression);
  for (const auto& [name, x] :
       {std::pair<const char*, const std::vector<float>*>{"q", &d.q}, {"k", &d.k}, {"v", &d.v}}) {
    w.begin(name, ElementType::Float32, {s.batch, s.heads, s.tokens, s.dimension});
    for (std::size_t n = 0; n < s.sequences(); ++n) w.append(x->data(), x->size() * sizeof(float));
  }
  w.commit();
}

[[maybe_unused]] double statusMegabytes(const char* field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field)) return std::stod(line.substr(std::string(field).size())) / 1024;
  return 0;
}

}  // namespace

TEST_CASE("memory is that of a head, not that of the input") {
#if defined(GAINCELL_TEST_ASAN)
  MESSAGE("not judged under the address sanitizer, which holds freed memory back");
#else
  const Folder folder;
  Settings s;
  s.window = 64;
  for (int way = 0; way < 3; ++way) {
    CAPTURE(way);
    // One head with many tokens is read in pieces; many heads run one after the other.
    const bool streaming = way == 1;
    const Shape shape = way > 0 ? Shape{1, 1, 131072, 64} : Shape{1, 256, 512, 64};
    writeInput(folder.path / "in.npz", shape, Compression::Stored);
    REQUIRE(fs::file_size(folder.path / "in.npz") > 100000000);
    const auto input = ArrayFile::open(folder.path / "in.npz");
    std::ofstream("/proc/self/clear_refs") << "5";  // the peak starts again from the memory in use now
    const double before = statusMegabytes("VmRSS:");
    FileRunOptions options;
    options.streaming = streaming;
    options.largest_head = std::size_t{1} << 20;
    options.overwrite = gaincell::support::Overwrite::Yes;
    runFile(s, *input, folder.path / "out.npz", options);
    CHECK(fs::file_size(folder.path / "out.npz") > 33000000);
    CHECK(statusMegabytes("VmHWM:") - before < 20);
  }
#endif
}

TEST_CASE("streaming in pieces gives the file that the whole sequence gives, compressed or not") {
  const Folder folder;
  Settings s;
  s.window = 100;
  s.decay = 1e-3;
  writeInput(folder.path / "in.npz", {2, 3, 1500, 16}, Compression::Deflate);
  const auto input = ArrayFile::open(folder.path / "in.npz");
  FileRunOptions options;
  const auto whole = runFile(s, *input, folder.path / "whole.npz", options);
  options.streaming = true;
  options.largest_head = 1;
  const auto pieces = runFile(s, *input, folder.path / "pieces.npz", options);
  CHECK(gaincell::support::readFile(folder.path / "pieces.npz") ==
        gaincell::support::readFile(folder.path / "whole.npz"));
  REQUIRE(pieces.size() == whole.size());
  CHECK(pieces[2].phi_nonzero == whole[2].phi_nonzero);
  CHECK(pieces[2].tiles == whole[2].tiles);
  options.streaming = false;
  s.threads = 2;
  runFile(s, *input, folder.path / "rows.npz", options);
  CHECK(gaincell::support::readFile(folder.path / "rows.npz") ==
        gaincell::support::readFile(folder.path / "whole.npz"));
  options.compression = Compression::Deflate;
  options.provenance = R"({"command": "this"})";
  runFile(s, *input, folder.path / "packed.npz", options);
  CHECK(gaincell::support::readFile(folder.path / "packed.npz").ends_with(options.provenance));
  CHECK(ArrayFile::open(folder.path / "packed.npz")->floats("out").values ==
        ArrayFile::open(folder.path / "whole.npz")->floats("out").values);
}

TEST_CASE("a NaN in the last token leaves no output file") {
  const Folder folder;
  Settings s;
  s.window = 16;
  Data d = randomData({1, 2, 50, 8});
  d.v.back() = std::numeric_limits<float>::quiet_NaN();
  {
    NpzWriter w(folder.path / "in.npz");
    w.add("q", d.q, {1, 2, 50, 8});
    w.add("k", d.k, {1, 2, 50, 8});
    w.add("v", d.v, {1, 2, 50, 8});
    w.commit();
  }
  const auto input = ArrayFile::open(folder.path / "in.npz");
  for (bool streaming : {false, true})
    for (const char* name : {"out.npz", "out.npy"}) {
      FileRunOptions options;
      options.streaming = streaming;
      options.largest_head = 1;
      CHECK_THROWS_AS(runFile(s, *input, folder.path / name, options), gaincell::support::Error);
      CHECK(std::distance(fs::directory_iterator(folder.path), {}) == 1);  // the input alone
    }
}

TEST_CASE("the C interface gives what the C++ one gives, and errors as text") {
  const Data d = randomData({2, 3, 90, 32});
  const Scalers scalers = usefulScalers(3);
  Settings s;
  s.window = 64;
  s.decay = 1e-3;
  gaincell_attention_settings c;
  gaincell_attention_defaults(&c);
  c.heads = 3;
  c.dimension = 32;
  c.window = 64;
  c.decay = 1e-3;
  const gaincell_attention_scalers ab{scalers.a_q.data(), scalers.b_q.data(), scalers.a_k.data(), scalers.b_k.data(),
                                      scalers.a_v.data(), scalers.b_v.data(), scalers.a_o.data(), scalers.b_o.data()};
  gaincell_attention* simulator = nullptr;
  REQUIRE(gaincell_attention_create(&c, &ab, &simulator) == 0);
  std::vector<float> out(d.q.size());
  CHECK(gaincell_attention_run(simulator, 2, 90, d.q.data(), d.k.data(), d.v.data(), out.data()) == 0);
  CHECK(std::string(gaincell_attention_error()).empty());
  CHECK(out == outputOf(s, scalers, d));
  std::vector<float> q = d.q;
  q[5] = std::numeric_limits<float>::infinity();
  CHECK(gaincell_attention_run(simulator, 2, 90, q.data(), d.k.data(), d.v.data(), out.data()) == 1);
  CHECK(std::string(gaincell_attention_error()).find("q[0, 0, 0, 5]") != std::string::npos);
  gaincell_attention_destroy(simulator);
  c.model = "/nonexistent/model.json";
  CHECK(gaincell_attention_create(&c, nullptr, &simulator) == 1);
  CHECK(simulator == nullptr);
  CHECK(std::string(gaincell_attention_error()).find("/nonexistent/model.json") != std::string::npos);
}
