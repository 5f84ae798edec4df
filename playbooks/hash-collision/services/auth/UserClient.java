package auth;

import common.http.Client;
import common.http.HttpProblem;
import common.json.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Asks the user service. */
final class UserClient {
    record KnownUser(String id, String name, boolean hasPassword) {}

    private final Client http;

    UserClient(String baseUrl) {
        this.http = new Client("the user service", baseUrl);
    }

    /** The user of that name, or null. */
    KnownUser byName(String name) {
        Client.Answer answer = http.get("/users?name=" + URLEncoder.encode(name, StandardCharsets.UTF_8));
        if (answer.status() != 200 || !(answer.body().get("users") instanceof List<?> found)) throw unexpected(answer);
        if (found.isEmpty()) return null;
        if (found.get(0) instanceof Map<?, ?> user && user.get("id") instanceof String id && user.get("name") instanceof String exact) {
            return new KnownUser(id, exact, Boolean.TRUE.equals(user.get("hasPassword")));
        }
        throw unexpected(answer);
    }

    boolean passwordMatches(String userId, String password) {
        Client.Answer answer = http.post("/users/" + userId + "/password-check", Json.object("password", password));
        if (answer.status() != 200) throw unexpected(answer);
        return Boolean.TRUE.equals(answer.body().get("matches"));
    }

    private static HttpProblem unexpected(Client.Answer answer) {
        return new HttpProblem(502, "the user service answered " + answer.status() + " " + answer.body());
    }
}
