// SPDX-License-Identifier: Apache-2.0
// What ops other than text edits carry, as CBOR. The same in a batch and in a saved history; each
// numbers writers in its own way.
#pragma once

#include <functional>
#include <optional>

#include "core/base/cbor.h"
#include "core/document/change.h"

namespace feltbog::document {

// The number of a change's writer; 0 for the root document's.
using WriterNumber = std::function<std::uint64_t(const ChangeId&)>;
// None for a number that was not given out.
using NumberedWriter = std::function<std::optional<WriterId>(std::uint64_t)>;

// The number of the action in a batch (action_kind.h).
std::uint64_t kind_of(const Action& action);
// What an action from kWholeKinds on carries: one CBOR item.
Bytes item_of(const Action& action);
// Not for Insert and Erase.
void write_payload(CborWriter& out, const Action& action, const WriterNumber& number);
// The action of an op whose document and field are filled in. From kWholeKinds on, what check_op()
// would refuse is Unknown, as it is to those who do not know the action yet.
// Errors: malformed, truncated, limit_exceeded.
Result<Action> read_payload(CborReader& in, std::uint64_t kind, const Op& op,
                            const NumberedWriter& writer);
// Writer number, counter and index. Counter zero is the root document, where that may stand.
Result<OpId> read_op_id(CborReader& in, bool root_allowed, const NumberedWriter& writer);

}  // namespace feltbog::document
