// SPDX-License-Identifier: BSD-3-Clause
#include <halo/adapt/checkpoint.hpp>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <halo/adapt/adapter.hpp>
#include <halo/io/flash_storage.hpp>
#include <halo/io/memory_files.hpp>
#include <halo/io/storage.hpp>
#include <halo/optim.hpp>

#include "../support/data.hpp"
#include "../support/device.hpp"
#include "../support/flash_chip.hpp"
#include "../support/folder.hpp"
#include "../support/network_cases.hpp"

namespace adapt_checkpoint_test {

using namespace halo;
using support::bytes_of;
using support::contains;
using support::folder;

namespace {

using network = nn::sequential<nn::linear<5, 7>, nn::relu, nn::dropout<std::ratio<1, 4>>,
                               nn::linear<7, 6>, nn::tanh, nn::linear<6, 3>>;
template <class Optimizer, class Network = network, class Loss = nn::cross_entropy>
using device = adapt::adapter<Network, Loss, Optimizer, 8>;

// Examples of step i: another mini-batch each, of 1 to 8 rows.
struct examples {
  std::vector<float> x;
  std::vector<std::int32_t> t;
  explicit examples(std::uint64_t i)
      : x(support::draw<float>((i % 8 + 1) * 5, 100 + i)),
        t(support::draw_labels(i % 8 + 1, 3, 200 + i)) {}
};

template <class Device>
void walk(Device& d, std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t i = first; i < last; ++i) {
    examples const e(i);
    d.step(e.x, e.t);
  }
}

optim::selection const some = optim::selection::thirds(3, 0.4, 0.6, 0.7);

// 50 steps at once = 20, saved, resumed in another object, 30 more.
template <class Optimizer>
void resumes(Optimizer const& rule, optim::selection const& select) {
  CAPTURE(std::string(Optimizer::name));
  folder f;
  std::string const path = f / "run.safetensors";
  auto straight = std::make_unique<device<Optimizer>>(rule, seed{9}, select);
  walk(*straight, 0, 50);
  auto first = std::make_unique<device<Optimizer>>(rule, seed{9}, select);
  walk(*first, 0, 20);
  adapt::save(path, *first);
  auto second = std::make_unique<device<Optimizer>>(rule, seed{77}, select);
  walk(*second, 3, 7);
  adapt::resume(path, *second);
  CHECK(bytes_of(*second) == bytes_of(*first));
  walk(*second, 20, 50);
  CHECK(bytes_of(*second) == bytes_of(*straight));
  CHECK(bytes_of(*second) != bytes_of(*first));
  CHECK(second->totals().iterations == 50);
  CHECK(second->seed().value == 9);
}

// The message with which a file is refused; nothing of the device may have changed.
template <class Device>
std::string refusal(Device& d, std::string const& path) {
  auto const before = bytes_of(d);
  std::string const message = support::message_of<error>([&] { adapt::resume(path, d); });
  CHECK(bytes_of(d) == before);
  return message;
}

// A device some steps old, and its file.
struct saved {
  folder f;
  std::string path = f / "run.safetensors";
  std::unique_ptr<device<optim::adam>> d =
      std::make_unique<device<optim::adam>>(optim::adam{}, seed{4}, some);
  saved() {
    walk(*d, 0, 12);
    adapt::save(path, *d);
  }
};

// The file once more, with its tensors and metadata changed by hand, and signed anew unless the
// edit is of the signature.
template <class Edit>
void rewrite(std::string const& from, std::string const& to, Edit edit) {
  io::safetensors const file = io::load_safetensors(from);
  std::vector<io::tensor_view> tensors(file.tensors().begin(), file.tensors().end());
  std::vector<io::metadata_entry> metadata(file.metadata().begin(), file.metadata().end());
  edit(tensors, metadata);
  std::string const sum = io::checksum(tensors, metadata);
  for (auto& entry : metadata)
    if (entry.key == "checksum" && entry.value == file.metadata("checksum")) entry.value = sum;
  io::save_safetensors(to, tensors, metadata);
}

io::tensor_view& tensor_of(std::vector<io::tensor_view>& tensors, std::string_view name) {
  for (io::tensor_view& t : tensors) {
    if (t.name == name) return t;
  }
  FAIL("no tensor of that name");
  return tensors.front();
}

}  // namespace

