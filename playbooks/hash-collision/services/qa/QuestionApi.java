package qa;

import common.Id;
import common.bus.Bus;
import common.http.Fields;
import common.http.Reply;
import common.http.Request;
import common.http.Router;
import common.json.Json;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/**
 * The HTTP interface to questions and answers. POST is for people who are signed in; PUT, an upsert by key that names the
 * author, is for imports from inside the system.
 */
final class QuestionApi {
    private static final int MAX_TITLE = 200;
    private static final int MAX_BODY = 4_000;
    private static final int MAX_TAGS = 5;

    private final QuestionStore questions;
    private final SessionClient sessions;
    private final Bus bus;

    QuestionApi(QuestionStore questions, SessionClient sessions, Bus bus) {
        this.questions = questions;
        this.sessions = sessions;
        this.bus = bus;
    }

    void addTo(Router router) {
        router
            .on("GET", "/questions", this::list)
            .on("POST", "/questions", this::ask)
            .on("GET", "/questions/{id}", this::show)
            .on("PUT", "/questions/{id}", this::put)
            .on("GET", "/questions/{id}/answers", this::listAnswers)
            .on("POST", "/questions/{id}/answers", this::answer)
            .on("PUT", "/questions/{id}/answers/{answerId}", this::putAnswer);
    }

    /** All, newest first; with {@code ?answers=true} each with its answers. */
    private Reply list(Request request) {
        boolean withAnswers = "true".equals(request.query("answers"));
        List<Map<String, Object>> shown = questions.all().stream()
            .map(entry -> withAnswers ? entry.question().shown(entry.answers()) : entry.question().shown(entry.answers().size()))
            .toList();
        return Reply.ok(Json.object("questions", shown));
    }

    private Reply show(Request request) {
        QuestionStore.Entry entry = questions.get(request.id("id"));
        return Reply.ok(entry.question().shown(entry.answers()));
    }

    private Reply listAnswers(Request request) {
        List<Answer> answers = questions.get(request.id("id")).answers();
        return Reply.ok(Json.object("answers", answers.stream().map(Answer::shown).toList()));
    }

    private Reply ask(Request request) throws IOException {
        String author = sessions.userOf(request);
        Fields fields = request.fields();
        Question question = read(fields, Id.random('q'), author, now());
        fields.end();
        questions.put(question);
        bus.publish("question.asked", question.shown(0));
        return Reply.created(question.shown(List.of()), "/questions/" + question.id());
    }

    private Reply put(Request request) throws IOException {
        String id = request.id("id");
        Question old = questions.find(id);
        Fields fields = request.fields();
        String author = fields.id("author");
        Instant given = fields.optionalTime("askedAt");
        Question question = read(fields, id, author, given != null ? given : old != null ? old.askedAt() : now());
        fields.end();
        if (question.equals(old)) return show(request);
        boolean isNew = questions.put(question) == null;
        QuestionStore.Entry entry = questions.get(id);
        bus.publish(isNew ? "question.asked" : "question.changed", question.shown(entry.answers().size()));
        Map<String, Object> shown = question.shown(entry.answers());
        return isNew ? Reply.created(shown, "/questions/" + id) : Reply.ok(shown);
    }

    private Reply answer(Request request) throws IOException {
        String id = request.id("id");
        questions.get(id);
        String author = sessions.userOf(request);
        Fields fields = request.fields();
        Answer answer = new Answer(Id.random('a'), fields.text("body", MAX_BODY), author, now());
        fields.end();
        questions.putAnswer(id, answer);
        return given(id, answer, "answer.given");
    }

    private Reply putAnswer(Request request) throws IOException {
        String id = request.id("id");
        String answerId = request.id("answerId");
        Answer old = questions.findAnswer(id, answerId);
        Fields fields = request.fields();
        Instant time = fields.optionalTime("answeredAt");
        Answer answer = new Answer(answerId, fields.text("body", MAX_BODY), fields.id("author"),
            time != null ? time : old != null ? old.answeredAt() : now());
        fields.end();
        if (answer.equals(old)) return Reply.ok(old.shown());
        boolean isNew = questions.putAnswer(id, answer) == null;
        Reply created = given(id, answer, isNew ? "answer.given" : "answer.changed");
        return isNew ? created : Reply.ok(answer.shown());
    }

    private Reply given(String questionId, Answer answer, String topic) {
        Map<String, Object> event = Json.object("question", questionId);
        event.putAll(answer.shown());
        bus.publish(topic, event);
        return Reply.created(answer.shown(), "/questions/" + questionId + "/answers/" + answer.id());
    }

    private static Question read(Fields fields, String id, String author, Instant askedAt) {
        String title = fields.text("title", MAX_TITLE);
        return new Question(id, title, fields.text("body", MAX_BODY), author, fields.words("tags", MAX_TAGS), askedAt);
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
