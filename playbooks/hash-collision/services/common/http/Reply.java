package common.http;

import java.util.Map;

/** What a handler answers: a status, a value to be printed as JSON (none when null) and further headers. */
public record Reply(int status, Object body, Map<String, String> headers) {
    public static Reply ok(Object body) {
        return new Reply(200, body, Map.of());
    }

    public static Reply created(Object body, String location) {
        return new Reply(201, body, Map.of("Location", location));
    }

    public static Reply empty() {
        return new Reply(204, null, Map.of());
    }

    static Reply problem(int status, String message, Map<String, String> headers) {
        return new Reply(status, Map.of("error", message), headers);
    }
}
