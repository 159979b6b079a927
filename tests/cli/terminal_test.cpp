// What a person sees while a network trains, on terminals of every kind and on none.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>

#include "cli/program.hpp"
#include "support/paths.hpp"

namespace gradus::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> train_on_moons(const char* rows, const char* hidden) {
  return {GRADUS_PROGRAM, "train", "--data",  "moons", "--rows",  rows, "--hidden", hidden,
          "--epochs",     "3",     "--dtype", "f64",   "--batch", "16", "--out",    "none"};
}

const std::vector<std::string> kTrain = train_on_moons("2000", "8");
const std::vector<std::string> kTrainLong = train_on_moons("40000", "128,128");  // long enough for a bar

constexpr const char* kBraille = "\xe2\xa0";  // the first two bytes of half of the braille characters
constexpr const char* kBrailleToo = "\xe2\xa1";

ProcessResult train_on_terminal(unsigned short columns,
                                const std::vector<std::pair<const char*, const char*>>& variables,
                                std::vector<std::string> words = kTrainLong) {
  return run_in_terminal(words, columns, [&] {
    for (const char* name : {"NO_COLOR", "LC_ALL", "LC_CTYPE"}) unsetenv(name);
    setenv("TERM", "xterm", 1);
    setenv("LANG", "en_US.UTF-8", 1);
    for (const auto& [name, value] : variables) setenv(name, value, 1);
  });
}

bool has_braille(const std::string& text) {
  return text.find(kBraille) != std::string::npos || text.find(kBrailleToo) != std::string::npos;
}

// The bars that were drawn, without escape sequences.
std::vector<std::string> bars_of(const std::string& text) {
  std::vector<std::string> bars;
  static const std::regex kEscape("\x1b\\[[0-9;]*[A-Za-z]");
  for (std::size_t at = text.find("\r\x1b[Kepoch"); at != std::string::npos;) {
    const std::size_t next = text.find('\r', at + 1);
    // The last line of an epoch stays: it ends with a line feed.
    if (next == std::string::npos || text.compare(next, 2, "\r\n") != 0)
      bars.push_back(std::regex_replace(text.substr(at + 1, next - at - 1), kEscape, ""));
    at = text.find("\r\x1b[Kepoch", at + 1);
  }
  return bars;
}

TEST(Terminal, shows_a_bar_with_everything_and_a_curve) {
  const ProcessResult result = train_on_terminal(120, {});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::vector<std::string> bars = bars_of(result.err);
  ASSERT_FALSE(bars.empty());
  const std::regex everything(R"(epoch \d/3 [=.]{24} \d+/2000  loss \d\.\d{4} acc \d\.\d{4}  \d+/s  [\dms]+ left)");
  for (const std::string& bar : bars) EXPECT_TRUE(std::regex_match(bar, everything)) << bar;
  EXPECT_THAT(result.err, HasSubstr("\x1b[36m"));
  EXPECT_THAT(result.err, HasSubstr("train loss"));
  EXPECT_THAT(result.err, HasSubstr("valid loss"));
  EXPECT_TRUE(has_braille(result.err));
}

TEST(Terminal, a_narrow_one_is_never_overrun_by_the_bar) {
  const ProcessResult result = train_on_terminal(32, {});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::vector<std::string> bars = bars_of(result.err);
  ASSERT_FALSE(bars.empty());
  for (const std::string& bar : bars) EXPECT_LT(bar.size(), 32U) << bar;
  EXPECT_FALSE(has_braille(result.err));
}

TEST(Terminal, no_color_takes_the_colour_alone) {
  const ProcessResult result = train_on_terminal(120, {{"NO_COLOR", "1"}});
  EXPECT_THAT(result.err, Not(HasSubstr("\x1b[36m")));
  EXPECT_FALSE(bars_of(result.err).empty());
  EXPECT_TRUE(has_braille(result.err));
}

TEST(Terminal, without_utf8_there_is_no_curve) {
  for (const char* locale : {"C", "POSIX", "de_DE.ISO-8859-1"}) {
    EXPECT_FALSE(has_braille(train_on_terminal(120, {{"LC_ALL", locale}}, kTrain).err)) << locale;
  }
}

TEST(Terminal, a_dumb_one_gets_lines) {
  const ProcessResult result = train_on_terminal(120, {{"TERM", "dumb"}}, kTrain);
  EXPECT_EQ(result.err.find('\x1b'), std::string::npos);
  EXPECT_THAT(result.err, HasSubstr("epoch 3/3"));
}

TEST(Terminal, quiet_is_quiet) {
  std::vector<std::string> words = kTrainLong;
  words.emplace_back("--quiet");
  EXPECT_EQ(train_on_terminal(120, {}, words).err, "");
}

TEST(NoTerminal, gets_a_line_an_epoch_and_no_control_characters) {
  const ProcessResult result = run_process(kTrain, [] { setenv("LANG", "en_US.UTF-8", 1); });
  EXPECT_EQ(result.err.find_first_of("\x1b\r"), std::string::npos);
  EXPECT_FALSE(has_braille(result.err));
  for (const char* line : {"epoch 1/3", "epoch 2/3", "epoch 3/3"}) EXPECT_THAT(result.err, HasSubstr(line));
}

}  // namespace
}  // namespace gradus::test
