// SPDX-License-Identifier: Apache-2.0
// A compiled SQL statement with typed parameters and columns. Made by Database::prepare.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/bytes.h"

namespace feltbog::store {

namespace detail {
struct ConnectionLink;
struct CompiledStatement;
}  // namespace detail

// Parameters are numbered from 1, columns from 0, as in SQLite. Values are copied when bound. Views
// taken from a row are valid until the next step, reset or destruction. Bytes and text are stored
// as BLOB and TEXT; null is nullptr or an empty optional.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  ~Statement();

  // A binding that fails (index out of range, too large) is reported by the next step or run.
  // Binding after a step starts the statement anew.
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, const char* text) { return bind(index, std::string_view(text)); }
  Statement& bind(int index, BytesView bytes);
  Statement& bind(int index, const Bytes& bytes) { return bind(index, BytesView(bytes)); }
  Statement& bind(int index, std::nullptr_t);
  template <std::size_t N, class Tag>
  Statement& bind(int index, const FixedBytes<N, Tag>& value) {
    return bind(index, value.view());
  }
  // Every other integer and bool. An unsigned value above 2^63 - 1 is refused as invalid_argument.
  template <std::integral Integer>
  Statement& bind(int index, Integer value) {
    if constexpr (std::unsigned_integral<Integer> && sizeof(Integer) >= 8) {
      if (value > static_cast<Integer>(INT64_MAX)) return refuse(index);
    }
    return bind(index, static_cast<std::int64_t>(value));
  }
  template <class T>
  Statement& bind(int index, const std::optional<T>& value) {
    return value.has_value() ? bind(index, *value) : bind(index, nullptr);
  }
  // Binds all parameters in order, from 1.
  template <class... Values>
  Statement& bind_all(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
    return *this;
  }

  // True when there is a row. After false or an error the next step starts from the beginning with
  // the same parameters. Errors: see Database::exec.
  Result<bool> step();
  // Steps to the end, ignoring rows, and resets.
  Result<void> run();
  // Back to before the first row, keeping the parameters.
  void reset();

  // Zero for null and for text that is not a number.
  std::int64_t integer(int column) const;
  // Empty unless the column holds text or bytes.
  std::string_view text(int column) const;
  BytesView bytes(int column) const;
  bool is_null(int column) const;
  // Error: corrupt, when the column is not bytes of exactly that length.
  template <class Fixed>
  Result<Fixed> fixed(int column) const {
    auto value = Fixed::from(bytes(column));
    if (!value) return Error{ErrorCode::corrupt, "column " + std::to_string(column)};
    return value;
  }
  int column_count() const;

 private:
  friend class Database;
  friend class Reader;
  explicit Statement(std::unique_ptr<detail::CompiledStatement> compiled);
  Statement& refuse(int index);
  std::unique_ptr<detail::CompiledStatement> compiled_;
};

}  // namespace feltbog::store
