// Reader and writer of numpy files: round trips, and everything a hostile or broken file may do.
#include <unistd.h>

#include <fstream>
#include <functional>

#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/error.hpp"
#include "helpers.hpp"

using namespace gaincell::attention;
using gaincell::support::Error;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() : path(fs::temp_directory_path() / ("gaincell_npz_" + std::to_string(::getpid()))) {
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

std::string errorOf(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.id();
  }
  return "none";
}

std::string npy(const std::string& dict, const std::string& data) {
  std::string header = dict + '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(header.size() & 0xff);
  out += static_cast<char>(header.size() >> 8);
  return out + header + data;
}

std::string readNpyError(const std::string& dict, const std::string& data) {
  return errorOf([&] { openNpy(memorySource(npy(dict, data))); });
}

std::string archive(const fs::path& folder, Compression c, const std::vector<float>& values) {
  NpzWriter w(folder / "x.npz", gaincell::support::Overwrite::Yes, c);
  w.add("q", values, {values.size()});
  const std::vector<std::int32_t> rows{1, 2, 3};
  w.add("rows", rows, {3});
  w.commit();
  return gaincell::support::readFile(folder / "x.npz");
}

}  // namespace

TEST_CASE("npz round trip, stored and deflated") {
  const Folder folder;
  std::vector<float> values(100000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 977) * 0.25F;
  for (auto c : {Compression::Stored, Compression::Deflate}) {
    const std::string bytes = archive(folder.path, c, values);
    CHECK((bytes.size() > 4 * values.size()) == (c == Compression::Stored));
    const auto f = ArrayFile::open(folder.path / "x.npz");
    CHECK(f->names() == std::vector<std::string>{"q", "rows"});
    CHECK(f->floats("q").values == values);
    CHECK(f->integers("rows") == std::vector<std::int64_t>{1, 2, 3});
    CHECK(errorOf([&] { f->floats("k"); }) == "NPZ-0006");
    CHECK(errorOf([&] { f->floats("rows"); }) == "NPZ-0044");
    CHECK(errorOf([&] { f->integers("q"); }) == "NPZ-0019");
  }
  CHECK_THROWS_AS(NpzWriter(folder.path / "x.npz"), Error);  // exists
}

TEST_CASE("npy files and folders of them") {
  const Folder folder;
  writeNpy(folder.path / "q.npy", std::vector<float>{1, 2, 3, 4, 5, 6}, {2, 3});
  const auto f = ArrayFile::open(folder.path);
  CHECK(f->floats("q").shape == std::vector<std::size_t>{2, 3});
  CHECK(ArrayFile::open(folder.path / "q.npy")->floats("q").values[5] == 6.0F);
}

TEST_CASE("an unfinished archive leaves nothing behind") {
  const Folder folder;
  {
    NpzWriter w(folder.path / "y.npz");
    w.begin("q", ElementType::Float32, {4});
    const float one = 1;
    w.append(&one, 4);
    CHECK(errorOf([&] { w.commit(); }) == "NPZ-0020");
  }
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE("headers that must be refused") {
  const std::string four(16, '\0');
  const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }";
  CHECK(readNpyError(good, four) == "none");
  CHECK(readNpyError("{'shape': (2, 2), \"fortran_order\": False, 'descr': '<f4'}", four) == "none");
  CHECK(readNpyError("{'descr': '<f4', 'fortran_order': True, 'shape': (4,)}", four) == "none");  // one dimension
  CHECK(readNpyError("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2)}", four) == "NPZ-0012");
  CHECK(readNpyError("{'descr': '>f4', 'fortran_order': False, 'shape': (4,)}", four) == "NPZ-0011");
  CHECK(readNpyError("{'descr': '|O', 'fortran_order': False, 'shape': (4,)}", four) == "NPZ-0011");
  CHECK(readNpyError("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,)}", four) == "NPZ-0010");
  CHECK(readNpyError("{'descr': '<f4', 'fortran_order': False}", four) == "NPZ-0010");
  CHECK(readNpyError("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}", four) == "NPZ-0010");
  CHECK(readNpyError("{'descr': '<f4', 'fortran_order': False, 'shape': (-4,)}", four) == "NPZ-0010");
  CHECK(readNpyError("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", four) == "NPZ-0010");
  CHECK(readNpyError("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4)}", four) ==
        "NPZ-0013");
  CHECK(readNpyError("{'descr': '<f4', 'fortran_order': False, 'shape': (5,)}", four) == "NPZ-0014");
  CHECK(readNpyError("{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", four) == "NPZ-0014");
  CHECK(readNpyError(good + " x", four) == "NPZ-0010");
  CHECK(errorOf([] { openNpy(memorySource("\x93NUMPY")); }) == "NPZ-0015");
  CHECK(errorOf([] { openNpy(memorySource(std::string(100, 'x'))); }) == "NPZ-0016");
  std::string huge("\x93NUMPY\x02\x00\xff\xff\xff\x7f", 12);
  CHECK(errorOf([&] { openNpy(memorySource(huge + std::string(100, ' '))); }) == "NPZ-0017");
}

TEST_CASE("archives that must be refused") {
  const Folder folder;
  const std::vector<float> values(5000, 1.5F);
  const auto use = [](const std::string& bytes) {
    return errorOf([&] {
      const auto f = ArrayFile::openArchive(memorySource(bytes));
      f->floats("q");
      f->integers("rows");
    });
  };
  for (auto c : {Compression::Stored, Compression::Deflate}) {
    const std::string good = archive(folder.path, c, values);
    CHECK(use(good) == "none");
    CHECK(use("") == "NPZ-0005");
    CHECK(use("not an archive") == "NPZ-0005");
    for (std::size_t n = 0; n < good.size(); n += 1 + good.size() / 200) CHECK(use(good.substr(0, n)) != "none");
    // One flipped byte anywhere: refused, or (in fields that do not matter, as the date) read correctly; never a crash.
    std::size_t refused = 0;
    for (std::size_t n = 0; n < good.size(); n += 1 + good.size() / 997) {
      std::string bad = good;
      bad[n] = static_cast<char>(bad[n] ^ 0x55);
      refused += use(bad) != "none";
    }
    CHECK(refused > (c == Compression::Stored ? 900 : 100));
  }
  // A size that the packed data cannot have must be refused before memory is taken.
  std::string bomb = archive(folder.path, Compression::Deflate, values);
  const auto directory = bomb.find("PK\x01\x02");
  REQUIRE(directory != std::string::npos);
  bomb.replace(directory + 24, 4, "\xf0\xff\xff\x7f");
  CHECK(use(bomb) == "NPZ-0005");
}

TEST_CASE("files that are not there") {
  CHECK(errorOf([] { ArrayFile::open("/nonexistent/x.npz"); }) == "NPZ-0002");
  CHECK(errorOf([] { ArrayFile::open("/nonexistent/x.npy")->floats("x"); }) == "NPZ-0002");
}
