package org.mcpproxy.store.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWK;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.signing.SigningKeys;

public abstract class SigningKeysContract {

    private SigningKeys keys;

    protected abstract SigningKeys keys();

    @BeforeEach
    void start() {
        keys = keys();
    }

    @Test
    void theKeyThatSignsIsFoundAndPublished() {
        String id = keys.current().getKeyID();

        assertThat(keys.find(id)).isPresent();
        assertThat(keys.published().getKeyByKeyId(id)).isNotNull();
        assertThat(keys.current().size()).isGreaterThanOrEqualTo(2048);
    }

    @Test
    void noPrivateKeyIsPublished() {
        assertThat(keys.published().getKeys()).isNotEmpty().noneMatch(JWK::isPrivate);
    }

    /** A token may well name no key. */
    @Test
    void anUnknownKeyAndNoneAreNotFound() {
        assertThat(keys.find("unknown")).isEmpty();
        assertThat(keys.find(null)).isEmpty();
    }
}
