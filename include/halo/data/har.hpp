// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <halo/macros_aside.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <halo/core/error.hpp>
#include <halo/data/dataset.hpp>
#include <halo/data/text.hpp>
#include <halo/io/file.hpp>

// Human Activity Recognition Using Smartphones: 30 people with a telephone at the waist, windows of
// 2.56 s. [Anguita et al. 2013, ESANN; UCI data set 240]

namespace halo::data {

/// Names of the activities; the label in the files is the index, 0 is none.
inline constexpr std::array<std::string_view, 7> har_names = {
    "none", "walking", "walking upstairs", "walking downstairs", "sitting", "standing", "laying"};

/// Names of the channels, in the order of a sample; a file is called <channel>_<part>.txt.
inline constexpr std::array<std::string_view, 9> har_channels = {
    "total_acc_x", "total_acc_y", "total_acc_z", "body_acc_x", "body_acc_y",
    "body_acc_z",  "body_gyro_x", "body_gyro_y", "body_gyro_z"};

/// Windows of raw signals, x [rows, 128 · 9]: nine channels at a moment, moment after moment;
/// accelerations in g, rotations in rad/s.
///
/// samples.y holds the labels of the files, 1 ... 6, so samples.classes is 7 and class 0 is empty;
/// select_classes(samples, {2, 4, 6}) makes a problem with labels 0 ... 2 of it.
struct har {
  static constexpr std::size_t moments = 128;  ///< of 2.56 seconds
  /// Three axes each of body and total acceleration and of the gyroscope.
  static constexpr std::size_t channels = har_channels.size();
  static constexpr std::size_t features = moments * channels;
  static constexpr std::size_t file_limit = std::size_t{1} << 26;  ///< bytes; published: 15 MB

  dataset samples;
  std::vector<std::int32_t> subject;  ///< who it was, 1 ... 30
};

/// The text of one file and its name for messages.
struct har_text {
  std::string_view text;  ///< what the file holds
  std::string_view name;  ///< for messages
};

/// The eleven files of one part of the data.
struct har_texts {
  std::array<har_text, har::channels> signals;  ///< in the order of har_channels
  har_text labels;                              ///< a number a line: 1 to 6
  har_text subjects;                            ///< a number a line: who wore it
};

namespace detail {

/// One whole number a line, from 1 to `most`.
[[nodiscard]] inline std::vector<std::int32_t> parse_har_column(har_text const& from,
                                                                std::string_view what,
                                                                std::int32_t most) {
  text::lines in(from.text, "har", from.name);
  std::string const expected = std::string(what) + " from 1 to " + std::to_string(most);
  std::vector<std::int32_t> column;
  while (!in.nothing_follows() && in.next()) {
    std::string_view rest = in.line();
    std::string_view const at = rest;
    std::int32_t value = 0;
    bool const read = text::take_integer(rest, value) && value >= 1 && value <= most;
    if (!read) in.fail_at(at, expected, text::quoted(text::word(at)));
    text::skip_blanks(rest);
    if (!rest.empty()) in.fail_at(rest, "the end of the line", text::quoted(text::word(rest)));
    column.push_back(value);
  }
  if (column.empty()) in.fail_all(expected + " a line", "no line");
  return column;
}

/// 128 numbers a line, as many lines as windows.
[[nodiscard]] inline std::vector<float> parse_har_signal(har_text const& from,
                                                         std::size_t windows) {
  text::lines in(from.text, "har", from.name);
  std::vector<float> signal;  // grows with the text: a number takes two characters of it
  std::size_t rows = 0;
  for (; rows < windows && !in.nothing_follows() && in.next(); ++rows) {
    std::string_view rest = in.line();
    for (std::size_t k = 0; k < har::moments; ++k) {
      std::string_view const before = rest;
      text::skip_blanks(rest);
      std::string_view const at = rest;
      float value = 0;
      bool const apart = k == 0 || at.size() < before.size();
      bool const read = apart && text::take_number(rest, value);
      if (!read || (!rest.empty() && rest[0] != ' ' && rest[0] != '\t')) {
        in.fail_at(at, "128 finite numbers, number " + std::to_string(k + 1),
                   text::quoted(text::word(at)));
      }
      signal.push_back(value);
    }
    text::skip_blanks(rest);
    if (!rest.empty()) in.fail_at(rest, "the end of the line", text::quoted(text::word(rest)));
  }
  if (rows < windows || !in.nothing_follows()) {
    in.fail_all(std::to_string(windows) + " lines, as many as labels",
                rows < windows ? std::to_string(rows) : "more");
  }
  return signal;
}

[[nodiscard]] inline har join_har(har_texts const& texts) {
  auto const labels = parse_har_column(texts.labels, "an activity", 6);
  std::size_t const windows = labels.size();
  har result;
  result.subject = parse_har_column(texts.subjects, "a subject", 30);
  if (result.subject.size() != windows) {
    fail("har", std::string(texts.subjects.name),
         std::to_string(windows) + " lines, as many as labels",
         std::to_string(result.subject.size()));
  }
  for (std::size_t c = 0; c < har::channels; ++c) {
    auto const signal = parse_har_signal(texts.signals[c], windows);
    // behind the first signal, whose text is not small: labels alone cannot ask for much memory
    if (c == 0) result.samples = make_dataset(windows, har::features, har_names.size());
    float* const x = result.samples.x.data() + c;
    for (std::size_t i = 0; i < signal.size(); ++i) x[i * har::channels] = signal[i];
  }
  std::copy(labels.begin(), labels.end(), result.samples.y.data());
  return result;
}

}  // namespace detail

/// Reads the texts of one part: a window a line, its label and its subject in the same line of
/// their files.
///
/// See text::lines for what means nothing. halo::error with file, line, column, expected and found:
/// labels outside 1 ... 6, subjects outside 1 ... 30, windows that do not have 128 finite numbers,
/// different numbers of lines.
[[nodiscard]] inline har parse_har(har_texts const& texts) {
  std::size_t bytes = texts.labels.text.size() + texts.subjects.text.size();
  for (har_text const& signal : texts.signals) bytes += signal.text.size();
  return io::with_memory(
      "har", texts.labels.name, bytes, [&] { return detail::join_har(texts); }, " bytes of text");
}

/// Reads the part "train" (21 subjects, 7,352 windows) or "test" (9 subjects, 2,947 windows) of the
/// unpacked folder "UCI HAR Dataset": the inertial signals, not the 561 features made of them.
///
/// halo::error as parse_har and read_file.
[[nodiscard]] inline har load_har(std::string const& folder, std::string const& part) {
  if (part != "train" && part != "test") fail("har", "part", "train or test", part);
  std::string const place = folder + '/' + part + '/';
  std::vector<std::string> paths;
  for (std::string_view const channel : har_channels) {
    paths.push_back(place + "Inertial Signals/" + std::string(channel) + '_' + part + ".txt");
  }
  paths.push_back(place + "y_" + part + ".txt");
  paths.push_back(place + "subject_" + part + ".txt");
  std::vector<aligned_buffer<std::byte>> bytes;
  std::vector<har_text> texts;
  for (std::string const& path : paths) {
    bytes.push_back(io::read_file(path, har::file_limit));
    texts.push_back({io::as_text(bytes.back().span()), path});
  }
  har_texts all{.signals = {}, .labels = texts[har::channels], .subjects = texts.back()};
  std::copy_n(texts.begin(), har::channels, all.signals.begin());
  return parse_har(all);
}

}  // namespace halo::data

#include <halo/macros_back.hpp>
