// SPDX-License-Identifier: BSD-3-Clause
#include <halo/io/save_pytorch.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/io/file.hpp>
#include <halo/nn.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"
#include "../support/golden.hpp"
#include "../support/pytorch_networks.hpp"

namespace io_save_pytorch_test {

using namespace halo;
using namespace support::pytorch;
using support::golden;

namespace {

std::string bytes_of(std::string const& path) {
  auto const bytes = io::read_file(path);
  return std::string(io::as_text(bytes.span()));
}

/// Parameters and statistics of a network.
template <class Network>
struct values {
  aligned_buffer<float> all;
  [[nodiscard]] std::span<float> parameters() { return all.span().first(Network::parameters); }
  [[nodiscard]] std::span<float> statistics() { return all.span().subspan(Network::parameters); }
};

/// An unchanged network gives the file that it came from; one whose every number changed gives the
/// same bits when it is read, with the file's names and without.
template <class Network>
void check_there_and_back(std::string const& name, std::span<std::string_view const> order = {}) {
  CAPTURE(name);
  support::folder f;
  std::string const file = golden("pytorch/" + name + ".safetensors"), to = f / "saved";
  values<Network> v{io::load_pytorch<Network>(file, order)};
  io::save_pytorch<Network>(to, v.parameters(), v.statistics(), file, order);
  CHECK(bytes_of(to) == bytes_of(file));
  for (std::size_t i = 0; i < v.all.size(); ++i) v.all[i] += 0.125F * static_cast<float>(i + 1);
  io::save_pytorch<Network>(to, v.parameters(), v.statistics(), file, order);
  CHECK(std::ranges::equal(io::load_pytorch<Network>(to, order).span(), v.all.span()));
  io::save_pytorch<Network>(to, v.parameters(), v.statistics());
  CHECK(std::ranges::equal(io::load_pytorch<Network>(to).span(), v.all.span()));
}

}  // namespace

TEST_CASE("save_pytorch: there and back, bit for bit") {
  check_there_and_back<mlp>("mlp");
  check_there_and_back<mlp>("double");
  check_there_and_back<mlp>("half");
  check_there_and_back<mlp>("bfloat");
  check_there_and_back<cnn>("cnn");
  check_there_and_back<norms>("norms");
  check_there_and_back<lstm>("lstm");
  check_there_and_back<gru>("gru");
  check_there_and_back<bare>("bare");
  check_there_and_back<bare_lstm>("bare_lstm");
  std::array<std::string_view, 3> const order{"hidden", "body", "answer"};
  check_there_and_back<words>("named", order);
}

TEST_CASE("save_pytorch: torchvision's names, and the tensors that no layer needs") {
  support::folder f;
  std::string const file = golden("pytorch/resnet.safetensors"), to = f / "saved";
  auto const& order = zoo::torchvision_resnet_words;
  values<resnet> v{io::load_pytorch<resnet>(file, order)};
  io::save_pytorch<resnet>(to, v.parameters(), v.statistics(), file, order);
  CHECK(bytes_of(to) == bytes_of(file));
  v.parameters().back() += 1;
  io::save_pytorch<resnet>(to, v.parameters(), v.statistics(), file, order);
  auto const before = io::load_safetensors(file), after = io::load_safetensors(to);
  REQUIRE(after.tensors().size() == before.tensors().size());
  CHECK(after.find("layer2.0.downsample.1.num_batches_tracked") != nullptr);
  std::string changed;
  for (io::tensor_view const& t : after.tensors())
    if (!std::ranges::equal(t.bytes, before.at(t.name).bytes)) changed += std::string(t.name) + ' ';
  CHECK(changed == "fc.bias ");
}

TEST_CASE("save_pytorch: the names of an nn.Sequential, and PyTorch's layouts") {
  support::folder f;
  std::string const to = f / "saved";
  using network = nn::sequential<nn::linear<2, 3>, nn::relu, nn::linear<3, 1>>;
  std::vector<float> v{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13};
  io::save_pytorch<network>(to, v);
  auto const file = io::load_safetensors(to);
  CHECK(file.metadata("format") == "pt");
  auto const first = file.at("0.weight").as<float>();
  CHECK(file.at("0.weight").shape == io::extents{3, 2});
  CHECK(std::ranges::equal(first, std::array<float, 6>{1, 4, 2, 5, 3, 6}));
  CHECK(std::ranges::equal(file.at("2.weight").as<float>(), std::array<float, 3>{10, 11, 12}));
  CHECK(file.tensors().size() == 4);

  // a file under the names of an npz; it may be the one that is replaced
  io::save_pytorch<network>(to, v, {}, to);
  CHECK(std::ranges::equal(io::load_pytorch<network>(to).span(), v));
  values<cnn> c{io::load_pytorch<cnn>(golden("pytorch/cnn.npz"))};
  io::save_pytorch<cnn>(to, c.parameters(), {}, golden("pytorch/cnn.npz"));
  CHECK(std::ranges::equal(io::load_pytorch<cnn>(to).span(), c.all.span()));
}

TEST_CASE("save_pytorch: a layer that got a bias has one, a number that is none is refused") {
  support::folder f;
  std::string const file = golden("pytorch/bare_lstm.safetensors"), to = f / "saved";
  values<bare_lstm> v{io::load_pytorch<bare_lstm>(file)};
  std::size_t const bias = bare_lstm::layout::table[2].offset;
  v.all[bias] = 0.5F;
  io::save_pytorch<bare_lstm>(to, v.parameters(), {}, file);
  auto const saved = io::load_safetensors(to);
  std::string names;
  for (io::tensor_view const& t : saved.tensors()) names += std::string(t.name) + ' ';
  CHECK(names ==
        "1.layer.bias_hh_l0 1.layer.bias_ih_l0 1.layer.weight_hh_l0 1.layer.weight_ih_l0 2.bias "
        "2.weight ");
  CHECK(saved.at("1.layer.bias_ih_l0").as<float>()[0] == 0.5F);
  CHECK(std::ranges::count(saved.at("1.layer.bias_hh_l0").as<float>(), 0.0F) == 20);

  v.all[1] = std::numeric_limits<float>::quiet_NaN();
  CHECK(
      support::message_of<error>([&] { io::save_pytorch<bare_lstm>(to, v.parameters()); }) ==
      "save_pytorch: tensor '0.weight_ih_l0', element 3: expected a finite number, found another");
  CHECK(support::message_of<error>([&] {
          io::save_pytorch<bare_lstm>(to, v.parameters(), {}, golden("pytorch/mlp.safetensors"));
        }).starts_with("load_pytorch: "));
}

namespace {

template <class L>
using in_batch = nn::quantised<L, nn::quantisation{.input_ranges = nn::ranges::batch}>;

/// The file of one network is that of the other, and either reads it.
template <class One, class Other>
void check_same_file() {
  support::folder f;
  std::vector<float> p(One::parameters);
  for (std::size_t i = 0; i < p.size(); ++i) p[i] = static_cast<float>(i + 1);
  io::save_pytorch<One>(f / "one", p);
  io::save_pytorch<Other>(f / "other", p);
  CHECK(bytes_of(f / "one") == bytes_of(f / "other"));
  CHECK(std::ranges::equal(io::load_pytorch<One>(f / "one").span(), p));
}

}  // namespace

TEST_CASE("save_pytorch: a quantised layer is the one that it goes around") {
  using nn::sequential, nn::linear, nn::conv1d, nn::flatten;
  using sequence = shape<5, 3>;
  check_same_file<sequential<sequence, in_batch<nn::lstm<4>>, linear<4, 2>>,
                  sequential<sequence, nn::lstm<4>, linear<4, 2>>>();
  check_same_file<sequential<sequence, in_batch<nn::gru<4>>, linear<4, 2>>,
                  sequential<sequence, nn::gru<4>, linear<4, 2>>>();
  using first = nn::lstm<4, nn::states::all>;  // channels last, until the convolution
  check_same_file<sequential<sequence, first, in_batch<conv1d<4, 3>>, flatten, linear<20, 2>>,
                  sequential<sequence, first, conv1d<4, 3>, flatten, linear<20, 2>>>();
}

}  // namespace io_save_pytorch_test
