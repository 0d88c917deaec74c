package org.mcpproxy.upstream;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jwt.JWT;
import com.nimbusds.langtag.LangTag;
import com.nimbusds.oauth2.sdk.AccessTokenResponse;
import com.nimbusds.oauth2.sdk.Scope;
import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.File;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.mcpproxy.config.AddressLimits;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.config.Backends;
import org.mcpproxy.config.ClientDocumentSettings;
import org.mcpproxy.config.CorsOrigins;
import org.mcpproxy.config.Lifetimes;
import org.mcpproxy.config.MpJwtSettings;
import org.mcpproxy.config.OktaSettings;
import org.mcpproxy.config.OktaSettings.Credential;
import org.mcpproxy.config.RegistrationSettings;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.config.Settings;
import org.mcpproxy.config.TrustedProxies;
import org.mcpproxy.metrics.Meters;
import org.mcpproxy.oauth.KeyRing;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.oauth.SecretKeyMaterial;

/** The package alone in a container, its settings pointing at the scripted issuer, with a clock that tests can move. */
@ApplicationScoped
@Alternative
@Priority(1)
class UpstreamDeployment {

    static final String CLIENT_SECRET = "a-client-secret-of-more-than-256-bits-in-length";

    static WebArchive archive() {
        return ShrinkWrap.create(WebArchive.class, "upstream.war")
                .addPackages(
                        true,
                        "org.mcpproxy.upstream",
                        "org.mcpproxy.config",
                        "org.mcpproxy.metrics",
                        "org.mcpproxy.oauth",
                        "org.mcpproxy.policy")
                .addAsServiceProvider(ConfigSource.class, MpJwtSettings.class)
                .addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml")
                .addAsLibraries(Stream.of(
                                JWT.class,
                                AccessTokenResponse.class,
                                LangTag.class,
                                com.nimbusds.common.contenttype.ContentType.class,
                                net.minidev.json.JSONObject.class,
                                net.minidev.asm.BeansAccess.class,
                                org.objectweb.asm.ClassVisitor.class,
                                Caffeine.class,
                                Counter.class,
                                PrometheusProperties.class,
                                PrometheusRegistry.class,
                                PrometheusTextFormatWriter.class,
                                JvmMemoryMetrics.class,
                                Assertions.class)
                        .map(UpstreamDeployment::jar)
                        .toArray(File[]::new));
    }

    private static File jar(Class<?> type) {
        try {
            return new File(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Produces
    @Singleton
    static Settings settings(ScriptedIssuer issuer) {
        return settings(issuer.issuer(), new Credential.ClientSecret(new Secret(CLIENT_SECRET)));
    }

    static Settings settings(URI issuer, Credential credential) {
        return settings(issuer, credential, true);
    }

    static Settings settings(URI issuer, Credential credential, boolean pushedRequests) {
        return settings(issuer, credential, pushedRequests, false);
    }

    static Settings settings(URI issuer, Credential credential, boolean pushedRequests, boolean boundTokens) {
        OktaSettings okta = new OktaSettings(
                issuer,
                false,
                ScriptedIssuer.CLIENT_ID,
                credential,
                Scope.parse("openid profile email offline_access"),
                "groups",
                "scp",
                "cid",
                Optional.of(ScriptedIssuer.AUDIENCE),
                false,
                pushedRequests,
                boundTokens);
        return new Settings(
                URI.create("http://localhost:3001"),
                3001,
                TrustedProxies.NONE,
                Set.of(),
                Set.of(),
                new CorsOrigins(true, Set.of()),
                okta,
                Backends.of(new Backend(
                        Backend.UNNAMED, URI.create("http://localhost:1/mcp"), new BackendCredential.None(), Set.of())),
                Optional.empty(),
                Optional.empty(),
                KeyRing.of(new SecretKeyMaterial(new byte[32])),
                20,
                0,
                Duration.ofDays(90),
                Lifetimes.standard(),
                AddressLimits.standard(),
                ClientDocumentSettings.standard(),
                RegistrationSettings.standard(),
                Optional.empty(),
                RelayLimits.standard(),
                List.of());
    }

    @Produces
    @Singleton
    static IssuerMeter meter() {
        return new IssuerMeter(new Meters());
    }

    @Produces
    static CallLimits limits() {
        return new CallLimits(
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                64 * 1024,
                4,
                Duration.ofMillis(200));
    }

    @Produces
    @Singleton
    static RandomGenerator random() {
        return new SecureRandom();
    }

    @Produces
    @Singleton
    static Clock clock(MovableClock clock) {
        return clock;
    }
}
