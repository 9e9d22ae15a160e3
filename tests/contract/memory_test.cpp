// SPDX-License-Identifier: BSD-3-Clause
// Whoever reads or writes, where memory runs out: halo::error and no other exception, whichever
// allocation fails, it alone or all behind it; what was there before is still there.
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/adapt/checkpoint.hpp>
#include <halo/data/batches.hpp>
#include <halo/data/csv.hpp>
#include <halo/data/images.hpp>
#include <halo/data/svmlight.hpp>
#include <halo/io/memory_files.hpp>
#include <halo/io/npy.hpp>
#include <halo/io/npz.hpp>
#include <halo/io/pytorch.hpp>
#include <halo/io/save_pytorch.hpp>
#include <halo/learned/tensor_rnn.hpp>
#include <halo/learned/weights_file.hpp>
#include <halo/nn/batch_norm.hpp>
#include <halo/nn/linear.hpp>
#include <halo/nn/sequential.hpp>

#include "../support/allocation.hpp"
#include "../support/folder.hpp"

namespace contract_memory_test {

using namespace halo;

namespace {

using network = nn::sequential<nn::linear<3, 4>, nn::batch_norm, nn::linear<4, 3>>;
using device = adapt::adapter<network>;

std::string contents(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Runs what() with each of its allocations failing, and then with all behind it. Before each
/// round begin(), after each failure intact().
template <class What, class Begin, class Intact>
void survives(std::string const& name, What&& what, Begin&& begin, Intact&& intact) {
  CAPTURE(name);
  std::size_t points = 0;
  for (bool const all : {false, true}) {
    begin();
    for (std::size_t k = 1;; ++k) {
      CAPTURE(all);
      CAPTURE(k);
      bool refused = false, other = false;
      {
        support::failing_allocation const now(k, all);
        try {
          what();
        } catch (error const&) {
          refused = true;
        } catch (std::exception const&) {
          other = true;
        }
      }
      CHECK(!other);
      if (!refused && !other) break;
      intact();
      ++points;
    }
  }
  CHECK(points > 1);
}
template <class What>
void survives(std::string const& name, What&& what) {
  survives(
      name, what, [] {}, [] {});
}

}  // namespace

TEST_CASE("reading and writing under memory pressure throw halo::error alone") {
  if (!support::allocations_are_counted()) {
    MESSAGE("skipped: allocations are not counted under this sanitizer");
    return;
  }
  support::folder const here;
  // so long that the names of files take memory, too
  auto const path = [&](char const* end) { return here / (std::string(80, 'n') + end); };
  device d(optim::adam{}, seed{1}), other(optim::adam{}, seed{2});
  data::dataset set = data::make_dataset(12, 3, 3);
  for (std::size_t i = 0; i < 12; ++i) set.y(i) = static_cast<std::int32_t>(i % 3);
  data::batches stream(set, 4, seed{1}), late(set, 4, seed{1});
  for (int i = 0; i < 3; ++i) {
    auto const [x, y] = stream.next();
    d.step(x, y);
  }
  std::vector<double> best(100, 0.5), none(100);

  std::string const run = path("run"), parameters = path("parameters");
  auto const save = [&] { adapt::save(run, d, stream, named("best", best)); };
  save();
  std::string const file = contents(run);
  d.step(std::vector<float>(6, 0.5F), std::vector<std::int32_t>{0, 1});
  survives(
      "save", save, [&] { io::save_atomically(run, file); }, [&] { CHECK(contents(run) == file); });
  io::memory_files memory;
  survives("save in memory", [&] { adapt::save(memory, run, d, stream, named("best", best)); });
  auto const resume = [&](auto&& from) {
    return [&] { adapt::resume(from, other, late, named("best", none)); };
  };
  auto const bytes_of = [&] {
    auto const b = adapt::write(other, late, named("best", none));
    return std::vector<std::byte>(b.begin(), b.end());
  };
  auto const start = bytes_of();
  std::span<std::byte const> const at_start(start);
  auto const same = [&] { CHECK(bytes_of() == start); };
  survives("resume", resume(run), resume(at_start), same);
  auto const bytes = adapt::write(d, stream, named("best", best));
  survives("resume from bytes", resume(bytes.span()), resume(at_start), same);
  survives("write", [&] { static_cast<void>(adapt::write(d, stream)); });
  survives("save_parameters",
           [&] { adapt::save_parameters<network>(parameters, d.parameters(), d.statistics()); });
  survives("load_parameters",
           [&] { static_cast<void>(adapt::load_parameters<network>(parameters)); });
  survives("load_safetensors", [&] { static_cast<void>(io::load_safetensors(run)); });

  std::string const npy = path("x.npy"), pytorch = path("p.safetensors");
  survives("save_npy", [&] { io::save_npy(npy, set.x); });
  survives("load_npy", [&] { static_cast<void>(io::load_npy<float, 2>(npy)); });
  auto const save_pytorch = [&](auto const&... like) {
    io::save_pytorch<network>(pytorch, d.parameters(), d.statistics(), like...);
  };
  survives("save_pytorch", [&] { save_pytorch(); });
  survives("save_pytorch like another", [&] { save_pytorch(pytorch); });
  survives("load_pytorch", [&] { static_cast<void>(io::load_pytorch<network>(pytorch)); });

  std::string const csv = path("a.csv"), svm = path("a.svm"), weights = path("w.safetensors");
  std::ofstream(csv) << "a,kind,label\n1,some,0\n2,other,1\n3,some,2\n";
  std::ofstream(svm) << "1 1:0.5 3:2\n0 2:1\n";
  data::csv_options const options{.header = true, .texts = {"kind"}};
  survives("load_csv", [&] { static_cast<void>(data::load_csv(csv, options)); });
  survives("load_svmlight", [&] { static_cast<void>(data::load_svmlight(svm)); });
  std::string const photos = path("photos"), photo = photos + "/cat/1.pgm";
  std::filesystem::create_directories(photos + "/cat");
  std::ofstream(photo) << "P5 2 1 255\nab";
  survives("load_image", [&] { static_cast<void>(data::load_image(photo, {1, 2, 1})); });
  survives("load_images", [&] { static_cast<void>(data::load_images(photos, {1, 2, 1})); });
  std::filesystem::remove_all(photos);
  using rule = learned::tensor_rnn<>;
  rule const untrained;
  survives("save_weights", [&] { learned::save_weights(weights, untrained); });
  survives("load_weights", [&] { static_cast<void>(learned::load_weights<rule>(weights)); });
}

}  // namespace contract_memory_test
