// SPDX-License-Identifier: BSD-3-Clause
//
// Evolves the numbers of learned::horizon_rule on pseudo-adaptations and writes them, as
// safetensors and as a header.
//
//     halo-evolve-rule --data FOLDER --threads 2 --out numbers
//
//     mpirun -n 4 halo-evolve-rule --data FOLDER --out numbers
//
// The same seed and options give the same bits on machines of one kind, for any number of threads
// and of ranks. What was interrupted goes on with --resume and the same arguments.

#include <array>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <halo/learned/weights_file.hpp>
#include <halo/meta/header_writer.hpp>
#include <halo/meta/numbers.hpp>
#include <halo/meta/whole_runs.hpp>

#include "support/adaptation_problems.hpp"
#include "support/arguments.hpp"
#include "support/evolving.hpp"
#include "support/ranks.hpp"

// Compiled for themselves, beside this file: families of problems that need data.
namespace support {
using list_of_problems = problem_list<rule_type>;
extern template void add_gas(list_of_problems&, std::string const&);
extern template void add_wearers(list_of_problems&, std::string const&);
extern template void add_digits(list_of_problems&, std::string const&);
}  // namespace support

namespace {

using namespace halo;
using evolution = meta::whole_runs<support::rule_type, support::rule_type>;

/// Where evolution begins: what an earlier one, which minded harm less, found. In the table's
/// order.
constexpr std::array<float, support::rule_type::weights> first_numbers{
    -4.44F, -0.22F, 0.07F, -0.04F, 0.48F,  0.01F,  1.12F,  -0.38F, 1.06F, -0.34F, -0.09F,
    -0.49F, 0.53F,  0.69F, 0.46F,  0.32F,  -3.84F, -1.99F, -0.35F, 0.66F, -0.30F, 3.76F,
    0.43F,  -3.59F, 0.99F, -0.78F, -1.40F, -0.94F, -1.14F, -3.75F, 0.48F, 0.31F,  2.77F};

struct settings {
  std::string data, out, resume, families = "ghdi", start;
  meta::whole_run_options how;
  std::uint64_t worlds = 2, every = 25;
  bool quick = false;
};

constexpr char const* usage =
    "usage: halo-evolve-rule [--data FOLDER] [--families ghdi] [--updates N] [--pairs N]\n"
    "  [--seed N] [--worlds N] [--longest N] [--threads N] [--start FILE] [--out NAME]\n"
    "  [--every N] [--resume FILE] [--quick]\n\n"
    "Families: g gases, h wearers, d digits, i inventions, which alone need no data. --worlds:\n"
    "how often each is split and pre-trained anew. --start: numbers to begin with. Writes\n"
    "NAME.safetensors, NAME.hpp and, after --every N updates, NAME.training.safetensors for\n"
    "--resume. Under mpirun all ranks share the runs, each with so many threads; the first\n"
    "writes.\n";

settings read(int count, char** argument) {
  settings s;
  s.data = support::data_folder();
  for (int i = 1; i < count; ++i) s.quick = s.quick || std::string_view(argument[i]) == "--quick";
  if (s.quick) {
    s.families = "i";
    s.worlds = 1;
    s.how.updates = 3;
    s.how.pairs = 6;
    s.how.episodes.longest_run = 30;
  }
  support::arguments in(count, argument, usage);
  while (in.next()) {
    if (in.is("--data")) {
      s.data = in.value();
    } else if (in.is("--families")) {
      s.families = in.value();
    } else if (in.is("--updates")) {
      s.how.updates = in.number();
    } else if (in.is("--pairs")) {
      s.how.pairs = in.number();
    } else if (in.is("--seed")) {
      s.how.episodes.draws = seed{in.number(0, ~std::uint64_t{0})};
    } else if (in.is("--worlds")) {
      s.worlds = in.number();
    } else if (in.is("--longest")) {
      s.how.episodes.longest_run = in.number(10);
    } else if (in.is("--threads")) {
      s.how.threads = in.number(1, 1024);
    } else if (in.is("--start")) {
      s.start = in.value();
    } else if (in.is("--out")) {
      s.out = in.value();
    } else if (in.is("--every")) {
      s.every = in.number();
    } else if (in.is("--resume")) {
      s.resume = in.value();
    } else if (!in.is("--quick")) {  // it was looked for before the others
      in.refuse();
    }
  }
  return s;
}

void write(settings const& s, support::rule_type const& rule, std::size_t problems) {
  for (meta::named_number const& n : meta::numbers_of(rule))
    std::printf("%-20s %8.4f\n", n.name.c_str(), n.value);
  if (s.out.empty()) return;
  auto const number = [](auto n) { return std::to_string(n); };
  std::vector<std::string> const notes{
      "Made by: halo-evolve-rule --families " + s.families + " --worlds " + number(s.worlds) +
          " --seed " + number(s.how.episodes.draws.value),
      "    --updates " + number(s.how.updates) + " --pairs " + number(s.how.pairs) + " --longest " +
          number(s.how.episodes.longest_run) + (s.start.empty() ? "" : " --start ...") + ", on " +
          number(problems) + " problems."};
  learned::save_weights(s.out + ".safetensors", rule);
  meta::save_header(s.out + ".hpp",
                    {.name = support::header_name(s.out),
                     .type = "horizon_rule<>",
                     .include = "halo/learned/horizon_rule.hpp",
                     .sentence = "The rule of few numbers, evolved on adaptations.",
                     .notes = notes},
                    rule.values());
}

void run(settings const& s, support::ranks& ranks) {
  static_cast<void>(support::header_name(s.out));
  if (s.families != "i" && s.data.empty()) support::leave_without_data("halo-evolve-rule");
  support::problems<support::rule_type> all;
  for (std::uint64_t k = 0; k < s.worlds; ++k) {
    std::uint64_t const number = s.how.episodes.draws.value * 10 + k;
    auto const some =
        support::evolved_on<support::rule_type>(s.data, s.families, seed{number}, s.quick);
    all.insert(all.end(), some.begin(), some.end());
  }
  std::printf("%zu problems\n", all.size());
  support::rule_type const start = s.start.empty()
                                       ? support::rule_type(std::span<float const>(first_numbers))
                                       : learned::load_weights<support::rule_type>(s.start);
  evolution training(start, s.how, all);
  std::string const recipe = s.families + ", " + std::to_string(s.worlds) + " worlds";
  double const seconds = support::evolve(training, recipe, {s.resume, s.out, s.every}, ranks);
  std::printf("%llu updates, %.0f s, seed %llu:\n",
              static_cast<unsigned long long>(training.updates()), seconds,
              static_cast<unsigned long long>(s.how.episodes.draws.value));
  if (ranks.first()) write(s, training.optimizer(), all.size());
}

}  // namespace

int main(int count, char** arguments) {
  settings const s = read(count, arguments);
  return support::run_by_ranks([&](support::ranks& ranks) { run(s, ranks); });
}