TEST_CASE("checkpoint: a resumed run has the bits of one that never stopped") {
  for (optim::selection const& select : {optim::selection::dense(), some}) {
    resumes(optim::sgd{}, select);
    resumes(optim::momentum{{.nesterov = true}}, select);
    resumes(optim::adagrad{}, select);
    resumes(optim::rmsprop{}, select);
    resumes(optim::adam{}, select);
    resumes(optim::adamw(), select);
    resumes(optim::averaged<optim::adam>{}, select);
    resumes(optim::clipped(optim::adam{}, {.norm = 0.5F}), select);
    resumes(optim::scheduled<optim::momentum, optim::cosine>{{}, {.steps = 40, .warm_up = 5}},
            select);
  }
}

TEST_CASE("checkpoint: the file names every parameter and says what it is of") {
  saved s;
  io::safetensors const file = io::load_safetensors(s.path);
  CHECK(file.tensors().size() == 6 + 4 + 4 + 13);
  CHECK(file.at("0.weight").shape == io::extents{5, 7});
  CHECK(file.at("3.bias").shape == io::extents{6});
  CHECK(file.at("5.weight").shape == io::extents{6, 3});
  CHECK(file.at("5.weight").as<float>()[0] == s.d->parameters()[5 * 7 + 7 + 7 * 6 + 6]);
  CHECK(file.at("optimizer.m").shape == io::extents{network::parameters});
  CHECK(file.at("optimizer.steps").type == io::dtype::u64);
  CHECK(file.at("run.iterations").as<std::uint64_t>()[0] == 12);
  CHECK(file.at("run.seed").as<std::uint64_t>()[0] == 4);
  CHECK(file.metadata("format") == "halo adapter");
  CHECK(file.metadata("version") == "2");
  std::string const identity(file.metadata("identity").value_or(""));
  for (char const* line :
       {"network.0.kind = linear\n", "network.2.rate.den = 4\n", "loss = cross entropy\n",
        "optimizer.name = adam\n", "optimizer.rate = 0.001\n", "policy.name = selection\n"}) {
    CAPTURE(line);
    CHECK(contains(identity, line));
  }
}

TEST_CASE("checkpoint: files of another network, loss, optimizer, kind or version") {
  saved s;
  std::string const begin = "checkpoint: " + s.path + ": ";
  using tanh = nn::sequential<nn::linear<5, 7>, nn::tanh, nn::dropout<std::ratio<1, 4>>,
                              nn::linear<7, 6>, nn::tanh, nn::linear<6, 3>>;
  auto const other = std::make_unique<device<optim::adam, tanh>>();
  CHECK(refusal(*other, s.path) == begin + "network: 1.kind: expected tanh, found relu");
  auto const sgd = std::make_unique<device<optim::sgd>>();
  CHECK(refusal(*sgd, s.path) == begin + "optimizer: name: expected sgd, found adam");
  auto const square = std::make_unique<device<optim::adam, network, nn::mean_square>>();
  CHECK(refusal(*square, s.path) == begin + "loss: expected mean square, found cross entropy");

  std::string const edited = s.f / "edited";
  struct {
    char const* key;
    char const* value;
    char const* says;
  } const cases[] = {
      {"version", "1",
       "version: expected 2, found '1', of another halo, whose files cannot be read"},
      {"format", "halo parameters", "format: expected halo adapter, found 'halo parameters'"},
      {"checksum", "0", "found '0'"},
      {"checksum", "", "found nothing"}};
  for (auto const& c : cases) {
    CAPTURE(c.says);
    rewrite(s.path, edited, [&](auto&, auto& metadata) {
      for (auto& entry : metadata) {
        if (entry.key == c.key) entry.value = c.value;
      }
    });
    CHECK(contains(refusal(*s.d, edited), c.says));
  }
  rewrite(s.path, edited, [](auto&, auto& metadata) { metadata.clear(); });
  CHECK(refusal(*s.d, edited) ==
        "checkpoint: " + edited + ": format: expected halo adapter, found none");
}

