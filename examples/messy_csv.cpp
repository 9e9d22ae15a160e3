// SPDX-License-Identifier: BSD-3-Clause
// A table as a spreadsheet leaves it: a byte order mark, semicolons, decimal commas, texts, holes,
// notes of several lines in quotes. Learns which machines fail in two halls and predicts the
// others. The numbers are made up. Run it where examples/data lies, or name a file like it.
#include <cstdio>
#include <string>

#include <halo/halo.hpp>

using namespace halo;

using network = nn::sequential<nn::linear<6, 12>, nn::relu, nn::linear<12, 2>>;
static adapt::adapter<network, nn::cross_entropy, optim::adam, 32> device(
    optim::adam{{.rate = 0.01F}}, seed{1});

int main(int argc, char** argv) try {
  data::csv_options options{.separator = ';',
                            .decimal = ',',
                            .header = true,
                            .labels = {"state"},
                            .domain = {"hall"},
                            .weight = {"count"},
                            .leave_out = {"machine id", "note"},
                            .texts = {"state", "hall", "kind, maker"},
                            .missing_values = data::missing::keep};
  auto const table = data::load_csv(argc > 1 ? argv[1] : "examples/data/machines.csv", options);
  for (std::string const& name : table.names) std::printf("feature  %s\n", name.c_str());
  for (data::csv_table const& t : table.tables)
    for (std::size_t i = 0; i < t.values.size(); ++i)
      std::printf("column %zu, text %zu: %s\n", t.column, i, t.values[i].c_str());

  // Halls that were never seen, not rows that were: that is the question. 0 and 1 are their
  // numbers.
  auto [train, test] = data::domain_split(table.samples, {0, 1});
  data::standardizer const scale(train);  // a missing value becomes the mean
  scale.apply(train), scale.apply(test);
  data::weighted_batches stream(train, 32,
                                seed{1});  // a row that counts twice is drawn twice as often
  adapt::run(device, stream, {.iterations = 600});
  std::printf("%.1f %% of %zu machines in other halls\n", 100 * device.accuracy(test.x, test.y),
              test.rows());

  // One more row, tomorrow: the tables say which text is which.
  options.tables = table.tables;
  auto row = data::parse_csv(
                 "machine id;hall;\"kind, maker\";temperature;vibration;hours since service;"
                 "note;count;state\nM-1;north;\"mill, Orion\";75,5;?;810;;1;runs\n",
                 "a row", options)
                 .samples;
  scale.apply(row);
  float logits[2];
  device.predict(row.x, logits);
  std::printf("the new one: %s\n", table.tables.back().values[logits[1] > logits[0]].c_str());
} catch (halo::error const& e) {
  std::puts(e.what());
  return 1;
}
