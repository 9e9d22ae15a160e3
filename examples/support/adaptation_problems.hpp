// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <halo/learned/horizon_rule.hpp>
#include <halo/meta/grid.hpp>
#include <halo/meta/pretrain.hpp>
#include <halo/meta/problem.hpp>
#include <halo/nn/activation.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/conv2d.hpp>
#include <halo/nn/flatten.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/lstm.hpp>
#include <halo/nn/pool.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/task/few_rows.hpp>
#include <halo/task/leave_one_out.hpp>
#include <halo/task/teacher.hpp>
#include <halo/zoo/domains.hpp>

#include "adaptation_data.hpp"

// The pseudo-adaptations that halo's own rule is evolved on, and those that it is judged by.

namespace support {

using rule_type = learned::horizon_rule<>;
template <class... Rules>
using problems = std::vector<std::shared_ptr<meta::problem<Rules...> const>>;

template <std::size_t In, std::size_t Out>
using small_mlp =
    nn::sequential<nn::linear<In, 32>, nn::relu, nn::linear<32, 32>, nn::relu, nn::linear<32, Out>>;
template <std::size_t Out>
using small_cnn =
    nn::sequential<shape<14, 14, 1>, nn::conv2d<4, 3>, nn::relu, nn::max_pool<2>, nn::conv2d<8, 3>,
                   nn::relu, nn::max_pool<2>, nn::flatten, nn::linear<72, Out>>;
/// Its head sums up 1568 numbers.
template <std::size_t Out>
using wide_cnn = nn::sequential<shape<14, 14, 1>, nn::conv2d<8, 3>, nn::relu, nn::flatten,
                                nn::linear<1568, Out>>;
template <std::size_t Out>
using normalised_mlp =
    nn::sequential<nn::linear<196, 32>, nn::batch_norm, nn::relu, nn::linear<32, Out>>;
template <std::size_t Out>
using small_lstm = nn::sequential<shape<16, 9>, nn::lstm<16>, nn::linear<16, Out>>;

/// Puts problems together for a choice of optimizers, each with a seed of its own.
template <class... Rules>
class problem_list {
 public:
  explicit problem_list(seed s, bool quick) : seed_(s.value * 1000), quick_(quick) {}

  /// A network that learned what is known meets what is new.
  template <class Network, class Loss = nn::cross_entropy, class Target>
  void add(std::string const& family, task::adaptation<Target> const& a,
           task::few_rows_options const& how = {}) {
    using task_type = task::few_rows<Network, Loss>;
    std::vector<float> theta;
    if (a.known.rows() > 0)
      theta = meta::pretrain<Network, Loss>(a.known, next(), {.steps = quick_ ? 100U : 1500U});
    auto from = std::make_shared<typename task_type::split const>(a.fresh);
    all_.push_back(
        meta::make_problem<Rules...>(family, task_type(std::move(from), std::move(theta), how)));
  }
  [[nodiscard]] seed next() { return {seed_++}; }
  [[nodiscard]] problems<Rules...> take() { return std::move(all_); }

