// SPDX-License-Identifier: Apache-2.0
// Whoever waits for the answers to one request. The socket behind it is connection.h.
#pragma once

#include <memory>

#include "apps/host/messages.h"

namespace feltbog::host {

// The other end of a connection. Sending to one that is gone does nothing.
class Responder {
 public:
  virtual ~Responder() = default;
  virtual void send(Reply reply) = 0;
  // True while it reads more slowly than it is written to: what can be coalesced waits.
  virtual bool congested() const = 0;
};

class Asker {
 public:
  Asker(std::shared_ptr<Responder> responder, std::uint64_t id)
      : responder_(std::move(responder)), id_(id) {}

  // Left out while congested: the next one says more.
  void progress(Value body) const {
    if (!congested()) responder_->send({id_, ReplyKind::progress, std::move(body)});
  }
  void update(Value value) const { responder_->send({id_, ReplyKind::update, std::move(value)}); }
  void result(Value value) const { responder_->send({id_, ReplyKind::result, std::move(value)}); }
  void error(const Error& error) const {
    responder_->send({id_, ReplyKind::error, error_body(error)});
  }
  void answer(Result<Value> answer) const {
    if (answer.has_value()) return result(std::move(answer).value());
    error(answer.error());
  }

  bool congested() const { return responder_->congested(); }
  bool is_of(const Responder& responder) const { return responder_.get() == &responder; }
  std::uint64_t id() const { return id_; }
  // The same connection's request of that id.
  Asker sibling(std::uint64_t id) const { return {responder_, id}; }
  friend bool operator==(const Asker&, const Asker&) = default;

 private:
  std::shared_ptr<Responder> responder_;
  std::uint64_t id_;
};

}  // namespace feltbog::host
