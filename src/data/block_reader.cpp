// SPDX-License-Identifier: Apache-2.0
#include "data/block_reader.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <numeric>
#include <utility>

#include "data/utf8.hpp"
#include "data/word_merge.hpp"

namespace gradus::data {
namespace {

using Role = ColumnRole::Kind;

bool has_lone_return(std::string_view text) {
  for (std::size_t at = text.find('\r'); at != std::string_view::npos; at = text.find('\r', at + 1)) {
    if (at + 1 < text.size() && text[at + 1] != '\n') return true;
  }
  return false;
}

}  // namespace

BlockReader::BlockReader(const TextStore& text, const TextPlan& plan, const MissingCells& missing, char refused,
                         ThreadPool& pool)
    : text_(text), plan_(plan), missing_(missing), refused_(refused), pool_(pool), buffers_(pool.size()) {}

bool BlockReader::choose_roles() {
  const TextLayout& layout = plan_.layout;
  if (plan_.columns.empty() || layout.ends_in_delimiter || plan_.found.dialect.delimiter == kWhiteSpace) return false;
  roles_.assign(layout.num_columns, {});
  for (std::size_t k = 0; k < layout.labels.size(); ++k) {
    roles_[layout.labels[k]] = {.kind = Role::kLabelNumber, .owner = k};
  }
  column_of_.clear();
  for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
    const InputColumn& input = plan_.columns[i];
    column_of_.push_back(input.at);
    if (input.kind == ColumnKind::kIgnored) continue;
    if (roles_[input.at].kind != Role::kSkip) return false;  // a column that is two things
    const bool is_number = !input.kind || input.kind == ColumnKind::kNumber;
    roles_[input.at] = {
        .kind = is_number ? Role::kNumber : Role::kWord, .is_given = input.kind.has_value(), .owner = i};
  }
  may_be_date_.assign(plan_.columns.size(), 0);
  for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
    may_be_date_[i] = plan_.columns[i].kind == ColumnKind::kDate ? 1 : 0;
  }
  return true;
}

void BlockReader::number_slots() {
  inputs_ = {};
  inputs_.inputs.resize(column_of_.size());
  std::size_t numbers = 0;
  std::size_t codes = 0;
  for (std::size_t i = 0; i < column_of_.size(); ++i) {
    ColumnRole& role = roles_[column_of_[i]];
    InputCells::Input& input = inputs_.inputs[i];
    if (role.owner != i) continue;
    if (role.kind == Role::kNumber || (role.kind == Role::kWord && may_be_date_[i] != 0)) input.number_slot = numbers++;
    if (role.kind == Role::kWord) input.code_slot = codes++;
    if (role.kind == Role::kNumber) role.slot = input.number_slot;
    if (role.kind == Role::kWord) role.slot = input.code_slot;
  }
  inputs_.numbers = Matrix<double>(rows_, numbers, Unset{});
  inputs_.codes = Matrix<std::int32_t>(rows_, codes, Unset{});
}

void BlockReader::take_memory(std::size_t rows) {
  rows_ = rows;
  number_slots();
  const std::size_t labels = plan_.layout.labels.size();
  label_numbers_.assign(labels, {});
  label_codes_.assign(labels, {});
  label_number_places_.clear();
  label_code_places_.clear();
  for (std::size_t k = 0; k < labels; ++k) {
    if (roles_[plan_.layout.labels[k]].kind == Role::kLabelNumber) {
      label_numbers_[k].resize(rows);
    } else {
      label_codes_[k].resize(rows);
    }
    label_number_places_.push_back(label_numbers_[k].data());
    label_code_places_.push_back(label_codes_[k].data());
  }
  label_words_.assign(labels, {});
  findings_.assign(pool_.size(), LineFindings(column_of_.size(), labels));
}

bool BlockReader::is_plain(std::string_view text) const {
  if (refused_ != '\0' && text.find(refused_) != std::string_view::npos) return false;
  if (has_lone_return(text)) return false;
  if (text_.is_checked()) return true;
  return text.find('\0') == std::string_view::npos && find_invalid_utf8(text) == std::string_view::npos;
}

bool BlockReader::read_block(const TextBlock& block, std::size_t first_line, unsigned thread, KeptFields& kept) {
  const std::string_view text = text_.read(block.offset, block.size, buffers_[thread]);
  if (!is_plain(text)) return false;
  LineParser parser(plan_.found.dialect, missing_, roles_, findings_[thread]);
  if (kept_columns_ != nullptr) parser.keep(*kept_columns_, kept);
  RowPlace place{.label_numbers = &label_number_places_, .label_codes = &label_code_places_};
  const char* at = text.data();
  const char* const end_of_block = at + text.size();
  for (std::size_t k = 0; k < block.num_lines; ++k) {
    const void* const found = std::memchr(at, '\n', static_cast<std::size_t>(end_of_block - at));
    const char* const end = found == nullptr ? end_of_block : static_cast<const char*>(found);
    const bool has_return = end > at && end[-1] == '\r';
    place.row = block.first_line + k - first_row_;
    place.numbers = inputs_.numbers.data() + place.row * inputs_.numbers.cols();
    place.codes = inputs_.codes.data() + place.row * inputs_.codes.cols();
    if (!parser.parse(at, has_return ? end - 1 : end, first_line + block.first_line + k, place)) return false;
    at = std::min(end + 1, end_of_block);
  }
  return true;
}

bool BlockReader::run(std::span<const TextBlock> blocks, std::size_t first_line) {
  first_row_ = blocks.front().first_line;
  take_memory(blocks.back().first_line + blocks.back().num_lines - first_row_);
  thread_of_.assign(blocks.size(), 0);
  kept_.assign(blocks.size(), {});
  std::atomic<bool> declined{false};
  for_each_on(pool_, blocks.size(), [&](std::size_t b, unsigned thread) {
    if (declined.load(std::memory_order_relaxed)) return;
    thread_of_[b] = thread;
    if (!read_block(blocks[b], first_line, thread, kept_[b])) declined.store(true, std::memory_order_relaxed);
  });
  return !declined.load();
}

