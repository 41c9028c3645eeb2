// SPDX-License-Identifier: Apache-2.0
#include "sync/message.h"

#include "core/ledger/receipt.h"
#include "sync/limits.h"

namespace feltbog::sync {
namespace {

static_assert(ledger::kRecordBytesMax <= ledger::kSessionRecordMax);
static_assert(ledger::kReceiptBytesMax <= ledger::kSessionReceiptMax);
// The largest single item, with what a full batch already holds, fits a frame.
static_assert(kBatchBytes + ledger::kSessionRunMax + kBatchRunsMax * 16 <= kFrameBytesMax);
static_assert(kBatchBytes + ledger::kSessionRecordMax + ledger::kSessionWrapsMax +
                  kBatchRecordsMax * 16 <=
              kFrameBytesMax);

template <class T>
Result<void> into(Result<T> from, T& to) {
  if (!from) return from.error();
  to = std::move(from).value();
  return {};
}

Result<void> limit(std::string_view what) {
  return Error{ErrorCode::limit_exceeded, std::string(what)};
}

Result<void> read_bytes(CborReader& in, std::size_t maximum, Bytes& to) {
  FELTBOG_TRY(view, in.bytes());
  if (view.size() > maximum) return limit("byte string");
  to = to_bytes(view);
  return {};
}

template <class Item, class ReadItem>
Result<void> read_list(CborReader& in, std::size_t maximum, std::vector<Item>& to,
                       ReadItem read_item) {
  FELTBOG_TRY(count, in.array());
  if (count > maximum) return limit("list");
  to.clear();
  for (std::uint64_t index = 0; index < count; ++index) {
    FELTBOG_CHECK(read_item(to.emplace_back()));
  }
  return {};
}

// An item, or null for none. `read_item` fills in a value it is given.
template <class Item, class ReadItem>
Result<void> read_optional(CborReader& in, std::optional<Item>& to, ReadItem read_item) {
  FELTBOG_TRY(none, in.null());
  to.reset();
  if (none) return {};
  return read_item(to.emplace());
}

Result<void> read_log(CborReader& in, ledger::LogName& to) {
  return read_optional(in, to, [&](SpaceId& space) { return into(in.fixed<SpaceId>(), space); });
}

void write_log(CborWriter& out, const ledger::LogName& log) {
  if (log) {
    out.fixed(*log);
  } else {
    out.null();
  }
}

// A record's number, from 1.
Result<void> read_sequence(CborReader& in, std::uint64_t& to) {
  FELTBOG_CHECK(into(in.uint(ledger::kLogSequenceMax), to));
  if (to == 0) return Error{ErrorCode::malformed, "record 0"};
  return {};
}

Result<void> read_item(CborReader& in, ledger::RecordItem& to) {
  FELTBOG_CHECK(read_bytes(in, ledger::kSessionRecordMax, to.record));
  return read_bytes(in, ledger::kSessionWrapsMax, to.wraps);
}

void write_item(CborWriter& out, const ledger::RecordItem& item) {
  out.bytes(item.record).bytes(item.wraps);
}

Result<void> read_hashes(CborReader& in, std::vector<ChunkHash>& to) {
  return read_list(in, kBatchChunksMax, to,
                   [&](ChunkHash& hash) { return into(in.fixed<ChunkHash>(), hash); });
}

void write_hashes(CborWriter& out, const std::vector<ChunkHash>& hashes) {
  out.array(hashes.size());
  for (const ChunkHash& hash : hashes) out.fixed(hash);
}

void write_bytes_or_null(CborWriter& out, const std::optional<Bytes>& bytes) {
  if (bytes) {
    out.bytes(*bytes);
  } else {
    out.null();
  }
}

Result<void> read_claim(CborReader& in, ledger::SessionClaim& to) {
  FELTBOG_TRY(party, in.uint(3));
  if (party == 0) return Error{ErrorCode::malformed, "party"};
  to.party = static_cast<ledger::SessionParty>(party);
  FELTBOG_CHECK(into(in.fixed<ledger::SessionSubject>(), to.subject));
  if (to.party == ledger::SessionParty::founding && !to.subject.is_zero()) {
    return Error{ErrorCode::malformed, "subject of a founder"};
  }
  return {};
}

// For each message: how many fields follow the type, and their encoding both ways.
constexpr std::uint64_t fields(const Hello&) { return 7; }
Result<void> read(CborReader& in, Hello& to) {
  FELTBOG_CHECK(into(in.uint(kAnswerCodeMax), to.oldest));
  FELTBOG_CHECK(into(in.uint(kAnswerCodeMax), to.newest));
  FELTBOG_CHECK(into(in.fixed<OrganisationId>(), to.organisation));
  FELTBOG_CHECK(read_claim(in, to.claim));
  FELTBOG_CHECK(into(in.fixed<ledger::SessionNonce>(), to.nonce));
  if (to.oldest == 0 || to.newest < to.oldest) return Error{ErrorCode::malformed, "versions"};
  return into(in.boolean(), to.binds);
}
void write(CborWriter& out, const Hello& from) {
  out.uint(from.oldest).uint(from.newest).fixed(from.organisation);
  out.uint(static_cast<std::uint64_t>(from.claim.party)).fixed(from.claim.subject);
  out.fixed(from.nonce).boolean(from.binds);
}

constexpr std::uint64_t fields(const Challenge&) { return 6; }
Result<void> read(CborReader& in, Challenge& to) {
  FELTBOG_CHECK(into(in.uint(kAnswerCodeMax), to.version));
  FELTBOG_CHECK(into(in.fixed<ledger::SessionNonce>(), to.nonce));
  FELTBOG_CHECK(into(in.fixed<ServerIncarnation>(), to.incarnation));
  FELTBOG_CHECK(into(in.boolean(), to.binds));
  FELTBOG_CHECK(into(in.integer(), to.time.milliseconds));
  return into(in.fixed<crypto::Signature>(), to.proof);
}
void write(CborWriter& out, const Challenge& from) {
  out.uint(from.version).fixed(from.nonce).fixed(from.incarnation).boolean(from.binds);
  out.integer(from.time.milliseconds).fixed(from.proof);
}

constexpr std::uint64_t fields(const Proof&) { return 1; }
Result<void> read(CborReader& in, Proof& to) {
  return into(in.fixed<crypto::Signature>(), to.proof);
}
void write(CborWriter& out, const Proof& from) { out.fixed(from.proof); }

constexpr std::uint64_t fields(const Welcome&) { return 0; }
Result<void> read(CborReader&, Welcome&) { return {}; }
void write(CborWriter&, const Welcome&) {}

constexpr std::uint64_t fields(const Bye&) { return 1; }
Result<void> read(CborReader& in, Bye& to) { return into(in.uint(kAnswerCodeMax), to.code); }
void write(CborWriter& out, const Bye& from) { out.uint(from.code); }

constexpr std::uint64_t fields(const Ping&) { return 0; }
Result<void> read(CborReader&, Ping&) { return {}; }
void write(CborWriter&, const Ping&) {}

Result<void> read_space_claim(CborReader& in, SpaceClaim& to) {
  FELTBOG_CHECK(in.array(4));
  FELTBOG_CHECK(into(in.fixed<SpaceId>(), to.space));
  FELTBOG_CHECK(into(in.uint(ledger::kLogSequenceMax), to.records));
  FELTBOG_CHECK(into(in.fixed<HeadTag>(), to.tag));
  return into(in.uint(ledger::kPositionMax), to.position);
}

constexpr std::uint64_t fields(const Have&) { return 4; }
Result<void> read(CborReader& in, Have& to) {
  FELTBOG_CHECK(into(in.uint(ledger::kLogSequenceMax), to.records));
  FELTBOG_CHECK(into(in.fixed<HeadTag>(), to.tag));
  FELTBOG_CHECK(read_list(in, kBatchSpacesMax, to.spaces,
                          [&](SpaceClaim& claim) { return read_space_claim(in, claim); }));
  return into(in.boolean(), to.more);
}
void write(CborWriter& out, const Have& from) {
  out.uint(from.records).fixed(from.tag).array(from.spaces.size());
  for (const SpaceClaim& claim : from.spaces) {
    out.array(4).fixed(claim.space).uint(claim.records).fixed(claim.tag).uint(claim.position);
  }
  out.boolean(from.more);
}

constexpr std::uint64_t fields(const Ahead&) { return 2; }
Result<void> read(CborReader& in, Ahead& to) {
  FELTBOG_CHECK(into(in.uint(ledger::kPositionMax), to.runs));
  return into(in.uint(ledger::kPositionMax), to.bytes);
}
void write(CborWriter& out, const Ahead& from) { out.uint(from.runs).uint(from.bytes); }

constexpr std::uint64_t fields(const Records&) { return 3; }
Result<void> read(CborReader& in, Records& to) {
  FELTBOG_CHECK(read_log(in, to.log));
  FELTBOG_CHECK(read_sequence(in, to.first));
  return read_list(in, kBatchRecordsMax, to.items, [&](ledger::RecordItem& item) -> Result<void> {
    FELTBOG_CHECK(in.array(2));
    return read_item(in, item);
  });
}
void write(CborWriter& out, const Records& from) {
  write_log(out, from.log);
  out.uint(from.first).array(from.items.size());
  for (const ledger::RecordItem& item : from.items) {
    out.array(2);
    write_item(out, item);
  }
}

constexpr std::uint64_t fields(const Runs&) { return 3; }
Result<void> read(CborReader& in, Runs& to) {
  FELTBOG_CHECK(into(in.fixed<SpaceId>(), to.space));
  FELTBOG_CHECK(into(in.uint(ledger::kPositionMax), to.position));
  std::uint64_t last = 0;
  return read_list(in, kBatchRunsMax, to.runs, [&](ledger::RunItem& item) -> Result<void> {
    FELTBOG_CHECK(in.array(2));
    FELTBOG_CHECK(into(in.uint(to.position), item.position));
    if (item.position <= last) return Error{ErrorCode::malformed, "order of positions"};
    last = item.position;
    return read_bytes(in, ledger::kSessionRunMax, item.run);
  });
}
void write(CborWriter& out, const Runs& from) {
  out.fixed(from.space).uint(from.position).array(from.runs.size());
  for (const ledger::RunItem& item : from.runs) out.array(2).uint(item.position).bytes(item.run);
}

constexpr std::uint64_t fields(const Standing&) { return 3; }
Result<void> read(CborReader& in, Standing& to) {
  FELTBOG_CHECK(read_log(in, to.log));
  FELTBOG_CHECK(into(in.uint(ledger::kLogSequenceMax), to.head.sequence));
  return into(in.fixed<RecordHash>(), to.head.hash);
}
void write(CborWriter& out, const Standing& from) {
  write_log(out, from.log);
  out.uint(from.head.sequence).fixed(from.head.hash);
}

constexpr std::uint64_t fields(const Withdrawn&) { return 1; }
Result<void> read(CborReader& in, Withdrawn& to) { return into(in.fixed<SpaceId>(), to.space); }
void write(CborWriter& out, const Withdrawn& from) { out.fixed(from.space); }

constexpr std::uint64_t fields(const Head&) { return 2; }
Result<void> read(CborReader& in, Head& to) {
  FELTBOG_CHECK(into(in.fixed<SpaceId>(), to.space));
  return read_bytes(in, ledger::kSessionReceiptMax, to.head);
}
void write(CborWriter& out, const Head& from) { out.fixed(from.space).bytes(from.head); }

constexpr std::uint64_t fields(const Pulled&) { return 0; }
Result<void> read(CborReader&, Pulled&) { return {}; }
void write(CborWriter&, const Pulled&) {}

constexpr std::uint64_t fields(const AppendRecord&) { return 4; }
Result<void> read(CborReader& in, AppendRecord& to) {
  FELTBOG_CHECK(read_log(in, to.log));
  FELTBOG_CHECK(read_sequence(in, to.sequence));
  return read_item(in, to.item);
}
void write(CborWriter& out, const AppendRecord& from) {
  write_log(out, from.log);
  out.uint(from.sequence);
  write_item(out, from.item);
}

constexpr std::uint64_t fields(const RecordAnswer&) { return 1; }
Result<void> read(CborReader& in, RecordAnswer& to) {
  return into(in.uint(kAnswerCodeMax), to.code);
}
void write(CborWriter& out, const RecordAnswer& from) { out.uint(from.code); }

constexpr std::uint64_t fields(const PushRuns&) { return 2; }
Result<void> read(CborReader& in, PushRuns& to) {
  FELTBOG_CHECK(into(in.fixed<SpaceId>(), to.space));
  FELTBOG_CHECK(read_list(in, kBatchRunsMax, to.runs,
                          [&](Bytes& run) { return read_bytes(in, ledger::kSessionRunMax, run); }));
  if (to.runs.empty()) return Error{ErrorCode::malformed, "no runs"};
  return {};
}
void write(CborWriter& out, const PushRuns& from) {
  out.fixed(from.space).array(from.runs.size());
  for (const Bytes& run : from.runs) out.bytes(run);
}

constexpr std::uint64_t fields(const RunsAnswer&) { return 2; }
Result<void> read(CborReader& in, RunsAnswer& to) {
  FELTBOG_CHECK(read_list(in, kBatchRunsMax, to.codes,
                          [&](AnswerCode& code) { return into(in.uint(kAnswerCodeMax), code); }));
  return read_bytes(in, ledger::kSessionReceiptMax, to.receipt);
}
void write(CborWriter& out, const RunsAnswer& from) {
  out.array(from.codes.size());
  for (const AnswerCode code : from.codes) out.uint(code);
  out.bytes(from.receipt);
}

constexpr std::uint64_t fields(const OfferChunks&) { return 2; }
Result<void> read(CborReader& in, OfferChunks& to) {
  FELTBOG_CHECK(into(in.fixed<SpaceId>(), to.space));
  return read_hashes(in, to.chunks);
}
void write(CborWriter& out, const OfferChunks& from) {
  write_hashes(out.fixed(from.space), from.chunks);
}

constexpr std::uint64_t fields(const ChunksAnswer&) { return 3; }
Result<void> read(CborReader& in, ChunksAnswer& to) {
  FELTBOG_CHECK(into(in.uint(kAnswerCodeMax), to.code));
  FELTBOG_TRY(count, in.array());
  if (count > kBatchChunksMax) return limit("list");
  to.held.clear();
  for (std::uint64_t index = 0; index < count; ++index) {
    FELTBOG_TRY(held, in.boolean());
    to.held.push_back(held);
  }
  return read_bytes(in, ledger::kSessionReceiptMax, to.receipt);
}
void write(CborWriter& out, const ChunksAnswer& from) {
  out.uint(from.code).array(from.held.size());
  for (const bool held : from.held) out.boolean(held);
  out.bytes(from.receipt);
}

constexpr std::uint64_t fields(const PutChunk&) { return 3; }
Result<void> read(CborReader& in, PutChunk& to) {
  FELTBOG_CHECK(into(in.fixed<SpaceId>(), to.space));
  FELTBOG_CHECK(into(in.fixed<ChunkHash>(), to.chunk));
  return read_bytes(in, ledger::kSessionChunkMax, to.bytes);
}
void write(CborWriter& out, const PutChunk& from) {
  out.fixed(from.space).fixed(from.chunk).bytes(from.bytes);
}

constexpr std::uint64_t fields(const ChunkAnswer&) { return 2; }
Result<void> read(CborReader& in, ChunkAnswer& to) {
  FELTBOG_CHECK(into(in.uint(kAnswerCodeMax), to.code));
  return read_bytes(in, ledger::kSessionReceiptMax, to.receipt);
}
void write(CborWriter& out, const ChunkAnswer& from) { out.uint(from.code).bytes(from.receipt); }

constexpr std::uint64_t fields(const GetChunks&) { return 2; }
Result<void> read(CborReader& in, GetChunks& to) {
  FELTBOG_CHECK(into(in.fixed<SpaceId>(), to.space));
  return read_hashes(in, to.chunks);
}
void write(CborWriter& out, const GetChunks& from) {
  write_hashes(out.fixed(from.space), from.chunks);
}

constexpr std::uint64_t fields(const Chunk&) { return 1; }
Result<void> read(CborReader& in, Chunk& to) {
  return read_optional(
      in, to.bytes, [&](Bytes& bytes) { return read_bytes(in, ledger::kSessionChunkMax, bytes); });
}
void write(CborWriter& out, const Chunk& from) { write_bytes_or_null(out, from.bytes); }

template <class Message>
Result<Message> decode_strictly(BytesView body) {
  CborReader in(body);
  Message message;
  FELTBOG_CHECK(in.array(1 + fields(message)));
  FELTBOG_TRY(type, in.uint());
  if (type != static_cast<std::uint64_t>(Message::kType)) {
    return Error{ErrorCode::malformed, "another type"};
  }
  FELTBOG_CHECK(read(in, message));
  FELTBOG_CHECK(in.finish());
  return message;
}

}  // namespace

std::span<const MessageType> message_types() {
  using enum MessageType;
  static constexpr MessageType kTypes[] = {
      hello,        challenge,     proof,         welcome,       bye,        ping,
      have,         ahead,         records,       runs,          standing,   withdrawn,
      head,         pulled,        append_record, record_answer, push_runs,  runs_answer,
      offer_chunks, chunks_answer, put_chunk,     chunk_answer,  get_chunks, chunk,
  };
  return kTypes;
}

HeadTag head_tag(const RecordHash& hash) {
  HeadTag tag;
  std::copy_n(hash.bytes.begin(), HeadTag::kSize, tag.bytes.begin());
  return tag;
}

Result<MessageType> message_type(BytesView body) {
  CborReader in(body);
  if (in.array().has_value()) {
    const Result<std::uint64_t> number = in.uint();
    for (const MessageType type : message_types()) {
      if (number && *number == static_cast<std::uint64_t>(type)) return type;
    }
  }
  return Error{ErrorCode::protocol_error, "unknown message"};
}

template <class Message>
Result<Message> decode_message(BytesView body) {
  Result<Message> message = decode_strictly<Message>(body);
  if (message) return message;
  return Error{ErrorCode::protocol_error,
               "message " + std::to_string(static_cast<int>(Message::kType)) + ": " +
                   std::string(error_name(message.error().code)) + " " + message.error().detail};
}

template <class Message>
Bytes encode_message(const Message& message) {
  CborWriter out;
  out.array(1 + fields(message)).uint(static_cast<std::uint64_t>(Message::kType));
  write(out, message);
  return out.take();
}

#define FELTBOG_MESSAGE(Message)                               \
  template Result<Message> decode_message<Message>(BytesView); \
  template Bytes encode_message<Message>(const Message&);
FELTBOG_MESSAGE(Hello)
FELTBOG_MESSAGE(Challenge)
FELTBOG_MESSAGE(Proof)
FELTBOG_MESSAGE(Welcome)
FELTBOG_MESSAGE(Bye)
FELTBOG_MESSAGE(Ping)
FELTBOG_MESSAGE(Have)
FELTBOG_MESSAGE(Ahead)
FELTBOG_MESSAGE(Records)
FELTBOG_MESSAGE(Runs)
FELTBOG_MESSAGE(Standing)
FELTBOG_MESSAGE(Withdrawn)
FELTBOG_MESSAGE(Head)
FELTBOG_MESSAGE(Pulled)
FELTBOG_MESSAGE(AppendRecord)
FELTBOG_MESSAGE(RecordAnswer)
FELTBOG_MESSAGE(PushRuns)
FELTBOG_MESSAGE(RunsAnswer)
FELTBOG_MESSAGE(OfferChunks)
FELTBOG_MESSAGE(ChunksAnswer)
FELTBOG_MESSAGE(PutChunk)
FELTBOG_MESSAGE(ChunkAnswer)
FELTBOG_MESSAGE(GetChunks)
FELTBOG_MESSAGE(Chunk)
#undef FELTBOG_MESSAGE

}  // namespace feltbog::sync
