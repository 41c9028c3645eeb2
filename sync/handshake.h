// SPDX-License-Identifier: Apache-2.0
// How both sides come to the same transcript: everything said before the proofs, folded into the
// two nonces that ledger/session_proof.h has signed. So a version, an incarnation or a name that
// was changed on the way makes the proofs fail.
#pragma once

#include "sync/message.h"

namespace feltbog::sync {

// `hello_body` is the frame as it was sent. `binding` is this side's own value; it is used when
// both sides say that they bind. The server's key is left zero: whoever proves or checks fills it
// in.
ledger::SessionTranscript transcript_of(BytesView hello_body, const Hello& hello,
                                        const Challenge& challenge,
                                        const std::optional<ledger::ChannelBinding>& binding);

}  // namespace feltbog::sync
