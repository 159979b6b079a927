// SPDX-License-Identifier: Apache-2.0
#include "core/json_text.hpp"

#include <algorithm>
#include <vector>

#include "gradus/core/error.hpp"

namespace gradus {
namespace {

using BuiltJson = nlohmann::ordered_json;

// Builds the value from the library's events. The library's own way of building looks for every new key among all keys
// that an object has already, and knows no bounds.
class JsonBuilder final : public BuiltJson::json_sax_t {
 public:
  BuiltJson root;
  std::string found;  // what is wrong, once it is

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t& /*text*/) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t& /*value*/) override { return refuse("bytes"); }  // no text holds any
  bool start_object(std::size_t /*unknown*/) override { return open(BuiltJson::object()); }
  bool start_array(std::size_t /*unknown*/) override { return open(BuiltJson::array()); }
  bool end_array() override {
    open_.pop_back();
    return true;
  }

  bool key(string_t& name) override {
    auto& object = open_.back()->get_ref<BuiltJson::object_t&>();
    if (object.size() == kMaxJsonKeys) return refuse("an object of more than " + std::to_string(kMaxJsonKeys));
    object.emplace_back(std::move(name), nullptr);
    return true;
  }

  bool end_object() override {
    const auto& object = open_.back()->get_ref<const BuiltJson::object_t&>();
    open_.pop_back();
    names_.clear();
    for (const auto& [name, value] : object) names_.emplace_back(name);
    std::sort(names_.begin(), names_.end());
    const auto twice = std::adjacent_find(names_.begin(), names_.end());
    return twice == names_.end() || refuse("the key '" + std::string(twice->substr(0, 60)) + "' twice");
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    return refuse("other text at byte " + std::to_string(position));
  }

 private:
  bool refuse(std::string what) {
    found = std::move(what);
    return false;
  }

  // A container's last element is the one being filled, so it stays where it is until it is closed.
  BuiltJson& place(BuiltJson value) {
    if (open_.empty()) return root = std::move(value);
    BuiltJson& parent = *open_.back();
    if (parent.is_array()) return parent.get_ref<BuiltJson::array_t&>().emplace_back(std::move(value));
    return parent.get_ref<BuiltJson::object_t&>().back().second = std::move(value);
  }
  bool put(BuiltJson value) {
    place(std::move(value));
    return true;
  }
  bool open(BuiltJson container) {
    if (open_.size() == kMaxJsonDepth) return refuse("more than " + std::to_string(kMaxJsonDepth) + " levels");
    open_.push_back(&place(std::move(container)));
    return true;
  }

  std::vector<BuiltJson*> open_;
  std::vector<std::string_view> names_;  // of one object, kept for its memory
};

// What is wrong with the text; empty where `value` is its value.
std::string build_json(std::string_view text, BuiltJson& value) {
  // The library takes it for the end.
  const std::size_t nul = text.find('\0');
  if (nul != std::string_view::npos) return "a NUL at byte " + std::to_string(nul + 1);
  JsonBuilder builder;
  if (!BuiltJson::sax_parse(text.begin(), text.end(), &builder)) return builder.found;
  value = std::move(builder.root);
  return {};
}

}  // namespace

std::optional<nlohmann::ordered_json> parse_json(std::string_view text) {
  BuiltJson value;
  if (!build_json(text, value).empty()) return std::nullopt;
  return value;
}

nlohmann::ordered_json require_json(std::string_view text, const std::string& where) {
  BuiltJson value;
  const std::string found = build_json(text, value);
  if (found.empty()) return value;
  throw InputError({.where = where,
                    .expected = "JSON of at most " + std::to_string(kMaxJsonDepth) + " levels and " +
                                std::to_string(kMaxJsonKeys) + " different keys an object",
                    .found = found,
                    .advice = "is the file complete, and one that Gradus wrote?"});
}

void reject_json_integer(const nlohmann::ordered_json& value, const std::string& where) {
  const std::string text =
      value.is_structured() ? value.type_name() : value.dump(-1, ' ', true, BuiltJson::error_handler_t::replace);
  throw InputError({.where = where,
                    .expected = "a whole number in range",
                    .found = text.substr(0, 40),
                    .advice = "is the file complete, and one that Gradus wrote?"});
}

}  // namespace gradus
