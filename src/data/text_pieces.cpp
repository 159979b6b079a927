// SPDX-License-Identifier: Apache-2.0
#include "data/text_pieces.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>

#include "data/file_bytes.hpp"
#include "data/packed_file.hpp"
#include "data/source_format.hpp"
#include "data/text_encoding.hpp"
#include "gradus/core/error.hpp"
#include "gradus/core/threads.hpp"

namespace gradus::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();

/// A text in memory that it owns.
class OwnedText : public TextStore {
 public:
  OwnedText(Bytes bytes, const std::string& name, const std::string& encoding, std::vector<std::string>& notes)
      : bytes_(std::move(bytes)),
        decoded_(decode_text({reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}, name, encoding, notes)),
        text_(decoded_.text()) {}
  [[nodiscard]] std::uint64_t size() const override { return text_.size(); }
  std::string_view read(std::uint64_t offset, std::size_t count, std::string& buffer) const override {
    return text_.read(offset, count, buffer);
  }
  [[nodiscard]] bool is_checked() const override { return true; }

 private:
  Bytes bytes_;
  DecodedText decoded_;
  MemoryText text_;
};

bool has_dates(const SourceOptions& options) {
  return count_kind(options.schema->columns, ColumnKind::kDate) > 0;
}

std::string_view text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The file as it stands on disk; null where it is not UTF-8 by its start.
std::unique_ptr<TextStore> open_on_disk(const std::string& path, const SourceOptions& options) {
  const std::string& encoding = options.encoding;
  if (!encoding.empty() && encoding != "auto" && encoding != "utf-8") return nullptr;
  const Bytes start = first_bytes(path, BlockOptions{}.head_bytes);
  if (text_of(start).find('\0') != std::string_view::npos) return nullptr;
  auto file = std::make_unique<FileText>(path);
  if (text_of(start).starts_with("\xef\xbb\xbf")) file->skip(3);
  return file;
}

}  // namespace

TextPieces::TextPieces(std::unique_ptr<const TextStore> text, std::string name, const SourceOptions& options,
                       const std::vector<std::string>& keep, const PieceOptions& how)
    : text_(std::move(text)),
      name_(std::move(name)),
      options_(options),
      plan_(make_plan_of_head(options, how)),
      missing_(options.missing),
      kept_{kept_columns(keep, plan_.layout, name_), how.kept_cells},
      columns_(name_, plan_.found.dialect, plan_.columns, missing_, plan_.found.survey.first_line),
      pool_(resolve_threads(how.blocks.threads)) {
  cut(how);
}

TextPlan TextPieces::make_plan_of_head(const SourceOptions& options, const PieceOptions& how) {
  std::string buffer;
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(text_->size(), how.blocks.head_bytes));
  head_ = text_->read(0, count, buffer);
  if (count < text_->size()) head_.resize(head_.rfind('\n') + 1);
  TextPlan plan = make_plan(head_, name_, options, kSample);
  plan.layout.labels.clear();
  comments_may_be_labels_ = is_label_first(plan, options) && count < text_->size();
  return plan;
}

void TextPieces::cut(const PieceOptions& how) {
  RecordReader reader(head_, plan_.found.dialect, name_);
  std::vector<TextField> fields;
  if (plan_.layout.has_header) reader.next(fields);
  start_line_ = reader.next_line();
  passed_ = {reader.num_comments(), reader.num_blank()};
  const bool single = has_dates(options_);
  std::size_t bytes = kUnbounded;
  std::size_t rows = kUnbounded;
  for (const TextBlock& block : find_blocks(*text_, reader.offset(), how.blocks.block_bytes, pool_)) {
    const bool full = !single && (bytes >= how.piece_bytes || rows >= how.piece_rows);
    if (pieces_.empty() || full) {
      pieces_.emplace_back();
      bytes = rows = 0;
    }
    pieces_.back().push_back(block);
    bytes += block.size;
    rows += block.num_lines;
  }
  head_ = {};
  if (pieces_.empty()) throw InputError(ErrorParts{name_, "rows of numbers", "none", ""});
}

