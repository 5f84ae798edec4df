package common.json;

/** Text that is not JSON: says what was wrong and where (offset in characters, from 0). */
public final class JsonException extends Exception {
    private static final long serialVersionUID = 1L;

    JsonException(String what, int offset) {
        super(what + " at character " + offset);
    }
}
