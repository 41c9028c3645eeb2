// SPDX-License-Identifier: Apache-2.0
// Native.java: the command table and watches.
#include <iterator>

#include "mobile-bridge/android/jni_support.h"

namespace feltbog::android {
namespace {

feltbog_call_options options_of(jint language, const JavaBytes& now) {
  return {sizeof(feltbog_call_options), language, now.text(), now.size()};
}

jbyteArray call(JNIEnv* env, jclass, jlong workspace, jbyteArray command, jbyteArray parameters,
                jint language, jbyteArray now) {
  const JavaBytes name(env, command);
  const JavaBytes with(env, parameters);
  const JavaBytes day(env, now);
  const feltbog_call_options options = options_of(language, day);
  return bytes_of(env, [&](feltbog_bytes* out) {
    return feltbog_workspace_call(from_java<feltbog_workspace>(workspace), name.text(), name.size(),
                                  with.data(), with.size(), &options, out);
  });
}

jbyteArray describe(JNIEnv* env, jclass) {
  return bytes_of(env, [](feltbog_bytes* out) { return feltbog_workspace_describe(out); });
}

jlong watch_open(JNIEnv* env, jclass, jlong workspace, jbyteArray query, jbyteArray parameters,
                 jint language, jbyteArray now, jlong since) {
  const JavaBytes name(env, query);
  const JavaBytes with(env, parameters);
  const JavaBytes day(env, now);
  const feltbog_call_options options = options_of(language, day);
  return static_cast<jlong>(value_of<std::uint64_t>(env, [&](std::uint64_t* out) {
    return feltbog_workspace_watch_open(from_java<feltbog_workspace>(workspace), name.text(),
                                        name.size(), with.data(), with.size(), &options,
                                        static_cast<std::uint64_t>(since), out);
  }));
}

jbyteArray watch_poll(JNIEnv* env, jclass, jlong workspace, jlong watch) {
  return bytes_of(env, [&](feltbog_bytes* out) {
    return feltbog_workspace_watch_poll(from_java<feltbog_workspace>(workspace),
                                        static_cast<std::uint64_t>(watch), out);
  });
}

void watch_close(JNIEnv* env, jclass, jlong workspace, jlong watch) {
  run(env, [&] {
    return feltbog_workspace_watch_close(from_java<feltbog_workspace>(workspace),
                                         static_cast<std::uint64_t>(watch));
  });
}

}  // namespace

Natives call_natives() {
  static const JNINativeMethod kMethods[] = {
      native("workspaceCall", "(J[B[BI[B)[B", call),
      native("workspaceDescribe", "()[B", describe),
      native("workspaceWatchOpen", "(J[B[BI[BJ)J", watch_open),
      native("workspaceWatchPoll", "(JJ)[B", watch_poll),
      native("workspaceWatchClose", "(JJ)V", watch_close),
  };
  return {kMethods, static_cast<jint>(std::size(kMethods))};
}

}  // namespace feltbog::android
