#pragma once
/// @file
/// The forms of the model that are compared: the effects of `gaincell attend`, added one after the other.

#include <string>
#include <vector>

#include "gaincell/attention/model_input.hpp"

namespace gaincell::check {

/// A form of the model.
struct ModelForm {
  std::string name;  ///< the effect it adds, or leaves out
  attention::EffectSwitches effects;
  bool linear = false;     ///< the straight line through the stored levels instead of the cubic; no effect with it
  bool drawn = false;      ///< the drawn devices of each cell
  bool counted = false;    ///< the counter reads the output pulse; charges and pulses come before it
  bool leave_out = false;  ///< the full model without one effect; else: the form before with one effect more
};

/// What of a run can be modelled.
struct KnownEffects {
  bool write_error = false, mismatch = false;
};

/// A static cubic, then one effect more per form up to the full model ("+ effect"), then the full model without each
/// ("without effect"). Effects the model file does not have are left out.
std::vector<ModelForm> modelForms(const model::Model& model, const KnownEffects& known);
/// Two effects of the full model, and the full model without either.
struct FormPair {
  std::size_t a = 0, b = 0;  ///< forms that leave one of them out
  ModelForm without;
};
/// Every pair of effects that act before the counter.
std::vector<FormPair> formPairs(const std::vector<ModelForm>& forms);
/// Index of the plain published form (cubic of the transient charge, ideal converters) and of the full model.
std::size_t plainForm(const std::vector<ModelForm>& forms);
std::size_t fullForm(const std::vector<ModelForm>& forms);

}  // namespace gaincell::check
