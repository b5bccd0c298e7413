import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.zookeeper.server.ExpiryQueue;
import org.apache.zookeeper.server.SessionTracker;
import org.apache.zookeeper.server.SessionTrackerImpl;

/**
 * Apache's own expiry on the work of benches/expiry.rs, which runs this file.
 *
 * <p>Every row does a million of the thing, as there, and reads the clock each time, as Apache does.
 */
public final class ExpiryBench {
    /** Long enough that no bucket passes meanwhile: buckets move by the timeout alone. */
    private static final int INTERVAL = 86_400_000;
    private static final int PASSES = 9;

    private static int sessions;
    private static volatile Object sink;

    public static void main(String[] args) throws Exception {
        sessions = Integer.parseInt(args[0]);
        System.out.println("Apache, the same work, clock included (fastest, median, slowest)");
        queueTouches();
        trackerTouches();
        expireAll();
    }

    private static void queueTouches() {
        List<Long> ids = ids();
        long before = heap();
        ExpiryQueue<Long> queue = new ExpiryQueue<>(INTERVAL);
        for (Long id : ids) {
            queue.update(id, 0);
        }
        double bytes = (double) (heap() - before) / sessions;
        Collections.shuffle(ids, new Random(9));

        report("ExpiryQueue.update, bucket unchanged", pass -> {
            for (Long id : ids) {
                sink = queue.update(id, 0);
            }
        });
        report("ExpiryQueue.update, bucket moves", pass -> {
            int timeout = (pass % 2 + 1) * INTERVAL;
            for (Long id : ids) {
                sink = queue.update(id, timeout);
            }
        });
        System.out.printf("  %-44s %8.1f bytes a session%n", "ExpiryQueue, items excluded", bytes);
    }

    private static void trackerTouches() {
        List<Long> ids = ids();
        SessionTracker.SessionExpirer expirer = new SessionTracker.SessionExpirer() {
            @Override
            public void expire(SessionTracker.Session session) {
            }

            @Override
            public long getServerId() {
                return 1;
            }
        };
        long before = heap();
        SessionTrackerImpl tracker =
            new SessionTrackerImpl(expirer, new ConcurrentHashMap<>(), INTERVAL, 1, null);
        for (Long id : ids) {
            tracker.trackSession(id, 0);
        }
        double bytes = (double) (heap() - before) / sessions;
        Collections.shuffle(ids, new Random(9));

        report("SessionTrackerImpl.touchSession, unchanged", pass -> {
            for (Long id : ids) {
                sink = tracker.touchSession(id, 0);
            }
        });
        report("SessionTrackerImpl.touchSession, moves", pass -> {
            int timeout = (pass % 2 + 1) * INTERVAL;
            for (Long id : ids) {
                sink = tracker.touchSession(id, timeout);
            }
        });
        System.out.printf("  %-44s %8.1f bytes a session%n", "SessionTrackerImpl", bytes);
    }

    private static void expireAll() throws Exception {
        List<Long> ids = ids();
        Random random = new Random(9);
        double[] millis = new double[5];
        for (int pass = 0; pass < millis.length; pass++) {
            ExpiryQueue<Long> queue = new ExpiryQueue<>(100);
            for (Long id : ids) {
                queue.update(id, random.nextInt(1_900));
            }
            Thread.sleep(2_100);
            int left = sessions;
            long start = System.nanoTime();
            while (left > 0) {
                for (Long id : queue.poll()) {
                    queue.remove(id);
                    left--;
                }
            }
            millis[pass] = (System.nanoTime() - start) / 1e6;
        }
        print("ExpiryQueue.poll and remove, all", millis);
    }

    private interface Pass {
        void run(int pass);
    }

    /** Warms up twice, then reports the passes after. */
    private static void report(String name, Pass work) {
        double[] millis = new double[PASSES];
        for (int pass = -2; pass < PASSES; pass++) {
            long start = System.nanoTime();
            work.run(Math.abs(pass));
            if (pass >= 0) {
                millis[pass] = (System.nanoTime() - start) / 1e6;
            }
        }
        print(name, millis);
    }

    private static void print(String name, double[] millis) {
        java.util.Arrays.sort(millis);
        System.out.printf("  %-44s %8.1f ms %8.1f ms %8.1f ms%n",
            name, millis[0], millis[millis.length / 2], millis[millis.length - 1]);
    }

    private static List<Long> ids() {
        List<Long> ids = new ArrayList<>(sessions);
        for (long id = 0; id < sessions; id++) {
            ids.add(0x100_0000_0000_0000L + id);
        }
        return ids;
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private ExpiryBench() {
    }
}
