package org.mcpproxy.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.mcpproxy.system.Ports;
import org.mcpproxy.system.Waiting;

/** A server of others, with a configuration that is written for one run. */
final class Daemon implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(20);

    /** Passes what it gets to the backend; checks nothing. */
    private static final String NGINX = """
            daemon off;
            worker_processes 1;
            pid @FOLDER@/nginx.pid;
            error_log @FOLDER@/error.log;
            events { worker_connections 4096; }
            http {
              access_log off;
              keepalive_requests 1000000000;
              client_body_temp_path @FOLDER@/body;
              proxy_temp_path @FOLDER@/proxy;
              fastcgi_temp_path @FOLDER@/fastcgi;
              uwsgi_temp_path @FOLDER@/uwsgi;
              scgi_temp_path @FOLDER@/scgi;
              proxy_buffers 8 32k;
              upstream backend { server @BACKEND@; keepalive 512; keepalive_requests 1000000000; }
              map $http_mcp_param_answer $large { default ""; "64k" 1; }
              server {
                listen 127.0.0.1:@PORT@ backlog=2048;
                @SERVER@
              }
            }
            """;

    private static final String PASS = """
            location / {
              proxy_pass http://backend;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
            }
            """;

    private static final String HAPROXY = """
            global
              nbthread 1
              maxconn 4096
            defaults
              mode http
              timeout connect 5s
              timeout client 60s
              timeout server 60s
            frontend proxy
              bind 127.0.0.1:@PORT@
              http-request set-var(txn.bearer) http_auth_bearer
              http-request set-var(txn.alg) var(txn.bearer),jwt_header_query('$.alg')
              http-request set-var(txn.iss) var(txn.bearer),jwt_payload_query('$.iss')
              http-request set-var(txn.exp) var(txn.bearer),jwt_payload_query('$.exp','int')
              http-request set-var(txn.now) date()
              http-request deny deny_status 401 unless { var(txn.alg) -m str RS256 }
              http-request deny deny_status 401 unless { var(txn.iss) -m str @ISSUER@ }
              http-request deny deny_status 401 if { var(txn.exp),sub(txn.now) -m int lt 0 }
              http-request deny deny_status 401 unless { var(txn.bearer),jwt_verify(txn.alg,"@FOLDER@/key.pem") 1 }
              default_backend mcp
            backend mcp
              http-reuse always
              server mcp @BACKEND@
            """;

    private static final String APACHE = """
            ServerRoot @FOLDER@
            PidFile @FOLDER@/apache.pid
            ServerName localhost
            Listen 127.0.0.1:@PORT@
            ErrorLog @FOLDER@/error.log
            LoadModule mpm_event_module @MODULES@/mod_mpm_event.so
            LoadModule authz_core_module @MODULES@/mod_authz_core.so
            LoadModule authz_user_module @MODULES@/mod_authz_user.so
            LoadModule authn_core_module @MODULES@/mod_authn_core.so
            LoadModule proxy_module @MODULES@/mod_proxy.so
            LoadModule proxy_http_module @MODULES@/mod_proxy_http.so
            LoadModule auth_openidc_module @MODULES@/mod_auth_openidc.so
            StartServers 8
            ServerLimit 8
            ThreadsPerChild 64
            MaxRequestWorkers 512
            MinSpareThreads 64
            MaxSpareThreads 512
            MaxKeepAliveRequests 0
            KeepAliveTimeout 60
            OIDCCryptoPassphrase only-for-this-run
            OIDCOAuthVerifyCertFiles @KEY_ID@#@FOLDER@/key.pem
            OIDCOAuthRemoteUserClaim sub
            <Location "/">
              AuthType oauth20
              Require valid-user
              ProxyPass http://@BACKEND@/ enablereuse=on keepalive=on
            </Location>
            """;

    private final Process process;
    private final int port;

    private Daemon(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Answers with the same JSON again and again: 200 bytes, or 64 KiB. */
    static Daemon backend() throws IOException {
        String filler = "x".repeat(2048);
        String small = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"" + "x".repeat(200 - 38) + "\"}";
        String server = "set $part \"" + filler + "\"; default_type application/json;\n"
                + "location / { if ($large) { rewrite ^ /large last; } return 200 '" + small + "'; }\n"
                + "location /large { return 200 \"" + "$part".repeat(32) + "\"; }\n";
        return nginx("127.0.0.1:9", server);
    }

    static Daemon nginx(URI backend) throws IOException {
        return nginx(backend.getAuthority(), PASS);
    }

    private static Daemon nginx(String backend, String server) throws IOException {
        Path folder = folder();
        int port = Ports.free();
        Path config = write(folder, NGINX, port, backend, List.of("@SERVER@", server));
        return start(port, folder, "nginx", "-p", folder.toString(), "-c", config.toString());
    }

    /** @param key the public key of the tokens, as PEM */
    static Daemon haproxy(URI backend, String issuer, String key) throws IOException {
        Path folder = folder();
        Files.writeString(folder.resolve("key.pem"), key);
        int port = Ports.free();
        Path config = write(folder, HAPROXY, port, backend.getAuthority(), List.of("@ISSUER@", issuer));
        return start(port, folder, "haproxy", "-f", config.toString());
    }

    /** @param key as for {@link #haproxy} */
    static Daemon apache(URI backend, String keyId, String key) throws IOException {
        Path folder = folder();
        Files.writeString(folder.resolve("key.pem"), key);
        int port = Ports.free();
        Path config = write(
                folder,
                APACHE,
                port,
                backend.getAuthority(),
                List.of("@KEY_ID@", keyId, "@MODULES@", "/usr/lib/apache2/modules"));
        return start(port, folder, "apache2", "-f", config.toString(), "-DFOREGROUND");
    }

    URI mcp() {
        return URI.create("http://127.0.0.1:" + port + "/mcp");
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Path folder() throws IOException {
        Path folder = Files.createTempDirectory("relay-bench");
        // nginx and Apache leave root's rights, and still write here
        folder.toFile().setWritable(true, false);
        folder.toFile().setReadable(true, false);
        folder.toFile().setExecutable(true, false);
        return folder;
    }

    private static Path write(Path folder, String template, int port, String backend, List<String> more)
            throws IOException {
        String text = template.replace("@FOLDER@", folder.toString())
                .replace("@PORT@", Integer.toString(port))
                .replace("@BACKEND@", backend);
        for (int i = 0; i < more.size(); i += 2) {
            text = text.replace(more.get(i), more.get(i + 1));
        }
        return Files.writeString(folder.resolve("server.conf"), text);
    }

    private static Daemon start(int port, Path folder, String... command) throws IOException {
        Path log = folder.resolve("console.log");
        Process process = new ProcessBuilder(new ArrayList<>(List.of(command)))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Daemon daemon = new Daemon(process, port);
        Runtime.getRuntime().addShutdownHook(new Thread(daemon::close));
        Waiting.until(command[0] + " listens", START, () -> {
            requireAlive(process, command[0], log);
            return listens(port);
        });
        return daemon;
    }

    private static void requireAlive(Process process, String name, Path log) {
        if (!process.isAlive()) {
            try {
                throw new IllegalStateException(name + " did not start:\n" + Files.readString(log));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
