import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/**
 * Prints, as JSON, what Kafka itself says about its options: the ConfigDef of brokers, topics, producers, consumers, admin clients and groups.
 *   java -cp 'JARS/*' KafkaOptions.java
 * Where a name moved between the releases we read, both are tried.
 */
@SuppressWarnings("unchecked")
public class KafkaOptions {
    public static void main(String[] args) throws Exception {
        Map<String, String> modes = updateModes();
        Map<String, Object> models = new LinkedHashMap<>();
        models.put("broker", model(definition("org.apache.kafka.server.config.AbstractKafkaConfig#CONFIG_DEF", "kafka.server.KafkaConfig#configDef"), modes));
        models.put("topic", model(definition("org.apache.kafka.storage.internals.log.LogConfig#CONFIG"), Map.of()));
        models.put("producer", model(definition("org.apache.kafka.clients.producer.ProducerConfig#configDef"), Map.of()));
        models.put("consumer", model(definition("org.apache.kafka.clients.consumer.ConsumerConfig#configDef"), Map.of()));
        models.put("admin", model(definition("org.apache.kafka.clients.admin.AdminClientConfig#configDef"), Map.of()));
        models.put("group", model(definition("org.apache.kafka.coordinator.group.GroupConfig#CONFIG_DEF", "org.apache.kafka.coordinator.group.GroupConfig#configDef"), Map.of()));
        StringBuilder out = new StringBuilder();
        write(models, out);
        System.out.println(out);
    }

    private static Map<String, Object> model(ConfigDef definition, Map<String, String> modes) throws Exception {
        Map<String, Object> options = new TreeMap<>();
        for (ConfigDef.ConfigKey key : definition.configKeys().values()) {
            Map<String, Object> option = new LinkedHashMap<>();
            option.put("type", key.type.name().toLowerCase(Locale.ROOT));
            if (key.hasDefault() && key.defaultValue != null) option.put("default", plain(key.defaultValue));
            validation(key, key.validator, option);
            option.put("importance", key.importance.name().toLowerCase(Locale.ROOT));
            if (modes.containsKey(key.name)) option.put("update", modes.get(key.name));
            if (key.internalConfig) option.put("internal", true);
            options.put(key.name, option);
        }
        return options;
    }

    private static void validation(ConfigDef.ConfigKey key, ConfigDef.Validator validator, Map<String, Object> option) throws Exception {
        if (validator == null) return;
        switch (validator.getClass().getSimpleName()) {
            case "Range" -> {
                putIfPresent(option, "min", field(validator, "min"));
                putIfPresent(option, "max", field(validator, "max"));
            }
            case "ValidString" -> option.put("values", field(validator, "validStrings"));
            case "CaseInsensitiveValidString" -> {
                option.put("values", new ArrayList<>(new TreeSet<>((Collection<String>) field(validator, "validStrings"))));
                option.put("ignoreCase", true);
            }
            case "ValidList" -> {
                // Without any it only forbids duplicates.
                List<?> values = (List<?>) field(field(validator, "validString"), "validStrings");
                if (!values.isEmpty()) option.put("values", values);
                if (Boolean.FALSE.equals(fieldOr(validator, "isEmptyAllowed", true))) option.put("notEmpty", true);
            }
            case "CompositeValidator" -> {
                for (Object part : (List<?>) field(validator, "validators")) validation(key, (ConfigDef.Validator) part, option);
            }
            case "NonEmptyString", "NonEmptyStringWithoutControlChars" -> option.put("notEmpty", true);
            // Code of its own: ask it about small numbers, or read the choices in the brackets it describes itself with.
            default -> {
                if (key.type == ConfigDef.Type.INT) option.put("values", acceptedNumbers(key));
                if (key.type == ConfigDef.Type.STRING && validator.toString().matches("\\[[\\w:.]+(, [\\w:.]+)+]")) {
                    option.put("values", List.of(validator.toString().replaceAll("[\\[\\]]", "").split(", ")));
                    option.put("ignoreCase", true);
                }
            }
        }
    }

    private static List<Integer> acceptedNumbers(ConfigDef.ConfigKey key) {
        List<Integer> accepted = new ArrayList<>();
        for (int number = -10; number <= 100; number++) {
            try {
                key.validator.ensureValid(key.name, number);
                accepted.add(number);
            } catch (ConfigException refused) {
                // Not one of them.
            }
        }
        if (accepted.isEmpty() || accepted.contains(100)) throw new IllegalStateException("no list of values: " + key.name + " " + key.validator);
        return accepted;
    }

    private static void putIfPresent(Map<String, Object> map, String name, Object value) {
        if (value != null) map.put(name, value);
    }

    private static Object plain(Object value) {
        if (value instanceof Class<?> type) return type.getName();
        if (value == null || value instanceof Number || value instanceof Boolean || value instanceof Collection) return value;
        return value.toString();
    }

    /** Which options a running broker takes: per-broker, cluster-wide; read-only needs a restart. */
    private static Map<String, String> updateModes() throws Exception {
        try {
            return (Map<String, String>) Class.forName("org.apache.kafka.server.config.DynamicBrokerConfig").getMethod("dynamicConfigUpdateModes").invoke(null);
        } catch (ClassNotFoundException before43) {
            Object module = Class.forName("kafka.server.DynamicBrokerConfig$").getField("MODULE$").get(null);
            return (Map<String, String>) module.getClass().getMethod("dynamicConfigUpdateModes").invoke(module);
        }
    }

    /** The first of the static fields or methods CLASS#MEMBER that exists. */
    private static ConfigDef definition(String... places) throws Exception {
        ReflectiveOperationException last = null;
        for (String place : places) {
            String[] parts = place.split("#");
            try {
                Class<?> type = Class.forName(parts[0]);
                try {
                    Method method = type.getDeclaredMethod(parts[1]);
                    method.setAccessible(true);
                    return (ConfigDef) method.invoke(null);
                } catch (NoSuchMethodException noMethod) {
                    Field member = type.getDeclaredField(parts[1]);
                    member.setAccessible(true);
                    return (ConfigDef) member.get(null);
                }
            } catch (ReflectiveOperationException absent) {
                last = absent;
            }
        }
        throw last;
    }

    private static Object field(Object of, String name) throws Exception {
        Field member = of.getClass().getDeclaredField(name);
        member.setAccessible(true);
        return member.get(of);
    }

    private static Object fieldOr(Object of, String name, Object otherwise) throws Exception {
        try {
            return field(of, name);
        } catch (NoSuchFieldException absent) {
            return otherwise;
        }
    }

    private static void write(Object value, StringBuilder out) {
        if (value instanceof Map<?, ?> map) {
            String separator = "{";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(separator);
                write(entry.getKey().toString(), out);
                out.append(':');
                write(entry.getValue(), out);
                separator = ",";
            }
            out.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof Collection<?> list) {
            String separator = "[";
            for (Object entry : list) {
                out.append(separator);
                write(entry, out);
                separator = ",";
            }
            out.append(list.isEmpty() ? "[]" : "]");
        } else if (value == null || value instanceof Number || value instanceof Boolean) {
            out.append(value);
        } else {
            out.append('"');
            for (char c : value.toString().toCharArray()) {
                if (c == '"' || c == '\\') out.append('\\').append(c);
                else if (c < ' ') out.append(String.format("\\u%04x", (int) c));
                else out.append(c);
            }
            out.append('"');
        }
    }
}
