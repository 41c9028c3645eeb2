// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

/** How a call wants to be answered. */
public final class CallOptions {
    /** Danish, today. */
    public static final CallOptions DANISH = new CallOptions(0, "");
    /** English, today. */
    public static final CallOptions ENGLISH = new CallOptions(1, "");

    final int language;
    final byte[] now;

    private CallOptions(int language, String now) {
        this.language = language;
        this.now = Utf8.encode(now);
    }

    /** The same, with queries taking "2026-11-17T10:30" as now. */
    public CallOptions at(String now) {
        return new CallOptions(language, now);
    }
}
