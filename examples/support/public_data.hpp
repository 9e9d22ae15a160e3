// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <halo/data.hpp>
#include <halo/zoo/domains.hpp>

#include "materials.hpp"

// The public data sets as a network's past and future: domain B of HALO's paper, which it knows,
// and domain A, which it is to learn. [Li et al. 2020, Table 1]

namespace support {

/// Whether a folder of the public data sets is there; says so where what needs it is left out.
[[nodiscard]] inline bool found(std::string const& task, std::string const& data,
                                std::string const& folder) {
  if (!data.empty() && halo::io::exists(data + '/' + folder)) return true;
  std::printf("skipped: %s, %s\n", task.c_str(),
              data.empty() ? "no folder of data sets is given"
                           : ("no folder '" + folder + "' in " + data).c_str());
  return false;
}

/// Both domains as they were split.
[[nodiscard]] inline materials both_domains(halo::data::dataset_split known,
                                            halo::data::dataset_split fresh) {
  materials m;
  m.known = shared(std::move(known.train));
  m.known_test = shared(std::move(known.test));
  m.train = shared(std::move(fresh.train));
  m.test = shared(std::move(fresh.test));
  return m;
}

/// Both domains with a tenth of the rows held out, each standardised.
[[nodiscard]] inline materials gas_materials(halo::data::dataset const& known,
                                             halo::data::dataset const& fresh,
                                             std::uint64_t number) {
  auto before = halo::data::random_split(known, 0.1, halo::seed{number});
  auto after = halo::data::random_split(fresh, 0.1, halo::seed{number});
  halo::data::standardize(before);
  halo::data::standardize(after);
  return both_domains(std::move(before), std::move(after));
}

/// Three gases, then three others.
[[nodiscard]] inline materials other_gases(halo::data::gas_sensor const& gas,
                                           std::uint64_t number) {
  using namespace halo;
  materials m = gas_materials(data::select_classes(gas.samples, zoo::gas_domains.b),
                              data::select_classes(gas.samples, zoo::gas_domains.a), number);
  m.redraw_head = true;
  return m;
}

/// Men, then women, a quarter of each held out, standardised; what was not measured becomes the
/// mean.
[[nodiscard]] inline materials thyroid_materials(halo::data::thyroid const& all,
                                                 std::uint64_t number) {
  using namespace halo;
  auto const split = [&](zoo::sex s) {
    auto parts = data::stratified_split(zoo::patients(all, s), 0.25, seed{number});
    data::standardize(parts);
    return parts;
  };
  materials m = both_domains(split(zoo::thyroid_domain_b), split(zoo::thyroid_domain_a));
  m.balanced = true;
  return m;
}

/// The domains of a data set whose files are split.
template <std::size_t Classes>
[[nodiscard]] materials published_split(halo::data::dataset const& train,
                                        halo::data::dataset const& test,
                                        halo::zoo::domains<Classes> const& of) {
  using halo::data::select_classes;
  materials m = both_domains({select_classes(train, of.b), select_classes(test, of.b)},
                             {select_classes(train, of.a), select_classes(test, of.a)});
  m.redraw_head = true;
  return m;
}

/// Three activities, then three others, by people of their own; windows moment after moment.
[[nodiscard]] inline materials har_materials(std::string const& data) {
  std::string const folder = data + "/UCI HAR Dataset";
  return published_split(halo::data::load_har(folder, "train").samples,
                         halo::data::load_har(folder, "test").samples, halo::zoo::har_domains);
}

/// The same with channels first, as zoo::activity_cnn_lstm takes them.
[[nodiscard]] inline materials har_channels_first(std::string const& data) {
  materials m = har_materials(data);
  for (materials::dataset* d : {&m.known, &m.known_test, &m.train, &m.test})
    *d = shared(halo::data::transposed(**d, halo::data::har::moments, halo::data::har::channels));
  return m;
}

/// Even digits, then odd ones.
[[nodiscard]] inline materials mnist_materials(std::string const& data) {
  std::string const folder = data + "/mnist";
  return published_split(halo::data::load_mnist(folder, "train"),
                         halo::data::load_mnist(folder, "test"), halo::zoo::mnist_domains);
}

/// Five classes of images, then the other five.
[[nodiscard]] inline materials cifar_materials(
    std::string const& data, halo::zoo::domains<5> const& of = halo::zoo::cifar_domains) {
  std::string const folder = data + "/cifar-10-batches-bin";
  return published_split(halo::data::load_cifar(folder, "train"),
                         halo::data::load_cifar(folder, "test"), of);
}

/// The same materials for every seed, read when they are first asked for; for one thread.
[[nodiscard]] inline recipe once(std::function<materials()> read) {
  auto const kept = std::make_shared<std::optional<materials>>();
  return [kept, read = std::move(read)](std::uint64_t) {
    if (!*kept) *kept = read();
    return **kept;
  };
}

}  // namespace support
