// SPDX-License-Identifier: Apache-2.0
// Native.java: opening, unlocking, belonging to an organisation.
#include <iterator>

#include "mobile-bridge/android/jni_support.h"

namespace feltbog::android {
namespace {

jlong open(JNIEnv* env, jclass, jbyteArray directory, jobject key, jbyteArray key_id,
           jboolean key_is_device_bound, jobject listener) {
  const JavaBytes path(env, directory);
  const JavaBytes id(env, key_id);
  if (env->ExceptionCheck() == JNI_TRUE) return 0;
  JavaHost* const given = make_host(env, key, listener);
  if (given == nullptr) return 0;
  feltbog_hardware_key hardware = {{}, key_is_device_bound, given, mix_in_java};
  for (std::size_t at = 0; at < sizeof hardware.id && at < id.size(); ++at) {
    hardware.id[at] = id.data()[at];
  }
  const feltbog_host host = {sizeof(feltbog_host), key == nullptr ? nullptr : &hardware, given,
                             listener == nullptr ? nullptr : tell_java, release_host};
  feltbog_workspace* out = nullptr;
  check(env, feltbog_workspace_open(path.text(), path.size(), &host, &out));
  return to_java(out);
}

jboolean exists(JNIEnv* env, jclass, jlong workspace) {
  return value_of<std::uint8_t>(env, [&](std::uint8_t* out) {
    return feltbog_workspace_exists(from_java<feltbog_workspace>(workspace), out);
  });
}

void create(JNIEnv* env, jclass, jlong workspace, jint kind, jbyteArray secret) {
  const JavaBytes given(env, secret);
  run(env, [&] {
    return feltbog_workspace_create(from_java<feltbog_workspace>(workspace), kind, given.text(),
                                    given.size());
  });
}

void unlock(JNIEnv* env, jclass, jlong workspace, jint kind, jbyteArray secret) {
  const JavaBytes given(env, secret);
  run(env, [&] {
    return feltbog_workspace_unlock(from_java<feltbog_workspace>(workspace), kind, given.text(),
                                    given.size());
  });
}

void lock(JNIEnv* env, jclass, jlong workspace) {
  run(env, [&] { return feltbog_workspace_lock(from_java<feltbog_workspace>(workspace)); });
}

jlongArray tries(JNIEnv* env, jclass, jlong workspace) {
  feltbog_tries out{};
  if (!check(env, feltbog_workspace_tries(from_java<feltbog_workspace>(workspace), &out))) {
    return nullptr;
  }
  const jlong numbers[] = {out.failures, out.needs_supervisor, out.wait_seconds};
  const jlongArray array = env->NewLongArray(3);
  if (array != nullptr) env->SetLongArrayRegion(array, 0, 3, numbers);
  return array;
}

void change_secret(JNIEnv* env, jclass, jlong workspace, jint kind, jbyteArray from,
                   jbyteArray to) {
  const JavaBytes old_one(env, from);
  const JavaBytes new_one(env, to);
  run(env, [&] {
    return feltbog_workspace_change_secret(from_java<feltbog_workspace>(workspace), kind,
                                           old_one.text(), old_one.size(), new_one.text(),
                                           new_one.size());
  });
}

jbyteArray add_recovery(JNIEnv* env, jclass, jlong workspace, jint kind, jbyteArray secret) {
  const JavaBytes given(env, secret);
  return bytes_of(env, [&](feltbog_bytes* out) {
    return feltbog_workspace_add_recovery(from_java<feltbog_workspace>(workspace), kind,
                                          given.text(), given.size(), out);
  });
}

void found(JNIEnv* env, jclass, jlong workspace, jbyteArray invite, jbyteArray user_name) {
  const JavaBytes text(env, invite);
  const JavaBytes user(env, user_name);
  run(env, [&] {
    return feltbog_workspace_found(from_java<feltbog_workspace>(workspace), text.text(),
                                   text.size(), user.text(), user.size());
  });
}

void accept_invite(JNIEnv* env, jclass, jlong workspace, jbyteArray invite) {
  const JavaBytes text(env, invite);
  run(env, [&] {
    return feltbog_workspace_accept_invite(from_java<feltbog_workspace>(workspace), text.text(),
                                           text.size());
  });
}

jint stage(JNIEnv* env, jclass, jlong workspace) {
  return value_of<std::int32_t>(env, [&](std::int32_t* out) {
    return feltbog_workspace_stage(from_java<feltbog_workspace>(workspace), out);
  });
}

jobjectArray server(JNIEnv* env, jclass, jlong workspace) {
  feltbog_bytes address = {nullptr, 0};
  feltbog_bytes pin = {nullptr, 0};
  if (!check(env,
             feltbog_workspace_server(from_java<feltbog_workspace>(workspace), &address, &pin))) {
    return nullptr;
  }
  const jbyteArray first = to_java(env, address);
  const jbyteArray second = first == nullptr ? nullptr : to_java(env, pin);
  feltbog_bytes_free(&pin);
  if (second == nullptr) return nullptr;
  const jclass type = env->GetObjectClass(first);
  const jobjectArray out = env->NewObjectArray(2, type, nullptr);
  if (out == nullptr) return nullptr;
  env->SetObjectArrayElement(out, 0, first);
  env->SetObjectArrayElement(out, 1, second);
  return out;
}

jlong revision(JNIEnv* env, jclass, jlong workspace) {
  return static_cast<jlong>(value_of<std::uint64_t>(env, [&](std::uint64_t* out) {
    return feltbog_workspace_revision(from_java<feltbog_workspace>(workspace), out);
  }));
}

jboolean has_local_work(JNIEnv* env, jclass, jlong workspace) {
  return value_of<std::uint8_t>(env, [&](std::uint8_t* out) {
    return feltbog_workspace_has_local_work(from_java<feltbog_workspace>(workspace), out);
  });
}

void close(JNIEnv* env, jclass, jlong workspace) {
  run(env, [&] { return feltbog_workspace_close(from_java<feltbog_workspace>(workspace)); });
}

}  // namespace

Natives workspace_natives() {
  static const JNINativeMethod kMethods[] = {
      native("workspaceOpen", "([BLdk/feltbog/HardwareKey;[BZLdk/feltbog/ChangeListener;)J", open),
      native("workspaceExists", "(J)Z", exists),
      native("workspaceCreate", "(JI[B)V", create),
      native("workspaceUnlock", "(JI[B)V", unlock),
      native("workspaceLock", "(J)V", lock),
      native("workspaceTries", "(J)[J", tries),
      native("workspaceChangeSecret", "(JI[B[B)V", change_secret),
      native("workspaceAddRecovery", "(JI[B)[B", add_recovery),
      native("workspaceFound", "(J[B[B)V", found),
      native("workspaceAcceptInvite", "(J[B)V", accept_invite),
      native("workspaceStage", "(J)I", stage),
      native("workspaceServer", "(J)[[B", server),
      native("workspaceRevision", "(J)J", revision),
      native("workspaceHasLocalWork", "(J)Z", has_local_work),
      native("workspaceClose", "(J)V", close),
  };
  return {kMethods, static_cast<jint>(std::size(kMethods))};
}

}  // namespace feltbog::android
