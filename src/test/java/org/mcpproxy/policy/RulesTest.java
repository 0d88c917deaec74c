package org.mcpproxy.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.RequiredSignOn;

class RulesTest {

    private static final Set<String> BACKENDS = Set.of("files", "mcp");
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final Subject NOBODY = subject();
    private static final Subject ADMIN = subject("admins");

    @Test
    void withoutARuleEverythingIsOpen() throws Exception {
        BackendPolicy policy = policy("mcp.groups=admins");
        assertThat(policy.isOpen()).isTrue();
        assertThat(policy.mayEnter(NOBODY)).isTrue();
        assertThat(policy.decide(Kind.TOOL, NOBODY, "anything")).isEqualTo(Decision.PERMIT);
    }

    @Test
    void onlyThoseOfAnEnteringGroupMayEnter() throws Exception {
        BackendPolicy policy = policy("files.groups=engineering, admins");
        assertThat(policy.isOpen()).isFalse();
        assertThat(policy.mayEnter(ADMIN)).isTrue();
        assertThat(policy.mayEnter(subject("Admins"))).isFalse();
        assertThat(policy.mayEnter(NOBODY)).isFalse();
    }

    @Test
    void whereOneToolIsNamedTheOthersAreDenied() throws Exception {
        BackendPolicy policy = policy("files.tools.read.groups=*");
        assertThat(policy.decide(Kind.TOOL, NOBODY, "read")).isEqualTo(Decision.PERMIT);
        assertThat(policy.decide(Kind.TOOL, ADMIN, "write")).isEqualTo(Decision.DENY);
        assertThat(policy.decide(Kind.PROMPT, NOBODY, "write")).isEqualTo(Decision.PERMIT);
    }

    @Test
    void theDefaultIsStatedInTheFile() throws Exception {
        BackendPolicy open = policy("files.tools.default=allow", "files.tools.delete_*.groups=admins");
        assertThat(open.decide(Kind.TOOL, NOBODY, "read")).isEqualTo(Decision.PERMIT);
        assertThat(open.decide(Kind.TOOL, NOBODY, "delete_all")).isEqualTo(Decision.DENY);
        assertThat(open.decide(Kind.TOOL, ADMIN, "delete_all")).isEqualTo(Decision.PERMIT);
        assertThat(policy("files.prompts.default=deny").decide(Kind.PROMPT, ADMIN, "any"))
                .isEqualTo(Decision.DENY);
    }

    @Test
    void noRuleLoosensAnother() throws Exception {
        BackendPolicy policy = policy("files.tools.*.groups=staff", "files.tools.delete_*.groups=admins");
        assertThat(policy.decide(Kind.TOOL, ADMIN, "delete_all")).isEqualTo(Decision.DENY);
        assertThat(policy.decide(Kind.TOOL, subject("staff", "admins"), "delete_all"))
                .isEqualTo(Decision.PERMIT);
        assertThat(policy.decide(Kind.TOOL, subject("staff"), "read")).isEqualTo(Decision.PERMIT);
    }

    @Test
    void denyWins() throws Exception {
        BackendPolicy policy = policy(
                "files.tools.*.groups=*", "files.tools.drop.deny=true", "files.tools.write_*.deny=interns, guests");
        assertThat(policy.decide(Kind.TOOL, ADMIN, "drop")).isEqualTo(Decision.DENY);
        assertThat(policy.decide(Kind.TOOL, subject("admins", "interns"), "write_a"))
                .isEqualTo(Decision.DENY);
        assertThat(policy.decide(Kind.TOOL, ADMIN, "write_a")).isEqualTo(Decision.PERMIT);
    }

    @Test
    void aRuleThatOnlyDeniesOpensNothing() throws Exception {
        BackendPolicy policy = policy("files.tools.write.deny=interns");
        assertThat(policy.decide(Kind.TOOL, ADMIN, "write")).isEqualTo(Decision.DENY);
    }

