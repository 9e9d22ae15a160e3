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
#include <halo/io/npz.hpp>
#include <halo/io/safetensors.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"
#include "../support/golden.hpp"
#include "../support/pytorch_networks.hpp"

namespace io_pytorch_test {

using namespace halo;
using namespace support::pytorch;
using support::golden;

namespace {

/// How far a network with the numbers of a file is from what PyTorch answered.
template <class Network>
double distance(std::string const& name, std::span<std::string_view const> names = {}) {
  auto answers = io::load_safetensors(golden("pytorch/answers.safetensors"));
  if (answers.find(name + ".x") == nullptr)
    answers = io::load_safetensors(golden("pytorch/more_answers.safetensors"));
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
  CHECK(message<words>(file) ==
        "load_pytorch: " + file +
            ": tensors 'answer.weight' and 'body.weight': expected numbers in their names that say "
            "which is first, or a list of names, found two layers of the same shapes");
  std::array<std::string_view, 3> const order{"hidden", "body", "answer"};
  CHECK(distance<words>("named", order) < 1e-5);

  std::array<std::string_view, 6> const all{"short", "conv1", "bn1", "conv2", "bn2", "out"};
  CHECK(distance<block>("block", all) < 1e-5);
  CHECK(distance<block>("block") < 1e-5);  // here shapes and numbers do
  std::array<std::string_view, 7> const wrong{"short", "conv1", "bn1",  "conv2",
                                              "bn2",   "out",   "layer"};
  std::string const file2 = golden("pytorch/block.safetensors");
  CHECK(message<block>(file2, wrong) ==
        "load_pytorch: " + file2 + ": expected tensors of the list's 'layer', found none");
}

TEST_CASE("pytorch: torchvision's ResNet-18 by seven words, strides padded as there") {
  CHECK(distance<resnet>("resnet", zoo::torchvision_resnet_words) < 1e-5);
  CHECK(support::contains(message<resnet>(golden("pytorch/resnet.safetensors")),
                          "expected numbers in their names that say which is first, or a list"));
}

TEST_CASE("pytorch: layers without bias, gain or both") {
  CHECK(distance<bare>("bare") < 1e-5);
  CHECK(distance<without_bias>("bare") < 1e-5);
  CHECK(distance<bare_lstm>("bare_lstm") < 1e-5);
}

TEST_CASE("pytorch: the same numbers from npz, a weight of it column by column") {
  auto const expected = io::load_pytorch<cnn>(golden("pytorch/cnn.safetensors"));
  auto const found = io::load_pytorch<cnn>(golden("pytorch/cnn.npz"));
  CHECK(std::ranges::equal(found.span(), expected.span()));
  std::string const packed = golden("pytorch/packed.npz");
  CHECK(message<cnn>(packed) == "npz: " + packed +
                                    ": byte 0: expected entries that are stored, as np.savez does, "
                                    "found 'x.npy', packed");
}

TEST_CASE("pytorch: from memory") {
  for (char const* name : {"pytorch/cnn.safetensors", "pytorch/cnn.npz"}) {
    auto const bytes = io::read_file(golden(name));
    CHECK(std::ranges::equal(io::parse_pytorch<cnn>(bytes.span(), "memory").span(),
                             io::load_pytorch<cnn>(golden(name)).span()));
  }
}

TEST_CASE("pytorch: what does not fit is refused") {
  std::string const file = golden("pytorch/mlp.safetensors"),
                    begin = "load_pytorch: " + file + ": ";
  using shorter = nn::sequential<nn::linear<5, 7>, nn::relu, nn::linear<7, 7>>;
  using longer = nn::sequential<nn::linear<5, 7>, nn::relu, nn::linear<7, 7>, nn::linear<7, 3>,
                                nn::linear<3, 3>>;
  using wider = nn::sequential<nn::linear<5, 7>, nn::relu, nn::linear<7, 7>, nn::linear<7, 4>>;
  std::string const six =
      "found 6 ('0.weight', '0.bias', '2.weight', '2.bias', '4.weight', '4.bias')";
  CHECK(message<shorter>(file) == begin + "expected 4 tensors for this network, " + six);
  CHECK(message<longer>(file) == begin + "expected 8 tensors for this network, " + six);
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
