// SPDX-License-Identifier: BSD-3-Clause
// A residual network that knows five classes of CIFAR-10 is pruned to the channels it needs, has
// its convolutions brought to 8 bits, and learns the other five [Li et al. 2020, Fig. 7].
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/adapt.hpp>
#include <halo/data.hpp>
#include <halo/learned.hpp>
#include <halo/nn/quantised.hpp>
#include <halo/nn/slimming.hpp>
#include <halo/optim.hpp>
#include <halo/zoo/slimmed_channels.hpp>

#include "support/arguments.hpp"
#include "support/channels_header.hpp"
#include "support/halo_beside_adam.hpp"
#include "support/plot.hpp"
#include "support/progress.hpp"
#include "support/public_data.hpp"

namespace {

using namespace halo;
using data::dataset;

template <class Layer>
using in_8_bits = nn::quantised<Layer>;

using wide = zoo::preresnet20<>;
using slim = zoo::slim_preresnet20<>;
using slim_8 = zoo::slim_preresnet20<5, in_8_bits>;

template <class Network, class Rule>
using device = adapt::adapter<Network, nn::cross_entropy, Rule, 64, optim::selection>;
/// One schedule for both: the slim network goes on where the wide one stopped.
using slimming_rule = optim::scheduled<optim::slimming<optim::adam>, optim::cosine>;
using adam_rule = optim::scheduled<optim::adam, optim::cosine>;

struct settings {
  std::string data = support::data_folder();
  std::string plot = "adapt_cifar_resnet.svg";
  std::string checkpoint;      ///< two files begin with it; empty: none
  std::string write_channels;  ///< a header to write; empty: none
  std::uint64_t seed = 1;
  std::uint64_t pretraining = 600, fine_tuning = 600, iterations = 300;  ///< steps of 64 examples
  std::size_t held_out = 5000;                                           ///< most images looked at
  double share = 0.7;       ///< of all channels, that goes
  std::size_t least = 8;    ///< channels of each norm that stay
  double shrinkage = 1e-3;  ///< of gains, in a step at the full rate
};

constexpr char const* usage =
    "usage: adapt_cifar_resnet [--data DIR] [--plot FILE] [--checkpoint NAME] [--seed N]\n"
    "  [--pretrain N] [--fine-tune N] [--iterations N] [--held-out N] [--quick]\n"
    "  [--write-channels FILE [--share PERCENT] [--least N]]\n\n"
    "DIR/cifar-10-batches-bin holds data_batch_1.bin ...; default: the variable HALO_DATA. With\n"
    "--checkpoint, NAME.wide and NAME.slim keep the trained networks and a run goes on with them.\n"
    "--write-channels writes the channels that pre-training chose, a header for\n"
    "include/halo/zoo/slimmed_channels.hpp, and ends. --quick: seconds.\n";

settings read_arguments(int count, char** argument) {
  settings s;
  support::arguments in(count, argument, usage);
  while (in.next()) {
    if (in.is("--quick")) {
      s.pretraining = 2;
      s.fine_tuning = 3;
      s.iterations = 4;
      s.held_out = 64;
    } else if (in.is("--data")) {
      s.data = in.value();
    } else if (in.is("--plot")) {
      s.plot = in.value();
    } else if (in.is("--checkpoint")) {
      s.checkpoint = in.value();
    } else if (in.is("--write-channels")) {
      s.write_channels = in.value();
    } else if (in.is("--seed")) {
      s.seed = in.number(0);
    } else if (in.is("--pretrain")) {
      s.pretraining = in.number();
    } else if (in.is("--fine-tune")) {
      s.fine_tuning = in.number();
    } else if (in.is("--iterations")) {
      s.iterations = in.number();
    } else if (in.is("--held-out")) {
      s.held_out = in.number();
    } else if (in.is("--share")) {
      s.share = in.positive(100) / 100;
    } else if (in.is("--least")) {
      s.least = in.number(0);
    } else {
      in.refuse();
    }
  }
  return s;
}

/// A line of the first table.
struct stage {
  char const* name;
  double running, own;  ///< accuracy by running statistics, by those of 64 images at a time
  std::size_t parameters, bytes, operations;
};

/// One adaptation.
struct arm {
  std::string name;
  std::size_t color;
  std::vector<double> own;  ///< at each checkpoint
  double running = 0;       ///< at the end
  double milliseconds = 0;  ///< a step
};

std::vector<float> joined(std::span<float const> a, std::span<float const> b) {
  std::vector<float> all(a.begin(), a.end());
  all.insert(all.end(), b.begin(), b.end());
  return all;
}

/// Parameters and statistics of the slim network for the one in 8 bits: the same numbers under the
/// same names; ranges are empty.
std::vector<float> quantised(std::span<float const> parameters, std::span<float const> statistics) {
  std::vector<float> all = joined(parameters, std::vector<float>(slim_8::statistics));
  for (parameter_info const& to : slim_8::statistics_layout::table)
    for (parameter_info const& from : slim::statistics_layout::table)
      if (to.name() == from.name())
        std::copy_n(statistics.data() + from.offset, from.count,
                    all.data() + slim_8::parameters + to.offset);
  return all;
}

/// Bytes of the parameters where convolutions in blocks have one a weight and all else has four.
std::size_t bytes_in_8_bits() {
  std::size_t n = 0;
  for (parameter_info const& info : slim_8::layout::table)
    n += info.count * (info.rank == 4 && info.layer > 0 ? 1 : 4);
  return n;
}

class program {
 public:
  explicit program(settings s)
      : s_(std::move(s)), images_(support::cifar_materials(s_.data)), bar_(total()) {
    known_ = first_rows(*images_.known_test);
    fresh_ = first_rows(*images_.test);
    for (std::uint64_t const at : {0U, 10U, 20U, 50U, 100U, 200U, 500U, 1000U, 2000U, 5000U})
      if (at < s_.iterations) checkpoints_.push_back(at);
    checkpoints_.push_back(s_.iterations);
  }

