// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/io/file.hpp>
#include <halo/io/memory.hpp>
#include <halo/io/npz.hpp>
#include <halo/io/quoted.hpp>
#include <halo/io/safetensors_parser.hpp>
#include <halo/io/tensor_view.hpp>

namespace halo::io::detail {

/// Named tensors, the elements of which are read a piece at a time.
class tensor_source {
 public:
  tensor_source() = default;
  tensor_source(tensor_source const&) = delete;
  tensor_source& operator=(tensor_source const&) = delete;
  virtual ~tensor_source() = default;

  /// For messages: its path.
  [[nodiscard]] virtual std::string const& name() const noexcept = 0;
  /// Names, types and shapes, sorted by name; their bytes may be missing.
  [[nodiscard]] virtual std::span<tensor_view const> tensors() const noexcept = 0;
  /// Fills `to` with bytes of one of these tensors, from number `at` of them on.
  virtual void read(tensor_view const& of, std::size_t at, std::span<std::byte> to) = 0;
};

/// Refuses files whose layers do not lie as PyTorch's do.
inline void expect_pytorch(safetensors const& file) {
  auto const format = file.metadata("format");
  if ((!format || format == "pt") && file.metadata("layout") != "halo") return;
  fail("load_pytorch", file.name() + ": format", "'pt', whose layers lie as PyTorch's do",
       format && format != "pt" ? quoted(*format) : "\"layout\": \"halo\"");
}

/// A safetensors file on the disk: its header is in memory, its data is not.
class safetensors_source : public tensor_source {
 public:
  /// halo::error as load_safetensors and expect_pytorch.
  explicit safetensors_source(std::string const& path) : file_(path), parser_(path) {
    std::array<std::byte, 8> first{};
    file_.read(std::span(first).first(std::min(first.size(), file_.size())));
    auto header = make_buffer("safetensors", path, parser_.length(first, file_.size(), {}));
    file_.read(header.span());
    data_ = file_.size() - file_.left();
    expect_pytorch(parser_.read_header(std::move(header), file_.left()));
  }
  [[nodiscard]] std::string const& name() const noexcept override { return file_.path(); }
  [[nodiscard]] std::span<tensor_view const> tensors() const noexcept override {
    return parser_.described().tensors();
  }
  void read(tensor_view const& of, std::size_t at, std::span<std::byte> to) override {
    file_.seek(data_ + parser_.begin_of(static_cast<std::size_t>(&of - tensors().data())) + at);
    file_.read(to);
    little_endian(to, size_of(of.type));
  }

 private:
  input_file file_;
  safetensors_parser parser_;
  std::size_t data_ = 0;  ///< where it begins in the file
};

/// Tensors of a file that is in memory.
template <class File>
class memory_source : public tensor_source {
 public:
  explicit memory_source(File file) : file_(std::move(file)) {}
  [[nodiscard]] File const& file() const noexcept { return file_; }
  [[nodiscard]] std::string const& name() const noexcept override { return file_.name(); }
  [[nodiscard]] std::span<tensor_view const> tensors() const noexcept override {
    return file_.tensors();
  }
  void read(tensor_view const& of, std::size_t at, std::span<std::byte> to) override {
    auto const from = of.bytes.subspan(at, to.size());
    std::copy(from.begin(), from.end(), to.begin());
  }

 private:
  File file_;
};

}  // namespace halo::io::detail

#include <halo/macros_back.hpp>