TEST_CASE("checkpoint: tensors that are missing, too many, of another shape or not finite") {
  saved s;
  std::string const edited = s.f / "edited";
  auto const says = [&](auto edit) {
    rewrite(s.path, edited, [&](auto& tensors, auto&) { edit(tensors); });
    return refusal(*s.d, edited);
  };
  std::string const begin = "checkpoint: " + edited + ": tensor ";
  CHECK(says([](auto& t) { std::erase_if(t, [](auto& v) { return v.name == "3.bias"; }); }) ==
        begin + "'3.bias': expected F32 [6], found none of that name");
  CHECK(says([](auto& t) { std::erase_if(t, [](auto& v) { return v.name == "run.seed"; }); }) ==
        begin + "'run.seed': expected U64 [1], found none of that name");
  CHECK(says([](auto& t) {
          tensor_of(t, "0.weight").shape = {7, 5};
        }) == begin + "'0.weight': expected F32 [5, 7], found F32 [7, 5]");
  CHECK(says([](auto& t) { tensor_of(t, "optimizer.steps").type = io::dtype::i64; }) ==
        begin + "'optimizer.steps': expected U64 [6], found I64 [6]");
  std::vector<float> const more(3, 1.0F);
  CHECK(says([&](auto& t) { t.push_back(io::as_tensor("7.bias", std::span(more), {3})); }) ==
        begin + "'7.bias': expected no tensor of that name, found [3]");
  CHECK(says([&](auto& t) { t.push_back(io::as_tensor("run.more", std::span(more), {3})); }) ==
        begin + "'run.more': expected no tensor of that name, found [3]");
  for (float bad :
       {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    std::vector<float> const values{1, bad, 1};
    for (char const* name : {"5.bias"}) {
      CHECK(says([&](auto& t) { tensor_of(t, name).bytes = std::as_bytes(std::span(values)); }) ==
            begin + "'5.bias', element 1: expected a finite number, found " +
                (bad < 0 ? "-inf" : "nan"));
    }
    CHECK(says([&](auto& t) {
            tensor_of(t, "optimizer.bound").bytes = std::as_bytes(std::span(values).subspan(1, 1));
          }) == begin + "'optimizer.bound': expected " +
                    (bad < 0 ? "a number of at least 0, found -inf"
                             : "a number of at least 0, found nan"));
  }
  CHECK(says([](auto&) {}) == "no error");
}

TEST_CASE("checkpoint: a flipped bit, or a file cut off, is refused whatever it hits") {
  saved s;
  std::string text;
  {
    auto const bytes = io::read_file(s.path);
    text = io::as_text(bytes.span());
  }
  auto const message = [&](std::string const& broken) {
    return support::message_of<error>([&] { adapt::resume(io::as_bytes(broken), *s.d); });
  };
  auto const before = bytes_of(*s.d);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string broken = text;
    broken[i] = static_cast<char>(broken[i] ^ (1 << i % 8));
    CAPTURE(i);
    CHECK(message(broken) != "no error");
    if (i % 7 == 0) CHECK(message(text.substr(0, i)) != "no error");
  }
  CHECK(bytes_of(*s.d) == before);
  CHECK(message(text) == "no error");
}

TEST_CASE("checkpoint: a folder that is not there, a folder that is no file") {
  saved s;
  CHECK(contains(refusal(*s.d, s.f / "none"), "No such file"));
  CHECK(contains(refusal(*s.d, s.f.path()), "expected a regular file, found a folder"));
  auto const message = [&](std::string const& path) {
    return support::message_of<error>([&] { adapt::save(path, *s.d); });
  };
  CHECK(contains(message(s.f / "no/run"), "expected a writable folder"));
  CHECK(contains(message("/dev/full"), "expected a regular file or nothing"));
  CHECK(contains(message(s.f.path()), "found a folder"));
}

