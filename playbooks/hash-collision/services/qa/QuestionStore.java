package qa;

import common.http.HttpProblem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All questions with their answers, in memory. */
final class QuestionStore {
    /** Questions and answers together; at the longest texts that still fits a heap of 64 MB. */
    private static final int MAX = 8_000;

    record Entry(Question question, List<Answer> answers) {}

    private final Map<String, Question> questions = new HashMap<>();
    private final Map<String, Map<String, Answer>> answers = new HashMap<>();
    private int size;

    /** Newest first. */
    synchronized List<Entry> all() {
        List<Entry> all = new ArrayList<>(questions.size());
        for (Question question : questions.values()) all.add(entry(question));
        all.sort(Comparator.comparing((Entry entry) -> entry.question.askedAt()).reversed()
            .thenComparing(entry -> entry.question.id()));
        return all;
    }

    /** The question with its answers, oldest first; 404 when there is none. */
    synchronized Entry get(String id) {
        Question question = questions.get(id);
        if (question == null) throw new HttpProblem(404, "there is no question '" + id + "'");
        return entry(question);
    }

    /** The question of this id, or null. */
    synchronized Question find(String id) {
        return questions.get(id);
    }

    /** Stores it, in place of the one with the same id if there is one; returns that one or null. */
    synchronized Question put(Question question) {
        if (!questions.containsKey(question.id())) grow();
        return questions.put(question.id(), question);
    }

    synchronized Answer findAnswer(String questionId, String answerId) {
        return answersOf(questionId).get(answerId);
    }

    synchronized Answer putAnswer(String questionId, Answer answer) {
        get(questionId);
        Map<String, Answer> siblings = answers.computeIfAbsent(questionId, none -> new LinkedHashMap<>());
        if (!siblings.containsKey(answer.id())) grow();
        return siblings.put(answer.id(), answer);
    }

    private void grow() {
        if (size >= MAX) throw new HttpProblem(507, "there is room for " + MAX + " questions and answers only");
        size++;
    }

    private Entry entry(Question question) {
        List<Answer> sorted = new ArrayList<>(answersOf(question.id()).values());
        sorted.sort(Comparator.comparing(Answer::answeredAt).thenComparing(Answer::id));
        return new Entry(question, sorted);
    }

    private Map<String, Answer> answersOf(String questionId) {
        return answers.getOrDefault(questionId, Map.of());
    }
}
