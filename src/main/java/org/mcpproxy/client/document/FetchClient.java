package org.mcpproxy.client.document;

import java.net.URI;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.message.BasicHeader;
import org.apache.hc.core5.util.Timeout;
import org.mcpproxy.client.document.CheckedResolver.Lookup;
import org.mcpproxy.config.ClientDocumentSettings;

/**
 * The HTTP client for fetches: it follows nothing, keeps nothing, repeats nothing, knows no credentials, and does not look
 * at the JVM's own properties for proxies.
 */
final class FetchClient {

    private static final Timeout CONNECT = Timeout.ofSeconds(3);
    private static final Timeout SILENCE = Timeout.ofSeconds(4);
    private static final int LONGEST_LINE = 8 * 1024;
    private static final int MOST_HEADERS = 100;
    private static final int CONNECTIONS = 32;

    private FetchClient() {}

    static CloseableHttpClient of(ClientDocumentSettings settings, SSLContext tls, Lookup lookup) {
        HttpClientBuilder builder = HttpClients.custom()
                .setConnectionManager(connections(settings, tls, lookup))
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(SILENCE)
                        .setConnectionRequestTimeout(CONNECT)
                        .build())
                .setDefaultHeaders(List.of(
                        new BasicHeader(HttpHeaders.ACCEPT, "application/json"),
                        new BasicHeader(HttpHeaders.ACCEPT_ENCODING, "identity")))
                .setUserAgent("okta-mcp-oauth-proxy")
                .setConnectionReuseStrategy((request, response, context) -> false)
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression();
        settings.proxy().map(FetchClient::host).ifPresent(builder::setProxy);
        return builder.build();
    }

    private static PoolingHttpClientConnectionManager connections(
            ClientDocumentSettings settings, SSLContext tls, Lookup lookup) {
        HostRules rules = new HostRules(settings);
        String proxy = settings.proxy().map(URI::getHost).orElse("");
        return PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(new CheckedResolver(lookup, host -> host.equals(proxy) || rules.mayBePrivate(host)))
                .setTlsSocketStrategy(new DefaultClientTlsStrategy(tls))
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .http1Config(Http1Config.custom()
                                .setMaxLineLength(LONGEST_LINE)
                                .setMaxHeaderCount(MOST_HEADERS)
                                .build())
                        .build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(CONNECT)
                        .setSocketTimeout(SILENCE)
                        .build())
                .setMaxConnTotal(CONNECTIONS)
                .setMaxConnPerRoute(CONNECTIONS)
                .build();
    }

    private static HttpHost host(URI proxy) {
        return new HttpHost(proxy.getScheme(), proxy.getHost(), proxy.getPort());
    }
}