TEST_CASE("checkpoint: a full disk leaves the old file and nothing else") {
  saved s;
  auto const old_bytes = bytes_of(*s.d);
  walk(*s.d, 12, 15);
  struct rlimit old {};
  CHECK(::getrlimit(RLIMIT_FSIZE, &old) == 0);
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit const small{1000, old.rlim_max};
  CHECK(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  std::string const message = support::message_of<error>([&] { adapt::save(s.path, *s.d); });
  CHECK(::setrlimit(RLIMIT_FSIZE, &old) == 0);
  std::signal(SIGXFSZ, handler);
  CHECK(contains(message, "expected writing to succeed, found File too large"));
  CHECK(s.f.names() == std::vector<std::string>{"run.safetensors"});
  adapt::resume(s.path, *s.d);
  CHECK(bytes_of(*s.d) == old_bytes);
}

TEST_CASE("checkpoint: a device whose state is not finite is not saved") {
  saved s;
  s.d->state().m[3] = std::numeric_limits<float>::infinity();
  auto const m = support::message_of<error>([&] { adapt::save(s.path, *s.d); });
  CHECK(m == "checkpoint: " + s.path +
                 ": tensor 'optimizer.m', element 3: expected a finite number, found inf");
  adapt::resume(s.path, *s.d);
  CHECK(s.d->totals().iterations == 12);
}

TEST_CASE("checkpoint: parameters alone, from their own file or a whole run's") {
  saved s;
  std::string const path = s.f / "parameters";
  adapt::save_parameters<network>(path, s.d->parameters());
  for (std::string const& from : {path, s.path}) {
    auto const theta = adapt::load_parameters<network>(from);
    CHECK(std::ranges::equal(theta.span(), s.d->parameters()));
    auto const fresh = std::make_unique<device<optim::sgd>>(optim::sgd{}, theta.span(), seed{1});
    CHECK(std::ranges::equal(fresh->parameters(), s.d->parameters()));
    CHECK(fresh->totals().iterations == 0);
  }
  CHECK(refusal(*s.d, path) ==
        "checkpoint: " + path + ": format: expected halo adapter, found 'halo parameters'");
}

TEST_CASE("checkpoint: parameters that somebody else wrote, by names and shapes") {
  saved s;
  std::string const foreign = s.f / "foreign";
  rewrite(s.path, foreign, [](auto& tensors, auto& metadata) {
    std::erase_if(tensors, [](auto& t) { return t.name[0] > '9'; });
    metadata = {{"layout", "halo"}};
  });
  CHECK(std::ranges::equal(adapt::load_parameters<network>(foreign).span(), s.d->parameters()));

  using shorter = nn::sequential<nn::linear<5, 7>, nn::relu, nn::dropout<>, nn::linear<7, 6>>;
  using wider = nn::sequential<nn::linear<5, 7>, nn::relu, nn::dropout<>, nn::linear<7, 8>>;
  using longer = nn::sequential<nn::linear<5, 7>, nn::relu, nn::dropout<>, nn::linear<7, 6>,
                                nn::relu, nn::linear<6, 3>, nn::tanh, nn::linear<3, 2>>;
  auto const message = [&]<class N>(std::string const& path) {
    return support::message_of<error>([&] { static_cast<void>(adapt::load_parameters<N>(path)); });
  };
  std::string const begin = "checkpoint: " + foreign + ": tensor ";
  CHECK(message.operator()<shorter>(foreign) ==
        begin + "'5.bias': expected no tensor of that name, found [3]");
  CHECK(message.operator()<wider>(foreign) ==
        begin + "'3.weight': expected F32 [7, 8], found F32 [7, 6]");
  CHECK(message.operator()<longer>(foreign) ==
        begin + "'7.weight': expected F32 [3, 2], found none of that name");
  CHECK(contains(message.operator()<shorter>(s.path), "network: 2.rate.den: expected 2, found 4"));
}

TEST_CASE("checkpoint: parameters that are not saved") {
  folder f;
  std::vector<float> theta(network::parameters, 1.0F);
  auto const message = [&] {
    return support::message_of<error>([&] { adapt::save_parameters<network>(f / "p", theta); });
  };
  theta[7] = std::numeric_limits<float>::quiet_NaN();
  CHECK(contains(message(), "a finite number, found nan"));
  theta.pop_back();
  CHECK(message() == "checkpoint: parameters: expected 111, found 110");
  CHECK(f.names().empty());
}

TEST_CASE("checkpoint: a policy amid its stages goes on with the same bits") {
  using staged =
      adapt::adapter<network, nn::cross_entropy, optim::averaged<optim::adam>, 8, optim::gated<>>;
  optim::gated<> const policy{.inner = {.patience = 5, .plateau = 0.5}, .accuracy = 0.2};
  folder f;
  std::string const path = f / "run";
  for (std::uint64_t stop : {3U, 9U, 40U}) {  // in the first stage, later, behind the gate
    CAPTURE(stop);
    auto const straight = std::make_unique<staged>(optim::averaged<optim::adam>{}, seed{9}, policy);
    walk(*straight, 0, 60);
    auto const first = std::make_unique<staged>(optim::averaged<optim::adam>{}, seed{9}, policy);
    walk(*first, 0, stop);
    adapt::save(path, *first);
    auto const second = std::make_unique<staged>(optim::averaged<optim::adam>{}, seed{4}, policy);
    walk(*second, 0, 33);
    adapt::resume(path, *second);
    CHECK(bytes_of(*second) == bytes_of(*first));
    CHECK(second->wanted_batch() == first->wanted_batch());
    walk(*second, stop, 60);
    CHECK(bytes_of(*second) == bytes_of(*straight));
  }
  CHECK(adapt::load_parameters<network>(path).span().size() == network::parameters);
  auto const dense = std::make_unique<device<optim::averaged<optim::adam>>>();
  CHECK(contains(refusal(*dense, path), "policy: name: expected selection, found gated"));
  adapt::save(path, *dense);
  auto const other = std::make_unique<staged>(optim::averaged<optim::adam>{}, seed{9}, policy);
  CHECK(contains(refusal(*other, path), "policy: name: expected gated, found selection"));
}

TEST_CASE("checkpoint: every option that differs is named") {
  folder f;
  std::string const path = f / "run";
  auto const says = [&](auto saved, auto resumed) {
    using saved_device = device<decltype(saved)>;
    using resumed_device = device<decltype(resumed)>;
    adapt::save(path, *std::make_unique<saved_device>(saved));
    auto const to = std::make_unique<resumed_device>(resumed);
    return refusal(*to, path).substr(std::string("checkpoint: " + path + ": ").size());
  };
  CHECK(says(optim::clipped(optim::adam{}, {.norm = 5}),
             optim::clipped(optim::adam{}, {.norm = 1})) == "optimizer: norm: expected 1, found 5");
  CHECK(says(optim::clipped(optim::adam{}, {.norm = 5}), optim::adam{}) ==
        "optimizer: name: expected adam, found clipped");
  CHECK(says(optim::adam{{.beta2 = 0.99F}}, optim::adam{}) ==
        "optimizer: beta2: expected 0.999, found 0.99");
  device<optim::adam> const plain(optim::adam{}, seed{1}, some);
  adapt::save(path, plain);
  device<optim::adam> dense(optim::adam{}, seed{1});
  CHECK(contains(refusal(dense, path), "policy: probability: expected 1 1 1"));
}

TEST_CASE("checkpoint: in memory and in flash the same bytes as in a file, which go on") {
  folder f;
  using plain = device<optim::adam>;
  auto const d = std::make_unique<plain>(optim::adam{}, seed{1}, some);
  auto const kept_in = [&](auto& where, std::string const& name) {
    double const half = 0.5;
    adapt::save(where, name, *d, named("best", half));
    auto const other = std::make_unique<plain>(optim::adam{}, seed{2}, some);
    double best = 0;
    adapt::resume(where, name, *other, named("best", best));
    CHECK(best == 0.5);
    CHECK(bytes_of(*other) == bytes_of(*d));
    auto file = where.open(name);
    return std::string(io::as_text(file.read_rest().span()));
  };
  support::flash_chip<65536, 4096, 16> chip;
  io::flash_storage flash(chip);
  io::memory_files memory;
  io::files files;
  for (std::uint64_t i = 0; i < 3; ++i) {
    walk(*d, 10 * i, 10 * (i + 1));
    std::string const bytes = kept_in(files, f / "run");
    CHECK(kept_in(memory, "run") == bytes);
    CHECK(kept_in(flash, "run") == bytes);
  }
  adapt::save_parameters<network>(memory, "parameters", d->parameters());
  auto const back = adapt::load_parameters<network>(memory, "parameters");
  CHECK(std::ranges::equal(back.span(), d->parameters()));
  CHECK(contains(support::message_of<error>([&] { adapt::resume(flash, "other", *d); }),
                 "flash: other: expected something of that name, found 'run'"));
}

}  // namespace adapt_checkpoint_test
