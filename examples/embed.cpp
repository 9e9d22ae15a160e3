// SPDX-License-Identifier: BSD-3-Clause
// halo-embed: makes a C++ header of a network's weights, to be compiled into a program and read
// from flash (adapt::flash_predictor).
//
//     halo-embed gas.safetensors > gas.hpp
//
// The file is one that halo wrote (adapt::save, adapt::save_parameters) or halo-import, or another
// one that says "layout": "halo". With --int8 weights are bytes, of which adapt::unpack makes
// floats, all at once, and adapt::bytes_predictor layer by layer. Of a network that multiplies
// bytes a program writes the header (adapt::flash_header), since only the network's type says which
// layers do.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <halo/adapt/flash_bytes_header.hpp>
#include <halo/adapt/flash_header.hpp>
#include <halo/io.hpp>

#include "support/arguments.hpp"

using namespace halo;

namespace {

// In the order in which a layer has them, those of its statistics behind the others.
constexpr std::array<std::string_view, 5> parameters = {"weight", "recurrent", "gain", "bias",
                                                        "inner_bias"};
constexpr std::array<std::string_view, 4> statistics = {"mean", "variance", "low", "high"};

/// A tensor of the file, and what says where it lies in halo's order: positions, then its kind.
struct placed {
  io::tensor_view tensor;
  std::vector<std::size_t> position;
  std::size_t kind = 0;
};

/// Takes a name apart: "3.1.weight"; false for one that is no tensor of a layer ("optimizer.m").
bool find_place(placed& p, std::string const& file) {
  std::string_view rest = p.tensor.name;
  while (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') {
    std::size_t const point = std::min(rest.find('.'), rest.size());
    std::size_t number = 0;
    char const* const end = rest.data() + point;
    if (std::from_chars(rest.data(), end, number).ptr != end || point > 9) return false;
    p.position.push_back(number);
    rest.remove_prefix(std::min(point + 1, rest.size()));
  }
  if (p.position.empty()) return false;
  auto const find = [&](auto const& names, std::size_t first) {
    auto const at = std::find(names.begin(), names.end(), rest);
    if (at == names.end()) return false;
    p.kind = first + static_cast<std::size_t>(at - names.begin());
    return true;
  };
  if (!find(parameters, 0) && !find(statistics, parameters.size()))
    fail("embed", file + ": tensor " + io::quoted(p.tensor.name),
         "a name that ends in weight, recurrent, gain, bias, inner_bias, mean, variance, low or "
         "high (others: adapt::flash_header, which knows the network's type)",
         io::quoted(rest));
  if (p.tensor.type != io::dtype::f32 || p.tensor.shape.rank() > parameter_info::max_rank)
    fail("embed", file + ": tensor " + io::quoted(p.tensor.name), "F32 of at most 4 axes",
         std::string(io::name_of(p.tensor.type)) + ' ' + to_string(p.tensor.shape));
  return true;
}

/// The tensors of layers, in halo's order.
std::vector<placed> layers_of(io::safetensors const& file) {
  auto const sum = file.metadata(io::checksum_key);
  if (sum ? *sum != io::checksum(file) : file.metadata("layout") != "halo")
    fail("embed", file.name(),
         sum ? "the checksum of its bytes"
             : "a file of halo's, or \"layout\": \"halo\" in the "
               "metadata",
         sum ? "another one" : "none");
  std::vector<placed> all;
  for (io::tensor_view const& t : file.tensors()) {
    placed p{t, {}, 0};
    if (find_place(p, file.name())) all.push_back(p);
  }
  if (all.empty()) fail("embed", file.name(), "tensors of layers (\"0.weight\")", "none");
  std::sort(all.begin(), all.end(), [](placed const& a, placed const& b) {
    return a.position != b.position ? a.position < b.position : a.kind < b.kind;
  });
  return all;
}

/// Numbers of one buffer, with what holds them.
struct numbers {
  std::vector<float> values;
  std::vector<adapt::flash_tensor> tensors;
  void add(io::tensor_view const& t) {
    auto const more = t.as<float>();
    values.insert(values.end(), more.begin(), more.end());
    adapt::flash_tensor shape{t.name, {}};
    for (std::size_t i = 0; i < t.shape.rank(); ++i) shape.extents[i] = t.shape[i];
    tensors.push_back(shape);
  }
  [[nodiscard]] adapt::flash_numbers view() const { return {tensors, values}; }
};

}  // namespace

int main(int argc, char** argv) try {
  constexpr char const* usage =
      "halo-embed FILE [--name NAME] [--int8] > HEADER\n\n"
      "FILE    weights: safetensors in halo's layout\n"
      "NAME    of the type in the header; without it the file's\n"
      "--int8  weights as bytes, a scale for each output\n";
  bool const has_path = argc > 1 && argv[1][0] != '-';
  std::string name;
  bool bytes = false;
  for (support::arguments a(argc - has_path, argv + has_path, usage); a.next();) {
    if (a.is("--name"))
      name = a.value();
    else if (a.is("--int8"))
      bytes = true;
    else
      a.refuse();
  }
  if (!has_path) {
    std::fputs(usage, stderr);
    return 2;
  }
  std::string const path = argv[1];
  auto const file = io::load_safetensors(path);
  numbers learned, running;
  for (placed const& p : layers_of(file))
    (p.kind < parameters.size() ? learned : running).add(p.tensor);
  std::filesystem::path const where(path);
  if (name.empty()) name = where.stem().string();
  std::string const note = "Made by halo-embed of " + where.filename().string() + ".";
  std::string const text =
      bytes ? adapt::flash_bytes_header(name, note, learned.view(), running.view())
            : adapt::flash_header(name, note, learned.view(), running.view());
  std::fwrite(text.data(), 1, text.size(), stdout);
  return std::fflush(stdout) == 0 ? 0 : 1;
} catch (halo::error const& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
