// SPDX-License-Identifier: Apache-2.0
// Destroys what is in a device's folder, because those who own it ordered so.
#pragma once

#include <span>
#include <string_view>

#include "core/base/disk.h"

namespace feltbog::store {

// Removes every file of `folder` but those named in `kept`. Files whose names begin with one of
// `keys`, without which the others cannot be read, are overwritten and gone, durably, before any
// other is touched: a power cut leaves all of it, or nothing that can be read. Nobody may have the
// files open. Goes on after an error and returns the first.
Result<void> destroy_folder(Disk& disk, std::string_view folder,
                            std::span<const std::string_view> keys,
                            std::span<const std::string_view> kept);

}  // namespace feltbog::store
