package common.bus;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import common.Log;
import common.json.JsonException;
import common.json.JsonParser;
import common.json.JsonPrinter;
import java.io.IOException;
import java.security.Security;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The service's end of RabbitMQ: a heartbeat every second to the fanout exchange {@code heartbeat}, events to the topic
 * exchange {@code events}. One thread of its own connects, reconnects and publishes, so nobody ever waits for the broker.
 */
public final class Bus {
    private static final long HEARTBEAT_MS = 1_000;
    private static final long FIRST_RETRY_MS = 200;
    private static final long LAST_RETRY_MS = 2_000;
    /** Events kept while the broker is away; beyond it the oldest is dropped. */
    private static final int PENDING = 1_000;

    private record Event(String topic, Map<String, Object> content) {}

    private final BusAddress address;
    private final Supplier<Map<String, Object>> heartbeat;
    private final Consumer<Map<String, Object>> onHeartbeat;
    private final BlockingDeque<Event> pending = new LinkedBlockingDeque<>(PENDING);
    private volatile boolean connected;
    private volatile boolean closing;
    private volatile Connection connection;

    /** @param onHeartbeat gets everybody's heartbeats, this service's own too; null where nobody wants them */
    public Bus(BusAddress address, Supplier<Map<String, Object>> heartbeat, Consumer<Map<String, Object>> onHeartbeat) {
        this.address = address;
        this.heartbeat = heartbeat;
        this.onHeartbeat = onHeartbeat;
    }

    /** Begins to connect, in the background. */
    public void start() {
        Thread thread = new Thread(this::run, "bus");
        thread.setDaemon(true);
        thread.start();
    }

    public boolean isConnected() {
        return connected;
    }

    /** Hands an event over; it is sent as soon as the broker is there. */
    public void publish(String topic, Map<String, Object> content) {
        Event event = new Event(topic, content);
        while (!pending.offer(event)) pending.poll();
    }

    /** Says good-bye to the broker, for at most {@code timeoutMs}. */
    public void close(int timeoutMs) {
        closing = true;
        Connection open = connection;
        if (open != null) open.abort(timeoutMs);
    }

    private void run() {
        // A name that does not resolve yet must be asked for again at once, not after the JVM's 10 s.
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        long wait = FIRST_RETRY_MS;
        String lastReason = "";
        while (!closing) {
            try {
                connection = address.connect();
                wait = FIRST_RETRY_MS;
                lastReason = "";
                serve(connection);
            } catch (IOException | TimeoutException | ShutdownSignalException | InterruptedException lost) {
                String reason = lost.toString();
                if (!closing && !reason.equals(lastReason)) Log.line("bus: no connection to " + address.shown() + " (" + reason + "), trying on");
                lastReason = reason;
            } finally {
                connected = false;
                Connection old = connection;
                if (old != null) old.abort(100);
                connection = null;
            }
            pause(wait);
            wait = Math.min(LAST_RETRY_MS, wait * 6 / 5);
        }
    }

    private void serve(Connection open) throws IOException, TimeoutException, InterruptedException {
        Channel channel = open.createChannel();
        channel.exchangeDeclare("heartbeat", "fanout", true);
        channel.exchangeDeclare("events", "topic", true);
        channel.confirmSelect();
        if (onHeartbeat != null) listen(channel);
        connected = true;
        Log.line("bus: connected to " + address.shown());
        long next = System.nanoTime();
        while (!closing) {
            long left = next - System.nanoTime();
            if (left <= 0) {
                send(channel, "heartbeat", "", heartbeat.get());
                next = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(HEARTBEAT_MS);
                continue;
            }
            Event event = pending.poll(left, TimeUnit.NANOSECONDS);
            if (event != null) deliver(channel, event);
        }
    }

    /** An event counts as sent when the broker confirms it; otherwise the next connection sends it again. */
    private void deliver(Channel channel, Event event) throws IOException, TimeoutException, InterruptedException {
        boolean confirmed = false;
        try {
            send(channel, "events", event.topic, event.content);
            channel.waitForConfirmsOrDie(2_000);
            confirmed = true;
        } finally {
            if (!confirmed) pending.offerFirst(event);
        }
    }

    private static void send(Channel channel, String exchange, String topic, Map<String, Object> content) throws IOException {
        var properties = new AMQP.BasicProperties.Builder().contentType("application/json").build();
        channel.basicPublish(exchange, topic, properties, JsonPrinter.bytes(content));
    }

    private void listen(Channel channel) throws IOException {
        String queue = channel.queueDeclare().getQueue();
        channel.queueBind(queue, "heartbeat", "");
        channel.basicConsume(queue, true, new DefaultConsumer(channel) {
            @Override
            public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
                try {
                    if (JsonParser.parse(body) instanceof Map<?, ?> object) onHeartbeat.accept(named(object));
                } catch (JsonException foreign) {
                    Log.line("bus: a heartbeat that is not JSON: " + foreign.getMessage());
                }
            }
        });
    }

    private static Map<String, Object> named(Map<?, ?> object) {
        Map<String, Object> named = new LinkedHashMap<>();
        object.forEach((name, value) -> named.put((String) name, value));
        return named;
    }

    private static void pause(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException nobodyInterrupts) {
            Thread.currentThread().interrupt();
        }
    }
}
