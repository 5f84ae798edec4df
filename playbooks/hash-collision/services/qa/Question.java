package qa;

import common.json.Json;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;

record Question(String id, String title, String body, String author, List<String> tags, Instant askedAt) {
    Map<String, Object> shown(int answerCount) {
        return Json.object(
            "id", id, "title", title, "body", body, "author", author, "tags", tags,
            "askedAt", askedAt.toString(), "answerCount", answerCount);
    }

    Map<String, Object> shown(Collection<Answer> answers) {
        Map<String, Object> shown = shown(answers.size());
        shown.put("answers", answers.stream().map(Answer::shown).toList());
        return shown;
    }
}
