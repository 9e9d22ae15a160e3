// SPDX-License-Identifier: BSD-3-Clause
#include <halo/data/csv.hpp>

#include <doctest/doctest.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <halo/core/random.hpp>
#include <halo/io/save.hpp>

#include "../support/data.hpp"
#include "../support/folder.hpp"

namespace data_csv_test {

using namespace halo;
using data::csv_options;

namespace {

data::csv parse(std::string const& text, csv_options const& options = {}) {
  return data::parse_csv(text, "a.csv", options);
}

std::string message(std::string const& text, csv_options const& options = {}) {
  return support::message_of<error>([&] { static_cast<void>(parse(text, options)); });
}

std::vector<float> features(data::csv const& c) {
  auto const all = tensor::elements(c.samples.x);
  return {all.begin(), all.end()};
}

std::vector<std::int32_t> labels(data::csv const& c) {
  auto const all = tensor::elements(c.samples.y);
  return {all.begin(), all.end()};
}

// The shortest text that means exactly this number.
std::string written(float value) {
  std::array<char, 32> text{};
  auto const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

}  // namespace

TEST_CASE("csv: rows of features and a label") {
  data::csv const c = parse("5.1,-3.5,0\n4.9,3e0,2\n");
  CHECK(c.samples.rows() == 2);
  CHECK(c.samples.features() == 2);
  CHECK(c.samples.classes == 3);
  CHECK(features(c) == std::vector<float>{5.1F, -3.5F, 4.9F, 3.0F});
  CHECK(labels(c) == std::vector<std::int32_t>{0, 2});
  CHECK(c.names.empty());
  CHECK(c.label_names.empty());
}

TEST_CASE("csv: the label in any column, or in none") {
  std::string const text = "7,1,2\n3,4,5\n";
  struct {
    std::vector<data::csv_column> columns;
    std::vector<float> x;
    std::vector<std::int32_t> y;
    std::size_t classes;
  } const cases[] = {{{0}, {1, 2, 4, 5}, {7, 3}, 8},  {{1}, {7, 2, 3, 5}, {1, 4}, 5},
                     {{2}, {7, 1, 3, 4}, {2, 5}, 6},  {{-1}, {7, 1, 3, 4}, {2, 5}, 6},
                     {{-3}, {1, 2, 4, 5}, {7, 3}, 8}, {{}, {7, 1, 2, 3, 4, 5}, {0, 0}, 1}};
  for (auto const& expected : cases) {
    data::csv const c = parse(text, {.labels = expected.columns});
    CHECK(features(c) == expected.x);
    CHECK(labels(c) == expected.y);
    CHECK(c.samples.classes == expected.classes);
  }
  data::csv const single = parse("1\n2\n3", {.labels = {}});
  CHECK(features(single) == std::vector<float>{1, 2, 3});
}

TEST_CASE("csv: a number of classes that is known") {
  CHECK(parse("1,0\n2,1\n", {.classes = 5}).samples.classes == 5);
  CHECK(parse("1,4\n", {.classes = 5}).samples.classes == 5);
  CHECK(message("1,5\n", {.header = false, .classes = 5}) ==
        "csv: a.csv: line 1, column 3: expected a label from 0 to 4 in field 2 (a header needs "
        "csv_options::header), found '5'");
  CHECK(parse("1,100000\n", {.classes = 100001}).samples.y(0) == 100000);
  csv_options texts{.texts = {-1}, .classes = 2};
  CHECK(parse("1,b\n2,a\n3,b\n", texts).samples.classes == 2);
  CHECK(message("1,b\n2,a\n3,c\n", texts) ==
        "csv: a.csv: line 3, column 3: expected at most 2 different labels in field 2, found 'c'");
  texts.tables = {{1, {"a", "b", "c"}}};
  CHECK(labels(parse("1,b\n2,a\n", texts)) == std::vector<std::int32_t>{1, 0});
  CHECK(support::contains(message("1,b\n2,c\n", texts), "at most 2 different labels"));
}

TEST_CASE("csv: names of the columns") {
  std::string const text = "age, \"T, \"\"free\"\"\" ,,class\n41,1.3,2,0\n";
  data::csv const c = parse(text, {.header = true});
  CHECK(c.names == std::vector<std::string>{"age", "T, \"free\"", ""});
  CHECK(c.label_names == std::vector<std::string>{"class"});
  CHECK(features(c) == std::vector<float>{41, 1.3F, 2});
  data::csv const unlabelled = parse(text, {.header = true, .labels = {}});
  CHECK(unlabelled.names.size() == 4);
  CHECK(unlabelled.label_names.empty());
  data::csv const numbers = parse("0,1\n5,6\n", {.header = true, .labels = {0}});
  CHECK(numbers.names == std::vector<std::string>{"1"});
  CHECK(numbers.label_names == std::vector<std::string>{"0"});
  CHECK(numbers.samples.rows() == 1);
}

TEST_CASE("csv: every separator") {
  for (char separator : {',', ';', ':', '|', '\t', ' '}) {
    CAPTURE(separator);
    std::string text = "a#b#c\n1.5#-2#1\n3#\"4\"#0\n";
    for (char& c : text) c = c == '#' ? separator : c;
    data::csv const c = parse(text, {.separator = separator, .header = true});
    CHECK(features(c) == std::vector<float>{1.5F, -2, 3, 4});
    CHECK(labels(c) == std::vector<std::int32_t>{1, 0});
    CHECK(c.names == std::vector<std::string>{"a", "b"});
  }
  for (char bad : {'.', '"', '\n', '\r', '0', '-', 'e', '\0'}) {
    CAPTURE(bad);
    CHECK(
        support::contains(message("1,2\n", {.separator = bad}), "csv: separator: expected one of"));
  }
}

TEST_CASE("csv: columns made with blanks") {
  csv_options const blanks{.separator = ' '};
  for (char const* text :
       {"1 2.5 1\n3 4 0", "  1   2.5\t1  \n3 4 0\n", "\t1\t2.5 \"1\" \r\n3 4 0"}) {
    CAPTURE(text);
    data::csv const c = parse(text, blanks);
    CHECK(features(c) == std::vector<float>{1, 2.5F, 3, 4});
    CHECK(labels(c) == std::vector<std::int32_t>{1, 0});
  }
  CHECK(
      support::contains(message("\"1\"2 3\n", blanks), "column 4: expected the end of the field"));
  CHECK(support::contains(message("1,5 2\n", blanks), "a finite number in field 1"));
}

TEST_CASE("csv: ends of lines, marks, blanks and quotes make no difference") {
  for (std::string const& text : std::vector<std::string>{
           "1,2,0\n3,4,1\n", "1,2,0\n3,4,1", "1,2,0\r\n3,4,1\r\n", "1,2,0\n3,4,1\n\n \r\n\t",
           "\xEF\xBB\xBF"
           "1,2,0\n3,4,1",
           " 1 ,\t2 , 0 \n3,4,1", "\"1\",\"2\",\"0\"\n3, \"4\" ,1", "+1,2.0,0\n3.,.4e1,1"}) {
    CAPTURE(text);
    data::csv const c = parse(text);
    CHECK(features(c) == std::vector<float>{1, 2, 3, 4});
    CHECK(labels(c) == std::vector<std::int32_t>{0, 1});
  }
}

TEST_CASE("csv: bad input is named with line, column, expected and found") {
  std::string const good = "1,2,0\n";
  struct {
    std::string text;
    std::string says;
  } const cases[] = {
      {"", "csv: a.csv: expected rows of numbers, found an empty file"},
      {" \r\n\n", "expected rows of numbers, found an empty file"},
      {"\xEF\xBB\xBF\n", "expected rows of numbers, found an empty file"},
      {"a,b,c\n" + good,
       "line 1, column 1: expected a finite number in field 1 (a header needs "
       "csv_options::header), found 'a'"},
      {good + "1,x,0\n",
       "csv: a.csv: line 2, column 3: expected a finite number in field 2, found 'x'"},
      {good + "1,,0\n", "line 2, column 3: expected a finite number in field 2, found nothing"},
      {good + "1, ,0\n", "expected a finite number in field 2, found nothing"},
      {good + "1,\"\",0\n", "expected a finite number in field 2, found nothing"},
      {good + "1,?,0\n", "expected a finite number in field 2, found '?'"},
      {good + "1,nan,0\n", "expected a finite number in field 2, found 'nan'"},
      {good + "1,NA,0\n", "expected a finite number in field 2, found 'NA'"},
      {good + "inf,1,0\n", "line 2, column 1: expected a finite number in field 1, found 'inf'"},
      {good + "1,-infinity,0\n", "found '-infinity'"},
      {good + "1,1e39,0\n", "found '1e39'"},
      {good + "1,1e99999999999,0\n", "found '1e99999999999'"},
      {good + "1,0x10,0\n", "found '0x10'"},
      {good + "1,1_000,0\n", "found '1_000'"},
      {good + "1,1 000,0\n", "found '1 000'"},
      {good + "1,2f,0\n", "found '2f'"},
      {good + "1,\" 2\",0\n", "found ' 2'"},
      {good + "1,\"2\"\"\",0\n", "found '2\"\"'"},
      {good + "1,#2,0\n", "found '#2'"},
      {good + std::string("1,2\0,0\n", 7), "found '2?'"},
      {good + "1,2,\n",
       "line 2, column 5: expected a label from 0 to 65535 in field 3, found noth"},
      {good + "1,2,-1\n", "expected a label from 0 to 65535 in field 3, found '-1'"},
      {good + "1,2,+1\n", "found '+1'"},
      {good + "1,2,1.0\n", "found '1.0'"},
      {good + "1,2,1e0\n", "found '1e0'"},
      {good + "1,2,negative\n", "found 'negative'"},
      {good + "1,2,65536\n", "expected a label from 0 to 65535 in field 3, found '65536'"},
      {good + "1,2,99999999999999999999\n", "found '99999999999999999999'"},
      {good + "1,2\n", "line 2, column 4: expected 3 fields, found 2"},
      {good + "1\n", "line 2, column 2: expected 3 fields, found 1"},
      {good + "1,2,0,5\n", "line 2, column 7: expected 3 fields, found more"},
      {good + "1,2,0,\n", "line 2, column 7: expected 3 fields, found more"},
      {good + "\n" + good, "line 2, column 1: expected a finite number in field 1, found nothing"},
      {"1;2;0\n",
       "line 1, column 1: expected features beside labels and what is left out, found 1 field"},
      {"1;2;0\n", "left out, found 1 field (csv_options::separator is ',')"},
      {"5\n", "expected features beside labels and what is left out, found 1 field"},
      {good + "\"1,2,0\n", "line 2, column 1: expected closing quotes, found"},
      {good + "1,\"2\n\",0\n", "line 2, column 4: expected a finite number in field 2, found '2?'"},
      {good + "1,\"2\"\",0\n", "expected closing quotes, found"},
      {good + "1,\"2\"3,0\n", "line 2, column 6: expected the end of the field behind its quotes"},
      {good + "1,2\"3\",0\n", "expected a finite number in field 2, found '2\"3\"'"},
      {good + std::string(100000, '1') + ",2,0\n", "found '11111111111111111111111111111111...'"},
      {good + "1,2," + std::string(100000, '1'), "expected a label"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.text.substr(0, 100));
    std::string const m = message(c.text);
    CAPTURE(m);
    CHECK(support::contains(m, c.says));
    CHECK(support::contains(m, "csv: a.csv: "));
  }
}

TEST_CASE("csv: headers that are wrong") {
  csv_options const header{.header = true};
  CHECK(message("a,b\n", header) == "csv: a.csv: expected rows of numbers, found a header alone");
  CHECK(message("a,b\n\n\n", header) ==
        "csv: a.csv: expected rows of numbers, found a header alone");
  CHECK(message("a,b\n1,2,3\n", header) ==
        "csv: a.csv: line 2, column 5: expected 2 fields, found more");
  CHECK(message("a,b,c\n1,2\n", header) ==
        "csv: a.csv: line 2, column 4: expected 3 fields, found 2");
  CHECK(support::contains(message("a,b\nx,0\n", header),
                          "expected a finite number in field 1, 'a', fou"));
  CHECK(support::contains(message("a,\"b\n1,0\n", header), "line 1, column 3: expected closing"));
  CHECK(support::contains(message("a,b\n1,0\n", {.header = true, .labels = {2}}),
                          "line 1, column 1: expected a column 2, found 2 fields"));
}

TEST_CASE("csv: columns by name, columns left out, several columns of numbers to be met") {
  std::string const text = "id,heat,age,power\n7,1.5,41,2\n8,-1,42,3.5\n";
  auto const c = data::parse_csv<float>(
      text, "a.csv", {.header = true, .labels = {"power", "heat"}, .leave_out = {"id"}});
  CHECK(c.names == std::vector<std::string>{"age"});
  CHECK(c.label_names == std::vector<std::string>{"heat", "power"});  // in the file's order
  CHECK(c.samples.features() == 1);
  CHECK(c.samples.targets() == 2);
  CHECK(c.samples.x(1, 0) == 42);
  CHECK(c.samples.y(1, 0) == -1);
  CHECK(c.samples.y(1, 1) == 3.5F);
  auto const says = [&](csv_options const& o) { return message(text, o); };
  CHECK(says({.header = true, .labels = {"class"}}) ==
        "csv: a.csv: line 1, column 1: expected a column 'class' in the header, found none");
  CHECK(support::contains(says({.labels = {"age"}}), "found no header (csv_options::header)"));
  CHECK(support::contains(message("a,a\n1,2\n", {.header = true, .labels = {"a"}}),
                          "expected one column 'a', found several"));
  CHECK(support::contains(
      says({.header = true, .labels = {"age"}, .leave_out = {"age"}}),
      "expected every column in one list of labels, domain, weight and leave_out, "
      "found column 2 in two"));
  CHECK(support::contains(says({.labels = {0, 1}}), "csv: labels: expected one column"));
  CHECK(support::contains(says({.labels = {-5}}), "expected a column -5, found 4 fields"));
}

TEST_CASE("csv: quotes that go on in the next line") {
  std::string const text =
      "\"the\nnote\",x,y\r\n\"seen by K.,\r\n\r\n  again \",1,0\r\n\" \"\"b\"\"\n\",2,1\n3,x,1\n";
  csv_options options{.header = true, .texts = {0}};
  CHECK(message(text, options) ==
        "csv: a.csv: line 8, column 3: expected a finite number in field 2, 'x', found 'x'");
  data::csv const c = parse(text.substr(0, text.size() - 6), options);
  REQUIRE(c.tables.size() == 1);
  CHECK(c.tables[0].values == std::vector<std::string>{"seen by K.,\r\n\r\n  again ", " \"b\"\n"});
  CHECK(c.names[0] == "the\nnote=seen by K.,\r\n\r\n  again ");
  CHECK(labels(c) == std::vector<std::int32_t>{0, 1});
  CHECK(support::contains(message("1,0\n\"2\n\n\"a,0\n"),
                          "line 4, column 2: expected the end of the field behind its quotes"));
}

TEST_CASE("csv: where rows come from and how much they count") {
  std::string const text = "site,w,x,y\nnorth,0.5,1,0\nsouth,2,3,1\nnorth,0,5,1\n";
  csv_options options{.header = true, .domain = {"site"}, .weight = {"w"}, .texts = {"site"}};
  data::csv const c = parse(text, options);
  CHECK(c.samples.domains == std::vector<std::int32_t>{0, 1, 0});
  CHECK(c.samples.weights == std::vector<float>{0.5F, 2, 0});
  CHECK(features(c) == std::vector<float>{1, 3, 5});
  CHECK(c.tables[0].values == std::vector<std::string>{"north", "south"});
  CHECK(parse("-3,1,0\n4,1,0\n", {.domain = {0}}).samples.domains ==
        std::vector<std::int32_t>{-3, 4});
  CHECK(support::contains(message("1.5,1,0\n", {.domain = {0}}), "a whole number in field 1"));
  CHECK(parse("-2147483648,1,0\n2147483647,1,0\n", {.domain = {0}}).samples.domains ==
        std::vector<std::int32_t>{std::numeric_limits<std::int32_t>::min(),
                                  std::numeric_limits<std::int32_t>::max()});
  for (char const* large : {"2147483648,1,0\n", "-2147483649,1,0\n"})
    CHECK(support::contains(message(large, {.domain = {0}}), "a whole number of 32 bits in field"));
  CHECK(support::contains(message("-1,1,0\n", {.weight = {0}}), "a weight from 0 in field 1"));
  CHECK(message("1,1,0\n", {.domain = {0, 1}}) ==
        "csv: domain and weight: expected at most one column each, found more");
}

TEST_CASE("csv: texts become features, one each; the table reads the next file alike") {
  std::string const text =
      "size,colour,kind\n1,red,cat\n2,\"bl \"\"ue\",dog\n3,red,cat\n4,\"a,b\",fox\n";
  csv_options options{.header = true, .texts = {"colour", "kind"}};
  data::csv const c = parse(text, options);
  CHECK(c.names == std::vector<std::string>{"size", "colour=red", "colour=bl \"ue", "colour=a,b"});
  CHECK(features(c) == std::vector<float>{1, 1, 0, 0, 2, 0, 1, 0, 3, 1, 0, 0, 4, 0, 0, 1});
  CHECK(labels(c) == std::vector<std::int32_t>{0, 1, 0, 2});
  CHECK(c.samples.classes == 3);
  REQUIRE(c.tables.size() == 2);
  CHECK(c.tables[1].column == 2);
  CHECK(c.tables[1].values == std::vector<std::string>{"cat", "dog", "fox"});

  options.tables = c.tables;
  data::csv const next = parse("size,colour,kind\n5,\"a,b\",dog\n", options);
  CHECK(features(next) == std::vector<float>{5, 0, 0, 1});
  CHECK(labels(next) == std::vector<std::int32_t>{1});
  CHECK(next.samples.classes == 3);
  CHECK(
      message("size,colour,kind\n5,green,dog\n", options) ==
      "csv: a.csv: line 2, column 3: expected one of the texts of the table in field 2, 'colour', "
      "found 'green'");
  options.texts = {};
  CHECK(message(text, options) ==
        "csv: tables: expected tables of columns in csv_options::texts, found one of column 1");
  CHECK(message("a,0\nb,0\nc,0\n", {.texts = {0}, .max_texts = 2}) ==
        "csv: a.csv: line 3, column 1: expected at most 2 different texts in field 1, found 'c'");
}

TEST_CASE("csv: missing values by the policy that was chosen") {
  std::string const rows = "1,red,0\n?,red,1\n3,,0\nNA,blue,1\n N/A ,blue,0\nnull,red,1\n";
  csv_options options{.texts = {1}};
  CHECK(message(rows, options) ==
        "csv: a.csv: line 2, column 1: expected a finite number in field 1, found '?'");
  options.missing_values = data::missing::leave_out;
  data::csv const whole = parse(rows, options);
  CHECK(features(whole) == std::vector<float>{1, 1});
  CHECK(whole.left_out == 5);
  CHECK(message("?,red,0\n", options) ==
        "csv: a.csv: expected rows without missing values, found none");
  CHECK(parse("1,red,\n2,red,1\n", options).samples.rows() == 1);
  options.missing_values = data::missing::keep;
  data::csv const kept = parse(rows, options);
  REQUIRE(kept.samples.rows() == 6);
  CHECK(std::isnan(kept.samples.x(1, 0)));
  CHECK(std::isnan(kept.samples.x(4, 0)));
  CHECK(kept.samples.x(2, 0) == 3);
  CHECK(kept.samples.x(2, 1) == 0);  // neither red nor blue
  CHECK(kept.samples.x(2, 2) == 0);
  CHECK(kept.samples.x(3, 2) == 1);
  CHECK(message("?,1\nNA,0\n", {.texts = {0}, .missing_values = data::missing::keep}) ==
        "csv: a.csv: expected texts in the columns of texts, found missing values alone");
  CHECK(support::contains(message("1,red,\n", options), "expected a label from 0 to 65535"));
  CHECK(support::contains(message("1,red,\n", {.texts = {1, 2}}), "expected a text in field 3"));
}

TEST_CASE("csv: decimal commas") {
  csv_options const commas{.separator = ';', .decimal = ','};
  CHECK(features(parse("1,5;-0,25;0\n\"2\";3,e1;1\n", commas)) ==
        std::vector<float>{1.5F, -0.25F, 2, 30});
  CHECK(support::contains(message("1.5;2;0\n", commas), "a finite number in field 1"));
  CHECK(support::contains(message("1,234,5;2;0\n", commas), "a finite number in field 1"));
  CHECK(
      support::contains(message("1,2\n", {.decimal = ','}), "csv: decimal: expected '.', or ','"));
  CHECK(
      support::contains(message("1,2\n", {.decimal = '\''}), "csv: decimal: expected '.', or ','"));
}

TEST_CASE("csv: at most so many rows and columns") {
  csv_options const few{.max_rows = 2, .max_columns = 3};
  CHECK(parse("1,2,0\n1,2,0\n", few).samples.rows() == 2);
  CHECK(message("1,2,0\n1,2,0\n1,2,0\n", few) ==
        "csv: a.csv: line 3, column 1: expected at most 2 rows, found more");
  CHECK(message("1,2,3,0\n", few) ==
        "csv: a.csv: line 1, column 7: expected at most 3 fields, found more");
  CHECK(message(std::string(200000, ','), {}) ==
        "csv: a.csv: line 1, column 65537: expected at most 65536 fields, found more");
}

TEST_CASE("csv: every float comes back bit by bit") {
  generator g(seed{21});
  std::string text;
  std::vector<float> values;
  for (int i = 0; i < 500; ++i) {
    float const value = std::ldexp(g.uniform() - 0.5F, static_cast<int>(g.uniform() * 250) - 140);
    values.push_back(value);
    text += written(value) + (i % 5 == 4 ? "\n" : ",");
  }
  CHECK(features(parse(text, {.labels = {}})) == values);
}

TEST_CASE("csv: cut off anywhere, an error or fewer rows") {
  std::string const text = "a,b,c\n12.5,3.25,0\n4.75,5.5,1\n";
  csv_options const header{.header = true};
  for (std::size_t n = 0; n < text.size(); ++n) {
    CAPTURE(n);
    std::string const cut = text.substr(0, n);
    bool const row_ends = n == 17 || n == 18 || n == 28;
    CHECK((message(cut, header) == "no error") == row_ends);
    if (row_ends) CHECK(parse(cut, header).samples.rows() == (n < 19 ? 1 : 2));
  }
}

TEST_CASE("csv: the memory asked for follows the text, not rows times columns") {
  // 262 GB, were it the product: more than any system gives.
  std::string text;
  for (int i = 1; i < 65536; ++i) text += "1,";
  text += "1\n";
  for (int i = 0; i < 1000000; ++i) text += "1\n";
  CHECK(message(text, {.labels = {}}) ==
        "csv: a.csv: line 2, column 2: expected 65536 fields, found 1");
}

TEST_CASE("csv: files") {
  support::folder f;
  std::string const path = f / "t.csv";
  io::save_atomically(path, "x,y\n1.5,1\n");
  CHECK(data::load_csv(path, {.header = true}).samples.x(0, 0) == 1.5F);
  auto const m = support::message_of<error>([&] { static_cast<void>(data::load_csv(path)); });
  CHECK(support::contains(m, "csv: " + path + ": line 1, column 1: expected a finite number"));
  auto const none =
      support::message_of<error>([&] { static_cast<void>(data::load_csv(f / "none.csv")); });
  CHECK(support::contains(none, "No such file"));
}

}  // namespace data_csv_test
