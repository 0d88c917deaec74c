package org.mcpproxy.grant;

import java.util.Optional;

/** Okta's tokens behind each grant, sealed. They go when the grant goes. */
public interface UpstreamSessions {

    void save(String grantId, byte[] sealedTokens);

    Optional<byte[]> find(String grantId);

    void remove(String grantId);
}
