package org.mcpproxy.config;

/** At least 32 random bytes, from which every key at rest is derived. Never shown. */
public record SecretKeyMaterial(byte[] bytes) {
    @Override
    public String toString() {
        return "[secret]";
    }
}
