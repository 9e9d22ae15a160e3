// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <halo/core/aligned.hpp>
#include <halo/core/error.hpp>
#include <halo/data/dataset.hpp>
#include <halo/data/text.hpp>
#include <halo/io/file.hpp>

// Thyroid disease: 3,772 patients of the Garavan Institute, Sydney, in three pairs of files that
// hold the same patients and diagnose one kind of disease each. [Quinlan 1987; UCI data set 102]

namespace halo::data {

/// Names of the diagnoses; the label is the index.
inline constexpr std::array<std::string_view, 4> thyroid_names = {"negative", "hypothyroid", "sick",
                                                                  "hyperthyroid"};

/// Patients, one row each: features are the first 26 attributes of the files, in their order.
///
/// 0 age, 1 sex (0 female, 1 male), 2 ... 15 yes or no, then five times whether an assay was made
/// and what it measured: TSH 17, T3 19, TT4 21, T4U 23, FTI 25. NaN: not known. TBG, which nobody
/// measured, and the referral source are left out.
struct thyroid {
  static constexpr std::size_t features = 26;
  /// Columns of the file with measured hormones.
  static constexpr std::array<std::size_t, 5> assays = {17, 19, 21, 23, 25};
  static constexpr std::size_t file_limit = std::size_t{1} << 24;  ///< bytes; published: 0.3 MB

  dataset samples;
  std::vector<std::int32_t> sex;       ///< of each row: 0 female, 1 male, -1 not known
  std::vector<std::uint32_t> patient;  ///< number of each row, as the files have it
};

/// A text of the thyroid files and its name for messages.
struct thyroid_text {
  std::string_view text;  ///< what the file holds
  std::string_view name;  ///< for messages
};

namespace detail {

/// What the class of a line says; the labels of thyroid_names.
struct thyroid_class {
  std::string_view name;  ///< for messages
  std::int32_t label;
};
inline constexpr std::array<thyroid_class, 10> thyroid_classes = {{{"negative", 0},
                                                                   {"hypothyroid", 1},
                                                                   {"primary hypothyroid", 1},
                                                                   {"compensated hypothyroid", 1},
                                                                   {"secondary hypothyroid", 1},
                                                                   {"sick", 2},
                                                                   {"hyperthyroid", 3},
                                                                   {"T3 toxic", 3},
                                                                   {"goitre", 3},
                                                                   {"secondary toxic", 3}}};

/// Joins lines of one patient after the other; use parse_thyroid and load_thyroid.
class thyroid_join {
 public:
  void add(thyroid_text const& from) {
    text::lines in(from.text, "thyroid", from.name);
    if (in.nothing_follows()) in.fail_all("lines such as 41,F,f, ... ,negative.|3733", "no line");
    while (!in.nothing_follows() && in.next()) add_line(in);
  }

  [[nodiscard]] thyroid finish() && {
    thyroid result;
    result.samples = make_dataset(y_.size(), thyroid::features, thyroid_names.size());
    std::copy(x_.begin(), x_.end(), result.samples.x.data());
    std::copy(y_.begin(), y_.end(), result.samples.y.data());
    for (std::size_t i = 0; i < y_.size(); ++i) {
      float const sex = x_[i * thyroid::features + 1];
      result.sex.push_back(sex == 1 ? 1 : sex == 0 ? 0 : -1);
    }
    result.patient = std::move(patient_);
    return result;
  }

 private:
  using row = std::array<float, thyroid::features>;
  static constexpr std::size_t attributes = 29;
  static constexpr float unknown = std::numeric_limits<float>::quiet_NaN();

  void add_line(text::lines const& in) {
    std::string_view rest = in.line();
    row x{};
    for (std::size_t k = 0; k < attributes; ++k) {
      float const value = take_attribute(in, rest, k);
      if (k < thyroid::features) x[k] = value;
    }
    std::int32_t const label = take_class(in, rest);
    std::string_view const at = rest;
    std::uint32_t patient = 0;
    bool const read = text::take(rest, '|') && text::take_integer(rest, patient);
    if (!read || !rest.empty()) {
      in.fail_at(at, "| and the number of the patient", text::quoted(at));
    }
    join(in, at, patient, x, label);
  }

