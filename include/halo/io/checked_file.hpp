// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>

#include <halo/core/error.hpp>
#include <halo/io/quoted.hpp>
#include <halo/io/safetensors_file.hpp>
#include <halo/io/tensor_view.hpp>

namespace halo::io {

/// Compares a file with what it should hold, before anything is copied; every complaint names the
/// file.
class checked_file {
 public:
  /// @param what  who complains
  checked_file(std::string_view what, safetensors const& file) noexcept
      : what_(what), file_(&file) {}

  [[nodiscard]] safetensors const& file() const noexcept { return *file_; }

  [[noreturn]] void refuse(std::string_view where, std::string_view expected,
                           std::string_view found) const {
    fail(what_, file_->name() + ": " + std::string(where), expected, found);
  }

  void expect_metadata(std::string_view key, std::string_view expected) const {
    auto const found = file_->metadata(key);
    if (found != expected) {
      refuse(std::string(key), expected, found ? quoted(*found, 256) : "none");
    }
  }

  /// A tensor of this type and shape, all finite; how messages name it is `name`.
  [[nodiscard]] tensor_view const& at(std::string_view name, dtype type,
                                      extents const& shape) const {
    std::string const where = "tensor " + quoted(name);
    std::string const expected = std::string(name_of(type)) + ' ' + to_string(shape);
    tensor_view const* const t = file_->find(name);
    if (t == nullptr) refuse(where, expected, "none of that name");
    if (t->type != type || !(t->shape == shape)) {
      refuse(where, expected, std::string(name_of(t->type)) + ' ' + to_string(t->shape));
    }
    if (!t->finite()) refuse(where, "finite numbers", "NaN or infinity");
    return *t;
  }

  /// No tensor but those that `known` says yes to.
  template <class Known>
  void expect_no_others(Known&& known) const {
    for (tensor_view const& t : file_->tensors()) {
      if (!known(t.name))
        refuse("tensor " + quoted(t.name), "no tensor of that name", to_string(t.shape));
    }
  }

 private:
  std::string_view what_;
  safetensors const* file_;
};

}  // namespace halo::io
