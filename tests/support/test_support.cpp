#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "gaincell/support/atomic_file.hpp"
#include "gaincell/support/csv.hpp"
#include "gaincell/support/error.hpp"
#include "gaincell/support/hash.hpp"
#include "gaincell/support/parallel.hpp"
#include "gaincell/support/random.hpp"
#include "gaincell/support/suggest.hpp"
#include "gaincell/support/units.hpp"

using namespace gaincell::support;

namespace {

/// A call of fsync: of what, and what a name that matters read at that moment.
struct Sync {
  bool regular = false;
  off_t size = 0;
  ino_t inode = 0;
  std::string content_of_name;
};
std::vector<Sync> syncs;

std::filesystem::path replacedFile() {
  return std::filesystem::temp_directory_path() / "gaincell_test_replace" / "a.txt";
}

ino_t inodeOf(const std::filesystem::path& path) {
  struct stat info = {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

}  // namespace

/// In place of the C library's, for the whole test program: notes the call and passes it on.
extern "C" int fsync(int fd) {
  struct stat info = {};
  ::fstat(fd, &info);
  std::string now;
  std::getline(std::ifstream(replacedFile()), now);
  syncs.push_back({S_ISREG(info.st_mode), info.st_size, info.st_ino, now});
  return static_cast<int>(::syscall(SYS_fsync, fd));
}

TEST_CASE("SPICE numbers read exactly and refuse rubbish") {
  CHECK(parseSpiceNumber("10f") == 1e-14);
  CHECK(parseSpiceNumber("2.2k") == 2200.0);
  CHECK(parseSpiceNumber("1meg") == 1e6);
  CHECK(parseSpiceNumber("-3.5MEGohm") == -3.5e6);
  CHECK(parseSpiceNumber("1e-9") == 1e-9);
  CHECK(parseSpiceNumber("31n") == 31e-9);
  for (const char* bad : {"", "abc", "1x", "nan", "inf", "1..2", "1 f", "--1", "1e999"})
    CHECK_THROWS_AS(parseSpiceNumber(bad), Error);
}

TEST_CASE("SI formatting chooses the prefix after rounding") {
  CHECK(formatSi(9.93e-6, "A") == "9.93 uA");
  CHECK(formatSi(999.9996, "Hz") == "1 kHz");
  CHECK(formatSi(-1.5e-14, "F") == "-15 fF");
  CHECK(formatSi(0.0, "V") == "0 V");
}

TEST_CASE("a suggestion is near, or there is none") {
  const std::vector<std::string> names = {"fit", "flow", "floorplan", "--samples"};
  CHECK(nearestName("fitt", names) == "fit");
  CHECK(nearestName("--sample", names) == "--samples");
  CHECK(nearestName("flor", names) == "flow");
  CHECK(!nearestName("xy", names));
  CHECK(!nearestName("", names));
  CHECK(didYouMean("fitt", names, "no") == "did you mean 'fit'?");
  CHECK(didYouMean("unheard-of", names, "no") == "no");
}

TEST_CASE("Philox matches the published known answers") {
  // Random123 known-answer file kat_vectors, philox4x32 10 rounds.
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) ==
        std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("normal draws have the moments and the independence they claim") {
  double sum = 0, square = 0, cross = 0;
  constexpr int n = 200000;
  for (int i = 0; i < n; ++i) {
    const double a = normalDraw({7, static_cast<std::uint64_t>(i), nameHash("m1"), nameHash("vth")});
    const double b = normalDraw({7, static_cast<std::uint64_t>(i), nameHash("m2"), nameHash("vth")});
    sum += a;
    square += a * a;
    cross += a * b;
  }
  CHECK(std::fabs(sum / n) < 4 / std::sqrt(n));
  CHECK(std::fabs(square / n - 1) < 4 * std::sqrt(2.0 / n));
  CHECK(std::fabs(cross / n) < 4 / std::sqrt(n));
  CHECK(normalQuantile(0.975) == doctest::Approx(1.959963984540054).epsilon(1e-14));
  CHECK(normalQuantile(1e-12) == doctest::Approx(-7.034483825301131).epsilon(1e-12));
}

TEST_CASE("files appear whole or not at all") {
  const auto dir = std::filesystem::temp_directory_path() / "gaincell_test_atomic";
  std::filesystem::remove_all(dir);
  std::filesystem::create_directories(dir);
  {
    AtomicFile file(dir / "a.txt");
    file.write("half");
  }
  CHECK(std::filesystem::is_empty(dir));
  writeFileAtomically(dir / "a.txt", "one");
  CHECK_THROWS_AS(writeFileAtomically(dir / "a.txt", "two"), Error);
  CHECK(readFile(dir / "a.txt") == "one");
  writeFileAtomically(dir / "a.txt", "two", Overwrite::Yes);
  CHECK(readFile(dir / "a.txt") == "two");
  CHECK_THROWS_AS(writeFileAtomically(dir / "missing" / "a.txt", "x"), Error);
  CHECK_THROWS_AS(readFile(dir), Error);
  // Through a link the file it names is written; what is no file is left alone.
  std::filesystem::create_symlink("a.txt", dir / "link");
  writeFileAtomically(dir / "link", "three", Overwrite::Yes);
  CHECK(std::filesystem::is_symlink(dir / "link"));
  CHECK(readFile(dir / "a.txt") == "three");
  CHECK_THROWS_WITH_AS(writeFileAtomically("/dev/null", "x", Overwrite::Yes), doctest::Contains("FIL-0007"), Error);
  CHECK(std::filesystem::is_character_file("/dev/null"));
}

TEST_CASE("a file being replaced holds its old content until the new one is whole") {
  const auto dir = std::filesystem::temp_directory_path() / "gaincell_test_replace";
  std::filesystem::remove_all(dir);
  std::filesystem::create_directories(dir);
  writeFileAtomically(dir / "a.txt", "old");
  {
    AtomicFile file(dir / "a.txt", Overwrite::Yes);
    CHECK(readFile(dir / "a.txt") == "old");
    file.write("half of the new");
    CHECK(readFile(dir / "a.txt") == "old");
  }
  CHECK(readFile(dir / "a.txt") == "old");  // given up half-way
  CHECK(std::distance(std::filesystem::directory_iterator(dir), {}) == 1);
  AtomicFile file(dir / "a.txt", Overwrite::Yes);
  file.write("new");
  const auto flushed = syncs.size();
  file.commit();
  CHECK(readFile(dir / "a.txt") == "new");
  // The content first, while the name still means the old file; then the folder that holds the name.
  REQUIRE(syncs.size() == flushed + 2);
  CHECK(syncs[flushed].size == 3);
  CHECK(syncs[flushed].regular);
  CHECK(syncs[flushed].inode == inodeOf(dir / "a.txt"));
  CHECK(syncs[flushed].content_of_name == "old");
  CHECK_FALSE(syncs[flushed + 1].regular);
  CHECK(syncs[flushed + 1].inode == inodeOf(dir));
  CHECK(syncs[flushed + 1].content_of_name == "new");
}

TEST_CASE("numbers far from one are compared by their own size") {
  CHECK(1e-15 != doctest::Approx(2e-15));
  CHECK(1e-15 != doctest::Approx(0.9e-15).epsilon(0.05));
  CHECK(1e-15 == doctest::Approx(0.9e-15).epsilon(0.15));
  CHECK(1e12 != doctest::Approx(1.01e12).epsilon(1e-3));
  CHECK(1e-9 == doctest::Approx(0).scale(1));
}

TEST_CASE("CSV round trip is exact and errors name the line") {
  Table table{{"a_V", "b_A"}, {{0.1, 1e-300}, {NAN, -3.0}}};
  const Table back = parseCsv(toCsv(table, {"comment"}), "t.csv");
  CHECK(back.columns == table.columns);
  CHECK(back.rows[0] == table.rows[0]);
  CHECK(std::isnan(back.rows[1][0]));
  const auto message = [](const char* text) {
    try {
      parseCsv(text, "t.csv");
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  CHECK(message("a,b\n1\n").find("t.csv:2") != std::string::npos);
  CHECK(message("a,b\n1,x\n").find("'x'") != std::string::npos);
  CHECK(message("a,a\n").find("two columns") != std::string::npos);
  CHECK(message("").find("empty") != std::string::npos);
}

TEST_CASE("parallel loops visit each index once and pass errors on") {
  std::atomic<int> sum{0};
  parallelFor(1000, 4, [&](std::size_t i) { sum += static_cast<int>(i); });
  CHECK(sum == 499500);
  CHECK_THROWS_AS(parallelFor(10, 2,
                              [](std::size_t i) {
                                if (i == 3) throw Error("TST-0001", "three");
                              }),
                  Error);
}

TEST_CASE("SHA-256 of the standard's example") {
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-4
}