  void operator()() {
    auto const theta = pretrain();
    if (!s_.write_channels.empty()) return write_channels(theta);
    auto const tuned = fine_tune(theta);
    auto const in_8 = quantised(std::span(tuned).first(slim::parameters),
                                std::span(tuned).subspan(slim::parameters));
    note<slim_8>("slim, 8 bits", in_8, bytes_in_8_bits());
    support::halo_rule const rule = learned::halo_rule{};
    optim::averaged<optim::adam> const adam{};
    adapt<slim>("float, adam 1e-3", 1, tuned, adam);
    adapt<slim>("float, halo", 0, tuned, rule);
    adapt<slim_8>("8 bits, adam 1e-3", 3, in_8, adam);
    adapt<slim_8>("8 bits, halo", 2, in_8, rule);
    adapt<slim_8>("8 bits, halo, 10/30/50", 4, in_8, rule, optim::scheme::increasing(slim::layers));
    bar_.finish();
    print();
    save_plot();
    std::printf("%.0f s in all\n", bar_.seconds());
  }

 private:
  static constexpr std::size_t arms = 5;
  static constexpr std::uint64_t weight_of_wide = 3;  ///< a step of it takes so many slim ones

  [[nodiscard]] std::uint64_t total() const {
    return weight_of_wide * s_.pretraining + s_.fine_tuning + arms * s_.iterations;
  }
  [[nodiscard]] optim::cosine schedule() const {
    std::uint64_t const steps = s_.pretraining + s_.fine_tuning, warm_up = steps / 20;
    return {.steps = steps - warm_up, .warm_up = warm_up};
  }
  [[nodiscard]] dataset first_rows(dataset const& from) const {
    data::row_numbers rows(std::min(from.rows(), s_.held_out));
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::uint32_t>(i);
    return data::select(from, rows);
  }

  /// So many steps of a device that may have done some of them, saved now and then.
  template <class Device>
  double learn(Device& d, data::batches<>& stream, std::uint64_t until, char const* name,
               std::string const& file, std::uint64_t weight = 1) {
    stopwatch const clock;
    std::uint64_t const before = d.totals().iterations;
    while (d.totals().iterations < until) {
      auto const [x, y] = stream.next();
      (void)d.step(x, y);
      done_ += weight;
      if (done_ % 5 == 0) bar_.phase(name, done_);
      if (!file.empty() && d.totals().iterations % 100 == 0) adapt::save(file, d);
    }
    if (!file.empty() && before < until) adapt::save(file, d);
    return clock.seconds() * 1000 / static_cast<double>(std::max<std::uint64_t>(until - before, 1));
  }

