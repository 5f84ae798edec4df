package common.http;

import com.sun.net.httpserver.HttpExchange;
import common.Id;
import common.json.JsonException;
import common.json.JsonParser;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** One request as handlers see it: ids out of the path, the query, the JSON body. */
public final class Request {
    /** Longer bodies are refused with 413. In bytes. */
    public static final int MAX_BODY = 64 * 1024;

    private final HttpExchange exchange;
    private final Map<String, String> pathValues;

    Request(HttpExchange exchange, Map<String, String> pathValues) {
        this.exchange = exchange;
        this.pathValues = pathValues;
    }

    /** The id that the route's {@code {name}} stands for; 400 when it is not a valid id. */
    public String id(String name) {
        String id = pathValues.get(name);
        if (!Id.isValid(id)) throw new HttpProblem(400, "'" + id + "' is not a valid id: " + Id.RULE);
        return id;
    }

    /** The first value of a query parameter, or null. */
    public String query(String name) {
        String query = exchange.getRequestURI().getRawQuery();
        if (query == null) return null;
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            String key = equals < 0 ? pair : pair.substring(0, equals);
            if (decode(key).equals(name)) return equals < 0 ? "" : decode(pair.substring(equals + 1));
        }
        return null;
    }

    /** The token of {@code Authorization: Bearer TOKEN}, or null. */
    public String bearer() {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        if (header == null || !header.regionMatches(true, 0, "Bearer ", 0, 7)) return null;
        return header.substring(7).strip();
    }

    /** The fields of the JSON object in the body. */
    public Fields fields() throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
        if (body.length > MAX_BODY) throw new HttpProblem(413, "the body is longer than " + MAX_BODY + " bytes");
        try {
            if (JsonParser.parse(body) instanceof Map<?, ?> object) return new Fields(object);
        } catch (JsonException malformed) {
            throw new HttpProblem(400, "the body is not JSON: " + malformed.getMessage());
        }
        throw new HttpProblem(400, "the body must be a JSON object");
    }

    static String decode(String part) {
        try {
            return URLDecoder.decode(part, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw new HttpProblem(400, "the address has a malformed % escape");
        }
    }
}
