package auth;

import common.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** Somebody signed in, until it expires. */
record Session(String token, String userId, String userName, Instant startedAt) {
    static final Duration LIFE = Duration.ofHours(12);

    boolean isOver(Instant now) {
        return startedAt.plus(LIFE).isBefore(now);
    }

    Map<String, Object> shown() {
        return Json.object(
            "token", token,
            "user", Json.object("id", userId, "name", userName),
            "startedAt", startedAt.toString(),
            "expiresAt", startedAt.plus(LIFE).toString());
    }
}
