// SPDX-License-Identifier: Apache-2.0
#include "gradus/search/constraint.hpp"

#include <cmath>

#include "gradus/core/error.hpp"
#include "gradus/search/space.hpp"

namespace gradus {
namespace {

std::string without_blanks(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool compare(double a, const std::string& relation, double b) {
  if (std::isnan(a) || std::isnan(b)) return true;
  if (relation == "<") return a < b;
  if (relation == "<=") return a <= b;
  if (relation == ">") return a > b;
  if (relation == ">=") return a >= b;
  return relation == "==" ? a == b : a != b;
}

}  // namespace

bool Constraint::holds(const std::function<double(const std::string&)>& value_of) const {
  double left = value_of(operands[0]);
  for (std::size_t i = 0; i < relations.size(); ++i) {
    const double right = value_of(operands[i + 1]);
    if (!compare(left, relations[i], right)) return false;
    left = right;
  }
  return true;
}

Constraint parse_constraint(const std::string& text, const std::string& where) {
  Constraint constraint;
  constraint.text = text;
  std::string operand;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_relation = text[i] == '<' || text[i] == '>' || text[i] == '=' || text[i] == '!';
    if (!is_relation) {
      operand += text[i];
      continue;
    }
    const bool two = i + 1 < text.size() && text[i + 1] == '=';
    const std::string relation = text.substr(i, two ? 2 : 1);
    if (relation == "=" || relation == "!") {
      throw InputError(
          {.where = where, .expected = "one of < <= > >= == !=", .found = "'" + relation + "'", .advice = ""});
    }
    constraint.relations.push_back(relation);
    constraint.operands.push_back(without_blanks(operand));
    operand.clear();
    if (two) ++i;
  }
  constraint.operands.push_back(without_blanks(operand));
  bool complete = !constraint.relations.empty();
  for (const std::string& name : constraint.operands) complete = complete && !name.empty();
  if (complete) return constraint;
  throw InputError({.where = where,
                    .expected = "a comparison",
                    .found = "'" + text + "'",
                    .advice = "write for example parameters <= 1000000"});
}

}  // namespace gradus
