package qa;

import common.Id;
import common.http.Client;
import common.http.HttpProblem;
import common.http.Request;
import java.util.Map;

/** Asks the auth service who a request comes from. */
final class SessionClient {
    private final Client http;

    SessionClient(String baseUrl) {
        this.http = new Client("the auth service", baseUrl);
    }

    /** The id of the user who is signed in, else 401. */
    String userOf(Request request) {
        String token = request.bearer();
        if (token == null) throw new HttpProblem(401, "sign in first: POST /sessions of the auth service, then send 'Authorization: Bearer TOKEN'");
        if (!Id.isValid(token)) throw new HttpProblem(401, "the token is not one of ours");
        Client.Answer answer = http.get("/sessions/" + token);
        if (answer.status() == 404) throw new HttpProblem(401, "the session is over: sign in again");
        if (answer.body().get("user") instanceof Map<?, ?> user && user.get("id") instanceof String id) return id;
        throw new HttpProblem(502, "the auth service answered " + answer.status() + " " + answer.body());
    }
}
