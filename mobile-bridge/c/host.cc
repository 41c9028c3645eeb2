// SPDX-License-Identifier: Apache-2.0
#include "mobile-bridge/c/host.h"

#include <algorithm>

namespace feltbog::bridge {
namespace {

class CalledKey final : public store::HardwareKey {
 public:
  explicit CalledKey(const feltbog_hardware_key& key) : key_(key) {
    std::copy_n(key.id, id_.bytes.size(), id_.bytes.begin());
  }
  const store::HardwareKeyId& id() const override { return id_; }
  bool is_device_bound() const override { return key_.is_device_bound == 1; }

  Result<crypto::Key> mix(BytesView input) override {
    crypto::Key out;
    const int32_t number = key_.mix(key_.context, input.data(), input.size(), out.bytes().data());
    if (number == 0) return out;
    if (number == FELTBOG_ERROR_MISSING_KEY) return Error{ErrorCode::missing_key, "hardware"};
    return Error{ErrorCode::io_error, "hardware key " + std::to_string(number)};
  }

 private:
  feltbog_hardware_key key_;
  store::HardwareKeyId id_;
};

}  // namespace

Result<std::unique_ptr<Host>> Host::take(const feltbog_host* host) {
  auto out = std::make_unique<Host>();
  if (host == nullptr) return out;
  if (host->size != sizeof(feltbog_host)) {
    return Error{ErrorCode::invalid_argument, "host.size " + std::to_string(host->size)};
  }
  if (host->hardware != nullptr && host->hardware->mix == nullptr) {
    return Error{ErrorCode::invalid_argument, "host.hardware.mix"};
  }
  out->host_ = *host;
  out->host_.hardware = nullptr;
  if (host->hardware != nullptr) out->hardware_ = *host->hardware;
  return out;
}

Host::~Host() {
  if (host_.release == nullptr) return;
  try {
    host_.release(hardware_.has_value() ? hardware_->context : nullptr, host_.context);
  } catch (...) {
    // Nobody is left to be told.
  }
}

std::unique_ptr<store::HardwareKey> Host::hardware() const {
  if (!hardware_.has_value()) return nullptr;
  return std::make_unique<CalledKey>(*hardware_);
}

void Host::changed(std::uint64_t revision) const noexcept {
  if (host_.changed == nullptr) return;
  try {
    host_.changed(host_.context, revision);
  } catch (...) {
    // The change is made all the same.
  }
}

}  // namespace feltbog::bridge
