// Behavioral attention on real queries, keys and values: the published model (against its stored outputs) and the
// fitted array.

#include <cmath>

#include "gaincell/attention/model_input.hpp"
#include "gaincell/attention/run_file.hpp"
#include "gaincell/check/check.hpp"
#include "gaincell/model/io.hpp"
#include "gaincell/support/hash.hpp"
#include "stages.hpp"

namespace gaincell::flows {

namespace {

namespace att = attention;

constexpr double kExampleDecay = 1.6e-4;  // of the example's stored outputs, per token (examples/data/README.md)
constexpr std::size_t kExampleWindow = 256;

std::vector<float> runModel(const att::Settings& settings, const att::InputData& input,
                            std::vector<att::Activity>* activity) {
  const auto& shape = input.header.shape;
  std::vector<float> out(shape.sequences() * shape.perSequence());
  const att::Engine engine(settings, input.header.scalers, shape.heads, shape.dimension);
  att::RunOptions options;
  options.activity = activity;
  engine.run(shape, input.q, input.k, input.v, out, options);
  return out;
}

double correlation(const std::vector<float>& a, const std::vector<float>& b) {
  double ma = 0, mb = 0, ab = 0, aa = 0, bb = 0;
  const double n = static_cast<double>(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) ma += a[i] / n, mb += b[i] / n;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) * (a[i] - ma);
    bb += (b[i] - mb) * (b[i] - mb);
  }
  return ab / std::sqrt(aa * bb);
}

nlohmann::json inputs(const FlowContext&) {
  return {{"data", support::sha256File(check::exampleData())}};
}

void run(FlowContext& context) {
  const auto file = att::ArrayFile::open(check::exampleData());
  const att::InputData input = att::readInput(*file);
  std::vector<std::string> of_published, warnings;

  att::Settings paper = att::settingsFromModel(model::paperModel(), of_published);
  paper.decay = kExampleDecay;
  paper.window = kExampleWindow;
  const auto paper_out = runModel(paper, input, nullptr);
  const auto stored = file->floats("out").values;
  double worst = 0;
  for (std::size_t i = 0; i < stored.size(); ++i)
    worst = std::max(worst, static_cast<double>(std::fabs(paper_out[i] - stored[i])));

  const model::Model model = model::readModel(context.dir() / "model.json");
  att::Settings fitted = att::settingsFromModel(model, warnings);
  fitted.window = kExampleWindow;
  std::vector<att::Activity> heads;
  const auto fitted_out = runModel(fitted, input, &heads);
  att::Activity all;
  for (const auto& h : heads) all += h;
  const auto energy = att::energyOf(model, all, att::headOf(fitted, input.header.shape));

  const auto put = [&](const char* name, double value, const char* unit, const char* description) {
    context.current()["figures"]["attention"][name] = {{"value", value}, {"unit", unit}, {"description", description}};
  };
  put("published_max_difference", worst, "",
      "published model on the example: largest difference to its stored outputs");
  put("correlation_with_published", correlation(fitted_out, paper_out), "",
      "outputs of the fitted model against the published one");
  put("phi_nonzero", all.phi_nonzero / all.pairs, "", "share of phi above zero, fitted array");
  put("energy_per_token", energy.total() / all.tokens, "J",
      "one token and head on these data, fitted array, published digital part");
  support::Table table{{"published", "fitted"}, {}};
  for (std::size_t i = 0; i < paper_out.size(); i += 8) table.addRow({paper_out[i], fitted_out[i]});
  context.writeTable("data/attention_outputs.csv", table);
  for (const auto& w : of_published) context.current()["warnings"].push_back("attention, published model: " + w);
  for (const auto& w : warnings) context.current()["warnings"].push_back("attention, fitted array: " + w);
}

}  // namespace

Stage attentionStage() {
  return {"attention", "behavioral attention on real data", {"fit"}, true, inputs, run};
}

}  // namespace gaincell::flows