 private:
  problems<Rules...> all_;
  std::uint64_t seed_;
  bool quick_;
};

inline constexpr task::few_rows_options drawn_head{.anew = 1};

template <class List>
void add_gas(List& to, std::string const& folder) {
  auto const gas = early_gas(folder);
  data::gas_sensor known{.samples = data::select_classes(gas.samples, {1, 2, 3, 4, 5, 6}),
                         .ppm = {},
                         .batch = gas.batch};
  for (std::int32_t batch = 1; batch <= 6; ++batch)
    to.template add<small_mlp<128, 6>>(
        "gas, other months", task::leave_one_out(known.samples, known.batch, batch, to.next()));
  for (std::initializer_list<std::int32_t> const fresh :
       {std::initializer_list<std::int32_t>{3, 4, 5}, {1, 3, 5}, {0, 1, 2}, {0, 3, 4}})
    to.template add<small_mlp<128, 3>>(
        "gas, other gases", task::leave_classes_out(known.samples, fresh, to.next()), drawn_head);
  to.template add<small_mlp<128, 6>>("gas, from nothing",
                                     task::from_nothing(known.samples, to.next()));
  to.template add<small_mlp<128, 6>>(
      "gas, raw units", task::from_nothing(known.samples, to.next(), task::scaling::none));
}

template <class List>
void add_wearers(List& to, std::string const& folder) {
  auto const har = early_wearers(folder);
  std::vector<std::int32_t> subjects;
  std::initializer_list<std::int32_t> const activities{1, 2, 3, 4, 5, 6};
  auto const features = data::select_classes(window_features(har.samples), activities);
  auto const windows = data::select_classes(short_windows(har.samples), activities);
  for (std::int32_t const who : {1, 3, 6, 8, 11, 14})
    to.template add<small_mlp<54, 6>>("activities, other wearers",
                                      task::leave_one_out(features, har.subject, who, to.next()));
  for (std::int32_t const who : {5, 9})
    to.template add<small_lstm<6>>("activities, other wearers, LSTM",
                                   task::leave_one_out(windows, har.subject, who, to.next()));
  for (std::initializer_list<std::int32_t> const fresh :
       {std::initializer_list<std::int32_t>{0, 2, 4}, {1, 3, 5}}) {
    to.template add<small_mlp<54, 3>>(
        "activities, others", task::leave_classes_out(features, fresh, to.next()), drawn_head);
    to.template add<small_lstm<3>>("activities, others, LSTM",
                                   task::leave_classes_out(windows, fresh, to.next()), drawn_head);
  }
}

template <class List>
void add_digits(List& to, std::string const& folder) {
  auto const digits = some_of(data::load_mnist(folder + "/mnist", "train"), 8000, to.next());
  auto const plain = small_digits(digits, view::plain);
  auto const seen = [&](view how) {
    task::adaptation<> a{plain, data::random_split(small_digits(digits, how), 0.3, to.next())};
    return a;
  };
  for (view const how : {view::inverted, view::turned, view::moved, view::faint, view::tilted})
    to.template add<small_mlp<196, 10>>("digits, seen otherwise", seen(how));
  for (view const how : {view::turned, view::tilted})
    to.template add<small_cnn<10>>("digits, seen otherwise, CNN", seen(how));
  to.template add<wide_cnn<10>>("digits, seen otherwise, wide head", seen(view::inverted));
  for (view const how : {view::moved, view::inverted})
    to.template add<normalised_mlp<10>>("digits, seen otherwise, batch norm", seen(how));
  for (std::initializer_list<std::int32_t> const fresh :
       {std::initializer_list<std::int32_t>{1, 3, 5, 7, 9}, {0, 2, 4, 6, 8}}) {
    auto const others = task::leave_classes_out(plain, fresh, to.next(), task::scaling::none, 0.3);
    to.template add<small_mlp<196, 5>>("digits, others", others, drawn_head);
    to.template add<small_cnn<5>>("digits, others, CNN", others, drawn_head);
    to.template add<wide_cnn<5>>("digits, others, wide head", others, drawn_head);
  }
  auto const none = task::from_nothing(plain, to.next(), task::scaling::none, 0.3);
  to.template add<small_mlp<196, 10>>("digits, from nothing", none);
  to.template add<small_cnn<10>>("digits, from nothing, CNN", none);
  to.template add<wide_cnn<10>>("digits, from nothing, wide head", none);
}

/// Classes and numbers that random networks invent.
template <class List>
void add_inventions(List& to) {
  auto const invented = [&](task::teacher_options const& o) {
    auto const made = task::make_teacher(o, to.next());
    return data::dataset_split{made->train, made->held_out};
  };
  for (std::size_t k = 0; k < 6; ++k) {
    task::teacher_options o{.rows = 2000, .held_out = 600, .features = 20, .classes = 4};
    o.hidden = std::size_t{8} << (k % 3);
    o.gain = 1.0 + 0.5 * static_cast<double>(k);
    o.scale = k == 4 ? 30 : k == 5 ? 0.05 : 1;
    o.imbalance = k == 3 ? 1.5 : 0;
    o.label_noise = k % 2 == 1 ? 0.15 : 0;
    to.template add<small_mlp<20, 4>>("inventions, from nothing",
                                      task::adaptation<>{{}, invented(o)});
  }
  for (std::size_t k = 0; k < 4; ++k) {
    auto const known = invented({.rows = 3000,
                                 .held_out = 600,
                                 .features = 20,
                                 .classes = 4,
                                 .hidden = std::size_t{16} << (k % 2)});
    seed const drift = to.next();
    float const strength = 0.25F + 0.1F * static_cast<float>(k);
    task::adaptation<> const a{
        known.train, {drifted(known.train, strength, drift), drifted(known.test, strength, drift)}};
    to.template add<small_mlp<20, 4>>(
        "inventions, drifted", a, {.label_noise = k == 1 ? 0.1 : 0, .imbalance = k == 2 ? 1.5 : 0});
  }
  for (std::size_t k = 0; k < 2; ++k) {  // nothing has changed: there is only something to lose
    auto const known = invented({.rows = 3000,
                                 .held_out = 600,
                                 .features = 20,
                                 .classes = 4,
                                 .hidden = std::size_t{16} << k});
    to.template add<small_mlp<20, 4>>("inventions, as known",
                                      task::adaptation<>{known.train, known});
  }
  for (std::size_t k = 0; k < 2; ++k) {
    auto const all = invented({.rows = 4000,
                               .held_out = 600,
                               .features = 20,
                               .classes = 8,
                               .hidden = std::size_t{16} << k});
    std::initializer_list<std::int32_t> const fresh{4, 5, 6, 7};
    to.template add<small_mlp<20, 4>>("inventions, other classes",
                                      task::leave_classes_out(all.train, fresh, to.next()),
                                      drawn_head);
  }
  for (std::size_t k = 0; k < 2; ++k) {
    float const noise = k == 0 ? 0.1F : 0.4F;
    auto const numbers = invented_numbers(3000, 12, std::size_t{8} << k, noise, to.next());
    to.template add<small_mlp<12, 2>, nn::mean_square>("numbers, from nothing",
                                                       task::from_nothing(numbers, to.next()));
    task::adaptation<float> const a{
        numbers, data::random_split(drifted(numbers, 0.25F, to.next()), 0.3, to.next())};
    to.template add<small_mlp<12, 2>, nn::mean_square>("numbers, drifted", a);
  }
}

/// What rules are evolved on. `families` names sets by letters: g gases, h wearers, d digits,
/// i inventions.
template <class... Rules>
[[nodiscard]] problems<Rules...> evolved_on(std::string const& folder, std::string const& families,
                                            seed s, bool quick = false) {
  problem_list<Rules...> to(s, quick);
  auto const has = [&](char letter) { return families.find(letter) != std::string::npos; };
  if (has('g')) add_gas(to, folder);
  if (has('h')) add_wearers(to, folder);
  if (has('d')) add_digits(to, folder);
  if (has('i')) add_inventions(to);
  return to.take();
}

/// Families kept apart: images, patients, and numbers and classes that other networks invent.
/// `families`: c images, t patients, i inventions.
template <class... Rules>
[[nodiscard]] problems<Rules...> judged_on(std::string const& folder, std::string const& families,
                                           seed s, bool quick = false) {
  problem_list<Rules...> to({s.value + 500}, quick);
  auto const has = [&](char letter) { return families.find(letter) != std::string::npos; };
  if (has('c')) {
    auto images = small_images(
        some_of(data::load_cifar(folder + "/cifar-10-batches-bin", "test"), 8000, to.next()));
    data::standardizer(images).apply(images);
    task::adaptation<> const inverted{
        images, data::random_split(mapped(images, 256,
                                          [](float const* in, float* out) {
                                            for (std::size_t k = 0; k < 256; ++k) out[k] = -in[k];
                                          }),
                                   0.3, to.next())};
    to.template add<small_mlp<256, 10>>("images, inverted", inverted);
    std::initializer_list<std::int32_t> const fresh{0, 2, 4, 6, 8};
    to.template add<small_mlp<256, 5>>(
        "images, others", task::leave_classes_out(images, fresh, to.next()), drawn_head);
    to.template add<small_mlp<256, 5>>(
        "images, from nothing", task::from_nothing(data::select_classes(images, fresh), to.next()));
  }
  if (has('t')) {
    auto const all = data::load_thyroid(folder + "/thyroid");
    auto const women = zoo::patients(all, zoo::sex::female);
    auto const men = zoo::patients(all, zoo::sex::male);
    std::vector<std::int32_t> sex(men.rows(), 1);
    sex.resize(men.rows() + women.rows(), 0);
    to.template add<small_mlp<26, 4>>(
        "patients, other sex",
        task::leave_one_out(data::concatenate(men, women), sex, 0, to.next()));
    to.template add<small_mlp<26, 4>>("patients, from nothing",
                                      task::from_nothing(women, to.next()));
  }
  if (has('i')) {
    auto const numbers = invented_numbers(3000, 30, 12, 0.2F, to.next());
    to.template add<small_mlp<30, 2>, nn::mean_square>("other numbers, from nothing",
                                                       task::from_nothing(numbers, to.next()));
    task::adaptation<float> const moved{
        numbers, data::random_split(drifted(numbers, 0.2F, to.next()), 0.3, to.next())};
    to.template add<small_mlp<30, 2>, nn::mean_square>("other numbers, drifted", moved);
    auto const made =
        task::make_teacher({.rows = 3000, .features = 30, .classes = 8, .hidden = 24}, to.next());
    std::initializer_list<std::int32_t> const fresh{1, 3, 5, 7};
    to.template add<small_mlp<30, 4>>("other inventions, other classes",
                                      task::leave_classes_out(made->train, fresh, to.next()),
                                      drawn_head);
  }
  return to.take();
}

}  // namespace support
