// SPDX-License-Identifier: Apache-2.0
// Native.java: sync sessions.
#include <iterator>

#include "mobile-bridge/android/jni_support.h"

namespace feltbog::android {
namespace {

jlong open(JNIEnv* env, jclass, jlong workspace, jbyteArray binding) {
  const JavaBytes bytes(env, binding);
  return to_java(value_of<feltbog_sync*>(env, [&](feltbog_sync** out) {
    return feltbog_sync_open(from_java<feltbog_workspace>(workspace), bytes.data(), bytes.size(),
                             out);
  }));
}

void start(JNIEnv* env, jclass, jlong sync, jlong now) {
  run(env, [&] { return feltbog_sync_start(from_java<feltbog_sync>(sync), now); });
}

void receive(JNIEnv* env, jclass, jlong sync, jbyteArray data, jint offset, jint count, jlong now) {
  const JavaBytes bytes(env, data, offset, count);
  run(env, [&] {
    return feltbog_sync_receive(from_java<feltbog_sync>(sync), bytes.data(), bytes.size(), now);
  });
}

jboolean wants_input(JNIEnv* env, jclass, jlong sync) {
  return value_of<std::uint8_t>(env, [&](std::uint8_t* out) {
    return feltbog_sync_wants_input(from_java<feltbog_sync>(sync), out);
  });
}

jbyteArray output(JNIEnv* env, jclass, jlong sync, jint size_max) {
  return bytes_of(env, [&](feltbog_bytes* out) {
    return feltbog_sync_output(from_java<feltbog_sync>(sync), static_cast<std::size_t>(size_max),
                               out);
  });
}

jbyteArray event(JNIEnv* env, jclass, jlong sync) {
  return bytes_of(env, [&](feltbog_bytes* out) {
    return feltbog_sync_event(from_java<feltbog_sync>(sync), out);
  });
}

jlong timeout(JNIEnv* env, jclass, jlong sync) {
  return value_of<std::int64_t>(env, [&](std::int64_t* out) {
    return feltbog_sync_timeout(from_java<feltbog_sync>(sync), out);
  });
}

void expire(JNIEnv* env, jclass, jlong sync, jlong now) {
  run(env, [&] { return feltbog_sync_expire(from_java<feltbog_sync>(sync), now); });
}

void local_work(JNIEnv* env, jclass, jlong sync, jlong now) {
  run(env, [&] { return feltbog_sync_local_work(from_java<feltbog_sync>(sync), now); });
}

void finish(JNIEnv* env, jclass, jlong sync, jlong now) {
  run(env, [&] { return feltbog_sync_finish(from_java<feltbog_sync>(sync), now); });
}

void lost(JNIEnv* env, jclass, jlong sync, jlong now) {
  run(env, [&] { return feltbog_sync_lost(from_java<feltbog_sync>(sync), now); });
}

jboolean is_closed(JNIEnv* env, jclass, jlong sync) {
  return value_of<std::uint8_t>(env, [&](std::uint8_t* out) {
    return feltbog_sync_is_closed(from_java<feltbog_sync>(sync), out);
  });
}

void close(JNIEnv* env, jclass, jlong sync) {
  run(env, [&] { return feltbog_sync_close(from_java<feltbog_sync>(sync)); });
}

}  // namespace

Natives sync_natives() {
  static const JNINativeMethod kMethods[] = {
      native("syncOpen", "(J[B)J", open),
      native("syncStart", "(JJ)V", start),
      native("syncReceive", "(J[BIIJ)V", receive),
      native("syncWantsInput", "(J)Z", wants_input),
      native("syncOutput", "(JI)[B", output),
      native("syncEvent", "(J)[B", event),
      native("syncTimeout", "(J)J", timeout),
      native("syncExpire", "(JJ)V", expire),
      native("syncLocalWork", "(JJ)V", local_work),
      native("syncFinish", "(JJ)V", finish),
      native("syncLost", "(JJ)V", lost),
      native("syncIsClosed", "(J)Z", is_closed),
      native("syncClose", "(J)V", close),
  };
  return {kMethods, static_cast<jint>(std::size(kMethods))};
}

}  // namespace feltbog::android