  /// The value before the next comma: yes or no, a sex, a number, or 0 for a word.
  static float take_attribute(text::lines const& in, std::string_view& rest, std::size_t k) {
    std::string_view const at = rest;
    std::string_view field = text::take_field(rest, ',');
    if (!text::take(rest, ',')) {
      in.fail_at(at, "29 attributes, a comma after each", std::to_string(k));
    }
    std::string_view const whole = field;
    if (field == "?" && k + 1 < attributes) return unknown;
    if (k + 1 == attributes) return 0;
    if (k == 1) {
      if (field == "F" || field == "M") return field == "M" ? 1.0F : 0.0F;
      in.fail_at(at, "F, M or ?", text::quoted(whole));
    }
    if (k == 0 || (k > 16 && k % 2 == 1)) {
      float value = 0;
      if (text::take_number(field, value) && field.empty() && value >= 0) return value;
      in.fail_at(at, "a number from 0 or ?", text::quoted(whole));
    }
    if (field != "f" && field != "t") in.fail_at(at, "f, t or ?", text::quoted(whole));
    return field == "t" ? 1.0F : 0.0F;
  }

  static std::int32_t take_class(text::lines const& in, std::string_view& rest) {
    std::string_view const at = rest;
    std::string_view const name = text::take_field(rest, '.');
    auto const found = std::find_if(thyroid_classes.begin(), thyroid_classes.end(),
                                    [&](thyroid_class const& c) { return c.name == name; });
    if (!text::take(rest, '.') || found == thyroid_classes.end()) {
      in.fail_at(at, "a class such as negative. or primary hypothyroid.", text::quoted(at));
    }
    return found->label;
  }

  /// A diagnosis that comes before another one.
  static bool outweighs(std::int32_t label, std::int32_t other) noexcept {
    constexpr std::array<int, 4> weight = {0, 3, 1, 2};
    return weight[static_cast<std::size_t>(label)] > weight[static_cast<std::size_t>(other)];
  }

  void join(text::lines const& in, std::string_view at, std::uint32_t patient, row const& x,
            std::int32_t label) {
    auto const [known, fresh] = index_.try_emplace(patient, y_.size());
    std::size_t const i = known->second;
    if (fresh) {
      x_.insert(x_.end(), x.begin(), x.end());
      y_.push_back(label);
      patient_.push_back(patient);
      return;
    }
    if (std::memcmp(x.data(), x_.data() + i * x.size(), sizeof x) != 0) {
      in.fail_at(at, "the attributes that patient " + std::to_string(patient) + " had before",
                 "others");
    }
    if (outweighs(label, y_[i])) y_[i] = label;
  }

  std::vector<float> x_;
  std::vector<std::int32_t> y_;
  std::vector<std::uint32_t> patient_;
  std::unordered_map<std::uint32_t, std::size_t> index_;
};

}  // namespace detail

/// Joins the texts by the number of the patient: one row each, in the order of first mention.
///
///     41,F,f,f, ... ,t,109,f,?,SVHC,negative.|3733        29 attributes, class, patient; ?:
///     missing
///
/// See text::lines for what means nothing; blanks around a field do not either.
/// A patient has the label of the first of these that any text says: hypothyroid, hyperthyroid,
/// sick, negative. Taken alone each text calls the patients of the others negative. halo::error
/// with line, column, expected and found for anything else, negative numbers included, and where a
/// patient has other attributes than before.
[[nodiscard]] inline thyroid parse_thyroid(std::span<thyroid_text const> texts) {
  if (texts.empty()) fail("thyroid", "texts", "at least one", "none");
  std::size_t bytes = 0;
  for (thyroid_text const& t : texts) bytes += t.text.size();
  return io::with_memory(
      "thyroid", texts.front().name, bytes,
      [&] {
        detail::thyroid_join join;
        for (thyroid_text const& t : texts) join.add(t);
        return std::move(join).finish();
      },
      " bytes of text");
}

/// Reads allhypo, allhyper and sick, each .data and .test, of a folder; all six must be there.
///
/// halo::error as parse_thyroid and read_file.
[[nodiscard]] inline thyroid load_thyroid(std::string const& folder) {
  std::vector<std::string> paths;
  std::vector<aligned_buffer<std::byte>> bytes;
  std::vector<thyroid_text> texts;
  for (char const* part : {".data", ".test"}) {
    for (char const* disease : {"allhypo", "allhyper", "sick"}) {
      paths.push_back(folder + '/' + disease + part);
      bytes.push_back(io::read_file(paths.back(), thyroid::file_limit));
    }
  }
  for (std::size_t i = 0; i < paths.size(); ++i)
    texts.push_back({io::as_text(bytes[i].span()), paths[i]});
  return parse_thyroid(texts);
}

}  // namespace halo::data
