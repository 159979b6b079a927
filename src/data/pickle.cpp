// SPDX-License-Identifier: Apache-2.0
#include "data/pickle.hpp"

#include <charconv>
#include <optional>
#include <unordered_map>

#include "data/byte_reader.hpp"
#include "data/npy.hpp"
#include "data/pickle_text.hpp"

namespace gradus::data {
namespace {

using PickleKind = PickleValue::Kind;

// A pickle of arrays has some hundred values. Without a bound a file of one-byte opcodes would take 100 times its size.
constexpr std::size_t kMaxValues = 100000;

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class Decoder {
 public:
  Decoder(std::span<const std::byte> file, const std::string& name) : file_(file), reader_(file, name) {}

  Pickle decode() {
    while (!stopped_) {
      opcode_offset_ = reader_.offset();
      const std::uint8_t opcode = reader_.byte("an opcode");
      if (!framing(opcode) && !literal(opcode) && !container(opcode) && !memo(opcode) && !construct(opcode)) {
        fail("an opcode of a pickled NumPy array", describe(opcode));
      }
    }
    return std::move(pickle_);
  }

 private:
  static std::string describe(std::uint8_t opcode) {
    static constexpr char kDigits[] = "0123456789abcdef";
    return std::string("opcode 0x") + kDigits[opcode >> 4] + kDigits[opcode & 15];
  }
  [[noreturn]] void fail(std::string expected, std::string found) const {
    throw InputError(ErrorParts{reader_.name() + ": offset " + std::to_string(opcode_offset_), std::move(expected),
                                std::move(found), "only plain numeric arrays are read and nothing is executed"});
  }

  PickleValue& push(PickleKind kind) {
    if (pickle_.values.size() >= kMaxValues) fail("at most 100000 values", "more");
    stack_.push_back(static_cast<std::uint32_t>(pickle_.values.size()));
    pickle_.values.emplace_back().kind = kind;
    return pickle_.values.back();
  }
  void push_number(std::uint32_t number) {
    // Copies of memoised values do not make new ones, yet the stack must stay bounded too.
    if (stack_.size() >= kMaxValues) fail("at most 100000 values", "more");
    stack_.push_back(number);
  }
  std::uint32_t pop_number() {
    if (stack_.empty()) fail("a value on the stack", "an empty stack");
    const std::uint32_t number = stack_.back();
    stack_.pop_back();
    return number;
  }
  PickleValue& value(std::uint32_t number) { return pickle_.values[number]; }
  PickleValue& top() {
    if (stack_.empty()) fail("a value on the stack", "an empty stack");
    return value(stack_.back());
  }
  std::vector<std::uint32_t> pop_to_mark() {
    std::size_t at = stack_.size();
    while (at > 0 && value(stack_[at - 1]).kind != PickleKind::kMark) --at;
    if (at == 0) fail("a mark on the stack", "none");
    std::vector<std::uint32_t> numbers(stack_.begin() + static_cast<std::ptrdiff_t>(at), stack_.end());
    stack_.resize(at - 1);
    return numbers;
  }
  void count_elements(std::size_t added) {
    num_elements_ += added;
    if (num_elements_ > kMaxValues) fail("at most 100000 values", "more");
  }
  void push_sequence(std::vector<std::uint32_t> elements) {
    count_elements(elements.size());
    push(PickleKind::kSequence).elements = std::move(elements);
  }
  void push_bytes(PickleKind kind, std::uint64_t size) {
    const auto bytes = reader_.take(size, "a string");
    push(kind).bytes = bytes;
  }
  std::string_view line() {
    const auto rest = as_text(file_.subspan(reader_.offset()));
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) fail("a line end", "the end of the file");
    reader_.take(end + 1, "a line");
    return rest.substr(0, end);
  }

  // -- opcodes, group by group; each returns false when the opcode is not its own -------------------------------------
  bool framing(std::uint8_t opcode) {
    switch (opcode) {
      case 0x80: {  // PROTO
        const std::uint8_t protocol = reader_.byte("the protocol");
        if (protocol > 5) fail("pickle protocol 0 to 5", std::to_string(protocol));
        return true;
      }
      case 0x95:  // FRAME: a hint for readers of streams
        reader_.little<std::uint64_t>("a frame's size");
        return true;
      case '.':  // STOP
        pickle_.root = pop_number();
        stopped_ = true;
        return true;
      default:
        return false;
    }
  }

  bool literal(std::uint8_t opcode) {
    switch (opcode) {
      case 'N':
        push(PickleKind::kNone);
        return true;
      case 0x88:  // NEWTRUE
      case 0x89:  // NEWFALSE
        push_integer(opcode == 0x88 ? 1 : 0);
        return true;
      case 'J':
        push_integer(reader_.little<std::int32_t>("an integer"));
        return true;
      case 'K':
        push_integer(reader_.byte("an integer"));
        return true;
      case 'M':
        push_integer(reader_.little<std::uint16_t>("an integer"));
        return true;
      case 'I':
      case 'L':
        push_integer(decimal(line()));
        return true;
      case 0x8a:  // LONG1
        push_long(reader_.byte("a long integer"));
        return true;
      default:
        return string_literal(opcode);
    }
  }

