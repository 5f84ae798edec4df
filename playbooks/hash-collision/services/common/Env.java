package common;

/** The configuration of a service: environment variables and nothing else. */
public final class Env {
    private Env() {}

    /** The value of a variable that must be set. */
    public static String text(String name) {
        String value = System.getenv(name);
        if (value == null || value.isBlank()) throw new Missing("the environment variable " + name + " is not set");
        return value.strip();
    }

    public static String text(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null || value.isBlank() ? otherwise : value.strip();
    }

    /** A TCP port, 1 to 65535. */
    public static int port(String name) {
        String value = text(name);
        try {
            int port = Integer.parseInt(value);
            if (port >= 1 && port <= 65535) return port;
        } catch (NumberFormatException notANumber) {
            // Answered below, as for a number outside the range.
        }
        throw new Missing("the environment variable " + name + " must be a port, 1 to 65535, and is '" + value + "'");
    }

    /** The base URL of another service, without a slash at its end. */
    public static String url(String name) {
        String value = text(name);
        if (!value.startsWith("http://")) {
            throw new Missing("the environment variable " + name + " must be a URL like http://host:7000, and is '" + value + "'");
        }
        return value.endsWith("/") ? value.substring(0, value.length() - 1) : value;
    }

    /** Configuration that is absent or unusable; its message is all that a person needs. */
    public static final class Missing extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Missing(String message) {
            super(message);
        }
    }
}
