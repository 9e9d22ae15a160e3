// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

#include "adaptation_problems.hpp"

// Families that are neither evolved on nor judged by: evolutions are chosen by their regret here.

namespace support {

/// Concentrations of early batches as numbers to learn: the logarithm in ppm, mean 0, deviation 1.
[[nodiscard]] inline data::regression concentrations(data::gas_sensor const& gas) {
  std::size_t const n = gas.samples.rows();
  auto to = data::make_regression(n, gas.samples.features(), 1);
  std::copy_n(gas.samples.x.data(), gas.samples.x.size(), to.x.data());
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double const y = std::log(1 + static_cast<double>(gas.ppm[i]));
    to.y.data()[i] = static_cast<float>(y);
    sum += y;
    squares += y * y;
  }
  double const mean = sum / static_cast<double>(n);
  double const deviation = std::sqrt(squares / static_cast<double>(n) - mean * mean);
  for (std::size_t i = 0; i < n; ++i)
    to.y.data()[i] = static_cast<float>((static_cast<double>(to.y.data()[i]) - mean) / deviation);
  return to;
}

/// Examples whose features say yes or no, as a form does.
[[nodiscard]] inline data::dataset yes_or_no(data::dataset const& d) {
  return mapped(d, d.features(), [n = d.features()](float const* in, float* out) {
    for (std::size_t j = 0; j < n; ++j) out[j] = in[j] > 0.4F ? 1.0F : 0.0F;
  });
}

using wide_cnn_of_photographs =
    nn::sequential<shape<16, 16, 1>, nn::conv2d<8, 3>, nn::relu, nn::flatten, nn::linear<2048, 5>>;

/// What evolutions are chosen by: photographs, concentrations of gases, and answers of yes or no.
template <class... Rules>
[[nodiscard]] problems<Rules...> chosen_on(std::string const& folder, seed s) {
  problem_list<Rules...> to({s.value + 700}, false);
  auto photographs = small_images(
      some_of(data::load_cifar(folder + "/cifar-10-batches-bin", "train"), 8000, to.next()));
  data::standardizer(photographs).apply(photographs);
  auto const turned = mapped(photographs, 256, [](float const* in, float* out) {
    for (std::size_t r = 0; r < 16; ++r)
      for (std::size_t c = 0; c < 16; ++c) out[r * 16 + c] = in[c * 16 + 15 - r];
  });
  to.template add<small_mlp<256, 10>>(
      "photographs, turned",
      task::adaptation<>{photographs, data::random_split(turned, 0.3, to.next())});
  std::initializer_list<std::int32_t> const odd{1, 3, 5, 7, 9};
  to.template add<small_mlp<256, 5>>(
      "photographs, others", task::leave_classes_out(photographs, odd, to.next()), drawn_head);
  to.template add<small_mlp<256, 5>>(
      "photographs, from nothing",
      task::from_nothing(data::select_classes(photographs, odd), to.next()));

  auto const gas = early_gas(folder);
  auto const ppm = concentrations(gas);
  to.template add<small_mlp<128, 1>, nn::mean_square>(
      "concentrations, other months", task::leave_one_out(ppm, gas.batch, 3, to.next()));
  to.template add<small_mlp<128, 1>, nn::mean_square>("concentrations, from nothing",
                                                      task::from_nothing(ppm, to.next()));

  auto const asked = [&](std::size_t classes, double imbalance) {
    return yes_or_no(task::make_teacher({.rows = 4000,
                                         .features = 26,
                                         .classes = classes,
                                         .hidden = 12,
                                         .decay = 0.2,
                                         .label_noise = 0.05,
                                         .imbalance = imbalance},
                                        to.next())
                         ->train);
  };
  auto const form = asked(4, 1.0);
  to.template add<small_mlp<26, 4>>("answers, from nothing", task::from_nothing(form, to.next()));
  to.template add<small_mlp<26, 4>>(
      "answers, drifted",
      task::adaptation<>{form, data::random_split(drifted(form, 0.3F, to.next()), 0.3, to.next())});
  std::initializer_list<std::int32_t> const fresh{0, 2, 4, 6};
  to.template add<small_mlp<26, 4>>(
      "answers, others", task::leave_classes_out(asked(8, 0), fresh, to.next()), drawn_head);
  to.template add<wide_cnn_of_photographs>("photographs, others, wide head",
                                           task::leave_classes_out(photographs, odd, to.next()),
                                           drawn_head);
  return to.take();
}

}  // namespace support
