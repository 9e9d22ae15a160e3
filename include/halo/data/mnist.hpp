// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>

#include <halo/core/error.hpp>
#include <halo/data/dataset.hpp>
#include <halo/data/idx.hpp>
#include <halo/io/file.hpp>

// MNIST: 70,000 handwritten digits, 28 by 28 pixels. [LeCun, Cortes & Burges 1998]

namespace halo::data {

/// Reads the part "train" (60,000 digits) or "test" (10,000; the files called t10k) of a folder:
/// x [rows, 28 · 28] from 0 to 1, line by line, y the digit.
///
/// Each file is there as published, packed (...-ubyte.gz), or unpacked, which is preferred; mirrors
/// that write train-images.idx3-ubyte are fine. `read`
/// makes the bytes of a path, at most so many: io::read_unpacked of io/gzip.hpp, which needs zlib,
/// reads both.
/// halo::error as parse_idx_dataset and `read`, and for images of another size.
template <class Read>
[[nodiscard]] dataset load_mnist(std::string const& folder, std::string const& part, Read&& read) {
  if (part != "train" && part != "test") fail("mnist", "part", "train or test", part);
  auto const path_of = [&](std::string const& what, char const* kind) {
    std::string const front = folder + (part == "train" ? "/train-" : "/t10k-") + what;
    for (char const* const end : {"", ".gz"})
      for (char const* const joint : {"-", "."})
        if (io::exists(front + joint + kind + end)) return front + joint + kind + end;
    return front + '-' + kind;
  };
  std::string const images = path_of("images", "idx3-ubyte");
  std::string const labels = path_of("labels", "idx1-ubyte");
  constexpr std::size_t digits = 60'000;  // more than that no published file has
  auto const x = read(images, 16 + digits * 28 * 28);
  auto const y = read(labels, 8 + digits);
  detail::idx_view const shape = detail::open_idx(x.span(), images);
  if (shape.shape.rank() != 3 || shape.shape[1] != 28 || shape.shape[2] != 28) {
    shape.refuse(3, "images of 28 by 28 pixels", io::to_string(shape.shape));
  }
  return parse_idx_dataset(x.span(), images, y.span(), labels, 10);
}

/// Reads unpacked files.
[[nodiscard]] inline dataset load_mnist(std::string const& folder, std::string const& part) {
  return load_mnist(folder, part, [](std::string const& path, std::size_t limit) {
    return io::read_file(path, limit);
  });
}

}  // namespace halo::data
