// Limits of TOML texts, checked before the library sees them, and what must go on being read.
// SPDX-License-Identifier: Apache-2.0
#include "config/toml_limits.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/toml_text.hpp"
#include "gradus/core/error.hpp"
#include "support/refusal.hpp"

namespace gradus {
namespace {

using testing::HasSubstr;

std::string limit_error(const std::string& text) {
  return test::refusal_of([&] { parse_toml(text, "x.toml"); });
}

// `form` with `text` in place of $.
std::string filled(const std::string& form, const std::string& text) {
  std::string result = form;
  return result.replace(result.find('$'), 1, text);
}

TEST(TomlLimits, sixteen_parts_of_a_key_are_the_most) {
  for (const char* form : {"$=1\n", "[$]\n", "[[$]]\n", "x={$=1}\n", "x=[{$=1}]\n", "x=1\n[t]\n$=1\n",
                           "# note\n\n$ = 1", "x=\"\"\"\n\"\"\"\n$=1\n"}) {
    for (const char* part : {"a", "\"a\"", "'a'", "a-b_9", "\"a.b\"", "1"}) {
      for (const char* dot : {".", " . ", "\t.", ". "}) {
        const auto text = [&](std::size_t parts) {
          return filled(form, test::repeated(std::string(part) + dot, parts - 1) + part);
        };
        EXPECT_EQ(limit_error(text(16)), "") << text(16);
        for (const std::size_t parts : {17UL, 200UL, 31000UL}) {
          EXPECT_THAT(limit_error(text(parts)), HasSubstr("keys of at most 16 parts")) << form << part << dot << parts;
        }
      }
    }
  }
}

TEST(TomlLimits, lists_and_tables_are_at_most_sixteen_deep) {
  for (const auto& [open, close] :
       {std::pair("[", "]"), std::pair("{a=", "}"), std::pair("[\n", "\n]"), std::pair("[ # note ]\n", "]"),
        std::pair("[\"]\",", "]"), std::pair("['[',", "]"), std::pair("[[],", "]")}) {
    const std::size_t own = std::string_view(open) == "[[]," ? 1 : 0;
    const auto nested = [&](std::size_t depth) {
      return "x=" + test::repeated(open, depth - own) + "1" + test::repeated(close, depth - own) + "\n";
    };
    EXPECT_EQ(limit_error(nested(16)), "") << open;
    for (const std::size_t depth : {18UL, 255UL, 50000UL}) {
      EXPECT_THAT(limit_error(nested(depth)), HasSubstr("at most 16 deep")) << open;
    }
  }
  EXPECT_EQ(limit_error("x=[" + test::repeated("[],", 1000) + "]\n" + test::repeated("[t]\ny=[]\n", 1)), "");
}

TEST(TomlLimits, names_have_at_most_256_bytes) {
  const std::string most(256, 'k');
  for (const std::string form :
       {"$=1\n", "\"$\"=1\n", "'$' = 1\n", "[$]\n", "[\"$\"]\n", "a.$=1\n", "$.a=1\n", "'$'.a=1\n", "x={$=1}\n"}) {
    const bool quoted = form.find_first_of("\"'") != std::string::npos;
    const std::string fits = quoted ? most.substr(2) : most;  // the quotes are counted
    EXPECT_EQ(limit_error(filled(form, fits)), "") << form;
    for (const std::size_t more : {1UL, 100UL, 900000UL}) {
      EXPECT_THAT(limit_error(filled(form, fits + std::string(more, 'k'))), HasSubstr("names of at most 256 bytes"))
          << form;
    }
  }
}

TEST(TomlLimits, values_may_be_long) {
  const std::string words = test::repeated("word. ", 1000);
  for (const char* form :
       {"x=\"$\"\n", "x='$'\n", "x=\"\"\"$\"\"\"\n", "x='''$'''\n", "x=[\"$\",\"a\"]\n", "x=[\n \"$\"\n]\n",
        "x={a=\"$\"}\n", "# $\nx=1\n", "x=\"\"\"\n[[[[ $\n\"\"\"\"\"\ny=1\n", "x=\"a \\\" . $\" # \"\n"}) {
    EXPECT_EQ(limit_error(filled(form, words)), "") << form;
  }
  EXPECT_EQ(limit_error("\xef\xbb\xbf[a]\nx=1.5\ny=[1.5, 2.5, -3.5e-3]\nd=1979-05-27T07:32:00.999-07:00\n"), "");
  EXPECT_EQ(limit_error("x=1\r\n[ a . b ]\r\ny='z'\r\n"), "");
}

TEST(TomlLimits, a_mebibyte_is_the_most) {
  const std::string line = "# " + std::string(97, '.') + "\n";
  const std::string text = test::repeated(line, kMaxTomlBytes / line.size());
  EXPECT_EQ(limit_error(text), "");
  EXPECT_THAT(limit_error(text + line), HasSubstr("at most 1048576 bytes"));
}

TEST(TomlLimits, the_name_of_a_table_stands_on_one_line) {
  for (const char* text : {"[\n[rese]\n", "[\n", "x=1\n[a\n]\n", "[[a\n]]\n", "[a.\nb]\n",
                           "# other, peaks\"\nsubjects = [\"layer 1: \"]\n[\n[rese]       ks\"s\"\n"}) {
    EXPECT_THAT(limit_error(text), HasSubstr("on one line")) << text;
  }
}

TEST(TomlLimits, damaged_texts_give_a_sentence) {
  const std::string text = "[a.b]\nx = \"text\"\ny = [1, 2, {z = 'w'}]\n\"k k\".m = '''\n\n'''\n[[t]]\n# end\n";
  for (std::size_t place = 0; place < text.size(); ++place) {
    for (const char c : {'"', '\'', '[', ']', '{', '}', '.', '=', '#', '\n', '\r', '\\', '\0', '\xff', 'a'}) {
      std::string changed = text;
      changed[place] = c;
      const std::string error = limit_error(changed);
      EXPECT_TRUE(error.empty() || error.starts_with("x.toml:")) << error;
    }
    limit_error(text.substr(0, place));
  }
}

TEST(TomlLimits, the_files_of_the_house_are_within_them) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(GRADUS_SOURCE_DIR "/studies")) {
    if (entry.path().extension() != ".toml") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    EXPECT_EQ(limit_error(text.str()), "") << entry.path();
    ++files;
  }
  EXPECT_GT(files, 20u);
}

}  // namespace
}  // namespace gradus
