package org.mcpproxy;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.mcpproxy.authorization.DeviceAuthorizationResource;
import org.mcpproxy.authorization.PushedRequestResource;
import org.mcpproxy.token.ClientGate;

/**
 * The few rules that keep the packages apart. A rule that finds nothing to judge fails, so that none is kept by a name
 * that has gone.
 */
@AnalyzeClasses(packages = "org.mcpproxy", importOptions = DoNotIncludeTests.class)
class HouseRulesTest {

    private static final String ROOT = "org.mcpproxy";
    private static final String STORE = ROOT + ".store..";

    private static final Set<String> FEATURES =
            Set.of("authorization", "consent", "registration", "token", "relay", "discovery");
    private static final Set<String> FOUNDATIONS = Set.of("client", "upstream", "signing", "dpop", "audit");

    /** How an edge class is known: its name ends with one of these. */
    private static final Set<String> EDGE_NAMES = Set.of("Resource", "Servlet", "Filter", "Application", "Mapper");

    /**
     * The classes that speak of HTTP without such a name. Each is here for a reason; one that no longer needs to be here
     * fails the build too.
     */
    private static final Set<String> NAMED_EDGES = Set.of(
            // what every request carries with it
            "audit.Actor",
            "audit.Endpoint",
            "audit.Trail",
            // cookies
            "web.Cookies",
            "authorization.BrowserBinding",
            "authorization.BrowserSession",
            "authorization.ErrorRedirects",
            "authorization.RememberedConsent",
            // lays the actor of a request
            "token.ClientGate",
            // what is read and answered
            "web.RequestBody",
            "web.ShortBody",
            "web.BareRefusals",
            "web.ErrorAnswer",
            "web.ConnectionBreak",
            "web.LingeringClose",
            "web.Pages",
            // an annotation that puts a filter before an endpoint
            "web.RateLimited",
            // the relay's streams, which are the container's own asynchronous ones
            "relay.Arrival",
            "relay.ClientConnection",
            "relay.AnswerHead",
            "relay.ClientAnswer",
            "relay.McpPaths",
            "relay.Relay",
            "relay.ServletTurn",
            // bearer checks: MicroProfile JWT wants the request itself
            "relay.BearerCheck",
            "relay.NodePassCheck",
            "relay.OktaTokenCheck",
            "relay.OwnTokenCheck",
            "upstream.MpJwt",
            "upstream.OktaAccessTokens",
            // MicroProfile REST Client is described with JAX-RS annotations
            "upstream.IssuerEndpoint",
            "upstream.RestSender");

    @ArchTest
    static final ArchRule packagesFormNoCycle =
            slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().allowEmptyShould(false);

    @ArchTest
    static final ArchRule dependenciesPointDownwards = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("wiring")
            .definedBy(ROOT)
            .layer("store")
            .definedBy(STORE)
            .layer("bridge")
            .definedBy(ROOT + ".bridge..")
            .layer("features")
            .definedBy(packages(FEATURES))
            .layer("web")
            .definedBy(ROOT + ".web..")
            .layer("page")
            .definedBy(ROOT + ".page..")
            .layer("grant")
            .definedBy(ROOT + ".grant..")
            .layer("foundations")
            .definedBy(packages(FOUNDATIONS))
            .layer("config")
            .definedBy(ROOT + ".config..")
            .layer("metrics")
            .definedBy(ROOT + ".metrics..")
            .layer("policy")
            .definedBy(ROOT + ".policy..")
            .layer("oauth")
            .definedBy(ROOT + ".oauth..")
            .whereLayer("wiring")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("bridge")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("store")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("features")
            .mayOnlyBeAccessedByLayers("wiring", "store", "bridge")
            .whereLayer("web")
            .mayOnlyBeAccessedByLayers("wiring", "store", "bridge", "features")
            .whereLayer("page")
            .mayOnlyBeAccessedByLayers("features", "web")
            .whereLayer("grant")
            .mayOnlyBeAccessedByLayers("store", "features")
            .whereLayer("foundations")
            .mayOnlyBeAccessedByLayers("wiring", "store", "features", "web", "grant")
            .whereLayer("config")
            .mayOnlyBeAccessedByLayers("store", "bridge", "features", "web", "grant", "foundations")
            .whereLayer("metrics")
            .mayOnlyBeAccessedByLayers("store", "bridge", "features", "web", "foundations")
            .whereLayer("policy")
            .mayOnlyBeAccessedByLayers("wiring", "features", "config")
            .whereLayer("oauth")
            .mayOnlyBeAccessedByLayers("store", "bridge", "features", "web", "grant", "foundations", "config", "policy")
            .allowEmptyShould(false);