TextCells TextPieces::read_by_records(const std::vector<TextBlock>& blocks) {
  std::string buffer;
  const TextBlock& last = blocks.back();
  const auto size = static_cast<std::size_t>(last.offset + last.size - blocks.front().offset);
  const std::string_view text = text_->read(blocks.front().offset, size, buffer);
  std::vector<std::string> guesses;
  if (!text_->is_checked()) decode_text(text, name_, "utf-8", guesses);
  TextDialect dialect = plan_.found.dialect;
  dialect.start = 0;
  dialect.start_line = start_line_ + blocks.front().first_line;
  TextColumns columns(name_, plan_.found.dialect, plan_.columns, missing_, plan_.found.survey.first_line);
  TextCells cells;
  std::vector<TextField> fields;
  RecordReader reader(text, dialect, name_);
  for (; reader.next(fields); ++cells.rows) {
    check_size(fields, plan_, name_, reader.line());
    columns.add(fields, reader.line());
    for (const std::size_t column : kept_.numbers) kept_.append(cells.kept.text, fields[column].text);
    cells.kept.ends.push_back(cells.kept.text.size());
  }
  RecordReader again(text, dialect, name_);
  while (columns.has_words() && again.next(fields)) columns.add_words(fields, again.line());
  if (comments_may_be_labels_ && reader.num_comments() > 0) {
    throw InputError(ErrorParts{name_, "records alone", "lines that may be comments", "set data.comment"});
  }
  passed_.comments += reader.num_comments();
  passed_.blank += reader.num_blank();
  cells.inputs = columns.take_cells();
  return cells;
}

TextPiece TextPieces::read(std::size_t k) {
  BlockReader reader(*text_, plan_, missing_, '\0', pool_);
  if (!kept_.numbers.empty()) reader.keep(kept_);
  std::optional<TextCells> plain = reader.read(pieces_[k], start_line_);
  TextCells cells = plain ? std::move(*plain) : read_by_records(pieces_[k]);
  TextPiece piece;
  piece.block.where = name_;
  piece.first_row = rows_;
  rows_ += cells.rows;
  std::vector<std::string> guesses;
  columns_.move_to(piece.block, std::move(cells.inputs), guesses);
  piece.feature_names = names_of_features(piece.block.columns, plan_.layout);
  piece.kept = std::move(cells.kept);
  return piece;
}

std::vector<std::string> TextPieces::notes() const {
  std::vector<std::string> notes = first_notes_;
  const std::vector<std::string> of_plan = notes_of(passed_, plan_, name_, options_);
  notes.insert(notes.end(), of_plan.begin(), of_plan.end());
  columns_.note_cells(notes);
  return notes;
}

std::unique_ptr<TextPieces> open_text_pieces(const std::string& path, const SourceOptions& options,
                                             const std::vector<std::string>& keep, bool whole,
                                             const PieceOptions& how) {
  constexpr std::size_t kLookedAt = 4096;
  std::error_code error;
  if (fs::is_regular_file(path, error) && !whole) {
    const Bytes start = first_bytes(path, kLookedAt);
    if (!is_packed(start, path)) {
      if (!is_text_table(path, start)) return nullptr;
      std::unique_ptr<TextStore> file = open_on_disk(path, options);
      if (file) return std::make_unique<TextPieces>(std::move(file), path, options, keep, how);
    }
  }
  Bytes stored = read_file_bytes(path, options.max_bytes);
  if (!is_text_table(path, unpacked_prefix(stored, path, kLookedAt))) return nullptr;
  std::vector<std::string> notes;
  auto text =
      std::make_unique<OwnedText>(unpacked(std::move(stored), path, options.max_bytes), path, options.encoding, notes);
  PieceOptions single = how;
  single.piece_bytes = single.piece_rows = single.blocks.head_bytes = kUnbounded;
  auto pieces = std::make_unique<TextPieces>(std::move(text), path, options, keep, single);
  pieces->add_notes(std::move(notes));
  return pieces;
}

}  // namespace gradus::data
