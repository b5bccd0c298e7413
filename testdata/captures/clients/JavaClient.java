import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Arrays;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** The Java client, driven by lines on standard input; the commands are those of kazoo_client.py. */
public class JavaClient implements Watcher {
    private volatile ZooKeeper client;

    public static void main(String[] arguments) throws Exception {
        JavaClient driver = new JavaClient();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.trim().split(" ");
            try {
                driver.run(words);
                say("done " + words[0]);
            } catch (Exception error) {
                say("failed " + words[0] + " " + error.getClass().getSimpleName());
            }
        }
        System.exit(0);
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes) {
            text.append(String.format("%02x", b));
        }
        return text.toString();
    }

    private static byte[] unhex(String text) {
        byte[] bytes = new byte[text.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(text.substring(2 * i, 2 * i + 2), 16);
        }
        return bytes;
    }

    @Override
    public void process(WatchedEvent event) {
        if (event.getType() != Event.EventType.None) {
            say("watch " + event.getType() + " " + event.getPath());
            return;
        }
        switch (event.getState()) {
            case SyncConnected:
            case ConnectedReadOnly:
                while (client == null) {
                    Thread.yield();
                }
                say((event.getState() == Event.KeeperState.SyncConnected ? "connected " : "readonly ")
                    + Long.toHexString(client.getSessionId()) + " " + hex(client.getSessionPasswd()));
                break;
            case Disconnected:
                say("suspended");
                break;
            case Expired:
                say("expired");
                break;
            case AuthFailed:
                say("authfailed");
                break;
            default:
                break;
        }
    }

    private void run(String[] words) throws Exception {
        switch (words[0]) {
            case "connect":
                int timeout = Integer.parseInt(words[2]);
                boolean readOnly = words[5].equals("ro");
                client = words[3].equals("-")
                    ? new ZooKeeper(words[1], timeout, this, readOnly)
                    : new ZooKeeper(words[1], timeout, this, Long.parseUnsignedLong(words[3], 16), unhex(words[4]), readOnly);
                break;
            case "auth":
                client.addAuthInfo(words[1], words[2].getBytes("UTF-8"));
                client.exists("/", false);
                break;
            case "create":
                client.create(words[1], words[2].getBytes("UTF-8"), Ids.OPEN_ACL_UNSAFE,
                    words[3].equals("ephemeral") ? CreateMode.EPHEMERAL : CreateMode.PERSISTENT);
                break;
            case "exists":
                client.exists(words[1], this);
                break;
            case "get":
                client.getData(words[1], false, new Stat());
                break;
            case "set":
                client.setData(words[1], words[2].getBytes("UTF-8"), -1);
                break;
            case "children":
                client.getChildren(words[1], false, new Stat());
                break;
            case "multi":
                client.multi(Arrays.asList(
                    Op.create(words[1], "one".getBytes("UTF-8"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
                    Op.setData(words[1], "two".getBytes("UTF-8"), -1),
                    Op.delete(words[1], -1)));
                break;
            case "delete":
                client.delete(words[1], -1);
                break;
            case "close":
                client.close();
                client = null;
                break;
            default:
                throw new IllegalArgumentException(words[0]);
        }
    }
}
