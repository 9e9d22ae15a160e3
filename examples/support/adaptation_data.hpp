// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <halo/data.hpp>
#include <halo/task/leave_one_out.hpp>

// Data sets as adaptation_problems.hpp takes them: few features, so that a run is quick.

namespace support {

using namespace halo;

/// Every example through row(from, to), which writes `features` numbers.
template <class Target, class Row>
[[nodiscard]] data::basic_dataset<Target> mapped(data::basic_dataset<Target> const& d,
                                                 std::size_t features, Row row) {
  auto to = [&] {
    if constexpr (data::basic_dataset<Target>::labelled)
      return data::make_dataset(d.rows(), features, d.classes);
    else
      return data::make_regression(d.rows(), features, d.targets());
  }();
  std::copy_n(d.y.data(), d.y.size(), to.y.data());
  for (std::size_t i = 0; i < d.rows(); ++i)
    row(d.x.data() + i * d.features(), to.x.data() + i * features);
  return to;
}

/// At most so many rows, drawn.
template <class Target>
[[nodiscard]] data::basic_dataset<Target> some_of(data::basic_dataset<Target> const& d,
                                                  std::size_t rows, seed s) {
  data::row_numbers order(d.rows());
  generator(s, 77).permutation(order);
  order.resize(std::min(rows, order.size()));
  return data::select(d, order);
}

/// What other sensors would have said: features scaled, shifted and mixed with their neighbours.
template <class Target>
[[nodiscard]] data::basic_dataset<Target> drifted(data::basic_dataset<Target> const& d,
                                                  float strength, seed s) {
  std::size_t const n = d.features();
  generator g(s, 0x6472696674);  // "drift"
  std::vector<float> scale(n), shift(n);
  for (std::size_t j = 0; j < n; ++j) {
    scale[j] = std::exp(strength * g.normal());
    shift[j] = strength * g.normal() / std::sqrt(1 + static_cast<float>(j));
  }
  return mapped(d, n, [&](float const* in, float* out) {
    for (std::size_t j = 0; j < n; ++j)
      out[j] = scale[j] * in[j] + shift[j] + 0.5F * strength * in[(j + 1) % n];
  });
}

/// Numbers that a random network of tanh units gives, and noise: y [rows, 2] of deviation about 1.
[[nodiscard]] inline data::regression invented_numbers(std::size_t rows, std::size_t features,
                                                       std::size_t hidden, float noise, seed s) {
  generator g(s, 0x6e756d62);  // "numb"
  std::vector<float> in(features * hidden), out(hidden * 2);
  for (float& w : in) w = 1.5F * g.normal() / std::sqrt(static_cast<float>(features));
  for (float& w : out) w = 1.8F * g.normal() / std::sqrt(static_cast<float>(hidden));
  auto d = data::make_regression(rows, features, 2);
  for (std::size_t i = 0; i < rows; ++i) {
    float* const x = d.x.data() + i * features;
    float* const y = d.y.data() + i * 2;
    for (std::size_t j = 0; j < features; ++j) x[j] = g.normal();
    for (std::size_t k = 0; k < 2; ++k) y[k] = noise * g.normal();
    for (std::size_t h = 0; h < hidden; ++h) {
      float sum = 0;
      for (std::size_t j = 0; j < features; ++j) sum += x[j] * in[j * hidden + h];
      for (std::size_t k = 0; k < 2; ++k) y[k] += std::tanh(sum) * out[h * 2 + k];
    }
  }
  return d;
}

/// Batches 1 to 6 of the gas sensors: the later ones are left to those who judge.
[[nodiscard]] inline data::gas_sensor early_gas(std::string const& folder) {
  data::gas_sensor const all = data::load_gas_sensor(folder + "/gas");
  auto const rows = data::rows_where(all.batch, {1, 2, 3, 4, 5, 6});
  data::gas_sensor to{.samples = data::select(all.samples, rows), .ppm = {}, .batch = {}};
  for (std::uint32_t const r : rows) {
    to.batch.push_back(all.batch[r]);
    to.ppm.push_back(all.ppm[r]);
  }
  return to;
}

/// Wearers 1 to 15: the others are left to those who judge.
[[nodiscard]] inline data::har early_wearers(std::string const& folder) {
  data::har all;
  all.samples = data::make_dataset(0, data::har::features, 7);
  for (char const* const part : {"train", "test"}) {
    data::har const d = data::load_har(folder + "/UCI HAR Dataset", part);
    data::row_numbers rows;
    for (std::size_t i = 0; i < d.subject.size(); ++i) {
      if (d.subject[i] > 15) continue;
      rows.push_back(static_cast<std::uint32_t>(i));
      all.subject.push_back(d.subject[i]);
    }
    all.samples = data::concatenate(all.samples, data::select(d.samples, rows));
  }
  return all;
}

/// Six numbers a channel of a window: mean, deviation, roughness, least, most, crossings.
[[nodiscard]] inline data::dataset window_features(data::dataset const& windows) {
  constexpr std::size_t channels = data::har::channels, moments = data::har::moments;
  return mapped(windows, 6 * channels, [](float const* in, float* out) {
    for (std::size_t c = 0; c < channels; ++c) {
      auto const at = [&](std::size_t k) { return in[k * channels + c]; };
      float mean = 0, square = 0, rough = 0, least = at(0), most = at(0), crossings = 0;
      for (std::size_t k = 0; k < moments; ++k) {
        mean += at(k) / moments;
        least = std::min(least, at(k));
        most = std::max(most, at(k));
        if (k > 0) rough += std::abs(at(k) - at(k - 1)) / moments;
      }
      for (std::size_t k = 0; k < moments; ++k) {
        square += (at(k) - mean) * (at(k) - mean) / moments;
        if (k > 0 && (at(k) > mean) != (at(k - 1) > mean)) crossings += 1.0F / moments;
      }
      float const all[6] = {mean, std::sqrt(square), rough, least, most, crossings};
      std::copy_n(all, 6, out + 6 * c);
    }
  });
}

/// Sixteen moments of nine channels, each the mean of eight.
[[nodiscard]] inline data::dataset short_windows(data::dataset const& windows) {
  constexpr std::size_t channels = data::har::channels;
  return mapped(windows, 16 * channels, [](float const* in, float* out) {
    std::fill_n(out, 16 * channels, 0.0F);
    for (std::size_t k = 0; k < data::har::moments; ++k)
      for (std::size_t c = 0; c < channels; ++c)
        out[k / 8 * channels + c] += in[k * channels + c] / 8;
  });
}

/// How an image is seen: a number for every place.
enum class view : unsigned char { plain, inverted, turned, moved, faint, tilted };

/// Digits of 14×14 pixels, means of four.
[[nodiscard]] inline data::dataset small_digits(data::dataset const& digits, view how) {
  return mapped(digits, 196, [how](float const* in, float* out) {
    auto const at = [in](long row, long column) {
      long const r = std::clamp(row, 0L, 13L), c = std::clamp(column, 0L, 13L);
      float const* const p = in + 2 * r * 28 + 2 * c;
      return (p[0] + p[1] + p[28] + p[29]) / 4;
    };
    for (long r = 0; r < 14; ++r) {
      for (long c = 0; c < 14; ++c) {
        float const x = static_cast<float>(c) - 6.5F, y = static_cast<float>(r) - 6.5F;
        float v = at(r, c);
        if (how == view::inverted) v = 1 - v;
        if (how == view::turned) v = at(c, 13 - r);
        if (how == view::moved) v = c < 2 ? 0 : at(r, c - 2);
        if (how == view::faint) v = 0.3F * v + 0.3F;
        if (how == view::tilted)
          v = at(std::lround(6.5F + 0.85F * y + 0.5F * x),
                 std::lround(6.5F + 0.85F * x - 0.5F * y));
        out[r * 14 + c] = v;
      }
    }
  });
}

/// Images in grey, 16×16 pixels.
[[nodiscard]] inline data::dataset small_images(data::dataset const& images) {
  return mapped(images, 256, [](float const* in, float* out) {
    for (std::size_t r = 0; r < 16; ++r) {
      for (std::size_t c = 0; c < 16; ++c) {
        float sum = 0;
        for (std::size_t y = 0; y < 2; ++y)
          for (std::size_t x = 0; x < 2; ++x)
            for (std::size_t k = 0; k < 3; ++k) sum += in[((2 * r + y) * 32 + 2 * c + x) * 3 + k];
        out[r * 16 + c] = sum / 12;
      }
    }
  });
}

}  // namespace support
