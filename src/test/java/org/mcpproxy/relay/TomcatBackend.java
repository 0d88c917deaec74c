package org.mcpproxy.relay;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.mcpproxy.fixture.CertificateFiles;

/** A backend on Tomcat: with and without TLS, with certificates good and bad. */
final class TomcatBackend implements AutoCloseable {

    /** The events that {@code /stream} may send, one for each permit. */
    final Semaphore events = new Semaphore(0);

    final AtomicInteger requests = new AtomicInteger();

    /** One for each stream that was given up. */
    final Semaphore cancelled = new Semaphore(0);

    volatile boolean closing;

    private final Tomcat tomcat = new Tomcat();
    private final CertificateFiles certificates;

    /** @param certificates null where nothing is spoken to over TLS */
    TomcatBackend(CertificateFiles certificates) throws IOException {
        this.certificates = certificates;
        Path work = Files.createTempDirectory("backend");
        tomcat.setBaseDir(work.toString());
        Context context = tomcat.addContext("", work.toString());
        Tomcat.addServlet(context, "all", new Everything()).setAsyncSupported(true);
        context.addServletMapping("/*", "all");
    }

    void start() throws LifecycleException {
        tomcat.start();
    }

    Connector plain() {
        Connector connector = new Connector();
        connector.setPort(0);
        connector.setProperty("address", "127.0.0.1");
        tomcat.getService().addConnector(connector);
        return connector;
    }

    /** HTTP/1.1, and HTTP/2 with prior knowledge. */
    Connector cleartextHttp2(int streams) {
        Connector connector = plain();
        connector.addUpgradeProtocol(http2(streams));
        return connector;
    }

    /** As it is where nobody has set anything: it closes the connection of whoever resets too many streams. */
    Connector guardedHttp2(int streams) {
        Connector connector = plain();
        connector.addUpgradeProtocol(guarded(streams));
        return connector;
    }

    private static Http2Protocol guarded(int streams) {
        Http2Protocol http2 = new Http2Protocol();
        http2.setMaxConcurrentStreams(streams);
        http2.setMaxConcurrentStreamExecution(streams);
        return http2;
    }

    private static Http2Protocol http2(int streams) {
        Http2Protocol http2 = guarded(streams);
        // what the tests do is not an attack
        http2.setOverheadCountFactor(0);
        return http2;
    }

    /** Offers HTTP/2. */
    Connector secure(String alias, boolean mutual) throws Exception {
        Connector connector = secure(plain(), alias, mutual);
        connector.addUpgradeProtocol(http2(100));
        return connector;
    }

    Connector secureWithoutHttp2(String alias) throws Exception {
        return secure(plain(), alias, false);
    }

    private Connector secure(Connector connector, String alias, boolean mutual) throws Exception {
        connector.setSecure(true);
        connector.setScheme("https");
        connector.setProperty("SSLEnabled", "true");
        SSLHostConfig host = new SSLHostConfig();
        SSLHostConfigCertificate certificate =
                new SSLHostConfigCertificate(host, SSLHostConfigCertificate.Type.UNDEFINED);
        certificate.setCertificateKeystoreFile(certificates.store().toString());
        certificate.setCertificateKeystorePassword(CertificateFiles.PASSWORD);
        certificate.setCertificateKeystoreType("PKCS12");
        certificate.setCertificateKeyAlias(alias);
        host.addCertificate(certificate);
        if (mutual) {
            host.setCertificateVerification("required");
            host.setTruststoreFile(certificates.trustStore("authority").toString());
            host.setTruststorePassword(CertificateFiles.PASSWORD);
            host.setTruststoreType("PKCS12");
        }
        connector.addSslHostConfig(host);
        return connector;
    }

    static URI url(Connector connector, String path) {
        return URI.create(connector.getScheme() + "://localhost:" + connector.getLocalPort() + path);
    }

    @Override
    public void close() throws LifecycleException {
        closing = true;
        tomcat.stop();
        tomcat.destroy();
    }

    @SuppressWarnings("serial")
    private final class Everything extends HttpServlet {

        private static final long serialVersionUID = 1;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            requests.incrementAndGet();
            int length = request.getInputStream().readAllBytes().length;
            switch (request.getRequestURI()) {
                case "/stream" -> stream(request.startAsync());
                case "/accepted" -> response.setStatus(202);
                default -> {
                    X509Certificate[] client =
                            (X509Certificate[]) request.getAttribute("jakarta.servlet.request.X509Certificate");
                    response.getWriter()
                            .write(request.getProtocol() + " " + length
                                    + (client == null ? "" : " " + client[0].getSubjectX500Principal()));
                }
            }
        }

        private void stream(AsyncContext async) {
            async.setTimeout(0);
            async.start(() -> {
                try {
                    OutputStream out = async.getResponse().getOutputStream();
                    async.getResponse().setContentType("text/event-stream");
                    async.getResponse().flushBuffer();
                    while (!closing) {
                        if (events.tryAcquire(100, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                            out.write("data: event\n\n".getBytes());
                        } else {
                            out.write(":\n".getBytes());
                        }
                        out.flush();
                    }
                    async.complete();
                } catch (IOException | InterruptedException | RuntimeException e) {
                    // Tomcat ends it by itself: to complete it here might end the next request.
                    cancelled.release();
                }
            });
        }
    }
}
