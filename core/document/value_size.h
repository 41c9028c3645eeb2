// SPDX-License-Identifier: Apache-2.0
// How large a value is as CBOR, without writing it.
#pragma once

#include "core/base/result.h"
#include "core/base/value.h"

namespace feltbog::document {

// The size of encode_cbor(value), where decode_cbor() would take that back. Errors: malformed (text
// that is not UTF-8), limit_exceeded (nested too deep).
Result<std::size_t> value_size(const Value& value);

}  // namespace feltbog::document
