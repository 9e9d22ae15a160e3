// SPDX-License-Identifier: BSD-3-Clause
// The sentences of the guide's "Ten programs" are what users read: those told while a program runs
// are provoked here, those of the compiler are the first lines of programs in rejects/.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/buffer.hpp>
#include <halo/adapt/checkpoint.hpp>
#include <halo/adapt/federated_average.hpp>
#include <halo/adapt/run.hpp>
#include <halo/adapt/safeguard.hpp>
#include <halo/data/csv.hpp>
#include <halo/io/file.hpp>
#include <halo/nn/binary_cross_entropy.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>
#include <halo/optim/sgd.hpp>

#include "../support/data.hpp"

namespace adapt_mistakes_test {

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<3, 2>>;

std::string text_of(std::string const& path) {
  auto const bytes = io::read_file(path);
  return std::string(io::as_text(bytes.span()));
}

/// A row of the table: a program, and the sentence in its last cell.
struct row_of_guide {
  std::string program, sentence;
};

std::vector<row_of_guide> promised() {
  std::string const page = text_of("docs/guide.md");
  std::size_t at = page.find("\n## Ten programs\n");
  std::size_t const end = page.find("\n## ", at + 1);
  std::vector<row_of_guide> found;
  for (std::size_t next = page.find('\n', at); at < end; at = next) {
    next = page.find('\n', at + 1);
    std::string_view row = std::string_view(page).substr(at, next - at);
    if (!row.starts_with("\n|") || !row.ends_with("` |")) continue;
    row.remove_suffix(2);
    std::size_t const name = row.find('`') + 1;
    std::string const program(row.substr(name, row.find('`', name) - name));
    row.remove_prefix(row.rfind(" | ") + 3);
    std::size_t const quotes = row.find_first_not_of('`');
    found.push_back({program, std::string(row.substr(quotes, row.size() - 2 * quotes))});
  }
  return found;
}

/// Whether a sentence of the guide is part of what was said.
void expect(std::string const& sentence, std::string const& said) {
  INFO("guide: ", sentence);
  INFO("said: ", said);
  CHECK(said.find(sentence) != std::string::npos);
}
void expect_reject(std::string const& sentence, char const* program) {
  expect(sentence, text_of(std::string("tests/rejects/") + program));
}

template <class F>
void expect_error(std::string const& sentence, F&& mistake) {
  expect(sentence, support::message_of<error>(mistake));
}

}  // namespace

TEST_CASE("mistakes: the guide's ten programs have less than sixty lines each") {
  REQUIRE(promised().size() == 10);
  for (row_of_guide const& row : promised()) {
    std::string const program = text_of("examples/" + row.program);
    CAPTURE(row.program);
    CHECK(std::count(program.begin(), program.end(), '\n') < 60);
  }
}

TEST_CASE("mistakes: the sentences of the guide's ten programs") {
  std::vector<std::string> told;
  for (row_of_guide const& row : promised()) told.push_back(row.sentence);
  REQUIRE(told.size() == 10);
  expect_reject(told[0], "flash_of_another_network.cpp");
  expect_error(told[1], [] {
    static_cast<void>(adapt::load_parameters<network>("examples/data/gas_pytorch.safetensors"));
  });
  expect_error(told[2], [] {
    static_cast<void>(adapt::load_parameters<network>("examples/data/gas.onnx"));
  });
  expect_reject(told[3], "regression_on_labels.cpp");
  adapt::adapter<network, nn::binary_cross_entropy, optim::sgd, 4> flags;
  expect_error(told[4], [&] { flags.step(std::vector<float>(6), std::vector<float>{0, 1, 2, 0}); });
  expect_error(told[5], [&] { flags.step(std::vector<float>(7), std::vector<float>(4)); });
  expect_reject(told[6], "loss_without_name.cpp");
  adapt::adapter<network, nn::cross_entropy, optim::sgd, 4> device;
  adapt::buffer<network, 8> memory;
  adapt::safeguard<network, 8> careful;
  memory.add(std::vector<float>(3), 1);
  expect_error(told[7], [&] { adapt::run(device, memory, {.iterations = 1}, careful); });
  expect_error(told[8], [] {
    adapt::federated_average<network> mean;
    mean.add(std::vector<float>(7), {}, 10);
  });
  expect_error(told[9], [] {
    data::csv_options const options{.separator = ';', .decimal = ',', .header = true};
    static_cast<void>(data::parse_csv("a;b;state\n1,5;mill;0\n", "machines.csv", options));
  });
}

}  // namespace adapt_mistakes_test
