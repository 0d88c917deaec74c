package org.mcpproxy.okta;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An ID token's claims with the faults that are switched on. */
record FaultyClaims(Faults faults) {

    Map<String, Object> of(Map<String, Object> sound) {
        Map<String, Object> claims = new LinkedHashMap<>(sound);
        missing(claims);
        wrong(claims);
        return claims;
    }

    private void missing(Map<String, Object> claims) {
        if (faults.has(TokenFault.NO_NONCE)) {
            claims.remove("nonce");
        }
        if (faults.has(TokenFault.NO_EXPIRY)) {
            claims.remove("exp");
        }
        if (faults.has(TokenFault.NO_AUTHENTICATION_TIME)) {
            claims.remove("auth_time");
        }
        if (faults.has(TokenFault.NO_CONTEXT_CLASS)) {
            claims.remove("acr");
        }
        if (faults.has(TokenFault.NO_ID_TOKEN_SUBJECT)) {
            claims.remove("sub");
        }
    }

    private void wrong(Map<String, Object> claims) {
        if (faults.has(TokenFault.WRONG_NONCE)) {
            claims.put("nonce", "a-nonce-of-another-sign-on");
        }
        if (faults.has(TokenFault.WRONG_ISSUER)) {
            claims.put("iss", "https://evil.okta.example/oauth2/default");
        }
        if (faults.has(TokenFault.WRONG_AUDIENCE)) {
            claims.put("aud", "0oaanother00001");
        }
        if (faults.has(TokenFault.WRONG_AUTHORIZED_PARTY)) {
            claims.put("aud", List.of(claims.get("aud"), "0oaanother00001"));
            claims.put("azp", "0oaanother00001");
        }
        if (faults.has(TokenFault.OLD_AUTHENTICATION)) {
            claims.put("auth_time", Instant.now().minusSeconds(3600).getEpochSecond());
        }
        if (faults.has(TokenFault.OTHER_CONTEXT_CLASS)) {
            claims.put("acr", "urn:okta:loa:1fa:any");
        }
        if (faults.has(TokenFault.EXPIRED)) {
            claims.put("iat", Instant.now().minusSeconds(7200).getEpochSecond());
            claims.put("exp", Instant.now().minusSeconds(3600).getEpochSecond());
        }
    }
}
