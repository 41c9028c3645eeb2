// SPDX-License-Identifier: Apache-2.0
#include "apps/cli/error_message.h"

#include <charconv>

#include "apps/host/messages.h"

namespace feltbog::cli {
namespace {

struct Row {
  ErrorCode code;
  std::string_view text;
};
constexpr Row kDanish[] = {
#define FELTBOG_DANISH_ERROR(name, text) {ErrorCode::name, text},
#include "apps/cli/error_texts_danish.inc"
#undef FELTBOG_DANISH_ERROR
};

// What key slots say of the next try (core/store/key_slot.h), as people say it.
struct NextTry {
  bool supervisor = false;
  std::int64_t seconds = 0;
};

std::optional<NextTry> next_try(const Error& error) {
  constexpr std::string_view kBefore = "wait ";
  constexpr std::string_view kAfter = " seconds";
  if (error.code != ErrorCode::wrong_passphrase && error.code != ErrorCode::too_many_tries) {
    return std::nullopt;
  }
  const std::string_view detail = error.detail;
  if (detail == "supervisor") return NextTry{true, 0};
  if (!detail.starts_with(kBefore) || !detail.ends_with(kAfter)) return std::nullopt;
  const std::string_view number =
      detail.substr(kBefore.size(), detail.size() - kBefore.size() - kAfter.size());
  NextTry out;
  const auto [end, failure] =
      std::from_chars(number.data(), number.data() + number.size(), out.seconds);
  if (failure != std::errc() || end != number.data() + number.size() || out.seconds < 0) {
    return std::nullopt;
  }
  return out;
}

// "1 second", "30 seconds", "15 minutes".
std::string duration_text(Language language, std::int64_t seconds) {
  constexpr std::int64_t kSecondsShownMax = 90;
  const bool danish = language == Language::danish;
  if (seconds > kSecondsShownMax) {
    return std::to_string((seconds + 59) / 60) + (danish ? " minutter" : " minutes");
  }
  if (seconds == 1) return danish ? "1 sekund" : "1 second";
  return std::to_string(seconds) + (danish ? " sekunder" : " seconds");
}

std::string next_try_text(Language language, ErrorCode code, const NextTry& next) {
  const bool danish = language == Language::danish;
  std::string out(danish ? "For mange forkerte forsøg." : "Too many wrong tries.");
  if (code == ErrorCode::wrong_passphrase) {
    out = danish_error_text(code).value_or("");
    if (!danish) out = error_text(code);
  }
  if (next.supervisor) {
    return out + (danish ? " Nu kan kun en genoprettelseskode låse op; bed en leder om den: "
                           "feltbog unlock --recovery-code"
                         : " Only a recovery code unlocks now; ask a supervisor for it: "
                           "feltbog unlock --recovery-code");
  }
  if (next.seconds == 0) return out;
  return out + (danish ? " Vent " : " Wait ") + duration_text(language, next.seconds) + ".";
}

constexpr int kWipedExitStatus = 50;

bool is_wiped(const Error& error) {
  return error.code == ErrorCode::revoked && error.detail == host::kWiped;
}

std::string_view wiped_text(Language language) {
  return language == Language::danish
             ? "Denne enhed er spærret, og alt på den er slettet, sådan som dens bruger eller "
               "organisationen har besluttet."
             : "This device has been revoked, and everything on it was destroyed, as its user or "
               "the organisation decided.";
}

}  // namespace

std::optional<std::string_view> danish_error_text(ErrorCode code) {
  for (const Row& row : kDanish) {
    if (row.code == code) return row.text;
  }
  return std::nullopt;
}

std::string error_message(Language language, const Error& error) {
  if (is_wiped(error)) return std::string(wiped_text(language));
  if (const auto next = next_try(error)) return next_try_text(language, error.code, *next);
  std::string_view text = error_text(error.code);
  if (language == Language::danish) text = danish_error_text(error.code).value_or(text);
  std::string out(text);
  if (!error.detail.empty()) out += " (" + error.detail + ")";
  return out;
}

int exit_status(const Error& error) {
  return is_wiped(error) ? kWipedExitStatus : error_exit_status(error.code);
}

Value error_json(Language language, const Error& error) {
  Value body = host::error_body(error);
  body["message"] = error_message(language, error);
  body["exit_status"] = exit_status(error);
  Value out;
  out["error"] = std::move(body);
  return out;
}

}  // namespace feltbog::cli
