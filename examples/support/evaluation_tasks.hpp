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

[[nodiscard]] inline materials::dataset shared(data::dataset d) {
  return std::make_shared<data::dataset const>(std::move(d));
}

/// Steps of twenty epochs, as in the published protocol.
[[nodiscard]] inline std::uint64_t twenty_epochs(std::size_t rows, double length) {
  return static_cast<std::uint64_t>(length * 20.0 * static_cast<double>(rows) / 64.0) + 1;
}

/// Whether the files are there; says so where a task is left out.
[[nodiscard]] inline bool found(std::string const& task, std::string const& data,
                                std::string const& folder) {
  if (!data.empty() && io::exists(data + '/' + folder)) return true;
  std::printf("skipped: %s, %s\n", task.c_str(),
              data.empty() ? "no folder of data sets is given"
                           : ("no folder '" + folder + "' in " + data).c_str());
  return false;
}

/// Both domains with a tenth of the rows held out.
[[nodiscard]] inline materials gas_materials(data::dataset const& known, data::dataset const& fresh,
                                             std::uint64_t number, double length) {
  auto before = data::random_split(known, 0.1, seed{number});
  auto after = data::random_split(fresh, 0.1, seed{number});
  data::standardize(before);
  data::standardize(after);
  materials m;
  m.known = shared(std::move(before.train));
  m.train = shared(std::move(after.train));
  m.test = shared(std::move(after.test));
  m.pretraining = twenty_epochs(m.known->rows(), length);
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
          materials m =
              gas_materials(data::domain(gas->samples, data::gas_domains.b),
                            data::domain(gas->samples, data::gas_domains.a), number, length);
          m.redraw_head = true;
          return m;
        }));
  }
  if (drift) {
    to.push_back(std::make_unique<problem_of<mlp<128, 30, 30, 6>>>(
        "drift" + note, o.seeds, false, [gas, length](std::uint64_t number) {
          auto const months = [&](std::initializer_list<std::int32_t> batches) {
            return data::domain(data::select(gas->samples, data::rows_where(gas->batch, batches)),
                                {1, 2, 3, 4, 5, 6});
          };
          return gas_materials(months({1, 2, 3}), months({4, 5, 6}), number, length);
        }));
  }
}

/// Patients of one sex, a quarter held out, standardised; what was not measured becomes the mean.
[[nodiscard]] inline data::dataset_split patients(data::thyroid const& all, data::sex s,
                                                  std::uint64_t number) {
  auto split = data::stratified_split(data::patients(all, s), 0.25, seed{number});
  data::standardize(split);
  return split;
}

inline void add_thyroid(problems& to, evaluation_options const& o) {
  if (!o.wants("thyroid") || !found("thyroid", o.data, "thyroid")) return;
  auto const all = std::make_shared<data::thyroid const>(data::load_thyroid(o.data + "/thyroid"));
  double const length = o.length;
  to.push_back(std::make_unique<problem_of<mlp<26, 30, 30, 4>>>(
      "thyroid", o.seeds, true, [all, length](std::uint64_t number) {
        auto men = patients(*all, data::sex::male, number);
        auto women = patients(*all, data::sex::female, number);
        materials m;
        m.known = shared(std::move(men.train));
        m.train = shared(std::move(women.train));
        m.test = shared(std::move(women.test));
        m.balanced = true;
        m.pretraining = static_cast<std::uint64_t>(2000 * length) + 1;
        return m;
      }));
}

inline void add_har(problems& to, evaluation_options const& o) {
  if (!o.wants("har") || !found("har", o.data, "UCI HAR Dataset")) return;
  std::string const folder = o.data + "/UCI HAR Dataset";
  auto const train = data::load_har(folder, "train").samples;
  materials m;  // the split is by subject and published, so all seeds share it
  m.known = shared(data::domain(train, data::har_domains.b));
  m.train = shared(data::domain(train, data::har_domains.a));
  m.test = shared(data::domain(data::load_har(folder, "test").samples, data::har_domains.a));
  m.redraw_head = true;
  m.pretraining = twenty_epochs(m.known->rows(), o.length);
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