  /// Learns the known classes, from a file's state on where there is one.
  template <class Device>
  void learn_known(Device& d, std::uint64_t until, char const* name, char const* suffix,
                   std::uint64_t weight) {
    std::string const file = s_.checkpoint.empty() ? "" : s_.checkpoint + suffix;
    data::batches stream(*images_.known, 64, seed{s_.seed + 1000});
    if (!file.empty() && io::exists(file)) {
      adapt::resume(file, d);
      done_ += weight * d.totals().iterations;
      bar_ = support::progress(total(), done_);
    }
    for (std::uint64_t i = 0; i < d.totals().iterations; ++i) (void)stream.next();
    bar_.phase(name, done_);
    learn(d, stream, until, name, file, weight);
  }

  /// Puts a network on the first table.
  template <class Network>
  void note(char const* name, std::span<float const> theta,
            std::size_t bytes = 4 * Network::parameters) {
    auto const d = std::make_unique<device<Network, optim::averaged<optim::adam>>>(
        optim::averaged<optim::adam>{}, theta);
    stage s{name, 0, 0, Network::parameters, bytes, Network::forward_operations};
    s.running = accuracy(*d, known_, adapt::normalization::running);
    s.own = accuracy(*d, known_, adapt::normalization::batch);
    stages_.push_back(s);
  }
  template <class Device>
  static double accuracy(Device& d, dataset const& on, adapt::normalization by) {
    d.set_normalization(by);
    return d.accuracy(on.x, on.y);
  }

  /// The wide network with a penalty on its gains, which begin at 1/2 [Liu et al. 2017, sec. 4.3].
  std::vector<float> pretrain() {
    using wide_device = device<wide, slimming_rule>;
    auto const d = std::make_unique<wide_device>(
        slimming_rule{
            {optim::adam{{.rate = 2e-3F}}, {.shrinkage = static_cast<float>(s_.shrinkage)}},
            schedule()},
        seed{s_.seed});
    std::vector<float> theta = joined(d->parameters(), d->statistics());
    for (parameter_info const& info : wide::layout::table)
      if (info.role == parameter_role::gain)
        std::fill_n(theta.data() + info.offset, info.count, 0.5F);
    d->assign(theta);
    learn_known(*d, s_.pretraining, "pre-training the wide network", ".wide", weight_of_wide);
    auto all = joined(d->parameters(), d->statistics());
    note<wide>("wide", all);
    return all;
  }

  void write_channels(std::span<float const> theta) {
    bar_.finish();
    auto const kept = nn::choose_channels<wide::layout>(theta, s_.share, s_.least);
    std::size_t stay = 0, all = 0;
    for (nn::channel_set const& set : kept) stay += set.count(), all += set.channels;
    char lengths[100], choice[100], outcome[100];
    std::snprintf(lengths, sizeof lengths,
                  "    adapt_cifar_resnet --seed %llu --pretrain %llu --fine-tune %llu",
                  static_cast<unsigned long long>(s_.seed),
                  static_cast<unsigned long long>(s_.pretraining),
                  static_cast<unsigned long long>(s_.fine_tuning));
    std::snprintf(choice, sizeof choice, "      --share %g --least %zu --write-channels FILE",
                  100 * s_.share, s_.least);
    std::snprintf(outcome, sizeof outcome, "%zu of %zu channels of its norms stay", stay, all);
    support::save_channels(s_.write_channels, kept,
                           {"Written by", "", lengths, choice, "",
                            std::string(outcome) + ", chosen by short training."});
    std::printf("%s: %s; what is compiled next has them\n", s_.write_channels.c_str(), outcome);
  }

