// SPDX-License-Identifier: BSD-3-Clause
#include "pruned.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/adapt/carry.hpp>
#include <halo/nn/quantised.hpp>
#include <halo/nn/slimming.hpp>
#include <halo/optim/adam.hpp>
#include <halo/optim/schedule.hpp>
#include <halo/optim/slimming.hpp>
#include <halo/zoo/slimmed_channels.hpp>

#include "../support/channels_header.hpp"
#include "learner.hpp"
#include "optimizers.hpp"
#include "subject.hpp"

namespace experiment {

namespace {

template <class Layer>
using in_8_bits = halo::nn::quantised<Layer>;

using wide_resnet = halo::zoo::preresnet20<>;
using slim_resnet = halo::zoo::slim_preresnet20<>;
using slim_resnet_8 = halo::zoo::slim_preresnet20<5, in_8_bits>;

/// The part of a schedule behind its first steps.
struct second_part {
  halo::optim::cosine of;
  std::uint64_t first = 0;
  static constexpr void record(auto& self, auto&& f) {
    f.part("of", self.of);
    f.option("first", self.first, halo::allowed::non_negative());
  }
  [[nodiscard]] double operator()(std::uint64_t step) const noexcept { return of(first + step); }
};

/// A residual network that learns with a penalty on the gains of its norms, loses the channels with
/// the smallest ones and learns on without the penalty for as long [Liu et al. 2017; Li et al.
/// 2020, Fig. 7]. Both parts are one run of Adam at 2e-3 with a cosine.
class pruning {
  using wide = learner<wide_resnet>;
  using slim = learner<slim_resnet>;

 public:
  static constexpr float shrinkage = 1e-3F;  ///< of gains, in a step at the full rate

  /// Parameters and statistics of the wide network, whose gains begin at 1/2 [Liu et al. 2017].
  [[nodiscard]] static std::vector<float> taught_wide(support::materials const& m,
                                                      std::uint64_t steps, halo::seed s) {
    using namespace halo;
    optim::slimming const rule{optim::adam{{.rate = 2e-3F}}, {.shrinkage = shrinkage}};
    auto const d = std::make_unique<wide::device>(
        wide::optimizer{
            any_optimizer::of<wide_resnet::layout>(optim::scheduled(rule, whole(steps)))},
        s);
    std::vector<float> theta = wide::numbers(*d);
    for (parameter_info const& info : wide_resnet::layout::table)
      if (info.role == parameter_role::gain)
        std::fill_n(theta.data() + info.offset, info.count, 0.5F);
    d->assign(theta);
    wide::teach(*d, *m.known, false, steps, seed{s.value + 1000});
    return wide::numbers(*d);
  }

  /// Of the slim network, made when they are first asked for.
  [[nodiscard]] std::vector<float> operator()(support::materials const& m, trial const& t) {
    std::lock_guard const guard(lock_);
    auto& place = made_[{t.seed, t.pretraining}];
    if (place.empty()) place = taught_slim(m, t.pretraining, halo::seed{t.seed});
    return place;
  }

 private:
  [[nodiscard]] static halo::optim::cosine whole(std::uint64_t steps) {
    std::uint64_t const warm_up = steps / 10;
    return {.steps = 2 * steps - warm_up, .warm_up = warm_up};
  }
  [[nodiscard]] static std::vector<float> taught_slim(support::materials const& m,
                                                      std::uint64_t steps, halo::seed s) {
    using namespace halo;
    auto const theta = taught_wide(m, steps, s);
    auto const cut = nn::slimmed_parameters<wide_resnet, slim_resnet>(
        zoo::slimmed_channels, std::span(theta).first(wide_resnet::parameters),
        std::span(theta).subspan(wide_resnet::parameters));
    auto const d = std::make_unique<slim::device>(
        slim::optimizer{any_optimizer::of<slim_resnet::layout>(
            optim::scheduled(optim::adam{{.rate = 2e-3F}}, second_part{whole(steps), steps}))},
        cut.span(), seed{s.value + 1});
    slim::teach(*d, *m.known, false, steps, seed{s.value + 1000});
    return slim::numbers(*d);
  }

  std::mutex lock_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::vector<float>> made_;
};

/// What a slim network has learned, for the same one in 8 bits; ranges are empty.
[[nodiscard]] inline std::vector<float> in_bytes(std::vector<float> const& numbers) {
  auto const all = std::span(numbers);
  auto const q = halo::adapt::carry<slim_resnet, slim_resnet_8>(
      all.first(slim_resnet::parameters), all.subspan(slim_resnet::parameters));
  return {q.begin(), q.end()};
}

}  // namespace

std::unique_ptr<subject> pruned_resnet(support::recipe images) {
  auto const slim = std::make_shared<pruning>();
  return std::make_unique<subject_of<slim_resnet_8>>(
      optimizer_of<slim_resnet_8::layout, rules::paper>, std::move(images), halo::layer_mask{},
      [slim](support::materials const& m, trial const& t) { return in_bytes((*slim)(m, t)); });
}

void write_channels(std::string const& path, support::materials const& images, std::uint64_t steps,
                    halo::seed s) {
  using namespace halo;
  constexpr double share = 0.7;     // of all channels, that goes
  constexpr std::size_t least = 8;  // of each norm that stay
  auto const kept = nn::choose_channels<wide_resnet::layout>(pruning::taught_wide(images, steps, s),
                                                             share, least);
  std::size_t stay = 0, all = 0;
  for (nn::channel_set const& set : kept) stay += set.count(), all += set.channels;
  std::string const outcome =
      joined({std::to_string(stay), " of ", std::to_string(all), " channels of its norms stay"});
  support::save_channels(
      path, kept,
      {"Written by", "", "    halo-reproduce --write-channels FILE", "",
       joined({outcome, ", chosen by ", std::to_string(steps), " steps of training."})});
  std::printf("%s: %s; what is compiled next has them\n", path.c_str(), outcome.c_str());
}

}  // namespace experiment