    @ArchTest
    static final ArchRule featuresDoNotKnowEachOtherButConsentKnowsAuthorization = slices().assignedFrom(
                    new Packages(FEATURES))
            .should()
            .notDependOnEachOther()
            .ignoreDependency(resideInAPackage(ROOT + ".consent.."), resideInAPackage(ROOT + ".authorization.."))
            // a client that pushes a request, or asks from a device, authenticates as at the token endpoint
            .ignoreDependency(type(PushedRequestResource.class), type(ClientGate.class))
            .ignoreDependency(type(DeviceAuthorizationResource.class), type(ClientGate.class))
            .allowEmptyShould(false);

    @ArchTest
    static final ArchRule foundationsDoNotKnowEachOther = slices().assignedFrom(new Packages(FOUNDATIONS))
            .should()
            .notDependOnEachOther()
            .allowEmptyShould(false);

    @ArchTest
    static final ArchRule theWebKnowsTheAuditAloneOfTheFoundations = noClasses()
            .that()
            .resideInAPackage(ROOT + ".web..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROOT + ".client..", ROOT + ".upstream..", ROOT + ".signing..")
            .allowEmptyShould(false);

    @ArchTest
    static final ArchRule theVocabularyKnowsTheJdkAndNimbusAlone = classes()
            .that()
            .resideInAPackage(ROOT + ".oauth..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    ROOT + ".oauth..",
                    "java..",
                    "javax.crypto..",
                    "com.nimbusds..",
                    // the JSON of Nimbus
                    "net.minidev.json..")
            .allowEmptyShould(false);

    @ArchTest
    static final ArchRule databasesAreKnownToTheStoreAlone = noClasses()
            .that()
            .resideOutsideOfPackage(STORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "jakarta.persistence..", "org.jdbi..", "org.flywaydb..")
            .allowEmptyShould(false);

    @ArchTest
    static final ArchRule restClientsCallFromUpstreamAlone = classes()
            .that(dependOn("org.eclipse.microprofile.rest.client."))
            .should()
            .resideInAPackage(ROOT + ".upstream..")
            .allowEmptyShould(false);

    /** The container finds cookies within the values of others; {@code web.Cookies} reads the header itself. */
    @ArchTest
    static final ArchRule theContainersCookiesAreNotRead = noClasses()
            .should()
            .accessTargetWhere(describe(
                    "the container parses cookies",
                    access -> access.getTarget().getName().equals("getCookies")))
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("jakarta.ws.rs.CookieParam")
            .allowEmptyShould(false);

    @ArchTest
    static final ArchRule settingsAreReadInConfigAlone = classes()
            .that(dependOn("org.eclipse.microprofile.config."))
            .should()
            .resideInAPackage(ROOT + ".config..")
            .allowEmptyShould(false);

    @ArchTest
    static final ArchRule theEnvironmentIsReadInConfigAlone = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".config..")
            .should()
            .accessTargetWhere(calls("System.getenv or getProperty", Set.of(System.class), "getenv|getProperty"))
            .allowEmptyShould(false);

    @ArchTest
    static final ArchRule servletAndJaxRsTypesStandAtTheEdge = noClasses()
            .that(not(edges()))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("jakarta.servlet..", "jakarta.ws.rs..")
            .allowEmptyShould(false);

    @ArchTest
    static void everyNamedEdgeIsOne(JavaClasses classes) {
        Set<String> speaking = classes.stream()
                .filter(dependOn("jakarta.servlet.").or(dependOn("jakarta.ws.rs.")))
                .map(type -> outermost(type).getName().substring(ROOT.length() + 1))
                .collect(Collectors.toSet());
        Set<String> needless = new TreeSet<>(NAMED_EDGES);
        needless.removeAll(speaking);

        assertThat(needless).isEmpty();
    }

    @ArchTest
    static final ArchRule namesSayWhatAClassIsFor = noClasses()
            .should()
            .haveNameMatching(".*(Impl|Manager|Utils?|Helper|Service)(\\$.*)?")
            .allowEmptyShould(false);

