// SPDX-License-Identifier: BSD-3-Clause
// The rival of smallest.cpp: the same network, loss and step, by hand over Eigen.
#include <Eigen/Core>
#include <cmath>
#include <cstdio>
#include <random>

namespace {

using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using row = Eigen::Matrix<float, 1, Eigen::Dynamic>;

struct layer {
  matrix w;
  row b;
  layer(int in, int out, std::mt19937& g) : w(in, out), b(row::Zero(out)) {
    std::normal_distribution<float> normal(0, std::sqrt(2.0F / static_cast<float>(in)));
    for (int i = 0; i < w.size(); ++i) w.data()[i] = normal(g);
  }
  matrix forward(matrix const& x) const { return (x * w).rowwise() + b; }
  matrix backward(matrix const& x, matrix const& dy) {
    matrix dx = dy * w.transpose();
    w.noalias() -= 0.01F * (x.transpose() * dy);
    b -= 0.01F * dy.colwise().sum();
    return dx;
  }
};

}  // namespace

int main() {
  std::mt19937 g(1);
  layer a(16, 32, g), b(32, 4, g);
  matrix x(8, 16);
  for (int i = 0; i < 8 * 16; ++i) x.data()[i] = static_cast<float>(i % 7) - 3;
  matrix const h = a.forward(x).cwiseMax(0);
  matrix p = b.forward(h);
  float loss = 0;
  for (int i = 0; i < 8; ++i) {
    p.row(i) = (p.row(i).array() - p.row(i).maxCoeff()).exp().matrix();
    p.row(i) /= p.row(i).sum();
    loss -= std::log(p(i, i % 4)) / 8;
    p(i, i % 4) -= 1;
  }
  matrix dh = b.backward(h, p / 8);
  dh.array() *= (h.array() > 0).cast<float>();
  a.backward(x, dh);
  std::printf("%.4f\n", static_cast<double>(loss));
}
