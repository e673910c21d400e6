#include "gaincell/check/forms.hpp"

#include <functional>

namespace gaincell::check {

namespace {

using On = attention::EffectSwitches;

constexpr const char* kPlainName = "cubic";

/// One step from the plain to the full model.
struct Step {
  std::string name;
  std::function<void(ModelForm&, bool)> set;
  bool alone = true;  ///< the full model can be had without it
};

std::vector<Step> steps(const model::Model& m, const KnownEffects& known) {
  std::vector<Step> out;
  const attention::EffectSwitches all = attention::allEffects(m);
  for (const attention::Effect& e : attention::effects()) {
    const bool drawn = e.on == &On::mismatch;
    const bool there = drawn ? known.mismatch : e.on == &On::write ? known.write_error : all.*e.on;
    if (!there) continue;
    out.push_back({e.name, [on = e.on, drawn](ModelForm& f, bool value) {
                     drawn ? f.drawn = value : f.effects.*on = value;
                     // The INL is about the converters' line.
                     if (on == &On::converter_line && !value) f.effects.converter_inl = false;
                   }});
  }
  out.push_back({"quantization", [](ModelForm& f, bool value) { f.counted = value; }});
  return out;
}

}  // namespace

std::vector<ModelForm> modelForms(const model::Model& m, const KnownEffects& known) {
  std::vector<ModelForm> forms;
  ModelForm form;
  if (m.cell.storage_coupling) {
    form.name = "static cubic";
    form.effects.without_coupling = true;
    forms.push_back(form);
    form.effects.without_coupling = false;
  }
  form.name = kPlainName;
  forms.push_back(form);
  const auto all = steps(m, known);
  for (const Step& s : all) {
    s.set(form, true);
    form.name = s.name;
    forms.push_back(form);
  }
  // Without the coupling there is only the cubic: the extended polynomial was fitted to pulses.
  for (const Step& s : all) {
    ModelForm without = form;
    s.set(without, false);
    without.name = s.name;
    without.leave_out = true;
    forms.push_back(without);
  }
  return forms;
}

std::vector<FormPair> formPairs(const std::vector<ModelForm>& forms) {
  const ModelForm& full = forms[fullForm(forms)];
  // What both leave out: an effect that is on in the full model and off in either.
  const auto without = [&](const ModelForm& a, const ModelForm& b) {
    ModelForm out = full;
    for (const attention::Effect& e : attention::effects()) out.effects.*e.on = a.effects.*e.on && b.effects.*e.on;
    out.drawn = a.drawn && b.drawn;
    out.leave_out = true;
    return out;
  };
  std::vector<FormPair> pairs;
  for (std::size_t a = 0; a < forms.size(); ++a)
    for (std::size_t b = a + 1; b < forms.size(); ++b) {
      if (!forms[a].leave_out || !forms[b].leave_out || !forms[a].counted || !forms[b].counted) continue;
      // The INL is about the converters' line: without the line it is no effect of its own.
      if (forms[a].name == "converter line" && forms[b].name == "converter INL") continue;
      pairs.push_back({a, b, without(forms[a], forms[b])});
    }
  return pairs;
}

std::size_t plainForm(const std::vector<ModelForm>& forms) {
  for (std::size_t f = 0; f < forms.size(); ++f)
    if (forms[f].name == kPlainName && !forms[f].leave_out) return f;
  return 0;
}

std::size_t fullForm(const std::vector<ModelForm>& forms) {
  std::size_t full = 0;
  for (std::size_t f = 0; f < forms.size(); ++f)
    if (!forms[f].leave_out) full = f;
  return full;
}

}  // namespace gaincell::check
