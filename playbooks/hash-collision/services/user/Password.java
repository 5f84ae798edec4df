package user;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** A password, kept only as a salted PBKDF2 hash. */
final class Password {
    /** OWASP's number for PBKDF2-HMAC-SHA512 as of 2023. */
    private static final int ROUNDS = 210_000;

    private final byte[] salt;
    private final byte[] hash;

    private Password(byte[] salt, byte[] hash) {
        this.salt = salt;
        this.hash = hash;
    }

    static Password of(String text) {
        byte[] salt = new byte[16];
        new SecureRandom().nextBytes(salt);
        return new Password(salt, hash(text, salt));
    }

    boolean matches(String text) {
        return MessageDigest.isEqual(hash, hash(text, salt));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Password that && Arrays.equals(hash, that.hash) && Arrays.equals(salt, that.salt);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(hash);
    }

    private static byte[] hash(String text, byte[] salt) {
        try {
            var key = new PBEKeySpec(text.toCharArray(), salt, ROUNDS, 512);
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512").generateSecret(key).getEncoded();
        } catch (GeneralSecurityException absent) {
            throw new IllegalStateException("this Java has no PBKDF2WithHmacSHA512", absent);
        }
    }
}
