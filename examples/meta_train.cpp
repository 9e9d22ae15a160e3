// SPDX-License-Identifier: BSD-3-Clause
//
// Trains a learned optimizer and writes its weights, as safetensors and as a header.
//
//     halo-meta-train --preset paper --data FOLDER --threads 2 --out paper_weights
//
// The same preset, seed and updates give the same bits on the same machine, for any number of
// threads. A training that was interrupted goes on with --resume and the same arguments.

#include <array>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/learned/coordinate_lstm.hpp>
#include <halo/learned/hierarchical_rnn.hpp>
#include <halo/learned/weights_file.hpp>
#include <halo/meta/checkpoint.hpp>
#include <halo/meta/header_writer.hpp>
#include <halo/meta/trainer.hpp>
#include <halo/meta/validation.hpp>

#include "support/arguments.hpp"
#include "support/evolving.hpp"
#include "support/meta_recipes.hpp"
#include "support/meta_tasks.hpp"
#include "support/mnist_tasks.hpp"
#include "support/progress.hpp"

namespace {

using namespace halo;
using support::recipe;

struct settings {
  std::string preset = "leaky", data, out, resume;
  std::uint64_t updates = 0, seed = 1;  // 0 updates: what the preset says
  double minutes = 1e9, jacobian = -1;  // below 0: what the preset says
  std::size_t threads = 1;
  bool quick = false, spectral = false;
};

std::string number(double x, char const* format = "%.2f") {
  char text[32];
  std::snprintf(text, sizeof text, format, x);
  return text;
}

/// "1000: 84.31 (raw 83.12)" for each checkpoint.
std::string row(meta::validation_report const& v, std::span<std::uint64_t const> checkpoints) {
  std::string text;
  for (std::size_t k = 0; k < checkpoints.size(); ++k)
    text += (k == 0 ? "" : ", ") + std::to_string(checkpoints[k]) + ": " +
            number(100 * v.at[k].accuracy) + " (raw " + number(100 * v.at[k].raw_accuracy) + ")";
  return text + (v.failed > 0 ? ", " + std::to_string(v.failed) + " not finite" : "");
}

std::string validated_by(std::string const& tasks) {
  return "Accuracy on held-out " + tasks + ", in percent, at averaged weights:";
}
std::string made_by(settings const& s, std::string const& updates) {
  return "Made by: halo-meta-train --preset " + s.preset + " --seed " + std::to_string(s.seed) +
         (s.quick ? " --quick" : "") + (s.spectral ? " --spectral" : "") +
         (s.jacobian >= 0 ? " --jacobian " + number(s.jacobian, "%g") : "") + updates + ",";
}
std::string chosen_from(std::uint64_t update, std::uint64_t every) {
  return "weights of update " + std::to_string(update) + ", the best of one in every " +
         std::to_string(every) + ".";
}

template <class P>
void write(settings const& s, recipe const& r, learned::optimizer<P> const& rule,
           std::vector<std::string> const& lines) {
  for (std::string const& line : lines) std::printf("%s\n", line.c_str());
  if (s.out.empty()) return;
  std::string all;
  for (std::string const& line : lines) all += line + '\n';
  std::array<io::metadata_entry, 1> const metadata{{{"notes", all}}};
  learned::save_weights(s.out + ".safetensors", rule, metadata);
  meta::save_header(s.out + ".hpp",
                    {support::header_name(s.out), r.type, r.include, r.sentence, lines},
                    rule.values());
}

/// How a stage of a training goes on.
struct stage {
  std::uint64_t updates, every;
  std::string path, words;  // of what a resumed training needs; no path: not written
};

/// Updates until there were enough, or until the minutes are over; the best in validation is
/// offered.
template <class Trainer, class Validation, class Champion>
void go_on(Trainer& trainer, Validation& validation, Champion& best, settings const& s,
           recipe const& r, stage const& now) {
  support::progress bar(now.updates, trainer.updates());
  while (trainer.updates() < now.updates && bar.seconds() < 60 * s.minutes) {
    auto const u = trainer.update();
    bar.phase("meta-loss " + number(u.loss, "%.4f"), trainer.updates());
    bool const last = trainer.updates() == now.updates || bar.seconds() >= 60 * s.minutes;
    if (trainer.updates() % now.every != 0 && !last) continue;
    auto const v = validation.evaluate(trainer.optimizer(), s.threads);
    bool const better = best.offer(trainer.weights(), v.accuracy, trainer.updates());
    bar.finish();
    std::printf("%6llu %s %s\n", static_cast<unsigned long long>(trainer.updates()),
                better ? "best " : "     ", row(v, r.checkpoints).c_str());
    std::fflush(stdout);
    if (!now.path.empty()) meta::save(now.path, trainer, best, now.words);
  }
  bar.finish();
}

/// The preset, with what the arguments say of it.
recipe asked(settings const& s, recipe r) {
  if (s.quick) support::shorten(r);
  if (s.updates > 0) r.training.updates = s.updates;
  r.training.loss.spectral = s.spectral;
  if (s.jacobian >= 0) r.training.loss.jacobian = s.jacobian;
  r.training.threads = s.threads;
  r.training.draws = seed{s.seed};
  r.pool.longest_window = r.training.longest_window;
  return r;
}
std::string path_of(settings const& s, char const* end) { return s.out.empty() ? "" : s.out + end; }

template <class Validation, class Rule>
meta::validation_report validated(Validation& validation, Rule const& rule, settings const& s,
                                  recipe const& r, char const* name) {
  auto const v = validation.evaluate(rule, s.threads);
  std::printf("%s %s\n", name, row(v, r.checkpoints).c_str());
  std::fflush(stdout);
  return v;
}

std::string words_of(settings const& s, std::uint64_t every, std::string const& data) {
  return s.preset + ", validated every " + std::to_string(every) + " updates" +
         (data.empty() ? "" : ", on data " + data);
}

template <class P, class Tasks>
void train(settings const& s, recipe const& preset, Tasks const& tasks) {
  recipe const r = asked(s, preset);
  meta::validation<P> validation(tasks.template pool<P>(r.validation), r.checkpoints, r.runs,
                                 seed{7});
  learned::optimizer<P> const untrained(seed{s.seed});
  auto const first = validated(validation, untrained, s, r, "untrained   ");
  meta::trainer<P> trainer(untrained, r.training, tasks.template pool<P>(r.pool));
  meta::champion<P> best(untrained, first.accuracy);
  stage const now{r.training.updates, r.every, path_of(s, ".training.safetensors"),
                  words_of(s, r.every, tasks.data())};
  if (!s.resume.empty()) meta::resume(s.resume, trainer, best, now.words);
  go_on(trainer, validation, best, s, r, now);
  write(
      s, r, best.optimizer(),
      {made_by(s, " --updates " + std::to_string(r.training.updates) + ", " +
                      std::to_string(trainer.updates()) + " updates done"),
       chosen_from(best.update(), r.every),
       validated_by(r.validated_on.empty() ? "examples of " + std::to_string(r.validation.places) +
                                                 " tasks never trained on"
                                           : r.validated_on),
       "untrained " + row(first, r.checkpoints),
       "these     " + row(validation.evaluate(best.optimizer(), s.threads), r.checkpoints)});
  if (best.update() == 0)
    std::printf("No trained weights beat the untrained ones: these are those.\n");
}

constexpr char const* usage =
    "usage: halo-meta-train [--preset paper|l2o|authors|dm|leaky|halo] [--updates N]\n"
    "  [--minutes M] [--threads N] [--seed N] [--jacobian F] [--spectral] [--out NAME]\n"
    "  [--resume FILE] [--data FOLDER] [--quick]\n\n"
    "All presets but leaky and halo learn on FOLDER/mnist/train-images-idx3-ubyte ..., as\n"
    "scripts/fetch-data.sh leaves it; without --data the variable HALO_DATA is FOLDER.\n"
    "--jacobian: the weight of the Jacobian term. --spectral: it is the spectral norm of the\n"
    "Hessian. Writes NAME.safetensors, NAME.hpp and, on the way, NAME.training.safetensors for\n"
    "--resume.\n";

settings read(int count, char** argument) {
  settings s;
  s.data = support::data_folder();
  support::arguments in(count, argument, usage);
  while (in.next()) {
    if (in.is("--preset")) {
      s.preset = in.word({"paper", "l2o", "authors", "dm", "leaky", "halo"});
    } else if (in.is("--updates")) {
      s.updates = in.number();
    } else if (in.is("--minutes")) {
      s.minutes = in.positive();
    } else if (in.is("--threads")) {
      s.threads = in.number(1, 1024);
    } else if (in.is("--seed")) {
      s.seed = in.number(0, ~std::uint64_t{0});
    } else if (in.is("--jacobian")) {
      s.jacobian = in.positive();
    } else if (in.is("--spectral")) {
      s.spectral = true;
    } else if (in.is("--out")) {
      s.out = in.value();
    } else if (in.is("--resume")) {
      s.resume = in.value();
    } else if (in.is("--data")) {
      s.data = in.value();
    } else if (in.is("--quick")) {
      s.quick = true;
    } else {
      in.refuse();
    }
  }
  return s;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    settings const s = read(count, arguments);
    static_cast<void>(support::header_name(s.out));
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
    else if (s.preset == "halo")
      train<learned::hierarchical_program<options::leaky_paper>>(
          s, support::lasting_halo(),
          support::teachers<support::narrow, support::deep, support::wide>());
    else
      train<learned::hierarchical_program<options::leaky>>(s, support::leaky(),
                                                           support::teachers<support::narrow>());
  } catch (error const& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
