// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include <halo/data/gas_sensor.hpp>
#include <halo/data/thyroid.hpp>
#include <halo/task/teacher.hpp>
#include <halo/zoo/networks.hpp>

#include "../support/public_data.hpp"
#include "authors.hpp"
#include "convolutions.hpp"
#include "optimizers.hpp"
#include "pruned.hpp"
#include "subject.hpp"

namespace experiment {

template <std::size_t In, std::size_t Hidden, std::size_t Second, std::size_t Out>
using mlp = halo::nn::sequential<halo::nn::linear<In, Hidden>, halo::nn::relu,
                                 halo::nn::linear<Hidden, Second>, halo::nn::relu,
                                 halo::nn::linear<Second, Out>>;

/// Networks on their data sets, by name.
class subjects {
 public:
  /// @param data  the folder of the public data sets
  explicit subjects(std::string data, preset set_up = preset::sound)
      : data_(std::move(data)), authors_(set_up == preset::authors) {
    relu_of_authors::on = authors_;
  }

  /// Made when it is first asked for, by one thread; null where the data are not there, which is
  /// said.
  [[nodiscard]] subject* operator()(std::string const& name) {
    auto at = made_.find(name);
    if (at == made_.end()) at = made_.emplace(name, make(name)).first;
    return at->second.get();
  }

  /// Five classes of CIFAR-10, then the others.
  [[nodiscard]] support::recipe images() {
    auto const& of = authors_ ? halo::zoo::cifar_domains_authors : halo::zoo::cifar_domains;
    if (!images_)
      images_ = support::once([d = data_, of] { return support::cifar_materials(d, of); });
    return images_;
  }

 private:
  using made = std::unique_ptr<subject>;

  [[nodiscard]] made make(std::string const& name) {
    using namespace halo;
    auto const there = [&](char const* folder) { return support::found(name, data_, folder); };
    if (name == "thyroid" && authors_)
      return there("tdp") ? subject_on<zoo::thyroid_mlp<on_logits>, rules::all>(
                                [d = data_ + "/tdp"](std::uint64_t number) {
                                  return authors_patients(d, number);
                                })
                          : nullptr;
    if (name == "thyroid" && there("thyroid")) {
      auto const all =
          std::make_shared<data::thyroid const>(data::load_thyroid(data_ + "/thyroid"));
      return subject_on<zoo::thyroid_mlp<on_logits>, rules::all>(
          [all](std::uint64_t number) { return support::thyroid_materials(*all, number); });
    }
    if (name.starts_with("gas") || name.starts_with("drift")) return of_gases(name);
    if (name == "activity" && there("UCI HAR Dataset")) {
      using activity = activity_network;
      return subject_on<activity, rules::paper>(
          support::once([d = data_] { return support::har_channels_first(d); }),
          layer_mask::top(activity::layers - 3, activity::layers));  // masks are for convolutions
    }
    if (name == "digits" && there("mnist"))
      return subject_on<digits_network, rules::paper>(
          support::once([d = data_] { return support::mnist_materials(d); }));
    if (name == "teacher") return subject_on<mlp<40, 64, 32, 8>, rules::paper>(invented);
    return of_images(name);
  }

  /// Three gases, then three others with a new head or the old one; or six, some months later. The
  /// sensors' full data, or the excerpt that comes with halo.
  [[nodiscard]] made of_gases(std::string const& name) const {
    using namespace halo;
    auto const all = std::make_shared<data::gas_sensor const>(data::load_gas_sensor(
        name.ends_with("excerpt") ? "examples/data/gas_sensor" : data_ + "/gas"));
    if (name.starts_with("drift"))
      return subject_on<mlp<128, 30, 30, 6>, rules::all>([all](std::uint64_t number) {
        auto const months = [&](std::initializer_list<std::int32_t> batches) {
          return data::select_classes(
              data::select(all->samples, data::rows_where(all->batch, batches)),
              {1, 2, 3, 4, 5, 6});
        };
        return support::gas_materials(months({1, 2, 3}), months({4, 5, 6}), number);
      });
    bool const keep = name.starts_with("gas, head kept");
    return subject_on<zoo::gas_sensor_mlp<128, on_logits>, rules::all>(
        [all, keep, authors = authors_](std::uint64_t number) {
          if (authors) return authors_gases(*all, number);
          auto m = support::other_gases(*all, number);
          m.redraw_head = !keep;
          return m;
        });
  }

  [[nodiscard]] made of_images(std::string const& name) {
    std::set<std::string> const names{"cifar", "deep-cifar", "pruned, 8 bits"};
    if (!names.contains(name) || !support::found(name, data_, "cifar-10-batches-bin"))
      return nullptr;
    if (name == "cifar") return subject_on<cifar_network, rules::all>(images());
    if (name == "deep-cifar") return subject_on<deep_cifar_network, rules::paper>(images());
    if (name == "pruned, 8 bits") return pruned_resnet(images());
    return nullptr;
  }

  /// A problem that a random network invented, learned from nothing.
  [[nodiscard]] static support::materials invented(std::uint64_t number) {
    halo::task::teacher_options const options{
        .rows = 4000, .features = 40, .classes = 8, .hidden = 64, .gain = 2.0, .label_noise = 0.05};
    auto const made = halo::task::make_teacher(options, halo::seed{number + 900'000});
    support::materials m;
    m.train = support::shared(made->train);
    m.test = support::shared(made->held_out);
    return m;
  }

  std::string data_;
  bool authors_;
  support::recipe images_;
  std::map<std::string, made> made_;
};

}  // namespace experiment
