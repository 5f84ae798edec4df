package common.json;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON as RFC 8259 says, into {@code Map<String, Object>}, {@code List<Object>}, {@code String}, {@code Long},
 * {@code Double}, {@code Boolean} and {@code null}. Stricter in one point: a name given twice in an object is refused.
 */
public final class JsonParser {
    /** Deeper nesting is refused, since each level takes stack. */
    public static final int MAX_DEPTH = 64;

    private final String text;
    private int at;
    private int depth;

    private JsonParser(String text) {
        this.text = text;
    }

    /** Parses bytes, which must be well-formed UTF-8. */
    public static Object parse(byte[] utf8) throws JsonException {
        try {
            return parse(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
        } catch (CharacterCodingException notText) {
            throw new JsonException("bytes that are not UTF-8", 0);
        }
    }

    public static Object parse(String text) throws JsonException {
        JsonParser parser = new JsonParser(text);
        Object value = parser.value();
        parser.skipSpace();
        if (parser.at < text.length()) throw parser.unexpected("the end");
        return value;
    }

    private Object value() throws JsonException {
        skipSpace();
        if (at >= text.length()) throw unexpected("a value");
        char first = text.charAt(at);
        switch (first) {
            case '{': return nested(true);
            case '[': return nested(false);
            case '"': return string();
            case 't': return word("true", Boolean.TRUE);
            case 'f': return word("false", Boolean.FALSE);
            case 'n': return word("null", null);
            default:
                if (first == '-' || isDigit(first)) return number();
                throw unexpected("a value");
        }
    }

    private Object nested(boolean named) throws JsonException {
        if (++depth > MAX_DEPTH) throw new JsonException("more than " + MAX_DEPTH + " levels of nesting", at);
        at++;
        Object result = named ? object() : array();
        depth--;
        return result;
    }

    private Map<String, Object> object() throws JsonException {
        Map<String, Object> object = new LinkedHashMap<>();
        if (skip('}')) return object;
        do {
            skipSpace();
            int start = at;
            if (at >= text.length() || text.charAt(at) != '"') throw unexpected("a name in double quotes");
            String name = string();
            if (!skip(':')) throw unexpected("':'");
            if (object.containsKey(name)) throw new JsonException("the name \"" + name + "\" a second time", start);
            object.put(name, value());
        } while (skip(','));
        if (!skip('}')) throw unexpected("',' or '}'");
        return object;
    }

    private List<Object> array() throws JsonException {
        List<Object> array = new ArrayList<>();
        if (skip(']')) return array;
        do array.add(value()); while (skip(','));
        if (!skip(']')) throw unexpected("',' or ']'");
        return array;
    }

    private String string() throws JsonException {
        int start = at++;
        StringBuilder result = new StringBuilder();
        while (at < text.length()) {
            char next = text.charAt(at++);
            if (next == '"') return wellFormed(result, start);
            if (next < ' ') throw new JsonException("a control character inside a string", at - 1);
            result.append(next == '\\' ? escape() : next);
        }
        throw new JsonException("a string without an end", start);
    }

    private char escape() throws JsonException {
        if (at >= text.length()) throw unexpected("an escape");
        switch (text.charAt(at++)) {
            case '"': return '"';
            case '\\': return '\\';
            case '/': return '/';
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'u': return hex();
            default: throw new JsonException("an unknown escape", at - 2);
        }
    }

    private char hex() throws JsonException {
        int code = 0;
        for (int i = 0; i < 4; i++, at++) {
            char next = at < text.length() ? text.charAt(at) : ' ';
            int digit = next < 128 ? Character.digit(next, 16) : -1;
            if (digit < 0) throw unexpected("four hexadecimal digits after \\u");
            code = code * 16 + digit;
        }
        return (char) code;
    }

    /** Half of a surrogate pair could not be written as UTF-8 again. */
    private static String wellFormed(StringBuilder text, int start) throws JsonException {
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isSurrogate(text.charAt(i))) continue;
            boolean pair = i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
            if (!pair) throw new JsonException("half of a surrogate pair in the string", start);
            i++;
        }
        return text.toString();
    }

    private Number number() throws JsonException {
        int start = at;
        if (text.charAt(at) == '-') at++;
        if (at < text.length() && text.charAt(at) == '0') at++;
        else digits();
        boolean whole = true;
        if (at < text.length() && text.charAt(at) == '.') {
            whole = false;
            at++;
            digits();
        }
        if (at < text.length() && (text.charAt(at) | 0x20) == 'e') {
            whole = false;
            at++;
            if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) at++;
            digits();
        }
        String number = text.substring(start, at);
        // 18 digits always fit a long; what does not fit is read as a double, as JavaScript does.
        if (whole && number.length() <= 18) return Long.valueOf(number);
        double value = Double.parseDouble(number);
        if (Double.isInfinite(value)) throw new JsonException("a number that is too large", start);
        return value;
    }

    private void digits() throws JsonException {
        int start = at;
        while (at < text.length() && isDigit(text.charAt(at))) at++;
        if (at == start) throw unexpected("a digit");
    }

    private Object word(String word, Object value) throws JsonException {
        if (!text.startsWith(word, at)) throw unexpected("a value");
        at += word.length();
        return value;
    }

    private boolean skip(char wanted) {
        skipSpace();
        if (at >= text.length() || text.charAt(at) != wanted) return false;
        at++;
        return true;
    }

    private void skipSpace() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private JsonException unexpected(String wanted) {
        String found = at < text.length() ? "'" + text.charAt(at) + "'" : "the end";
        return new JsonException("expected " + wanted + ", found " + found, at);
    }
}
