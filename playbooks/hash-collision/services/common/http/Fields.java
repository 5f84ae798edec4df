package common.http;

import common.Id;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the fields of a JSON object and answers 400, naming the field, to whatever is not as it should be. */
public final class Fields {
    private final Map<?, ?> object;
    private final Set<Object> unread;

    Fields(Map<?, ?> object) {
        this.object = object;
        this.unread = new HashSet<>(object.keySet());
    }

    /** Text of 1 to {@code max} characters that is not only spaces. */
    public String text(String name, int max) {
        String text = optionalText(name, max);
        if (text == null) throw new HttpProblem(400, "'" + name + "' is missing");
        return text;
    }

    /** As {@link #text}, or null where the field is absent or null. */
    public String optionalText(String name, int max) {
        Object value = take(name);
        if (value == null) return null;
        if (!(value instanceof String text)) throw wrong(name, "must be text");
        if (text.isBlank()) throw wrong(name, "must not be empty");
        if (text.length() > max) throw wrong(name, "must have at most " + max + " characters and has " + text.length());
        return text;
    }

    public String id(String name) {
        String id = text(name, 64);
        if (!Id.isValid(id)) throw wrong(name, "must be an id: " + Id.RULE);
        return id;
    }

    /** A time like 2025-03-01T09:00:00Z, or null where the field is absent. */
    public Instant optionalTime(String name) {
        String text = optionalText(name, 40);
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeException malformed) {
            throw wrong(name, "must be a time like 2025-03-01T09:00:00Z");
        }
    }

    /** A list of words, each of 1 to 30 characters without a space; empty where the field is absent. */
    public List<String> words(String name, int max) {
        Object value = take(name);
        if (value == null) return List.of();
        if (!(value instanceof List<?> items)) throw wrong(name, "must be a list");
        if (items.size() > max) throw wrong(name, "must have at most " + max + " entries");
        List<String> words = new ArrayList<>(items.size());
        for (Object item : items) {
            boolean isWord = item instanceof String text && !text.isEmpty() && text.length() <= 30
                && text.chars().noneMatch(Character::isWhitespace);
            if (!isWord) throw wrong(name, "must hold words of at most 30 characters, without spaces");
            words.add((String) item);
        }
        return List.copyOf(words);
    }

    /** Call when all is read: a field that nobody asked for is a mistake of the caller. */
    public void end() {
        if (!unread.isEmpty()) throw new HttpProblem(400, "unknown field '" + unread.iterator().next() + "'");
    }

    private Object take(String name) {
        unread.remove(name);
        return object.get(name);
    }

    private static HttpProblem wrong(String name, String rule) {
        return new HttpProblem(400, "'" + name + "' " + rule);
    }
}
