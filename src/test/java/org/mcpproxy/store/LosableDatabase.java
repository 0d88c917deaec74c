package org.mcpproxy.store;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** A database that is away while a test says so, and that counts how often it was asked. */
final class LosableDatabase {

    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean lost;
    private volatile int most = Integer.MAX_VALUE;

    Database over(DataSource source) {
        return over(source, Databases.open());
    }

    Database over(DataSource source, StoreStatus status) {
        DataSource losable = (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    if (asked.incrementAndGet() > most || lost) {
                        throw new SQLException("No connection", "08001");
                    }
                    try {
                        return method.invoke(source, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        return new Database(losable, status);
    }

    void lose() {
        lost = true;
    }

    /** Is away once it was asked as often as this. */
    void loseAfter(int times) {
        most = times;
    }

    void find() {
        lost = false;
    }

    int asked() {
        return asked.get();
    }
}
