package common.json;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Writes what {@link JsonParser} reads: maps, iterables, text, numbers, booleans and null. */
public final class JsonPrinter {
    private static final String HEX = "0123456789abcdef";

    private final StringBuilder out = new StringBuilder(256);

    private JsonPrinter() {}

    public static String print(Object value) {
        JsonPrinter printer = new JsonPrinter();
        printer.value(value);
        return printer.out.toString();
    }

    public static byte[] bytes(Object value) {
        return print(value).getBytes(StandardCharsets.UTF_8);
    }

    private void value(Object value) {
        if (value == null || value instanceof Boolean || value instanceof Integer || value instanceof Long) {
            out.append(value);
        } else if (value instanceof Double number && Double.isFinite(number)) {
            out.append(number.doubleValue());
        } else if (value instanceof String text) {
            string(text);
        } else if (value instanceof Map<?, ?> map) {
            object(map);
        } else if (value instanceof Iterable<?> items) {
            array(items);
        } else {
            throw new IllegalArgumentException("JSON has no " + value.getClass().getName() + " such as " + value);
        }
    }

    private void object(Map<?, ?> map) {
        char before = '{';
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(before);
            string((String) entry.getKey());
            out.append(':');
            value(entry.getValue());
            before = ',';
        }
        out.append(map.isEmpty() ? "{}" : "}");
    }

    private void array(Iterable<?> items) {
        out.append('[');
        boolean first = true;
        for (Object item : items) {
            if (!first) out.append(',');
            first = false;
            value(item);
        }
        out.append(']');
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            switch (next) {
                case '"': out.append("\\\""); break;
                case '\\': out.append("\\\\"); break;
                case '\n': out.append("\\n"); break;
                case '\r': out.append("\\r"); break;
                case '\t': out.append("\\t"); break;
                default:
                    if (next < ' ') out.append("\\u00").append(HEX.charAt(next >> 4)).append(HEX.charAt(next & 15));
                    else out.append(next);
            }
        }
        out.append('"');
    }
}
