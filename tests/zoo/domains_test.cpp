// SPDX-License-Identifier: BSD-3-Clause
#include <halo/zoo/domains.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <halo/data/har.hpp>
#include <halo/data/mnist.hpp>

#include "../support/data.hpp"

namespace zoo_domains_test {

using namespace halo;

namespace {

// Both together are all labels from `first` on, each once.
template <std::size_t Classes>
bool divides(zoo::domains<Classes> const& d, std::int32_t first) {
  std::vector<std::int32_t> all(d.a.begin(), d.a.end());
  all.insert(all.end(), d.b.begin(), d.b.end());
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i] != first + static_cast<std::int32_t>(i)) return false;
  return true;
}

}  // namespace

TEST_CASE("domains: both have all classes between them, in ascending order") {
  CHECK(divides(zoo::mnist_domains, 0));
  CHECK(divides(zoo::cifar_domains, 0));
  CHECK(divides(zoo::cifar_domains_authors, 0));
  CHECK(divides(zoo::har_domains, 1));
  CHECK(divides(zoo::gas_domains, 1));
  CHECK(divides(zoo::gas_domains_authors, 1));
  CHECK(zoo::cifar_domains_authors.a == zoo::cifar_domains.b);
  CHECK(std::is_sorted(zoo::har_domains.a.begin(), zoo::har_domains.a.end()));
}

TEST_CASE("domains: labels become ranks inside the domain") {
  data::dataset d = data::make_dataset(10, 1, 10);
  for (std::size_t i = 0; i < 10; ++i) {
    d.x(i, 0) = static_cast<float>(i);
    d.y(i) = static_cast<std::int32_t>(9 - i);
  }
  data::dataset const a = data::select_classes(d, zoo::mnist_domains.a);
  CHECK(a.classes == 5);
  REQUIRE(a.rows() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(a.x(i, 0) == static_cast<float>(2 * i));  // 9 - 2 i is odd
    CHECK(a.y(i) == static_cast<std::int32_t>(4 - i));
  }
}

TEST_CASE("domains: patients of one sex, their assays as logarithms") {
  float const missing = std::numeric_limits<float>::quiet_NaN();
  data::thyroid t;
  t.samples = data::make_dataset(4, 26, 4);
  t.sex = {0, 1, -1, 0};
  for (std::size_t i = 0; i < 4; ++i) {
    t.samples.y(i) = static_cast<std::int32_t>(i);
    for (std::size_t k = 0; k < 26; ++k) t.samples.x(i, k) = static_cast<float>(i + k);
  }
  t.samples.x(3, 0) = 455;
  t.samples.x(3, 17) = missing;
  data::dataset const women = zoo::patients(t, zoo::thyroid_domain_a);
  REQUIRE(women.rows() == 2);
  CHECK(women.classes == 4);
  CHECK(women.y(1) == 3);
  CHECK(women.x(0, 0) == 0);
  CHECK(women.x(1, 0) == 45);
  CHECK(std::isnan(women.x(1, 17)));
  for (std::size_t k = 1; k < 26; ++k) {
    CAPTURE(k);
    bool const assay = k == 17 || k == 19 || k == 21 || k == 23 || k == 25;
    CHECK(women.x(0, k) == (assay ? std::log1p(static_cast<float>(k)) : static_cast<float>(k)));
  }
  CHECK(zoo::patients(t, zoo::thyroid_domain_b).y(0) == 1);
}

TEST_CASE("domains: of the real files, as many rows as the paper's") {
  std::string const folder = support::data_folder();
  if (folder.empty()) return;
  data::dataset const digits = data::load_mnist(folder + "/mnist", "test");
  CHECK(data::select_classes(digits, zoo::mnist_domains.b).rows() == 4926);
  CHECK(data::select_classes(digits, zoo::mnist_domains.a).rows() == 5074);
  if (!io::exists(folder + "/UCI HAR Dataset")) {
    MESSAGE("skipped: HALO_DATA has no folder UCI HAR Dataset");
    return;
  }
  data::dataset const windows = data::load_har(folder + "/UCI HAR Dataset", "test").samples;
  CHECK(data::select_classes(windows, zoo::har_domains.b).rows() == 1448);
  CHECK(data::select_classes(windows, zoo::har_domains.a).rows() == 1499);
}

}  // namespace zoo_domains_test
