// SPDX-License-Identifier: Apache-2.0
package dk.feltbog;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** TLS 1.3 to the one server whose public key the invite pins. No authority is asked. */
final class PinnedTls {
    /** RFC 9266. */
    private static final String LABEL = "EXPORTER-Channel-Binding";
    private static final int BINDING_BYTES = 32;

    private final byte[] pin;
    private volatile SSLEngine engine;

    PinnedTls(byte[] pin) {
        this.pin = pin;
    }

    SSLContext context() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(null, new TrustManager[] {new Pin()}, null);
        return context;
    }

    /** What only the connection's two ends share; null where Java has no exporter, before 25. */
    byte[] binding() {
        SSLSession session = engine == null ? null : engine.getSession();
        if (!(session instanceof ExtendedSSLSession)) return null;
        try {
            Method export = ExtendedSSLSession.class.getMethod(
                    "exportKeyingMaterialData", String.class, byte[].class, int.class);
            return (byte[]) export.invoke(session, LABEL, new byte[0], BINDING_BYTES);
        } catch (NoSuchMethodException e) {
            return null;
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("TLS exporter", e);
        }
    }

    /** The "extended" kind, because the JDK leaves everything to it: names and dates as well. */
    private final class Pin extends X509ExtendedTrustManager {
        private void check(X509Certificate[] chain) throws CertificateException {
            try {
                byte[] key = chain[0].getPublicKey().getEncoded();
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(key);
                if (MessageDigest.isEqual(pin, hash)) return;
            } catch (GeneralSecurityException e) {
                throw new CertificateException(e);
            }
            throw new CertificateException("not the server of the invite");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine used)
                throws CertificateException {
            check(chain);
            engine = used;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine used)
                throws CertificateException {
            throw new CertificateException("no clients");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            throw new CertificateException("no clients");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            throw new CertificateException("no clients");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
