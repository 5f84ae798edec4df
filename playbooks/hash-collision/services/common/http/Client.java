package common.http;

import common.json.JsonException;
import common.json.JsonParser;
import common.json.JsonPrinter;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.util.Map;

/** Calls another service. When it cannot be reached the caller gets 503, when it does not answer JSON 502. */
public final class Client {
    private static final int CONNECT_MS = 1_000;
    private static final int READ_MS = 5_000;

    /** A status and the JSON object that came with it, empty where there was none. */
    public record Answer(int status, Map<?, ?> body) {}

    private final String who;
    private final String baseUrl;

    /** @param who how error messages name the other side */
    public Client(String who, String baseUrl) {
        this.who = who;
        this.baseUrl = baseUrl;
    }

    public Answer get(String path) {
        return call("GET", path, null);
    }

    public Answer post(String path, Map<String, Object> body) {
        return call("POST", path, body);
    }

    private Answer call(String method, String path, Map<String, Object> body) {
        try {
            HttpURLConnection connection = (HttpURLConnection) new URL(baseUrl + path).openConnection();
            connection.setConnectTimeout(CONNECT_MS);
            connection.setReadTimeout(READ_MS);
            connection.setRequestMethod(method);
            if (body != null) {
                connection.setDoOutput(true);
                connection.setRequestProperty("Content-Type", "application/json");
                connection.getOutputStream().write(JsonPrinter.bytes(body));
            }
            int status = connection.getResponseCode();
            return new Answer(status, read(status < 400 ? connection.getInputStream() : connection.getErrorStream()));
        } catch (IOException unreachable) {
            throw new HttpProblem(503, who + " at " + baseUrl + " cannot be reached: " + unreachable.getMessage());
        } catch (JsonException foreign) {
            throw new HttpProblem(502, who + " at " + baseUrl + " did not answer JSON: " + foreign.getMessage());
        }
    }

    private static Map<?, ?> read(InputStream stream) throws IOException, JsonException {
        if (stream == null) return Map.of();
        try (stream) {
            byte[] bytes = stream.readAllBytes();
            return bytes.length > 0 && JsonParser.parse(bytes) instanceof Map<?, ?> object ? object : Map.of();
        }
    }
}