    @ArchTest
    static final ArchRule theTimeIsInjected = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".config..")
            .should()
            .accessTargetWhere(describe(
                    "the current time is asked for",
                    access -> access.getTargetOwner().getPackageName().equals("java.time")
                            && access.getTarget().getName().matches("now|system.*|tick.*")))
            .orShould()
            .accessTargetWhere(calls("the current time is asked for", Set.of(System.class), "currentTimeMillis"))
            .orShould()
            .accessTargetWhere(calls("the current time is asked for", Set.of(java.util.Date.class), "<init>")
                    .and(describe(
                            "without arguments",
                            access -> access.getDescription().contains("<init>()"))))
            .allowEmptyShould(false);

    @ArchTest
    static final ArchRule randomnessIsInjected = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".config..")
            .should()
            .accessTargetWhere(
                    calls("a source of randomness is made", Set.of(SecureRandom.class), "<init>|getInstance.*"))
            .orShould()
            .accessTargetWhere(calls("a weak source of randomness is used", Set.of(Math.class), "random"))
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.Random")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom")
            .orShould()
            .accessTargetWhere(calls("a random UUID is made", Set.of(java.util.UUID.class), "randomUUID"))
            .allowEmptyShould(false);

    /** What strangers fill must have an end. One that counts for itself refuses, and forgets nothing that still lives. */
    @ArchTest
    static final ArchRule everyCacheIsBounded = classes()
            .that(access(calls("make a cache", Set.of(Caffeine.class), "newBuilder")))
            .and()
            .doNotHaveFullyQualifiedName(ROOT + ".store.ExpiringMap")
            .should(ArchCondition.from(access(calls("bound it", Set.of(Caffeine.class), "maximumSize"))))
            .allowEmptyShould(false);

    @ArchTest
    static final ArchRule standardOutputIsTheAuditLogs = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".audit..")
            .should()
            .accessTargetWhere(calls("standard output is written", Set.of(System.class), "out|err"))
            .orShould()
            .accessTargetWhere(describe(
                    "a stack trace is printed",
                    access -> access.getTargetOwner().isAssignableTo(Throwable.class)
                            && access.getTarget().getName().equals("printStackTrace")))
            .allowEmptyShould(false);

    /** Parsers quote their input in their messages, and that may be a token. */
    @ArchTest
    static final ArchRule exceptionsAreLoggedWithoutTheirMessages = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(ROOT + ".web.Failures")
            .should()
            .accessTargetWhere(calls("an exception is logged", Set.of(System.Logger.class), "log")
                    .and(describe(
                            "with its message",
                            access -> access.getTarget().getFullName().endsWith("java.lang.Throwable)"))))
            .allowEmptyShould(false);

    private static String[] packages(Set<String> names) {
        return names.stream().map(name -> ROOT + "." + name + "..").toArray(String[]::new);
    }

    private static DescribedPredicate<JavaClass> dependOn(String prefix) {
        return describe(
                "depend on " + prefix,
                type -> type.getDirectDependenciesFromSelf().stream()
                        .anyMatch(dependency ->
                                dependency.getTargetClass().getName().startsWith(prefix)));
    }

    private static DescribedPredicate<JavaClass> access(DescribedPredicate<JavaAccess<?>> accesses) {
        return describe(
                accesses.getDescription(),
                type -> type.getAccessesFromSelf().stream().anyMatch(accesses));
    }

    private static DescribedPredicate<JavaClass> edges() {
        return describe("are edge classes", type -> {
            JavaClass outermost = outermost(type);
            return EDGE_NAMES.stream().anyMatch(outermost.getSimpleName()::endsWith)
                    || NAMED_EDGES.contains(outermost.getName().substring(ROOT.length() + 1));
        });
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(HouseRulesTest::outermost).orElse(type);
    }

    /** Calls, method references and field accesses alike. */
    private static DescribedPredicate<JavaAccess<?>> calls(String description, Set<Class<?>> owners, String name) {
        return describe(
                description,
                access -> owners.stream().anyMatch(access.getTargetOwner()::isEquivalentTo)
                        && access.getTarget().getName().matches(name));
    }

    /** Each of these packages is a slice, and everything else is none. */
    private record Packages(Set<String> names) implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            List<String> parts = List.of(type.getPackageName().split("\\."));
            return parts.size() > 2 && names.contains(parts.get(2))
                    ? SliceIdentifier.of(parts.get(2))
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return String.join(", ", new TreeSet<>(names));
        }
    }
}
