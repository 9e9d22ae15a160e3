// SPDX-License-Identifier: BSD-3-Clause
//
// Trains a learned optimizer and writes its weights, as safetensors and as a header.
//
//     halo-meta-train --preset best --updates 400 --threads 2 --out tensor_rnn_weights
//
// The same preset, seed and updates give the same bits on the same machine, for any number of
// threads. A training that was interrupted goes on with --resume and the same arguments.

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/learned/coordinate_lstm.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/learned/tensor_rnn.hpp>
#include <halo/learned/weights_file.hpp>
#include <halo/meta/checkpoint.hpp>
#include <halo/meta/header_writer.hpp>
#include <halo/meta/trainer.hpp>
#include <halo/meta/validation.hpp>

#include "support/meta_recipes.hpp"
#include "support/meta_tasks.hpp"
#include "support/mnist_tasks.hpp"
#include "support/progress.hpp"

namespace {

using namespace halo;
using support::recipe;

struct settings {
  std::string preset = "best", data, out, resume;
  std::uint64_t updates = 0, seed = 1;  // 0 updates: what the preset says
  double minutes = 1e9;
  std::size_t threads = 1;
  bool quick = false, spectral = false;
};

std::string number(double x, char const* format = "%.2f") {
  char text[32];
  std::snprintf(text, sizeof text, format, x);
  return text;
}

/// "1000: 84.31 (raw 83.12)" for each checkpoint.
std::string row(meta::verdict const& v, std::span<std::uint64_t const> checkpoints) {
  std::string text;
  for (std::size_t k = 0; k < checkpoints.size(); ++k)
    text += (k == 0 ? "" : ", ") + std::to_string(checkpoints[k]) + ": " +
            number(100 * v.at[k].accuracy) + " (raw " + number(100 * v.at[k].raw_accuracy) + ")";
  return text + (v.failed > 0 ? ", " + std::to_string(v.failed) + " not finite" : "");
}

template <class P>
std::vector<std::string> notes(settings const& s, recipe const& r, meta::verdict const& untrained,
                               meta::verdict const& trained, meta::champion<P> const& best,
                               std::span<std::uint64_t const> checkpoints, std::uint64_t updates) {
  return {"Made by: halo-meta-train --preset " + s.preset + " --seed " + std::to_string(s.seed) +
              " --updates " + std::to_string(r.training.updates) + (s.quick ? " --quick" : "") +
              (s.spectral ? " --spectral" : "") + ", " + std::to_string(updates) + " updates done,",
          "weights of update " + std::to_string(best.update()) + ", the best of one in every " +
              std::to_string(r.every) + ".",
          "Accuracy on held-out " +
              (r.judged.empty()
                   ? "examples of " + std::to_string(r.judges.places) + " tasks never trained on"
                   : r.judged) +
              ", in percent, at averaged weights:",
          "untrained " + row(untrained, checkpoints), "these     " + row(trained, checkpoints)};
}

template <class P>
void write(settings const& s, recipe const& r, learned::optimizer<P> const& rule,
           std::vector<std::string> const& lines) {
  if (s.out.empty()) return;
  std::string all;
  for (std::string const& line : lines) all += line + '\n';
  std::array<io::metadata_entry, 1> const metadata{{{"notes", all}}};
  learned::save_weights(s.out + ".safetensors", rule, metadata);
  std::string const name = s.out.substr(s.out.find_last_of('/') + 1);
  meta::save_header(s.out + ".hpp", {name, r.type, r.include, r.sentence, lines}, rule.values());
}

template <class P, class Tasks>
void train(settings const& s, recipe r, Tasks const& tasks) {
  if (s.quick) support::shorten(r);
  if (s.updates > 0) r.training.updates = s.updates;
  r.training.loss.spectral = s.spectral;
  r.training.threads = s.threads;
  r.training.draws = seed{s.seed};
  r.pool.longest = r.training.longest;
  auto const& checkpoints = r.checkpoints;
  meta::validation<P> judges(tasks.template pool<P>(r.judges), checkpoints, r.runs, seed{7});
  learned::optimizer<P> const untrained(seed{s.seed});
  auto const first = judges.judge(untrained, s.threads);
  std::printf("untrained    %s\n", row(first, checkpoints).c_str());
  meta::trainer<P> trainer(untrained, r.training, tasks.template pool<P>(r.pool));
  meta::champion<P> best(untrained, first.accuracy);
  std::string const words = s.preset + ", validated every " + std::to_string(r.every) + " updates";
  if (!s.resume.empty()) meta::resume(trainer, best, words, s.resume);

  support::progress bar(r.training.updates, trainer.updates());
  while (trainer.updates() < r.training.updates && bar.seconds() < 60 * s.minutes) {
    auto const u = trainer.update();
    bar.phase("meta-loss " + number(u.loss, "%.4f"), trainer.updates());
    bool const last = trainer.updates() == r.training.updates || bar.seconds() >= 60 * s.minutes;
    if (trainer.updates() % r.every != 0 && !last) continue;
    auto const v = judges.judge(trainer.optimizer(), s.threads);
    bool const better = best.offer(trainer.weights(), v.accuracy, trainer.updates());
    bar.finish();
    std::printf("%6llu %s %s\n", static_cast<unsigned long long>(trainer.updates()),
                better ? "best " : "     ", row(v, checkpoints).c_str());
    std::fflush(stdout);
    if (!s.out.empty()) meta::save(s.out + ".training.safetensors", trainer, best, words);
  }
  bar.finish();
  auto const& table = r.late.empty() ? checkpoints : r.late;
  meta::validation<P> late(tasks.template pool<P>(r.judges), table, r.runs, seed{7});
  auto const lines = notes(s, r, r.late.empty() ? first : late.judge(untrained, s.threads),
                           late.judge(best.optimizer(), s.threads), best, table, trainer.updates());
  for (std::string const& line : lines) std::printf("%s\n", line.c_str());
  if (best.update() < trainer.updates())
    std::printf("the last  %s\n", row(late.judge(trainer.optimizer(), s.threads), table).c_str());
  if (best.update() == 0)
    std::printf("No trained weights beat the untrained ones: these are those.\n");
  write(s, r, best.optimizer(), lines);
}

settings read(int count, char** arguments) {
  settings s;
  if (char const* const folder = std::getenv("HALO_DATA")) s.data = folder;
  for (int i = 1; i < count; ++i) {
    std::string_view const a = arguments[i];
    char const* const value = i + 1 < count ? arguments[i + 1] : nullptr;
    if (a == "--quick" || a == "--spectral") {
      (a == "--quick" ? s.quick : s.spectral) = true;
      continue;
    }
    if (value == nullptr || a.substr(0, 2) != "--") {
      std::fprintf(
          a == "--help" ? stdout : stderr,
          "usage: halo-meta-train [--preset paper|l2o|authors|dm|leaky|best] [--updates N]\n"
          "  [--minutes M] [--threads N] [--seed N] [--spectral] [--out NAME] [--resume FILE]\n"
          "  [--data FOLDER] [--quick]\n\n"
          "The first four presets learn on FOLDER/mnist/train-images-idx3-ubyte ..., as\n"
          "scripts/fetch-data.sh leaves it; without --data the variable HALO_DATA is FOLDER.\n"
          "--spectral: the Jacobian term is the spectral norm of the Hessian. Writes\n"
          "NAME.safetensors, NAME.hpp and, on the way, NAME.training.safetensors for --resume.\n");
      std::exit(a == "--help" ? 0 : 2);
    }
    ++i;
    if (a == "--preset")
      s.preset = value;
    else if (a == "--updates")
      s.updates = std::strtoull(value, nullptr, 10);
    else if (a == "--minutes")
      s.minutes = std::strtod(value, nullptr);
    else if (a == "--threads")
      s.threads = std::strtoull(value, nullptr, 10);
    else if (a == "--seed")
      s.seed = std::strtoull(value, nullptr, 10);
    else if (a == "--data")
      s.data = value;
    else if (a == "--out")
      s.out = value;
    else if (a == "--resume")
      s.resume = value;
    else
      fail("halo-meta-train", "arguments", "one that --help names", a);
  }
  return s;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    settings const s = read(count, arguments);
    namespace options = learned::hierarchical;
    if (s.preset == "paper")
      train<learned::hierarchical_program<options::paper>>(s, support::paper(),
                                                           support::odd_digits(s.data));
    else if (s.preset == "l2o")
      train<learned::hierarchical_program<>>(s, support::l2o(), support::odd_digits(s.data));
    else if (s.preset == "authors")
      train<learned::hierarchical_program<options::authors>>(s, support::authors(),
                                                             support::odd_digits(s.data));
    else if (s.preset == "dm")
      train<learned::coordinate_lstm_program<>>(s, support::dm(), support::digits_mlp(s.data));
    else if (s.preset == "leaky")
      train<learned::hierarchical_program<options::leaky>>(s, support::leaky(),
                                                           support::teachers<true>());
    else if (s.preset == "best")
      train<learned::tensor_program<>>(s, support::best(), support::teachers<false>());
    else
      fail("halo-meta-train", "--preset", "paper, l2o, authors, dm, leaky or best", s.preset);
  } catch (error const& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
