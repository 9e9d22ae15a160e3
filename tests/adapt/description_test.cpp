// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/description.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/gated.hpp>

using namespace halo;

namespace {

template <class V>
std::vector<std::string> names_of(V& value) {
  std::vector<std::string> names;
  walk(value, [&]<class T>(field_path const& path, recorded_field<T> const& field) {
    std::string text;
    path.each([&](std::string_view name) { (text += text.empty() ? "" : ".") += name; });
    if constexpr (recorded_field<T>::is_text)
      text.append(" ").append(field.values.begin(), field.values.end());
    names.push_back(text);
  });
  return names;
}

}  // namespace

TEST_CASE("description: a device tells of its parts, each field once") {
  using network = nn::sequential<nn::linear<2, 1>>;
  adapt::adapter<network, nn::mean_square, optim::adam, 1, optim::gated<>> const device;
  auto const names = names_of(device);
  auto const has = [&](std::string_view name) {
    return std::count(names.begin(), names.end(), name) == 1;
  };
  for (char const* name : {"loss.name mean square", "optimizer.name adam", "0.weight", "0.bias",
                           "optimizer.m", "optimizer.v", "run.iterations", "run.seed"}) {
    CAPTURE(name);
    CHECK(has(name));
  }
  for (auto const& name : names) {
    CAPTURE(name);
    CHECK(has(name));
  }
}
