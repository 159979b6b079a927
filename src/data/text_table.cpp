// SPDX-License-Identifier: Apache-2.0
#include "data/text_table.hpp"

#include <algorithm>
#include <future>
#include <optional>
#include <utility>

#include "data/block_reader.hpp"
#include "data/table_builder.hpp"
#include "data/text_encoding.hpp"
#include "data/text_plan.hpp"
#include "gradus/core/error.hpp"
#include "gradus/core/threads.hpp"

namespace gradus::data {
namespace {

constexpr std::uint64_t kHashedAtATime = std::uint64_t{1} << 20U;

/// `head` starts the text and holds the header. Nothing where the text is not plain.
std::optional<TextTable> read_plain(const TextStore& text, std::string_view head, char refused, const std::string& name,
                                    const SourceOptions& options, const TextPlan& plan, const BlockOptions& how) {
  RecordReader reader(head, plan.found.dialect, name);
  std::vector<TextField> fields;
  if (plan.layout.has_header) reader.next(fields);
  const std::uint64_t bytes = text.size() - reader.offset();
  const std::uint64_t most = std::max<std::uint64_t>(bytes / how.block_bytes, 1);
  ThreadPool pool(static_cast<unsigned>(std::min<std::uint64_t>(resolve_threads(how.threads), most)));
  const MissingCells missing(options.missing);
  std::optional<TextCells> cells =
      BlockReader(text, plan, missing, refused, pool)
          .read(find_blocks(text, reader.offset(), how.block_bytes, pool), reader.next_line());
  if (!cells) return std::nullopt;
  return TableBuilder(name, plan, options)
      .finish(std::move(*cells), reader.next_line(),
              notes_of({reader.num_comments(), reader.num_blank()}, plan, name, options));
}

/// What is wrong with a table is said by the other way of reading it.
std::optional<TextTable> read_plain_or_decline(std::string_view text, const std::string& name,
                                               const SourceOptions& options, const TextPlan& plan,
                                               const BlockOptions& how) {
  try {
    return read_plain(MemoryText(text), text, '\0', name, options, plan, how);
  } catch (const InputError&) {
    return std::nullopt;
  }
}

/// `line` follows the records, so that it stands where an error is.
TextTable read_as_planned(std::string_view text, const std::string& name, const SourceOptions& options,
                          const TextPlan& plan, std::size_t& line) {
  const TextDialect& dialect = plan.found.dialect;
  TableBuilder builder(name, plan, options);
  RecordReader reader(text, dialect, name);
  std::vector<TextField> fields;
  if (plan.layout.has_header) reader.next(fields);
  while (reader.next(fields)) {
    line = reader.line();
    builder.add(fields, line);
  }
  if (builder.columns().has_words()) {
    RecordReader again(text, dialect, name);
    if (plan.layout.has_header) again.next(fields);
    while (again.next(fields)) builder.columns().add_words(fields, again.line());
  }
  return builder.finish(notes_of({reader.num_comments(), reader.num_blank()}, plan, name, options));
}

/// What make_plan() made of the start of a file is what it makes of the whole.
bool is_plan_of_all(const TextPlan& plan, std::string_view head, const SourceOptions& options, char& refused) {
  const bool guesses = options.comment.empty() || options.comment == "auto";
  refused =
      guesses && is_label_first(plan, options) ? '#' : '\0';  // all of the text would decide whether it starts comments
  return !plan.found.survey.is_complete && (refused == '\0' || head.find(refused) == std::string_view::npos);
}

}  // namespace

TextTable read_text_table(std::string_view bytes, const std::string& name, const SourceOptions& options,
                          const BlockOptions& how) {
  std::vector<std::string> notes;
  const DecodedText decoded = decode_text(bytes, name, options.encoding, notes);
  const std::string_view text = decoded.text();
  const auto read = [&](const TextPlan& plan, std::size_t& line) {
    std::optional<TextTable> plain;
    if (text.size() >= how.worth_it) plain = read_plain_or_decline(text, name, options, plan, how);
    TextTable table = plain ? std::move(*plain) : read_as_planned(text, name, options, plan, line);
    table.notes.insert(table.notes.begin(), notes.begin(), notes.end());
    return table;
  };
  const TextPlan plan = make_plan(text, name, options, kSample);
  std::size_t line = 0;
  try {
    return read(plan, line);
  } catch (const InputError& first_error) {
    // The first records may not show what later ones do: a decimal comma, say.
    if (plan.found.survey.is_complete) throw;
    const TextPlan of_all = make_plan(text, name, options, {});
    if (of_all.found.dialect == plan.found.dialect && of_all.layout == plan.layout) throw;
    std::size_t second_line = 0;
    try {
      return read(of_all, second_line);
    } catch (const InputError&) {
      if (second_line >= line) throw;
      throw InputError(std::string(first_error.what()));
    }
  }
}

std::optional<TextTable> read_text_file(const std::string& path, const SourceOptions& options, Sha256& hash,
                                        const BlockOptions& how) {
  const std::string& encoding = options.encoding;
  if (!encoding.empty() && encoding != "auto" && encoding != "utf-8") return std::nullopt;
  FileText file(path);
  if (file.size() < how.worth_it || file.size() < how.head_bytes) return std::nullopt;
  const auto hash_file = [&path, own = hash]() mutable {
    FileText bytes(path);
    std::string buffer;
    for (std::uint64_t at = 0; at < bytes.size();) {
      const std::string_view piece =
          bytes.read(at, static_cast<std::size_t>(std::min<std::uint64_t>(kHashedAtATime, bytes.size() - at)), buffer);
      own.update(std::as_bytes(std::span(piece)));
      at += piece.size();
    }
    return own;
  };
  std::string buffer;
  if (file.read(0, 3, buffer) == "\xef\xbb\xbf") file.skip(3);
  std::string head(
      file.read(0, static_cast<std::size_t>(std::min<std::uint64_t>(how.head_bytes, file.size())), buffer));
  head.resize(head.rfind('\n') + 1);  // empty where there is none
  // A quote may be closed behind the head.
  if (head.find('\0') != std::string::npos || head.find('"') != std::string::npos) return std::nullopt;
  try {
    const TextPlan plan = make_plan(head, path, options, kSample);
    char refused = '\0';
    if (!is_plan_of_all(plan, head, options, refused)) return std::nullopt;
    const auto when = resolve_threads(how.threads) > 1 ? std::launch::async : std::launch::deferred;
    std::future<Sha256> hashed = std::async(when, hash_file);
    std::optional<TextTable> table = read_plain(file, head, refused, path, options, plan, how);
    if (table) hash = hashed.get();
    return table;
  } catch (const InputError&) {
    return std::nullopt;
  }
}

}  // namespace gradus::data