  bool string_literal(std::uint8_t opcode) {
    switch (opcode) {
      case 'S':
        push_decoded(PickleKind::kBytes, decode_quoted(line()));
        return true;
      case 'T':
      case 'B':
        push_bytes(PickleKind::kBytes, reader_.little<std::uint32_t>("a string's size"));
        return true;
      case 'U':
      case 'C':
        push_bytes(PickleKind::kBytes, reader_.byte("a string's size"));
        return true;
      case 0x8e:  // BINBYTES8
      case 0x96:  // BYTEARRAY8
        push_bytes(PickleKind::kBytes, reader_.little<std::uint64_t>("a string's size"));
        return true;
      case 'X':
        push_bytes(PickleKind::kText, reader_.little<std::uint32_t>("a text's size"));
        return true;
      case 0x8c:  // SHORT_BINUNICODE
        push_bytes(PickleKind::kText, reader_.byte("a text's size"));
        return true;
      case 0x8d:  // BINUNICODE8
        push_bytes(PickleKind::kText, reader_.little<std::uint64_t>("a text's size"));
        return true;
      case 'V':
        push_decoded(PickleKind::kText, decode_raw_unicode(line()));
        return true;
      default:
        return false;
    }
  }

  bool container(std::uint8_t opcode) {
    switch (opcode) {
      case '(':
        push(PickleKind::kMark);
        return true;
      case ')':
      case ']':
        push(PickleKind::kSequence);
        return true;
      case '}':
        push(PickleKind::kDict);
        return true;
      case 't':
      case 'l':
        push_sequence(pop_to_mark());
        return true;
      case 0x85:
      case 0x86:
      case 0x87: {  // TUPLE1, 2, 3
        std::vector<std::uint32_t> elements(opcode - 0x84u);
        for (std::size_t i = elements.size(); i-- > 0;) elements[i] = pop_number();
        push_sequence(std::move(elements));
        return true;
      }
      case 'a':
        append({pop_number()});
        return true;
      case 'e':
        append(pop_to_mark());
        return true;
      case '0':
        pop_number();
        return true;
      default:
        return false;
    }
  }

  bool memo(std::uint8_t opcode) {
    if (opcode == 0x94) return remember(memo_.size());  // MEMOIZE
    if (opcode == 'p' || opcode == 'g') {
      const auto slot = static_cast<std::uint64_t>(decimal(line()));
      return opcode == 'p' ? remember(slot) : recall(slot);
    }
    if (opcode == 'q') return remember(reader_.byte("a memo number"));
    if (opcode == 'h') return recall(reader_.byte("a memo number"));
    if (opcode == 'r') return remember(reader_.little<std::uint32_t>("a memo number"));
    if (opcode == 'j') return recall(reader_.little<std::uint32_t>("a memo number"));
    return false;
  }

  bool construct(std::uint8_t opcode) {
    switch (opcode) {
      case 'c': {  // GLOBAL
        const std::string_view module = line();
        const std::string_view name = line();
        push_global(module, name);
        return true;
      }
      case 0x93: {  // STACK_GLOBAL
        const std::string_view name = as_text(value(pop_number()).bytes);
        const std::string_view module = as_text(value(pop_number()).bytes);
        push_global(module, name);
        return true;
      }
      case 'R':
        reduce();
        return true;
      case 'b':
        build();
        return true;
      default:
        return false;
    }
  }

  void push_integer(std::int64_t integer) { push(PickleKind::kInteger).integer = integer; }

  void push_long(std::uint8_t size) {
    if (size > 8) fail("an integer of at most 8 bytes", std::to_string(size));
    const auto bytes = reader_.take(size, "a long integer");
    std::uint64_t integer = size > 0 && (std::to_integer<unsigned>(bytes.back()) & 0x80) != 0 ? ~std::uint64_t{0} : 0;
    for (std::size_t i = size; i-- > 0;) integer = (integer << 8) | std::to_integer<std::uint64_t>(bytes[i]);
    push_integer(static_cast<std::int64_t>(integer));
  }

  std::int64_t decimal(std::string_view text) const {
    if (text.ends_with('L')) text.remove_suffix(1);
    std::int64_t integer = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
    if (error != std::errc() || end != text.data() + text.size()) fail("a whole number", "other text");
    return integer;
  }

  void push_decoded(PickleKind kind, std::optional<Bytes> decoded) {
    if (!decoded) fail("a well-formed string of Latin-1 characters", "another");
    const auto owner = std::make_shared<const Bytes>(std::move(*decoded));
    PickleValue& string = push(kind);
    string.bytes = *owner;
    string.owner = owner;
  }

  void append(std::vector<std::uint32_t> elements) {
    if (top().kind != PickleKind::kSequence) fail("a list to append to", "another value");
    count_elements(elements.size());
    auto& list = top().elements;
    list.insert(list.end(), elements.begin(), elements.end());
  }

