// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <halo/data/dataset.hpp>
#include <halo/data/thyroid.hpp>

// The two domains into which HALO's paper divides each data set. [Li et al. 2020, Table 1]

namespace halo::zoo {

/// The classes a network learns first, b, and those it then adapts to, a, by the labels of the
/// files: data::select_classes(samples, mnist_domains.a) makes a problem with labels 0, 1, ... of
/// them.
template <std::size_t Classes>
struct domains {
  std::array<std::int32_t, Classes> b;  ///< labels that are learned first
  std::array<std::int32_t, Classes> a;  ///< labels that are adapted to
};

/// Even digits, then odd ones.
inline constexpr domains<5> mnist_domains = {.b = {0, 2, 4, 6, 8}, .a = {1, 3, 5, 7, 9}};

/// As Table 1 says; the authors' code has it the other way round.
inline constexpr domains<5> cifar_domains = {.b = {1, 3, 5, 7, 9}, .a = {0, 2, 4, 6, 8}};
inline constexpr domains<5> cifar_domains_authors = {.b = cifar_domains.a, .a = cifar_domains.b};

/// Walking, walking downstairs, standing; then walking upstairs, sitting, laying.
inline constexpr domains<3> har_domains = {.b = {1, 3, 5}, .a = {2, 4, 6}};

/// Ethanol, ethylene, ammonia; then acetaldehyde, acetone, toluene, as Table 1 says. The authors'
/// code takes every second one.
inline constexpr domains<3> gas_domains = {.b = {1, 2, 3}, .a = {4, 5, 6}};
inline constexpr domains<3> gas_domains_authors = {.b = {1, 3, 5}, .a = {2, 4, 6}};

/// Thyroid patients: men are learned first, then women. Both have the same four classes.
enum class sex : std::int32_t { female = 0, male = 1 };
inline constexpr sex thyroid_domain_b = sex::male;
inline constexpr sex thyroid_domain_a = sex::female;

/// Patients of one sex, ready to be split and standardised: assays a as log(1 + a), since they
/// spread over orders of magnitude; the one age of 455 is read as 45; NaN stays for what is
/// missing.
[[nodiscard]] inline data::dataset patients(data::thyroid const& all, sex s) {
  data::dataset result =
      data::select(all.samples, data::rows_where(all.sex, {static_cast<std::int32_t>(s)}));
  for (std::size_t i = 0; i < result.rows(); ++i) {
    float* const x = result.x.data() + i * data::thyroid::features;
    for (std::size_t const k : data::thyroid::assays) x[k] = std::log1p(x[k]);
    if (x[0] == 455) x[0] = 45;
  }
  return result;
}

}  // namespace halo::zoo
