// SPDX-License-Identifier: Apache-2.0
#include "apps/host/connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>

#include "apps/host/owner.h"
#include "apps/host/owner_socket.h"
#include "apps/host/peer_user.h"
#include "core/crypto/secret.h"

namespace feltbog::host {

Connection::Connection(Socket socket, Owner& owner, const OwnerToken& token, OnGone on_gone)
    : socket_(std::move(socket)),
      owner_(owner),
      token_(token),
      on_gone_(std::move(on_gone)),
      hello_timer_(socket_.get_executor()),
      reader_(kGreetingBytesMax) {}

std::size_t Connection::high_mark() { return kUnreadBytesHigh; }

void Connection::start() {
  const auto user = peer_user(socket_.native_handle());
  if (!user.has_value() || *user != ::geteuid()) return close();
  hello_timer_.expires_after(std::chrono::milliseconds(kHelloMilliseconds));
  hello_timer_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (!cancelled && !self->greeted_) self->close();
  });
  read();
}

void Connection::read() {
  if (reading_ || closed_ || closing_ || congested()) return;
  reading_ = true;
  socket_.async_read_some(
      boost::asio::buffer(buffer_),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t count) {
        self->reading_ = false;
        if (self->closed_) return;
        if (error) return self->close();
        self->handle_read(count);
      });
}

void Connection::handle_read(std::size_t count) {
  reader_.feed(BytesView(buffer_).first(count));
  crypto::wipe(std::span(buffer_).first(count));
  if (!handle_frames()) return close();
  read();
}

bool Connection::handle_frames() {
  while (!closed_ && !closing_) {
    auto frame = reader_.next();
    if (!frame.has_value()) return false;
    if (!frame->has_value()) return true;
    auto request = request_from(std::move(**frame));
    if (!request.has_value()) return false;
    if (greeted_) {
      owner_.handle(shared_from_this(), std::move(*request));
    } else if (!handle_hello(*request)) {
      return false;
    }
  }
  return true;
}

bool Connection::handle_hello(const Request& request) {
  const Bytes* shown = request.body["token"].bytes();
  if (request.verb != verb::kHello || shown == nullptr) return false;
  const auto given = crypto::Key::from(*shown);
  const auto expected = crypto::Key::from(token_.view());
  if (!given.has_value() || !expected.has_value() || !(*given == *expected)) {
    send({request.id, ReplyKind::error, error_body({ErrorCode::not_permitted, "token"})});
    close_when_sent();
    return true;
  }
  greeted_ = true;
  hello_timer_.cancel();
  reader_.set_size_max(kFrameBytesMax);
  Value body;
  body["protocol"] = kOwnerProtocol;
  body["process"] = static_cast<std::int64_t>(::getpid());
  send({request.id, ReplyKind::result, std::move(body)});
  return true;
}

void Connection::send(Reply reply) {
  if (closed_) return;
  const std::uint64_t id = reply.id;
  auto frame = encode_frame(to_value(std::move(reply)));
  if (!frame.has_value()) {
    frame = encode_frame(to_value(Reply{id, ReplyKind::error, error_body(frame.error())}));
    if (!frame.has_value()) return close();
  }
  unsent_bytes_ += frame->size();
  unsent_.push_back(std::move(*frame));
  if (unsent_bytes_ > kUnreadBytesMax) return close();
  write();
}

void Connection::write() {
  if (writing_ || closed_) return;
  if (unsent_.empty()) {
    if (closing_) close();
    return;
  }
  writing_ = true;
  boost::asio::async_write(
      socket_, boost::asio::buffer(unsent_.front()),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
        self->writing_ = false;
        if (self->closed_) return;
        if (error) return self->close();
        const bool was_congested = self->congested();
        self->unsent_bytes_ -= self->unsent_.front().size();
        self->unsent_.pop_front();
        if (was_congested && !self->congested()) {
          self->owner_.drained();
          self->read();
        }
        self->write();
      });
}

void Connection::close_when_sent() {
  closing_ = true;
  write();
}

void Connection::close() {
  if (closed_) return;
  closed_ = true;
  hello_timer_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
  on_gone_(shared_from_this());
}

}  // namespace feltbog::host
