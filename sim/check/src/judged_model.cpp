#include "judged_model.hpp"

#include <algorithm>

namespace gaincell::check {

namespace att = attention;

namespace {

/// Slope (uA/V) of the line through v_zero that the currents of the stored levels lie nearest to.
double slopeOf(const att::Settings& s) {
  const int levels = s.levels_kv > 1 ? s.levels_kv : 8;
  double xy = 0, xx = 0;
  for (int l = 0; l < levels; ++l) {
    const double y = s.deviation(s.value_max * l / (levels - 1));
    double current = 0;
    for (std::size_t k = s.coefficients.size(); k-- > 0;) current = current * y + s.coefficients[k];
    xy += current * y;
    xx += y * y;
  }
  return xy / xx;
}

}  // namespace

JudgedModel::JudgedModel(const model::Model& model, const TileData& data, JudgedRun run)
    : model_(model), run_(std::move(run)), tokens_(data.values.size()), outputs_(data.values.front().size()) {
  const std::size_t rows = data.keys.size();
  const std::size_t before = run_.previous_keys.empty() ? 0 : tokens_;
  shape_ = {1, 1, before + tokens_, std::max(rows, outputs_)};
  const std::size_t d = shape_.dimension;
  k_.assign(shape_.tokens * d, 0.0F);
  v_ = k_;
  const auto put = [&](const Grid& keys, const Grid& values, std::size_t first) {
    for (std::size_t j = 0; j < tokens_; ++j) {
      for (std::size_t i = 0; i < rows; ++i) k_[(first + j) * d + i] = static_cast<float>(keys[i][j]);
      for (std::size_t e = 0; e < outputs_; ++e) v_[(first + j) * d + e] = static_cast<float>(values[j][e]);
    }
  };
  if (before > 0) put(run_.previous_keys, run_.previous_values, 0);
  put(data.keys, data.values, before);
}

att::Settings JudgedModel::settings(const ModelForm& form) const {
  std::vector<std::string> unused;
  att::Settings s = att::settingsFromModel(model_, unused);
  s.decay = 0;  // leakage is an effect here
  s.levels_out = 0;
  if (!form.effects.write) s.levels_kv = 0;  // patterns store voltages between levels too
  s.window = s.tile_columns = tokens_;
  s.tiles = att::TileOrder::Slot;
  if (form.linear) s.coefficients = {0, slopeOf(s)};
  auto physics = att::physicsFromModel(model_, form.effects, s);
  if (form.drawn) {
    if (!physics) physics = std::make_shared<att::Physics>();
    const bool extended = form.effects.higher_order;
    const double sign = model_.conventions->positive_charge == model::SignConvention::IntoBitLine ? 1e6 : -1e6;  // uA
    physics->given_cell = [this, extended, sign](att::Array array, std::size_t, std::size_t slot, std::size_t row,
                                                 std::span<double> current) {
      const bool key = array == att::Array::Key;
      const auto& grid = key ? run_.keys : run_.values;
      const std::size_t i = key ? row : slot, j = key ? slot : row;
      if (i >= grid.size() || j >= grid[i].size()) return;
      const std::vector<double>& own = extended ? grid[i][j].extended : grid[i][j].cubic;
      for (std::size_t n = 0; n < std::min(own.size(), current.size()); ++n) current[n] += sign * own[n];
    };
  }
  s.physics = physics;
  return s;
}

JudgedModel::Result JudgedModel::run(const ModelForm& form, const std::vector<int>& query,
                                     const std::vector<double>& phi) const {
  const att::Settings s = settings(form);
  const std::size_t d = shape_.dimension, all = shape_.tokens, first = all - tokens_, last = all - 1;
  std::vector<float> q(all * d, 0.0F), out(all * d), given;
  for (std::size_t i = 0; i < query.size(); ++i)
    q[last * d + i] = static_cast<float>(query[i]) / static_cast<float>(model_.conventions->input_levels - 1);
  if (!phi.empty()) {
    given.assign(all * all, 0.0F);
    for (std::size_t j = 0; j < tokens_; ++j) given[last * all + first + j] = static_cast<float>(phi[j] / s.pulse_s);
  }
  att::Intermediates found;
  att::RunOptions options;
  options.intermediates = &found;
  options.phi = given;
  att::Engine(s, {}, 1, d).run(shape_, q, k_, v_, out, options);
  Result r;
  for (std::size_t j = first; j < all; ++j) {
    r.s.push_back(static_cast<double>(found.s[last * all + j]) * 1e-6 * s.pulse_s);
    r.phi.push_back(static_cast<double>(found.phi[last * all + j]) * s.pulse_s);
  }
  for (std::size_t e = 0; e < outputs_; ++e)
    r.out.push_back(static_cast<double>(found.tile_q[last * d + e]) * s.pulse_s);
  return r;
}

}  // namespace gaincell::check
