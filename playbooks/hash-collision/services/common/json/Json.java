package common.json;

import java.util.LinkedHashMap;
import java.util.Map;

/** Makes JSON objects in code. */
public final class Json {
    private Json() {}

    /** An object that keeps the order of its names: name, value, name, value, … A null value is left out. */
    public static Map<String, Object> object(Object... pairs) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i + 1] != null) object.put((String) pairs[i], pairs[i + 1]);
        }
        return object;
    }
}