    @Test
    void aScopeHelpsThoseAloneWhoAreInTheGroups() throws Exception {
        BackendPolicy policy = policy(
                "files.tools.write.groups=admins",
                "files.tools.write.scopes=files.write",
                "files.tools.w*.scopes=files.any, mcp");
        Subject withAll = subject(Set.of("admins"), "files.write", "files.any", "mcp");
        assertThat(policy.decide(Kind.TOOL, ADMIN, "write"))
                .isEqualTo(new Decision.StepUp(Set.of("files.write", "files.any", "mcp"), RequiredSignOn.ANY));
        assertThat(policy.decide(Kind.TOOL, withAll, "write")).isEqualTo(Decision.PERMIT);
        assertThat(policy.decide(Kind.TOOL, subject(Set.of(), "files.write", "files.any", "mcp"), "write"))
                .isEqualTo(Decision.DENY);
        assertThat(policy.scopes()).containsExactlyInAnyOrder("files.write", "files.any", "mcp");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delete_all",
                "Delete_All",
                "DELETE_ALL",
                "delete_all ",
                " delete_all",
                "delete_all\0",
                "\uFEFFdelete_all",
                "delete\u200B_all",
                "\uFF44elete_all",
                "delete\uFF3Fall",
                "delete_all\n",
                "delete_a\u017F",
                "\u00A0delete_all"
            })
    void aNameIsHeldToTheRulesOfItsLookAlikes(String name) throws Exception {
        BackendPolicy policy = policy("files.tools.default=allow", "files.tools.delete_*.groups=admins");
        assertThat(policy.decide(Kind.TOOL, NOBODY, name)).isEqualTo(Decision.DENY);
    }

    /** Some compare capitals, and some small letters. */
    @ParameterizedTest
    @CsvSource({
        "adm\u0131n, admin",
        "stra\u00DFe, strasse",
        "stra\u1E9Ee, strasse",
        "stra\u1E9Ee, stra\u00DFe",
        "\u03C6\u03B1\u03BA\u03B5\u03BB\u03BF\u03C2, \u03A6\u0391\u039A\u0395\u039B\u039F\u03A3",
        "\u03C6\u03B1\u03BA\u03B5\u03BB\u03BF\u03C3\u03B1, \u03A6\u0391\u039A\u0395\u039B\u039F\u03A3"
    })
    void aNameIsTheSameInCapitals(String name, String rule) throws Exception {
        BackendPolicy policy = policy("files.tools.default=allow", "files.tools." + rule + "*.deny=true");
        assertThat(policy.decide(Kind.TOOL, ADMIN, name)).isEqualTo(Decision.DENY);
    }

    @Test
    void aLookAlikeOpensNothing() throws Exception {
        BackendPolicy policy = policy("files.tools.read.groups=*");
        assertThat(policy.decide(Kind.TOOL, ADMIN, "Read")).isEqualTo(Decision.DENY);
        assertThat(policy.decide(Kind.TOOL, ADMIN, "read ")).isEqualTo(Decision.DENY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///public/../secret/a",
                "file:///public/./../secret/a",
                "file:///public/%2e%2e/secret/a",
                "file:///public/%252e%252e/secret/a",
                "file:///public/..%2fsecret/a",
                "file:///public\\..\\secret\\a",
                "file:///public/..\\secret/a",
                "file:///public//../secret/a",
                "file:///public/%2E./secret/a",
                "file:///public/\uFF0E\uFF0E/secret/a",
                "file:///public/..",
                "file:///public/.\t./secret/a",
                "file:///public/..;/secret/a",
                "file:///public/.;/../secret/a",
                "file:///public/;/../secret/a",
                "file:///public/a/..;%3f/../secret/a",
                "file:///public/..%3bx=1/secret/a",
                "file:///public/b/..;x/..;/secret/a",
                "file:///public/%c0%ae%c0%ae/secret/a",
                "file:///public/%u002e%u002e/secret/a",
                "file:///public/%25u002e./secret/a",
                "file:///public/..%ff/secret/a"
            })
    void aResourceIsOpenedByNoWayRound(String uri) throws Exception {
        BackendPolicy policy = policy("files.resources.file\\:///public/*.groups=*");
        assertThat(policy.decide(Kind.RESOURCE, ADMIN, "file:///public/a%20b.txt"))
                .isEqualTo(Decision.PERMIT);
        assertThat(policy.decide(Kind.RESOURCE, ADMIN, uri)).isEqualTo(Decision.DENY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///secret/a",
                "FILE:///secret/a",
                "file:///%73ecret/a",
                "file:////secret/a",
                "file:///x/../secret/a",
                "file:///SECRET/a",
                "file:/secret/a",
                "file:///%2573ecret/a",
                "file:///x/..;/secret/a",
                "file:///secret;%3f/a",
                "file:///\uFF0573ecret/a"
            })
    void aForbiddenResourceHasNoOtherName(String uri) throws Exception {
        BackendPolicy policy = policy("files.resources.default=allow", "files.resources.file\\:///secret/*.deny=true");
        assertThat(policy.decide(Kind.RESOURCE, ADMIN, uri)).isEqualTo(Decision.DENY);
        assertThat(policy.decide(Kind.RESOURCE, ADMIN, "file:///public/a")).isEqualTo(Decision.PERMIT);
    }

    /** Where it leads depends on what a backend takes for a segment, and for the root. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "FILE:///secret//../a",
                "file:///%73ecret/%252e%252e/../a",
                "file:///%73ecret/%20/../a",
                "file:///public/../secret//../public/x",
                "file:///C:/../secret/a",
                "file://server/share/../secret/a",
                "file:///public/../secret/a%00/../../public/y",
                "file:///public/a?next=/../b",
                "notes:public/../secret/a",
                "notes:../secret/a",
                "public/../secret/a",
                "../secret/a"
            })
    void aWayUpIsDeniedWhereverItLeads(String uri) throws Exception {
        BackendPolicy policy = policy("files.resources.default=allow", "files.resources.jira\\:*.deny=true");
        assertThat(policy.decide(Kind.RESOURCE, ADMIN, uri)).isEqualTo(Decision.DENY);
        assertThat(policy.decide(Kind.RESOURCE, ADMIN, "file:///public/a..b/...c"))
                .isEqualTo(Decision.PERMIT);
    }

    /** Some drop them or stop there before they decode, and some decode more than ASCII's digits. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///%\t73ecret/a",
                "file:///%\n73ecret/a",
                "file:///secret/a\0",
                "file:///secret/a%00",
                "file:///%\uFF1773ecret/a",
                "file:///%\uFF17\uFF13ecret/a",
                "file:///%\u0667\u0663ecret/a",
                "file:///%25252525252525252525252573ecret/a"
            })
    void aUriThatSomeReadInAnotherWayIsDenied(String uri) throws Exception {
        BackendPolicy policy = policy("files.resources.default=allow", "files.resources.jira\\:*.deny=true");
        assertThat(policy.decide(Kind.RESOURCE, ADMIN, uri)).isEqualTo(Decision.DENY);
    }

    /** The attack: a URI that takes long to judge, as many times as there is room for. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\\",
                "/",
                ":",
                "@",
                ";",
                "%",
                ".",
                "?@",
                "\\@",
                "a.",
                "./",
                ";/",
                "\u03A3",
                "\u03C3",
                "\u0390",
                "\u00DF",
                "\uFDFA",
                "\u0301\u0316",
                "%cc%81%cc%96"
            })
    void noUriTakesLongToJudge(String piece) throws Exception {
        BackendPolicy policy = policy("files.resources.default=allow", "files.resources.jira\\:*x*y*.deny=true");
        String uri = "https:" + piece.repeat(8_186 / piece.length());
        assertTimeout(Duration.ofSeconds(5), () -> {
            for (int i = 0; i < 100; i++) {
                policy.decide(Kind.RESOURCE, ADMIN, uri);
            }
        });
    }

    /** The attack: as above, with names for which the JDK takes a time that grows with the square of their length. */
    @ParameterizedTest
    @ValueSource(strings = {"\u03A3", "\u03C3", "\u0390", "\u0301\u0316", "A", " "})
    void noNameTakesLongToJudge(String piece) throws Exception {
        BackendPolicy policy = policy("files.tools.default=allow", "files.tools.x*y*.deny=true");
        assertTimeout(Duration.ofSeconds(5), () -> {
            for (int length : new int[] {8_192, 2_000_000}) {
                for (int i = 0; i < 50; i++) {
                    policy.decide(Kind.TOOL, ADMIN, piece.repeat(length / piece.length()));
                }
            }
        });
        assertThat(policy.decide(Kind.TOOL, ADMIN, piece.repeat(8_193))).isEqualTo(Decision.DENY);
    }

    /** RFC 3986 3.3: what stands after the first {@code ?} or {@code #} leads out of no folder. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///public/../payroll/a?/../../public/b",
                "file:///public/../payroll/a#/../../public/b",
                "file:///public/%2e%2e/payroll/a?/../../public/b",
                "file:///public/%2e%2e/payroll/a#/%2e%2e/../public/b",
                "file:///public/../payroll/a%3f/../../public/b",
                "file:///public/../payroll/a%23/../../public/b",
                "file:///public/../payroll/a%253f/../../public/b",
                "file:///public/../payroll/a\uFF1F/../../public/b",
                "file:///public\\..\\payroll\\a?\\..\\..\\public\\b",
                "file:///public/../payroll/a#x?/../../public/b",
                "file:///public/../payroll/a#/../../public/b?x",
                "file:///public/a?/../../payroll/x#/../../public/b",
                "file:///public/a?/../../payroll/x",
                "file:///public/../payroll/a?x=/../../public/b?x=1",
                "http://docs.example.com/public/../payroll/a?/../../public/b",
                "http://docs.example.com/public/../payroll/a?/../../public/b?x=1",
                "http://docs.example.com/public/../../public/../payroll/a"
            })
    void aQueryOpensNoResource(String uri) throws Exception {
        BackendPolicy policy = policy(
                "files.resources.file\\:///public/*.groups=*",
                "files.resources.http\\://docs.example.com/public/*.groups=*",
                "files.resources.http\\://docs.example.com/public/*?x\\=*.groups=*");
        assertThat(policy.decide(Kind.RESOURCE, ADMIN, uri)).isEqualTo(Decision.DENY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///payroll/",
                "file:///payroll",
                "FILE:///payroll/",
                "file:///%70ayroll/",
                "file:////payroll/",
                "file:///./payroll/.",
                "file:///%70ayroll/a?/x",
                "file:///PAYROLL/a#/x",
                "file:///%70ayroll/a%3f/x",
                "file:///%70ayroll/a%2523/x",
                "file:///%70ayroll#/a?/y",
                "file:///PAYROLL/a#?/x",
                "file:///PAYROLL/a?#/x",
                "file://localhost/payroll/a",
                "file://LOCALHOST/payroll/a",
                "file://localhost./payroll/a",
                "file:\\\\localhost\\payroll\\a",
                "file://x@localhost:1/payroll/a",
                "file://elsewhere/payroll/a",
                "file:payroll/a",
                "db://main/users?x=1",
                "db://main/users#x",
                "db://main/users/",
                "db://main/users/?x=1",
                "db://main/users%3fx=1",
                "DB://x:y@main/users#x?y",
                "db://main/q?TABLE=pay/x",
                "db://main/q?TABLE=a///b",
                "https://wiki.example.com:443/hr/a",
                "https://wiki.example.com:0443/hr/a",
                "https://wiki.example.com:/hr/a",
                "https://wiki.example.com./hr/a",
                "https://WIKI.example.com:443/hr/a?/x",
                "https://x@wiki.example.com/hr/a",
                "https://x:y@wiki.example.com:443/hr/a",
                "https://x%40wiki.example.com/hr/a",
                "https://x%2f@wiki.example.com/hr/a",
                "https://x\\@wiki.example.com/hr/a",
                "https:wiki.example.com/hr/a",
                "https:x%2f@wiki.example.com/hr/a",
                "https:\\\\x%2f@wiki.example.com/hr/a",
                "https://wiki\u3002example.com/hr/a",
                "db://main/users%3b%252fx",
                "https:////wiki.example.com/hr/a",
                "http://wiki.example.com:80/hr/a",
                "file:///payroll;x/a",
                "file:///payroll;/a",
                "file:///payroll;%3f/a",
                "file:///payroll;%23/a",
                "file:///payroll;x%2fy/a",
                "file:///.;/payroll/a",
                "file://elsewhere/payroll%3bx/a",
                "https://wiki.example.com/hr;x=1/a",
                "https://x@wiki.example.com:443/hr%3bx=1/a",
                "db://main/users;x?x=1",
                "db://main/q;x?table=pay"
            })
    void aRestrictedResourceHasNoOtherUri(String uri) throws Exception {
        BackendPolicy policy = policy(
                "files.resources.default=allow",
                "files.resources.file\\:///payroll/*.groups=hr",
                "files.resources.db\\://main/users.groups=hr",
                "files.resources.db\\://main/q?table\\=pay*.groups=hr",
                "files.resources.db\\://main/q?table\\=a//b.groups=hr",
                "files.resources.https\\://wiki.example.com/hr/*.groups=hr",
                "files.resources.http\\://wiki.example.com/hr/*.groups=hr");
        assertThat(policy.decide(Kind.RESOURCE, NOBODY, uri)).isEqualTo(Decision.DENY);
        assertThat(policy.decide(Kind.RESOURCE, subject("hr"), uri)).isEqualTo(Decision.PERMIT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://wiki.example.com:443/hr/a",
                "https://wiki.example.com/hr/a",
                "https://x@wiki.example.com/hr/a",
                "HTTPS://wiki.example.com:443/hr/a"
            })
    void aRuleMayNameThePortOfTheScheme(String uri) throws Exception {
        BackendPolicy policy = policy(
                "files.resources.default=allow", "files.resources.https\\://wiki.example.com\\:443/hr/*.deny=true");
        assertThat(policy.decide(Kind.RESOURCE, ADMIN, uri)).isEqualTo(Decision.DENY);
        assertThat(policy.decide(Kind.RESOURCE, ADMIN, "https://wiki.example.com:8443/hr/a"))
                .isEqualTo(Decision.PERMIT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"db://h1@main/x", "DB://H1@main/x", "db://h%31@main/y/../x", "db://main:1/x", "DB://main:12/x"})
    void aPatternMayStandInTheAuthority(String uri) throws Exception {
        BackendPolicy policy = policy(
                "files.resources.default=allow",
                "files.resources.db\\://h*@main/x.deny=true",
                "files.resources.db\\://main\\:*/x.deny=true");
        assertThat(policy.decide(Kind.RESOURCE, ADMIN, uri)).isEqualTo(Decision.DENY);
    }

    @ParameterizedTest
    @CsvSource({
        "file:///public/a?x=1, true",
        "file:///public/a#x, true",
        "file:///public/, true",
        "file:///public/b/, true",
        "file:///public/a?b#c?d, true",
        "file:///public, false",
        "db://main/users, true",
        "db://main/users?x=1, false",
        "db://main/q?x=1, true",
        "db://main/q?x=1#y, true",
        "db://main/q, false",
        "db://main/Q?x=1, false",
        "db://main/../q?x=1, false",
        "db://main/{table}{?limit}, true",
        "https://x@wiki.example.com:443/a, true",
        "https://wiki.example.com/a, false",
        "file:///public/a;v=1, true",
        "file:///public/a?b;c, true",
        "file:///public;v=1/a, false",
        "file:///public/100%25, true",
        "file:///public/100%25%20abgeschlossen.txt, true",
        "file:///public/10\uFF05, true",
        "file:///public/10\uFF0520, false",
        "file:///public/\u1EC7\u0301, true",
        "file:///public/%C3%A9, true",
        "file:///public/%E9, false",
        "file://server/share/a, true",
        "file://server/other/../share/a, false"
    })
    void aRuleOpensWhatItNames(String uri, boolean opens) throws Exception {
        BackendPolicy policy = policy(
                "files.resources.file\\:///public/*.groups=*",
                "files.resources.file\\://server/share/*.groups=*",
                "files.resources.db\\://main/users.groups=*",
                "files.resources.db\\://main/q?x\\=*.groups=*",
                "files.resources.db\\://main/{table}{?limit}.groups=*",
                "files.resources.https\\://x@wiki.example.com\\:443/*.groups=*");
        assertThat(policy.decide(Kind.RESOURCE, ADMIN, uri)).isEqualTo(opens ? Decision.PERMIT : Decision.DENY);
    }

    @Test
    void aUriThatIsTooLongOrHasTooManyPartsIsDenied() throws Exception {
        BackendPolicy policy = policy("files.resources.default=allow");
        assertThat(policy.decide(Kind.RESOURCE, ADMIN, "db://a" + "?".repeat(8)))
                .isEqualTo(Decision.PERMIT);
        assertThat(policy.decide(Kind.RESOURCE, ADMIN, "db://a" + "%3f".repeat(9)))
                .isEqualTo(Decision.DENY);
        assertThat(policy.decide(Kind.RESOURCE, ADMIN, "db://a/" + "a".repeat(8_186)))
                .isEqualTo(Decision.DENY);
    }

    /** The attack: all bounds at once, a hundred times in one batch; or signs that stand for many. */
    @ParameterizedTest
    @CsvSource({
        "a, 8180, ?x#y, true",
        "a, 8170, ?x?y#z, false",
        "a, 2600, ????????, true",
        "a, 2800, ????????, false",
        "%61, 2700, ????????, true",
        "\uFDFA, 1300, ?#, false",
        "%EF%B7%BA, 400, ?x#y, true",
        "%EF%B7%BA, 600, ?x#y, false"
    })
    void aLongUriHasNotManyReadings(String sign, int times, String end, boolean judged) throws Exception {
        BackendPolicy policy = policy("files.resources.default=allow");
        assertThat(policy.decide(Kind.RESOURCE, ADMIN, "db://a/" + sign.repeat(times) + end))
                .isEqualTo(judged ? Decision.PERMIT : Decision.DENY);
    }

    /** As a group it would keep nobody out. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "True",
                "TRUE",
                "yes",
                "Yes",
                "no",
                "on",
                "off",
                "OFF",
                "False",
                "true,interns",
                "interns, TRUE",
                "true,"
            })
    void aDenialThatIsMeantForAllIsNoGroup(String value) throws Exception {
        assertThat(problems("files.tools.drop.deny=" + value))
                .singleElement()
                .asString()
                .startsWith("files.tools.drop.deny must be true, in small letters and alone");
        assertThat(policy("files.tools.default=allow", "files.tools.drop.deny=nobody, onboarding")
                        .decide(Kind.TOOL, ADMIN, "drop"))
                .isEqualTo(Decision.PERMIT);
    }

    @Test
    void aSignOnMayBeSoOldToTheSecond() throws Exception {
        BackendPolicy policy = policy("files.tools.default=allow", "files.tools.wipe.max_age=300");
        Decision stepUp = new Decision.StepUp(Set.of(), RequiredSignOn.within(Duration.ofSeconds(300)));

        assertThat(policy.decide(Kind.TOOL, signedOn(NOW.minusSeconds(300)), "wipe"))
                .isEqualTo(Decision.PERMIT);
        assertThat(policy.decide(Kind.TOOL, signedOn(NOW.minusSeconds(301)), "wipe"))
                .isEqualTo(stepUp);
        assertThat(policy.decide(Kind.TOOL, signedOn(NOW.plusSeconds(120)), "wipe"))
                .isEqualTo(Decision.PERMIT);
        assertThat(policy.decide(Kind.TOOL, signedOn(NOW.plusSeconds(121)), "wipe"))
                .as("nobody signs on tomorrow")
                .isEqualTo(stepUp);
        assertThat(policy.decide(Kind.TOOL, ADMIN, "wipe"))
                .as("Okta did not say when")
                .isEqualTo(stepUp);
        assertThat(policy.decide(Kind.TOOL, ADMIN, "read")).isEqualTo(Decision.PERMIT);
    }

    @Test
    void aSignOnMustBeOfOneOfTheClasses() throws Exception {
        BackendPolicy policy = policy("files.prompts.default=allow", "files.prompts.pay.acr_values=phr, phrh");
        Decision stepUp = new Decision.StepUp(Set.of(), RequiredSignOn.of(List.of("phr", "phrh")));

        assertThat(policy.decide(Kind.PROMPT, signedOn("phr"), "pay")).isEqualTo(Decision.PERMIT);
        assertThat(policy.decide(Kind.PROMPT, signedOn("phrh"), "pay")).isEqualTo(Decision.PERMIT);
        for (String other : new String[] {"PHR", "phr phrh", "phrhx", "urn:okta:loa:1fa:any"}) {
            assertThat(policy.decide(Kind.PROMPT, signedOn(other), "pay"))
                    .as(other)
                    .isEqualTo(stepUp);
        }
        assertThat(policy.decide(Kind.PROMPT, ADMIN, "pay")).isEqualTo(stepUp);
        assertThat(policy.acrValues()).containsExactlyInAnyOrder("phr", "phrh");
    }

    /** What is met already is named too: a sign-on that is asked for the rest alone would lose it. */
    @Test
    void allThatIsNeededOfASignOnIsNamed() throws Exception {
        BackendPolicy policy = policy(
                "files.tools.default=allow",
                "files.tools.*.max_age=3600",
                "files.tools.wipe_*.max_age=60",
                "files.tools.wipe_*.acr_values=phr phrh",
                "files.tools.wipe_all.acr_values=phrh phr mfa",
                "files.tools.wipe_all.scopes=files.wipe");

        assertThat(policy.decide(Kind.TOOL, signedOn("phr"), "wipe_all"))
                .isEqualTo(new Decision.StepUp(
                        Set.of("files.wipe"),
                        new RequiredSignOn(Optional.of(Duration.ofSeconds(60)), Optional.of(List.of("phrh", "phr")))));
    }

    @Test
    void aLookAlikeNeedsTheSameSignOn() throws Exception {
        BackendPolicy policy = policy(
                "files.tools.default=allow",
                "files.tools.wipe.max_age=300",
                "files.resources.default=allow",
                "files.resources.file\\:///secret/*.acr_values=phr");
        for (String name : new String[] {"Wipe", "wipe ", "\uff57ipe", "wipe\u0000"}) {
            assertThat(policy.decide(Kind.TOOL, ADMIN, name)).as(name).isInstanceOf(Decision.StepUp.class);
        }
        assertThat(policy.decide(Kind.RESOURCE, ADMIN, "file:///./%73ecret/b")).isInstanceOf(Decision.StepUp.class);
    }

    /** Everybody who is a user can sign on. */
    @Test
    void toAskForASignOnOpensNothing() throws Exception {
        Subject fresh = signedOn(NOW);
        assertThat(policy("files.tools.wipe.max_age=300").decide(Kind.TOOL, fresh, "wipe"))
                .isEqualTo(Decision.DENY);
        assertThat(policy("files.tools.wipe.acr_values=phr").decide(Kind.TOOL, signedOn("phr"), "wipe"))
                .isEqualTo(Decision.DENY);
        assertThat(policy("files.tools.wipe.max_age=300", "files.tools.wipe.groups=*")
                        .decide(Kind.TOOL, fresh, "wipe"))
                .isEqualTo(Decision.PERMIT);
    }

    @Test
    void whereNoSignOnWouldHelpItIsDenied() throws Exception {
        String[] lines = {
            "files.tools.default=allow",
            "files.tools.wipe.max_age=300",
            "files.tools.wipe.groups=admins",
            "files.tools.both.acr_values=phr",
            "files.tools.bo*.acr_values=mfa"
        };
        BackendPolicy policy = policy(lines);
        Subject service = new Subject(Set.of("admins"), Set.of(), Optional.empty(), NOW);

        assertThat(policy.decide(Kind.TOOL, NOBODY, "wipe")).as("in no group").isEqualTo(Decision.DENY);
        assertThat(policy.decide(Kind.TOOL, ADMIN, "wipe")).isInstanceOf(Decision.StepUp.class);
        assertThat(policy.decide(Kind.TOOL, service, "wipe")).as("a service").isEqualTo(Decision.DENY);
        assertThat(policy.decide(Kind.TOOL, service, "read")).isEqualTo(Decision.PERMIT);
        assertThat(policy.decide(Kind.TOOL, signedOn("phr"), "both"))
                .as("two classes at once")
                .isEqualTo(Decision.DENY);
    }

    @ParameterizedTest
    @CsvSource({
        "*, , true",
        "a*, a, true",
        "a*, ba, false",
        "*a, ba, true",
        "a*a, a, false",
        "a*a, aa, true",
        "a*b*c, abc, true",
        "a*b*c, axbxc, true",
        "a*b*c, acb, false",
        "*b*, abc, true",
        "a*bc*c, abc, false",
        "a*b*b, ab, false"
    })
    void aStarIsAnyNumberOfSigns(String pattern, String name, boolean matches) {
        assertThat(NamePattern.of(pattern).matches(name == null ? "" : name)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "others.groups=a | others.groups must begin with the name of a backend",
                "groups=a | groups must begin with the name of a backend",
                "files.group=a | files.group is no key",
                "files.tool.a.groups=b | files.tool.a.groups is no key",
                "files.tools.a=b | files.tools.a is no key",
                "files.tools.a.allow=b | files.tools.a.allow is no key",
                "files.tools.default=yes | files.tools.default must be allow or deny",
                "files.tools..groups=a | files.tools..groups has no good name",
                "files.tools.a**.groups=a | files.tools.a**.groups has no good name",
                "files.tools.a*b*c*d*e*f*g*h*i*.groups=a | has no good name",
                "files.tools.a.groups= | files.tools.a.groups must list groups",
                "files.tools.a.groups=*,b | files.tools.a.groups must be * alone",
                "files.tools.a.deny=false | files.tools.a.deny must be true",
                "files.tools.a.scopes= | files.tools.a.scopes must list scopes",
                "files.tools.a.scopes=a\"b | files.tools.a.scopes must list scopes",
                "files.tools.a.scopes=offline_access | files.tools.a.scopes must list scopes",
                "files.tools.a.scopes=read, openid | files.tools.a.scopes must list scopes",
                "files.tools.a.scopes=profile | files.tools.a.scopes must list scopes",
                "files.tools.a.scopes=email | files.tools.a.scopes must list scopes",
                "files.tools.a.max_age= | files.tools.a.max_age must be a whole number of seconds from 10 on",
                "files.tools.a.max_age=0 | files.tools.a.max_age must be a whole number",
                "files.tools.a.max_age=9 | files.tools.a.max_age must be a whole number",
                "files.tools.a.max_age=-300 | files.tools.a.max_age must be a whole number",
                "files.tools.a.max_age=PT5M | files.tools.a.max_age must be a whole number",
                "files.tools.a.max_age=1000000000 | files.tools.a.max_age must be a whole number",
                "files.tools.a.acr_values= | files.tools.a.acr_values must list",
                "files.tools.a.acr_values=a\"b | files.tools.a.acr_values must list",
                "files.tools.a.acr_values=é | files.tools.a.acr_values must list",
                "files.tools.a.acr_values=1 2 3 4 5 6 7 8 9 10 11 | files.tools.a.acr_values must list",
                "files.max_age=300 | files.max_age is no key",
                "files.resources.file:///a.groups=b | files.resources.file is no key",
                "files.groups=\\u00 | four hexadecimal digits",
            })
    void aBadFileIsRefusedWithWhatIsWrong(String line, String problem) {
        assertThat(problems(line)).anyMatch(found -> found.contains(problem));
    }

    @Test
    void everyProblemIsNamed() {
        assertThat(problems("others.groups=a", "files.groups=a", "files.tools.default=x", "files.groups=b"))
                .hasSize(3)
                .anyMatch(problem -> problem.startsWith("files.groups stands there twice."));
        assertThat(problems("files.tools.a.scopes=" + "x".repeat(100) + "1", "files.groups=*"))
                .hasSize(1);
        String many = "files.tools.a.scopes=" + String.join(",", scopes());
        assertThat(problems(many)).containsExactly("All scopes together must not be longer than 800 characters.");
    }

    private static List<String> scopes() {
        return java.util.stream.IntStream.range(0, 9)
                .mapToObj(i -> i + "x".repeat(98))
                .toList();
    }

    private static List<String> problems(String... lines) {
        return catchThrowableOfType(BadPolicyException.class, () -> policy(lines))
                .problems();
    }

    private static BackendPolicy policy(String... lines) throws BadPolicyException {
        return new PolicyReader(BACKENDS).read(String.join("\n", lines)).of("files");
    }

    private static Subject subject(String... groups) {
        return subject(Set.of(groups));
    }

    private static Subject signedOn(Instant time) {
        return subject(new AuthenticationEvent(Optional.of(time), Optional.empty()));
    }

    private static Subject signedOn(String contextClass) {
        return subject(new AuthenticationEvent(Optional.empty(), Optional.of(contextClass)));
    }

    private static Subject subject(AuthenticationEvent authentication) {
        return new Subject(Set.of("admins"), Set.of(), Optional.of(authentication), NOW);
    }

    private static Subject subject(Set<String> groups, String... scopes) {
        return new Subject(groups, Set.of(scopes), Optional.of(AuthenticationEvent.UNKNOWN), NOW);
    }
}
