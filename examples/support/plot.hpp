// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include <halo/io/file.hpp>
#include <halo/io/save.hpp>

namespace support {

/// One line of a plot.
struct curve {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;
  std::size_t color = 0;
  bool dashed = false;
};

/// Draws curves as an SVG picture. x is logarithmic; y is a share of right answers in percent, on
/// an axis that is logarithmic in the wrong ones, so that 98 and 99 % stand apart.
class plot {
 public:
  plot(std::string title, std::string x_title, std::string y_title)
      : title_(std::move(title)), x_title_(std::move(x_title)), y_title_(std::move(y_title)) {}

  /// Later curves lie on top of earlier ones.
  void add(curve c) { curves_.push_back(std::move(c)); }

  void save(std::string const& path) {
    measure();
    text_.clear();
    int const across = width();
    print(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d 560' font-family='sans-serif' "
        "font-size='13'>\n<rect width='%d' height='560' fill='white'/>\n",
        across, across);
    print("<text x='%d' y='28' font-size='17' text-anchor='middle'>%s</text>\n", (left + right) / 2,
          title_.c_str());
    axes();
    double row = 60;
    for (curve const& c : curves_) {
      draw(c);
      legend(c, row);
      row += 21;
    }
    text_ += "</svg>\n";
    halo::io::save_atomically(path, std::as_bytes(std::span(text_)));
  }

 private:
  static constexpr std::array<double, 12> ticks{0,   0.2,  0.4,  0.6,  0.7,   0.8,
                                                0.9, 0.95, 0.98, 0.99, 0.995, 0.999};
  static constexpr int left = 70, right = 660, top = 50, bottom = 500;
  static constexpr std::array<char const*, 8> colors{"#1b6ca8", "#d1495b", "#2e933c", "#8e44ad",
                                                     "#e08e0b", "#16808a", "#5d4037", "#444444"};

  template <class... A>
  void print(char const* format, A... arguments) {
    char line[512];
    std::snprintf(line, sizeof line, format, arguments...);
    text_ += line;
  }
  /// So wide that the longest name has room behind the curves.
  [[nodiscard]] int width() const {
    std::size_t longest = 0;
    for (curve const& c : curves_) longest = std::max(longest, c.name.size());
    return std::max(900, 735 + 7 * static_cast<int>(longest));
  }
  void measure() {
    x0_ = 1e300, x1_ = 0, y0_ = 1, y1_ = 0;
    for (curve const& c : curves_) {
      for (double const x : c.x) x0_ = std::min(x0_, x), x1_ = std::max(x1_, x);
      for (double const y : c.y) y0_ = std::min(y0_, y), y1_ = std::max(y1_, y);
    }
    if (!(x1_ > x0_)) x1_ = x0_ * 10;
    std::size_t low = 0, high = ticks.size() - 1;  // the ticks that just hold all curves
    while (low + 2 < ticks.size() && ticks[low + 1] <= y0_) ++low;
    while (high > low + 1 && ticks[high - 1] >= y1_) --high;
    y0_ = ticks[low];
    y1_ = ticks[high];
  }
  [[nodiscard]] double px(double x) const {
    return left + (right - left) * std::log(x / x0_) / std::log(x1_ / x0_);
  }
  [[nodiscard]] double py(double y) const {
    double const wrong = std::max(1 - y, 1 - y1_);
    return bottom - (bottom - top) * std::log(wrong / (1 - y0_)) / std::log((1 - y1_) / (1 - y0_));
  }
  void axes() {
    for (double const y : ticks) {
      if (y < y0_ || y > y1_) continue;
      print("<line x1='%d' x2='%d' y1='%.1f' y2='%.1f' stroke='#ddd'/>\n", left, right, py(y),
            py(y));
      print("<text x='%d' y='%.1f' text-anchor='end'>%g %%</text>\n", left - 8, py(y) + 4, 100 * y);
    }
    for (double decade = std::pow(10.0, std::floor(std::log10(x0_))); decade <= x1_; decade *= 10) {
      for (double const digit : {1.0, 2.0, 5.0}) {
        double const x = decade * digit;
        if (x < x0_ || x > x1_) continue;
        print("<line x1='%.1f' x2='%.1f' y1='%d' y2='%d' stroke='#ddd'/>\n", px(x), px(x), top,
              bottom);
        print("<text x='%.1f' y='%d' text-anchor='middle'>%g</text>\n", px(x), bottom + 20, x);
      }
    }
    print("<rect x='%d' y='%d' width='%d' height='%d' fill='none' stroke='#333'/>\n", left, top,
          right - left, bottom - top);
    print("<text x='%d' y='%d' text-anchor='middle'>%s</text>\n", (left + right) / 2, bottom + 45,
          x_title_.c_str());
    print("<text transform='translate(12 %d) rotate(-90)' text-anchor='middle'>%s</text>\n",
          (top + bottom) / 2, y_title_.c_str());
  }
  void draw(curve const& c) {
    print("<polyline fill='none' %s points='", stroke(c).c_str());
    for (std::size_t i = 0; i < c.x.size(); ++i) print("%.1f,%.1f ", px(c.x[i]), py(c.y[i]));
    text_ += "'/>\n";
  }
  void legend(curve const& c, double row) {
    print("<line x1='680' x2='715' y1='%.0f' y2='%.0f' %s/>\n", row, row, stroke(c).c_str());
    print("<text x='723' y='%.0f'>%s</text>\n", row + 4, c.name.c_str());
  }
  /// Every second colour is drawn wide, so that it shows below a curve that covers it.
  static std::string stroke(curve const& c) {
    return std::string("stroke='") + colors[c.color % colors.size()] + "' stroke-width='" +
           (c.color % 2 == 0 ? "4.5' stroke-opacity='0.6'" : "1.8'") +
           (c.dashed ? " stroke-dasharray='7 4'" : "");
  }

  std::string title_, x_title_, y_title_, text_;
  std::vector<curve> curves_;
  double x0_ = 0, x1_ = 0, y0_ = 0, y1_ = 0;
};

}  // namespace support
