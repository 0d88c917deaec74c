package org.mcpproxy.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParametersTest {

    @Test
    void aParameterIsFoundByItsName() {
        Parameters parameters = new Parameters(Map.of("code", List.of("abc")));

        assertThat(parameters.find("code")).contains("abc");
        assertThat(parameters.get("code", Reason.CODE_MISSING)).isEqualTo("abc");
        assertThat(parameters.find("Code")).isEmpty();
    }

    /** Browsers send some of these as they are. */
    @Test
    void signsThatAUriMayNotHaveStandForThemselves() {
        Parameters parameters = Parameters.ofQuery("state=a|b^c`{\"d\"}<e>\\f&code=x%20y+z");

        assertThat(parameters.find("state")).contains("a|b^c`{\"d\"}<e>\\f");
        assertThat(parameters.find("code")).contains("x y z");
        assertThat(Parameters.ofQuery(null).values()).isEmpty();
        assertRefused(Reason.MALFORMED_REQUEST, () -> Parameters.ofQuery("code=a&code=b"));
    }

    @Test
    void oneThatIsLeftOutIsRefusedForTheReasonThatWasNamed() {
        assertRefused(Reason.CODE_MISSING, () -> new Parameters(Map.of()).get("code", Reason.CODE_MISSING));
    }

    /** RFC 6749 3.1. */
    @Test
    void oneWithoutAValueCountsAsLeftOut() {
        assertThat(new Parameters(Map.of("scope", List.of(""))).find("scope")).isEmpty();
        assertThat(new Parameters(Map.of("scope", List.of(" "))).find("scope")).isEmpty();
        assertThat(new Parameters(Map.of("scope", List.of())).find("scope")).isEmpty();
        assertThat(new Parameters(Map.of("scope", Arrays.asList((String) null))).find("scope"))
                .isEmpty();
    }

    @Test
    void noParameterMayBeRepeatedButThoseThatNameTargets() {
        List<String> two = List.of("https://a.example", "https://b.example");

        assertRefused(Reason.MALFORMED_REQUEST, () -> new Parameters(Map.of("redirect_uri", two)));
        assertRefused(Reason.MALFORMED_REQUEST, () -> new Parameters(Map.of("unknown", two)));
        assertThat(new Parameters(Map.of("resource", two)).all("resource")).isEqualTo(two);
        assertThat(new Parameters(Map.of("audience", two)).all("audience")).isEqualTo(two);
    }

    @Test
    void noValueIsShown() {
        assertThat(new Parameters(Map.of("code", List.of("hunter2"))).toString())
                .contains("code")
                .doesNotContain("hunter2");
    }
}
