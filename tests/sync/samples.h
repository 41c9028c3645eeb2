// SPDX-License-Identifier: Apache-2.0
// One well-formed message of each type, and frames made by hand.
#pragma once

#include "sync/message.h"

namespace feltbog::tests {

// The body of a message in which no field is empty.
Bytes sample(sync::MessageType type);
// Decodes a body as whatever type it says it is, and encodes what came out. Error: protocol_error.
Result<Bytes> recode(BytesView body);
// A body as the frame that carries it.
Bytes frame(BytesView body);

}  // namespace feltbog::tests
