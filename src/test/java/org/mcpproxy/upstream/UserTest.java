package org.mcpproxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserTest {

    @ParameterizedTest
    @CsvSource({
        "https://your-org.okta.com, https://your-org.okta.com",
        "https://your-org.okta.com/oauth2/default, https://your-org.okta.com",
        "https://your-org.okta.com/oauth2/aus1, https://your-org.okta.com",
        "http://localhost:9000/oauth2/default, http://localhost:9000",
        "https://idp.example/realms/a, https://idp.example/realms/a",
        "https://idp.example/oauth2/a/b, https://idp.example/oauth2/a/b"
    })
    void everyServerOfAnOktaOrgKnowsTheSamePeople(URI issuer, String organization) {
        assertThat(User.organization(issuer)).isEqualTo(organization);
    }
}
