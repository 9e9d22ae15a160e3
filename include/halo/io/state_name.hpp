// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <iterator>
#include <span>
#include <string_view>

#include <halo/io/tensor_view.hpp>

// Names of tensors in a state_dict of PyTorch: "layer1.0.conv2.weight".

namespace halo::io::detail {

[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// A tensor that a layer of a network needs.
struct wanted_tensor {
  extents shape;          ///< PyTorch's
  std::size_t rank = 0;   ///< of its name, as state_name::rank
  bool optional = false;  ///< a bias or gain, which a module may lack
};

/// The parts of a tensor's name: "rnn.weight_ih_l1" is tensor 0 of layer "1" in module "rnn".
struct state_name {
  static constexpr std::size_t unknown = 6;
  std::string_view module, leaf, layer;
  std::size_t rank = unknown;  ///< in the order in which PyTorch registers tensors

  explicit constexpr state_name(std::string_view name) noexcept {
    std::size_t const dot = name.rfind('.');
    module = dot == std::string_view::npos ? std::string_view{} : name.substr(0, dot);
    leaf = dot == std::string_view::npos ? name : name.substr(dot + 1);
    std::string_view plain = leaf;
    if (std::size_t const at = leaf.rfind("_l"); at != std::string_view::npos) {
      std::string_view const behind = leaf.substr(at + 2);
      if (!behind.empty() && is_digit(behind[0])) layer = behind, plain = leaf.substr(0, at);
    }
    constexpr std::string_view known[] = {"weight",  "weight_ih", "weight_hh",    "bias",
                                          "bias_ih", "bias_hh",   "running_mean", "running_var"};
    constexpr std::size_t ranks[] = {0, 0, 1, 2, 2, 3, 4, 5};
    for (std::size_t i = 0; i < std::size(known); ++i)
      if (plain == known[i]) rank = ranks[i];
  }
  [[nodiscard]] bool same_layer(state_name const& other) const noexcept {
    return module == other.module && layer == other.layer;
  }
};

/// How two names compare, and whether a number decided it.
struct natural_order {
  std::strong_ordering order;
  bool by_number;
};

/// Compares texts, numbers in them by value.
[[nodiscard]] inline natural_order compare_texts(std::string_view a, std::string_view b) noexcept {
  auto const number = [](std::string_view& text) {
    std::size_t n = 0;
    while (n < text.size() && is_digit(text[n])) ++n;
    std::string_view digits = text.substr(0, n);
    text.remove_prefix(n);
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    return digits;
  };
  std::string_view const all_a = a, all_b = b;
  while (!a.empty() && !b.empty()) {
    if (is_digit(a[0]) && is_digit(b[0])) {
      std::string_view const x = number(a), y = number(b);
      if (x.size() != y.size()) return {x.size() <=> y.size(), true};
      if (x != y) return {x.compare(y) <=> 0, true};
    } else if (a[0] != b[0]) {
      return {static_cast<unsigned char>(a[0]) <=> static_cast<unsigned char>(b[0]), false};
    } else {
      a.remove_prefix(1), b.remove_prefix(1);
    }
  }
  if (a.empty() && b.empty()) return {all_a.compare(all_b) <=> 0, false};
  return {a.size() <=> b.size(), false};
}

/// The order of tensors by their names, under a list of words that come one behind the other where
/// they stand beside each other.
class name_order {
 public:
  explicit name_order(std::span<std::string_view const> words = {}) noexcept : words_(words) {}

  /// Whether the list, if there is one, speaks of every word in a name.
  [[nodiscard]] bool has(std::string_view name) const noexcept {
    if (words_.empty()) return true;
    bool const known = state_name(name).rank < state_name::unknown;
    while (!name.empty()) {
      std::string_view const part = take_part(name);
      bool const leaf = name.empty() && known, number = part.find_first_not_of(digits) == npos;
      if (!leaf && !number && place(part) == words_.size()) return false;
    }
    return true;
  }

  /// Whether a word of the list is a part of a name.
  [[nodiscard]] bool is_word_of(std::string_view word, std::string_view name) const noexcept {
    while (!name.empty()) {
      std::size_t const at = place(take_part(name));
      if (at < words_.size() && words_[at] == word) return true;
    }
    return false;
  }

  /// Compares modules part by part, then the tensors of a layer as PyTorch has them.
  [[nodiscard]] natural_order compare(std::string_view a, std::string_view b) const noexcept {
    state_name const x(a), y(b);
    if (x.module != y.module) return compare_modules(x.module, y.module);
    if (x.layer != y.layer) return compare_texts(x.layer, y.layer);
    std::size_t const p = place(x.leaf), q = place(y.leaf);
    if (p != q) return {p <=> q, true};
    if (x.rank != y.rank) return {x.rank <=> y.rank, false};
    return compare_texts(x.leaf, y.leaf);
  }

 private:
  static constexpr std::size_t npos = std::string_view::npos;
  static constexpr std::string_view digits = "0123456789";

  /// The part of a name up to the next point.
  [[nodiscard]] static std::string_view take_part(std::string_view& name) noexcept {
    std::string_view const part = name.substr(0, name.find('.'));
    name.remove_prefix(std::min(name.size(), part.size() + 1));
    return part;
  }

  /// Where the list has a part, as it is or without the number at its end.
  [[nodiscard]] std::size_t place(std::string_view part) const noexcept {
    auto const find = [this](std::string_view text) {
      return static_cast<std::size_t>(std::find(words_.begin(), words_.end(), text) -
                                      words_.begin());
    };
    std::size_t const whole = find(part), last = part.find_last_not_of(digits);
    return whole < words_.size() || last == npos ? whole : find(part.substr(0, last + 1));
  }

  [[nodiscard]] natural_order compare_modules(std::string_view a,
                                              std::string_view b) const noexcept {
    if (words_.empty()) return compare_texts(a, b);
    while (!a.empty() && !b.empty()) {
      std::string_view const x = take_part(a), y = take_part(b);
      if (x == y) continue;
      std::size_t const p = place(x), q = place(y);
      return p != q ? natural_order{p <=> q, true} : compare_texts(x, y);
    }
    return {a.size() <=> b.size(), false};
  }

  std::span<std::string_view const> words_;
};

}  // namespace halo::io::detail

#include <halo/macros_back.hpp>
