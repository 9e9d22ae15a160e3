// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/pytorch.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/adapt/predictor.hpp>
#include <halo/nn.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"
#include "../support/golden.hpp"

namespace io_pytorch_test {

using namespace halo;
using support::golden;

namespace {

using mlp =
    nn::sequential<nn::linear<5, 7>, nn::relu, nn::linear<7, 7>, nn::tanh, nn::linear<7, 3>>;
using pair = nn::linear<2, 2>;
using deep = nn::sequential<pair, pair, pair, pair, pair, pair, pair, pair, pair, pair, pair, pair>;
using grouped = nn::conv2d<6, nn::window{1, 3}, 1, nn::padding::same, 2, 1, false>;
using cnn =
    nn::sequential<shape<6, 4, 2>, nn::conv2d<4, 3>, nn::relu, nn::max_pool<2>, grouped, nn::tanh,
                   nn::flatten, nn::dropout<>, nn::linear<36, 5>, nn::relu, nn::linear<5, 3>>;
using sequence = nn::sequential<shape<9, 2>, nn::conv1d<4, 3, 1, nn::padding::valid>, nn::relu,
                                nn::flatten, nn::linear<28, 3>>;
using norms =
    nn::sequential<shape<5, 4, 3>, nn::conv2d<4, 3>, nn::batch_norm, nn::relu, nn::group_norm<2>,
                   nn::layer_norm, nn::flatten, nn::batch_norm, nn::layer_norm, nn::linear<80, 3>>;
using lstm = nn::sequential<shape<6, 3>, nn::conv1d<4, 3>, nn::lstm<5, nn::states::all>,
                            nn::flatten, nn::linear<30, 3>>;
using gru = nn::sequential<shape<6, 3>, nn::gru<4, nn::states::all>, nn::gru<5>, nn::linear<5, 3>>;
using named =
    nn::sequential<nn::linear<4, 4>, nn::tanh, nn::linear<4, 4>, nn::tanh, nn::linear<4, 4>>;
template <nn::window Kernel>
using plain = nn::conv2d<4, Kernel, 1, nn::padding::same, 1, 1, false>;
using block = nn::sequential<shape<5, 4, 3>,
                             nn::residual<nn::projection<plain<1>>, plain<3>, nn::batch_norm,
                                          nn::relu, plain<3>, nn::batch_norm>,
                             nn::flatten, nn::linear<80, 2>>;

/// How far a network with the numbers of a file is from what PyTorch answered.
template <class Network>
double distance(std::string const& name, std::span<std::string_view const> names = {}) {
  auto const answers = io::load_safetensors(golden("pytorch/answers.safetensors"));
  auto const x = answers.at(name + ".x").as<float>(), y = answers.at(name + ".y").as<float>();
  auto const values = io::load_pytorch<Network>(golden("pytorch/" + name + ".safetensors"), names);
  adapt::predictor<Network> const p(values.span());
  std::vector<float> found(y.size());
  REQUIRE(x.size() == 3 * Network::inputs);
  REQUIRE(y.size() == 3 * Network::outputs);
  p.predict(x, std::span<float>(found));
  double most = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    double const here = std::abs(static_cast<double>(found[i]) - static_cast<double>(y[i]));
    most = here <= most ? most : here;  // NaN is worst
  }
  return most;
}

template <class Network>
std::string message(std::string const& path, std::span<std::string_view const> names = {}) {
  return support::message_of<error>(
      [&] { static_cast<void>(io::load_pytorch<Network>(path, names)); });
}

}  // namespace

TEST_CASE("pytorch: linear layers, square ones too, of every type of numbers") {
  CHECK(distance<mlp>("mlp") < 1e-5);
  CHECK(distance<mlp>("double") < 1e-5);
  CHECK(distance<mlp>("half") < 1e-5);
  CHECK(distance<mlp>("bfloat") < 1e-5);
  CHECK(distance<deep>("deep") < 1e-4);  // "10" behind "2"
}

TEST_CASE("pytorch: convolutions, and a linear layer behind a flattened image") {
  CHECK(distance<cnn>("cnn") < 1e-5);
  CHECK(distance<sequence>("sequence") < 1e-5);
}

TEST_CASE("pytorch: norms of channels, of images and of flattened ones, with their statistics") {
  CHECK(distance<norms>("norms") < 1e-5);
}

TEST_CASE("pytorch: recurrent layers, whose states have the channels last there too") {
  CHECK(distance<lstm>("lstm") < 1e-5);
  CHECK(distance<gru>("gru") < 1e-5);
}

