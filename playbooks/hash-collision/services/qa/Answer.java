package qa;

import common.json.Json;
import java.time.Instant;
import java.util.Map;

record Answer(String id, String body, String author, Instant answeredAt) {
    Map<String, Object> shown() {
        return Json.object("id", id, "body", body, "author", author, "answeredAt", answeredAt.toString());
    }
}
