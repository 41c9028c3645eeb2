// SPDX-License-Identifier: Apache-2.0
#include "apps/host/owner_link.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "apps/host/peer_user.h"
#include "apps/host/socket_path.h"
#include "apps/host/spawn.h"
#include "core/base/platform/posix_disk.h"
#include "core/crypto/secret.h"

namespace feltbog::host {
namespace {

constexpr int kGreetMilliseconds = 5'000;
// An owner that is leaving, or one that somebody else is just starting, is done with it by then.
constexpr int kTriesMax = 500;
constexpr int kBetweenTriesMilliseconds = 20;

Error lost(const char* call) {
  return {ErrorCode::unreachable,
          std::string("owner: ") + call + " errno " + std::to_string(errno)};
}

// Nobody is there, as opposed to somebody who refuses.
bool nobody(ErrorCode code) {
  return code == ErrorCode::unreachable || code == ErrorCode::not_found;
}

void pause_briefly() { ::poll(nullptr, 0, kBetweenTriesMilliseconds); }

}  // namespace

OwnerLink::OwnerLink(OwnerLink&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      next_id_(other.next_id_),
      process_(other.process_),
      protocol_(other.protocol_),
      reader_(std::move(other.reader_)) {}

OwnerLink& OwnerLink::operator=(OwnerLink&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  next_id_ = other.next_id_;
  process_ = other.process_;
  protocol_ = other.protocol_;
  reader_ = std::move(other.reader_);
  return *this;
}

OwnerLink::~OwnerLink() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<OwnerLink> OwnerLink::open_socket(const DataDirectory& directory) {
  FELTBOG_TRY(place, SocketPath::of(directory.socket()));
  struct sockaddr_un address {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, place.name().data(), place.name().size());
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return Error{ErrorCode::io_error, "socket errno " + std::to_string(errno)};
  OwnerLink link(descriptor);
  int status = 0;
  do {
    status = ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  } while (status != 0 && errno == EINTR);
  if (status != 0) return lost("connect");
  return link;
}

Result<std::optional<OwnerLink>> OwnerLink::connect_if_running(const DataDirectory& directory) {
  auto link = open_socket(directory);
  if (!link.has_value()) {
    if (nobody(link.error().code)) return std::optional<OwnerLink>();
    return link.error();
  }
  FELTBOG_TRY(user, peer_user(link->descriptor_));
  if (user != ::geteuid()) return Error{ErrorCode::not_permitted, "owner of another user"};
  PosixDisk disk;
  const auto token = read_file(disk, directory.token(), OwnerToken::kSize);
  if (!token.has_value()) {
    if (nobody(token.error().code)) return std::optional<OwnerLink>();
    return token.error();
  }
  FELTBOG_TRY(proof, OwnerToken::from(*token));
  const auto greeted = link->greet(proof);
  if (greeted.has_value()) return std::optional<OwnerLink>(std::move(*link));
  // An owner that leaves closes what it has not greeted yet.
  if (nobody(greeted.error().code)) return std::optional<OwnerLink>();
  return greeted.error();
}

Result<OwnerLink> OwnerLink::connect(const DataDirectory& directory, const OwnerStart& start) {
  Error last{ErrorCode::busy, "owner does not answer"};
  for (int tried = 0; tried < kTriesMax; ++tried) {
    if (tried > 0) pause_briefly();
    auto link = connect_if_running(directory);
    if (!link.has_value()) {
      // A token read between two owners belongs to the one that is gone.
      if (link.error().code != ErrorCode::not_permitted || tried > 10) return link.error();
      continue;
    }
    if (link->has_value()) {
      if ((*link)->protocol_ == kOwnerProtocol) return std::move(**link);
      last = {ErrorCode::unsupported_version,
              "owner protocol " + std::to_string((*link)->protocol_)};
      (void)(*link)->request(verb::kStop, {}).has_value();
      continue;
    }
    const auto spawned = spawn_owner(directory, start);
    // The lock is held by an owner that leaves, or by one that another command is starting.
    if (!spawned.has_value() && spawned.error().code != ErrorCode::busy) return spawned.error();
  }
  return last;
}

Result<void> OwnerLink::greet(const OwnerToken& token) {
  Value body;
  body["protocol"] = kOwnerProtocol;
  body["token"] = to_bytes(token.view());
  FELTBOG_CHECK(send({next_id_++, std::string(verb::kHello), std::move(body)}));
  FELTBOG_TRY(reply, receive(kGreetMilliseconds));
  if (reply.kind == ReplyKind::error) return error_from_body(reply.body);
  if (reply.kind != ReplyKind::result) return Error{ErrorCode::protocol_error, "owner greeting"};
  protocol_ = reply.body["protocol"].integer_or(0);
  process_ = reply.body["process"].integer_or(0);
  return {};
}

Result<void> OwnerLink::send(Request request) {
  FELTBOG_TRY(frame, encode_frame(to_value(std::move(request))));
  std::size_t done = 0;
  bool broken = false;
  while (done < frame.size() && !broken) {
    const ssize_t count =
        ::send(descriptor_, frame.data() + done, frame.size() - done, MSG_NOSIGNAL);
    if (count >= 0) done += static_cast<std::size_t>(count);
    broken = count < 0 && errno != EINTR;
  }
  crypto::wipe(frame);
  if (broken) return lost("send");
  return {};
}

Result<Reply> OwnerLink::receive(int timeout_milliseconds) {
  std::array<std::uint8_t, 65536> buffer{};
  for (;;) {
    FELTBOG_TRY(frame, reader_.next());
    if (frame.has_value()) return reply_from(std::move(*frame));
    struct pollfd wanted {
      descriptor_, POLLIN, 0
    };
    const int polled = ::poll(&wanted, 1, timeout_milliseconds);
    if (polled == 0) return Error{ErrorCode::timed_out, "owner greeting"};
    if (polled < 0 && errno != EINTR) return lost("poll");
    if (polled < 0) continue;
    const ssize_t count = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (count == 0) return Error{ErrorCode::unreachable, "the owner has gone"};
    if (count < 0 && errno != EINTR) return lost("recv");
    if (count > 0) reader_.feed(BytesView(buffer).first(static_cast<std::size_t>(count)));
  }
}

Result<Value> OwnerLink::request(std::string_view verb, Value body, const OnReply& on_reply) {
  auto answer = exchange(verb, std::move(body), on_reply);
  if (answer.has_value() || answer.error().code != ErrorCode::unreachable || !lost_) return answer;
  return Error{ErrorCode::cancelled, "the owner process went away; look before you repeat it"};
}

Result<Value> OwnerLink::exchange(std::string_view verb, Value body, const OnReply& on_reply) {
  const std::uint64_t id = next_id_++;
  FELTBOG_CHECK(noting_loss(send({id, std::string(verb), std::move(body)})));
  for (;;) {
    FELTBOG_TRY(reply, noting_loss(receive(-1)));
    if (reply.id != id) continue;  // the answer to a cancellation
    if (reply.kind == ReplyKind::result) return std::move(reply.body);
    if (reply.kind == ReplyKind::error) return error_from_body(reply.body);
    if (!on_reply || on_reply(reply)) continue;
    Value wanted;
    wanted["id"] = id;
    FELTBOG_CHECK(noting_loss(send({next_id_++, std::string(verb::kCancel), std::move(wanted)})));
  }
}

}  // namespace feltbog::host
