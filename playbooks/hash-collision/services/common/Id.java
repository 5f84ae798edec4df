package common;

import java.security.SecureRandom;
import java.util.Base64;

/** Names of things: 1 to 64 letters, digits, '-', '_' and '.', the first a letter or digit. All ASCII, so safe in a URL. */
public final class Id {
    public static final String RULE = "1 to 64 letters, digits, '-', '_' or '.', beginning with a letter or digit";

    private Id() {}

    public static boolean isValid(String id) {
        if (id.isEmpty() || id.length() > 64 || !isAlphanumeric(id.charAt(0))) return false;
        for (int i = 1; i < id.length(); i++) {
            if (!isAlphanumeric(id.charAt(i)) && "-_.".indexOf(id.charAt(i)) < 0) return false;
        }
        return true;
    }

    /** An id that nobody has and nobody can guess. */
    public static String random(char kind) {
        byte[] bytes = new byte[15];
        Random.SOURCE.nextBytes(bytes);
        return kind + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static boolean isAlphanumeric(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }

    /** Made when first used, so that it does not delay the start. */
    private static final class Random {
        static final SecureRandom SOURCE = new SecureRandom();
    }
}
