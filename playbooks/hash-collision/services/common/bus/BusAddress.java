package common.bus;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import common.Env;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

/** Where the broker is and who asks. */
public record BusAddress(String host, int port, String user, String password, String clientName) {
    /** From AMQ_PORT_5672_TCP_ADDR and AMQ_PORT_5672_TCP_PORT; AMQ_USER and AMQ_PASSWORD are guest unless set. */
    public static BusAddress fromEnv(String clientName) {
        return new BusAddress(
            Env.text("AMQ_PORT_5672_TCP_ADDR"),
            Env.port("AMQ_PORT_5672_TCP_PORT"),
            Env.text("AMQ_USER", "guest"),
            Env.text("AMQ_PASSWORD", "guest"),
            clientName);
    }

    String shown() {
        return host + ":" + port;
    }

    Connection connect() throws IOException, TimeoutException {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setHost(host);
        factory.setPort(port);
        factory.setUsername(user);
        factory.setPassword(password);
        // We connect again ourselves, also when the broker was absent at the start, which the library does not.
        factory.setAutomaticRecoveryEnabled(false);
        factory.setConnectionTimeout(2_000);
        factory.setHandshakeTimeout(2_000);
        // Seconds; a broker that vanished without a word is noticed after two of them.
        factory.setRequestedHeartbeat(4);
        factory.setThreadFactory(BusAddress::daemon);
        return factory.newConnection(clientName);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "amqp");
        thread.setDaemon(true);
        return thread;
    }
}