  bool remember(std::uint64_t slot) {
    top();
    if (memo_.size() >= kMaxValues) fail("at most 100000 memo slots", "more");
    memo_[slot] = stack_.back();
    return true;
  }
  bool recall(std::uint64_t slot) {
    const auto found = memo_.find(slot);
    if (found == memo_.end()) fail("a memo slot that was set", std::to_string(slot));
    push_number(found->second);
    return true;
  }

  void push_global(std::string_view module, std::string_view name) {
    const bool multiarray = module == "numpy.core.multiarray" || module == "numpy._core.multiarray";
    const bool known = (multiarray && name == "_reconstruct") ||
                       (module == "numpy" && (name == "ndarray" || name == "dtype")) ||
                       (module == "_codecs" && name == "encode");
    if (!known) {
      fail("numpy's array constructors only",
           "'" + std::string(module.substr(0, 60)) + "." + std::string(name.substr(0, 60)) + "'");
    }
    push(PickleKind::kGlobal).name = std::string(name);
  }

  void reduce() {
    const std::span<const std::uint32_t> arguments = sequence(pop_number());
    const PickleValue& callee = value(pop_number());
    if (callee.kind != PickleKind::kGlobal) fail("a constructor to apply", "another value");
    const std::string name = callee.name;
    if (name == "_reconstruct") {
      push(PickleKind::kArray);
    } else if (name == "dtype" && !arguments.empty()) {
      const std::string type(as_text(value(arguments[0]).bytes));
      const auto described = parse_dtype(type);
      if (!described) fail("a numeric dtype", "'" + type.substr(0, 20) + "'");
      PickleValue& dtype = push(PickleKind::kDtype);
      dtype.name = type;
      dtype.big_endian = described->big_endian;
    } else if (name == "encode" && arguments.size() == 2) {
      apply_encode(value(arguments[0]), value(arguments[1]));
    } else {
      fail("_reconstruct, dtype or encode applied to its arguments", "'" + name + "'");
    }
  }

  /// `_codecs.encode(text, 'latin1')`: how Python 3 writes byte strings in protocols below 3.
  void apply_encode(const PickleValue& text, const PickleValue& codec) {
    if (text.kind != PickleKind::kText || (as_text(codec.bytes) != "latin1" && as_text(codec.bytes) != "latin-1")) {
      fail("text encoded as latin1", "another use of encode");
    }
    // Each text is encoded once in an honest file, so all of them together fit the file's size.
    num_encoded_ += text.bytes.size();
    if (num_encoded_ > 2 * file_.size()) fail("each text encoded once", "repeated encodings");
    push_decoded(PickleKind::kBytes, encode_latin1(text.bytes));
  }

  /// Its elements, where they lie: a short opcode may name a long tuple again and again. Nothing may be appended to it
  /// while they are in use.
  std::span<const std::uint32_t> sequence(std::uint32_t number) {
    if (value(number).kind != PickleKind::kSequence) fail("a tuple", "another value");
    return value(number).elements;
  }

  void build() {
    const std::span<const std::uint32_t> state = sequence(pop_number());
    PickleValue& target = top();
    if (target.kind == PickleKind::kDtype && state.size() >= 2) {
      const std::string_view order = as_text(value(state[1]).bytes);
      if (order != "<" && order != ">" && order != "|" && order != "=") fail("a byte order", "other text");
      target.big_endian = order == ">";
    } else if (target.kind == PickleKind::kArray && state.size() == 5) {
      build_array(target, state);
    } else {
      fail("the state of an array or a dtype", "another");
    }
  }

  void build_array(PickleValue& array, std::span<const std::uint32_t> state) {
    const PickleValue& content = value(state[4]);
    if (value(state[2]).kind != PickleKind::kDtype || content.kind != PickleKind::kBytes) {
      fail("an array of numbers", "an array of objects");
    }
    std::vector<std::uint64_t> shape;
    for (const std::uint32_t number : sequence(state[1])) {
      const PickleValue& extent = value(number);
      if (extent.kind != PickleKind::kInteger || extent.integer < 0 || shape.size() == 8) fail("a shape", "others");
      shape.push_back(static_cast<std::uint64_t>(extent.integer));
    }
    const std::size_t item = element_size(parse_dtype(value(state[2]).name)->type);
    const std::string where = reader_.name() + ": offset " + std::to_string(opcode_offset_);
    const std::uint64_t size = checked_array_bytes(shape, item, content.bytes.size(), where);
    if (size != content.bytes.size()) fail(std::to_string(size) + " bytes of values", "more");
    array.shape.assign(shape.begin(), shape.end());
    array.dtype = state[2];
    array.column_major = value(state[3]).integer != 0 && shape.size() > 1;
    array.bytes = content.bytes;
    array.owner = content.owner;
  }

  std::span<const std::byte> file_;
  ByteReader reader_;
  Pickle pickle_;
  std::vector<std::uint32_t> stack_;
  std::unordered_map<std::uint64_t, std::uint32_t> memo_;
  std::size_t opcode_offset_ = 0;
  std::size_t num_elements_ = 0;
  std::size_t num_encoded_ = 0;
  bool stopped_ = false;
};

}  // namespace

Pickle decode_pickle(std::span<const std::byte> file, const std::string& name) {
  return Decoder(file, name).decode();
}

}  // namespace gradus::data
