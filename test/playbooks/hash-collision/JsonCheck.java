import common.json.Json;
import common.json.JsonException;
import common.json.JsonParser;
import common.json.JsonPrinter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Checks the services' JSON by rows; ends with 1 and says which row when one is not as it should be. */
public final class JsonCheck {
    private static final String[][] PRINTED = {
        // What is read, and what it is when printed again.
        {" null ", "null"}, {"true", "true"}, {"false", "false"}, {"0", "0"}, {"-0", "0"}, {"-12", "-12"},
        {"999999999999999999", "999999999999999999"}, {"1.5", "1.5"}, {"1e3", "1000.0"}, {"1E+2", "100.0"}, {"25e-1", "2.5"},
        {"\"\"", "\"\""}, {"\"a\\/b\"", "\"a/b\""}, {"\"\\u0041\\u00e9\"", "\"Aé\""}, {"\"\\uD83D\\ude00\"", "\"😀\""}, {"\"😀\"", "\"😀\""},
        {"\"\\b\\f\\n\\r\\t\\\"\\\\\"", "\"\\u0008\\u000c\\n\\r\\t\\\"\\\\\""}, {"\"\\u0000\\u001f\"", "\"\\u0000\\u001f\""},
        {"[]", "[]"}, {"[ 1 , [ ] , {} ]", "[1,[],{}]"}, {"{}", "{}"}, {"\t{ \"b\" : 1 ,\r\n \"a\" : [ null ] } ", "{\"b\":1,\"a\":[null]}"},
        {"{\"\":{\"ключ\":\"значение\"}}", "{\"\":{\"ключ\":\"значение\"}}"},
        {"[".repeat(64) + "]".repeat(64), "[".repeat(64) + "]".repeat(64)},
    };
    private static final String[][] REFUSED = {
        // What is not JSON, and how that is said.
        {"", "expected a value, found the end at character 0"}, {"  ", "found the end at character 2"}, {"nul", "expected a value"}, {"True", "expected a value"},
        {"1 2", "expected the end, found '2' at character 2"}, {"01", "expected the end"}, {"-", "expected a digit"}, {"1.", "expected a digit"}, {".5", "expected a value"},
        {"1e", "expected a digit"}, {"+1", "expected a value"}, {"1e999", "a number that is too large"}, {"NaN", "expected a value"},
        {"\"a", "a string without an end at character 0"}, {"\"a\nb\"", "a control character"}, {"\"\\x\"", "an unknown escape"}, {"\"\\u12g4\"", "four hexadecimal digits"},
        {"\"\\", "expected an escape"}, {"\"\\uD83D\"", "half of a surrogate pair"}, {"\"\\uDE00\\uD83D\"", "half of a surrogate pair"}, {"'a'", "expected a value"},
        {"[1,]", "expected a value, found ']'"}, {"[1", "expected ',' or ']', found the end"}, {"[1 2]", "expected ',' or ']'"}, {"{\"a\"}", "expected ':'"}, {"{a:1}", "a name in double quotes"},
        {"{\"a\":1,}", "a name in double quotes"}, {"{\"a\":1", "expected ',' or '}'"}, {"{\"a\":1,\"a\":2}", "the name \"a\" a second time at character 7"},
        {"[".repeat(65), "more than 64 levels of nesting"}, {"[".repeat(1_000_000), "more than 64 levels of nesting"},
    };

    private final List<String> failures = new ArrayList<>();
    private int checks;

    public static void main(String[] args) throws JsonException {
        JsonCheck check = new JsonCheck();
        for (String[] row : PRINTED) {
            check.same(row[0], row[1], JsonPrinter.print(JsonParser.parse(row[0])));
            check.same(row[0] + " as bytes", row[1], JsonPrinter.print(JsonParser.parse(row[0].getBytes(StandardCharsets.UTF_8))));
        }
        for (String[] row : REFUSED) check.refused(row[0], row[1], row[0].getBytes(StandardCharsets.UTF_8));
        check.refused("bytes that are not UTF-8", "not UTF-8", new byte[] {'"', (byte) 0xff, '"'});
        check.refused("a surrogate in UTF-8", "not UTF-8", new byte[] {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'});
        check.same("types", List.of(1L, 1.0, "1", true), JsonParser.parse("[1,1.0,\"1\",true]"));
        check.same("an absent value", "{\"a\":1}", JsonPrinter.print(Json.object("a", 1, "b", null)));
        check.unprintable(Double.NaN);
        check.unprintable(new Object());
        check.failures.forEach(System.out::println);
        System.out.println(check.failures.isEmpty() ? "all " + check.checks + " right" : check.failures.size() + " wrong");
        System.exit(check.failures.isEmpty() ? 0 : 1);
    }

    private void same(String what, Object expected, Object found) {
        checks++;
        if (!Objects.equals(expected, found)) failures.add(what + ": expected " + expected + ", found " + found);
    }

    private void refused(String what, String reason, byte[] json) {
        String found;
        try {
            found = "read as " + JsonPrinter.print(JsonParser.parse(json));
        } catch (JsonException refusal) {
            found = refusal.getMessage();
        }
        checks++;
        if (!found.contains(reason)) failures.add(what + ": expected to be refused for " + reason + ", but " + found);
    }

    private void unprintable(Object value) {
        checks++;
        try {
            failures.add(value + ": expected not to be printed, found " + JsonPrinter.print(value));
        } catch (IllegalArgumentException expected) {
            // As it should be.
        }
    }
}