bool BlockReader::change_roles() {
  bool changed = false;
  for (std::size_t i = 0; i < column_of_.size(); ++i) {
    ColumnRole& role = roles_[column_of_[i]];
    if (role.kind != Role::kNumber || role.owner != i) continue;
    const bool has_word = std::any_of(findings_.begin(), findings_.end(),
                                      [i](const LineFindings& finding) { return finding.has_word[i] != 0; });
    if (has_word) role.kind = Role::kWord;
    changed = changed || has_word;
  }
  for (std::size_t k = 0; k < plan_.layout.labels.size(); ++k) {
    ColumnRole& role = roles_[plan_.layout.labels[k]];
    if (role.kind != Role::kLabelNumber) continue;
    LineFindings::Label all;
    for (const LineFindings& finding : findings_) {
      all.has_word = all.has_word || finding.labels[k].has_word;
      all.all_digits = all.all_digits && finding.labels[k].all_digits;
      all.any_code = all.any_code || finding.labels[k].any_code;
    }
    const bool needs_text = all.has_word || (all.all_digits && all.any_code);
    if (needs_text) role.kind = Role::kLabelWord;
    changed = changed || needs_text;
  }
  return changed;
}

/// Joins the lists of the threads, and makes the codes theirs.
void BlockReader::merge_findings(std::span<const TextBlock> blocks) {
  for (LineFindings& finding : findings_) add_counts(finding.missing, inputs_.missing);
  std::vector<CodeTable> tables(findings_.size());  // by thread
  for (std::size_t i = 0; i < column_of_.size(); ++i) {
    InputCells::Input& input = inputs_.inputs[i];
    for (const LineFindings& finding : findings_) input.num_missing += finding.num_missing[i];
    if (input.code_slot == kNoSlot) continue;
    input.words = merge_words(
        findings_, [i](const LineFindings& f) -> const WordList& { return f.words[i]; }, tables);
  }
  std::vector<CodeTable> label_tables(findings_.size());
  for (std::size_t k = 0; k < label_words_.size(); ++k) {
    label_words_[k] = merge_words(
        findings_, [k](const LineFindings& f) -> const WordList& { return f.label_words[k]; }, label_tables);
  }
  for_each_on(pool_, blocks.size(), [&](std::size_t b, unsigned /*thread*/) {
    const std::size_t first = blocks[b].first_line - first_row_;
    const CodeTable& table = tables[thread_of_[b]];
    for (std::size_t r = first; r < first + blocks[b].num_lines; ++r) {
      for (std::size_t c = 0; c < inputs_.codes.cols(); ++c) {
        std::int32_t& code = inputs_.codes(r, c);
        if (code != kMissingCode) code = table[c][static_cast<std::size_t>(code)];
      }
      for (std::size_t k = 0; k < label_codes_.size(); ++k) {
        if (label_codes_[k].empty()) continue;
        std::int32_t& code = label_codes_[k][r];
        code = label_tables[thread_of_[b]][k][static_cast<std::size_t>(code)];
      }
    }
  });
}

TextCells BlockReader::take_cells() {
  TextCells cells;
  cells.rows = rows_;
  cells.inputs = std::move(inputs_);
  for (std::size_t k = 0; k < label_words_.size(); ++k) {
    TextLabels& labels = cells.labels.emplace_back();
    if (label_codes_[k].empty()) {
      labels.adopt_numbers(std::move(label_numbers_[k]));
    } else {
      labels.adopt_words(label_words_[k], label_codes_[k], plan_.found.dialect.numbers);
    }
  }
  for (const KeptFields& kept : kept_) cells.kept.append(kept);
  findings_.clear();
  return cells;
}

bool BlockReader::has_open_roles() const {
  const auto is_open = [](const ColumnRole& role) {
    return role.kind == Role::kLabelNumber || (role.kind == Role::kNumber && !role.is_given);
  };
  return std::any_of(roles_.begin(), roles_.end(), is_open);
}

bool BlockReader::look_at(std::span<const TextBlock> sample, std::size_t first_line) {
  do {
    if (!run(sample, first_line)) return false;
  } while (change_roles());
  merge_findings(sample);
  find_dates();
  return true;
}

bool BlockReader::find_dates() {
  bool found = false;
  for (std::size_t i = 0; i < column_of_.size(); ++i) {
    const InputCells::Input& input = inputs_.inputs[i];
    if (input.code_slot == kNoSlot || input.number_slot != kNoSlot || plan_.columns[i].kind) continue;
    if (input.words.date_orders().empty()) continue;
    may_be_date_[i] = 1;
    found = true;
  }
  return found;
}

std::optional<TextCells> BlockReader::read(const std::vector<TextBlock>& blocks, std::size_t first_line) {
  if (blocks.empty() || !choose_roles()) return std::nullopt;
  // Every field ends in a delimiter or a line end, so there are not more of them than bytes.
  const TextBlock& last = blocks.back();
  const std::size_t rows = last.first_line + last.num_lines - blocks.front().first_line;
  if (rows > (last.offset + last.size - blocks.front().offset + 1) / roles_.size()) return std::nullopt;
  const std::span<const TextBlock> all(blocks);
  if (has_open_roles() && !look_at(all.first(1), first_line)) return std::nullopt;
  for (;;) {
    if (!run(all, first_line)) return std::nullopt;
    if (change_roles()) continue;
    merge_findings(all);
    if (!find_dates()) return take_cells();
  }
}

}  // namespace gradus::data
