// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/data.hpp>
#include <halo/nn.hpp>
#include <halo/task/teacher.hpp>

#include "problem.hpp"
#include "public_data.hpp"

// The problems that optimizers are judged by and that meta-training never sees.

namespace support {

/// What to prepare.
struct evaluation_options {
  std::string data;                ///< folder of the public data sets, empty: none
  std::vector<std::string> tasks;  ///< words that names begin with; none: all
  std::size_t seeds = 3;
  double length = 1;  ///< of pre-training, against what is stated

  [[nodiscard]] bool wants(std::string const& name) const {
    if (tasks.empty()) return true;
    for (std::string const& t : tasks)
      if (name.starts_with(t)) return true;
    return false;
  }
};

namespace detail {

using namespace halo;

template <std::size_t In, std::size_t Hidden, std::size_t Second, std::size_t Out>
using mlp = nn::sequential<nn::linear<In, Hidden>, nn::relu, nn::linear<Hidden, Second>, nn::relu,
                           nn::linear<Second, Out>>;

/// Pre-trained for twenty epochs, as in the published protocol.
[[nodiscard]] inline materials for_twenty_epochs(materials m, double length) {
  auto const rows = static_cast<double>(m.known->rows());
  m.pretraining = static_cast<std::uint64_t>(length * 20.0 * rows / 64.0) + 1;
  return m;
}

inline void add_gas(problems& to, evaluation_options const& o) {
  bool const by_gas = o.wants("gas"), drift = o.wants("drift");
  if (!by_gas && !drift) return;
  std::string folder = o.data + "/gas", note;
  if (o.data.empty() || !io::exists(folder)) {
    folder = "examples/data/gas_sensor";
    note = " (excerpt)";
  }
  auto const gas = std::make_shared<data::gas_sensor const>(data::load_gas_sensor(folder));
  double const length = o.length;
  if (by_gas) {
    to.push_back(std::make_unique<problem_of<mlp<128, 30, 30, 3>>>(
        "gas" + note, o.seeds, false, [gas, length](std::uint64_t number) {
          return for_twenty_epochs(other_gases(*gas, number), length);
        }));
  }
  if (drift) {
    to.push_back(std::make_unique<problem_of<
                     mlp<128, 30, 30,
                         6>>>("drift" + note, o.seeds, false, [gas, length](std::uint64_t number) {
      auto const months = [&](std::initializer_list<std::int32_t> batches) {
        return data::select_classes(
            data::select(gas->samples, data::rows_where(gas->batch, batches)), {1, 2, 3, 4, 5, 6});
      };
      return for_twenty_epochs(gas_materials(months({1, 2, 3}), months({4, 5, 6}), number), length);
    }));
  }
}

inline void add_thyroid(problems& to, evaluation_options const& o) {
  if (!o.wants("thyroid") || !found("thyroid", o.data, "thyroid")) return;
  auto const all = std::make_shared<data::thyroid const>(data::load_thyroid(o.data + "/thyroid"));
  double const length = o.length;
  to.push_back(std::make_unique<problem_of<mlp<26, 30, 30, 4>>>(
      "thyroid", o.seeds, true, [all, length](std::uint64_t number) {
        materials m = thyroid_materials(*all, number);
        m.pretraining = static_cast<std::uint64_t>(2000 * length) + 1;
        return m;
      }));
}

inline void add_har(problems& to, evaluation_options const& o) {
  if (!o.wants("har") || !found("har", o.data, "UCI HAR Dataset")) return;
  // the split is by subject and published, so all seeds share it
  materials const m = for_twenty_epochs(har_materials(o.data), o.length);
  to.push_back(std::make_unique<problem_of<mlp<data::har::features, 32, 32, 3>>>(
      "har", o.seeds, false, [m](std::uint64_t) { return m; }));
}

inline void add_synthetic(problems& to, evaluation_options const& o) {
  if (!o.wants("synthetic")) return;
  to.push_back(std::make_unique<problem_of<mlp<40, 64, 32, 8>>>(
      "synthetic", o.seeds, false, [](std::uint64_t number) {
        task::teacher_options const options{.rows = 4000,
                                            .features = 40,
                                            .classes = 8,
                                            .hidden = 64,
                                            .gain = 2.0,
                                            .label_noise = 0.05};
        auto const made = task::make_teacher(options, seed{number + 900'000});
        materials m;
        m.train = shared(made->train);
        m.test = shared(made->held_out);
        return m;
      }));
}

}  // namespace detail

/// Those that are wanted and whose data are there; says which are not.
/// @throws halo::error for damaged files
[[nodiscard]] inline problems evaluation_tasks(evaluation_options const& o) {
  problems all;
  detail::add_gas(all, o);
  detail::add_thyroid(all, o);
  detail::add_har(all, o);
  detail::add_synthetic(all, o);
  return all;
}

}  // namespace support