  /// The slim network, as it was cut and after it learned on without a penalty.
  std::vector<float> fine_tune(std::span<float const> theta) {
    auto const cut = nn::slimmed_parameters<wide, slim>(
        zoo::slimmed_channels, theta.first(wide::parameters), theta.subspan(wide::parameters));
    note<slim>("slim, as cut", cut.span());
    using slim_device = device<slim, adam_rule>;
    auto const d = std::make_unique<slim_device>(
        adam_rule{optim::adam{{.rate = 2e-3F}}, schedule()}, cut.span(), seed{s_.seed + 1});
    d->state().steps = s_.pretraining;
    learn_known(*d, s_.fine_tuning, "fine-tuning the slim network", ".slim", 1);
    auto all = joined(d->parameters(), d->statistics());
    note<slim>("slim, fine-tuned", all);
    return all;
  }

  /// Learns the other classes, with a new head.
  template <class Network, class Rule>
  void adapt(char const* name, std::size_t color, std::span<float const> theta, Rule const& rule,
             optim::selection const& layers = optim::selection::dense()) {
    auto const d = std::make_unique<device<Network, Rule>>(rule, theta, seed{s_.seed + 2}, layers);
    d->redraw_head(seed{s_.seed + 3});
    d->set_training_rows(images_.train->rows());
    data::batches stream(*images_.train, 64, seed{s_.seed + 2000});
    arm a{name, color, {}};
    for (std::uint64_t const at : checkpoints_) {
      std::uint64_t const steps = at - d->totals().iterations;
      a.milliseconds += learn(*d, stream, at, name, "") * static_cast<double>(steps) /
                        static_cast<double>(s_.iterations);
      a.own.push_back(accuracy(*d, fresh_, adapt::normalization::batch));
    }
    a.running = accuracy(*d, fresh_, adapt::normalization::running);
    arms_.push_back(std::move(a));
  }

  void print() const {
    std::printf(
        "Accuracy in %% on %zu held-out images of the classes it knows, by running statistics and "
        "by those\nof 64 images at a time; parameters, their bytes, and multiply-adds of an "
        "image.\n\n"
        "%-18s %8s %8s %11s %9s %13s\n",
        known_.rows(), "network", "running", "own", "parameters", "bytes", "multiply-adds");
    for (stage const& s : stages_)
      std::printf("%-18s %8.1f %8.1f %11zu %9zu %13zu\n", s.name, 100 * s.running, 100 * s.own,
                  s.parameters, s.bytes, s.operations);
    std::printf(
        "\nAccuracy in %% on %zu held-out images of new classes after so many steps, by the "
        "statistics of 64\nimages at a time, as the paper's code does, and at the end by running "
        "ones, "
        "which lag; milliseconds\na step of 64.\n\n%-24s",
        fresh_.rows(), "network, optimizer");
    for (std::uint64_t const at : checkpoints_)
      std::printf(" %6llu", static_cast<unsigned long long>(at));
    std::printf(" %7s %6s\n", "running", "ms");
    for (arm const& a : arms_) {
      std::printf("%-24s", a.name.c_str());
      for (double const o : a.own) std::printf(" %6.1f", 100 * o);
      std::printf(" %7.1f %6.0f\n", 100 * a.running, a.milliseconds);
    }
  }

  void save_plot() const {
    support::plot picture("A pruned ResNet in 8 bits learns five new classes of CIFAR-10", "step",
                          "accuracy on held-out images");
    for (arm const& a : arms_) {
      support::curve c{a.name, {}, a.own, a.color};
      for (std::uint64_t const at : checkpoints_)
        c.x.push_back(std::max(1.0, static_cast<double>(at)));
      picture.add(std::move(c));
    }
    picture.save(s_.plot);
    std::printf("\n%s: written\n", s_.plot.c_str());
  }

  settings s_;
  support::materials images_;
  dataset known_, fresh_;
  std::vector<std::uint64_t> checkpoints_;
  support::progress bar_;
  std::uint64_t done_ = 0;
  std::vector<stage> stages_;
  std::vector<arm> arms_;
};

}  // namespace

int main(int count, char** argument) {
  try {
    settings const s = read_arguments(count, argument);
    if (!io::exists(s.data + "/cifar-10-batches-bin"))
      support::leave_without_data("adapt_cifar_resnet");
    program{s}();
  } catch (error const& e) {
    std::fprintf(stderr, "adapt_cifar_resnet: %s\n", e.what());
    return 1;
  }
}
