// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/adapt/arguments.hpp>
#include <halo/adapt/flash.hpp>
#include <halo/core/bit_cast.hpp>
#include <halo/core/error.hpp>
#include <halo/io/cpp_source.hpp>

// Writes the headers of flash.hpp.

namespace halo::adapt {

/// Tensors one behind the other, and their numbers.
struct flash_numbers {
  std::vector<flash_tensor> tensors;  ///< in the network's order
  std::span<float const> values;      ///< of all of them
};

namespace detail {

inline void append_tensors(std::string& text, char const* name,
                           std::vector<flash_tensor> const& tensors) {
  text.append("  static constexpr std::array<halo::adapt::flash_tensor, ")
      .append(std::to_string(tensors.size()))
      .append("> ")
      .append(name)
      .append("{");
  if (!tensors.empty()) text += "{\n";
  for (flash_tensor const& t : tensors) {
    text.append("      {\"").append(t.name).append("\", {");
    for (std::size_t i = 0; i < t.extents.size(); ++i)
      text.append(i == 0 ? "" : ", ").append(std::to_string(t.extents[i]));
    text += "}},\n";
  }
  text += tensors.empty() ? "};\n" : "  }};\n";
}

/// Adds a constexpr array.
inline void append_array(std::string& text, char const* type, char const* name,
                         std::vector<std::string> const& items) {
  text.append("  alignas(64) static constexpr std::array<").append(type).append(", ");
  text.append(std::to_string(items.size())).append("> ").append(name).append("{");
  if (!items.empty()) text += '\n';
  io::append_lines(text, 6, items);
  text += items.empty() ? "};\n" : "  };\n";
}

/// Calls f with each tensor and its numbers.
/// @throws halo::error for a number that is not finite where none may be
template <class F>
void for_each_tensor(flash_numbers const& numbers, F&& f) {
  std::size_t at = 0;
  for (flash_tensor const& t : numbers.tensors) {
    std::size_t count = 1;
    for (std::size_t const n : t.extents) count *= n == 0 ? 1 : n;
    auto const values = numbers.values.subspan(at, count);
    for (std::size_t i = 0; i < count && !t.name.ends_with(".integers"); ++i)
      if (!std::isfinite(values[i]))
        fail("header", joined({"tensor '", t.name, "', element ", std::to_string(i)}),
             "a finite number", values[i] != values[i] ? "NaN" : "infinity");
    f(t, values);
    at += count;
  }
}

inline void append_numbers(std::string& text, char const* name, flash_numbers const& numbers) {
  std::vector<std::string> items;
  for_each_tensor(numbers, [&](flash_tensor const& t, std::span<float const> values) {
    for (float const x : values)
      items.push_back(t.name.ends_with(".integers")
                          ? "b(" + io::hexadecimal(core::bit_cast<std::uint32_t>(x)) + ")"
                          : io::literal(x));
  });
  append_array(text, "float", name, items);
}

/// What stands before a header's numbers.
[[nodiscard]] inline std::string head_of_header(std::string const& name, std::string const& note,
                                                char const* include) {
  io::expect_identifier(name);
  std::string text = "#pragma once\n\n#include <array>\n#include <cstdint>\n\n";
  text.append("#include <").append(include).append(">\n\n/// ").append(note);
  return text + "\n// clang-format off\nstruct " + name + " {\n";
}
[[nodiscard]] inline std::string end_of_header(std::uint64_t checksum) {
  return "  static constexpr std::uint64_t checksum = " + io::hexadecimal(checksum, 16) +
         ";\n};\n// clang-format on\n";
}

}  // namespace detail

/// The text of a header with numbers for a flash_predictor: a type with constexpr arrays, names and
/// shapes of the tensors, and a checksum.
///
/// @param name  of the type, an identifier
/// @param note  for its docstring: where the numbers come from
/// @throws halo::error for a name that is none, and a number that is not finite
[[nodiscard]] inline std::string flash_header(std::string const& name, std::string const& note,
                                              flash_numbers const& parameters,
                                              flash_numbers const& statistics) {
  std::string text = detail::head_of_header(name, note, "halo/adapt/flash.hpp");
  bool integers = false;
  for (flash_tensor const& t : parameters.tensors)
    integers = integers || t.name.ends_with(".integers");
  if (integers) {
    text.insert(text.find("#include <cstdint>"), "#include <bit>\n");
    text += "  static_assert(std::endian::native == std::endian::little,\n";
    text += "                \"halo: flash: bytes in the order of another processor\");\n";
    text += "  static constexpr auto b = halo::adapt::four_bytes;\n";
  }
  detail::append_tensors(text, "tensors", parameters.tensors);
  detail::append_tensors(text, "statistic_tensors", statistics.tensors);
  detail::append_numbers(text, "parameters", parameters);
  detail::append_numbers(text, "statistics", statistics);
  return text + detail::end_of_header(flash_checksum(parameters.values, statistics.values));
}

namespace detail {

template <class Layout>
[[nodiscard]] flash_numbers numbers_of(std::span<float const> values) {
  flash_numbers all{{}, values};
  for (parameter_info const& t : Layout::table) all.tensors.push_back({t.name(), t.extents});
  return all;
}

}  // namespace detail

/// The same of what an adapter or a predictor has learned. Of one on bytes (to_integers) the
/// header holds the bytes.
///
///     auto const text = adapt::flash_header("gas_weights", adapt::to_integers(device));
///     io::save_atomically("gas_weights.hpp", io::as_bytes(text));
///
/// @throws halo::error for a name that is none
template <class Device>
[[nodiscard]] std::string flash_header(std::string const& name, Device const& device) {
  using network = typename Device::network;
  auto const view = device.view(Device::preferred);
  return flash_header(name, "Numbers of a network.",
                      detail::numbers_of<typename network::layout>(view.parameters),
                      detail::numbers_of<typename network::statistics_layout>(
                          network::statistics == 0 ? std::span<float const>() : view.statistics));
}

}  // namespace halo::adapt

#include <halo/macros_back.hpp>
