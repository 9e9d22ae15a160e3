// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <halo/core/parameter_table.hpp>
#include <halo/io/safetensors.hpp>

#include "golden.hpp"

namespace support {

/// Golden numbers of a learned optimizer: see tests/golden/make_learned.py.
class learned_golden {
 public:
  explicit learned_golden(std::string const& name)
      : file_(halo::io::load_safetensors(golden("learned/" + name + ".safetensors"))) {}

  [[nodiscard]] bool has(std::string const& path) const { return file_.find(path) != nullptr; }
  [[nodiscard]] std::vector<double> operator[](std::string const& path) const {
    auto const values = file_.at(path).as<double>();
    return {values.begin(), values.end()};
  }
  [[nodiscard]] double number(std::string const& path) const { return (*this)[path].at(0); }

  /// All weights of a program, whose tensors have other names in the file.
  template <class Program, class T>
  [[nodiscard]] std::vector<T> weights(
      std::string const& prefix,
      std::span<std::pair<char const*, char const*> const> names_in_file) const {
    std::vector<T> all(Program::table.size);
    for (auto const& info : Program::table.entries) {
      if (info.count() == 0) continue;
      for (auto const& [name, theirs] : names_in_file) {
        if (info.name != name) continue;
        std::vector<double> const values = (*this)[prefix + theirs];
        REQUIRE(values.size() == info.count());
        for (std::size_t i = 0; i < values.size(); ++i)
          all[info.offset + i] = static_cast<T>(values[i]);
      }
    }
    return all;
  }

 private:
  halo::io::safetensors file_;
};

/// |a - b| against the larger of both, over everything: the worst, where numbers below `floor`
/// count as that large.
template <class A, class B>
double worst_error(A const& a, B const& b, double floor) {
  REQUIRE(std::size(a) == std::size(b));
  double worst = 0;
  for (std::size_t i = 0; i < std::size(b); ++i) {
    double const x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
    double const off = std::abs(x - y) / std::fmax(std::fmax(std::abs(x), std::abs(y)), floor);
    worst = off <= worst ? worst : off;  // NaN wins
  }
  return worst;
}

/// Tensors of so many elements, each of a layer given by the last digits: layer i of tensor i where
/// Shared is false, else the first two share layer 0.
template <bool Shared, std::size_t... Counts>
struct vectors_layout {
  static constexpr std::size_t tensors = sizeof...(Counts);
  static constexpr std::size_t layers = Shared ? tensors - 1 : tensors;
  static constexpr std::size_t size = (Counts + ...);
  static constexpr std::array<halo::parameter_info, tensors> table = [] {
    std::array<halo::parameter_info, tensors> t{};
    std::size_t at = 0, i = 0;
    for (std::size_t const n : {Counts...}) {
      t[i] = {.text = {'t', static_cast<char>('0' + i)},
              .extents = {n, 1, 0, 0},
              .rank = 2,
              .offset = at,
              .count = n,
              .layer = Shared && i > 0 ? i - 1 : i};
      at += n;
      ++i;
    }
    return t;
  }();
};

}  // namespace support
