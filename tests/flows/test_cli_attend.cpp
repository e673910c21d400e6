// gaincell attend and adapt as users script them: identities between options, and bad input.
#include <doctest/doctest.h>

#include <limits>

#include "gaincell/attention/npz.hpp"
#include "run_program.hpp"

namespace fs = std::filesystem;
using namespace gaincell::attention;

namespace {

struct Arrays {
  std::vector<std::size_t> shape{1, 2, 130, 64};
  std::vector<float> q, k, v;
  Arrays() : q(1 * 2 * 130 * 64), k(q.size()), v(q.size()) {
    for (std::size_t i = 0; i < q.size(); ++i) {
      q[i] = static_cast<float>(i * 37 % 101) / 100.0F;
      k[i] = static_cast<float>(i * 53 % 97) / 100.0F;
      v[i] = static_cast<float>(i * 29 % 89) / 100.0F;
    }
  }
  void write(const fs::path& path) const {
    NpzWriter w(path, gaincell::support::Overwrite::Yes);
    w.add("q", q, shape);
    w.add("k", k, shape);
    w.add("v", v, shape);
    w.commit();
  }
};

std::string path(const fs::path& p) {
  return p.string();
}

/// Bad input: exit 1, one message with an id, no output file.
void checkRefused(const fs::path& input, const fs::path& output, const std::string& message,
                  const std::vector<std::string>& more = {"--model", "paper"}) {
  std::vector<std::string> args{"attend", "--input", path(input), "--output", path(output)};
  args.insert(args.end(), more.begin(), more.end());
  const ProgramResult r = runProgram(args);
  CAPTURE(message);
  CAPTURE(r.err);
  CHECK(r.exit_code == 1);
  CHECK(r.err.find(message) != std::string::npos);
  CHECK(r.err.find("gaincell: [") != std::string::npos);
  CHECK(!fs::exists(output));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  REQUIRE(text.find(from) != std::string::npos);
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("whole sequence, streaming, threads and every kernel write the same file") {
  const fs::path dir = freshFolder("attend");
  Arrays().write(dir / "in.npz");
  const auto run = [&](const char* name, const std::vector<std::string>& more) {
    std::vector<std::string> args{"attend",   "--model",        "paper",   "--input", path(dir / "in.npz"),
                                  "--output", path(dir / name), "--decay", "1.6e-4",  "--window",
                                  "100"};
    args.insert(args.end(), more.begin(), more.end());
    const ProgramResult r = runProgram(args);
    CAPTURE(r.err);
    CHECK(r.exit_code == 0);
    // The archive ends in the provenance, which differs from run to run.
    const std::string bytes = slurp(dir / name);
    return bytes.substr(0, bytes.find("PK\x05\x06"));
  };
  const std::string want = run("whole.npz", {});
  CHECK(want.size() > 2 * 130 * 64 * 4);
  CHECK(slurp(dir / "whole.npz").find("\"command\":\"gaincell attend --model paper") != std::string::npos);
  CHECK(run("stream.npz", {"--streaming"}) == want);
  CHECK(run("two.npz", {"--threads", "2"}) == want);
  CHECK(run("generic.npz", {"--kernel", "generic"}) == want);
  CHECK(ArrayFile::open(dir / "whole.npz")->floats("out").shape == Arrays().shape);
  run("array.npy", {});
  CHECK(ArrayFile::open(dir / "array.npy")->floats("array").values ==
        ArrayFile::open(dir / "whole.npz")->floats("out").values);
  CHECK(run("noise.npz", {"--noise", "0.5uA"}) != want);
  CHECK(run("noise0.npz", {"--noise", "0"}) == want);
  fs::remove_all(dir);
}

TEST_CASE("bad input of attend is refused with one clear message") {
  const fs::path dir = freshFolder("attend_bad"), out = dir / "out.npz", in = dir / "in.npz";
  Arrays good;
  good.write(in);
  const std::string bytes = slurp(in);
  const auto text = [&](const char* name, const std::string& content) {
    std::ofstream(dir / name, std::ios::binary) << content;
    return dir / name;
  };
  checkRefused(dir / "none.npz", out, "none.npz");
  checkRefused(in, out, "--model is missing", {});
  checkRefused(text("cut.npz", bytes.substr(0, bytes.size() / 2)), out, "cut.npz");
  checkRefused(text("header.npz", replaced(bytes, "'<f4'", "'>f4'")), out, "'>f4' is not supported");
  checkRefused(text("type.npz", replaced(bytes, "'<f4'", "'<i4'")), out, "float32");
  checkRefused(text("fortran.npz", replaced(bytes, "'fortran_order': False", "'fortran_order': True ")), out,
               "Fortran");
  checkRefused(text("shape.npz", replaced(bytes, "(1, 2, 130, 64)", "(1, 2, 64, 130)")), out, "shape");
  checkRefused(text("large.npz", replaced(bytes, "(1, 2, 130, 64)", "(9, 9, 999, 99)")), out, "q");
  Arrays bad;
  bad.k[3] = std::numeric_limits<float>::infinity();
  bad.write(dir / "infinite.npz");
  checkRefused(dir / "infinite.npz", out, "k[0, 0, 0, 3]");
  checkRefused(in, out, "--window", {"--model", "paper", "--window", "-1"});
  for (const char* count : {"0", "1.5", "2000"})
    checkRefused(in, out, "--threads", {"--model", "paper", "--threads", count});
  checkRefused(in, out, "'more' is not expected here", {"--model", "paper", "more"});
  checkRefused(in, out, "there is no option '--wimdow'", {"--model", "paper", "--wimdow", "8"});
  checkRefused(in, out, "--chips-csv", {"--model", "paper", "--chips-csv", path(dir / "chips.csv")});
  checkRefused(in, out, "--task-rows", {"--model", "paper", "--task", path(dir), "--task-rows", "0"});
  checkRefused(in, out, "--bit-line-swing", {"--model", "paper", "--bit-line-swing", "0.1"});
  checkRefused(in, out, "fitted from", {"--model", "paper", "--write-sigma", "1"});
  checkRefused(in, out, "temperature 85", {"--model", "paper", "--temp", "85"});
  checkRefused(in, out, "corner 'ss'", {"--model", "paper", "--corner", "ss"});
  checkRefused(in, out, "exact", {"--model", "paper", "--decay-mode", "soft"});
  checkRefused(in, out, "generic", {"--model", "paper", "--kernel", "neon"});
  checkRefused(in, out, "mismatch", {"--model", "paper", "--mismatch"});
  checkRefused(in, out, "$", {"--model", path(text("empty.json", "{}"))});
  checkRefused(in, out, "schema", {"--model", path(text("version.json", R"({"schema": "gaincell-model/99"})"))});
  std::ofstream(out) << "mine";
  const ProgramResult r = runProgram({"attend", "--model", "paper", "--input", path(in), "--output", path(out)});
  CHECK(r.exit_code == 1);
  CHECK(slurp(out) == "mine");
  fs::remove_all(dir);
}

TEST_CASE("adaptation that does not converge is an error with its residual") {
  const fs::path dir = freshFolder("adapt");
  Arrays().write(dir / "in.npz");
  const std::vector<std::string> args{"adapt", "--model",           "paper",        "--input", path(dir / "in.npz"),
                                      "-o",    path(dir / "s.npz"), "--iterations", "1"};
  const ProgramResult r = runProgram(args);
  CHECK(r.exit_code != 0);
  CHECK(r.err.find("ATT-0040") != std::string::npos);
  CHECK(!fs::exists(dir / "s.npz"));
  fs::remove_all(dir);
}