TEST_CASE("pytorch: a list of names where they do not tell the order") {
  std::string const file = golden("pytorch/named.safetensors");
  CHECK(message<named>(file) ==
        "load_pytorch: " + file +
            ": tensors 'answer.weight' and 'body.weight': expected numbers in their names that say "
            "which is first, or a list of names, found two layers of the same shapes");
  std::array<std::string_view, 6> const order{"hidden.weight", "hidden.bias",   "body.weight",
                                              "body.bias",     "answer.weight", "answer.bias"};
  CHECK(distance<named>("named", order) < 1e-5);

  std::array<std::string_view, 15> const all{"short.weight",
                                             "conv1.weight",
                                             "bn1.weight",
                                             "bn1.bias",
                                             "bn1.running_mean",
                                             "bn1.running_var",
                                             "bn1.num_batches_tracked",
                                             "conv2.weight",
                                             "bn2.weight",
                                             "bn2.bias",
                                             "bn2.running_mean",
                                             "bn2.running_var",
                                             "bn2.num_batches_tracked",
                                             "out.weight",
                                             "out.bias"};
  CHECK(distance<block>("block", all) < 1e-5);
  CHECK(distance<block>("block") < 1e-5);  // here shapes and numbers do
}

TEST_CASE("pytorch: what does not fit is refused") {
  std::string const file = golden("pytorch/mlp.safetensors"),
                    begin = "load_pytorch: " + file + ": ";
  using shorter = nn::sequential<nn::linear<5, 7>, nn::relu, nn::linear<7, 7>>;
  using longer = nn::sequential<nn::linear<5, 7>, nn::relu, nn::linear<7, 7>, nn::linear<7, 3>,
                                nn::linear<3, 3>>;
  using wider = nn::sequential<nn::linear<5, 7>, nn::relu, nn::linear<7, 7>, nn::linear<7, 4>>;
  CHECK(message<shorter>(file) == begin + "expected 4 tensors for this network, found 6");
  CHECK(message<longer>(file) == begin + "expected 8 tensors for this network, found 6");
  CHECK(message<wider>(file) == begin +
                                    "tensor '4.weight': expected [4, 7], as 3.weight needs it "
                                    "here (a list of names says another order), found [3, 7]");
  CHECK(message<mlp>(golden("pytorch/answers.safetensors")).find("expected 6 tensors") !=
        std::string::npos);
}

TEST_CASE("pytorch: numbers and formats that are none") {
  support::folder f;
  std::string const path = f / "state";
  std::array<float, 4> weight{1, 2, 3, 4};
  std::array<std::int32_t, 4> integers{};
  std::array<float, 2> bias{5, 6};
  auto const save = [&](auto const& w, std::vector<io::metadata_entry> metadata) {
    std::array const tensors{io::as_tensor("weight", std::span(w), {2, 2}),
                             io::as_tensor("bias", std::span(bias), {2})};
    io::save_safetensors(path, tensors, metadata);
  };
  using network = nn::sequential<nn::linear<2, 2>>;
  save(weight, {});
  auto const values = io::load_pytorch<network>(path);
  CHECK(std::ranges::equal(values.span(), std::array<float, 6>{1, 3, 2, 4, 5, 6}));
  save(weight, {{"format", "halo parameters"}});
  std::string const begin = "load_pytorch: " + path + ": ";
  CHECK(message<network>(path) ==
        begin + "format: expected 'pt', whose layers lie as PyTorch's do, found 'halo parameters'");
  save(weight, {{"format", "pt"}, {"layout", "halo"}});
  CHECK(message<network>(path).find("found \"layout\": \"halo\"") != std::string::npos);
  save(integers, {});
  CHECK(message<network>(path) ==
        begin + "tensor 'weight': expected F32, F64, F16 or BF16, found I32");
  weight[2] = std::numeric_limits<float>::quiet_NaN();
  save(weight, {});
  CHECK(message<network>(path) ==
        begin + "tensor 'weight', element 2: expected a finite number, found NaN");

  std::array<float, 2> const gain{1, 1}, variance{1, -1};
  std::array const tensors{io::as_tensor("0.weight", std::span(gain), {2}),
                           io::as_tensor("0.bias", std::span(gain), {2}),
                           io::as_tensor("0.running_mean", std::span(gain), {2}),
                           io::as_tensor("0.running_var", std::span(variance), {2})};
  io::save_safetensors(path, tensors);
  CHECK(message<nn::sequential<shape<2>, nn::batch_norm>>(path) ==
        begin + "0.variance: expected variances of at least 0, found a negative one");
}

}  // namespace io_pytorch_test
